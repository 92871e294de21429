"""The leakage check: what the splits give away about one another, each finding with both texts, and what helps."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import DataTable, Static

from viva.present import dataset_mending as words
from viva.records.dataset import Dataset, Leakage
from viva.records.duplicates import Leak, LeakageReport
from viva.records.mending import LeakingTexts
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.dataset_duplicates import DuplicatesScreen
from viva.tui.screens.dataset_split import SplitScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

PAGE = 200
_HEADINGS = ("#", "Splits", "What is the same", "How much")


class LeaksScreen(VivaScreen[Dataset]):
    """Checks at once and stores the finding; ends with the dataset as it is then, its leakage state known."""

    TITLE = "Leaks between splits"
    CSS_PATH = "../styles/mending.tcss"
    AUTO_FOCUS = "#leaks"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "split", "Split anew", tooltip="Split anew, near-duplicates kept together"),
        Binding("d", "dedupe", "Drop duplicates", tooltip="Look at the near-duplicates and keep one of each group"),
        Binding("z", "zoom", "Zoom", tooltip="Give the texts the whole screen, and back"),
        Binding("tab", "switch", "Switch", key_display="tab", tooltip="Go from the findings to the texts, and on"),
        Binding("left_square_bracket", "page(-1)", "Page back", key_display="[", tooltip="Show the findings before"),
        Binding("right_square_bracket", "page(1)", "Page on", key_display="]", tooltip="Show the next findings"),
    ]

    def __init__(self, workbench: Workbench, name: str) -> None:
        super().__init__(workbench)
        self._name_of_dataset = name
        self._dataset: Dataset | None = None
        self._report: LeakageReport | None = None
        self._first = 0
        self._shown: Leak | None = None

    def body(self) -> ComposeResult:
        yield StatusLine(id="counts")
        yield Static(id="summary", markup=False)
        yield RowTable(id="leaks")
        yield Static(id="same", markup=False)
        with Container(id="texts"):
            yield TextPane(id="first", empty="(empty)")
            yield TextPane(id="second", empty="(empty)")
        yield Static(id="advice", markup=False)
        yield Static(id="nothing", markup=False)

    def on_mount(self) -> None:
        self.sub_title = display_line(self._name_of_dataset, 40)
        self._check()

    def _check(self) -> None:
        name = self._name_of_dataset
        self._report, self._shown, self._first = None, None, 0
        self._arrange()
        self.query_one("#counts", StatusLine).text = "Comparing the splits with one another"

        def look() -> tuple[Dataset, Leakage, LeakageReport]:
            found, report = self.wb.datasets.check_leakage(name)
            return self.wb.datasets.get(name), found, report

        self.ask(look, then=self._checked, group="leaks", doing="check for leaks")
        self.refresh_bindings()

    def _checked(self, found: tuple[Dataset, Leakage, LeakageReport]) -> None:
        self._dataset, _, self._report = found
        report, dataset = self._report, self._dataset
        self.sub_title = f"{display_line(dataset.name, 40)} · version {dataset.version}"
        status = self.query_one("#counts", StatusLine)
        status.text = words.leak_counts(dataset, report)
        status.right = f"similarity ≥ {report.threshold:g}"
        self._arrange()
        if report.leaks:
            self.query_one("#summary", Static).update(Content("\n".join(words.leak_lines(report))))
            self.query_one("#advice", Static).update(Content(words.leak_advice(report)))
            self._fill()
            self.query_one("#leaks").focus()
        else:
            self.query_one("#nothing", Static).update(Content(words.no_leaks(dataset)))
        self.refresh_bindings()

    def _arrange(self) -> None:
        """Show what there is to be seen: findings, their texts alone, or that there are none."""
        leaks = self._report is not None and bool(self._report.leaks)
        zoomed = self.has_class("-zoomed")
        for part in ("#summary", "#leaks", "#advice"):
            self.query_one(part).display = leaks and not zoomed
        for part in ("#same", "#texts"):
            self.query_one(part).display = leaks
        self.query_one("#nothing").display = self._report is not None and not leaks

    def _fill(self, cursor: int = 0) -> None:
        assert self._report is not None
        leaks = self._report.leaks[self._first : self._first + PAGE]
        rows = [
            [Text(f"{number:,}"), *(Text(cell) for cell in words.leak_row(leak))]
            for number, leak in enumerate(leaks, self._first + 1)
        ]
        if len(self._report.leaks) > PAGE:
            shown = f"{self._first + 1:,}–{self._first + len(leaks):,} of {len(self._report.leaks):,}"
            self.query_one("#counts", StatusLine).right = shown
        table = self.query_one("#leaks", RowTable)
        table.show([Text(heading) for heading in _HEADINGS], rows, cursor, right={0})
        self._show(table.cursor_row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        # Filling the table highlights its first row on the way: what counts is where the cursor stands now.
        self._show(event.data_table.cursor_row)

    def on_data_table_row_selected(self) -> None:
        self.query_one("#first").focus()

    def _show(self, row: int) -> None:
        """Read both texts of a finding and show them."""
        leaks = () if self._report is None else self._report.leaks
        number = self._first + row
        if number < len(leaks) and leaks[number] is not self._shown:
            self._shown = leak = leaks[number]
            self.ask(
                lambda: self.wb.datasets.leaking(leak),
                then=lambda found: self._show_texts(leak, found),
                group="texts",
                doing="read the examples",
            )

    def _show_texts(self, leak: Leak, found: LeakingTexts) -> None:
        same = words.leak_same(leak, found)
        self.query_one("#same", Static).update(Content(same[:1].upper() + same[1:]))
        texts = words.leak_texts(leak, found.first, found.second)
        for name, (title, text) in zip(("#first", "#second"), texts, strict=True):
            pane = self.query_one(name, TextPane)
            pane.set_title(title)
            pane.show(text)

    def on_resize(self, _event: Resize) -> None:
        if self._report is not None and self._report.leaks:
            self._fill(self.query_one("#leaks", RowTable).cursor_row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what helps against what was found, and only the pages that there are."""
        leaks = () if self._report is None else self._report.leaks
        if action == "page":
            return 0 <= self._first + int(str(parameters[0])) * PAGE < len(leaks)
        if action in {"zoom", "switch"}:
            return bool(leaks)
        if action in {"split", "dedupe"}:
            helps = words.splitting_helps if action == "split" else words.dropping_helps
            return self._report is not None and helps(self._report)
        return super().check_action(action, parameters)

    def action_page(self, step: int) -> None:
        self._first += step * PAGE
        self._fill()
        self.refresh_bindings()

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self._arrange()
        if self.has_class("-zoomed") and self.query_one("#leaks").has_focus:
            self.query_one("#first").focus()

    def action_switch(self) -> None:
        """Go from the findings to the texts, and on."""
        places = ["#first", "#second"] if self.has_class("-zoomed") else ["#leaks", "#first", "#second"]
        focused = f"#{self.focused.id}" if self.focused is not None else ""
        at = places.index(focused) if focused in places else -1
        self.query_one(places[(at + 1) % len(places)]).focus()

    def action_split(self) -> None:
        self._mend(SplitScreen(self.wb, self._name_of_dataset))

    def action_dedupe(self) -> None:
        self._mend(DuplicatesScreen(self.wb, self._name_of_dataset))

    def _mend(self, screen: Screen[Dataset]) -> None:
        def check_again(dataset: Dataset | None) -> None:
            if dataset is not None:
                self.say(words.mended_text(dataset))
                self.remove_class("-zoomed")
                self._check()

        self.app.push_screen(screen, check_again)

    def action_leave(self) -> None:
        """Leave the large view of the texts, or the screen."""
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            self._arrange()
            self.query_one("#leaks").focus()
        else:
            self.dismiss(self._dataset)
