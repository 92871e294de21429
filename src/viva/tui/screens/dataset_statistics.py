"""The statistics of a dataset: how many examples where, how long texts are, and which words the splits share."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from viva.present.dataset_statistics import facts_line
from viva.present.statistics_sections import section_lines, sections
from viva.records.statistics import DatasetStatistics
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

UNASKED = 5_000
"""Of a dataset of up to this size tokens are counted at once; that takes far longer than all else."""
MOST_LINES = 400
"""So many lines of a table are shown; the last, with its sums, always is."""


class StatisticsScreen(VivaScreen[None]):
    """Scrolls through everything that is counted."""

    TITLE = "Statistics"
    CSS_PATH = "../styles/mending.tcss"
    AUTO_FOCUS = "#statistics"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "tokens", "Count tokens", tooltip="Count lengths in tokens too, which takes a while"),
    ]

    def __init__(self, workbench: Workbench, name: str) -> None:
        super().__init__(workbench)
        self._name_of_dataset = name
        self._found: DatasetStatistics | None = None
        self._width = 0
        self._counting = False

    def body(self) -> ComposeResult:
        yield StatusLine(id="counts")
        with VerticalScroll(id="statistics"):
            yield Static(id="sections", markup=False)

    def on_mount(self) -> None:
        name = self._name_of_dataset
        self.sub_title = display_line(name, 40)
        self.query_one("#counts", StatusLine).text = "Counting"
        self.ask(
            lambda: self.wb.datasets.statistics(name, tokens=False),
            then=self._counted,
            group="statistics",
            doing="count the dataset through",
        )

    def _counted(self, found: DatasetStatistics) -> None:
        self._show(found)
        if found.rows <= UNASKED:
            self.action_tokens()

    def action_tokens(self) -> None:
        """Count again, with lengths in tokens."""
        name = self._name_of_dataset
        self._counting = True
        self.query_one("#counts", StatusLine).right = "counting tokens…"
        self.ask(
            lambda: self.wb.datasets.statistics(name),
            then=self._show,
            otherwise=self._failed,
            group="statistics",
            doing="count tokens",
        )
        self.refresh_bindings()

    def _failed(self, error: Exception) -> bool:  # noqa: ARG002
        self._counting = False
        self.query_one("#counts", StatusLine).right = ""
        self.refresh_bindings()
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to count tokens where that has not been done."""
        if action == "tokens":
            return self._found is not None and self._found.question_tokens is None and not self._counting
        return super().check_action(action, parameters)

    def _show(self, found: DatasetStatistics) -> None:
        self._found = found
        self._counting = False
        status = self.query_one("#counts", StatusLine)
        status.text, status.right = facts_line(found), ""
        self._width = 0
        self._paint()
        self.refresh_bindings()

    def on_resize(self, _event: Resize) -> None:
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        width = self.query_one("#statistics").scrollable_content_region.width - 1
        if self._found is None or width <= 0 or width == self._width:
            return
        self._width = width
        parts: list[str | tuple[str, str]] = []
        for section in sections(self._found):
            if parts:
                parts.append("\n\n")
            if section.title:
                parts += [(section.title, "bold $primary"), "\n"]
            parts.append("\n".join(_cut(section_lines(section, width))))
        self.query_one("#sections", Static).update(Content.assemble(*parts))


def _cut(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES:,} more lines", lines[-1]]
