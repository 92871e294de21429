"""New study: a form that says whose texts are rated and how, with what that comes to below it while one types."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from viva.present import study_form as words
from viva.present.judging_form import system_rows
from viva.present.studies import made_text
from viva.present.study_form import StudyForm
from viva.records.dataset import Dataset
from viva.records.rubric import Rubric
from viva.records.study import Study, StudyPlan, StudyRequest
from viva.tui.screens.written_form import WrittenFormScreen
from viva.tui.widgets.study_rows import read_form, study_rows
from viva.tui.widgets.tick_list import TickList
from viva.tui.widgets.writing_form import facts
from viva.workbench import Workbench


@dataclass(frozen=True)
class Known:
    """What the form has to know before it can be shown."""

    datasets: list[Dataset]
    rubrics: list[Rubric]
    free_name: str


class StudyFormScreen(WrittenFormScreen):
    """The form on top, what it comes to below; a start makes the study and goes to the list of them."""

    TITLE = "New study"
    CSS_PATH = "../styles/desk.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
    NOTES = words.NOTES
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: a text field has keys of its own, and what is typed fast must not land in the field before.
        Binding("ctrl+s", "start", "Make it", priority=True, tooltip="Make the study; raters can begin at once"),
        Binding("tab", "app.focus_next", "Next field", key_display="tab", priority=True),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False, priority=True),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, workbench: Workbench, dataset: str = "", split: str | None = None) -> None:
        super().__init__(workbench, dataset, split)
        self._rubrics: list[Rubric] = []
        self._suggested = ""
        self._starting = False

    def read_workspace(self) -> None:
        self.ask(self._read, then=self._open, group="read", doing="read datasets and rubrics")

    def _read(self) -> Known:
        return Known(self.wb.datasets.list(), list(self.wb.rubrics.list()), self.wb.studies.free_name())

    def _open(self, known: Known) -> None:
        self._rubrics, self._suggested = known.rubrics, known.free_name
        self.opened(known.datasets, words.NO_DATASET)

    async def open_form(self, datasets: list[Dataset], first: Dataset, split: str) -> None:
        await self.query_one("#form").mount_all(study_rows(datasets, self._rubrics, first.name, split))
        self.query_one("#name", Input).value = self._suggested

    def fill_systems(self, systems: tuple[str, ...], ticked: tuple[str, ...]) -> None:
        self.query_one("#systems", TickList).fill(system_rows(systems), ticked)

    def form(self) -> StudyForm:
        """Return what the form says now."""
        return read_form(self, self._written)

    def count(self, request: StudyRequest) -> StudyPlan:
        return self.wb.studies.plan(request)

    def planned(self, plan: StudyPlan) -> None:
        request = self.form().request()
        lines = [Content.styled(line, "$warning") for line in words.plan_warnings(plan)]
        rows = facts(words.plan_rows(plan, request.raters_per_item, request.mode))
        self.show_estimate(Content("\n").join([*lines, rows]))

    def on_input_submitted(self) -> None:
        self.action_start()

    def action_start(self) -> None:
        """Make the study, or say which field cannot be right and go there."""
        if self._starting or (request := self.sound_request()) is None:
            return
        self._starting = True
        self.doing("making the study …")
        self.ask(
            lambda: self.wb.studies.create(request),
            then=self._made,
            otherwise=self._not_made,
            group="start",
            doing="make a study",
        )

    def _made(self, study: Study) -> None:
        self._starting = False
        self.doing("")
        self.say(f"Made the study {made_text(study)}")
        self.viva.leave(self)
        self.viva.go("studies")

    def _not_made(self, error: Exception) -> bool:
        self._starting = False
        self.doing("")
        return self.refused(error)
