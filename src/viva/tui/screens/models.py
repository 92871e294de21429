"""Models: the list of them, what is known of one, and adding, checking and exporting one."""

from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.errors import UserError
from viva.present import models as words
from viva.present.models import Checked
from viva.present.writers import refusal
from viva.records.model import Model
from viva.records.model_details import ModelDetails
from viva.tui.screens.endpoint_add import EndpointAddScreen
from viva.tui.screens.model_add import ModelAddScreen
from viva.tui.screens.watching import JobActionsScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.tones import tone, when_theme_changes
from viva.workbench import Workbench
from viva.workbench.model_details import details, system_counts

WIDE = 110
LABEL_WIDTH = 13


class ModelsScreen(JobActionsScreen):
    """The list, and beside or below it what is known of the model under the cursor."""

    TITLE = "Models"
    CSS_PATH = "../styles/models.tcss"
    AUTO_FOCUS = "#models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "add", "Add…", tooltip="Add a model: from the hub, a directory, an adapter, an address"),
        Binding(
            "e", "export", "Export…", tooltip="Merge an adapter into its base, or write GGUF for llama.cpp, Ollama"
        ),
        Binding("c", "check", "Check", tooltip="Find out whether this model can be read, and what it is"),
        Binding("tab", "switch", "Switch", key_display="tab", tooltip="Go from the list to the details, or back"),
    ]

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self._models: list[Model] = []
        self._systems: dict[str, int] = {}
        self._details: ModelDetails | None = None
        self._checked: dict[str, Checked] = {}

    def body(self) -> ComposeResult:
        with Container(id="columns"):
            yield RowTable(id="models")
            with VerticalScroll(id="details"):
                yield Static(id="about", markup=False)

    def on_mount(self) -> None:
        when_theme_changes(self, self._tell)

    def on_screen_resume(self) -> None:
        """Read the list: an export or a training may have made a model."""
        self.load()

    def look(self) -> None:
        self.load()

    def load(self, chosen: str = "") -> None:
        """Read the list, then go to the model `chosen`, or stay where the cursor is."""
        self.ask(self._fetch, then=lambda found: self._show(found, chosen), group="models", doing="read the models")

    def _fetch(self) -> tuple[list[Model], dict[str, int]]:
        return self.wb.models.list(), system_counts(self.wb)

    def _show(self, found: tuple[list[Model], dict[str, int]], chosen: str) -> None:
        held = chosen or (self._model.name if self._model else "")
        self._models, self._systems = found
        names = [model.name for model in self._models]
        self._fill(names.index(held) if held in names else 0)
        self.sub_title = f"{len(names)} models" if len(names) > 1 else ""
        self._about()
        self.refresh_bindings()

    @property
    def _model(self) -> Model | None:
        row = self.query_one(RowTable).cursor_row
        return self._models[row] if 0 <= row < len(self._models) else None

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")
        if self._models:
            self.call_after_refresh(self._fill, self.query_one(RowTable).cursor_row)

    def _fill(self, cursor: int) -> None:
        table = self.query_one(RowTable)
        rows = [[Text(cell) for cell in words.row(model, self._systems.get(model.name, 0))] for model in self._models]
        width = (table.size.width or self.size.width) - 1
        table.show([Text(heading) for heading in words.HEADINGS], rows, cursor, right={3}, fill=(2, width))

    def on_data_table_row_highlighted(self, _event: DataTable.RowHighlighted) -> None:
        self._about()
        self.refresh_bindings()

    def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        self.query_one("#details").focus()

    def _about(self) -> None:
        """Read what is known of the model under the cursor, unless it is there already."""
        model = self._model
        if model is None or (self._details is not None and self._details.model.name == model.name):
            self._tell()
            return
        self._details = None
        self.ask(lambda: details(self.wb, model.name), then=self._took, group="details", doing="read about a model")

    def _took(self, found: ModelDetails) -> None:
        self._details = found
        self._tell()

    def _tell(self) -> None:
        model, found = self._model, self._details
        if model is None or found is None or found.model.name != model.name:
            return
        parts: list[RenderableType] = [Text(words.row(model, 0)[0], "bold")]
        if checked := self._checked.get(model.name):
            colour = {None: "primary", True: "success", False: "error"}[checked.good]
            parts.append(Text(checked.line, tone(self.app, colour)))
        for section in words.sections(found):
            parts.append(Text(section.title and f"\n{section.title}", tone(self.app, "primary", bold=True)))
            grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
            grid.add_column(width=LABEL_WIDTH, style=tone(self.app, "secondary"))
            grid.add_column(ratio=1)
            for label, text in section.lines:
                grid.add_row(Text(label), Text(text, overflow="fold"))
            parts += [grid] if section.lines else []
            parts += [Text(paragraph) for paragraph in section.paragraphs]
        if len(self._models) == 1:
            parts += [Text(), Text(words.ONLY_STARTER)]
        self.query_one("#about", Static).update(Group(*parts))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the model under the cursor."""
        if action == "export":
            return self.is_mounted and bool(words.exports(self._model))
        if action == "check":
            model = self._model if self.is_mounted else None
            return model is not None and words.checkable(model) and self._checked.get(model.name) != words.CHECKING
        return super().check_action(action, parameters)

    def action_switch(self) -> None:
        """Go from the list to the details, or back."""
        table = self.query_one(RowTable)
        self.set_focus(self.query_one("#details") if table.has_focus else table)

    def action_add(self) -> None:
        """Ask what kind of model is to be added, and open its form."""

        def go(key: str | None) -> None:
            if key == "endpoint":
                self.app.push_screen(EndpointAddScreen(self.wb), self._added)
            elif key is not None:
                bases = words.bases(self._models) if key == "adapter" else None
                self.app.push_screen(ModelAddScreen(self.wb, bases), self._added)

        choices = [Choice(option.key, option.name, option.detail) for option in words.ADD]
        self.app.push_screen(ChooserScreen(self.wb, "Add a model", choices), go)

    def _added(self, name: str | None) -> None:
        if name is not None:
            self.say(words.added_text(name))
            self.load(name)

    def action_export(self) -> None:
        """Ask for the form, start the export and show its job."""
        model = self._model
        if model is None:
            return

        def go(key: str | None) -> None:
            if key is not None:
                form, quantize = words.export_call(key)
                self.ask(
                    lambda: self.wb.exports.start(model.name, form, quantize=quantize),
                    then=self.open_job,
                    group="export",
                    doing="start an export",
                )

        choices = [Choice(option.key, option.name, option.detail) for option in words.exports(model)]
        self.app.push_screen(ChooserScreen(self.wb, f"Export {model.name}", choices), go)

    def action_check(self) -> None:
        """Find out whether the model under the cursor can be read; it may take a while."""
        model = self._model
        if model is None:
            return
        name = model.name

        def refused(error: Exception) -> bool:
            expected = isinstance(error, UserError)
            told = refusal(error) if isinstance(error, UserError) else "It could not be checked"
            self._note(name, Checked(False, told))
            return expected

        self._note(name, words.CHECKING)
        self.ask(
            lambda: self.wb.models.check(name),
            then=lambda found: self._note(name, Checked(True, words.checked_text(found))),
            otherwise=refused,
            group=f"check {name}",
            doing="check a model",
        )

    def _note(self, name: str, checked: Checked) -> None:
        self._checked[name] = checked
        self._tell()
        self.refresh_bindings()
