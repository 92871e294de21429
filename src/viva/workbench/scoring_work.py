"""What a scoring job does: it gives the program what has no value yet, and stores what comes."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.metrics import registry
from viva.records.generation import Score
from viva.records.metric import METRICS, MetricOptions, Need
from viva.records.model import ModelKind, System
from viva.store import generations
from viva.store import models as table
from viva.text import plural
from viva.workbench.metric_models import resolved
from viva.workbench.work import JobWork

Row = dict[str, Any]


def score(job: JobWork) -> dict[str, Any]:
    """Compute each metric for what it has not scored yet; every batch is stored as it comes."""
    workbench, arguments = job.workbench, job.arguments
    dataset = workbench.results.version(arguments["dataset"])
    options, remarks = resolved(_options(arguments), arguments["metrics"])
    for remark in remarks:
        job.directory.add_event({"event": "message", "message": remark})
    settings = {name: registry.settings(name, options) for name in arguments["metrics"]}
    choices = [
        (measure, METRICS[name].version, text) for name, text in settings.items() for measure in METRICS[name].names
    ]
    weighed = {name for name in settings if METRICS[name].needs is Need.WEIGHTS}
    models = _Models(job, weighed)
    with workbench.store.read() as connection:
        left = generations.to_score(connection, dataset.dataset_id, arguments["split"], choices)
        rows, count = job.rows("texts", models.apart(left))
    config = {
        "rows": rows, "options": asdict(options), "weights": models.tasks(),
        "metrics": settings,
    }  # fmt: skip
    with workbench.store.write() as connection:
        generations.choose(connection, dataset.dataset_id, choices, only_new=True)
    taking = _Taking(job)
    if count or config["weights"]:
        job.run("viva.metrics.program", job.config(config), taking)
    with workbench.store.write() as connection:
        generations.add_scores(connection, models.unreachable(settings))
        # Settings under which nothing has a value would only hide the values there are.
        valued = generations.with_values(connection, dataset.dataset_id, choices)
        changed = generations.choose(connection, dataset.dataset_id, valued)
    if changed:
        job.directory.add_event({"event": "message", "message": _hidden(changed, dataset.name)})
    return {"metrics": arguments["metrics"], "settings": settings, "said": taking.said(len(settings))}


def _hidden(measures: list[str], dataset: str) -> str:
    return (
        f"{', '.join(measures)}: computed with other settings than before, whose values count no more; "
        f"score what has only those as well: viva score {dataset}"
    )


def _options(arguments: dict[str, Any]) -> MetricOptions:
    """Return what a job was asked to compute with; jobs of older stores name the embedding model alone."""
    if "options" in arguments:
        return MetricOptions(**arguments["options"])
    return MetricOptions(embedding_model=arguments["embedding_model"])


class _Taking:
    """Stores the scores that the program reports, and counts them."""

    def __init__(self, job: JobWork) -> None:
        self._job = job
        self._values = 0
        self._unscored = 0

    def __call__(self, event: dict[str, Any]) -> None:
        if event["event"] != "scores":
            self._job.directory.add_event(event)
            return
        scores = [Score(**row) for row in event["rows"]]
        with self._job.workbench.store.write() as connection:
            generations.add_scores(connection, scores)
        unscored = sum(score.value is None for score in scores)
        self._values += len(scores) - unscored
        self._unscored += unscored

    def said(self, metrics: int) -> str:
        """Return what was done."""
        if not self._values + self._unscored:
            return "nothing was left to score"
        unscored = f", {self._unscored:,} unscored" if self._unscored else ""
        return f"{plural(self._values, 'value')} of {plural(metrics, 'metric')}{unscored}"


class _Models:
    """Puts the rows of metrics that need a system's own weights into files of their own, one per model and prompt."""

    def __init__(self, job: JobWork, metrics: set[str]) -> None:
        self._job = job
        self._measures = {measure: name for name in metrics for measure in METRICS[name].names}
        self._files: dict[tuple[str, str], Path] = {}
        self._without: list[tuple[str, str]] = []
        self._systems: dict[str, System] = {}
        self._local: set[str] = set()
        if metrics:
            with job.workbench.store.read() as connection:
                self._systems = {system.system_id: system for system in table.systems(connection)}
                # A model may bear the name of a system whose texts were made elsewhere: that has no prompt.
                self._local = {m.name for m in table.every(connection) if m.kind is not ModelKind.ENDPOINT}

    def apart(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows with what is left for the other metrics; those with nothing left are kept back."""
        for row in rows:
            mine = [measure for measure in row["measures"] if measure in self._measures]
            others = [measure for measure in row["measures"] if measure not in self._measures]
            if mine:
                self._keep(row, mine)
            if others:
                yield {**row, "measures": others}

    def tasks(self) -> list[dict[str, Any]]:
        """Return one task per model and prompt."""
        models = self._job.workbench.models
        return [
            dict(zip(("location", "base"), models.weights(models.get(model)), strict=True))
            | {"prompt": prompt, "rows": str(path)}
            for (model, prompt), path in self._files.items()
        ]

    def unreachable(self, settings: dict[str, str]) -> list[Score]:
        """Return the scores of texts whose system has no weights here."""
        return [
            Score(generation, measure, METRICS[self._measures[measure]].version,
                  settings[self._measures[measure]], None, "the weights of its model are not here")
            for generation, measure in self._without
        ]  # fmt: skip

    def _keep(self, row: Row, measures: list[str]) -> None:
        system = self._systems[row["system_id"]]
        key = (system.model, system.prompt)
        if system.model not in self._local or not system.prompt:
            self._without += [(row["generation_id"], measure) for measure in measures]
            return
        if key not in self._files:
            self._files[key] = self._job.directory.path / f"weights-{len(self._files)}.jsonl"
            self._files[key].unlink(missing_ok=True)
        kept = {name: row[name] for name in ("generation_id", "question", "reference", "failed")}
        jsonl.append(self._files[key], kept)
