"""Near-duplicates: the groups that were found, the texts of the one under the cursor, and which of them stays."""

from collections.abc import Callable
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import DataTable, Static

from viva.present import dataset_mending as words
from viva.records.dataset import Dataset
from viva.records.mending import DuplicateReport, Repetition
from viva.tui.screens.mending import MendingScreen
from viva.tui.widgets.chooser import Choice, ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_pane import TextPane

PAGE = 100
MOST_SHOWN = 20
"""So many members of a group are shown in full."""
_HEADINGS = ("#", "Size", "Similarity", "Question that stays")


class DuplicatesScreen(MendingScreen):
    """Ends with the version in which one example of each group is left."""

    TITLE = "Near-duplicates"
    AUTO_FOCUS = "#groups"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "threshold", "Threshold", tooltip="Choose how similar two questions must be"),
        Binding("k", "keep", "Keep", tooltip="Choose which example of a group stays"),
        Binding("tab", "switch", "Switch", key_display="tab", tooltip="Go from the groups to the texts, or back"),
        Binding("left_square_bracket", "page(-1)", "Page back", key_display="[", tooltip="Show the groups before"),
        Binding("right_square_bracket", "page(1)", "Page on", key_display="]", tooltip="Show the next groups"),
    ]

    def __init__(self, workbench: Any, name: str) -> None:
        super().__init__(workbench, name)
        self._threshold = 0.9
        self._keeping = words.KEEPING[0]
        self._first = 0

    def body(self) -> ComposeResult:
        yield StatusLine(id="counts")
        yield Static(id="problem", markup=False)
        yield RowTable(id="groups")
        yield VerticalScroll(id="members")
        yield Static(words.NO_GROUPS, id="nothing", markup=False)

    def opened(self, dataset: Dataset) -> None:  # noqa: ARG002
        for name in ("#groups", "#members", "#nothing", "#problem"):
            self.query_one(name).display = False
        self.status.text = "Looking for questions that repeat one another"

    def preview(self) -> Callable[[], DuplicateReport]:
        name, threshold, keeping = self.name_of_dataset, self._threshold, self._keeping
        return lambda: self.wb.datasets.duplicates(name, threshold, keeping.rule, keeping.prefer)

    def making(self) -> Callable[[], tuple[Dataset, Any]]:
        name, threshold, keeping = self.name_of_dataset, self._threshold, self._keeping
        return lambda: self.wb.datasets.dedupe(name, threshold, keeping.rule, keeping.prefer)

    def appliable(self) -> bool:
        return bool(self.found.groups)

    def previewed(self, found: DuplicateReport) -> None:
        there = bool(found.groups)
        for name in ("#groups", "#members"):
            self.query_one(name).display = there
        self.query_one("#nothing").display = not there
        self.status.right = f"similarity ≥ {found.threshold:g} · keep {self._keeping.name}"
        cut = "\n".join(words.cut_lines(found.left_out))
        self.refused(cut)
        if self._first >= len(found.groups):
            self._first = 0
        self._fill(self.query_one("#groups", RowTable).cursor_row)
        if there and self.focused is None:
            self.query_one("#groups").focus()

    def refused(self, message: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(Content(message))
        problem.display = bool(message)

    def _fill(self, cursor: int = 0) -> None:
        groups = self.found.groups[self._first : self._first + PAGE]
        table = self.query_one("#groups", RowTable)
        rows = [
            [Text(cell) for cell in words.group_row(group, number)]
            for number, group in enumerate(groups, self._first + 1)
        ]
        table.show([Text(heading) for heading in _HEADINGS], rows, cursor, right={0, 1, 2}, fill=(3, self.size.width))
        self.status.text = words.duplicate_counts(self.found)
        if len(self.found.groups) > PAGE:
            self.status.text += f" · groups {self._first + 1:,}–{self._first + len(groups):,}"
        if groups:
            self._show(groups[table.cursor_row])

    def on_resize(self, _event: Resize) -> None:
        if self.found is not None:
            self._fill(self.query_one("#groups", RowTable).cursor_row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        # Filling the table highlights its first row on the way: what counts is where the cursor stands now.
        number = self._first + event.data_table.cursor_row
        if self.found is not None and number < len(self.found.groups):
            self._show(self.found.groups[number])

    def on_data_table_row_selected(self) -> None:
        self.query_one("#members").focus()

    def _show(self, group: Repetition) -> None:
        """Show the members of a group in full, in panes that are made once and used again."""
        members = self.query_one("#members", VerticalScroll)
        texts: list[tuple[str, str, str]] = []
        for member in group.members[:MOST_SHOWN]:
            texts.append((words.member_title(member), member.example.question, "question"))
            texts.append(("reference", member.example.reference, "reference"))
        members.border_title = Content(words.group_title(group, MOST_SHOWN))
        panes = list(members.query(TextPane))
        while len(panes) < len(texts):
            pane = TextPane(can_focus=False)
            members.mount(pane)
            panes.append(pane)
        for number, pane in enumerate(panes):
            pane.display = number < len(texts)
            if number < len(texts):
                title, text, kind = texts[number]
                pane.set_class(kind == "reference", "reference")
                pane.set_class(title.startswith(words.STAYS), "stays")
                pane.set_title(title)
                pane.show(text, empty=f"(no {kind})")
        members.scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the pages that there are."""
        if action == "page":
            first = self._first + int(str(parameters[0])) * PAGE
            return self.found is not None and 0 <= first < len(self.found.groups)
        if action == "switch":
            return self.found is not None and bool(self.found.groups)
        return super().check_action(action, parameters)

    def action_page(self, step: int) -> None:
        self._first += step * PAGE
        self._fill()
        self.refresh_bindings()

    def action_switch(self) -> None:
        """Go from the groups to the texts, or back."""
        groups = self.query_one("#groups")
        self.set_focus(self.query_one("#members") if groups.has_focus else groups)

    def action_threshold(self) -> None:
        choices = [Choice(f"{value:g}", f"{value:g}", note) for value, note in words.THRESHOLDS]

        def chosen(key: str | None) -> None:
            if key is not None and float(key) != self._threshold:
                self._threshold, self._first = float(key), 0
                self.look()

        screen = ChooserScreen(self.wb, "How similar two questions must be", choices, f"{self._threshold:g}")
        self.app.push_screen(screen, chosen)

    def action_keep(self) -> None:
        choices = [Choice(keeping.key, keeping.name, keeping.note) for keeping in words.KEEPING]

        def chosen(key: str | None) -> None:
            if key is not None and key != self._keeping.key:
                self._keeping = words.keeping(key)
                self.look()

        self.app.push_screen(ChooserScreen(self.wb, "Which one stays", choices, self._keeping.key), chosen)
