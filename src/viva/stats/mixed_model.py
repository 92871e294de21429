"""A model of ratings in which items and raters both vary: variance components, how severe raters are, and the ICC.

y = mean + item + rater + rest, where items, raters and the rest are independent and normal. The variances are those of
restricted maximum likelihood (Patterson & Thompson 1971, Biometrika 58, p. 545), the deviance that of Bates et al.
(2015), J. Stat. Softw. 67(1), with the items taken out of the equations first, so that a step takes as long as
the number of raters says. What a rater adds is the best linear unbiased prediction (Henderson's equations).
"""

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from viva.stats.clusters import Array, Places, array, places, spread

_GRID = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_MOST = 1e3
"""Nothing is taken to vary more than so many times as much as the rest, which may not vary at all."""
_LEAST = 1e-14
_FINEST = 1e-7
_EQUAL = 1e-7
"""Deviances that are no further apart are equal: the model that needs less is taken."""


class RaterEffect(NamedTuple):
    """What one rater adds to a value beside the mean of all raters, with its standard error, from `n` values.

    Both are in the values' unit.
    """

    rater: Hashable
    effect: float
    error: float
    n: int


class CrossedFit(NamedTuple):
    """The mean and the variances, in the values' unit and its square, and what each rater adds, in their order."""

    mean: float
    item_variance: float
    rater_variance: float
    rest_variance: float
    raters: tuple[RaterEffect, ...]

    def agreement(self, k: float = 1) -> float | None:
        """Return the intraclass correlation for absolute agreement of the mean of `k` raters, None without variance.

        ICC(2,1) and ICC(2,k) of Shrout & Fleiss (1979), Psychol. Bull. 86, p. 420, which follow from the variances:
        item / (item + (rater + rest) / k).
        """
        whole = self.item_variance + (self.rater_variance + self.rest_variance) / k
        return self.item_variance / whole if whole > 0 else None


class _Group(NamedTuple):
    """The items that have `size` values each, `number` of them: sums over them of products.

    `n` counts an item's values by rater, `s` is the sum of its values.
    """

    size: int
    number: int
    n: Array
    nn: Array
    s: float
    ss: float
    ns: Array


class _Sums(NamedTuple):
    """All that the deviance needs of the values: their number, their sums by rater and their squares'."""

    groups: tuple[_Group, ...]
    number: int
    numbers: Array
    sums: Array
    square: float


class _Solved(NamedTuple):
    """The deviance less a constant, the variance of the rest, what raters add and the mean, and the inverse of that."""

    deviance: float
    variance: float
    solution: Array
    inverse: Array


def crossed(values: Sequence[float], items: Sequence[Hashable], raters: Sequence[Hashable]) -> CrossedFit | None:
    """Return the model of `values`, none of them missing, each with its item and its rater.

    None where there are fewer than two raters or two items, no item has two values, or all values are equal: such
    ratings cannot tell items from raters.
    """
    y = array(values)
    if y.size < 3 or not spread(y):
        return None
    names = list(dict.fromkeys(raters))
    number = {name: place for place, name in enumerate(names)}
    of_item, of_rater = places(items), np.array([number[name] for name in raters])
    if len(names) < 2 or of_item.max() < 1 or np.bincount(of_item).max() < 2:
        return None
    middle, size = float(y.mean()), float(y.std())
    sums = _sums((y - middle) / size, of_item, of_rater)
    item, rater = _likeliest(sums)
    solved = _solve(sums, item, rater)
    rest = solved.variance * size**2
    effects = solved.solution[:-1] - solved.solution[:-1].mean()
    # The error is that of the distance to the mean of these raters: what raters are like elsewhere is another matter.
    inverse = solved.inverse[:-1, :-1]
    spreads = np.diag(inverse) - 2 * inverse.mean(axis=1) + inverse.mean()
    errors = np.sqrt(solved.variance * np.clip(spreads, 0, None))
    found = zip(
        names,
        (size * rater * effects).tolist(),
        (size * rater * errors).tolist(),
        sums.numbers.astype(int).tolist(),
        strict=True,
    )
    return CrossedFit(
        middle + size * float(solved.solution[-1]), item**2 * rest, rater**2 * rest, rest,
        tuple(RaterEffect(*one) for one in found),
    )  # fmt: skip


def _sums(y: Array, of_item: Places, of_rater: Places) -> _Sums:
    counts = np.zeros((int(of_item.max()) + 1, int(of_rater.max()) + 1))
    of_items, of_raters = np.zeros(counts.shape[0]), np.zeros(counts.shape[1])
    np.add.at(counts, (of_item, of_rater), 1.0)
    np.add.at(of_items, of_item, y)
    np.add.at(of_raters, of_rater, y)
    sizes = counts.sum(axis=1)
    groups = []
    for size in np.unique(sizes):
        n, s = counts[sizes == size], of_items[sizes == size]
        groups.append(_Group(int(size), len(s), n.sum(axis=0), n.T @ n, float(s.sum()), float(s @ s), n.T @ s))
    return _Sums(tuple(groups), y.size, counts.sum(axis=0), of_raters, float(y @ y))


def _solve(sums: _Sums, item: float, rater: float) -> _Solved:
    """Solve the equations where items and raters vary so many times the rest does, in standard deviations.

    They are those of raters and mean, the items taken out of them.
    """
    raters = sums.numbers.size
    matrix = np.diag(np.append(sums.numbers, float(sums.number)))
    matrix[:-1, -1] = matrix[-1, :-1] = sums.numbers
    right = np.append(sums.sums, sums.sums.sum())
    log, explained = 0.0, 0.0
    for group in sums.groups:
        diagonal = item**2 * group.size + 1
        weight = item**2 / diagonal
        taken = np.empty_like(matrix)
        taken[:-1, :-1] = group.nn
        taken[:-1, -1] = taken[-1, :-1] = group.size * group.n
        taken[-1, -1] = group.size**2 * group.number
        matrix -= weight * taken
        right -= weight * np.append(group.ns, group.size * group.s)
        log += group.number * math.log(diagonal)
        explained += weight * group.ss
    scale = np.append(np.full(raters, rater), 1.0)
    matrix = scale[:, None] * matrix * scale + np.diag(np.append(np.ones(raters), 0.0))
    inverse = np.linalg.inv(matrix)
    solution: Array = inverse @ (scale * right)
    # Nothing left to explain would be a deviance without end.
    left = max(sums.square - explained - float(solution @ (scale * right)), _LEAST * sums.square)
    log += float(np.linalg.slogdet(matrix)[1])
    return _Solved(log + (sums.number - 1) * math.log(left), left / (sums.number - 1), solution, inverse)


def _likeliest(sums: _Sums) -> tuple[float, float]:
    """Return the standard deviations of items and raters, in those of the rest, that have the least deviance."""
    starts = [(item, rater) for item in _GRID for rater in _GRID]
    item, rater = min(starts, key=lambda start: _solve(sums, *start).deviance)
    candidates = [(0.0, 0.0), _nearby(sums, item, 0.0), _nearby(sums, 0.0, rater), _nearby(sums, item, rater)]
    deviances = [_solve(sums, *one).deviance for one in candidates]
    least = min(deviances)
    return next(one for one, deviance in zip(candidates, deviances, strict=True) if deviance <= least + _EQUAL)


def _nearby(sums: _Sums, item: float, rater: float) -> tuple[float, float]:
    """Go down from a start by ever smaller steps, each a share of where it stands; a 0 stays one."""
    at, deviance, step = (item, rater), _solve(sums, item, rater).deviance, 0.5
    turns = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a or b) and (item or not a) and (rater or not b)]
    while step > _FINEST:
        tried = [(min(at[0] * math.exp(a * step), _MOST), min(at[1] * math.exp(b * step), _MOST)) for a, b in turns]
        found = [(_solve(sums, *one).deviance, one) for one in tried]
        best, place = min(found)
        if best < deviance:
            deviance, at = best, place
        else:
            step /= 2
    return at
