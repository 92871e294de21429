"""How wide an interval will be when more questions are rated: what is known now, carried forward.

A mean over n questions drawn at random from P, within strata and in proportion to their sizes, has the variance
(1 − n/P) W/n + S²/P: W is the variance within strata of what is averaged (people's values, or what the judge leaves of
them), S² that of a value (W. G. Cochran, Sampling Techniques, 3rd ed., 1977, sections 5.6 and 2.13; PPI++, arXiv
2311.01453, comes to the same form). W and S² are taken as they are now, so all that follows is an estimate.
"""

import heapq
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from viva.stats.clusters import Array, spread
from viva.stats.intervals import t_quantile
from viva.stats.weighted_mean import checked, covariance, grouped, variance, weight


class Outlook(NamedTuple):
    """What the width of an interval depends on: W, S², P, and the number of strata."""

    within: float
    whole: float
    population: int
    groups: int

    def half_width(self, n: int) -> float:
        """Return half of the 95% interval when n questions are rated, more than there are strata."""
        n = min(n, self.population)
        squared = max(0.0, 1 - n / self.population) * self.within / n + self.whole / self.population
        return math.sqrt(squared) * self._quantile(n)

    def needed(self, now: int, bound: float) -> int | None:
        """Return how many questions beyond those `now` bring half the interval to `bound`; None: not all of them do."""
        if self.half_width(now) <= bound:
            return 0
        if self.half_width(self.population) > bound:
            return None
        low, high = now, self.population
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.half_width(middle) <= bound else (middle, high)
        return high - now

    def narrowed(self, by: float, most: float) -> "Outlook":
        """Return how it would be if each value's variance were smaller by `by`, but by no more than the share `most`.

        `by` is known as badly as any variance is: nothing narrower than what can be true follows from it.
        """
        within, whole = (max(each - by, each * (1 - most)) for each in (self.within, self.whole))
        return self._replace(within=within, whole=whole)

    def fitted(self, n: int, half: float) -> "Outlook":
        """Return how it is if half the interval of n questions is `half`.

        What is not as assumed, such as strata of which more was rated than of others, or an interval that a bootstrap
        has lengthened, is put down to W; where no question is left, to S².
        """
        if n >= self.population:
            return self._replace(whole=(half / self._quantile(self.population)) ** 2 * self.population)
        left = (half / self._quantile(n)) ** 2 - self.whole / self.population
        return self._replace(within=max(left * n / (1 - n / self.population), 0.0))

    def _quantile(self, n: int) -> float:
        return t_quantile(0.975, max(n - self.groups, 1))


def outlook(
    values: Sequence[float],
    left: Sequence[float],
    population: int,
    weights: Sequence[float] | None = None,
    strata: Sequence[Hashable] | None = None,
) -> Outlook | None:
    """Return what the width of the mean of `values` (n,) depends on; None where they do not spread.

    `left` (n,) is what is averaged: the values themselves, or what a judge leaves of them. `weights` are 1 / the
    probability with which a question was drawn, `strata` within what. `population` counts all questions.
    """
    y, rest = checked(values), checked(left)
    if y.size < 2 or not spread(y):
        return None
    w, of = weight(weights, y.size), grouped(strata, y.size)
    within = covariance(rest, rest, w, of, math.inf) * y.size
    return Outlook(within, variance(y, w), max(population, y.size), int(of.max()) + 1)


class RaterSpread(NamedTuple):
    """What makes the mean values of questions differ: the questions themselves, and raters of the same question.

    Both are variances. `shared` questions have two raters or more, `raters` is how many a question has on average,
    `inverse` the mean of 1 / that number, `inverse_next` of 1 / (that number + 1).
    """

    between: float
    within: float
    shared: int
    raters: float
    inverse: float
    inverse_next: float

    @property
    def gained(self) -> float:
        """By how much one more rater for each question makes the variance of a question's mean smaller."""
        return self.within * (self.inverse - self.inverse_next)

    @property
    def most(self) -> float:
        """The share of that variance that one more rater takes off where raters alone make up all of it."""
        return 1 - self.inverse_next / self.inverse


def rater_spread(by_question: Sequence[Sequence[float]]) -> RaterSpread | None:
    """Return the variances between and within questions, of the values that raters gave each.

    These are the estimates of one-way analysis of variance; `between` is not below 0. None where no question has two
    values, or fewer than two questions have one.
    """
    given = [np.asarray(values, dtype=np.float64) for values in by_question if len(values)]
    several = [values for values in given if values.size > 1]
    if not several or len(given) < 2:
        return None
    squares = math.fsum(float(np.square(values - values.mean()).sum()) for values in several)
    within = squares / sum(values.size - 1 for values in several)
    counts = np.asarray([values.size for values in given], dtype=np.float64)
    means = np.asarray([values.mean() for values in given])
    inverse = float((1 / counts).mean())
    between = max(float(means.var(ddof=1)) - within * inverse, 0.0)
    return RaterSpread(
        between, within, len(several), float(counts.mean()), inverse, float((1 / (counts + 1)).mean())
    )  # fmt: skip


def neyman(
    sizes: Mapping[str, int], deviations: Mapping[str, float], there: Mapping[str, int], more: int
) -> dict[str, int]:
    """Return how many of `more` questions to rate in each stratum, so that the variance becomes least.

    `sizes` counts each stratum's questions, `deviations` has the standard deviation of a value in it, `there` how many
    are rated. Each question goes where it takes most off Σ N² s²/n (J. Neyman 1934, J. R. Statist. Soc. 97, p. 558).
    """
    added = dict.fromkeys(sizes, 0)

    def gain(name: str) -> float:
        n = there.get(name, 0) + added[name]
        # The first of a stratum tells more than any other: without it nothing is known there.
        return math.inf if n == 0 else (sizes[name] * deviations.get(name, 0.0)) ** 2 * (1 / n - 1 / (n + 1))

    heap = [(-gain(name), -size, name) for name, size in sizes.items() if there.get(name, 0) < size]
    heapq.heapify(heap)
    while more > 0 and heap:
        _, size, name = heapq.heappop(heap)
        added[name] += 1
        more -= 1
        if there.get(name, 0) + added[name] < sizes[name]:
            heapq.heappush(heap, (-gain(name), size, name))
    return added


def shrunk(by_stratum: Mapping[str, Sequence[float]], more: int) -> dict[str, float]:
    """Return the standard deviation of a value in each stratum, as if `more` values of it had spread as all values do.

    Few values may be equal by chance: a stratum is not to be left alone for that, as if all of it were.
    """
    every = deviation([value for values in by_stratum.values() for value in values]) or 1.0
    own = {name: (deviation(values) or 0.0, max(len(values) - 1, 0)) for name, values in by_stratum.items()}
    return {name: math.sqrt((n * sd**2 + more * every**2) / (n + more)) for name, (sd, n) in own.items()}


def deviation(values: Sequence[float] | Array) -> float | None:
    """Return the standard deviation of a sample; None where there are fewer than two values."""
    found = np.asarray(values, dtype=np.float64)
    return float(found.std(ddof=1)) if found.size > 1 else None
