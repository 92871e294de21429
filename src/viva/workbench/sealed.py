"""What of a study is kept from a lead who may still rate texts like those it holds."""

from collections.abc import Iterable

from viva.errors import Forbidden
from viva.records.person import Person, Role
from viva.records.study import Study, StudyState
from viva.store import studies
from viva.text import display_line


def sealed_by(person: Person, study: Study, every: Iterable[Study]) -> Study | None:
    """Return the study that is not closed, it may be this one, for whose sake somebody must not see what came of this.

    It is one that they may rate in and that has a dataset and a system in common with this one: its texts are the same
    or may become so, as it can be extended. Whoever knew what others said of them, or how their systems fared, could
    not rate them by the text alone. None for an engineer, or where there is no such study.
    """
    if person.role.includes(Role.ENGINEER):
        return None
    return next((one for one in every if _rates(person, one) and _alike(one, study)), None)


def open_to(person: Person, study: Study, every: Iterable[Study]) -> bool:
    """Tell whether somebody may see whose texts a study holds and what came of it: engineers, leads once it is closed.

    A lead waits until no study is left that `sealed_by` names.
    """
    if person.role.includes(Role.ENGINEER):
        return True
    return study.state is StudyState.CLOSED and sealed_by(person, study, every) is None


def is_open_to(connection: studies.Connection, person: Person, study: Study) -> bool:
    """Tell the same of a study, by all studies there are."""
    return open_to(person, study, studies.every(connection))


def require_open(connection: studies.Connection, person: Person, study: Study, doing: str) -> None:
    """Raise `Forbidden` where a study is not open to somebody, with the study that they have to wait for."""
    every, shown = studies.every(connection), display_line(study.name, 60)
    if open_to(person, study, every):
        return
    if study.state is not StudyState.CLOSED:
        raise Forbidden(f"{shown} is {study.state}: leads {doing} once it is closed", f"viva study close {shown}")
    other = sealed_by(person, study, every)
    assert other is not None
    name = display_line(other.name, 60)
    raise Forbidden(
        f"you may rate texts like those of {shown} in {name}, and {doing} once that is closed",
        f"close it, or say who else rates: viva study assign {name} RATER …",
    )


def _rates(person: Person, study: Study) -> bool:
    return study.state is not StudyState.CLOSED and (study.raters is None or person.name in study.raters)


def _alike(one: Study, other: Study) -> bool:
    return one.dataset == other.dataset and not set(one.systems).isdisjoint(other.systems)
