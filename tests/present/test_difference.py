"""How far two systems are apart on a measure: as a cell, in words, as a bar, within what there can be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.present import difference as words
from viva.records.comparison import MeasureDifference
from viva.records.estimate import Estimate
from viva.records.results import MeasureKey

AHEAD = MeasureDifference(
    MeasureKey("human", "total", "round-1"), 40, 44, 71.2, 60.1, Estimate(11.1, 6.2, 16.0), 15.0, 2.4, "t", 0.0001,
    0.0008, "drawn", 0.74, 30, 2, 8, 100.0,
)  # fmt: skip
NOTHING = replace(AHEAD, n=0, first=None, second=None, difference=Estimate(None))


def test_why_there_is_no_interval() -> None:
    equal = replace(AHEAD, difference=Estimate(11.1), effect=None)
    assert words.interval_words(equal) == ("difference +11.1 (all differences are equal, so that there is no interval)")
    assert words.interval_words(replace(equal, n=1)) == "difference +11.1 (one question alone has no interval)"
    assert words.interval(equal) == "+11.1"
    assert words.interval(NOTHING) == "–"


@pytest.mark.parametrize(
    ("difference", "drawn"),
    [
        (Estimate(6, 2, 8), "·····|▒▒█▒·"),
        (Estimate(0, -4, 4), "···▒▒█▒▒···"),
        (Estimate(-10), "█····|·····"),
        (Estimate(None), ""),
    ],
)
def test_bars_read_without_colour(difference: Estimate, drawn: str) -> None:
    assert words.bar(difference, 10, 11) == drawn


@given(st.tuples(*[st.none() | st.floats(-1e9, 1e9)] * 3), st.floats(0, 1e9), st.integers(0, 60))
def test_bars_fit_whatever_they_show(values: tuple[float | None, ...], reach: float, width: int) -> None:
    assert len(words.bar(Estimate(*values), reach, width)) in {0, width}  # type: ignore[arg-type]


def test_the_scale_of_a_bar_is_a_tenth_of_the_measures_or_as_far_as_the_interval_goes() -> None:
    assert words.reach(AHEAD) == 16.0
    assert words.reach(replace(AHEAD, difference=Estimate(1.0, -2.0, 4.0))) == 10.0
    assert words.reach(replace(AHEAD, difference=Estimate(-1.0), highest=None)) == 1.0


def test_an_interval_is_cut_to_the_differences_that_there_can_be() -> None:
    far = replace(AHEAD, n=2, difference=Estimate(60.0, -30.0, 150.0))
    assert words.interval(far) == "+60.0 [-30.0, +100.0]"
    assert words.interval_words(far) == "difference +60.0 (95% interval -30.0 to +100.0)"
    assert (words.shown(far), words.reach(far)) == (Estimate(60.0, -30.0, 100.0), 100.0)


def test_an_interval_that_covers_all_differences_says_nothing() -> None:
    whole = replace(AHEAD, n=2, difference=Estimate(60.0, -400.0, 520.0))
    assert words.interval(whole) == "+60.0 (too few)"
    assert words.interval_words(whole) == "difference +60.0 (too few for an interval)"
    assert words.interval(replace(whole, highest=None)) == "+60.0 [-400.0, +520.0]"


def test_cosines_can_be_as_far_apart_as_two() -> None:
    cosine = replace(
        AHEAD, key=MeasureKey("metric", "semantic_similarity"), highest=1.0, difference=Estimate(0.5, -1.5, 2.5)
    )
    assert words.shown(cosine).low == -1.5
    assert words.shown(cosine).high == 2.0
