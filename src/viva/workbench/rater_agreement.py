"""How far the raters of a study agree, and whether they can tell who wrote a text."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from viva.records.ids import utc_now
from viva.records.person import Role
from viva.records.rater_agreement import CriterionAgreement, GuessAgreement, RaterStanding, StudyAgreement
from viva.records.rating import OVERALL
from viva.records.study import RaterProgress, Study, StudyMode, StudyState
from viva.stats import guessing
from viva.stats.guessing import Guess, Writers
from viva.stats.judge_habits import repeats
from viva.stats.krippendorff_alpha import ordinal_alpha
from viva.stats.nominal_alpha import nominal_alpha
from viva.store import agreement_rows, studies, study_progress
from viva.store.agreement_rows import Given
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class RaterAgreement:
    """Hold the raters of a study against one another, against chance, and against what is known."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def of(self, study: str) -> StudyAgreement:
        """Return how far the raters of a study agree, as it stands now. Raises `Forbidden`, `NotFound`."""
        self._workbench.require(Role.LEAD, "see how far raters agree")
        with self._store.read() as connection:
            found = studies.get(connection, study)
            if found is None:
                known = [one.name for one in studies.every(connection)]
                raise names.missing("study", study, known, "make one: viva study create NAME …")
            pairs = found.mode is StudyMode.PAIRWISE
            given = (agreement_rows.preferences if pairs else agreement_rows.ratings)(connection, study)
            guesses = agreement_rows.guesses(connection, study)
            writers = agreement_rows.writers(connection, study)
            raters = study_progress.of(connection, found, utc_now()).raters
        told = [Guess(rater, text, writer, guess) for rater, text, writer, guess in guesses if guess is not None]
        unsure = Counter(rater for rater, *_, guess in guesses if guess is None)
        if found.state is not StudyState.CLOSED and not self._workbench.person.role.includes(Role.ENGINEER):
            # A lead may rate as well, and must not know before the study is closed whose texts these are.
            found = replace(found, systems=())
        return StudyAgreement(
            found,
            tuple(_criterion(name, given, pairs=pairs) for name in _criteria(found, given)),
            tuple(_standing(rater, told, writers, unsure[rater.rater]) for rater in raters),
            _beside_chance(told, writers, unsure.total()),
            unsure.total(),
        )


def _criteria(study: Study, given: Sequence[Given]) -> list[str]:
    """Return what there is to agree on: all criteria of a rubric, of pairs the whole and those that were asked."""
    criteria = [one.name for one in study.rubric.criteria]
    if study.mode is StudyMode.RUBRIC:
        return criteria
    said = {criterion for _, _, criterion, _ in given}
    return [OVERALL, *(name for name in criteria if study.options.per_criterion or name in said)]


def _criterion(name: str, given: Sequence[Given], *, pairs: bool) -> CriterionAgreement:
    by_item: dict[str, dict[str, float | str]] = defaultdict(dict)
    for item, rater, criterion, value in given:
        if criterion == name:
            by_item[item][rater] = value
    values = [list(said.values()) for said in by_item.values()]
    raters = sorted({rater for said in by_item.values() for rater in said})
    shared = [of_item for of_item in values if len(of_item) > 1]
    count = sum(map(len, values))
    counts = (name, len(values), len(shared), len(raters), count)
    if pairs:
        ties = sum(value == "tie" for of_item in values for value in of_item)
        return CriterionAgreement(*counts, nominal_alpha(values), _same(shared), ties=ties / count if count else None)
    numbers = [{rater: float(value) for rater, value in said.items()} for said in by_item.values()]
    alpha = ordinal_alpha([[said.get(rater, math.nan) for said in numbers] for rater in raters])
    alike = repeats([list(said.values()) for said in numbers])
    return CriterionAgreement(
        *counts, alpha, None if alike is None else alike.same, None if alike is None else alike.sd
    )


def _same(shared: Sequence[Sequence[float | str]]) -> float | None:
    """Return the share of equal pairs of values of an item, each item counting alike."""
    if not shared:
        return None
    shares = []
    for values in shared:
        pairs = len(values) * (len(values) - 1)
        shares.append(sum(values.count(value) - 1 for value in values) / pairs)
    return math.fsum(shares) / len(shares)


def _standing(rater: RaterProgress, told: Sequence[Guess], writers: Writers, unsure: int) -> RaterStanding:
    own = [guess for guess in told if guess.rater == rater.rater]
    right, expected = guessing.right(own, writers)
    return RaterStanding(
        rater.rater, rater.rated, rater.skipped, rater.known, rater.off, len(own), unsure, right,
        expected if own else None,
    )  # fmt: skip


def _beside_chance(told: Sequence[Guess], writers: Writers, unsure: int) -> GuessAgreement | None:
    found = guessing.against_chance(told, writers)
    return None if found is None else GuessAgreement(found.n, unsure, *found[1:])
