"""What the results screen reads from the workspace in one go."""

from dataclasses import dataclass, field

from viva.records.dataset import Dataset
from viva.records.results import LeaderboardRow
from viva.records.rubric import Rubric
from viva.records.study import Study
from viva.workbench import Workbench


@dataclass(frozen=True)
class Loaded:
    """What was read of the workspace; `dataset` is None where there is none.

    `dataset` is the version that has results, `newest` its newest version. `totals` are the rows over all fields,
    which `rows` may be as well. `judges` are the rubrics of judges, `waiting` the texts that no metric was tried on.
    """

    datasets: list[Dataset]
    dataset: Dataset | None
    newest: Dataset | None
    rows: list[LeaderboardRow]
    totals: list[LeaderboardRow]
    studies: list[Study]
    by_field: bool
    judges: dict[str, Rubric] = field(default_factory=dict)
    waiting: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def splits(self) -> list[str]:
        """The splits with results, in the dataset's order."""
        there = {row.split for row in self.rows}
        known = self.dataset.splits if self.dataset else {}
        return [split for split in known if split in there] + sorted(there - set(known))


def read(workbench: Workbench, wanted: str | None, by_field: bool) -> Loaded:
    """Return the results of the dataset `wanted`, or of the first that has some."""
    datasets = workbench.datasets.list()
    studies = workbench.studies.list()
    candidates = [dataset for dataset in datasets if dataset.name == wanted] or datasets
    for dataset in candidates:
        if rows := workbench.results.leaderboard(dataset.name, None, by_field):
            shown = workbench.results.version(dataset.name)
            totals = workbench.results.leaderboard(dataset.name) if by_field else rows
            judges, waiting = (
                workbench.results.judge_rubrics(dataset.name),
                workbench.results.never_scored(dataset.name),
            )
            return Loaded(datasets, shown, dataset, rows, totals, studies, by_field, judges, waiting)
    first = candidates[0] if candidates else None
    return Loaded(datasets, first, first, [], [], studies, by_field)
