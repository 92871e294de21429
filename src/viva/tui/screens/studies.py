"""Studies: how far each is and its raters are, for those who look after them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.errors import StoreBusy
from viva.present import study_table as words
from viva.records.ids import utc_now
from viva.records.person import Role
from viva.records.study import Study, StudyMode, StudyProgress, StudyState
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.tones import when_theme_changes
from viva.workbench import Workbench

LOOK_AGAIN = 20.0
"""Seconds until progress is read again while somebody looks at it."""


@dataclass(frozen=True)
class StudiesRead:
    """The studies in the order they were made, with the progress of each, and who is known as a rater."""

    studies: list[Study]
    progress: dict[str, StudyProgress]
    raters: list[str]


class StudiesScreen(VivaScreen[None]):
    """A row for each study, newest first; below it what is known of the one under the cursor."""

    TITLE = "Studies"
    CSS_PATH = "../styles/desk.tcss"
    AUTO_FOCUS = "#studies"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", tooltip="Make a study"),
        Binding("p", "turn('pause')", "Pause", tooltip="Hand out no more texts; what raters hold can still be saved"),
        Binding("p", "turn('resume')", "Go on", tooltip="Hand out texts again"),
        Binding("x", "close", "Close", tooltip="End the study; nobody can rate or revise in it any more"),
        Binding("x", "turn('reopen')", "Open again", tooltip="Let a closed study go on"),
        Binding("a", "assign", "Who may rate", tooltip="Say who may rate in this study"),
        Binding("g", "agreement", "Agreement", tooltip="See how far raters agree, and settle what they disagree on"),
        Binding("m", "plan", "Plan", tooltip="See how sure the study is, and how many more ratings would settle it"),
        Binding("v", "verdict", "Verdict", tooltip="See which system is better, by people and a judge together"),
        Binding("e", "extend", "Extend", tooltip="Add questions, or want more raters per item"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.found: StudiesRead | None = None

    def body(self) -> ComposeResult:
        yield RowTable(id="studies")
        yield Static(words.NO_STUDIES_ENGINEER if self.makes else words.NO_STUDIES, id="none", markup=False)
        with VerticalScroll(id="about", can_focus=False):
            yield Static(id="told", markup=False)

    def on_mount(self) -> None:
        self._table.display = self.query_one("#none").display = self.query_one("#about").display = False
        self.set_interval(LOOK_AGAIN, self._look_again)
        when_theme_changes(self, self._paint)

    def on_screen_resume(self) -> None:
        self.look()

    def _look_again(self) -> None:
        if self.is_current:
            self.look()

    @property
    def makes(self) -> bool:
        """Whether whoever is here may make and extend studies."""
        return self.wb.person.role.includes(Role.ENGINEER)

    def look(self, then: str = "") -> None:
        """Read the studies again; the cursor goes to the study `then`."""
        self.ask(
            self._read, then=lambda found: self._show(found, then), otherwise=self._unread, group="studies",
            doing="read the studies",
        )  # fmt: skip

    def _read(self) -> StudiesRead:
        found = self.wb.studies.progress_of_all()[::-1]
        progress = {one.study.name: one for one in found}
        return StudiesRead([one.study for one in found], progress, [rater.name for rater in self.wb.raters.list()])

    def _unread(self, error: Exception) -> bool:
        # Whoever only looks is not told every time that another program was faster.
        return isinstance(error, StoreBusy) and self.found is not None

    @property
    def _table(self) -> RowTable:
        return self.query_one(RowTable)

    @property
    def current(self) -> Study | None:
        """The study under the cursor."""
        row = self._table.cursor_row
        return self.found.studies[row] if self.found and 0 <= row < len(self.found.studies) else None

    @property
    def _progress(self) -> StudyProgress | None:
        return self.found.progress.get(self.current.name) if self.found and self.current else None

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def _show(self, found: StudiesRead, wanted: str = "") -> None:
        held = wanted or (self.current.name if self.current else "")
        self.found = found
        names = [study.name for study in found.studies]
        self._paint(names.index(held) if held in names else 0)

    def _paint(self, cursor: int | None = None) -> None:
        found, width = self.found, self.size.width
        if found is None or not width:
            return
        there = bool(found.studies)
        appeared = there and not self._table.display
        self._table.display = self.query_one("#about").display = there
        self.query_one("#none").display = not there
        headings = [Text(heading, style="dim") for heading in words.headings(width)]
        rows = [
            [Text(cell) for cell in words.cells(study, found.progress.get(study.name), width)]
            for study in found.studies
        ]
        at = self._table.cursor_row if cursor is None else cursor
        self._table.show(headings, rows, at, right=words.right(width), fill=(0, width - 2))
        if appeared:
            self._table.focus()
        self.sub_title = words.title_text(found.studies)
        self._tell()

    def _tell(self) -> None:
        study, progress = self.current, self._progress
        if study is None:
            return
        lines = words.about_study(study, progress)
        grid = Table.grid(padding=(0, 2, 0, 0))
        for line in words.rater_lines(progress, utc_now()) if progress else []:
            grid.add_row(Text(line.name, style="bold"), Text(line.rated), Text(line.rest, style="dim"))
        if progress is not None and not progress.raters:
            grid.add_row(Text(words.NO_RATERS, style="dim"), Text(""), Text(""))
        self.query_one("#told", Static).update(Group(Text("\n".join(lines)), grid))
        self.refresh_bindings()

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the study under the cursor, by whoever is here."""
        if action == "new":
            return self.makes
        if action not in {"turn", "agreement", "plan", "verdict", "close", "assign", "extend"}:
            return super().check_action(action, parameters)
        study = self.current if self.is_mounted else None
        if study is None or action in {"agreement", "plan"}:
            return study is not None
        if action == "verdict":
            return study.mode is StudyMode.RUBRIC and bool(study.systems)
        change = str(parameters[0]) if action == "turn" else action
        there = study.state is words.TRANSITIONS[change] if action == "turn" else study.state is not StudyState.CLOSED
        # Nothing more comes to a study that was imported, and nobody rates in it.
        allowed = not study.imported or change not in {"reopen", "assign", "extend"}
        return there and allowed and (self.makes or change not in {"reopen", "extend"})

    def _do(self, call: Callable[[], Study], said: Callable[[Study], str], doing: str) -> None:
        def done(study: Study) -> None:
            self.say(said(study))
            self.look(study.name)

        self.ask(call, then=done, group="change", doing=doing)

    def action_turn(self, change: str) -> None:
        """Pause a study, let it go on, or open it again."""
        if study := self.current:
            call = getattr(self.wb.studies, change)
            self._do(lambda: call(study.name), lambda now: f"{display_line(now.name, 40)} is {now.state.value}", change)

    def action_close(self) -> None:
        """Ask, then close the study."""
        study = self.current
        if study is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._do(
                    lambda: self.wb.studies.close(study.name),
                    lambda now: f"{display_line(now.name, 40)} is closed", "close a study",
                )  # fmt: skip

        self.app.push_screen(ConfirmScreen(self.wb, *words.closing_question(study, self._progress)), answered)

    def action_assign(self) -> None:
        """Ask who may rate."""
        from viva.tui.screens.study_assign import AssignScreen

        if (study := self.current) and self.found:
            choices = words.rater_choices(study, self.found.raters, self._progress)
            self.app.push_screen(AssignScreen(self.wb, study, choices), self._changed)

    def action_extend(self) -> None:
        """Ask for more questions, or more raters per item."""
        from viva.tui.screens.study_extend import ExtendScreen

        if study := self.current:
            self.app.push_screen(ExtendScreen(self.wb, study), self._changed)

    def _changed(self, said: str | None) -> None:
        if said:
            self.say(said)
            self.look()

    def action_agreement(self) -> None:
        """Show how far the raters of the study agree."""
        from viva.tui.screens.agreement import AgreementScreen

        if study := self.current:
            self.app.push_screen(AgreementScreen(self.wb, study.name))

    def action_plan(self) -> None:
        """Show how sure the study is, and how many more ratings it needs."""
        from viva.tui.screens.precision import PrecisionScreen

        if study := self.current:
            self.app.push_screen(PrecisionScreen(self.wb, study.name))

    def action_verdict(self) -> None:
        """Show what people of the study and a judge say together; leads see it once they are told the systems."""
        from viva.tui.screens.calibrated import CalibratedScreen

        if study := self.current:
            self.app.push_screen(CalibratedScreen(self.wb, study.dataset, study.split, study.name))

    def action_new(self) -> None:
        """Make a study."""
        self.viva.go("study-form")
