"""Multiple-choice tasks of lm-evaluation-harness by name: their questions, as the harness would put them."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from viva.errors import BadInput, MissingExtra, NotFound, UsageError
from viva.records.benchmark import BenchmarkItem, Choices
from viva.text import display_line


def read(name: str, limit: int | None = None, folder: str | None = None) -> list[BenchmarkItem]:
    """Return the questions of the task `name`, the first `limit` of them; with `folder` the tasks are those in it.

    The data comes from the hub, or from its cache. Raises `MissingExtra` without lm_eval, `NotFound` for a task that
    it does not know, `UsageError` for one that is not multiple choice, `BadInput` where its data cannot be had.
    """
    task = _task(name, folder)
    shown = display_line(name, 60)
    if task.OUTPUT_TYPE != "multiple_choice":
        raise UsageError(f"{shown} is no multiple-choice task", "run it with lm_eval itself")
    task.build_all_requests(limit=limit)
    ordered = sorted(task.instances, key=lambda instance: (instance.doc_id, instance.idx))
    items = [
        _item(task, shown, number, list(group))
        for number, group in groupby(ordered, key=lambda instance: instance.doc_id)
    ]
    if not items:
        raise BadInput(f"{shown} holds no questions")
    return items


def _task(name: str, folder: str | None) -> Any:
    try:
        from lm_eval.tasks import TaskManager
    except ImportError as error:
        raise MissingExtra("named tasks need lm_eval", "pip install lm_eval, or name a file") from error
    shown = display_line(name, 60)
    manager = TaskManager(include_path=folder, include_defaults=folder is None)
    if name not in manager.all_subtasks:
        raise NotFound(f"there is no file and no task {shown}", "lm_eval ls subtasks lists the tasks")
    try:
        loaded = manager.load([name])["tasks"]
    except (OSError, ValueError) as error:
        # Whatever stands between this machine and the data: the hub is off, away, or asks for a log-in.
        reason = next((line for line in _lines(error) if line.strip()), type(error).__name__)
        raise BadInput(
            f"the data of {shown} cannot be had: {display_line(reason, 160)}",
            "connect to the hub once, or name a file with the questions",
        ) from error
    return next(iter(loaded.values()))


def _lines(error: BaseException) -> Iterator[str]:
    yield from str(error).splitlines()


def _item(task: Any, shown: str, number: int, instances: list[Any]) -> BenchmarkItem:
    doc = instances[0].doc
    choices = [str(choice) for choice in task.doc_to_choice(doc)]
    target = task.doc_to_target(doc)
    answer = choices.index(target) if isinstance(target, str) and target in choices else target
    prompts = {instance.args[0] for instance in instances}
    one_of_them = isinstance(answer, int) and 0 <= answer < len(choices)
    if len(prompts) > 1 or len(instances) != len(choices) or not one_of_them or not all(choices):
        raise UsageError(f"{shown} is scored in a way of its own", "run it with lm_eval itself")
    said = doc.get("question")
    continuations = tuple(str(instance.args[1]) for instance in instances)
    prompt = prompts.pop()
    item = Choices(said if isinstance(said, str) else prompt, tuple(choices), answer, prompt, continuations)
    return BenchmarkItem(str(number), asdict(item))
