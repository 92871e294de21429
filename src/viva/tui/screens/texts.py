"""One example with everything that was written for it, beside the reference, each text with its metrics."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalScroll

from viva.present import texts as words
from viva.present.judge_verdicts import judged_texts
from viva.present.system_names import short_names
from viva.records.browsing import BrowsedExample, BrowsePage
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.judge_verdicts import JudgeVerdictsScreen
from viva.tui.screens.rater_verdicts import RaterVerdictsScreen
from viva.tui.screens.text_place import Place
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.text_column import FACT_WIDTH, TextColumn
from viva.tui.widgets.text_pane import TextPane
from viva.tui.widgets.text_tabs import TextTabs
from viva.workbench import Workbench

NARROW = 100
"""Columns; below this many, texts stand behind one another, not side by side."""
SAMPLES_WIDTH = 14
"""Columns that the number of the sample and how much lies below take beside a title."""
NARROWEST = 36
"""Columns of a text beside others; where that is too much for the screen, it scrolls sideways."""


class TextsScreen(VivaScreen[Place]):
    """One example: the question, the reference and every system's text, each with its metrics and human total.

    Ends with the place of the example that was read last; `order` says how examples are ordered.
    """

    TITLE = "Texts"
    CSS_PATH = "../styles/results.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next", tooltip="Go to the next example"),
        Binding("p", "step(-1)", "Previous", tooltip="Go to the example before"),
        Binding("tab,right_square_bracket", "pane(1)", "Other text", key_display="tab", tooltip="Next text (also ])"),
        Binding("shift+tab,left_square_bracket", "pane(-1)", show=False, tooltip="Go to the text before (also [)"),
        Binding("s", "sample(1)", "Sample", tooltip="Show the next text that each system wrote for the question"),
        Binding("S", "sample(-1)", show=False, tooltip="Show the text before"),
        Binding("z", "zoom", "Zoom", tooltip="Give one text the whole screen, and back"),
        Binding("j", "judges", "Judges", tooltip="Read what judges said about this text"),
        Binding("r", "raters", "Raters", tooltip="Read what each rater said about the texts for this question"),
        Binding("m", "measures", "Measures", tooltip="Show every number of every metric, and back"),
        Binding("v", "render", "As written", tooltip="Switch between formatted text and the text as it was written"),
        *(Binding(str(number), f"show({number})", show=False, tooltip="Go to that text") for number in range(1, 10)),
    ]

    def __init__(self, workbench: Workbench, place: Place, order: str = "") -> None:
        super().__init__(workbench)
        self.sub_title = order or words.order_title(place.page.query)
        self._place = self._wanted = place
        self._example: BrowsedExample | None = None
        self._turning = False
        self._pane = 1
        self._sample = 0
        self._rendered = True

    def body(self) -> ComposeResult:
        yield StatusLine(id="where")
        yield TextPane(title="Question", id="question", empty="(no question)")
        yield TextTabs(id="tabs")
        with HorizontalScroll(id="panes", can_focus=False):
            yield TextColumn("Reference")
            for system in self._place.page.systems:
                yield TextColumn(system)

    def on_mount(self) -> None:
        # Shown when there is something to read: an empty pane would say that nothing was written.
        self.add_class("-unread")
        self._read(self._place)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < NARROW, "-tabbed")
        self._arrange()
        self.call_after_refresh(self.action_show, self._pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a way only where an example or a sample lies."""
        example, place = self._example, self._wanted
        if action == "step":
            return 1 <= place.number + int(str(parameters[0])) <= place.page.total
        if action == "sample":
            return example is not None and words.sample_count(example) > 1
        if action in {"judges", "raters"}:
            return example is not None and bool(example.texts)
        if action == "measures":
            return example is not None and words.has_details(example.texts, place.page.query.measure)
        return True

    def action_leave(self) -> None:
        """Go back, and tell where this was left."""
        self.dismiss(self._place)

    def action_step(self, step: int) -> None:
        """Go to a neighbour in the order of the query, over the edge of the page where it lies there."""
        page, row = self._wanted.page, self._wanted.row + step
        if self._turning:
            return
        if 0 <= row < len(page.rows):
            self._read(Place(page, row))
        elif (query := words.turned(page, step)) is not None:
            self._turning = True
            self.ask(
                lambda: self.wb.results.browse(query),
                then=lambda found: self._enter(found, step), otherwise=self._not_entered, group="page",
                doing="read examples",
            )  # fmt: skip

    def _enter(self, page: BrowsePage, step: int) -> None:
        self._turning = False
        if page.rows:
            self._read(Place(page, 0 if step > 0 else len(page.rows) - 1))

    def _not_entered(self, _error: Exception) -> bool:
        self._turning = False
        return False

    def _read(self, place: Place) -> None:
        """Read the texts of an example; the one before stays until they are there."""
        self._wanted = place
        dataset, example = place.page.query.dataset, place.page.rows[place.row].example_id
        self.ask(
            lambda: self.wb.results.browsed(dataset, example),
            then=self._show, otherwise=self._unread, group="example", doing="read the texts",
        )  # fmt: skip

    def _unread(self, _error: Exception) -> bool:
        self._wanted = self._place
        return False

    def _show(self, example: BrowsedExample) -> None:
        first = self._example is None
        self._place, self._example, self._sample = self._wanted, example, 0
        self.remove_class("-unread")
        self._paint()
        if first:
            self.call_after_refresh(self.action_show, self._pane)

    def action_pane(self, step: int) -> None:
        count = len(self._place.page.systems) + 2
        number = (self._pane + step) % count
        hidden = self.has_class("-zoomed") or self.has_class("-measures")
        self.action_show((number + step) % count if number == 0 and hidden else number)

    def action_show(self, number: int) -> None:
        """Give the focus to a pane: 0 is the question, 1 the reference, the systems follow."""
        columns = list(self.query(TextColumn))
        if number > len(columns) or self._example is None:
            return
        self._pane = number
        if number == 0:
            self.query_one("#question", TextPane).focus()
        else:
            for place, column in enumerate(columns, 1):
                column.set_class(place == number, "-shown")
            columns[number - 1].pane.focus()
        self._paint_tabs()

    def action_sample(self, step: int) -> None:
        """Show the next sample of every system, or the one before."""
        if self._example is not None:
            self._sample = (self._sample + step) % max(words.sample_count(self._example), 1)
            self._paint()

    def action_judges(self) -> None:
        if (example := self._example) is not None and example.texts:
            column, dataset = list(self.query(TextColumn))[max(self._pane - 1, 0)], self._place.page.query.dataset
            at = words.place_of(example, column.system, self._sample)
            self.app.push_screen(JudgeVerdictsScreen(self.wb, dataset, judged_texts(example), at))

    def action_raters(self) -> None:
        if (example := self._example) is not None and example.texts:
            dataset, where = self._place.page.query.dataset, words.place_text(example)
            self.app.push_screen(RaterVerdictsScreen(self.wb, dataset, example.example_id, where))

    def action_render(self) -> None:
        self._rendered = not self._rendered
        for pane in self.query(TextPane):
            pane.set_rendered(self._rendered)

    def action_zoom(self) -> None:
        self.toggle_class("-zoomed")
        self._arrange()
        self.action_show(self._pane or 1)

    def action_measures(self) -> None:
        """Show every number of every metric, or one for each."""
        self.toggle_class("-measures")
        self._paint_facts()
        self.action_show(self._pane or 1)

    def _paint(self) -> None:
        example, place = self._example, self._place
        if example is None:
            return
        self._paint_where()
        self.query_one("#where", StatusLine).right = f"{place.number:,} of {place.page.total:,}"
        self.query_one("#question", TextPane).show(example.question, rendered=self._rendered)
        for number, column in enumerate(self.query(TextColumn)):
            if number == 0:
                column.show_reference(example.reference, self._rendered)
            else:
                column.show(words.samples_of(example, column.system), self._sample, self._rendered)
        self._paint_facts()
        self.refresh_bindings()

    def _paint_where(self) -> None:
        """Say which example this is, and in full whose text is in front."""
        if self._example is not None:
            front = ["", "", *self._place.page.systems][self._pane]
            self.query_one("#where", StatusLine).text = words.place_text(self._example, front)

    def _arrange(self) -> None:
        """Give each text its width: all of it where one is seen at a time, else a share; and a name that fits there."""
        short = short_names(self._place.page.systems, self._share - SAMPLES_WIDTH).names
        for column in self.query(TextColumn):
            column.styles.width = "100%" if self._one_at_a_time else self._share
            column.set_name(column.system if self._one_at_a_time else short.get(column.system, column.system))
        self._paint_facts()

    @property
    def _share(self) -> int:
        return max(self.app.size.width // (len(self._place.page.systems) + 1), NARROWEST)

    @property
    def _one_at_a_time(self) -> bool:
        return self.has_class("-tabbed") or self.has_class("-zoomed")

    def _paint_facts(self) -> None:
        width = self.app.size.width if self._one_at_a_time else self._share
        measure, everything = self._place.page.query.measure, self.has_class("-measures")
        for column in self.query(TextColumn):
            column.show_facts(measure, abreast=max(width // (FACT_WIDTH + 2), 1), everything=everything)

    def _paint_tabs(self) -> None:
        columns = list(self.query(TextColumn))
        front = next((place for place, column in enumerate(columns) if column.has_class("-shown")), 0)
        self.query_one(TextTabs).show(self._place.page.systems, front, self.app.size.width - 2)
        self._paint_where()
