"""`viva agreement`."""

import itertools
import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.disagreeing import RATERS, make
from tests.fakes.filled import STUDY
from viva.workbench import Workbench


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
    assert head.split() == ["criterion", "by", "several", "α", "95%", "κ", "same", "spread"]
    assert accuracy.split() == ["accuracy", "2", "of", "3", "0.83", "–", "0.86", "50%", "0.35"]
    assert outcome.err.startswith("paper: tiny/test, 3 texts, 2 raters, closed\n")
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


@pytest.fixture
def disagreeing(bench: Workbench) -> None:
    make(bench)


@pytest.mark.usefixtures("disagreeing")
def test_there_is_a_table_of_raters_of_each_two_and_of_the_items_furthest_apart(viva: Viva) -> None:
    raters = viva("agreement", "seminar", "--raters")
    severe = next(line for line in raters.out.splitlines() if line.startswith("severe"))
    assert severe.endswith("severe")
    assert "24 of 24" in severe
    assert "stands out: severe or lenient by 5 points of 100" in raters.err
    square = viva("agreement", "seminar", "--pairs")
    assert square.out.splitlines()[0].split() == ["κ", "ann", "bob", "cyd", "severe"]
    assert "· " in square.out
    items = viva("agreement", "seminar", "--items")
    assert items.out.splitlines()[0].split() == ["item", "apart", "raters", "most", "on", "settled", "question"]
    assert "settle one: viva adjudicate seminar" in items.err
    rows = json.loads(viva("agreement", "seminar", "--items", "--format", "json").out)
    assert rows == sorted(rows, key=lambda row: (-row["apart"], row["number"]))
    pairs = json.loads(viva("agreement", "seminar", "--pairs", "--format", "json").out)
    assert {(row["rater_a"], row["rater_b"]) for row in pairs} == set(itertools.combinations(RATERS, 2))
    for text in (raters.out, square.out, items.out):
        assert "nan" not in text.lower()


@pytest.mark.usefixtures("disagreeing")
def test_the_seed_is_told_and_changes_the_interval_alone(viva: Viva) -> None:
    first, other = (
        json.loads(viva("agreement", "seminar", "--seed", seed, "--format", "json").out)[0] for seed in ("0", "1")
    )
    assert (first["seed"], other["seed"]) == (0, 1)
    assert first["alpha"] == other["alpha"]
    assert first["alpha_low"] != other["alpha_low"]
    assert first["total_k"] == 4
    assert "(seed 1)" in viva("agreement", "seminar", "--seed", "1").err
