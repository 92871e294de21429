"""The benchmark program: puts items to one model after the other.

    python -m viva.benchmark.program CONFIG.json

CONFIG.json holds `kind` (`choices` or `calls`) and `tasks`, a list of

    model      its name
    rows       a file of JSON lines {"item_id", "item"}
    location   a local model's directory or hub id; with `base`, the adapter's directory; else null
    base       the model that an adapter was trained over, else null
    chat       how a model behind a server is reached, as `viva.generate.opening` takes it, else null

or, to fetch the questions of a task of lm-evaluation-harness, `task` (its name) and `limit`. Events go to stdout as
JSON lines: `start`, `items` or `answers` (rows), `progress`, `done`.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.benchmark import asking, judged, letters, tasks, turns
from viva.errors import MissingExtra
from viva.events import EventWriter, run_worker
from viva.generate.chat import ChatReply, ChatRequest
from viva.generate.opening import open_chat
from viva.records.benchmark import BenchmarkAnswer, BenchmarkKind, Choices

FLUSH_SECONDS, FLUSH_ROWS = 3.0, 200
"""Answers are reported after this long, or when there are so many."""

LETTER_TOKENS, CALL_TOKENS = 1024, 2048
"""How long a server's model may reply: some think aloud before they name a letter."""


class Answers:
    """Reports answers in batches, with how far it has come."""

    def __init__(self, events: EventWriter, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._events = events
        self._total = total
        self._clock = clock
        self._waiting: list[BenchmarkAnswer] = []
        self._since = clock()
        self.done = 0
        self.unscored = 0

    def add(self, answer: BenchmarkAnswer) -> None:
        self._waiting.append(answer)
        self.done += 1
        self.unscored += answer.unscored is not None
        if len(self._waiting) >= FLUSH_ROWS or self._clock() - self._since >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Report what waits."""
        if self._waiting:
            self._events.emit("answers", rows=[asdict(answer) for answer in self._waiting])
            self._events.emit("progress", done=self.done, total=self._total, message=self._waiting[-1].model)
        self._waiting = []
        self._since = self._clock()


def benchmark(events: EventWriter, config: dict[str, Any]) -> None:
    """Answer, or fetch questions, as `config` says."""
    if config.get("task"):
        items = tasks.read(config["task"], config.get("limit"), config.get("folder"))
        events.emit("start", total=len(items), unit="item")
        events.emit("items", rows=[asdict(item) for item in items])
        events.emit("done", items=len(items))
        return
    kind = BenchmarkKind(config["kind"])
    asked = [(task, _items(kind, Path(task["rows"]))) for task in config["tasks"]]
    total = sum(len(items) for _, items in asked)
    events.emit("start", total=total, unit="item")
    answers = Answers(events, total)
    for task, items in asked:
        if not items:
            continue
        try:
            if task.get("chat"):
                _ask(task, kind, items, answers)
            else:
                _compute(task, kind, items, answers)
        finally:
            answers.flush()
    events.emit("done", answered=answers.done, unscored=answers.unscored)


def _items(kind: BenchmarkKind, path: Path) -> Any:
    if kind is BenchmarkKind.CALLS:
        return [(row["item_id"], turns.turn_from(row["item"])) for row in jsonl.read(path)]
    return [(row["item_id"], choices_from(row["item"])) for row in jsonl.read(path)]


def choices_from(item: Mapping[str, Any]) -> Choices:
    """Return a question from its JSON."""
    return Choices(**{**item, "choices": tuple(item["choices"]), "continuations": tuple(item["continuations"])})


def _compute(task: dict[str, Any], kind: BenchmarkKind, items: Any, answers: Answers) -> None:
    """Let a local model answer, in fp32 everywhere: answers from a GPU and from a CPU stand in one table."""
    try:
        import torch

        from viva.benchmark import calls, choices
        from viva.generate import adapted
    except ImportError as error:
        raise MissingExtra("a local model needs missing libraries", "pip install 'viva[local]'") from error
    location, base = task["location"], task.get("base")
    tokenizer = adapted.tokenizer_for(location, base)
    model = adapted.load(location, base, dtype=torch.float32)
    room = calls if kind is BenchmarkKind.CALLS else choices
    for answer in room.answers(model, tokenizer, task["model"], items):
        answers.add(answer)


def _ask(task: dict[str, Any], kind: BenchmarkKind, items: Any, answers: Answers) -> None:
    """Let a model behind a server answer."""
    model, known = task["model"], dict(items)
    calls = kind is BenchmarkKind.CALLS

    def request(item: Any) -> ChatRequest:
        if calls:
            return ChatRequest(turns.as_text(item), max_tokens=CALL_TOKENS, temperature=0.0, seed=0)
        messages = [{"role": "user", "content": letters.asked(item)}]
        return ChatRequest(messages, max_tokens=LETTER_TOKENS, temperature=0.0, seed=0)

    def taken(item_id: str, reply: ChatReply | str) -> None:
        item = known[item_id]
        if isinstance(reply, str):
            failed = judged.failed_turn(item_id, model, item, reply) if calls else None
            answers.add(failed or judged.failed_letter(item_id, model, reply))
        elif calls:
            answers.add(judged.answer_to_turn(item_id, model, item, reply.text, "text", reply.finish_reason))
        else:
            answers.add(judged.answer_by_letter(item_id, model, item, reply.text))

    chat = open_chat(task["chat"])
    requests = ((item_id, request(item)) for item_id, item in items)
    # What has been answered is reported even while every call is waiting for the server.
    asyncio.run(asking.ask(chat, requests, taken, answers.flush, FLUSH_SECONDS))


if __name__ == "__main__":
    sys.exit(run_worker(benchmark))
