"""Do people guess better than by chance who wrote a text? A permutation test that takes each question as a whole."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from viva.stats.clusters import ROUNDING, Places

DRAWS = 20_000
EVERY_ORDER_UP_TO = 5
"""Writers of texts for a question up to which all orders of them are listed, to draw from."""
Writers = Mapping[str, Mapping[str, str]]
"""For each question who wrote a text for it, and by which label raters know them."""
_SEED = 0


class Guess(NamedTuple):
    """What a rater guessed of the text that a writer made for a question; `label` is a writer's, as raters see it."""

    rater: str
    question: str
    writer: str
    label: str


class Guesses(NamedTuple):
    """How many of `n` guesses were `correct`, how many would be by chance, and how probable that many or more are.

    `least` is the smallest p that these guesses could have had, had they fallen as well as they can: where it is not
    small, nothing can be told from them.
    """

    n: int
    correct: int
    expected: float
    p: float
    least: float


def against_chance(guesses: Sequence[Guess], writers: Writers) -> Guesses | None:
    """Return how guesses compare with chance.

    What chance would do: nothing in the texts for a question tells which of them is whose. Who wrote which is
    therefore shuffled within each question, 20,000 times with a fixed seed, and all guesses stay as they are. So
    raters who guess alike, as those do who go by the same sign, count once for a question and not once each, as do
    guesses at the texts of one question, made in view of one another.

    What is held against the shufflings is by how much each rater's correct guesses pass what this rater's use of the
    labels brings: Σ guesses × texts of a label, over all guesses. Who says one label more often than others, or was
    shown one writer more often, gains nothing by it. The test is one-sided: P(as many or more), the order that is true
    counting as one of the draws, so that no p is 0 (Phipson & Smyth 2010, SAGMB 9, 39). None without any guess.
    """
    if not guesses:
        return None
    said, of_rater = _habits(guesses)
    correct, expected = right(guesses, writers)
    by_question: dict[str, list[Guess]] = defaultdict(list)
    for one in guesses:
        by_question[one.question].append(one)
    draw = np.random.default_rng(_SEED)
    drawn, best = np.zeros(DRAWS), 1.0
    for question, of_question in by_question.items():
        names = list(writers[question])
        labels = list(writers[question].values())
        gains = np.zeros((len(names), len(names)))
        for one in of_question:
            gains[names.index(one.writer)] += [
                (label == one.label) - said[one.rater, label] / of_rater[one.rater] for label in labels
            ]
        values = gains[np.arange(len(names)), _orders(len(names), draw)].sum(axis=1)
        drawn += values
        best *= float(np.mean(values > values.max() - ROUNDING))
    as_good = int((drawn > correct - expected - ROUNDING).sum())
    p = (as_good + 1) / (DRAWS + 1)
    return Guesses(len(guesses), correct, expected, p, min(p, max(best, 1 / (DRAWS + 1))))


def right(guesses: Sequence[Guess], writers: Writers) -> tuple[int, float]:
    """Return how many guesses are correct, and how many each rater's use of the labels would bring by chance."""
    said, of_rater = _habits(guesses)
    shown = Counter((one.rater, writers[one.question][one.writer]) for one in guesses)
    expected = math.fsum(count * shown[place] / of_rater[place[0]] for place, count in said.items())
    return sum(writers[one.question][one.writer] == one.label for one in guesses), expected


def _habits(guesses: Sequence[Guess]) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Return how often each rater said each label, and how often each guessed."""
    return Counter((one.rater, one.label) for one in guesses), Counter(one.rater for one in guesses)


def _orders(count: int, draw: np.random.Generator) -> Places:
    """Return `DRAWS` orders of so many things, a row each."""
    if count > EVERY_ORDER_UP_TO:
        return np.argsort(draw.random((DRAWS, count)), axis=1)
    every = np.array(list(itertools.permutations(range(count))))
    found: Places = every[draw.integers(len(every), size=DRAWS)]
    return found
