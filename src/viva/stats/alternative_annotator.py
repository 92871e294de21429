"""The alternative annotator test: may a judge stand in for a person?

Calderon, Reichart & Dror (2025), arXiv 2501.10970, section 3. The paper takes items as independent. Texts for one
question are not: who misreads the question errs on all of them. So the t test is one over questions here
(`viva.stats.clusters`), which is the paper's where each question has one text.
"""

from collections.abc import Hashable, Sequence

import numpy as np

from viva.records.judge_check import AltTest
from viva.stats.clusters import Array, Places, mean_error, places
from viva.stats.intervals import t_central

EPSILON = 0.2
"""What a judge's cheapness is worth, in probability: the paper's value for experts (.15 for trained people, .1 for
crowd workers)."""

RATERS = 3
ITEMS = 30
"""The paper's least: three people, and 30 items (here questions) for each, for which the t test holds; it advises 50 to
100."""

FALSE_DISCOVERIES = 0.05
PASSES_AT = 0.5

_SAME = 1e-9
"""Distances that differ by less are equal: they are computed from values that were rounded."""


def alternative_test(
    judge: Sequence[float],
    people: Sequence[Sequence[float]],
    epsilon: float = EPSILON,
    fewest: int = ITEMS,
    questions: Sequence[Hashable] | None = None,
) -> AltTest | None:
    """Return how a judge fares as the alternative to each of several people.

    `judge` has a value for each item, `people` a row for each person with a value for each item; NaN is none.
    `questions` tells which items belong to one question (each is one of its own where None).

    Each person in turn is left out and held against the judge: whose value is closer to those of the others on an
    item, by the paper's measure for ordered values, minus the root of the mean squared difference? With W the
    indicator that one is at least as close as the other, d = W(person) − W(judge) has a mean below ε where the judge
    is the better choice, given its price: a one-sided t test over the questions. Hypotheses are rejected by Benjamini
    & Yekutieli's procedure at a false discovery rate of .05. ω is the share of people who are rejected, ρ the mean of
    W(judge).

    Only people are tested with items of at least `fewest` questions which another person rated as well. None for fewer
    than three.
    """
    values, found = np.asarray(judge, dtype=np.float64), np.asarray(people, dtype=np.float64)
    if found.ndim != 2 or len(found) < RATERS:
        return None
    asked = places(range(len(values)) if questions is None else questions)
    compared = [_compared(values, found, asked, person) for person in range(len(found))]
    tested = [one for one in compared if one[3] >= fewest]
    if len(tested) < RATERS:
        return None
    p_values = [_p_value(theirs - its, of, epsilon) for its, theirs, of, _ in tested]
    rate = len(rejected(p_values)) / len(tested)
    advantage = float(np.mean([its.mean() for its, *_ in tested]))
    return AltTest(rate, advantage, rate >= PASSES_AT, len(tested), min(count for *_, count in tested), epsilon)


def rejected(p_values: Sequence[float], rate: float = FALSE_DISCOVERIES) -> list[int]:
    """Return the places of the hypotheses that Benjamini & Yekutieli (2001, Ann. Stat. 29, p. 1165) reject."""
    count = len(p_values)
    order = sorted(range(count), key=lambda place: p_values[place])
    dependence = sum(1 / rank for rank in range(1, count + 1))
    kept = [rank for rank, place in enumerate(order, 1) if p_values[place] <= rank * rate / (count * dependence)]
    return sorted(order[: max(kept, default=0)])


def _compared(judge: Array, people: Array, questions: Places, person: int) -> tuple[Array, Array, Places, int]:
    """Return W(judge) and W(person), 0 or 1 for each item that both and somebody else have valued.

    After these come the items' questions, and how many different ones they are.
    """
    others = np.delete(people, person, axis=0)
    there = np.isfinite(judge) & np.isfinite(people[person]) & np.isfinite(others).any(axis=0)
    rest = others[:, there]

    def distance(values: Array) -> Array:
        found: Array = np.sqrt(np.nanmean(np.square(rest - values[there]), axis=0))
        return found

    its, theirs, of = distance(judge), distance(people[person]), questions[there]
    won = (its <= theirs + _SAME).astype(np.float64), (theirs <= its + _SAME).astype(np.float64)
    return *won, of, len(np.unique(of))


def _p_value(differences: Array, questions: Places, epsilon: float) -> float:
    """Return P(T ≤ t) for t, how far the mean of the differences is from `epsilon` in standard errors."""
    mean, (error, count) = float(differences.mean()), mean_error(differences, questions)
    if error < _SAME:
        return 0.0 if mean < epsilon else 1.0
    t = (mean - epsilon) / error
    central = t_central(abs(t), count - 1) / 2
    return 0.5 + central if t > 0 else 0.5 - central
