"""Verdicts made elsewhere whose questions are declared a random sample of their split."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.filled import STUDY
from tests.fakes.results import rate
from viva.errors import UsageError
from viva.records.study import Stream
from viva.store import study_items
from viva.workbench import Workbench

RATING = {"example": "example-5", "system": "tuned", "rater": "r1", "criterion": "accuracy", "value": 4}
PAIR = {"example": "example-5", "system_a": "tuned", "system_b": "starter", "rater": "r1", "winner": "a"}


def wrote(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def streams(bench: Workbench, study: str = "paper") -> list[tuple[Stream, str, float | None]]:
    found = bench.studies.get(study)
    with bench.store.read() as connection:
        items = study_items.every(connection, found.study_id)
    return [(item.stream, item.stratum, item.probability) for item in items]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "verdicts.jsonl"


def test_each_question_has_the_chance_with_which_it_was_drawn(filled: Workbench, file: Path) -> None:
    rows = [RATING, {**RATING, "system": "starter"}, {**RATING, "example": "example-6"}]
    filled.rating_files.import_file(wrote(file, rows), "tiny", study="paper", random_sample=True)
    # Two of the four questions of the split.
    assert streams(filled) == [(Stream.CALIBRATION, "", 0.5)] * 3
    assert [change.kind for change in filled.studies.changes("paper")] == ["state", "items"]
    assert filled.studies.changes("paper")[-1].content == {
        "random_sample": 2, "of_questions": 4, "file": "verdicts.jsonl",
    }  # fmt: skip


def test_a_sample_that_grows_gets_new_chances(filled: Workbench, file: Path) -> None:
    for example in ("example-5", "example-6", "example-7"):
        wrote(file, [{**RATING, "example": example}])
        filled.rating_files.import_file(file, "tiny", study="paper", random_sample=True)
    assert streams(filled) == [(Stream.CALIBRATION, "", 0.75)] * 3


def test_it_can_be_declared_later_and_once_is_enough(filled: Workbench, file: Path) -> None:
    wrote(file, [RATING])
    filled.rating_files.import_file(file, "tiny", study="paper")
    assert streams(filled) == [(Stream.USEFUL, "", None)]
    for _ in range(2):
        assert filled.rating_files.import_file(file, "tiny", study="paper", random_sample=True).added == 0
        assert streams(filled) == [(Stream.CALIBRATION, "", 0.25)]
    assert [change.kind for change in filled.studies.changes("paper")] == ["state", "items"]


def test_preferences_can_be_declared_too(filled: Workbench, file: Path) -> None:
    filled.rating_files.preferences.import_file(wrote(file, [PAIR]), "tiny", study="pairs", random_sample=True)
    assert streams(filled, "pairs") == [(Stream.CALIBRATION, "", 0.25)]


def test_of_a_study_that_was_drawn_here_it_is_known(filled: Workbench, file: Path) -> None:
    before = streams(filled, STUDY)
    # Ratings that are there already are passed over, and so reach what is declared.
    export = file.with_name("export.jsonl")
    rate(filled)
    filled.rating_files.export(export, STUDY)
    with pytest.raises(UsageError, match="was made here: how its questions were chosen is known"):
        filled.rating_files.import_file(export, "tiny", random_sample=True)
    assert streams(filled, STUDY) == before
