import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
from viva.cli import checks
from viva.cli.checks import State
from viva.errors import StoreBusy, StoreNewer
from viva.workbench import Workbench


def found(viva: Viva) -> tuple[int, dict[str, dict[str, str]]]:
    outcome = viva("doctor", "--format", "json")
    return outcome.code, {row["check"]: row for row in json.loads(outcome.out)}


def test_a_sound_workspace_is_sound(viva: Viva, filled: Workbench) -> None:
    code, rows = found(viva)
    assert (code, [row for row in rows.values() if row["state"] == "wrong"]) == (0, [])
    assert rows["store"]["state"] == "ok"
    assert {"python", "package duckdb", "gpu", "workspace", "disk", "ratings"} <= set(rows)


def test_asking_makes_no_store(viva: Viva, bench: Workbench) -> None:
    assert found(viva)[1]["store"]["state"] == "note"
    assert list(bench.paths.root.iterdir()) == []


def test_a_workspace_that_is_not_there_is_wrong(tmp_path: Path, bench: Workbench) -> None:
    assert checks.workspace(tmp_path / "nowhere").state is State.WRONG


@pytest.mark.parametrize("error", [StoreBusy("held by editor (process 7)", "close it"), StoreNewer("newer", "upgrade")])
def test_a_store_that_does_not_open_is_wrong(
    viva: Viva, filled: Workbench, monkeypatch: pytest.MonkeyPatch, error: StoreBusy
) -> None:
    def fail(_datasets: object) -> None:
        raise error

    monkeypatch.setattr("viva.workbench.datasets.Datasets.list", fail)
    code, rows = found(viva)
    assert code == 1
    assert rows["store"] | {"check": "store"} == {
        "check": "store", "state": "wrong", "detail": error.message, "hint": error.hint,
    }  # fmt: skip


def test_a_damaged_store_is_wrong(viva: Viva, bench: Workbench) -> None:
    bench.paths.store.write_bytes(b"this is no database" * 1000)
    code, rows = found(viva)
    assert (code, rows["store"]["state"]) == (1, "wrong")


def test_undelivered_ratings_are_counted_and_stay(viva: Viva, filled: Workbench) -> None:
    sitting = filled.desk.sit_down(STUDY)
    filled.desk.save(sitting.task, sitting.served.leases[0].item_id, {}, skipped="no time")
    code, rows = found(viva)
    assert (code, rows["ratings"]["detail"]) == (0, "1 rating not in the store yet")
    assert filled.desk.undelivered() == 1


def test_rejected_ratings_are_wrong(viva: Viva, filled: Workbench) -> None:
    filled.paths.outboxes.mkdir(parents=True)
    (filled.paths.outboxes / "ann.jsonl.rejected").write_text("torn\n")
    assert found(viva)[1]["rejected ratings"]["state"] == "wrong"


def test_settings_that_cannot_be_read_are_told(viva: Viva, bench: Workbench) -> None:
    bench.paths.settings_file.write_text("nonsense = 1\n")
    code, rows = found(viva)
    assert code == 1
    assert "unknown setting 'nonsense'" in rows["settings"]["detail"]


def test_missing_packages_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in {"textual", "torch"}:
            raise checks.importlib.metadata.PackageNotFoundError(name)
        return "1.0" if name == "click" else "999"

    monkeypatch.setattr(checks.importlib.metadata, "version", version)
    rows = {finding.check: finding for finding in checks.packages()}
    assert rows["package textual"].state is State.WRONG
    assert rows["package click"].state is State.WRONG
    assert rows["training, generation and metrics"].state is State.NOTE
    assert "torch" in rows["training, generation and metrics"].detail


@pytest.mark.parametrize(
    ("version", "bounds", "expected"),
    [
        ("8.1.7", ">=8.1", False),
        ("8.0.9", ">=8.1", True),
        ("2.13.0+cpu", ">=2.13", False),
        ("10.0", ">=9", False),
        ("1.0", "", False),
    ],
)
def test_versions_are_compared_number_by_number(version: str, bounds: str, expected: bool) -> None:
    assert checks.too_old(version, bounds) is expected


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (SimpleNamespace(returncode=0, stdout="NVIDIA H100, 81559 MiB, 80000 MiB\n"), State.OK),
        (SimpleNamespace(returncode=0, stdout=""), State.NOTE),
        (SimpleNamespace(returncode=9, stdout="NVIDIA-SMI has failed"), State.WRONG),
        (FileNotFoundError(), State.NOTE),
        (subprocess.TimeoutExpired("nvidia-smi", 20), State.WRONG),
    ],
)
def test_what_the_driver_says_of_gpus(monkeypatch: pytest.MonkeyPatch, answer: object, state: State) -> None:
    def run(*_arguments: object, **_named: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(checks.subprocess, "run", run)
    assert checks.gpu().state is state


@pytest.mark.parametrize(("free", "state"), [(10**12, State.OK), (2 * 1024**3, State.NOTE), (10**6, State.WRONG)])
def test_space_on_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, state: State) -> None:
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert checks.disk(tmp_path / "not" / "there").state is state


@pytest.mark.parametrize(
    ("size", "term", "encoding", "wrong"),
    [
        ((120, 40), "xterm-256color", "utf-8", set()),
        ((79, 24), "xterm-256color", "UTF-8", {"terminal size"}),
        ((80, 24), "dumb", "utf-8", {"terminal colours"}),
        ((80, 24), "xterm", "iso8859-1", {"terminal encoding"}),
    ],
)
def test_a_terminal_that_is_too_small_or_too_plain_is_wrong(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], term: str, encoding: str, wrong: set[str]
) -> None:
    monkeypatch.setattr(checks.sys, "stdout", SimpleNamespace(isatty=lambda: True, encoding=encoding))
    # The test run itself asks too, in another way.
    monkeypatch.setattr(checks.shutil, "get_terminal_size", lambda **_: os.terminal_size(size))
    monkeypatch.setenv("TERM", term)
    assert {finding.check for finding in checks.terminal() if finding.state is State.WRONG} == wrong


def test_a_store_that_is_held_is_not_waited_for(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts = []

    def note(datasets: object) -> list[object]:
        timeouts.append(datasets._store.timeout)  # type: ignore[attr-defined]
        return []

    monkeypatch.setattr("viva.workbench.datasets.Datasets.list", note)
    checks.store(replace(filled.settings, lock_timeout=3600.0))
    assert timeouts == [checks.STORE_TIMEOUT]
