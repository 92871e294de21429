"""Strengths of systems from comparisons in pairs: the model of Bradley & Terry (1952), Biometrika 39, p. 324.

System i is better than j with the probability logistic(s_i − s_j). A comparison is what a question says of two systems:
1 where the first is better, 0 where the second is, and anything between where verdicts on it differ. A tie is half a
win for each; the model is then one of the mean score, fitted by quasi-likelihood (Newton's method), and holds whatever
share of ties there is.

Strengths exist within a group of systems that are connected by comparisons; their mean is 0 there. Where some systems
of a group never lose a point to the others, no finite strengths are most likely (Ford 1957, Am. Math. Monthly 64,
p. 28). One comparison that ends in a tie is then added for each pair that was compared: a small prior, half a win for
each side.

Intervals are those of the delete-one-question jackknife, each one left out by one step of Newton's method, with
quantiles of t: all comparisons on a question are one cluster. With the prior they are those of the information
instead, since values without spread say nothing of what others would be.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viva.records.estimate import Estimate
from viva.stats.intervals import t_central, t_quantile
from viva.stats.paired import holm

Array = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

PRIOR = 0.5
"""Wins that each side of a compared pair is given where strengths would have no end."""
APART = 0.05
_STEPS = 100
_AT_ONCE = 2_000_000
_SINGULAR = 1e-6
_NONE = 1e-12
_NORMAL_FROM = 200


@dataclass(frozen=True)
class Strengths:
    """Strengths of k systems in logits.

    `values` (k,) have the mean 0 in each group, `covariance` (k, k) is 0 between groups; where `known` is False there
    is none. `groups` (k,) numbers the groups from 0 in order of size, `questions` counts those of each system's group.
    `ends` is 1 for systems that lose no point to the rest of their group, −1 for those that win none from it, else 0;
    `separated` tells whose group was fitted with the prior.
    """

    values: Array
    covariance: Array
    known: np.ndarray[Any, np.dtype[np.bool_]]
    groups: Places
    questions: Places
    ends: Places
    separated: np.ndarray[Any, np.dtype[np.bool_]]

    def strength(self, system: int) -> Estimate:
        """Return the strength of a system beside the mean of its group; no estimate for one that stands alone."""
        if (self.groups == self.groups[system]).sum() < 2:
            return Estimate(None)
        return self._estimate(float(self.values[system]), float(self.covariance[system, system]), system)

    def chance(self, first: int, second: int) -> Estimate:
        """Return the mean score that the model expects of one system against another, a tie being one half.

        No estimate across groups.
        """
        if self.groups[first] != self.groups[second]:
            return Estimate(None)
        apart = self._estimate(float(self.values[first] - self.values[second]), self._variance(first, second), first)
        return Estimate(*(None if value is None else 1 / (1 + math.exp(-value)) for value in apart))

    def ranks(self) -> list[tuple[int, int]]:
        """Return for each system the ranks in its group that it may have: from (first) to (last).

        Systems are apart where p, corrected by Holm for all pairs of the group, is below 0.05.
        """
        found = [(1, 1)] * self.values.size
        for group in range(int(self.groups.max(initial=-1)) + 1):
            members = [int(one) for one in np.flatnonzero(self.groups == group)]
            pairs = [(a, b) for place, a in enumerate(members) for b in members[place + 1 :]]
            apart = dict(zip(pairs, holm([self._p(a, b) for a, b in pairs]), strict=True))
            above, below = dict.fromkeys(members, 0), dict.fromkeys(members, 0)
            for (a, b), p in apart.items():
                if p is not None and p < APART:
                    better, worse = (a, b) if self.values[a] > self.values[b] else (b, a)
                    below[better] += 1
                    above[worse] += 1
            for one in members:
                found[one] = (1 + above[one], len(members) - below[one])
        return found

    def _variance(self, first: int, second: int) -> float:
        cov = self.covariance
        return float(cov[first, first] + cov[second, second] - 2 * cov[first, second])

    def _estimate(self, value: float, variance: float, system: int) -> Estimate:
        if not self.known[system] or variance <= _NONE:
            return Estimate(value)
        half = math.sqrt(variance) * t_quantile(0.975, int(self.questions[system]) - 1)
        return Estimate(value, value - half, value + half)

    def _p(self, first: int, second: int) -> float | None:
        variance = self._variance(first, second)
        if not self.known[first] or variance <= _NONE:
            return None
        t, df = abs(float(self.values[first] - self.values[second])) / math.sqrt(variance), int(self.questions[first])
        return math.erfc(t / math.sqrt(2)) if df > _NORMAL_FROM else 1 - t_central(t, df - 1)


def fit(
    first: Sequence[int] | Places,
    second: Sequence[int] | Places,
    scores: Sequence[float] | Array,
    questions: Sequence[int] | Places,
    systems: int,
) -> Strengths:
    """Return the strengths of `systems` systems from n comparisons.

    `first` and `second` (n,) are the systems compared, from 0, `scores` (n,) what the first one got, 0 to 1, and
    `questions` (n,) which question it was on, in any whole numbers. Raises ValueError for a system compared with itself
    and for scores that are none.
    """
    one, other = np.asarray(first, dtype=np.intp), np.asarray(second, dtype=np.intp)
    got, on = np.asarray(scores, dtype=np.float64), np.asarray(questions, dtype=np.intp)
    if (one == other).any() or not ((got >= 0) & (got <= 1)).all():
        raise ValueError("comparisons are of two systems, and scores from 0 to 1")
    compared = np.zeros((systems, systems), dtype=np.bool_)
    compared[one, other] = compared[other, one] = True
    groups = _numbered(_reach(compared)) if systems else np.zeros(0, dtype=np.intp)
    found = Strengths(
        np.zeros(systems), np.zeros((systems, systems)), np.zeros(systems, dtype=np.bool_), groups,
        np.zeros(systems, dtype=np.intp), np.zeros(systems, dtype=np.intp), np.zeros(systems, dtype=np.bool_),
    )  # fmt: skip
    for group in range(int(groups.max(initial=-1)) + 1):
        members = np.flatnonzero(groups == group)
        if members.size > 1:
            rows = groups[one] == group
            local = np.zeros(systems, dtype=np.intp)
            local[members] = np.arange(members.size)
            _fit_group(found, members, local[one[rows]], local[other[rows]], got[rows], on[rows])
    return found


def _fit_group(found: Strengths, members: Places, one: Places, other: Places, got: Array, on: Places) -> None:
    """Fill in what is found for the systems `members`, of the comparisons among them."""
    size = members.size
    wins = np.zeros((size, size))
    np.add.at(wins, (one, other), got)
    np.add.at(wins, (other, one), 1 - got)
    beaten = _reach(wins > 0)
    ends = _ends(beaten)
    separated = not beaten.all()
    if separated:
        wins = wins + PRIOR * (wins + wins.T > 0)
    basis = np.linalg.qr(np.column_stack([np.ones(size), np.eye(size)[:, 1:]]))[0][:, 1:]
    values = _most_likely(wins, basis)
    information = basis.T @ _information(values, wins + wins.T) @ basis
    count = int(np.unique(on).size)
    if separated:
        covariance = np.linalg.inv(information)
    else:
        covariance = _jackknifed(values, information, basis, one, other, got, on)
    found.values[members] = values
    found.covariance[np.ix_(members, members)] = basis @ covariance @ basis.T
    found.known[members] = count > 1
    found.questions[members] = count
    found.ends[members], found.separated[members] = ends, separated


def _most_likely(wins: Array, basis: Array) -> Array:
    """Return the strengths (k,) with the mean 0 that make `wins` (k, k) most likely."""
    both = wins + wins.T
    total = wins.sum(axis=1)
    values = np.zeros(len(wins))
    best = _likelihood(values, wins)
    for _ in range(_STEPS):
        gradient = basis.T @ (total - (both * _chances(values)).sum(axis=1))
        step = basis @ np.linalg.solve(basis.T @ _information(values, both) @ basis, gradient)
        while (reached := _likelihood(values + step, wins)) < best - 1e-9 * abs(best) and np.abs(step).max() > _NONE:
            step = step / 2
        values, best = values + step, reached
        if np.abs(step).max() < 1e-10:
            break
    return values


def _likelihood(values: Array, wins: Array) -> float:
    return -float((wins * np.logaddexp(0, values[None, :] - values[:, None])).sum())


def _chances(values: Array) -> Array:
    chances: Array = np.exp(-np.logaddexp(0, values[None, :] - values[:, None]))
    return chances


def _information(values: Array, both: Array) -> Array:
    chances = _chances(values)
    weights = both * chances * chances.T
    found: Array = np.diag(weights.sum(axis=1)) - weights
    return found


def _jackknifed(
    values: Array, information: Array, basis: Array, one: Places, other: Places, got: Array, on: Places
) -> Array:
    """Return the covariance in the coordinates of `basis`: the spread of what comes of leaving out each question."""
    _, on = np.unique(on, return_inverse=True)
    order = np.argsort(on, kind="stable")
    one, other, got, on = one[order], other[order], got[order], on[order].reshape(-1)
    count, free = int(on[-1]) + 1, basis.shape[1]
    expected = 1 / (1 + np.exp(values[other] - values[one]))
    towards = basis[one] - basis[other]
    total = np.zeros((free, free))
    at_once = max(_AT_ONCE // (free * free), 1)
    for start in range(0, count, at_once):
        low, high = np.searchsorted(on, [start, start + at_once])
        rows, place = slice(low, high), on[low:high] - start
        pieces = min(at_once, count - start)
        pulls, weights = np.zeros((pieces, free)), np.zeros((pieces, free, free))
        np.add.at(pulls, place, (got[rows] - expected[rows])[:, None] * towards[rows])
        spread = (expected[rows] * (1 - expected[rows]))[:, None, None]
        np.add.at(weights, place, spread * towards[rows][:, :, None] * towards[rows][:, None, :])
        without = information - weights
        # A question without which nothing connects two systems cannot be left out: it counts by its pull alone.
        least = np.linalg.eigvalsh(without)[:, 0]
        without[least < _SINGULAR * np.trace(information)] = information
        moved = np.linalg.solve(without, pulls[:, :, None])[:, :, 0]
        total += moved.T @ moved
    return total * (count - 1) / count


def _reach(edges: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which places can be reached from which, themselves included (Warshall)."""
    found = edges | np.eye(len(edges), dtype=np.bool_)
    for via in range(len(found)):
        found |= found[:, via : via + 1] & found[via : via + 1, :]
    return found


def _numbered(together: np.ndarray[Any, np.dtype[np.bool_]]) -> Places:
    """Return the number of each place's group: the largest is 0, of equal ones that with the first place."""
    firsts = together.argmax(axis=1)
    order = sorted(set(firsts.tolist()), key=lambda first: (-int(together[first].sum()), first))
    return np.asarray([order.index(first) for first in firsts.tolist()], dtype=np.intp)


def _ends(beaten: np.ndarray[Any, np.dtype[np.bool_]]) -> Places:
    """Return 1 where nobody outside ever won a point, −1 where none was ever won outside, 0 elsewhere."""
    top, bottom = ~(beaten.T & ~beaten).any(axis=1), ~(beaten & ~beaten.T).any(axis=1)
    return np.asarray(top.astype(np.intp) - bottom.astype(np.intp), dtype=np.intp)
