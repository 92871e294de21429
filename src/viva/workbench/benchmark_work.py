"""What a benchmark's job does: it gives the program what has not been answered, and stores what comes."""

from typing import Any

from viva.records.benchmark import Benchmark, BenchmarkAnswer, BenchmarkItem, BenchmarkKind
from viva.records.model import Model, ModelKind
from viva.store import benchmarks as table
from viva.workbench.benchmarks import method_of, task_id
from viva.workbench.synthesis import chat_config
from viva.workbench.work import JobWork

PROGRAM = "viva.benchmark.program"


def benchmark(job: JobWork) -> dict[str, Any]:
    """Put to each model what it has not answered yet; every batch of answers is stored as it comes."""
    workbench, arguments = job.workbench, job.arguments
    found = workbench.benchmarks.find(arguments["benchmark"]) or _fetched(job)
    tasks = []
    for number, name in enumerate(arguments["models"]):
        model = workbench.models.get(name)
        with workbench.store.read() as connection:
            left = table.unanswered(
                connection, found.benchmark_id, name, method_of(found.kind, model), arguments.get("limit")
            )
            rows, count = job.rows(f"items-{number}", left)
        if count:
            tasks.append({"model": name, "rows": rows, **_reached(job, model)})

    def on_event(event: dict[str, Any]) -> None:
        if event["event"] == "answers":
            with workbench.store.write() as connection:
                answers = [BenchmarkAnswer(**row) for row in event["rows"]]
                table.add_answers(connection, found.benchmark_id, answers)
        else:
            job.directory.add_event(event)

    done: dict[str, Any] = {"answered": 0, "unscored": 0}
    if tasks:
        done = job.run(PROGRAM, job.config({"kind": found.kind.value, "tasks": tasks}), on_event)
    return {"benchmark": found.name, "models": arguments["models"], **done}


def _reached(job: JobWork, model: Model) -> dict[str, Any]:
    """Return how the program reaches a model."""
    if model.kind is ModelKind.ENDPOINT:
        return {"chat": chat_config(job.workbench, model)["chat"]}
    location, base = job.workbench.models.weights(model)
    return {"location": location, "base": base}


def _fetched(job: JobWork) -> Benchmark:
    """Return the benchmark that a task of lm_eval becomes, its questions fetched and stored."""
    name, task = job.arguments["benchmark"], job.arguments["task"]
    items: list[BenchmarkItem] = []

    def on_event(event: dict[str, Any]) -> None:
        if event["event"] == "items":
            items.extend(BenchmarkItem(**row) for row in event["rows"])

    job.run(PROGRAM, job.config({"task": task}), on_event)
    with job.workbench.store.write() as connection:
        table.add(connection, task_id(name, task), name, BenchmarkKind.CHOICES, f"lm_eval: {task}", items)
    return job.workbench.benchmarks.get(name)
