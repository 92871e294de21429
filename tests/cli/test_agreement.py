"""`viva agreement`."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY


@pytest.fixture
def paper(viva: Viva, tmp_path: Path) -> None:
    file = tmp_path / "paper.csv"
    rows = ["6,tuned,r1,3", "6,tuned,r2,4", "7,tuned,r1,1", "7,tuned,r2,1", "8,tuned,r1,5"]
    file.write_text("example,system,rater,accuracy\n" + "\n".join(rows) + "\n", "utf-8")
    assert viva("rating", "import", file, "--dataset", "tiny", "--study", "paper").code == 0


@pytest.mark.usefixtures("filled", "paper")
def test_people_get_a_line_for_each_criterion_and_words_below(viva: Viva) -> None:
    outcome = viva("agreement", "paper")
    assert outcome.code == 0, outcome.err
    head, _, accuracy, *_ = outcome.out.splitlines()
    assert head.split() == ["criterion", "texts", "by", "two", "or", "more", "raters", "α", "same", "spread"]
    assert accuracy.split() == ["accuracy", "3", "2", "2", "0.83", "50%", "0.35"]
    assert outcome.err.startswith("paper: tiny/test, 3 texts, closed\n")
    assert "α is Krippendorff's for ordered values" in outcome.err
    assert "guesses: raters were not asked who wrote a text" in outcome.err


@pytest.mark.usefixtures("filled", "paper")
def test_programs_get_all_numbers(viva: Viva) -> None:
    first, *_ = json.loads(viva("agreement", "paper", "--format", "json").out)
    assert (first["study"], first["mode"], first["criterion"], first["shared"], first["same"]) == (
        "paper", "rubric", "accuracy", 2, 0.5,
    )  # fmt: skip
    assert (first["ties"], first["guesses_p"]) == (None, None)
    raters = json.loads(viva("agreement", "paper", "--raters", "--format", "json").out)
    assert [(one["rater"], one["rated"], one["off"]) for one in raters] == [("r1", 3, None), ("r2", 2, None)]


@pytest.mark.usefixtures("filled")
def test_nothing_rated_is_said_and_raters_are_refused(viva: Viva) -> None:
    empty = viva("agreement", STUDY)
    assert empty.code == 0
    assert "nothing has been rated yet" in empty.err
    assert viva("agreement", STUDY, "--raters").code == 0
    refused = viva("--role", "rater", "agreement", STUDY)
    assert (refused.code, refused.err.startswith("error: only leads and engineers may see how far raters agree")) == (
        1, True,
    )  # fmt: skip
    assert viva("--role", "lead", "agreement", STUDY).code == 0
    assert viva("agreement", "nothing").code == 1
