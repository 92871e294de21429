"""The form that imports a dataset of the Hugging Face hub."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from viva.present import hub_form as words
from viva.records.reading import ReadOptions
from viva.tui.screens.dataset_import import ImportingScreen, row, text_field

_LONGEST = 200


class HubScreen(ImportingScreen):
    """Ends with the imported dataset; the name follows the id until somebody types another."""

    TITLE = "Import from the Hugging Face hub"
    AUTO_FOCUS = "#hub_id"
    BINDINGS: ClassVar[list[BindingType]] = []
    _suggested = ""

    def body(self) -> ComposeResult:
        yield Static(words.NOTE, id="file", markup=False)
        with Vertical(id="form"):
            yield row(("Hub id", text_field("hub_id", "owner/name", _LONGEST)))
            yield row(("Name here", text_field("name", "letters, digits, . - _")))
            yield row(("Configuration", text_field("config", "the only one", _LONGEST)))
            yield row(("Split", text_field("hub_split", "all", _LONGEST)))
            yield row(("At most", text_field("limit", "all rows", 12)))
            yield row(("Question", text_field("question", "the column, found by its name", _LONGEST)))
            yield row(("Reference", text_field("reference", "the column, found by its name", _LONGEST)))
        yield Static(id="problem", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        name = self.query_one("#name", Input)
        if event.input.id == "hub_id" and name.value == self._suggested:
            self._suggested = name.value = words.suggested_name(event.value)

    def on_input_submitted(self) -> None:
        self.action_import()

    def action_import(self) -> None:
        """Import, or say what is missing and go there."""
        if self.importing:
            return
        form = words.HubForm(**{name: self.query_one(f"#{name}", Input).value.strip() for name in words.FIELDS})
        if found := form.problem():
            field, complaint = found
            self.tell(complaint)
            self.query_one(f"#{field}").focus()
            return
        self.begin(
            lambda told: self.wb.datasets.import_hub(
                form.hub_id,
                form.name,
                config=form.config or None,
                hub_split=form.hub_split or None,
                limit=form.rows,
                options=ReadOptions(form.columns),
                progress=told,
            )
        )
