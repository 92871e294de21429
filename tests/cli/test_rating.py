import csv
import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
from tests.fakes.hostile import HOSTILE
from viva.workbench import Workbench


@pytest.fixture
def rated(filled: Workbench) -> Workbench:
    """Ann has rated one text and skipped one, with a hostile comment each; both still lie in her outbox."""
    study = filled.studies.get(STUDY)
    first, second, *_ = filled.ratings.queue(STUDY, "ann").item_ids
    filled.ratings.save(study, first, "ann", {c.name: 3 for c in study.rubric.criteria}, comment=HOSTILE[3])
    filled.ratings.save(study, second, "ann", {}, comment='a, "b"\nc', skipped="not my field")
    return filled


def test_ratings_go_to_csv_as_they_are(viva: Viva, rated: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    outcome = viva("rating", "export", file)
    assert (outcome.code, outcome.out) == (0, ""), outcome.err
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 8
    assert {row["comment"] for row in rows} == {HOSTILE[3], 'a, "b"\nc'}
    assert sum(float(row["points"]) for row in rows if row["points"]) == pytest.approx(60)
    assert f"{len(rows)} rows" in outcome.err


def test_ratings_go_to_json_lines(viva: Viva, rated: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "ratings.jsonl"
    assert viva("rating", "export", file).code == 0
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {row["unscored"] for row in rows} == {None, "skipped: not my field"}
    assert {row["study"] for row in rows} == {STUDY}
    assert "system" in rows[0]


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
