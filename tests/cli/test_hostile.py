"""No text from outside may act on the terminal, whichever command shows it."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import Viva, program_command
from tests.fakes.filled import STUDY
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.records.model import Model, ModelKind
from viva.store import models
from viva.workbench import Workbench

COMMANDS = [
    ["dataset", "list"],
    ["dataset", "show", "tiny", "--limit", "0"],
    ["dataset", "show", "hostile", "--limit", "0"],
    ["model", "list"],
    ["recipe", "list"],
    ["study", "list"],
    ["study", "show", STUDY],
    ["leaderboard", "tiny", "--by", "field"],
    ["sql", "SELECT * FROM examples"],
    ["sql", "SELECT text, finish_reason FROM generations"],
    ["job", "list"],
    ["doctor"],
]


@pytest.fixture
def hostile(filled: Workbench, tmp_path: Path) -> Workbench:
    """The filled workspace with hostile text wherever it can be put."""
    file = tmp_path / "hostile.jsonl"
    rows = [
        f'{{"question": {quoted(text)}, "reference": {quoted(text)}, "field": {quoted(text)}}}'
        for text in HOSTILE
        if text.strip()
    ]
    file.write_text("\n".join(rows))
    filled.datasets.import_file(file, "hostile")
    with filled.store.write() as connection:
        models.add(connection, Model("h", HOSTILE[3], ModelKind.HUB, HOSTILE[5], None, HOSTILE[6]))
    return filled


def quoted(text: str) -> str:
    return json.dumps(text.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("form", ["table", "md"])
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_what_people_read_holds_no_control_character(
    viva: Viva, hostile: Workbench, arguments: list[str], form: str
) -> None:
    outcome = viva(*arguments, "--format", form)
    assert outcome.code == 0, outcome.err
    assert outcome.out
    assert not FORBIDDEN.search(outcome.out + outcome.err)


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_a_terminal_is_safe_in_every_format(hostile: Workbench, form: str) -> None:
    environment = {
        **os.environ,
        "VIVA_WORKSPACE": str(hostile.paths.root),
        "TERM": "xterm",
        "PYTHONIOENCODING": "utf-8",
    }
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        program_command("dataset", "show", "hostile", "--limit", "0", "--format", form),
        env=environment, stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(terminal)
    painted = b""
    while chunk := read(master):
        painted += chunk
    os.close(master)
    assert process.wait() == 0
    assert b"not red" in painted
    assert not FORBIDDEN.search(painted.decode().replace("\r\n", "\n"))


def read(descriptor: int) -> bytes:
    """Read from a pseudo-terminal; its end is an error on Linux."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
