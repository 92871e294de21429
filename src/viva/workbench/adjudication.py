"""Deciding items on which raters disagree: beside what they said, never in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from viva.errors import NotFound, UsageError
from viva.records.adjudication import Decision, Dispute, Disputes, Voice
from viva.records.ids import new_id, utc_now
from viva.records.rating import OVERALL
from viva.records.study import Study, StudyMode
from viva.store import adjudications, disputes, studies
from viva.store.disputes import Connection, Rated
from viva.text import display_line
from viva.workbench import disagreement, names, sealed
from viva.workbench.named_study import named_study

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

_SIDES = ("a", "b", "tie")


class Adjudication:
    """Read what raters of a study disagree on, and settle it. Whose texts they are is told to nobody here."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def list(self, study: str) -> Disputes:
        """Return the items that can be decided, those on which raters are furthest apart first. Raises `NotFound`.

        Before a study is closed they are those that have all their ratings, and none for a lead who may rate in it: who
        knows what others said could no longer rate, or revise a rating, by the text alone.
        """
        with self._store.read() as connection:
            found = named_study(connection, study)
            items = disputes.items(connection, found.study_id)
            said = disagreement.by_item(disagreement.given(connection, found))
            apart = disagreement.disagreements(connection, found, items, said, self._workbench.person)
            other = sealed.sealed_by(self._workbench.person, found, studies.every(connection))
        waiting = sum(not disagreement.complete(found, item) for item in items)
        several = sum(disagreement.complete(found, item) and len(said.get(item.texts, {})) > 1 for item in items)
        return Disputes(_blind(found), tuple(apart), waiting, several - len(apart), other.name if other else "")

    def get(self, study: str, item: str) -> Dispute:
        """Return an item with its texts and what each rater said; `item` is its id or its number.

        Raises `NotFound`, and `UsageError` where it still wants raters, or the lead who asks may rate in the study.
        """
        with self._store.read() as connection:
            found = named_study(connection, study)
            rated, voices = self._item(connection, found, item)
            texts = disputes.texts(connection, rated.item)
            decision = adjudications.latest(connection, found.study_id).get(rated.item)
        return Dispute(_blind(found), rated.item, rated.number, *texts, tuple(voices), decision)

    def decide(self, study: str, item: str, values: Mapping[str, float | str], note: str = "") -> Decision:
        """Settle an item: values by criterion, of a pair `a`, `b` or `tie`; what is left out stays open.

        It takes the place of what was decided before. Ratings, means and totals stay as they are. Raises `NotFound`,
        and `UsageError` for what the rubric does not have, or where `get` would raise it.
        """
        with self._store.write() as connection:
            found = named_study(connection, study)
            rated, _ = self._item(connection, found, item)
            decision = Decision(_checked(found, values), note, self._workbench.person.name, utc_now())
            adjudications.add(connection, new_id(), found.study_id, rated.item, decision)
        return decision

    def _item(self, connection: Connection, study: Study, wanted: str) -> tuple[Rated, Sequence[Voice]]:
        """Return an item and what was said of it, to somebody who may see that."""
        other = sealed.sealed_by(self._workbench.person, study, studies.every(connection))
        if other is not None:
            shown = display_line(other.name, 60)
            what = "" if other.study_id == study.study_id else "such texts "
            raise UsageError(
                f"you may rate {what}in {shown} yourself, and see what others said once it is closed",
                f"close it, or say who else rates: viva study assign {shown} RATER …",
            )
        rated = _complete(connection, study, wanted)
        voices = disputes.voices(connection, study, rated.item)
        return rated, voices


def _complete(connection: Connection, study: Study, wanted: str) -> Rated:
    every = disputes.items(connection, study.study_id)
    found = next((item for item in every if wanted in (item.item, str(item.number))), None)
    if found is None:
        numbers = f"its items have the numbers 1 to {every[-1].number}" if every else "it has no items"
        raise NotFound(f"{study.name} has no item {display_line(wanted, 40)!r}", numbers)
    if not disagreement.complete(study, found):
        raise UsageError(
            f"item {found.number} still wants raters: {found.verdicts} of {study.raters_per_item}",
            "whoever could rate it must not see what others said; wait, or close the study",
        )
    return found


def _blind(study: Study) -> Study:
    """Return a study without its systems: who decides goes by the texts alone."""
    return replace(study, systems=())


def _checked(study: Study, values: Mapping[str, float | str]) -> dict[str, float | str]:
    """Return values in the rubric's order. Raises `UsageError`."""
    if not values:
        raise UsageError("nothing is decided", "give at least one criterion a value")
    criteria = {criterion.name: criterion for criterion in study.rubric.criteria}
    pairs = study.mode is StudyMode.PAIRWISE
    known = [OVERALL, *criteria] if pairs else list(criteria)
    for name, value in values.items():
        if name not in known:
            raise UsageError(
                f"the rubric has no criterion {display_line(name, 40)!r}",
                names.meant(name, criteria, "it has none"),
            )
        if pairs and value not in _SIDES:
            raise UsageError(f"{display_line(str(value), 40)!r} is no side", "a, b or tie")
        if pairs:
            continue
        scale = criteria[name]
        if isinstance(value, str) or not scale.lowest <= value <= scale.highest:
            raise UsageError(
                f"{display_line(name, 40)} goes from {scale.lowest} to {scale.highest}, "
                f"not {display_line(str(value), 40)}",
                "give it a value of its scale",
            )
    return {name: values[name] for name in known if name in values}
