"""The calibrated verdict: people alone, the judge alone and both together, one above the other."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from viva.present import calibration as words
from viva.records.calibration import CalibratedVerdict
from viva.records.study import StudyMode
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

NO_STUDY = (
    "No study of these systems gives points yet.\n\nMake one under Studies, let people rate it, and have a judge judge "
    "the same split: then what both say is put together here."
)


class CalibratedScreen(VivaScreen[None]):
    """What people of a study and a judge say together; without `study` it is that of the dataset rated most."""

    TITLE = "Calibrated verdict"
    CSS_PATH = "../styles/calibrated.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "measure(1)", "Next measure", tooltip="Show the next criterion, then the total again"),
        Binding("M", "measure(-1)", "Previous", tooltip="Show the measure before"),
        Binding("j", "judge", "Judge", tooltip="Choose another judge"),
        Binding("s", "study", "Study", tooltip="Choose another study of the dataset"),
        Binding("up", "go('up')", show=False, tooltip="Scroll the lines, also by page up and down"),
        Binding("down", "go('down')", show=False, tooltip="Scroll the lines"),
        Binding("pageup", "go('page_up')", show=False),
        Binding("pagedown", "go('page_down')", show=False),
        Binding("R,f5", "reload", "Refresh", key_display="R", tooltip="Compute everything again (also F5)"),
    ]

    def __init__(self, workbench: Workbench, dataset: str, split: str | None = None, study: str | None = None) -> None:
        super().__init__(workbench)
        self._dataset, self._split, self._study = dataset, split, study
        self._judge: str | None = None
        self._studies: list[str] = []
        self._found: CalibratedVerdict | None = None
        self._measure = 0

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield Static(id="sentence", markup=False)
        yield StatusLine(id="measure")
        with VerticalScroll(id="verdict", can_focus=False):
            yield Static(id="lines", markup=False)
            yield Static(id="notes", markup=False)

    def on_mount(self) -> None:
        self.action_reload()

    def on_resize(self, _event: events.Resize) -> None:
        self._paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer another judge, study or measure only where there is one."""
        found = self._found
        if action == "judge":
            return found is not None and len(found.scorers) > 1
        if action == "study":
            return len(self._studies) > 1
        if action == "measure":
            return found is not None and len(words.by_measure(found)) > 1
        return super().check_action(action, parameters)

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [("What the lines say", words.EXPLAINED)]

    def action_reload(self) -> None:
        self.ask(self._read, then=self._show, group="verdict", doing="put people and judge together")

    def action_measure(self, step: int) -> None:
        if self._found is not None:
            self._measure = (self._measure + step) % len(words.by_measure(self._found))
            self._paint()
            self.query_one("#verdict").scroll_home(animate=False)

    def action_go(self, where: str) -> None:
        getattr(self.query_one("#verdict"), f"scroll_{where}")(animate=False)

    def action_judge(self) -> None:
        assert self._found is not None
        choices = [Choice(name, name, f"{count:,} questions") for name, count in self._found.scorers]
        self.app.push_screen(ChooserScreen(self.wb, "Judge", choices, self._found.scorer), self._take_judge)

    def action_study(self) -> None:
        choices = [Choice(name, name) for name in self._studies]
        self.app.push_screen(ChooserScreen(self.wb, "Study", choices, self._study or ""), self._take_study)

    def _take_judge(self, judge: str | None) -> None:
        if judge is not None:
            self._judge = judge
            self.action_reload()

    def _take_study(self, study: str | None) -> None:
        if study is not None:
            self._study, self._judge = study, None
            self.action_reload()

    def _read(self) -> tuple[list[str], CalibratedVerdict | None]:
        fitting = [
            study.name
            for study in self.wb.studies.list()
            if study.dataset == self._dataset and study.mode is StudyMode.RUBRIC and self._split in {None, study.split}
            if study.systems  # Leads are not told those of a study that is not open to them yet.
        ]
        if self._study is not None:
            return fitting, self.wb.calibration.of(self._dataset, self._study, self._judge)
        found = [self.wb.calibration.of(self._dataset, name) for name in fitting]
        return fitting, max(found, key=lambda one: one.rated, default=None)

    def _show(self, came: tuple[list[str], CalibratedVerdict | None]) -> None:
        self._studies, self._found = came
        if self._found is not None:
            self._study = self._found.study.name
        self._paint()
        self.refresh_bindings()

    def _paint(self) -> None:
        found = self._found
        if found is None:
            self.query_one("#lines", Static).update("" if self._still_reading() else Content(NO_STUDY))
            return
        measures = words.by_measure(found)
        rows = measures[self._measure % len(measures)]
        self.query_one("#where", StatusLine).text = words.headline(found)
        step = words.next_step(found)
        self.query_one("#sentence", Static).update(Content(words.sentence(found) + (f"\n{step}" if step else "")))
        line = self.query_one("#measure", StatusLine)
        line.text, line.right = words.title(rows[0]), f"{self._measure % len(measures) + 1} of {len(measures)}"
        shown = words.lines(rows, self.size.width - 4)
        self.query_one("#lines", Static).update(Content("\n").join([self._line(one) for one in shown]))
        self.query_one("#notes", Static).update(Content("\n".join(words.notes(found))))

    def _line(self, one: words.Line) -> Content:
        tone = {"both": "bold $success", "judge": "$muted", "people": ""}.get(one.who, "bold")
        return Content.styled(one.text, tone)

    def _still_reading(self) -> bool:
        return any(not worker.is_finished and worker.name == "verdict" for worker in self.workers)
