"""New study: a form that says whose texts are rated and how, with what that comes to below it while one types."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Select

from viva.present import generating
from viva.present import study_form as words
from viva.present.judging_form import system_rows
from viva.present.studies import made_text
from viva.present.study_form import StudyForm
from viva.records.browsing import BrowseQuery
from viva.records.dataset import Dataset
from viva.records.rubric import Rubric
from viva.records.study import Study, StudyPlan, StudyRequest
from viva.tui.screens.counting import CountingScreen
from viva.tui.widgets.generate_rows import options
from viva.tui.widgets.judge_rows import chosen
from viva.tui.widgets.study_rows import read_form, study_rows
from viva.tui.widgets.tick_list import TickList
from viva.tui.widgets.writing_form import facts
from viva.workbench import Workbench


@dataclass(frozen=True)
class Known:
    """What the form has to know before it can be shown."""

    datasets: list[Dataset]
    rubrics: list[Rubric]


class StudyFormScreen(CountingScreen):
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
        super().__init__(workbench)
        self._wanted = dataset, split
        self._known = Known([], [])
        self._written: tuple[str, ...] | None = None
        self._suggested = ""
        self._opened = self._starting = False

    def read_workspace(self) -> None:
        self.ask(self._read, then=self._open, group="read", doing="read datasets and rubrics")

    def on_screen_resume(self) -> None:
        if self._opened:
            # Texts may have been written meanwhile.
            self._read_systems()
            self.counted.look_again()

    def _read(self) -> Known:
        return Known(self.wb.datasets.list(), list(self.wb.rubrics.list()))

    def _open(self, known: Known) -> None:
        self._known = known
        if any(generating.split_choices(dataset) for dataset in known.datasets):
            self.call_next(self._show_form)
        else:
            self.show_empty(words.NO_DATASET)

    async def _show_form(self) -> None:
        known, (name, split) = self._known, self._wanted
        datasets = [dataset for dataset in known.datasets if generating.split_choices(dataset)]
        first = next((dataset for dataset in datasets if dataset.name == name), datasets[0])
        rows = study_rows(datasets, known.rubrics, first.name, generating.first_split(first, split))
        await self.query_one("#form").mount_all(rows)
        self._opened = True
        self.remove_class("-reading")
        self.query_one("#dataset").focus()
        self._read_systems()
        self.refresh_bindings()

    def _read_systems(self) -> None:
        query = BrowseQuery(chosen(self, "dataset"), chosen(self, "split"), limit=1)

        def read() -> tuple[tuple[str, ...], str]:
            systems = self.wb.results.browse(query).systems
            return systems, self.wb.studies.free_name()

        self.ask(read, then=lambda found: self._systems_came(*found), group="systems", doing="read the systems")

    def _systems_came(self, systems: tuple[str, ...], name: str) -> None:
        if systems != self._written:
            self._written = systems
            self.query_one("#systems", TickList).fill(system_rows(systems), systems)
            self.set_class(not systems, "-nobody")
        field = self.query_one("#name", Input)
        if field.value in ("", self._suggested):
            field.value = self._suggested = name
        self._changed(soon=True)

    def form(self) -> StudyForm:
        """Return what the form says now."""
        return read_form(self, self._written)

    def request(self) -> StudyRequest | None:
        form = self.form()
        return None if self._written is None or form.problem(self._known.datasets) else form.request()

    def count(self, request: StudyRequest) -> StudyPlan:
        return self.wb.studies.plan(request)

    def planned(self, plan: StudyPlan) -> None:
        request = self.form().request()
        lines = [Content.styled(line, "$warning") for line in words.plan_warnings(plan)]
        rows = facts(words.plan_rows(plan, request.raters_per_item, request.mode))
        self.show_estimate(Content("\n").join([*lines, rows]))

    def _changed(self, *, soon: bool = False) -> None:
        if self._opened:
            found = self.form().problem(self._known.datasets)
            self.complain(found[1] if found else "")
            self.counted.look(soon=soon)

    def on_input_changed(self) -> None:
        self._changed()

    def on_tick_list_changed(self) -> None:
        self._changed()

    def on_checkbox_changed(self) -> None:
        self._changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        if not self._opened:
            return
        if event.select.id == "dataset":
            split: Select[str] = self.query_one("#split", Select)
            dataset = next(one for one in self._known.datasets if one.name == event.value)
            wanted = generating.first_split(dataset, str(split.value))
            with self.prevent(Select.Changed):
                split.set_options(options(generating.split_choices(dataset)))
                split.value = wanted
        if event.select.id in {"dataset", "split"}:
            self._written = None
            self._read_systems()
        self._changed()

    def on_input_submitted(self) -> None:
        self.action_start()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done with what there is."""
        if action in {"start", "app.focus_next", "app.focus_previous"}:
            return self._opened
        return super().check_action(action, parameters)

    def action_start(self) -> None:
        """Make the study, or say which field cannot be right and go there."""
        if self._starting or not self._opened or self._written is None:
            return
        form = self.form()
        found = form.problem(self._known.datasets)
        self.complain(found[1] if found else "")
        if found:
            self.query_one(f"#{found[0]}").focus()
            return
        self._starting = True
        self.doing("making the study …")
        request = form.request()
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
