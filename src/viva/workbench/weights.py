"""Weights of criteria: does the best system stay the best when they weigh differently?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from viva.errors import NotFound
from viva.records.dataset import Dataset
from viva.records.rubric import Rubric
from viva.records.weights import (
    WeightedCriterion,
    WeightedPair,
    WeightedSystem,
    WeightSensitivity,
    WeightSource,
)
from viva.stats import weightings
from viva.stats.clusters import ROUNDING
from viva.store import example_values, studies
from viva.store.example_values import ExampleValues
from viva.text import display_line

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Array = np.ndarray[Any, np.dtype[np.float64]]


_Source = tuple[WeightSource, Rubric, dict[str, ExampleValues]]
"""Whose points, by which rubric, and the values by measure."""


class _Points(NamedTuple):
    """What systems have on each criterion: shares (k, c) of its points, of how many questions, of how many tried."""

    systems: list[str]
    shares: Array
    n: int
    attempted: int
    shared: bool


class Weights:
    """Tell what the weights of a rubric decide, of the version of a dataset that `results.version` tells."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def choices(self, dataset: str, split: str | None = None) -> list[WeightSource]:
        """Return whose points there are by a rubric of several criteria: people's studies first. Raises `NotFound`."""
        found = self._version(dataset, split)
        return [source for source, _, _ in self._sources(found, split)]

    def of(
        self, dataset: str, split: str | None = None, study: str | None = None, scorer: str | None = None, seed: int = 0
    ) -> WeightSensitivity:
        """Return for what share of weightings each system is first, by a study's people or by a judge.

        `scorer` is a judge with its mode in brackets; without either it is the study that rated most, else a judge.
        Exact for two systems; for more, `weightings.DRAWS` weightings are drawn, which `seed` fixes. Raises `NotFound`
        where nothing has points on several criteria.
        """
        found = self._version(dataset, split)
        sources = self._sources(found, split)
        like = [
            each for each in sources
            if (study is None or each[0].study == study) and (scorer is None or each[0].scorer == scorer)
        ]  # fmt: skip
        if not like:
            raise _nothing(found.name, [source for source, _, _ in sources], study, scorer)
        return _weighed(found, split, sources, like[0], seed)

    def nearest(
        self, dataset: str, split: str | None = None, wanted: WeightSource | None = None
    ) -> WeightSensitivity | None:
        """Return what the weights of `wanted` decide where that is still there, else of the first of `choices`.

        None where there is none. Raises `NotFound` for a dataset or split that is not there.
        """
        found = self._version(dataset, split)
        sources = self._sources(found, split)
        like = [each for each in sources if each[0] == wanted] or sources
        return _weighed(found, split, sources, like[0], 0) if like else None

    def _sources(self, dataset: Dataset, split: str | None) -> list[_Source]:
        """Return whose points on which criteria there are; those of most questions first among people and judges."""
        with self._workbench.store.read() as connection:
            every = example_values.every(connection, dataset.name, dataset.version, split, metrics=False)
            known = {one.name: one.rubric for one in studies.every(connection)}
        judges = self._workbench.results.judge_rubrics(dataset.name)
        by_source: dict[WeightSource, dict[str, ExampleValues]] = {}
        for one in every:
            if np.isfinite(one.values).any():
                source = WeightSource(one.key.source, one.key.study, one.key.scorer)
                by_source.setdefault(source, {})[one.key.measure] = one
        made = []
        for source, measured in by_source.items():
            rubric = known.get(source.study) if source.source == "human" else judges.get(source.scorer)
            if rubric is None:
                continue
            # A criterion without weight gives no points that could be told apart.
            rubric = replace(rubric, criteria=tuple(one for one in rubric.criteria if one.weight > 0))
            if len(rubric.criteria) > 1 and all(one.name in measured for one in rubric.criteria):
                made.append((source, rubric, measured))

        def order(one: _Source) -> tuple[bool, int, str]:
            source, rubric, measured = one
            rated = int(np.isfinite(measured[rubric.criteria[0].name].values).sum())
            return source.source != "human", -rated, source.study + "\0" + source.scorer

        return sorted(made, key=order)

    def _version(self, dataset: str, split: str | None) -> Dataset:
        found = self._workbench.results.version(dataset)
        if split is not None:
            self._workbench.datasets.with_split(found.name, split, found.version)
        return found


def _nothing(dataset: str, sources: Sequence[WeightSource], study: str | None, scorer: str | None) -> NotFound:
    shown = display_line(dataset, 40)
    if not sources:
        return NotFound(
            f"nothing has points on several criteria for {shown}",
            f"rate it: viva study create NAME --dataset {shown} · or have it judged: viva judge {shown} …",
        )
    asked = " and ".join(display_line(one, 60) for one in (study, scorer) if one)
    there = "; ".join(
        f"--study {display_line(one.study, 60)}" if one.source == "human" else _judge_options(one.scorer)
        for one in sources
    )
    return NotFound(f"nothing has points by {asked} on several criteria", f"there is: {there}")


def _judge_options(scorer: str) -> str:
    """Return how a judge is named to a command; its mode stands in brackets in `scorer`."""
    name, _, mode = scorer.rpartition(" (")
    return f"--judge {display_line(name or scorer, 60)}" + (f" --mode {mode.removesuffix(')')}" if name else "")


def _points(rubric: Rubric, measured: dict[str, ExampleValues]) -> _Points:
    """Return the systems' means on the questions that all of them have points on, else on those each has."""
    criteria = [measured[criterion.name] for criterion in rubric.criteria]
    systems = [
        name for name in criteria[0].systems
        if all(name in one.systems and np.isfinite(one.values[:, one.systems.index(name)]).any() for one in criteria)
    ]  # fmt: skip
    examples = sorted({example for one in criteria for example in one.examples})
    place = {example: at for at, example in enumerate(examples)}
    cube = np.full((len(examples), len(systems), len(criteria)), np.nan)
    tried = np.zeros(len(examples), dtype=np.bool_)
    for number, (one, criterion) in enumerate(zip(criteria, rubric.criteria, strict=True)):
        rows = [place[example] for example in one.examples]
        columns = [one.systems.index(name) for name in systems]
        cube[rows, :, number] = one.values[:, columns] / criterion.weight
        tried[rows] |= one.tried[:, columns].any(axis=1)
    complete = np.isfinite(cube).all(axis=2)
    there = [name for name, has in zip(systems, complete.any(axis=0), strict=True) if has]
    cube, complete = cube[:, complete.any(axis=0)], complete[:, complete.any(axis=0)]
    shared = complete.all(axis=1)
    if there and shared.any():
        return _Points(there, cube[shared].mean(axis=0), int(shared.sum()), int(tried.sum()), True)
    means = [cube[complete[:, at], at].mean(axis=0) for at in range(len(there))]
    n = min((int(complete[:, at].sum()) for at in range(len(there))), default=0)
    return _Points(there, np.asarray(means).reshape(len(there), len(criteria)), n, int(tried.sum()), False)


def _weighed(
    found: Dataset, split: str | None, sources: Sequence[_Source], chosen: _Source, seed: int
) -> WeightSensitivity:
    source, rubric, measured = chosen
    made = _sensitivity(found, split, source, rubric, _points(rubric, measured), seed)
    return replace(made, choices=tuple(each[0] for each in sources))


def _sensitivity(
    dataset: Dataset, split: str | None, source: WeightSource, rubric: Rubric, points: _Points, seed: int
) -> WeightSensitivity:
    weights = [criterion.weight for criterion in rubric.criteria]
    totals = points.shares @ np.asarray(weights)
    order = sorted(range(len(points.systems)), key=lambda one: (-float(totals[one]), one))
    first, exact = _first(points.shares, seed)
    systems = tuple(
        WeightedSystem(
            points.systems[one], float(totals[one]), tuple(float(share) for share in points.shares[one]), first[one],
            0.0 if exact else float(np.sqrt(first[one] * (1 - first[one]) / weightings.DRAWS)),
        )
        for one in order
    )  # fmt: skip
    pairs = tuple(
        WeightedPair(
            points.systems[one], points.systems[other],
            weightings.share_ahead((points.shares[one] - points.shares[other]).tolist()),
        )
        for place, one in enumerate(order)
        for other in order[place + 1 :]
    )  # fmt: skip
    best = max(float(totals[one]) for one in order) if order else 0.0
    leaders = tuple(points.systems[one] for one in order if totals[one] >= best - ROUNDING * max(abs(best), 1.0))
    whole = sum(weights)
    ranges = [
        weightings.leads_while(points.shares, weights, order[0], number) if order else (0.0, 1.0)
        for number in range(len(weights))
    ]
    criteria = tuple(
        WeightedCriterion(criterion.name, criterion.weight / whole, low, high)
        for criterion, (low, high) in zip(rubric.criteria, ranges, strict=True)
    )
    return WeightSensitivity(
        dataset.name, dataset.version, split, source, rubric.name, criteria, systems, pairs, leaders, points.n,
        points.attempted, points.shared, exact, 0 if exact else weightings.DRAWS, seed,
    )  # fmt: skip


def _first(shares: Array, seed: int) -> tuple[list[float], bool]:
    """Return for what share of weightings each system is first, and whether that is exact."""
    if len(shares) < 2:
        return [1.0] * len(shares), True
    if len(shares) == 2:
        ahead = weightings.share_ahead((shares[0] - shares[1]).tolist())
        return [0.5, 0.5] if ahead is None else [ahead, 1 - ahead], True
    return weightings.shares_first(shares, seed), False
