"""What the results screen reads from the workspace in one go."""

from dataclasses import dataclass

from viva.records.dataset import Dataset
from viva.records.results import LeaderboardRow
from viva.records.study import Study
from viva.workbench import Workbench


@dataclass(frozen=True)
class Loaded:
    """What was read of the workspace; `dataset` is None where there is none.

    `dataset` is the version that has results, `newest` its newest version.
    """

    datasets: list[Dataset]
    dataset: Dataset | None
    newest: Dataset | None
    rows: list[LeaderboardRow]
    studies: list[Study]
    by_field: bool

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
            return Loaded(datasets, shown, dataset, rows, studies, by_field)
    first = candidates[0] if candidates else None
    return Loaded(datasets, first, first, [], studies, by_field)
