"""Reading in a directory that is no workspace: nothing is written there, and one line says what to do."""

from pathlib import Path

import pytest

from tests.cli.running import command_line

READING = [
    ["dataset", "list"], ["study", "list"], ["leaderboard", "vad"], ["agreement", "experts"],
    ["sql", "SELECT count(*) AS texts FROM generations"], ["report", "vad", "out.html"],
    ["compare", "a", "b", "--dataset", "vad"], ["model", "list"],
]  # fmt: skip


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VIVA_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", READING, ids=lambda words: words[0])
def test_nothing_is_written_and_what_to_do_is_said(nowhere: Path, arguments: list[str]) -> None:
    outcome = command_line(tuple(arguments))
    assert list(nowhere.iterdir()) == []
    assert "holds no results of viva yet" in outcome.err
    assert "viva demo makes some to try" in outcome.err
    assert "--workspace DIR" in outcome.err


def test_a_query_is_answered_from_an_empty_store(nowhere: Path) -> None:
    outcome = command_line(("sql", "SELECT count(*) AS texts FROM generations", "--format", "csv"))
    assert outcome.code == 0
    assert outcome.out.split() == ["texts", "0"]


def test_what_reads_nothing_of_a_workspace_says_nothing_of_one(nowhere: Path) -> None:
    assert "holds no results" not in command_line(("recipe", "list")).err


def test_the_built_in_model_is_listed_all_the_same(nowhere: Path) -> None:
    assert command_line(("model", "list", "--format", "csv")).out.splitlines()[1].startswith("starter,starter,")
