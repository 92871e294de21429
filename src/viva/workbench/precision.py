"""How sure a study is by now, and how many more rated questions would settle which system is better."""

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.records.estimate import Estimate
from viva.records.person import Role
from viva.records.precision import FEWEST, PrecisionPlan, PrecisionRow, Projection, SecondRaters, StratumNeed
from viva.records.rating import OVERALL
from viva.records.results import MeasureKey
from viva.records.study import Study, StudyMode
from viva.stats import precision, prediction_powered
from viva.stats.precision import Outlook
from viva.stats.prediction_powered import TooFew
from viva.stats.sampling import allocation
from viva.stats.weighted_mean import weighted_mean
from viva.store import calibration_values, example_values, precision_values, studies, study_progress
from viva.store import leaderboard as table
from viva.text import display_line
from viva.workbench import names, random_stream, sealed
from viva.workbench.named_study import named_study
from viva.workbench.random_stream import TOTAL, Sample

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

USUAL_MARGIN = 0.05
"""The margin where none is named, as a share of the scale."""
FOLLOWING = 20
"""For so many next questions the layers' shares are told where no number of them settles anything."""
TOLD = 5
"""A layer is taken to spread as its own values do with so many more, which spread as those of all layers."""
_WON = {"a": 1.0, "b": -1.0, "tie": 0.0}

Values = dict[str, dict[str, float]]
"""What raters gave, by example, by rater."""


@dataclass(frozen=True)
class _Read:
    """What is in the store: raters' values by system or pair, the judge's by system, how questions were drawn.

    `gap` says why the judge gives no value of the measure. `rated` counts questions with a value, those included that
    only somebody whose values were left out has rated.
    """

    study: Study
    given: Mapping[tuple[str, str | None], Values]
    judged: Mapping[str, Mapping[str, float]]
    scorer: str
    sample: Sample
    rated: int
    complete: int
    seconds_each: float | None
    gap: str = ""


class Precision:
    """Tell how sure a study is, and what more ratings would bring."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def of(self, study: str, margin: float | None = None, measure: str = TOTAL) -> PrecisionPlan:
        """Return how sure a study is of each system and pair, and how many more rated questions settle it.

        `margin` is half of the interval that is wished for, in points (of pairs in shares), or a twentieth of the
        scale. Only the random sample counts. A lead, who may rate as well, sees how wide intervals are, but until the
        study is closed, and every other one of such texts that they may rate in, neither where they lie nor whose they
        are; and nothing there depends on what the lead said.
        Raises `NotFound`, `UsageError` for a margin that is none.
        """
        self._workbench.require(Role.LEAD, "see how sure a study is")
        person = self._workbench.person
        with self._store.read() as connection:
            found = named_study(connection, study)
            hide = not sealed.is_open_to(connection, person, found)
            read = _read(connection, found, measure, person.name if hide else None)
        highest = _highest(found, measure)
        bound = USUAL_MARGIN * highest if margin is None else margin
        if not (math.isfinite(bound) and bound > 0):
            raise UsageError(f"a margin of {bound:g} cannot be had", "name one above 0, such as 5")
        firm = {pair: _row(read, *pair, bound) for pair in read.given}
        following = _following(list(firm.values()))
        layered = _compared_first(firm)
        rows = [
            replace(row, strata=_strata(read, *pair, following)) if pair in layered else row
            for pair, row in firm.items()
        ]
        plan = PrecisionPlan(
            found, measure, bound, highest, read.sample.population, len(read.sample.strata), read.rated,
            read.complete, read.sample.picked, tuple(rows), read.scorer, following, read.seconds_each,
        )  # fmt: skip
        return _hidden(plan) if hide else plan


def _read(connection: studies.Connection, found: Study, measure: str, without: str | None) -> _Read:
    """Return what there is of a study; the values of the rater `without` are left out."""
    criteria = [criterion.name for criterion in found.rubric.criteria]
    if measure != TOTAL and measure not in criteria:
        raise names.missing("criterion", measure, [TOTAL, *criteria], "")
    if found.mode is StudyMode.PAIRWISE:
        whole = OVERALL if measure == TOTAL else measure
        compared = precision_values.preferences(connection, found, whole)
        rated = len({example for example, *_ in compared})
        given, scorer, judged = _compared(found, [one for one in compared if one[3] != without]), "", {}
        gap = ""
    else:
        said = _said(connection, found, measure)
        rated = len({example for example, *_ in said})
        given = _rated(found, [one for one in said if one[2] != without])
        scorer = _scorer(connection, found)
        judged = _judged(connection, found, measure, scorer) if scorer else {}
        gap = "" if not scorer or any(judged.values()) else _gap(connection, found, measure, scorer)
    usual = study_progress.usual_seconds(connection, found.study_id)
    sample, complete = random_stream.of(connection, found.study_id), precision_values.complete(connection, found)
    return _Read(found, given, judged, scorer, sample, rated, complete, usual, gap)


def _said(connection: precision_values.Connection, study: Study, measure: str) -> list[precision_values.Said]:
    if measure == TOTAL:
        return precision_values.totals(connection, study)
    return precision_values.points(connection, study, measure)


def _rated(study: Study, said: Sequence[precision_values.Said]) -> dict[tuple[str, str | None], Values]:
    """Return what raters gave each system's texts, and each pair of systems the difference."""
    by_system: dict[str, Values] = {system: defaultdict(dict) for system in study.systems}
    for example, system, rater, value in said:
        by_system.setdefault(system, defaultdict(dict))[example][rater] = value
    found: dict[tuple[str, str | None], Values] = {(system, None): dict(by_system[system]) for system in study.systems}
    for first, second in combinations(study.systems, 2):
        found[first, second] = _apart(by_system[first], by_system[second])
    return found


def _apart(first: Values, second: Values) -> Values:
    """Return by how much one system was found better: by each rater of both texts, else by the means of those of each.

    Either way the mean over a question's raters is near the difference of the two texts' means, and is just that where
    the same raters rated both.
    """
    found: Values = {}
    for example in first.keys() & second.keys():
        one, other = first[example], second[example]
        if one.keys() == other.keys():
            found[example] = {rater: value - other[rater] for rater, value in one.items()}
        else:
            found[example] = {"": math.fsum(one.values()) / len(one) - math.fsum(other.values()) / len(other)}
    return dict(sorted(found.items()))


def _compared(study: Study, said: Sequence[precision_values.Preferred]) -> dict[tuple[str, str | None], Values]:
    """Return of each pair of systems how often the first one was found better, less how often the second one was."""
    pairs: dict[tuple[str, str | None], Values] = {pair: {} for pair in combinations(study.systems, 2)}
    for example, first, second, rater, winner in said:
        turned = (second, first) in pairs
        pair = (second, first) if turned else (first, second)
        # Adding 0.0 makes a minus zero a zero.
        value = (-_WON[winner] if turned else _WON[winner]) + 0.0
        pairs.setdefault(pair, {}).setdefault(example, {})[rater] = value
    return pairs


def _scorer(connection: table.Connection, study: Study) -> str:
    """Return the judge by the study's rubric that has judged most of its systems' questions; empty without one."""
    scorers = calibration_values.scorers(connection, study.dataset, study.version, study.split, study.systems)
    by_rubric = table.judge_rubrics(connection, studies.drawing(connection, study.study_id).dataset_id)
    return next((name for name, _ in scorers if by_rubric.get(name) == study.rubric.rubric_id), "")


def _judged(
    connection: example_values.Connection, study: Study, measure: str, scorer: str
) -> dict[str, dict[str, float]]:
    key = MeasureKey("judge", measure, "", scorer)
    found = example_values.every(connection, study.dataset, study.version, study.split, systems=study.systems, key=key)
    return {
        system: {
            example: float(value)
            for example, value in zip(one.examples, one.values[:, column], strict=True)
            if math.isfinite(value)
        }
        for one in found
        for column, system in enumerate(one.systems)
    }


def _gap(connection: studies.Connection, study: Study, measure: str, scorer: str) -> str:
    of = (study.dataset, study.version, study.split, study.systems, scorer)
    return random_stream.gap(measure, scorer, calibration_values.judged_measures(connection, *of), study.rubric)


def _row(read: _Read, first: str, second: str | None, bound: float) -> PrecisionRow:
    values = {
        example: math.fsum(given.values()) / len(given)
        for example, given in read.given[first, second].items()
        if example in read.sample.strata
    }
    examples = sorted(values)
    people, ahead = _people(read, examples, values, bound)
    judge = None
    if read.scorer:
        judge = _with_judge(read, examples, values, _judges(read, first, second), bound)
    return PrecisionRow(first, second, people, judge, _raters(read, first, second, examples, ahead))


def _people(
    read: _Read, examples: Sequence[str], values: Mapping[str, float], bound: float
) -> tuple[Projection, Outlook | None]:
    if not examples:
        return Projection(Estimate(None), 0, reason="nothing of the random sample is rated yet"), None
    y = [values[example] for example in examples]
    now = weighted_mean(y, *read.sample.weights(examples))
    estimate = Estimate(now.value, now.low, now.high)
    if now.low is None or now.high is None:
        why = (
            "one rated question has no interval" if len(y) < 2 else "all values are equal, so that there is no interval"
        )
        return Projection(estimate, len(y), reason=why), None
    if len(y) < min(FEWEST, read.sample.population):
        few = f"{len(y)} rated questions are too few to plan from, {FEWEST} are needed"
        return Projection(estimate, len(y), (now.high - now.low) / 2, reason=few), None
    ahead = precision.outlook(y, y, read.sample.population, *read.sample.weights(examples))
    assert ahead is not None
    ahead = ahead.fitted(len(y), (now.high - now.low) / 2)
    return _projected(estimate, len(y), ahead, bound), ahead


def _with_judge(
    read: _Read, examples: Sequence[str], values: Mapping[str, float], judged: Mapping[str, float], bound: float
) -> Projection:
    shared = [example for example in examples if example in judged]
    rest = [judged[example] for example in read.sample.judged([*judged]) if example not in values]
    y, f, where = [values[one] for one in shared], [judged[one] for one in shared], read.sample.weights(shared)
    try:
        now = prediction_powered.mean(y, f, rest, *where)
    except TooFew as few:
        return Projection(Estimate(None), len(shared), reason=read.gap or few.reason)
    estimate = Estimate(now.value, now.low, now.high)
    if now.low is None or now.high is None:
        return Projection(estimate, now.n, reason="all of people's values are equal, so that there is no interval")
    slope = now.tuning * (now.n + now.judged) / now.judged
    left = [said - slope * told for said, told in zip(y, f, strict=True)]
    ahead = precision.outlook(y, left, now.n + now.judged, *where)
    assert ahead is not None
    return _projected(estimate, now.n, ahead.fitted(now.n, (now.high - now.low) / 2), bound)


def _projected(estimate: Estimate, n: int, ahead: Outlook, bound: float) -> Projection:
    assert estimate.value is not None
    assert estimate.low is not None
    assert estimate.high is not None
    value, half = estimate.value, (estimate.high - estimate.low) / 2
    # Of few questions the interval may reach further to one side: what counts is the side that zero lies on.
    side = value - estimate.low if value > 0 else estimate.high - value
    off_zero = math.nextafter(abs(value) * half / side, 0)
    return Projection(
        estimate, n, half, ahead.half_width(ahead.population), ahead.needed(n, bound),
        ahead.needed(n, off_zero) if value else None,
    )  # fmt: skip


def _judges(read: _Read, first: str, second: str | None) -> Mapping[str, float]:
    one = read.judged.get(first, {})
    return one if second is None else random_stream.difference(one, read.judged.get(second, {}))


def _raters(
    read: _Read, first: str, second: str | None, examples: Sequence[str], ahead: Outlook | None
) -> SecondRaters | None:
    given = [list(read.given[first, second][example].values()) for example in examples]
    spread = precision.rater_spread(given)
    if spread is None or ahead is None:
        return None
    n, one_more = len(examples), ahead.narrowed(spread.gained, spread.most)
    return SecondRaters(
        spread.shared, spread.raters, math.sqrt(spread.between), math.sqrt(spread.within), one_more.half_width(n),
        ahead.half_width(n + max(round(n / spread.raters), 1)), one_more.half_width(ahead.population),
    )  # fmt: skip


def _following(rows: Sequence[PrecisionRow]) -> int:
    """Return how many further questions bring every pair, or system, that can be brought there to the margin."""
    of = [row for row in rows if row.second is not None] or rows
    wanted = [row.best.to_margin for row in of if row.best.to_margin]
    return max(wanted, default=FOLLOWING)


def _compared_first(rows: Mapping[tuple[str, str | None], PrecisionRow]) -> Sequence[tuple[str, str | None]]:
    """Return the pairs, or where there are none the systems."""
    return [pair for pair in rows if pair[1] is not None] or [*rows]


def _strata(read: _Read, first: str, second: str | None, following: int) -> tuple[StratumNeed, ...]:
    sizes = {name: round(size) for name, size in sorted(read.sample.sizes.items())}
    if len(sizes) < 2:
        return ()
    by_stratum = _by_stratum(read, first, second)
    rated = {name: len(by_stratum[name]) for name in sizes}
    known = {name: precision.deviation(by_stratum[name]) for name in sizes}
    proportional = allocation(sizes, sum(rated.values()) + following, rated)
    best = precision.neyman(sizes, precision.shrunk(by_stratum, TOLD), rated, following)
    return tuple(
        StratumNeed(name, sizes[name], rated[name], known[name], proportional[name] - rated[name], best[name])
        for name in sizes
    )


def _by_stratum(read: _Read, first: str, second: str | None) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in read.sample.sizes}
    for example, given in read.given[first, second].items():
        if example in read.sample.strata:
            found[read.sample.strata[example]].append(math.fsum(given.values()) / len(given))
    return found


def spread(connection: studies.Connection, study: Study) -> dict[str, float]:
    """Return the standard deviation of a value in each layer, as the pair sees it that is least sure.

    Raises `UsageError` where the study was drawn in one layer, or nothing tells how values spread.
    """
    read = _read(connection, study, TOTAL, None)
    shown = display_line(study.name, 60)
    if len(read.sample.sizes) < 2:
        raise UsageError(f"{shown} was drawn in one layer: no question is known to tell more than another",
                         "leave --by-spread out")  # fmt: skip
    rows = {pair: _row(read, *pair, USUAL_MARGIN * _highest(study, TOTAL)) for pair in read.given}
    told = {pair: rows[pair].people for pair in _compared_first(rows) if rows[pair].people.foretold}
    if not told:
        raise UsageError(f"nothing tells yet how values of {shown} spread", f"rate more of it: viva rate {shown}")
    return precision.shrunk(_by_stratum(read, *max(told, key=lambda pair: told[pair].half or 0.0)), TOLD)


def _highest(study: Study, measure: str) -> float:
    if study.mode is StudyMode.PAIRWISE:
        return 1.0
    weights = {criterion.name: criterion.weight for criterion in study.rubric.criteria}
    return float(sum(weights.values()) if measure == TOTAL else weights[measure])


def _hidden(plan: PrecisionPlan) -> PrecisionPlan:
    """Return the plan with letters for systems, in an order that only the study decides, and without its estimates.

    Widths are rounded: from all their digits, and the ratings that a lead may read, it could be worked out which texts
    are of one system.
    """
    order = list(plan.study.systems)
    random.Random(plan.study.study_id).shuffle(order)
    letters = {name: ascii_uppercase[at % 26] + (str(at // 26) if at >= 26 else "") for at, name in enumerate(order)}
    rows = [_blind(row, letters) for row in plan.rows]
    # In the order of the letters, which the order of the rows would give away otherwise.
    rows = sorted(rows, key=lambda row: (row.second is not None, row.first, row.second or ""))
    return replace(plan, study=replace(plan.study, systems=()), rows=tuple(rows), blind=True)


def _blind(row: PrecisionRow, letters: Mapping[str, str]) -> PrecisionRow:
    shown = sorted(letters[name] for name in (row.first, row.second) if name is not None)

    def cut(one: Projection) -> Projection:
        reason = one.reason and (one.reason if one.n else "nobody else has rated anything of the random sample yet")
        return replace(one, estimate=Estimate(None), half=_coarse(one.half), at_end=_coarse(one.at_end), reason=reason)

    raters = row.raters and replace(
        row.raters, between=_coarse(row.raters.between), within=_coarse(row.raters.within),
        more_raters=_coarse(row.raters.more_raters), more_questions=_coarse(row.raters.more_questions),
        at_end=_coarse(row.raters.at_end),
    )  # fmt: skip
    return PrecisionRow(
        shown[0], shown[1] if row.second else None, cut(row.people), row.judge and cut(row.judge), raters,
        tuple(replace(one, deviation=_coarse(one.deviation)) for one in row.strata),
    )  # fmt: skip


def _coarse(value: float | None) -> Any:
    """Return a number with two digits that tell something."""
    return None if value is None else float(f"{value:.2g}")
