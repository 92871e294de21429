"""Generate: a form that lets models write for a split, with what that comes to below it while one types."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Checkbox, Input, Select

from viva.present import generating as words
from viva.present.generating import GenerateForm
from viva.records.dataset import Dataset
from viva.records.generating import GenerationPlan, GenerationRequest
from viva.records.job import Job
from viva.records.model import Model
from viva.records.prompt import PromptFile
from viva.tui.screens.counting import CountingScreen
from viva.tui.screens.drilldown import DrilldownScreen
from viva.tui.screens.watching import job_screen
from viva.tui.widgets.generate_rows import generate_rows, options
from viva.tui.widgets.tick_list import TickList
from viva.tui.widgets.writing_form import facts
from viva.workbench import Workbench

SHORT_LINES, TALL_LINES = 3, 8
"""Lines for the names of systems on a low and on a high screen."""
MARGIN = 12
"""Columns that they cannot have: the margins, and the name of the row."""


@dataclass(frozen=True)
class Known:
    """What the form has to know before it can be shown."""

    datasets: list[Dataset]
    models: list[Model]
    prompts: list[PromptFile]


class GenerateScreen(CountingScreen):
    """The form on top, what it comes to below; a start shows the job."""

    TITLE = "Generate"
    CSS_PATH = "../styles/generate.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
    NOTES = words.NOTES
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: a text field has keys of its own, and what is typed fast must not land in the field before.
        Binding("ctrl+s", "start", "Start", priority=True, tooltip="Let the models write"),
        Binding("tab", "app.focus_next", "Next field", key_display="tab", priority=True),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False, priority=True),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("ctrl+t", "browse", "Browse", priority=True, tooltip="Look through the texts of the split (b too)"),
        Binding("b", "browse", "Browse", show=False),
    ]

    def __init__(self, workbench: Workbench, dataset: str = "", split: str | None = None) -> None:
        super().__init__(workbench)
        self._wanted = dataset, split
        self._known = Known([], [], [])
        self._opened = self._starting = False

    def read_workspace(self) -> None:
        self.ask(self._read, then=self._open, group="read", doing="read datasets, models and prompts")

    def on_screen_resume(self) -> None:
        if self._opened:
            # Texts may have been written meanwhile.
            self.counted.look_again()

    def _read(self) -> Known:
        return Known(self.wb.datasets.list(), self.wb.models.list(), self.wb.generation.prompts())

    def _open(self, known: Known) -> None:
        self._known = known
        if any(words.split_choices(dataset) for dataset in known.datasets):
            self.call_next(self._show_form)
        else:
            self.show_empty(words.NO_DATASET)

    async def _show_form(self) -> None:
        datasets = [dataset for dataset in self._known.datasets if words.split_choices(dataset)]
        name, split = self._wanted
        chosen = next((dataset for dataset in datasets if dataset.name == name), datasets[0])
        rows = generate_rows(datasets, self._known.prompts, chosen.name, words.first_split(chosen, split))
        await self.query_one("#form").mount_all(rows)
        models = self._known.models
        self.query_one(TickList).fill(words.model_rows(models), words.first_models(models))
        self._opened = True
        self.remove_class("-reading")
        self.query_one("#dataset").focus()
        self.counted.look(soon=True)
        self.refresh_bindings()

    def form(self) -> GenerateForm:
        """Return what the form says now."""

        def chosen(name: str) -> str:
            value = self.query_one(f"#{name}", Select).value
            return value if isinstance(value, str) else ""

        def typed(name: str) -> str:
            return self.query_one(f"#{name}", Input).value.strip()

        return GenerateForm(
            chosen("dataset"),
            chosen("split"),
            self.query_one(TickList).ticked,
            chosen("prompt"),
            typed("shots"),
            {known.key: typed(known.key) for known in words.FIELDS},
            self.query_one("#skip", Checkbox).value,
        )

    def request(self) -> GenerationRequest | None:
        form = self.form()
        return None if form.problem(self._known.datasets) else form.request()

    def count(self, request: GenerationRequest) -> GenerationPlan:
        return self.wb.generation.plan(request)

    def planned(self, plan: GenerationPlan) -> None:
        said = (*plan.warnings, words.left_out_line(plan), words.nothing_left(plan))
        lines = [(line, "$warning") for line in said if line]
        room = TALL_LINES if self.has_class("-tall") else max(SHORT_LINES - len(lines), 1)
        models = {model.name: model for model in self._known.models}
        rows = facts(words.plan_rows(plan, models, self.size.width - MARGIN, room))
        self.show_estimate(Content("\n").join([rows, *(Content.styled(*line) for line in lines)]))

    def _changed(self) -> None:
        if self._opened:
            found = self.form().problem(self._known.datasets)
            self.complain(found[1] if found else "")
            self.counted.look()

    def on_input_changed(self) -> None:
        self._changed()

    def on_tick_list_changed(self) -> None:
        self._changed()

    def on_checkbox_changed(self) -> None:
        self._changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "dataset" and self._opened:
            self._offer_splits(str(event.value))
        self._changed()

    def _offer_splits(self, name: str) -> None:
        split: Select[str] = self.query_one("#split", Select)
        dataset = next((dataset for dataset in self._known.datasets if dataset.name == name), None)
        wanted = words.first_split(dataset, str(split.value))
        with self.prevent(Select.Changed):
            split.set_options(options(words.split_choices(dataset)))
            split.value = wanted

    def on_input_submitted(self) -> None:
        self.action_start()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done with what there is."""
        if action in {"start", "browse", "app.focus_next", "app.focus_previous"}:
            return self._opened
        return super().check_action(action, parameters)

    def action_browse(self) -> None:
        """Look through the texts of the split."""
        form = self.form()
        self.app.push_screen(DrilldownScreen(self.wb, form.dataset, form.split))

    def action_start(self) -> None:
        """Start, or say which field cannot be right and go there."""
        if self._starting or not self._opened:
            return
        form, score = self.form(), self.query_one("#score", Checkbox).value
        found = form.problem(self._known.datasets)
        self.complain(found[1] if found else "")
        if found:
            self.query_one(f"#{found[0]}").focus()
            return
        self._starting = True
        self.doing("starting …")
        request = form.request()
        call = self._start
        self.ask(call, request, score, then=self._started, otherwise=self._not_started, group="start", doing="start")

    def _start(self, request: GenerationRequest, score: bool) -> Job | str:
        """Return the job, or why there is nothing to do."""
        return words.nothing_left(self.wb.generation.plan(request)) or self.wb.generation.start(request, score)

    def _started(self, job: Job | str) -> None:
        self._starting = False
        self.doing("")
        if isinstance(job, str):
            self.complain(job)
        else:
            self.app.push_screen(job_screen(self.wb, job))

    def _not_started(self, error: Exception) -> bool:
        self._starting = False
        self.doing("")
        return self.refused(error)
