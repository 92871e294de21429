"""Real servers on loopback answer the generation program; skipped where they are not installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.real_server import free_port, needs, serving, transformers_serve
from tests.fakes.tiny_model import make_tiny_model
from viva.events import read_events
from viva.generate.transformers_backend import TransformersBackend
from viva.records.generation import Generation
from viva.records.model import Decoding, System
from viva.records.prompt import CHAT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
]

DECODING = Decoding(max_new_tokens=12, repetition_penalty=1.0)


def asked(folder: Path, url: str, model: str, questions: list[str]) -> list[Generation]:
    """Let the program write for the questions; return its rows in their order."""
    examples = folder / "examples.jsonl"
    rows = [{"example_id": f"e{i}", "question": question, "samples": [0]} for i, question in enumerate(questions)]
    examples.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    task = {
        "system": System("served", "m1", CHAT, DECODING).to_json(),
        "examples": str(examples),
        "chat": {"url": url, "model": model, "key_env": None, "concurrency": 2},
        "takes": {},
        "prices": {"prompt": 1.0, "completion": 1.0},
    }
    config = folder / "config.json"
    config.write_text(json.dumps({"systems": [task]}), "utf-8")
    command = [sys.executable, "-m", "viva.generate.program", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    events = list(read_events(ended.stdout.splitlines()))
    found = [Generation(**row) for event in events if event["event"] == "generations" for row in event["rows"]]
    return sorted(found, key=lambda row: int(row.example_id[1:]))


QUESTIONS = ["How?", "Why is the camera blind at night?", "A fall.", "Émile 異常?"]


def test_transformers_serve_writes_what_the_model_writes_here(tmp_path: Path) -> None:
    needs("fastapi", "uvicorn")
    make_tiny_model(tmp_path / "model")
    location, port = str(tmp_path / "model"), free_port()
    with serving(tmp_path, port, *transformers_serve(location, port)) as url:
        found = asked(tmp_path, url, location, QUESTIONS)
    assert [row.failed for row in found] == [None] * 4
    backend = TransformersBackend(location)
    here = [item for batch in backend.generate(QUESTIONS, CHAT, DECODING, 4) for item in batch]
    assert [row.text for row in found] == [item.text for item in sorted(here, key=lambda item: item.index)]
    assert all(row.prompt_tokens > 0 and row.cost for row in found)


def test_llama_cpps_server_writes_for_every_question(tmp_path: Path) -> None:
    needs("llama_cpp", "fastapi", "uvicorn", "sse_starlette", "pydantic_settings", "starlette_context")
    from viva.train.gguf_export import write_gguf

    model, tokenizer = make_tiny_model(tmp_path / "model")
    file, port = tmp_path / "model.gguf", free_port()
    write_gguf(model, tokenizer, file, "f32", name="tiny")
    options = ["--model", str(file), "--host", "127.0.0.1", "--port", str(port), "--n_ctx", "256"]
    with serving(tmp_path, port, sys.executable, "-m", "llama_cpp.server", *options) as url:
        found = asked(tmp_path, url, "tiny", QUESTIONS)
    assert [row.failed for row in found] == [None] * 4
    # It counts the tokens of what it sends, which may be one more than it drew where a character has several.
    assert all(row.prompt_tokens > 0 and row.completion_tokens <= 12 + 1 for row in found)
    assert all(row.finish_reason in ("stop", "length") for row in found)
