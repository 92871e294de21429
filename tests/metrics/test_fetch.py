"""A metric's model is brought into the cache, or why it is not is told in one line."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from viva.metrics.models import BEST, is_cached

COMMIT = "c0ffee" * 6 + "beef"
FILES = {
    "config.json": b"{}",
    "modules.json": b"[]",
    "tokenizer.json": b"{}",
    "1_Pooling/config.json": b"{}",
    "model.safetensors": b"weights",
    "pytorch_model.bin": b"the same weights",
    "onnx/model.onnx": b"again",
    "onnx/config.json": b"{}",
    "README.md": b"",
}


def fetched(tmp_path: Path, endpoint: str, **environment: str) -> dict[str, Any]:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"model": BEST}), "utf-8")
    left_out = {"TRANSFORMERS_OFFLINE", "SENTENCE_TRANSFORMERS_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}
    known = {name: value for name, value in os.environ.items() if name not in left_out}
    hub = {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0", "HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1"}
    command = [sys.executable, "-m", "viva.metrics.fetch", str(config)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**known, **hub, **environment}
    )
    assert ended.returncode == 0, ended.stderr
    event: dict[str, Any] = json.loads(ended.stdout)
    return event


def hub(server: HTTPServer) -> list[str]:
    """Let `server` stand in for the hub; return the files that are asked for, as they are."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        if request.path.startswith("/api/"):
            known = [
                {"rfilename": name, "path": name, "type": "file", "oid": "0", "size": len(FILES[name])}
                for name in FILES
            ]
            listed = known if "/tree/" in request.path else {"id": BEST, "sha": COMMIT, "siblings": known}
            return Response(json.dumps(listed), content_type="application/json")
        name = request.path.partition(f"/{COMMIT}/")[2]
        if request.method == "GET":
            asked.append(name)
        return Response(FILES[name], headers={"X-Repo-Commit": COMMIT, "ETag": f'"{name.replace("/", "-")}"'})

    server.expect_request(re.compile("/.*")).respond_with_handler(answer)
    return asked


def test_what_the_model_needs_is_brought_into_the_cache(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = hub(httpserver)
    assert fetched(tmp_path, httpserver.url_for("").rstrip("/")) == {"event": "done", "found": True, "reason": ""}
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    assert is_cached(BEST)
    assert sorted(asked) == [
        "1_Pooling/config.json", "config.json", "model.safetensors", "modules.json", "tokenizer.json"
    ]  # fmt: skip


def test_a_hub_without_the_model_is_told(tmp_path: Path, httpserver: HTTPServer) -> None:
    event = fetched(tmp_path, httpserver.url_for("").rstrip("/"))
    assert event["found"] is False
    assert BEST in event["reason"]


def test_a_hub_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        event = fetched(tmp_path, f"http://127.0.0.1:{free.getsockname()[1]}")
    assert event == {
        "event": "done",
        "found": False,
        "reason": f"the hub cannot be reached, and {BEST} is not on this machine",
    }


def test_a_hub_that_is_switched_off_is_told(tmp_path: Path) -> None:
    event = fetched(tmp_path, "http://127.0.0.1:9", HF_HUB_OFFLINE="1")
    assert event["found"] is False
    assert "HF_HUB_OFFLINE" in event["reason"]
