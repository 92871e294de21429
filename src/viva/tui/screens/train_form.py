"""The form that starts a training with one recipe."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Checkbox, Input, Select, Static

from viva.errors import UserError
from viva.present import train as words
from viva.records.dataset import Dataset
from viva.records.job import Job
from viva.records.model import Model
from viva.records.recipe import Format, Recipe
from viva.text import display_line
from viva.tui.screens.estimating import EstimatingScreen, Request
from viva.tui.screens.train_settings import TrainSettingsScreen
from viva.tui.widgets.train_rows import SEARCHED, train_rows
from viva.workbench import Workbench


class TrainFormScreen(EstimatingScreen):
    """Ends with the job that was started."""

    TITLE = "New training"
    CSS_PATH = "../styles/train.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: a text field has keys of its own for deleting and for going to its end.
        Binding("ctrl+s", "start", "Start", priority=True, tooltip="Start training"),
        Binding("ctrl+e", "settings", "Settings", priority=True, tooltip="Every setting of the recipe, to be changed"),
        Binding("ctrl+d", "dry_run", "Dry run", priority=True, tooltip="Make two steps on the longest batch"),
        Binding("ctrl+n", "take_over", "Fit it", priority=True, tooltip="Take over the nearest setting that fits"),
        Binding("ctrl+n", "add_model", "Add model", priority=True, tooltip="Add the base model to the workspace"),
        Binding("tab,down", "app.focus_next", "Next field", show=False),
        Binding("shift+tab,up", "app.focus_previous", "Previous field", show=False),
    ]

    def __init__(self, workbench: Workbench, recipe: Recipe, dataset: str = "") -> None:
        super().__init__(workbench)
        self._recipe = recipe
        self._dataset = dataset
        self._datasets: list[Dataset] = []
        self._choices: list[words.BaseChoice] = []
        self._more: Mapping[str, str] = {}
        self._opened = False
        self._starting = False

    def body(self) -> ComposeResult:
        recipe = self._recipe
        yield Static(Content.styled(display_line(recipe.title, 100), "bold"), id="recipe")
        yield Static(Content.styled(display_line(recipe.description, 600), "$muted"), id="description")
        yield VerticalScroll(id="form", can_focus=False)
        yield Static(id="more", markup=False)
        yield Static(id="note", markup=False)
        yield Static(id="problem", markup=False)
        yield Static(id="verdict", markup=False)

    def on_mount(self) -> None:
        self.query_one("#problem").display = self.query_one("#more").display = False
        # Shown only when its keys work: what is typed before that would be lost.
        self.query_one("#form").display = False
        self.ask(self._read, then=self._open, group="read", doing="read datasets and models")

    def _read(self) -> tuple[list[Dataset], list[Model]]:
        return self.wb.datasets.list(), self.wb.models.list()

    def _open(self, found: tuple[list[Dataset], list[Model]]) -> None:
        self._datasets, models = found
        self._choices = words.base_choices(models, self._recipe)
        if words.trainable(self._datasets):
            form = words.first_form(self._recipe, self._datasets, models, self._dataset)
            self.call_next(self._show_form, form)
        else:
            self.query_one("#form").mount(Static(words.NO_DATASET, id="no-dataset", markup=False))
            self.query_one("#form").display = True

    async def _show_form(self, form: words.TrainForm) -> None:
        datasets = [(words.dataset_choice(dataset), dataset.name) for dataset in words.trainable(self._datasets)]
        models = [(choice.label, choice.name) for choice in self._choices]
        await self.query_one("#form").mount_all(train_rows(form, self._recipe, datasets, models))
        self._opened = True
        self.query_one("#form").display = True
        self.query_one("#dataset").focus()
        self.look(soon=True)

    def form(self) -> words.TrainForm:
        """Return what the form says now."""

        def chosen(name: str) -> str:
            value = self.query_one(f"#{name}", Select).value
            return value if isinstance(value, str) and value != SEARCHED else ""

        def typed(name: str) -> str:
            return self.query_one(f"#{name}", Input).value.strip()

        fields = words.form_fields(self._recipe)
        return words.TrainForm(
            dataset=chosen("dataset"),
            model=chosen("model"),
            recipe=self._recipe.name,
            name=typed("name"),
            values={field.key: (chosen if field.choices else typed)(field.key) for field in fields},
            more=self._more,
            examine=self.query_one(Checkbox).value,
        )

    def request(self) -> Request | None:
        form = self.form()
        found = words.problem(form, self._recipe, self._datasets)
        # Whether the result is examined changes nothing in the training.
        if found is not None and found[0] != "examine":
            return None
        choice = self._choice(form)
        changed = words.overrides(form, self._recipe)
        return Request(form.dataset, form.model, form.recipe, changed, "" if choice.known else choice.location)

    def take_over(self, changes: Mapping[str, str]) -> None:
        form = self.form()
        self._set(words.with_overrides(form, self._recipe, {**words.overrides(form, self._recipe), **changes}))

    def add_model(self, request: Request) -> None:
        choice = next(choice for choice in self._choices if choice.name == request.model)

        def added(model: Model) -> None:
            self._choices = [replace(choice, known=True) if choice.name == model.name else choice
                             for choice in self._choices]  # fmt: skip
            self.look(soon=True)

        call = self.wb.models.add_hub
        self.ask(call, choice.name, choice.location, then=added, otherwise=self._refused, group="add", doing="add")

    def _set(self, form: words.TrainForm) -> None:
        """Show other settings in the fields."""
        self._more = form.more
        line = self.query_one("#more", Static)
        line.display = bool(form.more)
        line.update(Content(words.more_text(form.more)))
        for field in words.form_fields(self._recipe):
            value = form.values.get(field.key, "")
            if field.choices:
                self.query_one(f"#{field.key}", Select).value = value or SEARCHED
            else:
                self.query_one(f"#{field.key}", Input).value = value
        self._changed()

    def _changed(self) -> None:
        if self._opened:
            found = words.problem(self.form(), self._recipe, self._datasets)
            self._complain(found[1] if found else "")
            self.look()

    def on_input_changed(self) -> None:
        self._changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "format" and event.value == Format.OVERFIT and self._opened:
            self.query_one("#epochs", Input).value = words.OVERFIT_EPOCHS
        self._changed()

    def on_checkbox_changed(self) -> None:
        self._changed()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.query_one("#note", Static).update(Content(words.NOTES.get(event.widget.id or "", "")))

    def on_input_submitted(self) -> None:
        self.action_start()

    def on_button_pressed(self) -> None:
        self.action_start()

    def action_settings(self) -> None:
        """Show every setting of the recipe, to be changed."""
        if not self._opened:
            return
        form = self.form()
        found = words.problem(form, self._recipe, self._datasets)
        if found is not None and found[0] in form.values:
            # What is typed has to be right before it can stand in the list.
            self._go_to(found)
            return

        def ended(changed: Mapping[str, str] | None) -> None:
            if changed is not None:
                self._set(words.with_overrides(form, self._recipe, changed))

        self.app.push_screen(TrainSettingsScreen(self.wb, self._recipe, words.overrides(form, self._recipe)), ended)

    def action_start(self) -> None:
        """Start, or say which field cannot be right and go there."""
        if self._starting or not self._opened:
            return
        form = self.form()
        found = words.problem(form, self._recipe, self._datasets)
        self._go_to(found)
        if found is None:
            self._starting = True
            self.ask(self._start, form, then=self._started, otherwise=self._refused, group="start", doing="start")

    def _go_to(self, found: tuple[str, str] | None) -> None:
        self._complain(found[1] if found else "")
        if found:
            self.query_one(f"#{found[0]}").focus()

    def _choice(self, form: words.TrainForm) -> words.BaseChoice:
        return next(choice for choice in self._choices if choice.name == form.model)

    def _start(self, form: words.TrainForm) -> Job:
        choice = self._choice(form)
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

    def _started(self, job: Job) -> None:
        self.dismiss(job)

    def _refused(self, error: Exception) -> bool:
        self._starting = False
        if isinstance(error, UserError):
            self._complain(f"{display_line(error.message, 200)}. {display_line(error.hint, 200)}")
        return isinstance(error, UserError)

    def _complain(self, text: str) -> None:
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        line.update(Content(text))
