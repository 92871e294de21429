"""A small form that adds a model whose weights are on the hub or on this machine, or an adapter over one."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Select, Static

from viva.errors import BadInput, UserError
from viva.present import models as words
from viva.present.models import AddForm
from viva.present.writers import refusal
from viva.records.model import Model
from viva.text import display_line
from viva.tui.screens.base import VivaModal
from viva.tui.screens.dataset_import import row, text_field
from viva.tui.widgets.status import KeysFooter
from viva.workbench import Workbench

_LONGEST = 1024


class ModelAddScreen(VivaModal[str]):
    """Ends with the name of the model that was added, or with None; with `bases` it adds an adapter over one."""

    CSS_PATH = "../styles/models.tcss"
    AUTO_FOCUS = "#location"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "add", "Add", priority=True),
        Binding("tab", "app.focus_next", "Next field", key_display="tab"),
        Binding("shift+tab", "app.focus_previous", "Previous field", show=False),
        Binding("escape", "dismiss", "Cancel"),
    ]
    _suggested = ""
    _adding = False

    def __init__(self, workbench: Workbench, bases: Sequence[Model] | None = None) -> None:
        super().__init__(workbench)
        self._bases = bases

    @property
    def _adapter(self) -> bool:
        return self._bases is not None

    def compose(self) -> ComposeResult:
        place = (
            ("Directory", "it holds adapter_config.json") if self._adapter else ("Hub id", "owner/name, or a directory")
        )
        with Vertical(classes="window") as window:
            window.border_title = "Add an adapter" if self._adapter else "Add a model"
            window.border_subtitle = "Enter adds it"
            yield row((place[0], text_field("location", place[1], _LONGEST)))
            yield row(("Name here", text_field("name", "letters, digits, . - _")))
            if self._bases is not None:
                choices = [(Content(words.base_label(base)), base.name) for base in self._bases]
                yield row(("Over", Select(choices, prompt="the model it was trained over", id="base", compact=True)))
            yield Static(id="problem", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._tell("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Let the name follow the place until somebody types another."""
        self._tell("")
        name = self.query_one("#name", Input)
        if event.input.id == "location" and name.value == self._suggested:
            self._suggested = name.value = words.suggested_name(event.value.strip())

    def on_input_submitted(self) -> None:
        self.action_add()

    def _form(self) -> AddForm:
        base = self.query_one("#base", Select).value if self._adapter else None
        typed = {name: self.query_one(f"#{name}", Input).value.strip() for name in ("name", "location")}
        return AddForm(**typed, base=base if isinstance(base, str) else None)

    def action_add(self) -> None:
        """Add it, or say which field cannot be right and go there."""
        if self._adding:
            return
        form = self._form()
        if found := form.problem(self._adapter):
            self._tell(found[1])
            self.query_one(f"#{found[0]}").focus()
            return
        self._adding = True
        self._tell("Adding …", "$primary")
        self.ask(self._add, form, then=self._added, otherwise=self._refused, group="add", doing="add a model")

    def _add(self, form: AddForm) -> Model:
        """Add the model that the form tells of."""
        directory = Path(form.location).expanduser()
        if form.base is not None:
            return self.wb.models.add_adapter(form.name, directory, form.base)
        if form.is_path and not directory.exists():
            raise BadInput(f"there is no {display_line(form.location, 80)} on this machine", "type its full path")
        return self.wb.models.add_hub(form.name, form.location)

    def _added(self, model: Model) -> None:
        self.dismiss(model.name)

    def _refused(self, error: Exception) -> bool:
        self._adding = False
        self._tell(refusal(error) if isinstance(error, UserError) else "")
        if isinstance(error, UserError):
            self.query_one("#name" if "already" in error.message else "#location").focus()
        return isinstance(error, UserError)

    def _tell(self, text: str, style: str = "bold $warning") -> None:
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        line.update(Content.styled(text, style))
