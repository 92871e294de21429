"""The desk: what waits for a rater, and for a lead how far the studies are."""

from dataclasses import dataclass
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.errors import StoreBusy
from viva.present import desk as words
from viva.present.home import undelivered_line
from viva.records.person import Role
from viva.records.rating import KnownAnswer, RatingTask, TaskProgress
from viva.records.study import StudyMode, StudyProgress, StudyState
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.tones import tone, when_theme_changes
from viva.workbench import Workbench

LOOK_AGAIN = 30.0
"""Seconds until the desk is read again while somebody looks at it."""
RETRY = 5.0
"""Seconds until it is read again when another program holds the store."""
PATIENCE = 2.0
"""Seconds to wait for the store before verdicts are left in the outbox for the next try."""
SHOWN_LED = 4
"""Studies whose progress a lead sees here; the others are on the screen of studies."""


@dataclass(frozen=True)
class DeskState:
    """What a desk shows: the studies that one may rate, those that one leads, the verdicts not delivered yet."""

    tasks: list[TaskProgress]
    led: list[StudyProgress]
    more_led: int
    undelivered: int


class TaskTable(RowTable):
    """Studies to rate."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Rate", key_display="Enter", tooltip="Rate in this study")
    ]


class DeskScreen(VivaScreen[None]):
    """The first screen of raters and leads."""

    TITLE = "My desk"
    # Textual loads no CSS_PATH for the screen that an app starts with.
    DEFAULT_CSS = """
    DeskScreen {
        #welcome { height: auto; padding: 1 2 0 2; }
        #notice { height: auto; padding: 0 2; color: $warning; display: none; }
        TaskTable { height: auto; max-height: 50%; margin: 1 1 0 1; overflow-x: hidden; }
        #none { height: auto; padding: 1 2; }
        #about { height: auto; padding: 1 2 0 2; }
        #led { height: auto; padding: 1 2 0 2; }
    }
    """
    AUTO_FOCUS = "TaskTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "history", "My verdicts", tooltip="See what you gave in this study"),
        Binding("p", "practice", "Training", tooltip="See how your training answers lie to the known ones"),
        Binding("S", "studies", "Studies", tooltip="Look after the studies: progress, pause, close, who may rate"),
        Binding("q", "app.quit", "Quit", tooltip="End viva; nothing entered is lost"),
        Binding("escape", "leave", "Back", show=False),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.state: DeskState | None = None

    def body(self) -> ComposeResult:
        yield Static(words.WELCOME, id="welcome", markup=False)
        yield Static(id="notice", markup=False)
        yield TaskTable(id="tasks")
        yield Static(words.NO_TASKS, id="none", markup=False)
        yield Static(id="about", markup=False)
        yield Static(id="led", markup=False)

    def on_mount(self) -> None:
        self._table.display = self.query_one("#none").display = False
        self._table.disabled = True
        self.set_interval(LOOK_AGAIN, self._look_again)
        when_theme_changes(self, self._paint)

    def on_screen_resume(self) -> None:
        # Something may have been rated meanwhile.
        self.look()

    def _look_again(self) -> None:
        if self.is_current:
            self.look()

    def look(self) -> None:
        """Read the desk again."""
        self.ask(self._read, then=self._show, otherwise=self._unread, group="desk", doing="read what is to be rated")

    @property
    def leads(self) -> bool:
        """Whether whoever is here looks after studies."""
        return self.wb.person.role.includes(Role.LEAD)

    def _read(self) -> DeskState:
        undelivered = self.wb.desk.undelivered()
        if undelivered:
            undelivered -= self._deliver()
        tasks = self.wb.desk.tasks()
        if not self.leads:
            return DeskState(tasks, [], 0, undelivered)
        open_now = [study for study in self.wb.studies.list() if study.state is not StudyState.CLOSED]
        led = [self.wb.studies.progress(study.name) for study in open_now[-SHOWN_LED:]]
        return DeskState(tasks, led[::-1], max(len(open_now) - SHOWN_LED, 0), undelivered)

    def _deliver(self) -> int:
        """Return how many verdicts could be put into the store; while another program holds it, they wait."""
        try:
            return self.wb.desk.deliver(PATIENCE)
        except StoreBusy:
            return 0

    def _unread(self, error: Exception) -> bool:
        if isinstance(error, StoreBusy):
            self._notice(f"{display_line(error.message)}; trying again")
            self.set_timer(RETRY, self.look)
            return True
        return False

    def _notice(self, text: str) -> None:
        line = self.query_one("#notice", Static)
        line.update(Content(text))
        line.display = bool(text)

    @property
    def _table(self) -> TaskTable:
        return self.query_one(TaskTable)

    @property
    def current(self) -> TaskProgress | None:
        """The study under the cursor."""
        row = self._table.cursor_row
        return self.state.tasks[row] if self.state and 0 <= row < len(self.state.tasks) else None

    def on_resize(self, _event: Resize) -> None:
        self._paint()

    def _show(self, state: DeskState) -> None:
        held = self.current
        self.state = state
        names = [progress.task.name for progress in state.tasks]
        at = names.index(held.task.name) if held and held.task.name in names else words.first_task(state.tasks)
        self._notice(undelivered_line(state.undelivered))
        self._paint(at)

    def _paint(self, cursor: int | None = None) -> None:
        state, width = self.state, self.size.width
        if state is None or width == 0:
            return
        appeared = bool(state.tasks) and not self._table.display
        self._table.display = bool(state.tasks)
        self._table.disabled = not state.tasks
        self.query_one("#none").display = not state.tasks
        headings = [Text(heading, style="dim") for heading in words.task_headings(width)]
        rows = [[Text(cell) for cell in words.task_cells(progress, width)] for progress in state.tasks]
        self._table.show(headings, rows, self._table.cursor_row if cursor is None else cursor, fill=(0, width - 2))
        if appeared:
            self._table.focus()
        self.sub_title = words.desk_title(state.tasks)
        self._tell()
        self._paint_led(state)

    def _paint_led(self, state: DeskState) -> None:
        part = self.query_one("#led", Static)
        part.display = self.leads
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        grid.title = Text("Studies that run (S looks after them)", style=tone(self.app, "primary", bold=True))
        grid.title_justify = "left"
        grid.add_column(width=24, no_wrap=True, overflow="ellipsis")
        grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for progress in state.led:
            grid.add_row(*(Text(cell) for cell in words.led_cells(progress)))
        if state.more_led or not state.led:
            grid.add_row(Text(f"and {state.more_led:,} more" if state.more_led else "none"), Text(""))
        part.update(grid)

    def _tell(self) -> None:
        current = self.current
        self.query_one("#about", Static).update(Content("\n".join(words.about_task(current)) if current else ""))
        self.refresh_bindings()

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._tell()

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        current = self.current
        if current is None:
            return
        if current.task.state is StudyState.OPEN:
            place = "compare" if current.task.mode is StudyMode.PAIRWISE else "rate"
            self.viva.go(place, study=current.task.name)
        else:
            self.action_history()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is."""
        if action == "studies":
            return self.leads
        if action == "history":
            return self.is_mounted and self.current is not None
        if action == "practice":
            current = self.current if self.is_mounted else None
            return current is not None and current.task.practice > current.practice_left
        return super().check_action(action, parameters)

    def action_studies(self) -> None:
        self.viva.go("studies")

    def action_history(self) -> None:
        """See one's own verdicts."""
        from viva.tui.screens.own_verdicts import OwnVerdictsScreen

        if current := self.current:
            self.app.push_screen(OwnVerdictsScreen(self.wb, current.task))

    def action_practice(self) -> None:
        """See how the training round went."""
        if current := self.current:
            task = current.task
            self.ask(
                lambda: self.wb.desk.practice_report(task.study_id),
                then=lambda answers: self._report(answers, task),
                group="practice",
                doing="read the training round",
            )

    def _report(self, answers: list[KnownAnswer], task: RatingTask) -> None:
        from viva.tui.screens.practice_report import PracticeReportScreen

        self.app.push_screen(PracticeReportScreen(answers, task))
