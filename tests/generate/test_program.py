"""The generation program reports every text of every system, or in one line why it cannot."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.records.generation import Generation
from viva.records.model import Decoding, System
from viva.records.prompt import CHAT

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")


def run(tmp_path: Path, systems: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"systems": systems, "batch_size": 2}), "utf-8")
    command = [sys.executable, "-m", "viva.generate.program", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def task(tmp_path: Path, name: str, location: Path, base: Path | None = None) -> dict[str, Any]:
    examples = tmp_path / "examples.jsonl"
    rows = [{"example_id": f"e{i}", "question": "How? " * i} for i in range(3)]
    examples.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    system = System(name, name, CHAT, Decoding(max_new_tokens=5))
    return {
        "system": system.to_json(),
        "location": str(location),
        "base": base and str(base),
        "examples": str(examples),
    }


def test_every_system_writes_for_every_example(tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "base")
    make_tiny_adapter(tmp_path / "tuned", tmp_path / "base")
    tasks = [
        task(tmp_path, "base", tmp_path / "base"),
        task(tmp_path, "tuned", tmp_path / "tuned", tmp_path / "base"),
    ]
    code, events = run(tmp_path, tasks)
    assert code == 0
    assert events[0] == {"event": "start", "total": 6, "unit": "text"}
    assert events[-1] == {"event": "done"}
    written = [Generation(**row) for event in events if event["event"] == "generations" for row in event["rows"]]
    systems = {System.from_json(value["system"]).system_id for value in tasks}
    assert {(g.system_id, g.example_id) for g in written} == {(s, f"e{i}") for s in systems for i in range(3)}
    assert len({g.generation_id for g in written}) == 6
    assert [event["done"] for event in events if event["event"] == "progress"] == [2, 3, 5, 6]


def test_a_model_that_is_not_there_ends_in_an_error_event(tmp_path: Path) -> None:
    code, events = run(tmp_path, [task(tmp_path, "none", tmp_path / "none")])
    assert code == 1
    assert events[-1]["event"] == "error"
    assert "cannot be loaded" in events[-1]["message"]
