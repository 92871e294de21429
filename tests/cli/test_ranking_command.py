"""`viva ranking`."""

import csv
import io
import json

import pytest

from tests.cli.running import Viva
from tests.fakes import compared
from viva.workbench import Workbench

A, B, C = "alpha", "beta", "gamma"


@pytest.fixture
def duel(bench: Workbench) -> None:
    compared.write(bench, [A, B, C], 30)
    compared.prefer(bench, [(n, one, B, one if n % 3 else B) for n in range(30) for one in (A, C)])
    compared.judge(bench, [(n, A, B, A) for n in range(30)], [(n, A, B, A if n % 2 else B) for n in range(30)])


@pytest.mark.usefixtures("duel")
def test_people_get_a_line_for_each_system_and_words_below(viva: Viva) -> None:
    outcome = viva("ranking", "duel")
    assert outcome.code == 0, outcome.err
    assert outcome.err.startswith("duel: people, on the whole: 60 of 60 comparisons with a verdict, on 30 questions\n")
    assert [line.split()[1] for line in outcome.out.splitlines()[2:]] == [A, C, B]
    assert "also there: oracle (reference), on the whole" in outcome.err
    assert "seed 0" in outcome.err
    assert max(map(len, outcome.out.splitlines())) <= 80


@pytest.mark.usefixtures("duel")
def test_a_judge_a_baseline_and_pairs_are_asked_for(viva: Viva) -> None:
    judged = viva("ranking", "duel", "--judge", "oracle")
    assert "of 30 verdicts 15 went to another text in each order: they count as ties" in judged.err
    based = viva("ranking", "duel", "--baseline", "beta")
    assert "win rates are against beta" in based.err
    assert "equal lengths" in based.out
    pairs = json.loads(viva("ranking", "duel", "--pairs", "--format", "json").out)
    assert [(row["system"], row["against"], row["won"]) for row in pairs] == [(A, B, 20), (C, B, 20)]


@pytest.mark.usefixtures("duel")
def test_programs_get_all_numbers(viva: Viva) -> None:
    first, *_ = json.loads(viva("ranking", "duel", "--format", "json", "--seed", "4").out)
    assert (first["system"], first["won"], first["scored"], first["seed"]) == (A, 20, 60, 4)
    assert first["strength_low"] < first["strength"] < first["strength_high"]
    rows = list(csv.DictReader(io.StringIO(viva("ranking", "duel", "--format", "csv").out)))
    assert float(rows[0]["win_rate"]) == pytest.approx(2 / 3)
    assert viva("ranking", "duel", "--format", "md").out.startswith("| rank | system |")


@pytest.mark.usefixtures("duel")
def test_what_is_not_there_is_told_with_what_there_is(viva: Viva) -> None:
    outcome = viva("ranking", "duel", "--judge", "nobody")
    assert outcome.code == 1
    assert outcome.err.splitlines() == [
        "error: no comparisons are by nobody",
        "hint: there are those of: --source human; --judge oracle --mode reference",
    ]
    assert viva("ranking", "duel", "--baseline", "delta").code == 1
    assert viva("ranking", "nothing").code == 1


@pytest.mark.usefixtures("filled")
def test_nothing_compared_says_how_to_come_to_it(viva: Viva) -> None:
    outcome = viva("ranking", "tiny")
    assert outcome.code == 1
    assert outcome.err.startswith("error: no two texts have been compared for tiny\nhint: make a study of pairs")
    assert "only engineers" in viva("--role", "lead", "ranking", "tiny").err
