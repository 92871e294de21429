"""The window that narrows results down to a field, a subfield or some systems."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Label, Select, Static

from viva.present import results as words
from viva.present.leaderboard import system_name
from viva.present.results import Choice, Narrowed
from viva.records.leaderboard import ResultParts
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.status import KeysFooter
from viva.tui.widgets.tick_list import TickList
from viva.workbench import Workbench


class ResultsFilterScreen(VivaModal[Narrowed]):
    """Ends with what to narrow down to, or None where it is left as it is."""

    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "narrow", "Show", priority=True),
        Binding("ctrl+r", "everything", "Show everything", priority=True),
        Binding("tab", "app.focus_next", "Next", key_display="tab"),
        Binding("shift+tab", "app.focus_previous", "Previous", show=False),
        Binding("escape", "dismiss", "Cancel"),
    ]

    def __init__(self, workbench: Workbench, parts: ResultParts, narrowed: Narrowed) -> None:
        super().__init__(workbench)
        self._parts, self._narrowed = parts, narrowed
        self._fields = words.field_choices(parts)
        self._subfields = words.subfield_choices(parts, narrowed.field)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Show only"
            for name, label, choices, chosen in (
                ("field", "Field", self._fields, self._narrowed.field),
                ("subfield", "Subfield", self._subfields, self._narrowed.subfield),
            ):
                with Horizontal(classes="row"):
                    yield Label(label)
                    yield Select[int](
                        _options(choices),
                        value=words.place_of(choices, chosen),
                        allow_blank=False,
                        compact=True,
                        id=name,
                    )
            yield Label("Systems", id="heading")
            yield TickList(id="systems")
            yield Static(id="problem", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        systems, chosen = self._parts.systems, self._narrowed.systems
        rows = [(name, system_name(name), "") for name in systems]
        self.query_one(TickList).fill(rows, systems if chosen is None else chosen)
        self.query_one("#problem").display = False
        self.query_one("#field").focus()

    def on_select_changed(self, event: Select.Changed) -> None:
        """Offer the subfields of the field that was chosen."""
        event.stop()
        if event.select.id == "field":
            before = self._chosen("subfield", self._subfields)
            self._subfields = words.subfield_choices(self._parts, self._chosen("field", self._fields))
            select: Select[int] = self.query_one("#subfield", Select)
            select.set_options(_options(self._subfields))
            select.value = words.place_of(self._subfields, before)

    def action_narrow(self) -> None:
        ticked = self.query_one(TickList).ticked
        if not ticked:
            problem = self.query_one("#problem", Static)
            problem.update("Tick at least one system")
            problem.display = True
            return
        systems = None if set(ticked) == set(self._parts.systems) else ticked
        field, subfield = self._chosen("field", self._fields), self._chosen("subfield", self._subfields)
        self.dismiss(Narrowed(field, subfield, systems))

    def action_everything(self) -> None:
        self.dismiss(Narrowed())

    def _chosen(self, name: str, choices: list[Choice]) -> str | None:
        value = self.query_one(f"#{name}", Select).value
        return choices[value][1] if isinstance(value, int) and 0 <= value < len(choices) else None


def _options(choices: list[Choice]) -> list[tuple[Content, int]]:
    return [(Content(name), number) for number, (name, _) in enumerate(choices)]
