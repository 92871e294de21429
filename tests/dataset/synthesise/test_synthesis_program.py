"""The synthesis program ends with the same dataset however often it was killed, and asks for nothing twice."""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.dataset.synthesise.replying import answer
from tests.fakes.chat_server import Answer, ChatServer, broken, error, limited, malformed, wait_for
from viva.events import read_events
from viva.generate.call_log import fingerprint
from viva.generate.chat import ChatRequest
from viva.records.synthesis import DomainPlan, SynthesisPlan, TaxonomyPlan, plan_to_json

PLAN = TaxonomyPlan({"arts": ("music", "film")}, questions=6, per_call=2)
CALLS = 6 + 12


def configure(folder: Path, server: ChatServer, plan: SynthesisPlan = PLAN, **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    config = {
        "plan": plan_to_json(plan),
        "chat": {"url": server.url, "model": "fake", "concurrency": 2},
        "calls": str(folder / "calls.jsonl"),
        "output": str(folder / "examples.jsonl"),
        "prices": {"prompt": 1.0, "completion": 2.0},
        **more,
    }
    path = folder / "config.json"
    path.write_text(json.dumps(config), "utf-8")
    return path


def start(config: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "viva.dataset.synthesise.program", str(config)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(config: Path) -> tuple[int, list[dict[str, Any]]]:
    with start(config) as process:
        out, _ = process.communicate(timeout=60)
    return process.returncode, list(read_events(out.splitlines()))


def asked(request: dict[str, Any]) -> str:
    """Return the fingerprint of the call that a request on the wire belongs to."""
    schema = request["response_format"]["json_schema"]["schema"]
    return fingerprint(ChatRequest(request["messages"], request["max_tokens"], request["temperature"], None, schema))


def finished(folder: Path) -> set[str]:
    lines = (folder / "calls.jsonl").read_bytes().split(b"\n")[:-1]
    return {json.loads(line)["request"] for line in lines}


def slowly(request: dict[str, Any]) -> Answer:
    """A reply that takes a moment, so that a kill hits calls on their way."""
    return Answer(answer(request), delay=0.02)


def test_killed_at_any_call_it_ends_with_the_same_dataset_and_repeats_no_finished_call(tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    with ChatServer(answer) as calm, start(configure(tmp_path / "whole", calm)) as undisturbed:
        with ChatServer(slowly) as server:
            config = configure(killed, server)
            for point in sorted(random.Random(7).sample(range(1, CALLS), 6)):
                ends_at_request(config, server, point)
                assert not (killed / "examples.jsonl").exists()
            before, done = len(server.requests), finished(killed)
            code, events = run(config)
            assert code == 0
            assert not done & {asked(request) for request in server.requests[before:]}
        undisturbed.communicate(timeout=60)
        assert len(calm.requests) == CALLS
    assert events[-1]["calls"] == CALLS
    assert (killed / "examples.jsonl").read_bytes() == (tmp_path / "whole" / "examples.jsonl").read_bytes()
    assert len(finished(killed)) == CALLS


def ends_at_request(config: Path, server: ChatServer, point: int) -> None:
    """Run the program, the server being busy at first, and kill it when `point` requests have come in all."""
    before = len(server.requests)
    done = finished(config.parent) if before else set()
    server.faults.append(limited("0"))
    with start(config) as process:
        wait_for(lambda: len(server.requests) >= point or process.poll() is not None)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not done & {asked(request) for request in server.requests[before:]}


def test_it_reports_what_it_does_and_writes_flat_rows(tmp_path: Path) -> None:
    with ChatServer(answer) as server:
        server.faults.extend([malformed(), broken(), limited("0")])
        code, events = run(configure(tmp_path / "w", server, DomainPlan(pairs=4, domains=("shops",))))
    assert code == 0
    assert events[0] == {"event": "start", "total": 1, "unit": "call"}
    progress = [event for event in events if event["event"] == "progress"]
    assert (progress[-1]["done"], progress[-1]["total"], progress[-1]["retries"]) == (1, 1, 3)
    assert progress[-1]["message"].endswith("cost 0.00")
    done = events[-1]
    assert (done["event"], done["examples"], done["failed"], done["calls"]) == ("done", 4, 0, 1)
    assert done["cost"] == pytest.approx((done["prompt_tokens"] + 2 * done["completion_tokens"]) / 1e6)
    rows = [json.loads(line) for line in (tmp_path / "w" / "examples.jsonl").read_text("utf-8").splitlines()]
    assert [set(row) for row in rows] == [{"question", "reference", "field", "subfield", "source", "meta"}] * 4
    assert (tmp_path / "w" / "failures.jsonl").read_text() == ""


def test_asked_to_stop_it_ends_at_once_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    def stuck(request: dict[str, Any]) -> Answer:
        return Answer(answer(request), delay=30 if len(server.requests) > 4 else 0)

    with ChatServer(stuck) as server, start(configure(tmp_path / "w", server)) as process:
        wait_for(lambda: len(server.requests) > 4)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
    assert process.returncode == 143
    assert log == ""
    assert (tmp_path / "w" / "calls.jsonl").read_bytes().endswith(b"\n")
    assert sorted(path.name for path in (tmp_path / "w").iterdir()) == ["calls.jsonl", "config.json"]


def test_a_wrong_key_ends_it_with_one_line_that_does_not_hold_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    with ChatServer(lambda _: error(401, "bad key sk-secret")) as server:
        config = configure(tmp_path / "w", server, chat={"url": server.url, "model": "fake", "key_env": "MY_KEY"})
        code, events = run(config)
    assert code == 1
    assert events[-1]["event"] == "error"
    assert "HTTP 401" in events[-1]["message"]
    left = "".join(path.read_text("utf-8") for path in (tmp_path / "w").iterdir())
    assert "sk-secret" not in json.dumps(events) + left
