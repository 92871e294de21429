"""Results: the leaderboard and the texts behind it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from viva.errors import NotFound
from viva.records.browsing import BrowsedExample, BrowsePage, BrowseQuery
from viva.records.dataset import Dataset
from viva.records.leaderboard import MeasureRanks, ResultParts, SystemRank
from viva.records.rater_verdict import RaterVerdict
from viva.records.results import LeaderboardRow, MeasureKey
from viva.records.rubric import Rubric
from viva.stats.mean_interval import LEAST_DRAWN, LEAST_T, mean_interval, of_summary
from viva.stats.rank_ranges import rank_ranges
from viva.store import browsing, example_values, rater_verdicts, rubrics
from viva.store import leaderboard as table
from viva.store.example_values import ExampleValues
from viva.store.leaderboard import Scope
from viva.text import display_line
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

By = Literal["field", "subfield"]


class Results:
    """Read what was measured and rated."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def version(self, dataset: str) -> Dataset:
        """Return the newest version of a dataset that systems have written for, else its newest. Raises `NotFound`.

        A version made since (a word mended, an example dropped) has no results yet and hides none.
        """
        newest = self._workbench.datasets.get(dataset)
        with self._store.read() as connection:
            written = table.newest_written(connection, newest.name)
        return newest if written in {None, newest.version} else self._workbench.datasets.get(dataset, written)

    def leaderboard(
        self,
        dataset: str,
        split: str | None = None,
        by: By | None = None,
        *,
        field: str | None = None,
        subfield: str | None = None,
        systems: Sequence[str] | None = None,
        seed: int = 0,
    ) -> list[LeaderboardRow]:
        """Return systems × measures with intervals, of the version that `version` tells.

        With `by` they come for each field, or subfield. A split, field or subfield of None is all of them, `""` those
        without one. `seed` is the bootstrap's. Raises `NotFound`, also for a field, subfield or system that is not
        there.
        """
        found = self.version(dataset)
        scope = Scope(split, field, subfield, systems)
        with self._store.read() as connection:
            self._check(table.result_parts(connection, found.dataset_id), scope)
            few = (LEAST_DRAWN, LEAST_T - 1)
            rows = table.leaderboard(connection, found.name, found.version, scope, by, *few)
        return [_with_interval(row, values, seed) for row, values in rows]

    def ranks(
        self,
        dataset: str,
        split: str | None = None,
        by: By | None = None,
        *,
        field: str | None = None,
        subfield: str | None = None,
        systems: Sequence[str] | None = None,
        keys: Collection[MeasureKey] | None = None,
        seed: int = 0,
    ) -> list[MeasureRanks]:
        """Return which places systems can have on each measure, or on those of `keys`, in each split.

        A measure of which neither more nor less is better has none. The other arguments and the errors are those of
        `leaderboard`; it takes longer, for all pairs of systems are compared.
        """
        found = self.version(dataset)
        scope = Scope(split, field, subfield, systems)
        with self._store.read() as connection:
            self._check(table.result_parts(connection, found.dataset_id), scope)
            parts = table.example_parts(connection, found.dataset_id)
            measured = example_values.every(
                connection, found.name, found.version, split, field=field, subfield=subfield, systems=systems,
                key=next(iter(keys)) if keys is not None and len(keys) == 1 else None,
            )  # fmt: skip
        ranked = []
        for one in measured:
            if (keys is None or one.key in keys) and (better := one.key.better):
                ranked += _ranks(one, parts, by, better, seed)
        return ranked

    def parts(self, dataset: str) -> ResultParts:
        """Return the fields, subfields and systems that results can be narrowed down to. Raises `NotFound`."""
        found = self.version(dataset)
        with self._store.read() as connection:
            return table.result_parts(connection, found.dataset_id)

    @staticmethod
    def _check(parts: ResultParts, scope: Scope) -> None:
        """Raise `NotFound` where a scope names what is not there."""
        if scope.field is not None and scope.field not in parts.fields:
            raise names.missing("field", scope.field, filter(None, parts.fields), "no example has a field")
        if scope.subfield is not None:
            known = [name for field in parts.fields for name in parts.fields[field] if scope.field in {None, field}]
            if scope.subfield not in known:
                raise names.missing("subfield", scope.subfield, filter(None, known), "no example has a subfield")
        for name in scope.systems or ():
            if name not in parts.systems:
                raise names.missing("system", name, parts.systems, "no system has written for it yet")

    def judge_rubrics(self, dataset: str) -> dict[str, Rubric]:
        """Return by which rubric each judge, or panel, judged: by the scorer's name in the leaderboard."""
        found = self.version(dataset)
        with self._store.read() as connection:
            ids = table.judge_rubrics(connection, found.dataset_id)
            return {scorer: rubrics.get(connection, rubric_id) for scorer, rubric_id in ids.items()}

    def never_scored(self, dataset: str) -> list[tuple[str, str, int]]:
        """Return the systems with texts that no metric was tried on: (split, system, how many). Raises `NotFound`."""
        found = self.version(dataset)
        with self._store.read() as connection:
            return table.never_scored(connection, found.dataset_id)

    def picked(self, dataset: str, split: str | None = None) -> list[tuple[str, int]]:
        """Return by study how many rated questions were picked as useful, so that they are no random sample.

        Raises `NotFound`.
        """
        found = self.version(dataset)
        with self._store.read() as connection:
            return table.picked(connection, found.dataset_id, split)

    def browse(self, query: BrowseQuery) -> BrowsePage:
        """Return a page of the examples that systems wrote for, with the systems' values. Raises `NotFound`."""
        found = self.version(query.dataset)
        with self._store.read() as connection:
            return browsing.page(connection, found.dataset_id, query)

    def browsed(self, dataset: str, example_id: str) -> BrowsedExample:
        """Return one of those examples with every text that was written for it. Raises `NotFound`."""
        found = self.version(dataset)
        with self._store.read() as connection:
            example = browsing.example(connection, found.dataset_id, example_id)
        if example is None:
            raise NotFound(
                f"{display_line(found.name, 40)} has no example {display_line(example_id, 40)} in version "
                f"{found.version}", "it may belong to another version: read the list anew"
            )  # fmt: skip
        return example

    def rater_verdicts(self, dataset: str, example_id: str) -> list[RaterVerdict]:
        """Return what each rater said about every text for one of those examples. Raises `NotFound`."""
        self.browsed(dataset, example_id)
        with self._store.read() as connection:
            return rater_verdicts.of_example(connection, example_id)


def _with_interval(row: LeaderboardRow, values: Sequence[float] | None, seed: int) -> LeaderboardRow:
    """Return a row with its interval; `values` are there where it is drawn from them."""
    found = of_summary(row.n, row.mean, row.sd) if values is None else mean_interval(values, seed)
    bounded = replace(row, half_width=found.half_width, low=found.low, high=found.high, interval=found.method)
    return replace(bounded, sd=found.sd, se=found.se)


def _ranks(
    measured: ExampleValues,
    parts: Mapping[str, tuple[str, str | None, str | None]],
    by: By | None,
    better: int,
    seed: int,
) -> list[MeasureRanks]:
    """Return the places of systems on a measure, for each split and part."""
    groups: dict[tuple[str, str | None, str | None], list[int]] = {}
    for place, example in enumerate(measured.examples):
        split, field, subfield = parts[example]
        group = (split, field if by else None, subfield if by == "subfield" else None)
        groups.setdefault(group, []).append(place)
    found = []
    for (split, field, subfield), places in groups.items():
        values, tried = measured.values[places], measured.tried[places]
        there = [column for column in range(len(measured.systems)) if tried[:, column].any()]
        ranges = rank_ranges(np.asarray(values[:, there]), better, seed)
        systems = [measured.systems[column] for column in there]
        ranks = [
            SystemRank(system, one.best, one.worst, tuple(systems[place] for place in one.alike))
            for system, one in zip(systems, ranges, strict=True)
            if one is not None
        ]
        found.append(MeasureRanks(measured.key, split, field, subfield, tuple(ranks)))
    return found
