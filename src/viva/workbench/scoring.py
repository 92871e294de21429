"""Scoring: automatic metrics over what has been generated."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from viva.records.job import Job, JobKind, JobSpec
from viva.records.metric import METRICS, MetricInfo, MetricOptions
from viva.records.results import place_name
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Scoring:
    """Compute metrics."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def metrics(self) -> list[MetricInfo]:
        """Return the metrics there are."""
        return list(METRICS.values())

    def start(self, dataset: str, split: str | None = None, metrics: Sequence[str] | None = None) -> Job:
        """Start scoring what has been generated for a split (all splits where None) and has no score yet.

        The usual metrics are computed where none is named. Raises `NotFound`.
        """
        if split is None:
            self._workbench.datasets.get(dataset)
        else:
            self._workbench.datasets.with_split(dataset, split, self._workbench.results.version(dataset).version)
        return self._workbench.jobs.start(self.spec(dataset, split, metrics))

    def spec(self, dataset: str, split: str | None, metrics: Sequence[str] | None = None) -> JobSpec:
        """Return the job that `start` starts. Raises `NotFound` for an unknown metric."""
        for metric in metrics or ():
            if metric not in METRICS:
                raise names.missing("metric", metric, METRICS, "")
        settings = self._workbench.settings
        options = MetricOptions(settings.embedding_model, settings.bertscore_model)
        return JobSpec(
            JobKind.SCORE,
            place_name(dataset, split),
            {
                "dataset": dataset, "split": split, "options": asdict(options),
                "metrics": list(metrics or (name for name, info in METRICS.items() if info.usual)),
            },
        )  # fmt: skip
