"""Home: what is in the workspace, what runs, what waits, and the next sensible step."""

from collections.abc import Sequence
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from viva.errors import StoreBusy
from viva.present import home
from viva.present.jobs import TONES, status_text
from viva.records.dataset import Dataset
from viva.records.ids import utc_now
from viva.records.job import Job, JobStatus
from viva.records.overview import NextStep, Overview, StepKind
from viva.records.study import Study
from viva.tui.screens.watching import WatchingScreen
from viva.tui.widgets.tones import tone, when_theme_changes

DELIVERY_PATIENCE = 2.0
"""Seconds to wait for the store before ratings are left in the outbox for the next try."""


class HomeScreen(WatchingScreen):
    """The first screen."""

    TITLE = "Home"
    # Textual loads no CSS_PATH for the screen that an app starts with.
    DEFAULT_CSS = """
    HomeScreen {
        #next { height: auto; margin: 1 1 0 1; padding: 0 1; border: round $primary; border-title-style: bold; }
        #state { height: 1fr; scrollbar-size-vertical: 1; }
        #overview { height: auto; padding: 1 2 0 2; }
    }
    """
    AUTO_FOCUS = "#state"
    BINDINGS: ClassVar[list[BindingType]] = [
        # The box with the next step names the key itself.
        Binding("enter", "take", "Next", show=False, tooltip="Take the next step"),
        Binding("d", "go('datasets')", "Data", tooltip="Look at datasets and import them"),
        Binding("t", "go('train')", "Train", tooltip="Start a training, or look at one"),
        Binding("g", "go('generate')", "Generate", tooltip="Let models write for a split, and look through the texts"),
        Binding("j", "go('judge')", "Judge", tooltip="Have texts judged by language models, and read every verdict"),
        Binding("r", "go('rate')", "Rate", tooltip="Rate what waits for you"),
        Binding("l", "go('results')", "Results", tooltip="See the leaderboard"),
        Binding("s", "go('sql')", "SQL", tooltip="Query everything with SQL"),
        Binding("q", "app.quit", "Quit", tooltip="End viva; jobs go on"),
        # The heading of the jobs names this key: there is no room for it in 80 columns.
        Binding("J", "go('jobs')", "Jobs", tooltip="See what runs in the background"),
        Binding("S", "go('studies')", "Studies", tooltip="Look after studies: progress, who may rate, make one"),
        Binding("R", "go('desk')", "My desk", tooltip="See what you may rate, and what you gave"),
        Binding("m", "go('models')", "Models", tooltip="Look at models, add one, export one"),
        Binding("escape", "leave", "Back", show=False),
    ]

    overview: Overview | None = None
    _painted: tuple[tuple[str, str], ...] | None = None
    _last_said: list[tuple[str, str]] = []
    _taking = False
    _delivering = False

    def body(self) -> ComposeResult:
        yield Static(id="next", markup=False)
        with VerticalScroll(id="state"):
            yield Static(id="overview", markup=False)

    def on_mount(self) -> None:
        self.query_one("#next", Static).border_title = "Next"
        when_theme_changes(self, self._repaint)

    def _repaint(self) -> None:
        if self.overview is not None:
            self._paint(self.overview, self.watched)

    def on_screen_resume(self) -> None:
        # Something may have been rated or imported meanwhile: the look at the jobs that follows reads everything.
        self._painted = None

    def refresh_overview(self) -> None:
        """Read the whole state, the store included."""
        self.ask(lambda: self.wb.overview(), then=self._show, otherwise=self._unread, group="overview")

    def jobs_came(self, jobs: Sequence[Job]) -> None:
        self._deliver()
        if home.changes(jobs) != self._painted:
            self.refresh_overview()
        elif self.overview is not None and (said := self._said(jobs)) != self._last_said:
            self._last_said = said
            self._paint(self.overview, jobs)

    def action_go(self, place: str) -> None:
        self.viva.go(place)

    def action_take(self) -> None:
        """Take the next step, on its own screen or at once."""
        if self.overview is None or self._taking:
            return
        step = self.overview.next_step
        if step.kind is StepKind.TRAIN:
            self.viva.go("train", **step.arguments)
        elif step.kind is StepKind.RATE:
            self.viva.go("rate", study=step.arguments["study"])
        elif step.kind is StepKind.RESULTS:
            self.viva.go("results")
        elif step.kind is StepKind.WAIT:
            self._open_running()
        else:
            self._taking = True
            self.ask(lambda: self.wb.take(step), then=self._taken, otherwise=self._not_taken, group="take")

    def _open_running(self) -> None:
        running = [job for job in self.watched if job.status is JobStatus.RUNNING]
        if running:
            self.open_job(running[0])
        else:
            self.viva.go("jobs")

    def _taken(self, taken: Dataset | Job | Study | None) -> None:
        self._taking = False
        self.say(home.taken_text(taken))
        self.refresh_overview()

    def _not_taken(self, _error: Exception) -> bool:
        self._taking = False
        return False

    def _unread(self, _error: Exception) -> bool:
        if self.overview is None:
            self.query_one("#overview", Static).update(Text("The workspace could not be read"))
        return False

    def _show(self, overview: Overview) -> None:
        self.overview = overview
        self.watched = overview.jobs
        self._painted = home.changes(overview.jobs)
        self._paint(overview, overview.jobs)

    def _paint(self, overview: Overview, jobs: Sequence[Job]) -> None:
        self.query_one("#next", Static).update(self._next(overview.next_step, jobs))
        parts: list[RenderableType] = []
        if home.is_empty(overview):
            parts += [Text(home.WELCOME), Text(), Text(home.OWN_DATA), Text()]
        if line := home.undelivered_line(overview.undelivered):
            parts += [Text(line, style=tone(self.app, "warning")), Text()]
        studies = home.shown_studies(overview.studies)
        parts += self._section(home.STUDIES_HEADING, [_cells(home.study_line(progress)) for progress in studies])
        parts += self._section(home.JOBS_HEADING, [self._job(job) for job in home.job_lines(jobs)], (13, None, 13))
        parts += self._section("Datasets", [_cells(home.dataset_line(dataset)) for dataset in overview.datasets])
        parts += self._section("Models", [_cells(home.model_line(model)) for model in overview.models])
        self.query_one("#overview", Static).update(Group(*parts))

    def _deliver(self) -> None:
        """Move ratings that lie in an outbox into the store; while another program holds it, that waits."""
        if self.overview is None or not self.overview.undelivered or self._delivering:
            return
        self._delivering = True
        self.ask(
            lambda: self.wb.desk.deliver(DELIVERY_PATIENCE),
            then=self._delivered,
            otherwise=self._undelivered,
            group="deliver",
            doing="deliver ratings",
        )

    def _delivered(self, count: int) -> None:
        self._delivering = False
        if count:
            self.refresh_overview()

    def _undelivered(self, error: Exception) -> bool:
        self._delivering = False
        return isinstance(error, StoreBusy)

    def _said(self, jobs: Sequence[Job]) -> list[tuple[str, str]]:
        """Return what the lines of the jobs say, to paint them only when that changes."""
        return [home.job_cells(job, utc_now()) for job in home.job_lines(jobs)]

    def _next(self, step: NextStep, jobs: Sequence[Job]) -> Text:
        title, reason, enter = home.step_lines(step, jobs)
        return Text.assemble((title, "bold"), "\n", reason, "\n", (enter, tone(self.app, "primary", bold=True)))

    def _job(self, job: Job) -> list[Text]:
        status = Text(status_text(job.status), style=tone(self.app, TONES[job.status]))
        return [status, *_cells(home.job_cells(job, utc_now()))]

    def _section(
        self, title: str, rows: list[list[Text]], widths: tuple[int | None, ...] = (home.NAME_WIDTH, None)
    ) -> list[RenderableType]:
        """Return a heading with its lines in columns; a width of None takes what is left."""
        if not rows:
            return []
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        for width in widths:
            grid.add_column(width=width, ratio=None if width else 1, no_wrap=True, overflow="ellipsis")
        for row in rows:
            grid.add_row(*row)
        return [Text(title, style=tone(self.app, "primary", bold=True)), grid, Text()]


def _cells(texts: Sequence[str]) -> list[Text]:
    return [Text(text) for text in texts]
