"""`viva rating import` and `viva rating export`."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
from tests.fakes.hostile import HOSTILE
from viva.records.rating import RatingEvent
from viva.store import ratings, study_items
from viva.workbench import Workbench


@pytest.fixture
def rated(filled: Workbench) -> Workbench:
    """Ann has rated one text and skipped one, with a hostile comment each."""
    study = filled.studies.get(STUDY)
    with filled.store.write() as connection:
        first, second, *_ = study_items.every(connection, study.study_id)
        values = {criterion.name: 3 for criterion in study.rubric.criteria}
        at, comment = datetime(2026, 1, 1, 12), 'a, "b"\nc'
        events = [
            RatingEvent("e1", study.study_id, first.item_id, "ann", values, None, HOSTILE[3], False, 9.5, at),
            RatingEvent("e2", study.study_id, second.item_id, "ann", {}, "not my field", comment, True, 2.0, at),
        ]
        assert ratings.add(connection, events) == []
    return filled


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    path = tmp_path / "paper.csv"
    path.write_text("example,system,rater,accuracy,age\n6,tuned,r1,3,40\n6,tuned,r2,9,50\n", "utf-8")
    return path


def test_ratings_go_to_csv_as_they_are(viva: Viva, rated: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    outcome = viva("rating", "export", file)
    assert (outcome.code, outcome.out) == (0, ""), outcome.err
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["comment"] for row in rows} == {HOSTILE[3], 'a, "b"\nc'}
    assert {row["value"] for row in rows} == {"3", ""}
    assert {row["rubric"] for row in rows} == {"default"}
    assert outcome.err.endswith("ratings.csv: 8 ratings\n")


def test_ratings_go_to_json_lines(viva: Viva, rated: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "ratings.jsonl"
    assert viva("rating", "export", file, "--study", STUDY, "--dataset", "tiny").code == 0
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {row["unscored"] for row in rows} == {None, "skipped: not my field"}
    assert {row["study"] for row in rows} == {STUDY}
    assert (rows[0]["seconds"], rows[0]["created_at"]) in {(9.5, "2026-01-01T12:00:00"), (2.0, "2026-01-01T12:00:00")}


def test_a_file_is_not_replaced_unasked(viva: Viva, rated: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("mine")
    assert viva("rating", "export", file).code == 2
    assert file.read_text() == "mine"
    assert viva("rating", "export", file, "--overwrite").code == 0
    assert file.read_text() != "mine"


@pytest.mark.parametrize("name", ["ratings.txt", "ratings"])
def test_an_unknown_kind_of_file_is_used_wrongly(viva: Viva, rated: Workbench, tmp_path: Path, name: str) -> None:
    assert viva("rating", "export", tmp_path / name).code == 2
    assert not (tmp_path / name).exists()


def test_a_folder_that_is_not_there_is_told(viva: Viva, rated: Workbench, tmp_path: Path) -> None:
    outcome = viva("rating", "export", tmp_path / "nowhere" / "ratings.csv")
    assert outcome.code == 1
    assert "cannot be written: No such file or directory" in outcome.err


@pytest.mark.usefixtures("filled")
def test_an_import_tells_what_came_and_what_did_not(viva: Viva, elsewhere: Path) -> None:
    outcome = viva("rating", "import", elsewhere, "--dataset", "tiny", "--study", "paper")
    assert (outcome.code, outcome.out) == (0, "")
    for said in (
        "1 rating on texts for tiny version 1 by 1 rater: study paper",
        "made, closed, and nobody's to rate: paper",
        "columns that were not used: age",
        "1 row could not be used, see ",
        "line 3: accuracy goes from 0 to 5, not 9",
        "next: viva agreement paper",
    ):
        assert said in outcome.err
    again = viva("rating", "import", elsewhere, "--dataset", "tiny", "--study", "paper")
    assert "1 rating there already" in again.err
    assert "next:" not in again.err


@pytest.mark.usefixtures("filled")
def test_a_column_of_another_name_is_told_by_an_option(viva: Viva, tmp_path: Path) -> None:
    file = tmp_path / "human.csv"
    file.write_text("item,model,annotator,accuracy\n6,tuned,r1,3\n", "utf-8")
    told = ("--dataset", "tiny", "--study", "paper", "--column", "example=item", "--column", "rater=annotator")
    assert viva("rating", "import", file, *told, "--column", "system=model").code == 0
    for wrong in ("system", "system=", "=model", "rater=model"):
        outcome = viva("rating", "import", file, *told, "--column", wrong)
        assert (outcome.code, f"error: --column {wrong} tells no column" in outcome.err) == (2, True), outcome.err


@pytest.mark.usefixtures("filled")
def test_strict_fails_with_one_line_and_a_hint(viva: Viva, elsewhere: Path) -> None:
    outcome = viva("rating", "import", elsewhere, "--dataset", "tiny", "--study", "paper", "--strict")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-2].startswith("error: 1 row of paper.csv cannot be used; line 3")


@pytest.mark.usefixtures("filled")
def test_raters_may_do_neither(viva: Viva, elsewhere: Path) -> None:
    imported = viva("--role", "rater", "rating", "import", elsewhere, "--dataset", "tiny", "--study", "paper")
    exported = viva("--role", "rater", "rating", "export", elsewhere.with_name("out.csv"))
    for outcome in (imported, exported):
        assert (outcome.code, outcome.err.startswith("error: only leads and engineers may")) == (1, True)
    lead = viva("--role", "lead", "rating", "import", elsewhere, "--dataset", "tiny", "--study", "paper")
    assert lead.err.startswith("error: only engineers may import ratings")
