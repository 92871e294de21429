"""`viva weights`."""

import json

import pytest

from tests.cli.running import Viva
from tests.fakes.results import rate
from viva.workbench import Workbench


@pytest.fixture
def rated(filled: Workbench) -> None:
    rate(filled)


@pytest.mark.usefixtures("rated")
def test_the_verdict_stands_below_the_table(viva: Viva) -> None:
    outcome = viva("weights", "tiny", "--split", "test")
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[0].split()[:3] == ["system", "total", "first"]
    assert outcome.out.splitlines()[2].split()[:3] == ["tuned", "80.0", "100%"]
    assert outcome.err.splitlines()[:2] == [
        "tiny/test: people in tiny-test, rubric default: 3 of 4 questions",
        "tuned is first by the rubric's weights, and under every weighting",
    ]
    assert "exact" in outcome.err
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.usefixtures("rated")
def test_criteria_and_pairs_have_tables_of_their_own(viva: Viva) -> None:
    assert "whatever it weighs" in viva("weights", "tiny", "--by", "criterion").out
    rows = json.loads(viva("weights", "tiny", "--by", "criterion", "--format", "json").out)
    first = rows[0]
    assert (first["criterion"], first["weight"], first["low"], first["high"]) == ("accuracy", 0.4, 0.0, 1.0)
    pairs = json.loads(viva("weights", "tiny", "--by", "pair", "--format", "json").out)
    assert [(row["system"], row["against"], row["ahead"]) for row in pairs] == [("tuned", "starter", 1.0)]
    systems = json.loads(viva("weights", "tiny", "--format", "json").out)
    assert [(row["system"], row["first"], row["leader"]) for row in systems] == [
        ("tuned", 1.0, True), ("starter", 0.0, False),
    ]  # fmt: skip
    assert viva("weights", "tiny", "--format", "md").out.startswith("| system | total | first | accuracy |")


@pytest.mark.usefixtures("filled")
def test_nothing_rated_is_told(viva: Viva) -> None:
    outcome = viva("weights", "tiny")
    assert outcome.code == 1
    assert outcome.err.startswith("error: nothing has points on several criteria for tiny\nhint: rate it")
