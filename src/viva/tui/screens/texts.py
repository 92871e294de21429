"""One example with everything that was written for it, beside the reference, each text with its metrics."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalScroll
from textual.content import Content
from textual.widgets import Static

from viva.present.leaderboard import field_name, system_name
from viva.present.texts import Drilldown
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_column import TextColumn
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

NARROW = 100
"""Columns; below this many, texts stand behind one another, not side by side."""
NARROWEST = 36
"""Columns of a text beside others; where that is too much for the screen, it scrolls sideways."""


class TextsScreen(VivaScreen[int]):
    """One example: the question, the reference and every system's text, each with its metrics and human total.

    Ends with the position of the example that was read last.
    """

    TITLE = "Texts"
    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next", tooltip="Go to the next example"),
        Binding("p", "step(-1)", "Previous", tooltip="Go to the example before"),
        Binding("tab", "pane(1)", "Other text", key_display="tab", tooltip="Go to the next text"),
        Binding("shift+tab", "pane(-1)", show=False, tooltip="Go to the text before"),
        Binding("z", "zoom", "Zoom", tooltip="Give one text the whole screen, and back"),
        Binding("v", "render", "As written", tooltip="Switch between formatted text and the text as it was written"),
        *(Binding(str(number), f"show({number})", show=False, tooltip="Go to that text") for number in range(1, 10)),
    ]

    def __init__(self, workbench: Workbench, drilldown: Drilldown, position: int) -> None:
        super().__init__(workbench)
        self._drilldown = drilldown
        self._position = position
        self._pane = 1
        self._rendered = True

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield TextPane(title="Question", id="question", empty="(no question)")
        yield Static(id="tabs", markup=False)
        with HorizontalScroll(id="panes", can_focus=False):
            yield TextColumn("Reference")
            for system in self._drilldown.systems:
                yield TextColumn(system)

    def on_mount(self) -> None:
        self.sub_title = self._drilldown.order_title
        self._paint()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < NARROW, "-tabbed")
        self._place()
        self.call_after_refresh(self.action_show, self._pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step":
            return 0 <= self._position + int(str(parameters[0])) < len(self._drilldown.rows)
        return True

    def action_leave(self) -> None:
        self.dismiss(self._position)

    def action_step(self, step: int) -> None:
        self._position += step
        self._paint()

    def action_pane(self, step: int) -> None:
        count = len(self._drilldown.systems) + 2
        number = (self._pane + step) % count
        self.action_show((number + step) % count if number == 0 and self.has_class("-zoomed") else number)

    def action_show(self, number: int) -> None:
        """Give the focus to a pane: 0 is the question, 1 the reference, the systems follow."""
        columns = list(self.query(TextColumn))
        if number > len(columns):
            return
        self._pane = number
        if number == 0:
            self.query_one("#question", TextPane).focus()
        else:
            for place, column in enumerate(columns, 1):
                column.set_class(place == number, "-shown")
            columns[number - 1].pane.focus()
        self._paint_tabs()

    def action_render(self) -> None:
        self._rendered = not self._rendered
        for pane in self.query(TextPane):
            pane.set_rendered(self._rendered)

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self._place()
        self.action_show(self._pane or 1)

    def _paint(self) -> None:
        example = self._drilldown.rows[self._position]
        where = self.query_one("#where", StatusLine)
        where.text = f"Example {example.position + 1}" + (f" · {field_name(example.field)}" if example.field else "")
        where.right = f"{self._position + 1:,} of {len(self._drilldown.rows):,}"
        self.query_one("#question", TextPane).show(example.question, rendered=self._rendered)
        written = {text.system: text for text in example.texts}
        for number, column in enumerate(self.query(TextColumn)):
            if number == 0:
                column.show_reference(example.reference, self._rendered)
            else:
                column.show(written.get(column.system), self._rendered)
        self._paint_facts()
        self.refresh_bindings()

    def _place(self) -> None:
        """Give each text its width: all of it where one is seen at a time, else a share."""
        columns = self.query(TextColumn)
        share = max(self.app.size.width // len(columns), NARROWEST)
        for column in columns:
            column.styles.width = "100%" if self._one_at_a_time else share
        self._paint_facts()

    @property
    def _one_at_a_time(self) -> bool:
        return self.has_class("-tabbed") or self.has_class("-zoomed")

    def _paint_facts(self) -> None:
        for column in self.query(TextColumn):
            column.show_facts(self._drilldown.measure, abreast=2 if self._one_at_a_time else 1)

    def _paint_tabs(self) -> None:
        parts: list[str | tuple[str, str]] = []
        for number, column in enumerate(self.query(TextColumn), 1):
            shown = column.has_class("-shown")
            name = f" {'▸' if shown else ' '}{number} {system_name(column.system, 20)} "
            parts.append((name, "bold reverse") if shown else name)
        self.query_one("#tabs", Static).update(Content.assemble(*parts))
