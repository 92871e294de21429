"""The papers program, as a process against a real server: it can be killed at any call and goes on from there."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import pdfs
from tests.fakes.chat_server import ChatServer, limited, malformed
from viva.records.papers import PapersPlan

PAIR = {"question": "How is it done?", "approach": "With care, and with a great deal of time.", "page": 1}


def answer(request: dict[str, Any]) -> str:
    prompt = str(request["messages"][0]["content"])
    source = prompt.split("the file ")[1].split(".pdf")[0]
    if "Answer with JSON" not in prompt:
        return f"They did what {source} says, step by step. [page 1]"
    return json.dumps({"pairs": [{**PAIR, "question": f"How is {source} done?"}]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "papers"
    pdfs.write(path / "vision/a.pdf", pdfs.small_paper(1))
    pdfs.write(path / "vision/long.pdf", pdfs.one_column([pdfs.paragraph(30, seed) for seed in range(4)]))
    pdfs.write(path / "text/b.pdf", pdfs.small_paper(2))
    pdfs.write(path / "text/locked.pdf", pdfs.encrypted())
    pdfs.write(path / "scan.pdf", pdfs.scanned())
    return path


def configured(tmp_path: Path, folder: Path, url: str, **more: Any) -> Path:
    plan = PapersPlan(str(folder), words_per_piece=500, least_words=5)
    config = {
        "plan": plan.to_json(),
        "chat": {"url": url, "model": "fake", "concurrency": 1},
        "calls": str(tmp_path / "work/calls.jsonl"),
        "output": str(tmp_path / "examples.jsonl"),
        **more,
    }
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config), "utf-8")
    return path


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "viva.dataset.papers.program", str(config)]


def run(config: Path) -> tuple[int, list[dict[str, Any]]]:
    ended = subprocess.run(command(config), capture_output=True, text=True, check=False)
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def rows(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "examples.jsonl").read_text("utf-8").splitlines()]


def test_a_folder_becomes_examples_and_bad_files_are_told_of(tmp_path: Path, folder: Path) -> None:
    with ChatServer(answer) as server:
        server.faults.extend([limited(retry_after="0"), malformed()])
        code, events = run(configured(tmp_path, folder, server.url))
    assert code == 0
    assert events[0] == {"event": "start", "total": 5, "unit": "file"}
    assert [(row["source"], row["field"], row["question"]) for row in rows(tmp_path)] == [
        ("text/b.pdf", "text", "How is text/b done?"),
        ("vision/a.pdf", "vision", "How is vision/a done?"),
        ("vision/long.pdf", "vision", "How is vision/long done?"),
    ]
    assert rows(tmp_path)[0]["reference"] == PAIR["approach"]
    assert rows(tmp_path)[0]["meta"]["page"] == 1
    assert events[-1]["event"] == "done"
    assert events[-1]["examples"] == 3
    assert [(row["source"], row["reason"].split(" (")[0]) for row in events[-1]["failed"]] == [
        ("scan.pdf", "scan.pdf holds images of pages, no text"),
        ("text/locked.pdf", "locked.pdf is encrypted"),
    ]
    (told,) = [event for event in events if event["event"] == "estimate"]
    assert told["calls"] >= max(event["done"] for event in events if event.get("unit") == "call")


CALLS = 7


@pytest.mark.parametrize(
    "stop", [pytest.param(call, marks=[] if call == 3 else pytest.mark.slow) for call in range(1, CALLS + 1)]
)
def test_killed_at_any_call_it_goes_on_and_repeats_none(tmp_path: Path, folder: Path, stop: int) -> None:
    with ChatServer(answer) as server:
        config = configured(tmp_path, folder, server.url)
        process = subprocess.Popen(command(config), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                event = json.loads(line)
                if event.get("unit") == "call" and event["done"] >= stop:
                    process.send_signal(signal.SIGKILL)
                    break
        process.wait()
        finished = len((tmp_path / "work/calls.jsonl").read_bytes().splitlines())
        before = len(server.requests)
        assert run(config)[0] == 0
        assert len(server.requests) - before == CALLS - finished
    assert [row["question"] for row in rows(tmp_path)] == [
        f"How is {name} done?" for name in ("text/b", "vision/a", "vision/long")
    ]


def test_the_estimate_alone_asks_nothing(tmp_path: Path, folder: Path) -> None:
    with ChatServer(answer) as server:
        code, events = run(configured(tmp_path, folder, server.url, estimate=True))
        assert server.requests == []
    assert code == 0
    assert [event["event"] for event in events[-2:]] == ["estimate", "done"]
    assert events[-2]["files"] == 3
    assert not (tmp_path / "examples.jsonl").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"plan": PapersPlan("nowhere").to_json()}, "nowhere is not a folder"),
        ({"plan": PapersPlan("nowhere", words_per_piece=3).to_json()}, "words_per_piece is 3"),
        (
            {"chat": {"url": "http://127.0.0.1:9/v1", "model": "m", "key_env": "NO_SUCH_KEY"}},
            "holds no key named NO_SUCH_KEY",
        ),
    ],
)
def test_what_a_person_can_mend_ends_in_an_error_event(
    tmp_path: Path, folder: Path, change: dict[str, Any], message: str
) -> None:
    code, events = run(configured(tmp_path, folder, "http://127.0.0.1:9/v1", **change))
    assert code == 1
    assert events[-1]["event"] == "error"
    assert message in events[-1]["message"]


def test_a_folder_of_bad_files_alone_is_an_error(tmp_path: Path) -> None:
    pdfs.write(tmp_path / "bad/a.pdf", pdfs.truncated())
    code, events = run(configured(tmp_path, tmp_path / "bad", "http://127.0.0.1:9/v1"))
    assert code == 1
    assert "no paper can be used" in events[-1]["message"]
