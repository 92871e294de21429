"""The scoring program: computes metrics over texts.

    python -m viva.metrics.program CONFIG.json

CONFIG.json holds

    rows       a file of JSON lines {"generation_id", "question", "reference", "text", "finish_reason", "failed",
               "measures"}, where `failed` says why there is no text, else null, and `measures` which are wanted
    metrics    the settings that scores carry, by the metric's name
    options    the choices of `MetricOptions`
    weights    for the perplexity of references, a list of {"location", "base", "prompt", "rows"}: a model, the prompt
               it is asked with, and a file of JSON lines {"generation_id", "question", "reference", "failed"}

A metric is computed for a row where any of its measures is wanted, and gives all of them. Files are read a piece at a
time, so that memory does not grow with them. Events go to stdout as JSON lines, scores every second or so.
"""

import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.metrics import registry
from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.records.generation import Score
from viva.records.metric import METRICS, MetricInfo, MetricOptions
from viva.text import display_line

PIECE = 128
"""Rows that are in memory at a time."""

SECONDS = 1.0
MOST_SCORES = 4_000
"""Scores are reported after so many seconds, or where there are so many."""

PERPLEXITY = "reference_perplexity"


@dataclass(frozen=True)
class Line:
    """A row of a file, and why it has no text; `measures` are those that are wanted."""

    row: Row
    failed: str | None
    measures: frozenset[str]

    def wants(self, info: MetricInfo) -> bool:
        return not self.measures.isdisjoint(info.names)


class Report:
    """Gathers scores, and tells of them from time to time."""

    def __init__(self, events: EventWriter, settings: Mapping[str, str], total: int) -> None:
        self._events = events
        self._settings = settings
        self._total = total
        self._done = 0
        self._scores: list[dict[str, Any]] = []
        self._told = time.monotonic()

    def add(self, info: MetricInfo, lines: Sequence[Line], metric: Metric | None) -> None:
        """Score lines; `metric` may be None where none of them has a text."""
        rows = [line.row for line in lines if line.failed is None]
        found = iter(metric.values(rows) if metric is not None and rows else [])
        for line in lines:
            none = (Unscored(f"no text: {line.failed}"),) * len(info.measures)
            self._scores += self._made(info, line.row.generation_id, next(found) if line.failed is None else none)
        if time.monotonic() - self._told >= SECONDS or len(self._scores) >= MOST_SCORES:
            self.tell(info)

    def tell(self, info: MetricInfo | None = None) -> None:
        """Report the scores that were gathered."""
        if not self._scores:
            return
        self._done += len(self._scores)
        self._events.emit("scores", rows=self._scores)
        self._events.emit("progress", done=self._done, total=self._total, message=info.title if info else "")
        self._scores = []
        self._told = time.monotonic()

    def _made(self, info: MetricInfo, generation_id: str, values: Values) -> Iterator[dict[str, Any]]:
        version, settings = info.version, self._settings[info.name]
        for measure, value in zip(info.measures, values, strict=True):
            if isinstance(value, Unscored):
                made = Score(generation_id, measure.name, version, settings, None, value.reason)
            elif not math.isfinite(value):
                made = Score(generation_id, measure.name, version, settings, None, "the value is not finite")
            else:
                made = Score(generation_id, measure.name, version, settings, float(value))
            # As `asdict`, which takes as long as the cheaper metrics.
            yield vars(made)


def score(events: EventWriter, config: dict[str, Any]) -> None:
    """Score as `config` says; the total counts a score per row and measure."""
    settings: dict[str, str] = config["metrics"]
    infos = sorted((registry.find(name) for name in settings), key=lambda info: list(METRICS).index(info.name))
    options = MetricOptions(**config.get("options") or {})
    path = Path(config["rows"]) if config.get("rows") else None
    tasks: list[dict[str, Any]] = config.get("weights") or []
    total, used = _counted(path, infos)
    total += sum(1 for task in tasks for _ in _read(task["rows"])) * len(METRICS[PERPLEXITY].measures)
    events.emit("start", total=total, unit="score")
    report = Report(events, settings, total)
    # What cannot be loaded shows before anything is computed.
    metrics = {name: registry.create(name, options) for name in used}
    for piece in jsonl.pieces(_read(path) if path else [], PIECE):
        for info in infos:
            if lines := [line for line in piece if line.wants(info)]:
                report.add(info, lines, metrics.get(info.name))
    report.tell(infos[-1] if infos else None)
    _score_with_weights(report, tasks)
    events.emit("done")


def _counted(path: Path | None, infos: Sequence[MetricInfo]) -> tuple[int, list[str]]:
    """Return how many scores are wanted, and the names of the metrics that have a text to score."""
    total, used = 0, set()
    for line in _read(path) if path else []:
        for info in infos:
            if line.wants(info):
                total += len(info.measures)
                if line.failed is None:
                    used.add(info.name)
    return total, [info.name for info in infos if info.name in used]


def _score_with_weights(report: Report, tasks: Sequence[Mapping[str, Any]]) -> None:
    """Compute the perplexity of references; tasks of one model that follow one another share its weights."""
    from viva.metrics import reference_perplexity

    info = METRICS[PERPLEXITY]
    loaded: tuple[str, str | None] | None = None
    weights = None
    for task in tasks:
        metric = None
        for piece in jsonl.pieces(_read(task["rows"]), PIECE):
            if metric is None and any(line.failed is None for line in piece):
                wanted = task["location"], task.get("base")
                if wanted != loaded:
                    # The one before is let go first: there may be room for one only.
                    weights, loaded = None, wanted
                    weights = _weights(*wanted)
                assert weights is not None
                metric = reference_perplexity.over(weights, task["prompt"])
            report.add(info, piece, metric)
        report.tell(info)


def _weights(location: str, base: str | None) -> Any:
    from viva.metrics.reference_perplexity import load

    try:
        return load(location, base)
    except ImportError as error:
        title = METRICS[PERPLEXITY].title
        raise MissingExtra(f"{title} needs missing libraries", "pip install 'viva[local]'") from error


def _read(path: str | Path) -> Iterator[Line]:
    """Yield the lines of a file. Raises `BadInput`."""
    for number, value in enumerate(jsonl.read(Path(path)), 1):
        try:
            row = Row(
                value["generation_id"],
                value["question"],
                value["reference"],
                value.get("text") or "",
                value.get("finish_reason") or "stop",
            )
        except KeyError as error:
            name = display_line(str(error.args[0]), 40)
            raise BadInput(f"{Path(path).name}, row {number}: there is no {name}") from error
        yield Line(row, value.get("failed"), frozenset(value.get("measures") or ()))


if __name__ == "__main__":
    sys.exit(run_worker(score))
