"""Ranking from pairs: which system is found better, by how much, and how often, by people or by a judge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from viva.errors import NotFound, UsageError
from viva.records.dataset import Dataset
from viva.records.estimate import Estimate
from viva.records.ranking import PairSource, RankedPair, RankedSystem, Ranking
from viva.stats import bradley_terry
from viva.stats.bradley_terry import Strengths
from viva.stats.win_rate import length_controlled, win_rate
from viva.store.pair_values import Numbers, PairReader, PairValues, Places
from viva.text import display_line
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

EVEN = 1e-9
"""A score this close to one half is a tie."""


class RankingFromPairs:
    """Rank systems by which of two texts was found better, of the version that `results.version` tells."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def choices(self, dataset: str, split: str | None = None) -> list[PairSource]:
        """Return whose comparisons there are: people's first, on the whole first. Raises `NotFound`."""
        found = self._version(dataset, split)
        with self._workbench.store.read() as connection:
            return PairReader(connection, found.name, found.version, split).sources()

    def of(
        self,
        dataset: str,
        split: str | None = None,
        source: str | None = None,
        study: str | None = None,
        scorer: str | None = None,
        mode: str | None = None,
        criterion: str | None = None,
        baseline: str | None = None,
        seed: int = 0,
    ) -> Ranking:
        """Return the ranking by the first of `choices` that is of this source, study, judge (`scorer`) and mode.

        `criterion` None is the verdict on the whole. Win rates are against `baseline`, of two systems without one
        against the other, else against all others. A question counts once for each two systems, by the mean of its
        verdicts. `seed` is that of the bootstrap of win rates on fewer than 30 questions. Raises `NotFound` where there
        are no such comparisons, or no such system among them, and `UsageError` for a source that cannot be.
        """
        if source not in {None, "human", "judge"}:
            raise UsageError(f"{display_line(str(source), 40)!r} is no source", "human or judge")
        wanted = {"source": source, "study": study, "scorer": scorer, "mode": mode}
        wanted = {key: value for key, value in wanted.items() if value}
        found = self._read(
            dataset, split, lambda choices: _chosen(dataset, choices, wanted, criterion), baseline, seed
        )  # fmt: skip
        assert found is not None
        return found

    def nearest(
        self, dataset: str, split: str | None = None, wanted: PairSource | None = None, baseline: str | None = None
    ) -> Ranking | None:
        """Return the ranking by `wanted` where that is still there, else by the first of `choices`; None without any.

        Raises what `of` raises of the rest.
        """

        def choose(choices: Sequence[PairSource]) -> PairSource | None:
            like = [one for one in choices if wanted is not None and _same(one, wanted)]
            return next(iter([*like, *choices]), None)

        return self._read(dataset, split, choose, baseline, 0)

    def _read(
        self,
        dataset: str,
        split: str | None,
        choose: Callable[[Sequence[PairSource]], PairSource | None],
        baseline: str | None,
        seed: int,
    ) -> Ranking | None:
        """Return the ranking by the source that is chosen, None where none is; comparisons are gone through once."""
        found = self._version(dataset, split)
        with self._workbench.store.read() as connection:
            reader = PairReader(connection, found.name, found.version, split)
            choices = reader.sources()
            if (chosen := choose(choices)) is None:
                return None
            values, counts = reader.values(chosen), reader.counts(chosen)
        if baseline is not None and baseline not in values.systems:
            raise names.missing("system", baseline, values.systems, "none of these comparisons has a verdict")
        strengths = bradley_terry.fit(
            values.first, values.second, values.scores, values.questions, len(values.systems)
        )  # fmt: skip
        order = sorted(
            range(len(values.systems)), key=lambda one: (int(strengths.groups[one]), -float(strengths.values[one]), one)
        )
        systems = _systems(values, strengths, order, baseline, seed)
        return Ranking(
            found.name, found.version, split, chosen, baseline, seed, tuple(systems),
            tuple(_pairs(values, strengths, order, seed)), int(np.unique(values.questions).size),
            int(values.scores.size), *counts, bool(strengths.separated.any()), tuple(choices),
        )  # fmt: skip

    def _version(self, dataset: str, split: str | None) -> Dataset:
        found = self._workbench.results.version(dataset)
        if split is not None:
            self._workbench.datasets.with_split(found.name, split, found.version)
        return found


def _same(one: PairSource, other: PairSource) -> bool:
    """Tell whether two sources are one, which may have said more since."""
    return replace(one, systems=0, scored=0, attempted=0) == replace(other, systems=0, scored=0, attempted=0)


def _chosen(
    dataset: str, every: Sequence[PairSource], wanted: Mapping[str, str | None], criterion: str | None
) -> PairSource:
    """Return the first source that is what is wanted; people's or a judge's verdicts on the whole come first."""
    if not every:
        raise NotFound(
            f"no two texts have been compared for {display_line(dataset, 40)}",
            f"make a study of pairs: viva study create NAME --dataset {display_line(dataset, 40)} --mode pairwise … · "
            "or ask a judge: viva judge … --pairwise",
        )
    like = [one for one in every if all(getattr(one, key) == value for key, value in wanted.items())]
    if not like:
        asked = " ".join(display_line(value, 40) for key, value in wanted.items() if value and key != "source")
        asked = asked or {"human": "people", "judge": "a judge"}[str(wanted["source"])]
        raise NotFound(f"no comparisons are by {asked}", f"there are those of: {'; '.join(_named(every))}")
    for one in like:
        if one.criterion == criterion:
            return one
    if criterion is None:
        # Where texts were compared by criteria alone there is nothing on the whole.
        return like[0]
    known = [one.criterion for one in like if one.criterion is not None]
    raise names.missing("criterion", criterion, known, "these comparisons are on the whole only")


def _named(every: Sequence[PairSource]) -> list[str]:
    named = (
        f"--study {one.study}" if one.source == "human" and one.study else "--source human" if one.source == "human"
        else f"--judge {one.scorer} --mode {one.mode}"
        for one in every
    )  # fmt: skip
    return [display_line(one, 80) for one in dict.fromkeys(named)]


class _Side(NamedTuple):
    """Comparisons from the side of one system: questions, its scores, by how much its texts are longer; all (n,)."""

    questions: Places
    scores: Numbers
    longer: Numbers

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many were won, tied and lost."""
        tied = np.abs(self.scores - 0.5) <= EVEN
        return int((~tied & (self.scores > 0.5)).sum()), int(tied.sum()), int((~tied & (self.scores < 0.5)).sum())


def _side(values: PairValues, system: int, others: Sequence[int]) -> _Side:
    ahead = (values.first == system) & np.isin(values.second, others)
    behind = (values.second == system) & np.isin(values.first, others)
    rows = ahead | behind
    scores, longer = np.where(ahead, values.scores, 1 - values.scores), np.where(ahead, values.longer, -values.longer)
    return _Side(values.questions[rows], scores[rows], longer[rows])


def _systems(
    values: PairValues, strengths: Strengths, order: Sequence[int], baseline: str | None, seed: int
) -> list[RankedSystem]:
    ranks = strengths.ranks()
    others = list(range(len(values.systems))) if baseline is None else [values.systems.index(baseline)]
    made = []
    for system in order:
        against = [other for other in others if other != system]
        side = _side(values, system, against)
        questions, place = np.unique(side.questions, return_inverse=True)
        # The mean of a question's comparisons: each question counts alike, however many others it was held against.
        means = np.bincount(place, side.scores) / np.bincount(place) if questions.size else side.scores
        rate = win_rate(means, seed)
        controlled, why_not = Estimate(None), None
        if len(against) == 1:
            controlled, _, why_not = length_controlled(side.scores, side.longer)
        made.append(
            RankedSystem(
                values.systems[system], int(strengths.groups[system]), *ranks[system], strengths.strength(system),
                int(strengths.ends[system]), int(questions.size), *side.counts, rate.rate, rate.se, controlled, why_not,
            )
        )  # fmt: skip
    return made


def _pairs(values: PairValues, strengths: Strengths, order: Sequence[int], seed: int) -> list[RankedPair]:
    """Return each two systems that were compared, those ranked higher first."""
    made = []
    for place, first in enumerate(order):
        for second in order[place + 1 :]:
            side = _side(values, first, [second])
            if not side.scores.size:
                continue
            rate, (controlled, _, why_not) = win_rate(side.scores, seed), length_controlled(side.scores, side.longer)
            made.append(
                RankedPair(
                    values.systems[first], values.systems[second], int(side.scores.size), *side.counts, rate.rate,
                    rate.se, strengths.chance(first, second), controlled, why_not, float(side.longer.mean()),
                )
            )  # fmt: skip
    return made
