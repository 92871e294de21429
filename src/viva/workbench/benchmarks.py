"""Benchmarks: multiple-choice questions and function calls, put to models as jobs, and what came of them."""

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from viva.benchmark import arc
from viva.benchmark.turns import turns_of
from viva.errors import MissingExtra, UsageError, UserError
from viva.records.benchmark import (
    GREEDY,
    LETTERS,
    LIKELIHOOD,
    Benchmark,
    BenchmarkItem,
    BenchmarkKind,
    BenchmarkResults,
)
from viva.records.ids import content_id
from viva.records.job import Job, JobKind, JobSpec
from viva.records.model import Model, ModelKind
from viva.store import benchmarks as table
from viva.store import datasets
from viva.text import display_line, plural
from viva.workbench import names
from viva.workbench.benchmark_results import rows_of

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

HARNESS = "lm_eval"
PIECE = 500
_FILE = re.compile(r".*[/\\].*|.*\.(jsonl?|ndjson|txt|csv|parquet)", re.IGNORECASE)


class Answered(UserError):
    """Nothing is left to ask; the hint is the benchmark's name."""


class Benchmarks:
    """Start benchmarks and read what came of them; what a model has answered is not asked again."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def choices(self, source: str, models: Sequence[str], name: str | None = None, limit: int | None = None) -> Job:
        """Put multiple-choice questions to models: those of a file in ARC's form, or of a task that lm_eval knows.

        Local models are scored by the likelihood of each choice, endpoints are asked for a letter. `limit` takes the
        first questions only. Raises `NotFound`, `UsageError`, `BadInput`, `MissingExtra`, and `Answered` where nothing
        is left to ask.
        """
        self._check(models, limit)
        path = Path(source).expanduser()
        if not path.is_file():
            return self._start(self._task_name(source, name), models, limit, {"task": source})
        items = arc.read(path)
        chosen = names.checked(
            "benchmark", name or re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._") or "choices"
        )
        benchmark_id = content_id(chosen, BenchmarkKind.CHOICES, [asdict(item) for item in items])
        with self._workbench.store.write() as connection:
            if self._is_new(connection, chosen, benchmark_id):
                table.add(connection, benchmark_id, chosen, BenchmarkKind.CHOICES, path.name, items)
        return self._start(chosen, models, limit, {})

    def calls(
        self, dataset: str, split: str, models: Sequence[str], name: str | None = None, limit: int | None = None
    ) -> Job:
        """Let models say what comes next at each turn of the assistant in a split's conversations with tools on offer.

        Every turn is an item: the calls that stand there are expected, or that none is made. `limit` takes the first
        turns only. Raises `NotFound`, `UsageError`, and `Answered` where nothing is left to ask.
        """
        self._check(models, limit)
        found = self._workbench.datasets.with_split(dataset, split)
        chosen = names.checked("benchmark", name or f"{dataset}-{split or 'all'}-calls"[:64])
        benchmark_id = content_id(chosen, BenchmarkKind.CALLS, found.dataset_id, split)
        with self._workbench.store.write() as connection:
            if self._is_new(connection, chosen, benchmark_id):
                turns = _Turns(connection, found.dataset_id, split)
                source = f"{dataset} version {found.version}, {split or 'no split'}"
                table.add(connection, benchmark_id, chosen, BenchmarkKind.CALLS, source, turns)
                if not turns.count:
                    raise UsageError(
                        f"{display_line(dataset, 60)} has no conversations with tools in {display_line(split, 40)}",
                        "import some: viva dataset import FILE --layout sharegpt",
                    )
                if turns.left_out:
                    note = f"; {plural(turns.left_out, 'turn')} left out: what they call cannot be read"
                    table.set_source(connection, benchmark_id, source + note)
        return self._start(chosen, models, limit, {})

    def list(self) -> Sequence[Benchmark]:
        """Return all benchmarks, the newest first."""
        with self._workbench.store.read() as connection:
            return table.every(connection)

    def get(self, name: str) -> Benchmark:
        """Return the benchmark `name`. Raises `NotFound`."""
        found = self.find(name)
        if found is None:
            known = [benchmark.name for benchmark in self.list()]
            raise names.missing("benchmark", name, known, "run one: viva benchmark choices FILE --model MODEL")
        return found

    def find(self, name: str) -> Benchmark | None:
        """Return the benchmark `name`, None where there is none."""
        with self._workbench.store.read() as connection:
            return table.by_name(connection, name)

    def results(self, name: str, against: str | None = None) -> BenchmarkResults:
        """Return each model's measures, and how far it is from the model `against`, else from the first that answered.

        Raises `NotFound`.
        """
        benchmark = self.get(name)
        with self._workbench.store.read() as connection:
            values = table.values(connection, name)
        models = {value.model for value in values}
        if against is not None and against not in models:
            raise names.missing("model among those that answered:", against, models, "no model has answered yet")
        reasons: Counter[tuple[str, str, str]] = Counter()
        for model, method, _, reason in {(v.model, v.method, v.item_id, v.unscored) for v in values if v.unscored}:
            reasons[(model, method, str(reason))] += 1
        unscored = tuple((*key, count) for key, count in reasons.most_common())
        return BenchmarkResults(benchmark, rows_of(values, against), unscored)

    def _check(self, models: Sequence[str], limit: int | None) -> None:
        """Make sure that there is somebody to ask and something to be asked. Raises `UsageError`, `NotFound`."""
        if not models:
            raise UsageError("no model is named", "name one with --model")
        if limit is not None and limit < 1:
            raise UsageError("at least one item must be asked", "give a limit of 1 or more, or none")
        for model in models:
            self._workbench.models.get(model)

    def _is_new(self, connection: table.Connection, name: str, benchmark_id: str) -> bool:
        """Tell whether a benchmark is not there yet. Raises `UsageError` where another one has its name."""
        known = table.by_name(connection, name)
        if known is not None and known.benchmark_id != benchmark_id:
            free = names.unused(name, [benchmark.name for benchmark in table.every(connection)])
            raise UsageError(f"the benchmark {name} has other items", f"choose another name: --name {free}")
        return known is None

    def _is_asked(self, benchmark: Benchmark, model: str, limit: int | None) -> bool:
        """Tell whether a model has something left to answer."""
        method = method_of(benchmark.kind, self._workbench.models.get(model))
        with self._workbench.store.read() as connection:
            left = table.unanswered(connection, benchmark.benchmark_id, model, method, limit)
            return next(left, None) is not None

    def _task_name(self, task: str, name: str | None) -> str:
        """Return the name of the benchmark that a task of lm_eval becomes."""
        if _FILE.fullmatch(task):
            raise UsageError(f"there is no file {display_line(task, 120)}", "name a file with questions in ARC's form")
        chosen = names.checked("benchmark", name or task)
        known = self.find(chosen)
        if known is not None and known.benchmark_id != task_id(chosen, task):
            raise UsageError(f"the benchmark {chosen} has other items", "choose another name with --name")
        if known is None and importlib.util.find_spec(HARNESS) is None:
            raise MissingExtra(
                f"there is no file {display_line(task, 60)}, and tasks of that name need {HARNESS}",
                f"pip install {HARNESS}, or name a file with questions in ARC's form",
            )
        return chosen

    def _start(self, name: str, models: Sequence[str], limit: int | None, more: dict[str, str]) -> Job:
        chosen = list(dict.fromkeys(models))
        found = self.find(name)
        if found is not None and not any(self._is_asked(found, model, limit) for model in chosen):
            raise Answered(f"{', '.join(chosen)} answered all of {name} before", name)
        arguments = {"benchmark": name, "models": chosen, "limit": limit, **more}
        return self._workbench.jobs.start(JobSpec(JobKind.BENCHMARK, f"{name} by {', '.join(chosen)}", arguments))


def method_of(kind: BenchmarkKind, model: Model) -> str:
    """Return the method by which a model answers."""
    if kind is BenchmarkKind.CALLS:
        return GREEDY
    return LETTERS if model.kind is ModelKind.ENDPOINT else LIKELIHOOD


def task_id(name: str, task: str) -> str:
    """Return the id of the benchmark that a task of lm_eval becomes."""
    return content_id(name, HARNESS, task)


class _Turns:
    """The items of a split, read a piece at a time; `count` and `left_out` hold when they have been read."""

    def __init__(self, connection: table.Connection, dataset_id: str, split: str) -> None:
        self._connection = connection
        self._dataset_id = dataset_id
        self._split = split
        self.count = 0
        self.left_out = 0

    def __iter__(self) -> Iterator[BenchmarkItem]:
        first = 0
        while examples := datasets.examples(self._connection, self._dataset_id, self._split, PIECE, first):
            first += len(examples)
            for example in examples:
                if not example.messages or not example.tools:
                    continue
                items, left_out = turns_of(example.example_id, example.messages, example.tools)
                self.left_out += left_out
                self.count += len(items)
                yield from items
