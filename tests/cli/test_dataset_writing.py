"""`viva dataset synthesize`, `papers`, `prompts`."""

import json
from pathlib import Path

from tests.cli.running import Viva
from tests.dataset.synthesise.replying import answer
from tests.fakes.chat_server import ChatServer
from viva.workbench import Workbench

ONE_CALL_EACH = ("--taxonomy", "research-fields", "--field", "formal sciences", "--questions", "1", "--per-call", "1")


def test_a_taxonomy_is_written_through(viva: Viva, bench: Workbench) -> None:
    with ChatServer(answer) as server:
        assert viva("model", "add", "writer", "--endpoint", server.url, "--model", "fake", "--prices", 1, 2).code == 0
        outcome = viva("dataset", "synthesize", "made", "--model", "writer", *ONE_CALL_EACH, "--wait")
    assert outcome.code == 0, outcome.err
    assert "about 10 calls" in outcome.err
    assert "cost about" in outcome.err
    assert bench.datasets.get("made").size == 5


def test_a_dry_run_starts_nothing(viva: Viva, bench: Workbench) -> None:
    outcome = viva("dataset", "synthesize", "made", "--model", "starter", "--topic", "bees", "--dry-run")
    assert (outcome.code, outcome.out, bench.jobs.list()) == (0, "", [])
    assert "no cost: the model runs on this machine" in outcome.err


def test_what_to_write_must_be_said(viva: Viva) -> None:
    assert viva("dataset", "synthesize", "made", "--model", "starter").code == 2
    both = ("--topic", "bees", "--taxonomy", "research-fields")
    assert viva("dataset", "synthesize", "made", "--model", "starter", *both).code == 2
    unknown = viva("dataset", "synthesize", "made", "--model", "starter", *ONE_CALL_EACH[:2], "--field", "alchemy")
    assert (unknown.code, "the taxonomy has no field alchemy" in unknown.err) == (2, True)


def test_a_folder_without_papers_is_told(viva: Viva, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    outcome = viva("dataset", "papers", tmp_path, "--name", "made", "--model", "starter")
    assert outcome.code == 2
    assert "there is no PDF file to read" in outcome.err
    assert viva("dataset", "papers", tmp_path / "nowhere", "--name", "made", "--model", "starter").code == 1


def test_prompts_are_copied_to_be_edited(viva: Viva, bench: Workbench) -> None:
    outcome = viva("dataset", "prompts", "--copy", "--format", "json")
    assert outcome.code == 0
    rows = json.loads(outcome.out)
    assert {row["prompt"] for row in rows} >= {"questions.txt", "approach.txt", "pairs.txt"}
    assert all(Path(row["file"]).parent == bench.paths.prompts for row in rows)
