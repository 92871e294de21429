"""A chat-completions server that judges: it keeps to the form that it is told to honour, and misbehaves as told.

    with JudgeServer(lambda request: verdict()) as server:
        config = configure(tmp_path, server.url, [score_row(0), score_row(1)])
        events = judged(config)

What the probe asks is answered as the server honours formats, all else by the function. `score_row` and `pair_row` are
rows of a job, `told` collects what events tell.
"""

import asyncio
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.fakes.chat_server import Answer, ChatServer, error, last_message
from tests.fakes.judge_replies import verdict
from viva.errors import UserError
from viva.events import EventWriter, read_events
from viva.judge import program, prompts
from viva.judge.probing import ASKED
from viva.records.rubric import Criterion, Rubric

RUBRIC = Rubric(
    "default",
    "Default",
    (
        Criterion("accuracy", 40, "Is it right?", 0, 5, {0: "wrong", 5: "right"}),
        Criterion("completeness", 30, "Is it all there?", 0, 5, {}),
        Criterion("relevance", 20, "Is it on the question?", 0, 5, {}),
        Criterion("practicality", 10, "Can it be done?", 0, 5, {}),
    ),
)
PROMPTS = {
    "rubric-reference": "SCORE {{criteria}} {{form}} {{marker}}\n{{question}}\n{{reference}}\n{{text}}",
    "rubric-independent": "SCORE {{criteria}} {{form}} {{marker}}\n{{question}}\n{{draft}}\n{{text}}",
    "draft": "DRAFT {{marker}}\n{{question}}",
    "pair-reference": "COMPARE {{criteria}} {{form}} {{marker}}\n{{question}}\n{{reference}}\n{{first}}\n{{second}}",
    "pair-independent": "COMPARE {{criteria}} {{form}} {{marker}}\n{{question}}\n{{draft}}\n{{first}}\n{{second}}",
}
"""Prompts whose first word tells what is asked."""
PRICES = {"prompt": 1000.0, "completion": 10_000.0}
DROPPED = Answer(status=0)
"""The connection is dropped without a word."""


class JudgeServer(ChatServer):
    """A server that honours some of `schema`, `tool`, `object+schema`, `object`; others it passes over, or refuses.

    With a status in `refuses` it answers so to a format that it does not honour.
    """

    def __init__(
        self,
        answer: Callable[[dict[str, Any]], str | Answer] = lambda _: verdict(),
        honours: Sequence[str] = ("schema",),
        refuses: int = 0,
    ) -> None:
        super().__init__(self._reply)
        self._judge = answer
        self._honours = honours
        self._refuses = refuses

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Return the requests that were no probes."""
        return [request for request in self.requests if not is_probe(request)]

    @property
    def probes(self) -> list[dict[str, Any]]:
        return [request for request in self.requests if is_probe(request)]

    def _reply(self, request: dict[str, Any]) -> str | Answer:
        form, schema = form_of(request)
        if form and form not in self._honours:
            if self._refuses:
                return error(self._refuses, "I do not know this format")
            form = ""
        if not is_probe(request):
            answer = self._judge(request)
        elif form == "object":
            answer = '{"reply": "hello"}'
        else:
            answer = json.dumps({key: value["enum"][0] for key, value in schema.items()}) if form else "hello"
        return called(answer) if form == "tool" and isinstance(answer, str) else answer

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer, body: bytes) -> None:
        if answer.status == 0:
            handler.close_connection = True
            return
        super()._send(handler, answer, body)


def called(arguments: str) -> Answer:
    """Return an answer that calls the function."""
    calls = [{"id": "1", "type": "function", "function": {"name": "reply", "arguments": arguments}}]
    return Answer(None, finish_reason="tool_calls", message={"tool_calls": calls})


def is_probe(request: dict[str, Any]) -> bool:
    return last_message(request) == ASKED


def form_of(request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return how a reply's form is asked for, and the properties of its schema."""
    form = request.get("response_format")
    if "tools" in request:
        return "tool", request["tools"][0]["function"]["parameters"]["properties"]
    if form is None:
        return "", {}
    if form["type"] == "json_schema":
        return "schema", form["json_schema"]["schema"]["properties"]
    return ("object+schema", form["schema"]["properties"]) if "schema" in form else ("object", {})


def score_row(number: int, **more: Any) -> dict[str, Any]:
    row = {
        "generation_id": f"g{number}", "example_id": f"e{number}", "question": f"question {number}?",
        "reference": f"reference {number}.", "text": f"text {number}.", "samples": [0], "drafts": {},
    }  # fmt: skip
    return {**row, **more}


def pair_row(number: int, **more: Any) -> dict[str, Any]:
    row = {
        "example_id": f"e{number}", "generation_a": f"a{number}", "generation_b": f"b{number}",
        "question": f"question {number}?", "reference": f"reference {number}.",
        "text_a": f"text a {number}.", "text_b": f"text b {number}.", "orders": {"a": [0], "b": [0]}, "drafts": {},
    }  # fmt: skip
    return {**row, **more}


def configure(folder: Path, url: str, rows: Iterable[dict[str, Any]], **more: Any) -> Path:
    """Write the configuration of a job, with what is given as it is given; return its file."""
    folder.mkdir(exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    chat = {"url": url, "model": "fake", "key_env": None, "concurrency": 4, "retries": 1, **more.pop("chat", {})}
    settings = {"attempts": 1, "max_tokens": 100, **more.pop("settings", {})}
    config = {
        "judge": "examiner", "purpose": "score", "mode": "reference", "protocol_id": "p1", "rubric": RUBRIC.to_json(),
        "prompts": PROMPTS, "settings": settings, "per_criterion": False, "chat": chat, "dialect": None,
        "prices": None, "budget": None, "rows": str(folder / "rows.jsonl"), "log": str(folder / "calls.jsonl"),
    }  # fmt: skip
    file = folder / "config.json"
    file.write_text(json.dumps({**config, **more}), "utf-8")
    return file


def judged(config: Path) -> list[dict[str, Any]]:
    """Run the program's work in this process; return its events. Raises as it does."""
    events, failure = run(config)
    if failure is not None:
        raise failure
    return events


def run(config: Path) -> tuple[list[dict[str, Any]], UserError | None]:
    """Run the program's work in this process; return its events, and what it ended with."""
    stream = io.StringIO()
    failure = None
    try:
        program.judge(EventWriter(stream), json.loads(config.read_text("utf-8")))
    except UserError as caught:
        failure = caught
    return list(read_events(stream.getvalue().splitlines())), failure


@dataclass
class Told:
    """What events tell, everything by its id."""

    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    judgments: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    pairs: dict[tuple[str, str | None], dict[str, Any]] = field(default_factory=dict)
    done: dict[str, Any] | None = None
    dialects: list[dict[str, Any]] = field(default_factory=list)

    def values(self, generation_id: str) -> dict[str, float | None]:
        """Return a generation's values by their criteria."""
        found = [judgment for judgment in self.judgments.values() if judgment["generation_id"] == generation_id]
        assert len(found) == len({judgment["criterion"] for judgment in found})
        return {judgment["criterion"]: judgment["value"] for judgment in found}


def told(*runs: Iterable[dict[str, Any]]) -> Told:
    """Return what the events of one run tell, or of several; what is told twice must be the same."""
    found = Told()
    for event in (event for events in runs for event in events):
        if event["event"] == "verdicts":
            for call in event["calls"]:
                assert found.calls.setdefault(call["call_id"], call) == call
            for judgment in event["judgments"]:
                key = judgment["event_id"], judgment["criterion"]
                assert found.judgments.setdefault(key, judgment) == judgment
                assert judgment["call_id"] in found.calls
            for pair in event["pairs"]:
                assert found.pairs.setdefault((pair["event_id"], pair["criterion"]), pair) == pair
                assert pair["call_id"] in found.calls
        elif event["event"] == "dialect":
            found.dialects.append(event["value"])
        elif event["event"] == "done":
            found.done = event
    return found


def shipped_prompts() -> dict[str, str]:
    return prompts.load(None)


async def at_once(_: float) -> None:
    """Wait for nothing, but let others go first."""
    await asyncio.sleep(0)
