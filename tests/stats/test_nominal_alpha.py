"""Krippendorff's α of unordered values, against the package of that name."""

import random

import krippendorff
import numpy as np
import pytest

from viva.stats.nominal_alpha import nominal_alpha


@pytest.mark.parametrize("kinds", [2, 3, 5])
@pytest.mark.parametrize(("raters", "items"), [(2, 4), (3, 40), (7, 200)])
def test_it_equals_another_implementation_with_gaps(raters: int, items: int, kinds: int) -> None:
    compared = 0
    for seed in range(10):
        draw = random.Random(seed)
        table = [
            [draw.choice([draw.randrange(kinds), item % kinds, None]) for item in range(items)] for _ in range(raters)
        ]
        columns = [[value for value in column if value is not None] for column in zip(*table, strict=True)]
        found = nominal_alpha(columns)
        if len({value for column in columns if len(column) > 1 for value in column}) < 2:
            assert found is None
            continue
        compared += 1
        known = krippendorff.alpha(
            np.array([[np.nan if value is None else value for value in row] for row in table]),
            level_of_measurement="nominal",
        )
        assert found == pytest.approx(known, abs=1e-9)
    assert compared


def test_the_same_everywhere_is_one_and_words_do_as_well_as_numbers() -> None:
    assert nominal_alpha([("a", "a"), ("b", "b", "b"), ("tie", "tie")]) == 1
    assert nominal_alpha([("a", "b"), ("b", "a")]) == pytest.approx(-0.5)


@pytest.mark.parametrize("items", [[], [()], [("a",), ("b",)], [("a", "a"), ("a", "a", "a"), ("b",)]])
def test_where_nothing_can_be_told_there_is_none(items: list[tuple[str, ...]]) -> None:
    assert nominal_alpha(items) is None
