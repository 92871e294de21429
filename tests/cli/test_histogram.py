"""`viva histogram`: bars for people, bins for programs."""

import csv
import io
import json

import pytest

from tests.cli.running import Viva

pytestmark = pytest.mark.usefixtures("filled")


def test_each_system_has_its_bars(viva: Viva) -> None:
    outcome = viva("histogram", "tiny", "semantic_similarity", "--split", "test", "--bins", "3")
    assert outcome.code == 0
    assert outcome.out.splitlines()[0] == "Semantic similarity"
    assert "starter   mean 0.427  median 0.420  3/4" in outcome.out
    assert "Semantic similarity: 1 text unscored: empty text" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_programs_get_bins(viva: Viva) -> None:
    rows = json.loads(viva("histogram", "tiny", "rouge_l", "--bins", "2", "--format", "json").out)
    assert [(row["system"], row["count"]) for row in rows] == [
        ("starter", 4), ("starter", 0), ("tuned", 0), ("tuned", 4),
    ]  # fmt: skip
    table = list(csv.DictReader(io.StringIO(viva("histogram", "tiny", "rouge_l", "--format", "csv").out)))
    assert sum(int(row["count"]) for row in table) == 8
    assert viva("histogram", "tiny", "rouge_l", "--format", "md").out.startswith("| ROUGE-L | starter | tuned |")


def test_an_unknown_measure_is_told_with_what_there_is(viva: Viva) -> None:
    outcome = viva("histogram", "tiny", "rouge")
    assert outcome.code == 1
    assert outcome.err.splitlines() == ["error: there is no measure 'rouge'", "hint: did you mean rouge_l?"]
    assert viva("histogram", "tiny", "rouge_l", "--bins", "0").code == 2
