"""Each example's value by system: the mean over its texts and raters, NaN where there is none."""

import numpy as np
import pytest

from tests.fakes.results import rate
from viva.records.results import MeasureKey
from viva.store import example_values
from viva.store.example_values import ExampleValues
from viva.workbench import Workbench


def read(bench: Workbench, **named: object) -> list[ExampleValues]:
    dataset = bench.datasets.list()[0]
    with bench.store.read() as connection:
        return example_values.every(connection, dataset.name, dataset.version, **named)  # type: ignore[arg-type]


def test_means_are_those_of_the_leaderboard(filled: Workbench) -> None:
    rate(filled)
    dataset = filled.datasets.list()[0].name
    board = {(row.key, row.split, row.system): row for row in filled.results.leaderboard(dataset)}
    assert board
    for (key, split, system), row in board.items():
        (one,) = read(filled, split=split, key=key)
        values = one.values[:, one.systems.index(system)]
        there = values[~np.isnan(values)]
        assert (there.size, int(one.tried[:, one.systems.index(system)].sum())) == (row.n, row.attempted)
        assert (row.mean is None) == (there.size == 0)
        if row.mean is not None:
            assert there.mean() == pytest.approx(row.mean)


def test_all_measures_come_at_once_by_key(filled: Workbench) -> None:
    rate(filled)
    found = read(filled)
    keys = [one.key for one in found]
    assert keys == sorted(set(keys))
    assert {"metric", "human"} <= {key.source for key in keys}
    points = read(filled, metrics=False)
    assert [one.key for one in points] == [key for key in keys if key.source != "metric"]
    assert all(one.values.shape == one.tried.shape == (len(one.examples), len(one.systems)) for one in found)


def test_a_measure_that_nobody_has_heard_of_has_no_values(filled: Workbench) -> None:
    assert read(filled, key=MeasureKey("metric", "nothing")) == []


def test_systems_can_be_chosen(filled: Workbench) -> None:
    every = read(filled)[0].systems
    assert [one.systems for one in read(filled, systems=every[:1])] == [every[:1]] * len(read(filled))


def test_examples_of_one_field_alone(filled: Workbench) -> None:
    with filled.store.read() as connection:
        fields = dict(connection.execute("SELECT example, coalesce(field, '') FROM examples").fetchall())
    for field in set(fields.values()):
        for one in read(filled, field=field):
            assert {fields[example] for example in one.examples} == {field}
