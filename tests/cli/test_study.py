"""`viva study`: make studies, follow them, change and end them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
from tests.fakes.results import rate_at_desk
from viva.workbench import Workbench

SECOND = ("study", "create", "second", "--dataset", "tiny", "--split", "test", "--system", "tuned")
PLAN = ("study", "plan", "--dataset", "tiny", "--split", "test", "--system", "tuned", "--system", "starter")


def listed(viva: Viva, *arguments: str) -> Any:
    outcome = viva(*arguments, "--format", "json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_a_study_is_made_and_listed(viva: Viva, filled: Workbench) -> None:
    outcome = viva(*SECOND, "--raters-per-item", "2", "--seed", "7", "--raters", "ann,bob", "--note", "Hello")
    assert (outcome.code, outcome.err) == (0, "second: 4 texts to rate, 2 raters each: viva rate second\n")
    found = listed(viva, "study", "list")
    assert [(row["study"], row["items"], row["given"], row["wanted"]) for row in found] == [
        (STUDY, 8, 0, 8), ("second", 4, 0, 8),
    ]  # fmt: skip
    assert [row["raters"] for row in found] == [None, ["ann", "bob"]]


def test_pairs_are_asked_as_told(viva: Viva, filled: Workbench) -> None:
    outcome = viva(
        *SECOND, "--system", "starter", "--mode", "pairwise", "--strength", "--per-criterion",
        "--label", "tuned=new", "--label", "starter=old", "--questions", "2", "--calibration", "0.5",
        "--stratify", "none",
    )  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "second: 2 pairs to rate: viva rate second\n")
    [row] = listed(viva, "study", "show", "second")
    assert (row["mode"], row["strength"], row["per_criterion"], row["guess"]) == (
        "pairwise",
        True,
        True,
        ["new", "old"],
    )


def test_a_plan_makes_nothing(viva: Viva, filled: Workbench) -> None:
    outcome = viva(*PLAN, "--questions", "3", "--calibration", "0.34", "--format", "json")
    [row] = json.loads(outcome.out)
    assert (row["questions"], row["of_questions"], row["items"], row["calibration"], row["useful"]) == (3, 4, 6, 2, 4)
    assert "statistics rest on the 2 drawn at random, not on the 4 texts chosen as useful" in outcome.err
    assert sum(drawn for drawn, _ in row["strata"].values()) == 1
    assert "energy: " in (read := viva(*PLAN).out)
    assert all(word in read for word in ("drawn at random", "chosen as useful", "drawn by layer"))
    assert "calibration" not in read
    assert len(listed(viva, "study", "list")) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--label", "tuned"], "--label tuned names no label"),
        (["--raters-per-item", "0"], "'--raters-per-item'"),
        (["--calibration", "2"], "'--calibration'"),
        (["--strength"], "strength is asked of pairs only"),
        (["--raters", ","], "1 rater per item is wanted, but only 0 may rate"),
    ],
)
def test_a_study_that_cannot_be_is_used_wrongly(viva: Viva, filled: Workbench, arguments: list[str], said: str) -> None:
    outcome = viva(*SECOND, *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert len(outcome.err.splitlines()) <= 2


def test_a_study_shows_what_is_asked_of_whom_and_what_was_changed(viva: Viva, filled: Workbench) -> None:
    viva("study", "pause", STUDY)
    [row] = listed(viva, "study", "show", STUDY)
    assert [criterion["name"] for criterion in row["criteria"]][:2] == ["accuracy", "completeness"]
    assert (row["state"], row["systems"]) == ("paused", ["starter", "tuned"])
    assert [(change["by"], change["state"]) for change in row["changes"]] == [("ann", "paused")]
    shown = viva("study", "show", STUDY).out
    assert "accuracy 40 (0–5)" in shown
    assert "everybody" in shown


def test_leads_are_not_shown_whose_texts_they_are_and_raters_see_their_own_progress(
    viva: Viva, filled: Workbench
) -> None:
    [row] = listed(viva, "study", "show", STUDY, "--role", "lead")
    assert row["systems"] == []
    rate_at_desk(filled, STUDY, most=1)
    [own] = listed(viva, "study", "list", "--role", "rater")
    assert (own["study"], own["rated"], own["left"], own["seconds_left"]) == (STUDY, 1, 7, 56.0)
    assert "tuned" not in viva("study", "list", "--role", "rater").out


@pytest.mark.parametrize("words", [("show", STUDY), ("progress", STUDY), ("pause", STUDY), ("assign", STUDY, "bob")])
def test_raters_do_not_look_after_studies(viva: Viva, filled: Workbench, words: tuple[str, ...]) -> None:
    outcome = viva("study", *words, "--role", "rater")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("error: only leads and engineers may ")


def test_progress_counts_verdicts_that_lie_in_an_outbox(viva: Viva, filled: Workbench) -> None:
    rate_at_desk(filled, STUDY, most=3)
    outcome = viva("study", "progress", STUDY, "--format", "json")
    [row] = json.loads(outcome.out)
    assert (row["rater"], row["rated"], row["seconds_each"]) == ("ann", 3, 8.0)
    assert outcome.err.startswith(f"{STUDY} (open): 3 of 8 texts complete · 3 of 8 verdicts given")
    assert outcome.err.endswith("about 1 min of rating left\n")


def test_a_study_goes_through_its_states(viva: Viva, filled: Workbench) -> None:
    assert viva("study", "pause", STUDY).err == f"{STUDY} is paused: viva study resume {STUDY}\n"
    assert viva("study", "resume", STUDY).err == f"{STUDY} goes on\n"
    assert viva("study", "close", STUDY).err == f"{STUDY} is closed: viva agreement {STUDY}\n"
    refused = viva("study", "extend", STUDY, "--raters-per-item", "2")
    assert (refused.code, refused.err) == (
        2, f"error: {STUDY} is closed\nhint: open it again: viva study reopen {STUDY}\n",
    )  # fmt: skip
    assert viva("study", "reopen", STUDY).err == f"{STUDY} is open again\n"
    assert viva("study", "extend", STUDY, "--raters-per-item", "2").err == f"{STUDY}: 8 texts to rate, 2 raters each\n"


def test_who_may_rate_is_said_by_name_or_everybody(viva: Viva, filled: Workbench) -> None:
    assert viva("study", "assign", STUDY, "bob", "ann").err == f"{STUDY}: open to bob, ann\n"
    assert viva("study", "assign", STUDY, "--everybody").err == f"{STUDY}: open to everybody\n"
    assert viva("study", "assign", STUDY).code == 2
    assert viva("study", "assign", STUDY, "bob", "--everybody").code == 2


def test_raters_who_are_not_let_in_yet_are_told_where_others_are(viva: Viva, filled: Workbench) -> None:
    filled.paths.raters_file.write_text("[raters.bob]\n")
    stranger = "not let in over SSH yet: bbo (viva rater list)\n"
    assert viva("study", "assign", STUDY, "bob", "bbo").err == f"{stranger}{STUDY}: open to bob, bbo\n"
    assert viva(*SECOND, "--raters", "bbo").err.startswith(stranger)
    assert viva("study", "assign", STUDY, "bob").err == f"{STUDY}: open to bob\n"
    filled.paths.raters_file.write_text("no toml")
    outcome = viva("study", "assign", STUDY, "ann")
    assert outcome.code == 0
    assert "is not valid TOML" in outcome.err
    assert outcome.err.endswith(f"{STUDY}: open to ann\n")


def test_an_export_is_not_written_over(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "study.csv"
    rate_at_desk(filled, STUDY, most=1)
    assert viva("study", "export", STUDY, file).err == f"{file}: 11 rows\n"
    assert viva("study", "export", STUDY, file).code == 2
    assert viva("study", "export", STUDY, file, "--overwrite").code == 0
    assert viva("study", "export", STUDY, tmp_path / "study.txt").code == 2
