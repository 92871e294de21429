"""How far raters are apart on each item of a study."""

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from viva.records.adjudication import Disagreement
from viva.records.person import Person
from viva.records.rating import OVERALL
from viva.records.study import Study, StudyMode, StudyState
from viva.store import adjudications, agreement_rows, studies
from viva.store.agreement_rows import Given
from viva.store.disputes import Connection, Rated
from viva.workbench import sealed

Said = dict[str, dict[str, float | str]]
"""The values of an item by rater, then by criterion."""
_SIDES = {"a": 0.0, "tie": 0.5, "b": 1.0}


def given(connection: Connection, study: Study) -> list[Given]:
    """Return what raters said of a study's items that counts."""
    pairs = study.mode is StudyMode.PAIRWISE
    return (agreement_rows.preferences if pairs else agreement_rows.ratings)(connection, study.name)


def by_item(values: Sequence[Given]) -> dict[str, Said]:
    """Return the values by item, as `Rated.texts` names it."""
    found: dict[str, Said] = defaultdict(lambda: defaultdict(dict))
    for item, rater, criterion, value in values:
        found[item][rater][criterion] = value
    return found


def complete(study: Study, item: Rated) -> bool:
    """Tell whether an item has all its ratings, or will get no more."""
    return study.state is StudyState.CLOSED or item.verdicts >= study.raters_per_item


def disagreements(
    connection: Connection, study: Study, items: Sequence[Rated], said: Mapping[str, Said], person: Person
) -> list[Disagreement]:
    """Return the complete items that two raters or more rated and that `person` may see, furthest apart first.

    A lead who may rate in the study, or such texts in another, waits until that one is closed. Else a text could come
    to somebody who knows what others said of it, as more raters per item may be wanted later, or a rating given already
    could be revised to fit theirs.
    """
    if sealed.sealed_by(person, study, studies.every(connection)) is not None:
        return []
    settled = adjudications.latest(connection, study.study_id)
    found = []
    for item in items:
        of_item = said.get(item.texts, {})
        if len(of_item) > 1 and complete(study, item):
            apart, widest = distance(study, of_item)
            found.append(
                Disagreement(
                    item.item, item.number, item.question, len(of_item), apart, widest, item.flagged,
                    item.item in settled,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (-round(one.apart, 9), one.number))


def distance(study: Study, said: Said) -> tuple[float, str]:
    """Return how far two raters of an item are apart on average, and on which criterion furthest.

    What only one of two raters gave is left out.
    """
    if study.mode is StudyMode.PAIRWISE:
        sides = [_SIDES[str(values[OVERALL])] for values in said.values() if OVERALL in values]
        return _mean([abs(first - second) for first, second in itertools.combinations(sides, 2)]), OVERALL
    apart = {}
    raters = list(itertools.combinations(said.values(), 2))
    for criterion in study.rubric.criteria:
        name = criterion.name
        points = [
            abs(criterion.points(float(first[name])) - criterion.points(float(second[name])))
            for first, second in raters
            if name in first and name in second
        ]
        apart[name] = _mean(points)
    return math.fsum(apart.values()), max(apart, key=lambda name: apart[name], default=OVERALL)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
