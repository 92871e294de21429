"""One calibrated verdict: what people rated at random, sharpened by what a judge says of all questions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.records.calibration import CalibratedRow, CalibratedVerdict
from viva.records.estimate import Estimate
from viva.records.person import Role
from viva.records.rubric import Rubric
from viva.records.study import Study, StudyMode
from viva.stats import prediction_powered
from viva.stats.prediction_powered import LEAST, TooFew
from viva.stats.weighted_mean import weighted_mean
from viva.store import calibration_values, studies
from viva.store import leaderboard as table
from viva.text import display_line, plural
from viva.workbench import names, random_stream, sealed
from viva.workbench.named_study import named_study
from viva.workbench.random_stream import TOTAL, Sample

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

_SIDES = ("human", "judge")
_ALL = ("human", TOTAL)
Values = Mapping[tuple[str, str, str], Mapping[str, float]]
"""Points by example, by source, measure and system."""


class Calibration:
    """Put people and judge together."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def of(
        self,
        dataset: str,
        study: str,
        judge: str | None = None,
        mode: str | None = None,
        split: str | None = None,
        seed: int = 0,
    ) -> CalibratedVerdict:
        """Return each system's mean and each pair's difference, by people, by a judge and by both, per measure.

        Without `judge` and `mode` it is the judge by the study's own rubric that has judged most questions, whose
        protocol counts. Intervals of fewer than 30 questions are drawn with `seed`. Where both cannot be put together,
        the verdict says why. A lead has it of a study that is closed, as every other one of such texts is that they may
        rate in. Raises `Forbidden`, `NotFound`, and `UsageError` where the study is not one of this dataset and split,
        or compares pairs.
        """
        self._workbench.require(Role.LEAD, "put people and judge together")
        with self._store.read() as connection:
            found = named_study(connection, study)
            sealed.require_open(connection, self._workbench.person, found, "see what came of it")
            _check(found, dataset, split)
            sample = random_stream.of(connection, found.study_id)
            scorers = calibration_values.scorers(connection, found.dataset, found.version, found.split, found.systems)
            by_rubric = table.judge_rubrics(connection, studies.drawing(connection, found.study_id).dataset_id)
            scorer = _chosen(scorers, judge, mode, by_rubric, found.rubric)
            said = calibration_values.values(
                connection, found.dataset, found.version, found.split, found.systems, found.name, scorer
            )
        measures = [TOTAL, *(criterion.name for criterion in found.rubric.criteria)]
        rated = {example for (source, measure, _), by in said.items() if (source, measure) == _ALL for example in by}
        judged = {measure for (source, measure, _) in said if source == "judge"}
        gaps = {name: random_stream.gap(name, scorer, judged, found.rubric) for name in measures}
        rows = [row for name in measures for row in _rows(name, found, said, sample, gaps[name], seed)]
        return CalibratedVerdict(
            found, scorer, tuple(scorers), tuple(rows), sample.population, len(sample.strata),
            len(rated & sample.strata.keys()), len(rated - sample.strata.keys()), len(sample.sizes),
            _refused(found, scorer, sample, rows),
            len(sample.sizes.keys() - {sample.strata[one] for one in rated & sample.strata.keys()}), gaps[TOTAL], seed,
        )  # fmt: skip


def _check(study: Study, dataset: str, split: str | None) -> None:
    shown = display_line(study.name, 60)
    if study.dataset != dataset:
        raise UsageError(
            f"the study {shown} is not on {display_line(dataset, 60)}, but on {display_line(study.dataset, 60)}",
            "name another study",
        )
    if split is not None and study.split != split:
        raise UsageError(
            f"the study {shown} is on the split {display_line(study.split, 40) or '(none)'}", "leave --split out"
        )
    if study.mode is StudyMode.PAIRWISE:
        raise UsageError(
            f"the study {shown} compares pairs, and gives no text points", f"viva ranking {display_line(dataset, 60)}"
        )


def _chosen(
    scorers: Sequence[tuple[str, int]],
    judge: str | None,
    mode: str | None,
    by_rubric: Mapping[str, str],
    rubric: Rubric,
) -> str:
    """Return the judge that is meant, with its mode in brackets; empty where none has judged and none is asked for."""
    meant = [name for name, _ in scorers if _is(name, judge, mode)]
    if not meant and (judge is not None or mode is not None):
        asked = f"{judge or 'any judge'} ({mode})" if mode else judge or ""
        raise names.missing("judge", asked, [name for name, _ in scorers], "no judge has judged these systems yet")
    same = [name for name in meant if by_rubric.get(name) == rubric.rubric_id]
    return next(iter(same or meant), "")


def _is(scorer: str, judge: str | None, mode: str | None) -> bool:
    name, _, rest = scorer.rpartition(" (")
    return judge in {None, name, scorer} and (mode is None or rest == f"{mode})")


def _rows(measure: str, study: Study, said: Values, sample: Sample, gap: str, seed: int) -> list[CalibratedRow]:
    """Return the rows of a measure; `gap` says why a judge has nothing to say of it."""
    weights = {criterion.name: criterion.weight for criterion in study.rubric.criteria}
    highest = sum(weights.values()) if measure == TOTAL else weights[measure]
    people, judge = ({system: said.get((source, measure, system), {}) for system in study.systems} for source in _SIDES)
    rows = [_row(measure, name, None, highest, people[name], judge[name], sample, seed) for name in study.systems]
    for first, second in combinations(study.systems, 2):
        human, judged = (random_stream.difference(of[first], of[second]) for of in (people, judge))
        rows.append(_row(measure, first, second, highest, human, judged, sample, seed))
    return [replace(row, reason=gap) for row in rows] if gap else rows


def _row(
    measure: str,
    first: str,
    second: str | None,
    highest: float,
    people: Mapping[str, float],
    judge: Mapping[str, float],
    sample: Sample,
    seed: int,
) -> CalibratedRow:
    rated = [example for example in sample.strata if example in people]
    seen = sample.judged(list(judge))
    alone = _mean([people[one] for one in rated], seed, *sample.weights(rated))
    weighted = _mean([judge[one] for one in seen], seed)
    shared = [example for example in rated if example in judge]
    others = sorted(set(seen) - set(shared))
    given: dict[str, Any] = {}
    try:
        found = prediction_powered.mean(
            [people[one] for one in shared], [judge[one] for one in shared], [judge[one] for one in others],
            *sample.weights(shared), seed=seed,
        )  # fmt: skip
        both = Estimate(found.value, found.low, found.high)
        given = {name: getattr(found, name) for name in ("judged", "tuning", "effective", "correlation", "se")}
    except TooFew as few:
        both, given = Estimate(None), {"reason": few.reason}
    return CalibratedRow(
        measure, first, second, highest, alone, len(rated), weighted, len(seen), both, n=len(shared), **given
    )


def _mean(
    values: Sequence[float], seed: int, weights: Sequence[float] | None = None, strata: Sequence[str] | None = None
) -> Estimate:
    if not values:
        return Estimate(None)
    found = weighted_mean(values, weights, strata, seed)
    return Estimate(found.value, found.low, found.high)


def _refused(study: Study, scorer: str, sample: Sample, rows: Sequence[CalibratedRow]) -> str:
    """Return why no total of people and judge together exists; empty where one does."""
    if any(row.measure == TOTAL and row.both.value is not None for row in rows):
        return ""
    if not sample.strata:
        return "no question of the study is known to have been drawn at random"
    rated = max((row.people_n for row in rows), default=0)
    if rated < LEAST:
        few = f"{plural(rated, 'question')} of the random sample {'is' if rated == 1 else 'are'} rated"
        return f"{few}, {LEAST} are needed"
    if not scorer:
        return f"no judge has judged texts of {display_line(study.dataset, 60)}"
    return next(row.reason for row in rows if row.measure == TOTAL)
