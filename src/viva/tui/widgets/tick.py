"""A check box whose cross is not there when it is off, so that colour is not needed to tell."""

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """On one line; `note` is said in a quieter tone behind the label."""

    DEFAULT_CSS = """
    Tick { width: 1fr; background: $background; }
    Tick.-textual-compact:focus > .toggle--label { background: $primary 25%; color: $foreground; text-style: bold; }
    """

    def __init__(self, label: str, value: bool, *, id: str, note: str = "") -> None:
        super().__init__(Content.assemble(label, (f"  {note}", "$muted")) if note else Content(label), value, id=id,
            compact=True)  # fmt: skip
        self._mark()

    def watch_value(self) -> None:
        self._mark()
        super().watch_value()

    def _mark(self) -> None:
        self.BUTTON_INNER = "X" if self.value else " "
