"""Stratified samples: how many of each stratum, which ones, and whether they come as often as it is said."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.stats.sampling import allocation, drawing_order, interleaved, quarters

POPULATIONS = st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=8)


@given(POPULATIONS, st.integers(-3, 400))
def test_an_allocation_is_as_large_as_wanted_and_no_stratum_gives_more_than_it_has(
    populations: dict[str, int], wanted: int
) -> None:
    drawn = allocation(populations, wanted)
    assert drawn.keys() == populations.keys()
    assert sum(drawn.values()) == min(max(wanted, 0), sum(populations.values()))
    assert all(0 <= drawn[name] <= populations[name] for name in populations)


@given(POPULATIONS, st.integers(0, 400))
def test_every_stratum_is_in_the_sample_where_it_is_large_enough(populations: dict[str, int], wanted: int) -> None:
    filled = [name for name, size in populations.items() if size]
    if wanted >= len(filled):
        drawn = allocation(populations, wanted)
        assert all(drawn[name] >= 1 for name in filled)


@given(POPULATIONS, st.integers(0, 200), st.integers(0, 200))
def test_a_sample_that_grows_keeps_what_it_has(populations: dict[str, int], first: int, more: int) -> None:
    before = allocation(populations, first)
    after = allocation(populations, first + more, before)
    assert all(after[name] >= before[name] for name in populations)
    assert sum(after.values()) == min(first + more, sum(populations.values()))


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 40), min_size=1, max_size=8), st.integers(0, 300))
def test_shares_are_off_by_less_than_one_where_no_stratum_is_raised(populations: dict[str, int], wanted: int) -> None:
    total = sum(populations.values())
    wanted = min(wanted, total)
    shares = {name: wanted * size / total for name, size in populations.items()}
    if min(shares.values()) >= 1:
        drawn = allocation(populations, wanted)
        assert all(abs(drawn[name] - shares[name]) < 1 for name in populations)


def test_the_largest_remainder_gets_what_is_left() -> None:
    assert allocation({"a": 50, "b": 30, "c": 20}, 7) == {"a": 4, "b": 2, "c": 1}
    assert allocation({"a": 97, "b": 2, "c": 1}, 10) == {"a": 8, "b": 1, "c": 1}


@given(st.sets(st.integers(), max_size=30), st.integers(0, 99))
def test_the_order_of_drawing_depends_on_the_seed_alone(units: set[int], seed: int) -> None:
    order = drawing_order(units, seed, "x")
    assert set(order) == units
    assert order == drawing_order(sorted(units, reverse=True), seed, "x")


def test_strata_of_the_same_units_are_drawn_in_different_orders() -> None:
    assert drawing_order(range(30), 0, "a") != drawing_order(range(30), 0, "b") != drawing_order(range(30), 1, "b")


def test_units_are_drawn_as_often_as_their_inclusion_probability_says() -> None:
    """4,000 samples of 3 of 8: each unit 0.375 of the times, each pair 3·2 / (8·7), within five standard errors."""
    runs, seen, pairs = 4000, Counter[int](), Counter[tuple[int, int]]()
    for seed in range(runs):
        drawn = sorted(drawing_order(range(8), seed, "field")[:3])
        seen.update(drawn)
        pairs.update((one, other) for one in drawn for other in drawn if one < other)
    for probability, counts, many in ((3 / 8, seen, 8), (6 / 56, pairs, 28)):
        error = (probability * (1 - probability) / runs) ** 0.5
        assert len(counts) == many
        assert max(abs(count / runs - probability) for count in counts.values()) < 5 * error


def test_quarters_hold_a_fourth_each_and_equal_values_stay_together() -> None:
    assert Counter(quarters({number: float(number) for number in range(20)}).values()) == {1: 5, 2: 5, 3: 5, 4: 5}
    assert quarters({"a": 1.0, "b": 1.0, "c": 1.0}) == {"a": 1, "b": 1, "c": 1}
    assert quarters({}) == {}


@given(st.lists(st.integers(), min_size=1, max_size=40, unique=True), st.integers(1, 10))
def test_interleaving_keeps_each_order_and_spreads_evenly(common: list[int], rare: int) -> None:
    others = [f"r{number}" for number in range(rare)]
    row = interleaved(common, others)
    assert [one for one in row if isinstance(one, int)] == common
    assert [one for one in row if isinstance(one, str)] == others
    if rare <= len(common):
        places = [place for place, one in enumerate(row) if isinstance(one, str)]
        gaps = [after - before for before, after in itertools.pairwise(places)]
        assert all(abs(gap - len(row) / rare) <= 2 for gap in gaps)


@pytest.mark.parametrize("streams", [(), ([],), ([], [1]), ([1], [])])
def test_empty_streams_are_fine(streams: tuple[list[int], ...]) -> None:
    assert interleaved(*streams) == [one for stream in streams for one in stream]
