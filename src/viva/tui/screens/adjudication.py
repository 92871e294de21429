"""Settling items on which raters disagree: the texts, what each rater said, and a value for what is to count."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from viva.present.adjudication import NOUNS, Deciding, decision_text
from viva.present.comparing import Shown
from viva.present.rubric import rubric_sections
from viva.records.adjudication import Decision, Dispute
from viva.records.rating import RatingItem
from viva.records.study import StudyMode
from viva.text import display_line
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.comment import CommentScreen
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.widgets.criteria import Comparison, Criteria
from viva.tui.widgets.reading import Reading
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench


def _key(key: str, action: str, description: str, tooltip: str, key_display: str | None = None) -> Binding:
    return Binding(key, action, description, bool(description), key_display, True, tooltip)


_BETTER = "Say which text is better: A, B, or neither (a tie)"
_MOVES = (
    ("tab", "reading('switch')", "Go to the next text", "Tab"),
    ("v", "reading('toggle_rendered')", "Switch between formatted and as written"),
    ("h", "reading('toggle_shared')", "Mark what reference and text share, or nothing"),
    ("r", "reading('toggle_reference')", "Hide the reference, or show it again"),
    ("up", "entry('move', -1)", "Move between the lines"), ("down", "entry('move', 1)", "Move between the lines"),
    ("plus,equals_sign", "entry('nudge', 1)", "Raise or lower the value by one", "+"),
    ("minus", "entry('nudge', -1)", "Raise or lower the value by one", "-"),
    ("backspace", "entry('clear')", "Leave this line open", "Backspace"),
    ("left", "reading('activate_left')", "Other text"), ("right", "reading('activate_right')", "Other text"),
    ("j", "scroll('scroll_down')", "Scroll by a line"), ("k", "scroll('scroll_up')", "Scroll by a line"),
    ("space,pagedown", "scroll('scroll_page_down')", "Scroll the text by a page"),
    ("pageup", "scroll('scroll_page_up')", "Scroll the text by a page"),
    ("J", "comments(1)", "Scroll the comments"), ("K", "comments(-1)", "Scroll the comments"),
)  # fmt: skip


class AdjudicationScreen(VivaScreen[None]):
    """One item after the other, those furthest apart first; what raters said stays as it is."""

    TITLE = "Settle"
    CSS_PATH = "../styles/agreement.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(f"{n}", f"entry('type_digit', {n})", show=False, priority=True) for n in range(10)),
        _key("a", "choose('A')", "Pick", _BETTER, " a b t"),
        _key("b", "choose('B')", "", _BETTER, " a b t"),
        _key("enter", "save", "Settle", "Settle this item and go to the next", "Enter"),
        _key("n", "go(1)", "Next", "Go to the next item without settling this one"),
        _key("p", "go(-1)", "Back", "Go to the item before"),
        _key("c", "note", "Note", "Write down why it is settled in this way"),
        _key("t", "switch", "Reference", "Switch between the texts; of a pair t is a tie and Tab switches"),
        _key("z", "reading('toggle_zoom')", "Zoom", "Give one text the whole screen, and back"),
        *(_key(key, action, "", *more) for key, action, *more in _MOVES),
    ]

    def __init__(self, workbench: Workbench, study: str, items: Sequence[str], row: int = 0) -> None:
        super().__init__(workbench)
        self.study = study
        self.items = list(items)
        self.row = row
        self.state: Deciding | None = None
        # What was entered for items and not settled yet.
        self._entered: dict[str, Deciding] = {}
        self._saving = False

    def body(self) -> ComposeResult:
        yield Vertical(id="reading")
        with VerticalScroll(id="comments", can_focus=False):
            yield Static(id="said", markup=False)
        yield Vertical(StatusLine(), id="bottom")

    def on_mount(self) -> None:
        self._read()

    def help_sections(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Return what every value stands for."""
        return [] if self.state is None else rubric_sections(self.state.dispute.study.rubric.criteria)

    def _read(self) -> None:
        item = self.items[self.row]
        # What is typed from now on was meant for the next item.
        self.state = None
        self.query_one(StatusLine).text = "reading…"
        self.ask(
            lambda: self.wb.adjudication.get(self.study, item), then=self._show, otherwise=self._unread,
            group="dispute", doing="read an item",
        )  # fmt: skip

    def _unread(self, _error: Exception) -> bool:
        self.query_one(StatusLine).text = "This item could not be read; Esc goes back"
        return False

    async def _build(self, pairs: bool) -> None:
        """Put up the panes once it is known whether there are one or two texts."""
        if not self.query(Reading):
            await self.query_one("#reading").mount(Reading(pair=pairs))
            lines: Criteria | Comparison = Comparison() if pairs else Criteria()
            await self.query_one("#bottom").mount(lines, before=0)

    def _show(self, dispute: Dispute) -> None:
        self.state = Deciding(dispute)
        if entered := self._entered.pop(dispute.item, None):
            self.state.take_up(entered)
        self.call_later(self._put_up, dispute)

    async def _put_up(self, dispute: Dispute) -> None:
        await self._build(dispute.study.mode is StudyMode.PAIRWISE)
        item = RatingItem(dispute.item, dispute.question, dispute.reference, dispute.text, dispute.other)
        self.query_one(Reading).show(item)
        self.sub_title = f"{display_line(self.study, 30)} · item {dispute.number} · {self.row + 1} of {len(self.items)}"
        self._draw()

    def _draw(self) -> None:
        state = self.state
        if state is None or not self.query(Reading):
            return
        if state.pairs:
            self.query_one(Comparison).show(state.choices())
        else:
            self.query_one(Criteria).show(state.rows())
        comments = state.comments()
        parts: list[Content] = []
        for name, text in [*comments, *([("note", state.note)] if state.note.strip() else [])]:
            parts.append(Content.assemble(Content.styled(f"{name}: ", "bold"), Content(display_line(text))))
        self.query_one("#said", Static).update(Content("\n").join(parts))
        self.query_one("#comments").set_class(bool(parts), "-there")
        prompt = state.prompt()
        line = self.query_one(StatusLine)
        line.text, line.tone = prompt.text, prompt.tone.value
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is: an item to go to, a side of a pair."""
        if action == "go":
            return 0 <= self.row + int(str(parameters[0])) < len(self.items)
        if action == "choose":
            return self.state is not None and self.state.pairs
        if action == "save":
            return self.state is not None and bool(self.state.values)
        return super().check_action(action, parameters)

    def action_entry(self, change: str, *values: Any) -> None:
        """Let the state take a change: the name of one of its methods, and its arguments."""
        if self.state is not None and not self._saving:
            getattr(self.state, change)(*values)
            self._draw()

    def action_choose(self, shown: Shown) -> None:
        self.action_entry("choose", shown)

    def action_switch(self) -> None:
        """Say that a pair is a tie; of a single text go to the reference and back."""
        if self.state is not None and self.state.pairs:
            self.action_choose("tie")
        else:
            self.action_reading("switch")

    def action_reading(self, change: str) -> None:
        for reading in self.query(Reading):
            getattr(reading, change)()

    def action_scroll(self, move: str) -> None:
        for reading in self.query(Reading):
            getattr(reading.active, move)(animate=False)

    def action_comments(self, lines: int) -> None:
        self.query_one("#comments", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_note(self) -> None:
        if self.state is not None:
            title = f"Why this {NOUNS[self.state.dispute.study.mode]} is settled so"
            self.app.push_screen(CommentScreen(self.state.note, self._keep_note, title), lambda _: self._draw())

    def _keep_note(self, note: str) -> None:
        if self.state is not None:
            self.state.set_note(note)

    def action_go(self, step: Literal[1, -1]) -> None:
        if not self._saving and 0 <= self.row + step < len(self.items):
            self._keep_entered()
            self.row += step
            self._read()

    def _keep_entered(self) -> None:
        if (state := self.state) is not None:
            self._entered.pop(state.dispute.item, None)
            self._entered |= {state.dispute.item: state} if state.changed else {}

    def action_leave(self) -> None:
        """Go back, after a question where something was entered and not settled."""
        self._keep_entered()
        if not self._entered:
            self.viva.leave(self)
            return
        numbers = ", ".join(str(one.dispute.number) for one in self._entered.values())
        detail = f"What was entered for item {numbers} is not kept; Enter settles an item."
        window = ConfirmScreen(self.wb, "Leave without settling?", detail)
        self.app.push_screen(window, lambda yes: self.viva.leave(self) if yes else None)

    def action_save(self) -> None:
        """Settle the item, then go on."""
        state = self.state
        if state is None or not state.values or self._saving:
            return
        self._saving = True
        dispute, values, note = state.dispute, dict(state.values), state.note
        self.ask(
            lambda: self.wb.adjudication.decide(self.study, dispute.item, values, note),
            then=lambda decision: self._saved(dispute, decision), otherwise=self._unsaved,
            group="decide", doing="settle an item",
        )  # fmt: skip

    def _saved(self, dispute: Dispute, decision: Decision) -> None:
        self._saving, self.state = False, None
        self._entered.pop(dispute.item, None)
        self.say(f"Item {dispute.number}: {decision_text(decision)}")
        if self.row + 1 < len(self.items):
            self.action_go(1)
        else:
            self.action_leave()

    def _unsaved(self, _error: Exception) -> bool:
        self._saving = False
        return False

    def on_criteria_picked(self, message: Criteria.Picked) -> None:
        if self.state is not None:
            self.state.point_at(message.row)
            if message.value is not None:
                self.state.set_value(message.value)
            self._draw()

    def on_comparison_picked(self, message: Comparison.Picked) -> None:
        if self.state is not None:
            self.state.point_at(message.row)
            if message.answer is not None:
                self.state.choose(message.answer)
            self._draw()
