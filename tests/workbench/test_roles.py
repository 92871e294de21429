"""Roles: who gets which part of the workbench, and that nothing is left unsaid."""

import ast
import inspect
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

import viva
from tests.fakes.filled import STUDY
from viva.errors import Forbidden, UsageError
from viva.records.person import Person, Role
from viva.records.study import StudyRequest, StudyState
from viva.settings import Settings
from viva.workbench import Workbench, access
from viva.workbench.access import ACCESS

FOR_ALL = {"looked_in_vain", "open", "settings", "paths", "person", "require", "store"}
"""What holds nothing of a workspace by itself, and what the parts of the workbench share among themselves.

Front ends are kept off the store by the test below.
"""
SERVICES = sorted(name for name in ACCESS if isinstance(vars(Workbench).get(name), cached_property))
METHODS = sorted(name for name in ACCESS if "." in name)


def as_role(workspace: Path, role: Role) -> Workbench:
    return Workbench(Settings(workspace=workspace, rater="ann", role=role.value, lock_timeout=10.0))


def refusal(ask: Callable[[], Any]) -> Forbidden | None:
    """Return the refusal that asking meets; any other outcome, whatever the senseless arguments lead to, is none."""
    try:
        ask()
    except Exception as error:  # noqa: BLE001
        return error if isinstance(error, Forbidden) else None
    return None


def test_everything_public_of_the_workbench_is_classified() -> None:
    public = {name for name in dir(Workbench) if not name.startswith("_")}
    assert public == FOR_ALL - {"settings"} | {name for name in ACCESS if "." not in name}


def test_everything_public_of_a_part_with_several_roles_is_classified(bench: Workbench) -> None:
    for name in {method.partition(".")[0] for method in METHODS}:
        part = type(getattr(bench, name))
        public = {f"{name}.{each}" for each in vars(part) if not each.startswith("_")}
        assert public == {method for method in METHODS if method.startswith(f"{name}.")}


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_the_parts_that_are_for_it_and_no_other(workspace: Path, role: Role) -> None:
    bench = as_role(workspace, role)
    for name in SERVICES:
        allowed = role.includes(ACCESS[name][0])
        assert (refusal(lambda name=name: getattr(bench, name)) is None) is allowed, name  # type: ignore[misc]
        # Asking again helps nobody.
        assert (refusal(lambda name=name: getattr(bench, name)) is None) is allowed, name  # type: ignore[misc]


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_is_for_it_and_nothing_else(workspace: Path, role: Role) -> None:
    for name in METHODS:
        part, _, method = name.partition(".")
        bench = as_role(workspace, role)
        least = ACCESS[name][0]

        def call(bench: Workbench = bench, part: str = part, method: str = method) -> Any:
            function = getattr(getattr(bench, part), method)
            wanted = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
            return function(*(MagicMock() if p.name != "name" else "nobody" for p in wanted))

        error = refusal(call)
        assert (error is None) is role.includes(least), name


@pytest.mark.parametrize("role", [Role.RATER, Role.LEAD])
def test_the_state_of_the_workspace_and_its_next_step_are_for_engineers(workspace: Path, role: Role) -> None:
    bench = as_role(workspace, role)
    assert refusal(bench.overview)
    assert refusal(lambda: bench.take(MagicMock()))


def test_a_refusal_is_one_line_with_a_hint(workspace: Path) -> None:
    settings = Settings(workspace=workspace, rater="\x1b[2Jann\n", role="rater")
    with pytest.raises(Forbidden) as caught:
        Workbench(settings).require(Role.LEAD, "see how far raters are")
    assert caught.value.message == "only leads and engineers may see how far raters are"
    assert caught.value.hint == "␛[2Jann is a rater here: ask whoever looks after the workspace"


@pytest.mark.parametrize("role", Role)
def test_the_table_is_what_is_required(role: Role) -> None:
    for name, (least, doing) in ACCESS.items():
        allowed = refusal(lambda name=name: access.check(Person("ann", role), name)) is None  # type: ignore[misc]
        assert allowed is role.includes(least)
        assert doing


def test_a_lead_is_not_told_whose_texts_a_study_holds_before_it_is_closed(filled: Workbench) -> None:
    lead = as_role(filled.paths.root, Role.LEAD)
    seen = [
        lead.studies.get(STUDY),
        *lead.studies.list(),
        lead.studies.progress(STUDY).study,
        lead.studies.pause(STUDY),
    ]
    assert {study.systems for study in seen} == {()}
    assert lead.studies.close(STUDY).systems == ("starter", "tuned")
    assert lead.studies.get(STUDY).state is StudyState.CLOSED
    with pytest.raises(Forbidden, match="only engineers may open a study again"):
        lead.studies.reopen(STUDY)


def test_a_lead_exports_closed_studies_only(filled: Workbench, tmp_path: Path) -> None:
    lead = as_role(filled.paths.root, Role.LEAD)
    with pytest.raises(Forbidden, match="only engineers may export a study before it is closed"):
        lead.studies.export(STUDY, tmp_path / "study.csv")
    lead.studies.close(STUDY)
    assert lead.studies.export(STUDY, tmp_path / "study.csv") == 8


def test_a_rater_sees_their_studies_at_the_desk_alone(filled: Workbench) -> None:
    rater = as_role(filled.paths.root, Role.RATER)
    assert [task.task.name for task in rater.desk.tasks()] == [STUDY]
    filled.studies.assign(STUDY, ["bob"])
    assert rater.desk.tasks() == []


def test_front_ends_ask_the_parts_and_never_the_store() -> None:
    """The store knows no roles: whatever a front end wants of it, a part of the workbench has to give."""
    source = Path(viva.__file__).parent
    # `viva doctor` tells whether the file can be opened at all, and reads nothing of it.
    doctor = source / "cli" / "checks.py"
    for room in ("cli", "tui", "serve"):
        for file in {*(source / room).rglob("*.py")} - {doctor}:
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Attribute):
                    assert node.attr != "store", f"{file}:{node.lineno}"


def test_a_closed_study_stays_sealed_to_a_lead_who_may_rate_such_texts_in_another(
    filled: Workbench, tmp_path: Path
) -> None:
    lead = as_role(filled.paths.root, Role.LEAD)
    filled.studies.create(StudyRequest("second", "tiny", "test", ("tuned",)))
    seen = [
        lead.studies.close(STUDY),
        lead.studies.get(STUDY),
        *lead.studies.list(),
        lead.studies.progress(STUDY).study,
    ]
    assert {study.systems for study in seen} == {()}
    with pytest.raises(Forbidden, match=f"you may rate texts like those of {STUDY} in second, and export it once"):
        lead.studies.export(STUDY, tmp_path / "study.csv")
    assert lead.precision.of(STUDY).blind
    assert lead.rater_agreement.of(STUDY).study.systems == ()
    with pytest.raises(UsageError, match="you may rate such texts in second yourself"):
        lead.adjudication.get(STUDY, "1")
    lead.studies.assign("second", ["bob"])
    assert lead.studies.get(STUDY).systems == ("starter", "tuned")
    assert not lead.precision.of(STUDY).blind


def test_a_lead_who_has_stepped_out_of_a_study_does_not_let_themselves_in_again(filled: Workbench) -> None:
    lead = as_role(filled.paths.root, Role.LEAD)
    lead.studies.assign(STUDY, ["ann", "bob"])
    lead.studies.assign(STUDY, ["bob"])
    for raters in (["ann", "bob"], None):
        with pytest.raises(Forbidden, match="only engineers may let themselves in"):
            lead.studies.assign(STUDY, raters)
    assert lead.studies.assign(STUDY, ["bob", "cyd"]).raters == ("bob", "cyd")
