"""The parts that the forms share in which somebody has a dataset written."""

from collections.abc import Iterable, Iterator

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Label, Select, Static

from viva.tui.screens.dataset_import import text_field


def writing_rows() -> Iterator[Widget]:
    """Yield the lines about the model, the new dataset and the prompts."""
    model: Select[str] = Select([(Content("…"), "")], value="", allow_blank=False, id="model", compact=True)
    yield Horizontal(_label("Model"), model, Button("Add…", id="add", compact=True), classes="row with-note")
    yield Static(id="model-note", markup=False)
    yield noted("New dataset", text_field("dataset", "letters, digits, . - _"))
    copy = Button("Copy to edit", id="copy", compact=True)
    yield Horizontal(_label("Prompts"), Static(id="prompts", markup=False), copy, classes="row")


def noted(label: str, field: Widget) -> Horizontal:
    """Return a line of a form with room for a text in a quieter tone at its end: `#FIELD-note`."""
    return Horizontal(_label(label), field, Static(id=f"{field.id}-note", markup=False, classes="note"), classes="row")


def facts(rows: Iterable[tuple[str, str, str]]) -> Content:
    """Return rows as lines: a name, its value, and what is said about it in a quieter tone."""
    lines = [
        Content.assemble((f"{name:<8}", "$muted"), value, (f"  {why}" if why else "", "$muted"))
        for name, value, why in rows
    ]
    return Content("\n").join(lines)


def _label(text: str) -> Label:
    return Label(text, markup=False)
