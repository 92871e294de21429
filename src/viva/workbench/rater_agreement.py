"""How far the raters of a study agree, and whether they can tell who wrote a text."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from viva.records.ids import utc_now
from viva.records.person import Role
from viva.records.rater_agreement import CriterionAgreement, GuessAgreement, RaterPair, StudyAgreement, mean_kappa
from viva.records.rating import OVERALL
from viva.records.rubric import Criterion
from viva.records.study import Study, StudyMode
from viva.stats import guessing
from viva.stats.alpha_interval import nominal_interval, ordinal_interval
from viva.stats.guessing import Guess, Writers
from viva.stats.judge_habits import repeats
from viva.stats.kappa import level, nominal_kappa, quadratic_kappa
from viva.store import agreement_rows, disputes, study_progress
from viva.store.agreement_rows import Given
from viva.workbench import disagreement, rater_standing, sealed
from viva.workbench.named_study import named_study

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

SHOWN = 100
"""Items of greatest disagreement that are told; the adjudication has all."""


class RaterAgreement:
    """Hold the raters of a study against one another, against chance, and against what is known."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def of(self, study: str, seed: int = 0) -> StudyAgreement:
        """Return how far the raters of a study agree, as it stands now. Raises `Forbidden`, `NotFound`.

        Intervals are drawn with `seed`. Items that still want raters are left out of the disagreements, and until the
        study is closed, for a lead who may rate in it, all of them; so are a lead's own guesses.
        """
        self._workbench.require(Role.LEAD, "see how far raters agree")
        person = self._workbench.person
        with self._store.read() as connection:
            found = named_study(connection, study)
            given = disagreement.given(connection, found)
            guesses = agreement_rows.guesses(connection, study)
            writers = agreement_rows.writers(connection, study)
            raters = study_progress.of(connection, found, utc_now()).raters
            items = disputes.items(connection, found.study_id)
            said = disagreement.by_item(given)
            apart = disagreement.disagreements(connection, found, items, said, person)
            seen = sealed.is_open_to(connection, person, found)
        told = [Guess(rater, text, writer, guess) for rater, text, writer, guess in guesses if guess is not None]
        unsure = Counter(rater for rater, *_, guess in guesses if guess is None)
        if not seen:
            # A lead may rate as well, and must not know before that whose texts these are: a count of guesses that
            # were right would tell.
            found = replace(found, systems=())
            told = [one for one in told if one.rater != person.name]
        of_text = {item.texts: item.example for item in items}
        pairs = tuple(pair for name in _criteria(found, given) for pair in _pairs(found, name, given))
        totals = rater_standing.totals(found, said)
        return StudyAgreement(
            found,
            tuple(_criterion(found, name, given, of_text, pairs, seed) for name in _criteria(found, given)),
            rater_standing.standings(found, raters, said, totals, pairs, told, writers, unsure),
            _beside_chance(told, writers, unsure.total()),
            unsure.total(),
            rater_standing.agreement(totals),
            pairs,
            tuple(one for one in apart if one.apart > 0)[:SHOWN],
            seed,
        )


def _criteria(study: Study, given: Sequence[Given]) -> list[str]:
    """Return what there is to agree on: all criteria of a rubric, of pairs the whole and those that were asked."""
    criteria = [one.name for one in study.rubric.criteria]
    if study.mode is StudyMode.RUBRIC:
        return criteria
    said = {criterion for _, _, criterion, _ in given}
    return [OVERALL, *(name for name in criteria if study.options.per_criterion or name in said)]


def _by_item(name: str, given: Sequence[Given]) -> dict[str, dict[str, Any]]:
    """Return the values of one criterion by item, then by rater."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for item, rater, criterion, value in given:
        if criterion == name:
            found[item][rater] = value
    return found


def _criterion(
    study: Study, name: str, given: Sequence[Given], of_text: Mapping[str, str], pairs: Sequence[RaterPair], seed: int
) -> CriterionAgreement:
    by_item = _by_item(name, given)
    values = [list(said.values()) for said in by_item.values()]
    questions = [of_text.get(item, item) for item in by_item]
    shared = [of_item for of_item in values if len(of_item) > 1]
    count = sum(map(len, values))
    raters = {rater for said in by_item.values() for rater in said}
    found = CriterionAgreement(name, len(values), len(shared), len(raters), count, None, None)
    kappas = [pair for pair in pairs if pair.criterion == name and pair.kappa is not None]
    found = replace(found, kappa=mean_kappa(kappas), kappa_pairs=len(kappas))
    if study.mode is StudyMode.PAIRWISE:
        alpha = nominal_interval(values, questions, seed)
        ties = sum(value == "tie" for of_item in values for value in of_item)
        found = replace(found, same=_same(shared), ties=ties / count if count else None)
    else:
        alpha = ordinal_interval([[float(value) for value in of_item] for of_item in values], questions, seed)
        alike = repeats(values)
        if alike is not None:
            found = replace(found, same=alike.same, spread=alike.sd)
    return replace(found, alpha=alpha.value, alpha_low=alpha.low, alpha_high=alpha.high)


def _pairs(study: Study, name: str, given: Sequence[Given]) -> list[RaterPair]:
    """Return each two raters that share items on a criterion, in the order of their names."""
    by_rater: dict[str, dict[str, Any]] = defaultdict(dict)
    for item, rater, criterion, value in given:
        if criterion == name:
            by_rater[rater][item] = value
    scale = next((one for one in study.rubric.criteria if one.name == name), None)
    raters, found = sorted(by_rater), []
    for place, first in enumerate(raters):
        for second in raters[place + 1 :]:
            both = [item for item in by_rater[first] if item in by_rater[second]]
            values = [[by_rater[rater][item] for item in both] for rater in (first, second)]
            if both:
                ordered = scale if study.mode is StudyMode.RUBRIC else None
                found.append(RaterPair(name, first, second, len(both), _kappa(values, ordered)))
    return found


def _kappa(values: Sequence[Sequence[Any]], scale: Criterion | None) -> float | None:
    """Return κ of two raters' values, of ordered ones where there is a scale."""
    if scale is None:
        return nominal_kappa(*values)
    return quadratic_kappa(*([level(value, scale.lowest, scale.highest) for value in of] for of in values))


def _same(shared: Sequence[Sequence[Any]]) -> float | None:
    """Return the share of equal pairs of values of an item, each item counting alike."""
    if not shared:
        return None
    shares = []
    for values in shared:
        pairs = len(values) * (len(values) - 1)
        shares.append(sum(values.count(value) - 1 for value in values) / pairs)
    return sum(shares) / len(shares)


def _beside_chance(told: Sequence[Guess], writers: Writers, unsure: int) -> GuessAgreement | None:
    found = guessing.against_chance(told, writers)
    return None if found is None else GuessAgreement(found.n, unsure, *found[1:])
