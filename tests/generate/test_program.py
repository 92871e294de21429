"""The generation program reports every text of every system, or in one line why it cannot."""

import io
import json
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.errors import BadInput
from viva.events import EventWriter
from viva.generate import loading, program, shared_base
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
    rows = [{"example_id": f"e{i}", "question": "How? " * i, "samples": [0]} for i in range(3)]
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
    texts = written(events)
    systems = {System.from_json(value["system"]).system_id for value in tasks}
    assert {(g.system_id, g.example_id) for g in texts} == {(s, f"e{i}") for s in systems for i in range(3)}
    assert len({g.generation_id for g in texts}) == 6
    assert [event["done"] for event in events if event["event"] == "progress"][-1] == 6
    assert [event["failed"] for event in events if event["event"] == "progress"][-1] == 0
    assert events[-1] == {
        "event": "done",
        "prompt_tokens": sum(g.prompt_tokens for g in texts),
        "completion_tokens": sum(g.completion_tokens for g in texts),
        "cost": None,
        "failed": 0,
    }


def test_a_model_that_is_not_there_ends_in_an_error_event(tmp_path: Path) -> None:
    code, events = run(tmp_path, [task(tmp_path, "none", tmp_path / "none")])
    assert code == 1
    assert events[-1]["event"] == "error"
    assert "cannot be loaded" in events[-1]["message"]


def in_process(tasks: list[dict[str, Any]], batch_size: int = 4) -> list[dict[str, Any]]:
    """Run the program in this process and return its events."""
    stream = io.StringIO()
    program.generate(EventWriter(stream), {"systems": tasks, "batch_size": batch_size})
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def written(events: list[dict[str, Any]]) -> list[Generation]:
    return [Generation(**row) for event in events if event["event"] == "generations" for row in event["rows"]]


def test_a_base_and_its_adapters_come_from_one_load_and_other_bases_from_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for base in ("one", "two"):
        make_tiny_model(tmp_path / base, chat=base == "one")
        make_tiny_adapter(tmp_path / f"{base}-tuned", tmp_path / base)
    tasks = [
        task(tmp_path, name, tmp_path / name, tmp_path / base if base else None)
        for name, base in (("one", ""), ("two", ""), ("one-tuned", "one"), ("two-tuned", "two"))
    ]
    alone = {each["system"]["name"]: written(in_process([each])) for each in tasks}
    loads: list[str] = []
    in_memory: list[weakref.ref[Any]] = []

    def load_model(location: str, **options: Any) -> Any:
        assert all(model() is None for model in in_memory), "a base is in memory while the next is loaded"
        loads.append(Path(location).name)
        model = loading.load_model(location, **options)
        in_memory.append(weakref.ref(model))
        return model

    monkeypatch.setattr(shared_base, "load_model", load_model)
    together = written(in_process(tasks))
    assert loads == ["one", "two"]
    for each in tasks:
        system_id = System.from_json(each["system"]).system_id
        texts = {row.example_id: row.text for row in together if row.system_id == system_id}
        assert texts == {row.example_id: row.text for row in alone[each["system"]["name"]]}


def drawing(tmp_path: Path, samples: dict[str, list[int]]) -> list[Generation]:
    """Let the tiny model draw texts for samples of examples."""
    told = task(tmp_path, "drawn", tmp_path / "base")
    told["system"]["decoding"] |= {"temperature": 1.0, "seed": 4, "samples": 3, "max_new_tokens": 8}
    rows = [{"example_id": e, "question": "How?", "samples": numbers} for e, numbers in samples.items()]
    Path(told["examples"]).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return written(in_process([told]))


def test_samples_differ_and_the_rest_comes_as_it_would_have(tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "base")
    whole = {(row.example_id, row.sample): row.text for row in drawing(tmp_path, {"a": [0, 1, 2], "b": [0, 1, 2]})}
    assert len(whole) == 6
    assert len(set(whole.values())) > 4
    rest = {(row.example_id, row.sample): row.text for row in drawing(tmp_path, {"a": [2], "b": [1]})}
    assert rest == {key: whole[key] for key in (("a", 2), ("b", 1))}


def test_rows_are_read_a_window_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny_model(tmp_path / "base")
    monkeypatch.setattr(program, "WINDOW", 2)
    told = task(tmp_path, "base", tmp_path / "base")
    rows = [{"example_id": f"e{i}", "question": "How? " * (i % 4), "samples": [0]} for i in range(7)]
    Path(told["examples"]).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    found = written(in_process([told]))
    assert sorted(row.example_id for row in found) == [f"e{i}" for i in range(7)]


def test_a_program_that_only_asks_servers_loads_no_torch() -> None:
    code = "import viva.generate.program, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "openai", "numpy"} & set(done.stdout.split())


@pytest.mark.parametrize("row", ["{}", '{"example_id": "e1"}', "[1]", "{torn"])
def test_a_broken_file_of_examples_is_one_error_line(tmp_path: Path, row: str) -> None:
    told = task(tmp_path, "base", tmp_path / "base")
    Path(told["examples"]).write_text(row, "utf-8")
    with pytest.raises(BadInput, match=r"examples\.jsonl"):
        in_process([told])
