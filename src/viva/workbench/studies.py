"""Studies: what is to be rated, drawn and made; how far it is; and what is changed of it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.records.ids import new_id, utc_now
from viva.records.person import Role
from viva.records.study import Study, StudyChange, StudyPlan, StudyProgress, StudyRequest, StudyState
from viva.store import studies as table
from viva.store import study_changes, study_frame, study_progress
from viva.text import display_line
from viva.workbench import access, names, output_files, precision, sealed, study_making, study_requests
from viva.workbench.named_study import named_study

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

EXPORTED = (
    "study", "dataset", "split", "item", "position", "stream", "stratum", "probability", "usefulness", "example",
    "field", "system", "system_b", "generation", "generation_b", "rater", "criterion", "value", "winner", "strength",
    "shown_first", "unscored", "comment", "flagged", "seconds", "created_at",
)  # fmt: skip
"""The columns of an exported study."""
_AGAIN = {
    StudyState.OPEN: "runs already",
    StudyState.PAUSED: "is paused already",
    StudyState.CLOSED: "is closed already",
}


class Studies:
    """Make studies, look after them, and tell how far they are."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def plan(self, request: StudyRequest) -> StudyPlan:
        """Return what making a study would bring. Raises what `create` raises, but for a name that is taken."""
        self._check("plan")
        making = study_making.Making(self._workbench, request)
        with self._store.read() as connection:
            return making.draw(connection).plan

    def create(self, request: StudyRequest) -> Study:
        """Make a study: draw its questions, put what is to be rated in an order, and hand out nothing yet.

        `rubric` is a name, or the path of a TOML file. Raises `NotFound`, `BadInput`, and `UsageError` where the name
        is taken, a system has written nothing for the split, or something that raters get names a system.
        """
        self._check("create")
        names.checked("study", request.name)
        making = study_making.Making(self._workbench, request)
        with self._store.write() as connection:
            if any(study.name == request.name for study in table.every(connection)):
                raise UsageError(f"there is a study {request.name} already", "choose another name")
            drawing = making.draw(connection)
            study = Study(
                new_id(), request.name, making.dataset.name, making.dataset.version, request.split, request.mode,
                making.rubric, request.raters_per_item, drawing.plan.items, utc_now(), StudyState.OPEN,
                drawing.options, making.raters, making.systems,
            )  # fmt: skip
            table.add(
                connection,
                study,
                making.dataset.dataset_id,
                drawing.design,
                request.seed,
                drawing.items,
                drawing.known,
            )
        return study

    def get(self, name: str) -> Study:
        """Return the study `name`. Raises `NotFound`."""
        self._check("get")
        with self._store.read() as connection:
            return self._seen(named_study(connection, name), table.every(connection))

    def list(self) -> list[Study]:
        """Return all studies in the order they were made; whoever may rate them is not told whose texts they hold."""
        self._check("list")
        with self._store.read() as connection:
            every = table.every(connection)
        return [self._seen(study, every) for study in every]

    def progress(self, name: str) -> StudyProgress:
        """Return how far a study and each of its raters are, by the verdicts in the store. Raises `NotFound`."""
        self._check("progress")
        with self._store.read() as connection:
            found = study_progress.of(connection, named_study(connection, name), utc_now())
            return replace(found, study=self._seen(found.study, table.every(connection)))

    def progress_of_all(self) -> Sequence[StudyProgress]:
        """Return how far each study is, in the order they were made, from one look into the store."""
        self._check("progress_of_all")
        with self._store.read() as connection:
            now, every = utc_now(), table.every(connection)
            found = [study_progress.of(connection, study, now) for study in every]
        return [replace(one, study=self._seen(one.study, every)) for one in found]

    def changes(self, name: str) -> Sequence[StudyChange]:
        """Return what was changed of a study since it was made, oldest first. Raises `NotFound`."""
        self._check("changes")
        with self._store.read() as connection:
            return study_changes.every(connection, named_study(connection, name).study_id)

    def pause(self, name: str) -> Study:
        """Hand out no more items; what raters hold may still be saved. Raises `NotFound`, `UsageError`."""
        self._check("pause")
        return self._turn(name, StudyState.PAUSED, (StudyState.OPEN,))

    def resume(self, name: str) -> Study:
        """Let a paused study hand out items again. Raises `NotFound`, `UsageError`."""
        self._check("resume")
        return self._turn(name, StudyState.OPEN, (StudyState.PAUSED,))

    def close(self, name: str) -> Study:
        """End a study: nothing is handed out, saved or revised any more. Raises `NotFound`, `UsageError`."""
        self._check("close")
        return self._turn(name, StudyState.CLOSED, (StudyState.OPEN, StudyState.PAUSED))

    def reopen(self, name: str) -> Study:
        """Let a closed study go on. Raises `NotFound`, and `UsageError` also where it was imported: nobody rates in it.

        For engineers: whoever leads a study knows its systems once it is closed, and could rate in it no longer blind.
        """
        self._check("reopen")
        study_requests.refuse_imported(self._found(name))
        return self._turn(name, StudyState.OPEN, (StudyState.CLOSED,))

    def assign(self, name: str, raters: Sequence[str] | None) -> Study:
        """Say who may rate, None for everybody. Verdicts of those left out stay.

        A lead who may not rate in a study has perhaps seen what came of its texts, and does not let themselves in.
        Raises `Forbidden`, `NotFound`, `UsageError`.
        """
        self._check("assign")
        study, person = self._found(name), self._workbench.person
        study_requests.refuse_imported(study)
        checked = study_requests.checked_raters(raters, study.raters_per_item)
        if person.name not in (study.raters or [person.name]) and person.name in (checked or [person.name]):
            self._workbench.require(Role.ENGINEER, "let themselves in where they may not rate")
        self._change(study, "raters", {"raters": None if checked is None else [*checked]})
        return self.get(study.name)

    def extend(
        self, name: str, questions: int | None = None, raters_per_item: int | None = None, *, by_spread: bool = False
    ) -> Study:
        """Draw so many further questions, or want more raters per item; what was drawn stays.

        The random sample grows as it was begun, or `by_spread` in the layers where values of the least sure pair spread
        most; its probabilities become (drawn so far) / (all of the stratum).
        Raises `NotFound`, and `UsageError` where nothing is left to draw, or the study is closed or was imported.
        """
        self._check("extend")
        study = self._found(name)
        study_requests.refuse_imported(study)
        if study.state is StudyState.CLOSED:
            raise UsageError(f"{study.name} is closed", f"open it again: viva study reopen {study.name}")
        if (questions is None) == (raters_per_item is None):
            raise UsageError("a study is extended by questions, or by raters per item")
        if by_spread and questions is None:
            raise UsageError("what spreads tells which questions to draw, not how many raters an item wants")
        if raters_per_item is not None:
            if raters_per_item <= study.raters_per_item:
                raise UsageError(f"{study.name} wants {study.raters_per_item} raters per item already", "name more")
            study_requests.checked_raters(study.raters, raters_per_item)
            self._change(study, "raters_per_item", {"raters_per_item": raters_per_item})
            return replace(study, raters_per_item=raters_per_item)
        with self._store.write() as connection:
            spread = precision.spread(connection, study) if by_spread else None
            added = study_making.extend(connection, study, questions or 0, self._workbench.person.name, spread)
        return replace(study, items=study.items + added)

    def export(self, name: str, path: Path, *, overwrite: bool = False) -> int:
        """Write a study's items with everybody's latest verdicts, CSV or JSON Lines by its ending; return the rows.

        An item without a verdict has a row of its own. Before a study is closed, and every other one of such texts that
        a lead may rate in, this is for engineers. Raises `Forbidden`, `NotFound`, `UsageError` where the file is there
        already, `BadInput` where it cannot be written.
        """
        self._check("export")
        path = output_files.checked(path)
        with self._store.read() as connection:
            study = named_study(connection, name)
            if study.state is not StudyState.CLOSED:
                self._workbench.require(Role.ENGINEER, "export a study before it is closed")
            sealed.require_open(connection, self._workbench.person, study, "export it")
            rows = study_frame.exported(connection, study.study_id)
        about = (study.name, study.dataset, study.split)
        return output_files.write(path, EXPORTED, ([*about, *row] for row in rows), overwrite=overwrite)

    def free_name(self) -> str:
        """Return a name that no study has yet and that tells raters nothing: neither a system nor the dataset."""
        self._check("free_name")
        with self._store.read() as connection:
            taken = {study.name for study in table.every(connection)}
        return next(name for number in count(1) if (name := f"round-{number}") not in taken)

    def _check(self, method: str) -> None:
        access.check(self._workbench.person, f"studies.{method}")

    def _found(self, name: str) -> Study:
        with self._store.read() as connection:
            return named_study(connection, name)

    def _seen(self, study: Study, every: Sequence[Study]) -> Study:
        """Leave out what a lead, who may rate as well, must not know before all studies of such texts are closed."""
        return study if sealed.open_to(self._workbench.person, study, every) else replace(study, systems=())

    def _turn(self, name: str, to: StudyState, allowed: Sequence[StudyState]) -> Study:
        study = self._found(name)
        shown = display_line(study.name, 64)
        if study.state is to:
            raise UsageError(f"{shown} {_AGAIN[to]}")
        if study.state not in allowed:
            closed = study.state is StudyState.CLOSED
            hint = (
                f"an engineer can open it again: viva study reopen {shown}" if closed else f"viva study close {shown}"
            )
            raise UsageError(f"{shown} is {study.state}", hint)
        self._change(study, "state", {"state": to.value})
        return self.get(study.name)

    def _change(self, study: Study, kind: str, content: dict[str, object]) -> None:
        change = StudyChange(kind, content, self._workbench.person.name, utc_now())
        with self._store.write() as connection:
            study_changes.add(connection, study.study_id, change)
