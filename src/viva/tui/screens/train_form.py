"""The form that starts a training with one recipe."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Label, Select, Static

from viva.present import train as words
from viva.records.dataset import Dataset
from viva.records.job import Job
from viva.records.model import Model
from viva.records.recipe import Recipe
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.workbench import Workbench

NAME_LENGTH = 64


class TrainFormScreen(VivaScreen[Job]):
    """Ends with the job that was started."""

    TITLE = "New training"
    CSS_PATH = "../styles/train.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Start", key_display="^s", tooltip="Start training"),
        Binding("tab,down", "app.focus_next", "Next field", key_display="tab"),
        Binding("shift+tab,up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, workbench: Workbench, recipe: Recipe, dataset: str = "") -> None:
        super().__init__(workbench)
        self._recipe = recipe
        self._dataset = dataset
        self._datasets: list[Dataset] = []
        self._choices: list[words.BaseChoice] = []
        self._opened = False
        self._starting = False

    def body(self) -> ComposeResult:
        recipe = self._recipe
        title = Content.assemble((display_line(recipe.title, 100), "bold"), "\n", words.recipe_facts(recipe))
        yield Static(title, id="recipe")
        yield VerticalScroll(id="form", can_focus=False)
        yield Static(id="problem", markup=False)

    def on_mount(self) -> None:
        self.ask(self._fetch, then=self._open, group="form")

    def _fetch(self) -> tuple[list[Dataset], list[Model]]:
        self.wb.models.starter()
        return self.wb.datasets.list(), self.wb.models.list()

    def _open(self, found: tuple[list[Dataset], list[Model]]) -> None:
        self._datasets, models = found
        self._choices = words.base_choices(models, self._recipe)
        if words.trainable(self._datasets):
            form = words.first_form(self._recipe, self._datasets, models, self._dataset)
            self.call_next(self._show_form, form)
        else:
            self.query_one("#form").mount(Static(words.NO_DATASET, id="no-dataset", markup=False))

    async def _show_form(self, form: words.TrainForm) -> None:
        datasets = [(words.dataset_choice(dataset), dataset.name) for dataset in words.trainable(self._datasets)]
        models = [(choice.label, choice.name) for choice in self._choices]
        numbers = [
            _row(number.label, _input(number.key, getattr(form, number.key)), number.note) for number in words.NUMBERS
        ]
        await self.query_one("#form").mount_all(
            [
                _row("Dataset", _select("dataset", datasets, form.dataset)),
                _row("Base model", _select("model", models, form.model)),
                _row("Name", _input("name", "", "empty: one is made up", NAME_LENGTH), "of the tuned model"),
                *numbers,
                Checkbox(Content(words.EXAMINE), form.examine, id="examine", compact=True),
                Static(words.EXAMINE_NOTE, id="examine-note", markup=False),
                Button("Start training", id="start", variant="primary", compact=True),
            ]
        )
        self._opened = True
        self.query_one("#dataset").focus()

    def on_input_submitted(self) -> None:
        self.action_start()

    def on_button_pressed(self) -> None:
        self.action_start()

    def action_start(self) -> None:
        """Start, or say which field cannot be right and go there."""
        if self._starting or not self._opened:
            return
        form = self._form()
        if found := words.problem(form, self._datasets):
            field, complaint = found
            self._complain(complaint)
            self.query_one(f"#{field}").focus()
            return
        self._complain("")
        self._starting = True
        self.ask(self._start, form, then=self._has_started, otherwise=self._not_started, group="start", doing="start")

    def _form(self) -> words.TrainForm:
        def chosen(name: str) -> str:
            value = self.query_one(f"#{name}", Select).value
            return value if isinstance(value, str) else ""

        numbers = {number.key: self.query_one(f"#{number.key}", Input).value for number in words.NUMBERS}
        return words.TrainForm(
            dataset=chosen("dataset"),
            model=chosen("model"),
            recipe=self._recipe.name,
            name=self.query_one("#name", Input).value.strip(),
            examine=self.query_one(Checkbox).value,
            **numbers,
        )

    def _start(self, form: words.TrainForm) -> Job:
        choice = next(choice for choice in self._choices if choice.name == form.model)
        if not choice.known:
            self.wb.models.add_hub(choice.name, choice.location)
        return self.wb.training.start(
            form.dataset,
            form.model,
            form.recipe,
            name=form.name or None,
            overrides=words.overrides(form, self._recipe),
            examine=form.examine,
        )

    def _has_started(self, job: Job) -> None:
        self.dismiss(job)

    def _not_started(self, error: Exception) -> bool:
        self._starting = False
        message = getattr(error, "message", "")
        if message:
            self._complain(f"{display_line(message, 200)}. {display_line(getattr(error, 'hint', ''), 200)}")
        return bool(message)

    def _complain(self, text: str) -> None:
        self.query_one("#problem", Static).update(Content(text))


def _row(label: str, widget: Widget, note: str = "") -> Horizontal:
    notes = [Static(note, markup=False, classes="note")] if note else []
    return Horizontal(Label(label, markup=False), widget, *notes, classes="row")


def _select(name: str, options: list[tuple[str, str]], value: str) -> Select[str]:
    shown = [(Content(label), value) for label, value in options]
    return Select(shown, value=value, allow_blank=False, id=name, compact=True)


def _input(name: str, value: str, placeholder: str = "", length: int = 20) -> Input:
    return Input(value, placeholder=placeholder, id=name, max_length=length, compact=True)
