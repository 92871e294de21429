"""Guesses against chance: beside every shuffling, beside scipy, and by how often chance alone would be suspected."""

import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from viva.stats.guessing import DRAWS, Guess, Writers, against_chance, right

TWO: Writers = {f"q{place}": {"base": "A", "tuned": "B"} for place in range(10)}
TEXTS = [(question, writer) for question, of in TWO.items() for writer in of]


def told(label: Callable[[str, str, str], str], raters: int = 1) -> list[Guess]:
    """Return a guess of each rater at each text of ten questions: what `label` says of rater, question and writer."""
    return [Guess(f"r{k}", *text, label(f"r{k}", *text)) for k in range(raters) for text in TEXTS]


def gain(guesses: list[Guess], writers: Writers) -> float:
    correct, expected = right(guesses, writers)
    return correct - expected


def shufflings(writers: Writers) -> list[Writers]:
    """Return all ways in which the labels can be shuffled within each question."""
    every = [
        [dict(zip(of, order, strict=True)) for order in itertools.permutations(of.values())] for of in writers.values()
    ]
    return [dict(zip(writers, chosen, strict=True)) for chosen in itertools.product(*every)]


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.sampled_from("ABC"), min_size=2, max_size=3), min_size=1, max_size=3),
    st.lists(st.tuples(st.sampled_from("rs"), st.integers(0, 2), st.integers(0, 2), st.sampled_from("ABCD"))),
)
def test_it_is_what_all_shufflings_within_questions_give(
    labels: list[list[str]], drawn: list[tuple[str, int, int, str]]
) -> None:
    writers = {f"q{place}": {f"s{k}": label for k, label in enumerate(of)} for place, of in enumerate(labels)}
    guesses = [
        Guess(rater, f"q{q}", f"s{s}", label) for rater, q, s, label in drawn if q < len(labels) and s < len(labels[q])
    ]
    found = against_chance(guesses, writers)
    if not guesses:
        assert found is None
        return
    every = [gain(guesses, shuffled) for shuffled in shufflings(writers)]
    seen = gain(guesses, writers)
    assert found is not None
    assert found.correct - found.expected == pytest.approx(seen)
    assert found.p == pytest.approx(sum(value > seen - 1e-9 for value in every) / len(every), abs=0.02)
    assert found.least == pytest.approx(sum(value > max(every) - 1e-9 for value in every) / len(every), abs=0.02)


def test_of_two_writers_it_is_the_sign_test_of_the_questions() -> None:
    wrong = {"q0", "q1"}
    found = against_chance(
        told(lambda _, question, writer: TWO[question][writer] if question not in wrong else "AB"[writer == "base"]),
        TWO,
    )
    assert found is not None
    assert (found.n, found.correct, found.expected) == (20, 16, 10.0)
    assert found.p == pytest.approx(stats.binomtest(8, 10, alternative="greater").pvalue, abs=0.005)
    assert found.least == pytest.approx(2**-10, rel=0.3)


def test_raters_who_go_by_the_same_sign_count_once_for_a_question() -> None:
    draw = random.Random(2)
    low = 0
    for _ in range(60):
        sign = {text: draw.choice("AB") for text in TEXTS}
        found = against_chance(told(lambda _, *text, sign=sign: sign[text], raters=8), TWO)  # type: ignore[misc]
        assert found is not None
        low += found.p < 0.05
    assert low <= 6


def test_raters_who_guess_each_for_themselves_are_suspected_no_more_often_than_said() -> None:
    draw = random.Random(1)
    low = 0
    for _ in range(100):
        found = against_chance(told(lambda *_: draw.choice("AAB"), raters=3), TWO)
        assert found is not None
        low += found.p < 0.05
    assert low <= 9


def test_who_always_says_the_same_gains_nothing_by_what_they_were_shown() -> None:
    shown = [Guess("r", f"q{place}", "tuned", "B") for place in range(9)] + [Guess("r", "q0", "base", "B")]
    found = against_chance(shown, TWO)
    assert found is not None
    assert (found.correct, found.expected, found.p, found.least) == (9, 9.0, 1.0, 1.0)


def test_right_every_time_is_not_by_chance_and_wrong_every_time_is_no_sign_either() -> None:
    all_right = against_chance(told(lambda _, question, writer: TWO[question][writer]), TWO)
    all_wrong = against_chance(told(lambda _, question, writer: "AB"[writer == "base"]), TWO)
    assert all_right is not None
    assert all_wrong is not None
    assert (all_right.p < 0.003, all_right.least < 0.002) == (True, True)
    assert all_wrong.p > 0.99


def test_no_p_is_nothing_and_the_same_guesses_have_the_same() -> None:
    writers = {f"q{place}": {f"s{k}": f"L{k}" for k in range(7)} for place in range(3)}
    guesses = [Guess("r", question, writer, label) for question, of in writers.items() for writer, label in of.items()]
    found = against_chance(guesses, writers)
    assert found == against_chance(guesses, writers)
    assert found is not None
    assert (found.correct, found.expected, found.p, found.least) == (21, 3.0, 1 / (DRAWS + 1), 1 / (DRAWS + 1))


def test_without_guesses_there_is_nothing() -> None:
    assert against_chance([], TWO) is None
