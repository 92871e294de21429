"""Fixtures that run `viva` in the workspace of `bench` (which `filled` fills)."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Outcome, Viva, command_line, program_command
from viva.workbench import Workbench


@pytest.fixture(autouse=True)
def _usual_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the width and the encoding of the terminal that the tests run in away from them."""
    for name in ("COLUMNS", "LINES", "PYTHONIOENCODING", "PYTHONUNBUFFERED"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def viva(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Viva:
    """Run a command line in the workspace of `bench` (which `filled` fills), as the rater ann."""

    monkeypatch.setenv("VIVA_WORKSPACE", str(bench.paths.root))
    monkeypatch.setenv("VIVA_RATER", "ann")

    def call(*arguments: Any, stdin: str = "") -> Outcome:
        return command_line(arguments, stdin)

    return call


@pytest.fixture
def program(bench: Workbench) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run `viva` as a program of its own."""

    def call(*arguments: Any, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            program_command(*arguments),
            env={**os.environ, "VIVA_WORKSPACE": str(bench.paths.root), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands believe that a person sits at a terminal."""
    for module in ("session", "rate", "demo"):
        monkeypatch.setattr(f"viva.cli.{module}.has_terminal", lambda: True)


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    """A small file of examples whose columns have names of their own."""
    path = tmp_path / "papers.csv"
    path.write_text(
        "Problem,Solution,Area\nHow to see smoke?,With a camera.,fire\nHow to hear glass?,With a microphone.,\n"
    )
    return path
