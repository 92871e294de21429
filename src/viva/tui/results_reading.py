"""What the results screen reads from the workspace in one go."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from viva.present.datasets import result_notes, waiting_note
from viva.present.degenerate import degenerate_note
from viva.present.leaderboard import Part
from viva.present.placing import picked_note
from viva.present.results import View
from viva.records.dataset import Dataset
from viva.records.leaderboard import MeasureRanks, ResultParts
from viva.records.results import LeaderboardRow, MeasureKey
from viva.records.rubric import Rubric
from viva.records.study import Study
from viva.workbench import Workbench

if TYPE_CHECKING:
    from viva.workbench.results import Results

NO_PARTS = ResultParts({}, ())


@dataclass(frozen=True)
class Loaded:
    """What was read of the workspace for `view`; `dataset` is None where there is none.

    `dataset` is the version that has results, `newest` its newest version. `totals` are the rows over all fields,
    which `rows` may be as well. `judges` are the rubrics of judges, `waiting` the texts that no metric was tried on,
    `picked` tells by study how many rated questions are no random sample.
    """

    view: View
    datasets: list[Dataset]
    dataset: Dataset | None
    newest: Dataset | None
    rows: list[LeaderboardRow]
    totals: list[LeaderboardRow]
    studies: list[Study]
    parts: ResultParts = NO_PARTS
    judges: dict[str, Rubric] = field(default_factory=dict)
    waiting: list[tuple[str, str, int]] = field(default_factory=list)
    picked: list[tuple[str, int]] = field(default_factory=list)

    @property
    def splits(self) -> list[str]:
        """The splits with results, in the dataset's order."""
        there = {row.split for row in self.rows}
        known = self.dataset.splits if self.dataset else {}
        return [split for split in known if split in there] + sorted(there - set(known))

    def notes(self, split: str) -> list[str]:
        """Return what must be known beside the results of a split."""
        if self.dataset is None:
            return []
        studies = {row.study for row in self.rows if row.split == split}
        picked = (picked_note(study, count) for study, count in self.picked if study in studies)
        systems = self.view.narrowed.systems
        waiting = waiting_note(self.waiting, split, f"viva score {self.dataset.name}", systems)
        degenerate = degenerate_note(self.totals, split, "the selected one's are told below")
        return [*result_notes(self.dataset, self.newest), *picked, *filter(None, (waiting, degenerate))]


def read(workbench: Workbench, view: View) -> Loaded:
    """Return the results of the view's dataset, or of the first that has some."""
    datasets = workbench.datasets.list()
    studies = workbench.studies.list()
    candidates = [dataset for dataset in datasets if dataset.name == view.dataset] or datasets
    results = workbench.results
    for dataset in candidates:
        seen = view if dataset.name == view.dataset else view.of(dataset.name)
        rows = _rows(results, dataset.name, seen, seen.by)
        if rows or seen.narrowed:
            totals = _rows(results, dataset.name, seen, None) if seen.by else rows
            return Loaded(
                seen, datasets, results.version(dataset.name), dataset, rows, totals, studies,
                results.parts(dataset.name), results.judge_rubrics(dataset.name), results.never_scored(dataset.name),
                results.picked(dataset.name),
            )  # fmt: skip
    first = candidates[0] if candidates else None
    return Loaded(replace(view, dataset=first.name if first else None), datasets, first, first, [], [], studies)


def _rows(results: "Results", dataset: str, view: View, by: Part | None) -> list[LeaderboardRow]:
    only = view.narrowed
    return results.leaderboard(dataset, None, by, field=only.field, subfield=only.subfield, systems=only.systems)


def read_ranks(workbench: Workbench, view: View, keys: Collection[MeasureKey]) -> list[MeasureRanks]:
    """Return which places systems can have on the measures `keys`, of what the view shows."""
    only = view.narrowed
    return workbench.results.ranks(
        view.dataset or "", view.split, view.by, field=only.field, subfield=only.subfield, systems=only.systems,
        keys=keys,
    )  # fmt: skip
