"""The generation program: writes texts with one system after the other.

    python -m viva.generate.program CONFIG.json

CONFIG.json holds `batch_size` (texts that a local model writes side by side) and `systems`, a list of

    system     the system (`System.to_json()`)
    examples   a file of JSON lines {"example_id", "question", "samples": [numbers of the samples that are wanted]}

and for a local model

    location   its directory or hub id; with `base`, the adapter's directory
    base       the model that an adapter was trained over, else null

or for a server

    chat       {"url", "model", "key_env", "concurrency", "timeout", "retries"}; all but the first two may be left out
    takes      what it calls parameters beyond the protocol's: {"top_k": NAME, "repetition_penalty": NAME}
    prices     {"prompt", "completion"} per million tokens, or null

Systems of one base are written for with one load, systems of one server side by side. Files are read a piece at a time.

Events go to stdout as JSON lines: `start` (total), `generations` (rows) and `progress` as soon as some texts are there,
`done` (prompt_tokens, completion_tokens, cost, failed). Each text that is wanted comes as a row, failed ones with their
reason. Ended before its end, the program has lost what it had not told yet, at most: given the rest it goes on. A text
is drawn by the seed, its example and its sample, so locally and in fp32 the rest comes as it would have; a server draws
as it likes.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from viva import jsonl
from viva.errors import MissingExtra, UserError
from viva.events import EventWriter, run_worker
from viva.generate import endpoint_backend
from viva.generate.endpoint import EndpointChat
from viva.generate.opening import key_for, open_chat
from viva.generate.report import Report
from viva.generate.tasks import Task, Written, count, wanted
from viva.text import display_line

BATCH_SIZE = 32
WINDOW = 4096
"""Texts that are put in order of their prompts' lengths at a time."""


def generate(events: EventWriter, config: dict[str, Any]) -> None:
    """Generate as `config` says."""
    tasks = [Task.from_json(value) for value in config["systems"]]
    served = [task for task in tasks if task.chat]
    for task in served:
        # Before the first text is written, so that no work is done in vain.
        endpoint_backend.check(task)
        key_for(task.chat)
    report = Report(events, count(tasks))
    gone: list[UserError] = []
    for _, group in _grouped(served, lambda task: json.dumps(task.chat, sort_keys=True)):
        try:
            asyncio.run(_ask(group, report))
        except UserError as error:
            # One server that is gone keeps no other system from writing.
            gone.append(error)
    local = [task for task in tasks if not task.chat]
    if local:
        _write_locally(local, report, int(config.get("batch_size") or BATCH_SIZE))
    if gone:
        raise gone[0]
    report.end()


async def _ask(tasks: Sequence[Task], report: Report) -> None:
    """Write with the systems of one server."""
    chat = open_chat(tasks[0].chat)
    try:
        await endpoint_backend.write(chat, wanted(tasks), report.add)
        if isinstance(chat, EndpointChat) and "seed" in chat.dialect.without:
            report.note(f"{display_line(chat.name, 60)} takes no seed: its texts are drawn as its server likes")
    finally:
        await chat.close()


def _write_locally(tasks: Iterable[Task], report: Report, batch_size: int) -> None:
    """Write with local models, one base after the other."""
    try:
        import torch

        from viva.generate.shared_base import SharedBase, load_of
        from viva.generate.transformers_backend import TransformersBackend
    except ImportError as error:
        raise MissingExtra("generating needs missing libraries", "pip install 'viva[local]'") from error
    waiting = [task for task in tasks if count([task])]
    for load, group in _grouped(waiting, lambda task: load_of(task.location, task.base)):
        shared = SharedBase(load)
        # One adapter after the other: each is read once.
        for location, systems in _grouped(group, lambda task: task.location):
            backend = TransformersBackend(location, systems[0].base, shared=shared)
            for task in systems:
                for texts in _texts(backend, task, batch_size):
                    report.add(texts)
            del backend
        # The weights of one base go before those of the next come.
        del shared
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _texts(backend: Any, task: Task, batch_size: int) -> Iterator[list[Written]]:
    system = task.system
    for window in jsonl.pieces(wanted([task]), WINDOW):
        questions, keys = [each.question for each in window], [each.key for each in window]
        for batch in backend.generate(questions, system.prompt, system.decoding, batch_size, keys):
            yield [
                Written(
                    window[item.index], item.text, item.finish_reason, item.prompt_tokens, item.completion_tokens,
                    item.seconds, item.failed,
                )
                for item in batch
            ]  # fmt: skip


def _grouped(tasks: Iterable[Task], key: Any) -> list[tuple[Any, list[Task]]]:
    """Return the tasks by their keys, in the order in which these first come."""
    found: dict[Any, list[Task]] = {}
    for task in tasks:
        found.setdefault(key(task), []).append(task)
    return list(found.items())


if __name__ == "__main__":
    sys.exit(run_worker(generate))
