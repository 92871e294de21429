"""Rankings from pairs: whose comparisons, against whom, and every odd set of them."""

import math
from dataclasses import astuple, replace
from typing import Any

import pytest

from tests.fakes import compared
from tests.fakes.rated_studies import as_person
from viva.errors import Forbidden, NotFound, UsageError
from viva.records.estimate import Estimate
from viva.records.ranking import Ranking
from viva.workbench import Workbench

A, B, C, D = "alpha", "beta", "gamma", "delta"


def numbers(value: Any) -> list[float]:
    """Return every number in a record."""
    if isinstance(value, tuple | list):
        return [number for one in value for number in numbers(one)]
    return [value] if isinstance(value, float) else []


def ranked(workbench: Workbench, **how: Any) -> Ranking:
    found = workbench.ranking.of(compared.DATASET, **how)
    assert all(math.isfinite(number) for number in numbers(astuple(found)))
    return found


def ranks(found: Ranking) -> list[tuple[str, int, int]]:
    return [(one.system, one.first, one.last) for one in found.systems]


def test_people_rank_systems_and_win_rates_are_against_all_others(bench: Workbench) -> None:
    compared.write(bench, [A, B, C], 40)
    verdicts = [(n, A, B, A if n % 4 else B) for n in range(40)] + [(n, B, C, B if n % 4 else C) for n in range(40)]
    compared.prefer(bench, verdicts)
    found = ranked(bench)
    assert ranks(found) == [(A, 1, 1), (B, 2, 2), (C, 3, 3)]
    best, middle, _ = found.systems
    assert (best.won, best.tied, best.lost, best.questions) == (30, 0, 10, 40)
    assert best.rate.value == 0.75
    assert middle.rate.value == 0.5
    assert (best.controlled, best.why_not) == (Estimate(None), None)
    assert (found.scored, found.attempted, found.verdicts, found.questions, found.groups) == (80, 80, 80, 40, 1)
    assert [(pair.first, pair.second, pair.won) for pair in found.pairs] == [(A, B, 30), (B, C, 30)]
    assert not found.separated


def test_against_a_baseline_lengths_are_controlled_for(bench: Workbench) -> None:
    compared.write(bench, [A, B, C], 40, longer=[6, 0, 0])
    compared.prefer(bench, [(n, one, B, one if n % 3 else B) for n in range(40) for one in (A, C)])
    found = ranked(bench, baseline=B)
    by_name = {one.system: one for one in found.systems}
    assert by_name[A].controlled.value is not None
    assert by_name[A].rate.value == pytest.approx(26 / 40)
    assert (by_name[B].questions, by_name[B].rate, by_name[B].controlled) == (0, Estimate(None), Estimate(None))
    with pytest.raises(NotFound, match="there is no system 'delta'"):
        bench.ranking.of(compared.DATASET, baseline=D)


def test_of_two_systems_each_is_held_against_the_other(bench: Workbench) -> None:
    compared.write(bench, [A, B], 12)
    compared.prefer(bench, [(n, A, B, A if n % 3 else B) for n in range(12)])
    first, second = ranked(bench).systems
    assert first.controlled.value is not None
    assert second.controlled.value == pytest.approx(1 - first.controlled.value)


def test_a_judges_ranking_is_chosen_by_name_and_people_come_first(bench: Workbench) -> None:
    compared.write(bench, [A, B], 6)
    compared.prefer(bench, [(n, A, B, A if n else B) for n in range(6)])
    compared.prefer(bench, [(n, A, B, B if n else A) for n in range(6)], criterion="clarity")
    compared.judge(bench, [(n, A, B, B if n else A) for n in range(6)])
    assert ranked(bench).of.source == "human"
    assert ranked(bench, criterion="clarity").systems[0].system == B
    judged = ranked(bench, scorer="oracle")
    assert (judged.of.source, judged.of.mode, judged.systems[0].system) == ("judge", "reference", B)
    choices = bench.ranking.choices(compared.DATASET)
    assert [one.criterion for one in choices] == [None, "clarity", None]
    assert ranked(bench, criterion="clarity").choices == tuple(choices)
    nearest = bench.ranking.nearest(compared.DATASET, wanted=replace(choices[2], scored=0, attempted=0))
    assert nearest is not None
    assert (nearest.of, nearest.choices) == (choices[2], tuple(choices))
    gone = bench.ranking.nearest(compared.DATASET, wanted=replace(choices[2], scorer="nobody"))
    assert gone is not None
    assert gone.of == choices[0]
    for how, message in [
        ({"scorer": "nobody"}, "no comparisons are by nobody"), ({"study": "none"}, "no comparisons are by none"),
        ({"criterion": "clarty"}, "there is no criterion 'clarty'"), ({"split": "tset"}, "there is no split tset"),
    ]:  # fmt: skip
        with pytest.raises(NotFound, match=message):
            bench.ranking.of(compared.DATASET, **how)
    with pytest.raises(UsageError, match="no source"):
        bench.ranking.of(compared.DATASET, source="oracle")


def test_flipped_verdicts_are_ties_and_counted(bench: Workbench) -> None:
    compared.write(bench, [A, B], 5)
    compared.judge(bench, [(n, A, B, A) for n in range(5)], [(n, A, B, B) for n in range(5)])
    found = ranked(bench)
    assert (found.flipped, found.inconsistent) == (5, 0)
    assert [(one.won, one.tied, one.lost) for one in found.systems] == [(0, 5, 0), (0, 5, 0)]
    assert ranks(found) == [(A, 1, 2), (B, 1, 2)]
    assert found.systems[0].strength == Estimate(0.0)


def test_fifty_to_nothing(bench: Workbench) -> None:
    compared.write(bench, [A, B], 50)
    compared.prefer(bench, [(n, A, B, A) for n in range(50)])
    found = ranked(bench)
    assert found.separated
    assert [(one.end, one.first) for one in found.systems] == [(1, 1), (-1, 2)]
    assert found.systems[0].rate.value == 1.0
    assert found.systems[0].rate.low == pytest.approx(0.929, abs=1e-3)
    assert found.systems[0].why_not == "all questions are won"


def test_systems_that_nothing_connects_are_ranked_apart(bench: Workbench) -> None:
    compared.write(bench, [A, B, C, D], 6)
    compared.prefer(bench, [(n, A, B, A if n else B) for n in range(6)] + [(n, C, D, D if n else C) for n in range(6)])
    found = ranked(bench)
    assert found.groups == 2
    assert [(one.system, one.group, one.first) for one in found.systems] == [(A, 0, 1), (B, 0, 1), (D, 1, 1), (C, 1, 1)]


@pytest.mark.parametrize("better", [A, None])
def test_one_pair_has_no_interval(bench: Workbench, better: str | None) -> None:
    compared.write(bench, [A, B], 1)
    compared.prefer(bench, [(0, A, B, better)])
    found = ranked(bench)
    assert [one.strength.low for one in found.systems] == [None, None]
    assert ranks(found) == [(A, 1, 2), (B, 1, 2)]


def test_without_a_verdict_on_two_systems_nobody_is_ranked(bench: Workbench) -> None:
    compared.write(bench, [A, B], 3, samples=2)
    with pytest.raises(NotFound, match="no two texts have been compared for duel"):
        bench.ranking.of(compared.DATASET)
    compared.compare_with_itself(bench, A, 0)
    assert bench.ranking.choices(compared.DATASET) == []
    assert bench.ranking.nearest(compared.DATASET) is None
    compared.unscored(bench, 1, A, B)
    found = ranked(bench)
    assert (found.systems, found.pairs, found.attempted, found.scored, found.alone) == ((), (), 1, 0, 1)


def test_the_same_seed_gives_the_same_digits(bench: Workbench) -> None:
    compared.write(bench, [A, B], 20)
    compared.prefer(bench, [(n, A, B, None if n % 5 == 0 else A if n % 3 else B) for n in range(20)])
    assert ranked(bench, seed=3) == ranked(bench, seed=3)
    assert ranked(bench, seed=3).systems[0].rate != ranked(bench, seed=4).systems[0].rate


def test_rankings_are_for_engineers(bench: Workbench) -> None:
    with pytest.raises(Forbidden):
        _ = as_person(bench, "bob", "lead").ranking


def test_rates_count_each_question_alike_and_lengths_are_of_ones_own_side(bench: Workbench) -> None:
    compared.write(bench, [A, B, C], 2, longer=[9, 0, 0])
    # alpha wins twice on a question, and loses once on the other.
    compared.prefer(bench, [(0, A, B, A), (0, A, C, A), (1, A, B, B)], "ann")
    found = bench.ranking.of(compared.DATASET)
    assert next(one for one in found.systems if one.system == A).rate.value == 0.5
    compared.prefer(bench, [(0, B, C, B), (1, A, B, B), (1, A, C, C)], "eve")
    [pair] = [one for one in bench.ranking.of(compared.DATASET).pairs if (one.first, one.second) == (B, A)]
    assert pair.longer < 0
