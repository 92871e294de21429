"""`viva rater`: who may come in over SSH."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from viva.records.person import Role
from viva.workbench import Workbench

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "B" * 43


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "ann.pub"
    file.write_text(f"{KEY} ann@home\n", "utf-8")
    return file


def test_a_rater_is_let_in_and_listed(viva: Viva, bench: Workbench, key: Path) -> None:
    outcome = viva("rater", "add", "ann", key)
    assert (outcome.code, outcome.err) == (0, "ann may come in as rater with 1 key\n")
    changed = viva("rater", "add", "ann", "--role", "lead", "--plain")
    assert (changed.code, changed.err) == (0, "ann may come in as lead with 1 key, line by line\n")
    assert bench.raters.get("ann").role is Role.LEAD
    [row] = json.loads(viva("rater", "list", "--format", "json").out)
    assert row == {"rater": "ann", "role": "lead", "plain": True, "keys": [f"{KEY} ann@home"]}
    assert "ssh-ed25519 …BBBBBBBBBBBB ann@home" in viva("rater", "show", "ann").out


def test_the_role_of_whoever_asks_is_said_before_the_command(viva: Viva, bench: Workbench, key: Path) -> None:
    outcome = viva("--role", "lead", "rater", "add", "ann", key)
    assert outcome.code == 1
    assert outcome.err.startswith("error: only engineers may let a rater in\n")


def test_a_rater_is_shut_out(viva: Viva, bench: Workbench, key: Path) -> None:
    viva("rater", "add", "ann", key)
    assert viva("rater", "remove", "ann").err == "ann comes in no more\n"
    outcome = viva("rater", "remove", "ann")
    assert (outcome.code, outcome.err.splitlines()[0]) == (1, "error: there is no rater 'ann'")
    assert "viva rater add NAME KEYFILE" in viva("rater", "list").err


def test_a_private_key_is_refused(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "utf-8")
    outcome = viva("rater", "add", "ann", file)
    assert outcome.code == 1
    assert outcome.err.startswith("error: id: this is a private key, which never leaves its owner's machine\n")
    assert not bench.paths.raters_file.exists()
