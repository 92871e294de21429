"""Who may do what in a workspace: one table by role, and the error for those who may not."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import TYPE_CHECKING, TypeVar

from viva.errors import Forbidden
from viva.records.person import Person, Role
from viva.text import display_line

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Service = TypeVar("Service")

ACCESS: dict[str, tuple[Role, str]] = {
    "desk": (Role.RATER, "rate"),
    "studies": (Role.LEAD, "look after studies"),
    "studies.list": (Role.LEAD, "see the studies"),
    "studies.get": (Role.LEAD, "see a study"),
    "studies.progress": (Role.LEAD, "see how far raters are"),
    "studies.progress_of_all": (Role.LEAD, "see how far raters are"),
    "studies.changes": (Role.LEAD, "see what was changed of a study"),
    "studies.pause": (Role.LEAD, "pause a study"),
    "studies.resume": (Role.LEAD, "let a study go on"),
    "studies.close": (Role.LEAD, "close a study"),
    "studies.reopen": (Role.ENGINEER, "open a study again"),
    "studies.assign": (Role.LEAD, "say who may rate"),
    "studies.export": (Role.LEAD, "export a study"),
    "studies.plan": (Role.ENGINEER, "plan a study"),
    "studies.create": (Role.ENGINEER, "make a study"),
    "studies.extend": (Role.ENGINEER, "extend a study"),
    "studies.free_name": (Role.ENGINEER, "make a study"),
    "raters": (Role.LEAD, "see who the raters are"),
    "raters.list": (Role.LEAD, "see who the raters are"),
    "raters.get": (Role.LEAD, "see who the raters are"),
    "raters.add": (Role.ENGINEER, "let a rater in"),
    "raters.remove": (Role.ENGINEER, "shut a rater out"),
    "rater_agreement": (Role.LEAD, "see how far raters agree"),
    "rating_files": (Role.LEAD, "export what raters said"),
    "rating_files.export": (Role.LEAD, "export what raters said"),
    "rating_files.preferences": (Role.LEAD, "export what raters said"),
    "rating_files.import_file": (Role.ENGINEER, "import what raters said"),
    "precision": (Role.LEAD, "see how sure a study is"),
    "calibration": (Role.LEAD, "put people and judge together"),
    "adjudication": (Role.LEAD, "settle what raters disagree on"),
    "overview": (Role.ENGINEER, "see the whole workspace"),
    "take": (Role.ENGINEER, "take the next step"),
    "datasets": (Role.ENGINEER, "work with datasets"),
    "synthesis": (Role.ENGINEER, "have datasets written"),
    "models": (Role.ENGINEER, "work with models"),
    "recipes": (Role.ENGINEER, "see the recipes"),
    "training": (Role.ENGINEER, "train models"),
    "generation": (Role.ENGINEER, "let models write"),
    "scoring": (Role.ENGINEER, "score texts"),
    "results": (Role.ENGINEER, "see the results"),
    "comparisons": (Role.ENGINEER, "compare systems"),
    "ranking": (Role.ENGINEER, "rank systems"),
    "weights": (Role.ENGINEER, "see what the weights decide"),
    "reports": (Role.ENGINEER, "write reports"),
    "capsules": (Role.ENGINEER, "pack and check capsules"),
    "frames": (Role.ENGINEER, "take results into a notebook"),
    "sql": (Role.ENGINEER, "query the workspace"),
    "jobs": (Role.ENGINEER, "see the jobs"),
    "estimates": (Role.ENGINEER, "estimate what models need"),
    "exports": (Role.ENGINEER, "export models"),
    "runs": (Role.ENGINEER, "see the runs"),
    "benchmarks": (Role.ENGINEER, "run benchmarks"),
    "sweeps": (Role.ENGINEER, "try trainings out"),
    "outputs": (Role.ENGINEER, "import and export texts"),
    "histograms": (Role.ENGINEER, "see how values spread"),
    "experiments": (Role.ENGINEER, "run experiments"),
    "rubrics": (Role.ENGINEER, "work with rubrics"),
    "judging": (Role.ENGINEER, "have texts judged"),
    "judge_checks": (Role.ENGINEER, "check judges"),
    "judgment_files": (Role.ENGINEER, "import and export what judges said"),
}
"""The least role that each part of the workbench is for, and what it is for in words.

A part stands under its name, what only some of its users may do as `PART.METHOD`. Raters are told nothing of what is
beyond them: whoever may not have a part does not get the object at all.
"""

_WHO = {
    Role.RATER: "raters, leads and engineers",
    Role.LEAD: "leads and engineers",
    Role.ENGINEER: "engineers",
}


def require(person: Person, role: Role, doing: str) -> None:
    """Raise `Forbidden` where somebody may do less than `role`; `doing` says what was to be done."""
    if person.role.includes(role):
        return
    raise Forbidden(
        f"only {_WHO[role]} may {doing}",
        f"{display_line(person.name, 40)} is a {person.role} here: ask whoever looks after the workspace",
    )


def check(person: Person, part: str) -> None:
    """Raise `Forbidden` where a part of the workbench, as `ACCESS` names it, is not for somebody of this role."""
    require(person, *ACCESS[part])


def service(make: Callable[["Workbench"], Service]) -> "cached_property[Service]":
    """Make a part of the workbench that is made when it is first asked for, by somebody who may have it."""

    @wraps(make)
    def made(workbench: "Workbench") -> Service:
        check(workbench.person, make.__name__)
        return make(workbench)

    return cached_property(made)
