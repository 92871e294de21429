"""Results: the leaderboard and the texts behind it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from viva.errors import NotFound
from viva.records.browsing import BrowsedExample, BrowsePage, BrowseQuery
from viva.records.dataset import Dataset
from viva.records.results import LeaderboardRow
from viva.records.rubric import Rubric
from viva.stats.intervals import half_width
from viva.store import browsing, rubrics
from viva.store import leaderboard as table
from viva.text import display_line

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


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

    def leaderboard(self, dataset: str, split: str | None = None, by_field: bool = False) -> list[LeaderboardRow]:
        """Return systems × measures with intervals, by field where asked, of the version that `version` tells.

        Raises `NotFound`.
        """
        found = self.version(dataset)
        with self._store.read() as connection:
            rows = table.leaderboard(connection, found.name, found.version, split, by_field)
        return [replace(row, half_width=half_width(row.se, row.n)) for row in rows]

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
