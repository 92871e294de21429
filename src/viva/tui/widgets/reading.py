"""What a rater reads: the question on top, below it the texts, side by side or one at a time."""

from functools import lru_cache

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from viva.present.shared_words import shared_phrases
from viva.records.rating import RatingItem
from viva.tui.widgets.text_layout import lay_out_marked
from viva.tui.widgets.text_pane import TextPane

WIDE = 100
"""From this many columns on, two texts stand side by side."""

COMING = "…"
NO_TEXT = "(the model wrote nothing)"
NO_REFERENCE = "(this example has no reference)"
NO_QUESTION = "(the question is empty)"


class ReadingPane(TextPane):
    """A pane whose text and marks change together, so that nothing is laid out in vain."""

    def show_marked(self, text: str, marks: frozenset[str], *, rendered: bool, empty: str) -> None:
        """Show another text from its beginning, with these phrases marked."""
        self._marks = marks
        self.show(text, rendered=rendered, empty=empty)

    def prepare_marked(self, text: str, marks: frozenset[str]) -> None:
        """Lay a text out that may be shown next."""
        if marks and self._width > 0 and text.strip():
            lay_out_marked(text, self._width, rendered=self.rendered, phrases=marks)
        else:
            self.prepare(text)


class Reading(Widget):
    """The question, the reference and the approach; of a pair A and B, with the reference above them or behind.

    One pane is the active one: keys scroll it, and zooming leaves only it. Where there is no room for all, the panes
    that stand behind one another are named in the top border.
    """

    def __init__(self, *, pair: bool = False) -> None:
        super().__init__(classes="-pair" if pair else "")
        self.pair = pair
        self.rendered = True
        self.reference_hidden = False
        self.zoomed = False
        self.shared = False
        self.item: RatingItem | None = None
        self.question = TextPane(title="Question", empty=COMING, id="question", can_focus=False)
        self.reference = self._text("Reference", "reference")
        self.approach = self._text("A" if pair else "Approach", "approach")
        self.other = self._text("B", "other") if pair else self.approach
        self.compared = (self.approach, self.other) if pair else (self.approach,)
        self.texts = Horizontal(*(self.compared if pair else (self.reference, self.approach)), id="texts")
        self._names = {pane: pane.title for pane in (self.question, self.reference, *self.compared)}
        self.active: TextPane = self.approach
        self._shown: TextPane = self.approach

    @staticmethod
    def _text(title: str, name: str) -> ReadingPane:
        return ReadingPane(title=title, rendered=True, empty=COMING, id=name, classes="text", can_focus=False)

    def compose(self) -> ComposeResult:
        yield self.question
        if self.pair:
            yield self.reference
        yield self.texts

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._arrange()

    def show(self, item: RatingItem | None) -> None:
        """Show another item from its beginning, the first text in front; None while it is on its way."""
        self.item = item
        self.zoomed = False
        self.active = self._shown = self.approach
        self._arrange()
        if item is None:
            self.question.show("", empty=COMING)
            for pane in (self.reference, *self.compared):
                pane.show_marked("", frozenset(), rendered=self.rendered, empty=COMING)
            return
        self.question.show(item.question, empty=NO_QUESTION)
        for pane, text, marks in self._parts(item):
            empty = NO_REFERENCE if pane is self.reference else NO_TEXT
            pane.show_marked(text, marks, rendered=self.rendered, empty=empty)

    def prepare(self, item: RatingItem) -> None:
        """Lay out an item that is likely to be shown next."""
        for pane, text, marks in self._parts(item):
            if pane.display:
                pane.prepare_marked(text, marks)

    def _parts(self, item: RatingItem) -> list[tuple[ReadingPane, str, frozenset[str]]]:
        """Return the panes, the text of each and what is to be marked in it."""
        texts = (item.text,) if item.other is None else (item.text, item.other)
        shared = [_shared(item.reference, text) if self.shared else frozenset() for text in texts]
        both = zip(self.compared, texts, shared, strict=False)
        return [(self.reference, item.reference, frozenset().union(*shared)), *both]

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    def switch(self) -> None:
        """Make the next pane the active one: the texts, the reference, the question where it does not fit its pane."""
        panes = [*self.compared]
        if not self.reference_hidden:
            panes.append(self.reference)
        if self.question.overflows or self.active is self.question:
            panes.append(self.question)
        at = panes.index(self.active) if self.active in panes else -1
        self._activate(panes[(at + 1) % len(panes)])

    def activate_left(self) -> None:
        """Make the left text the active pane: of a pair A, else the reference, shown if it was hidden."""
        if self.pair:
            self._activate(self.approach)
        else:
            self.activate_reference()

    def activate_right(self) -> None:
        """Make the right text the active pane."""
        self._activate(self.compared[-1])

    def activate_reference(self) -> None:
        """Make the reference the active pane, and show it if it was hidden."""
        self.reference_hidden = False
        self._activate(self.reference)

    def toggle_reference(self) -> None:
        """Hide the reference, or show it again; of a pair on a narrow screen, go to it and back."""
        if self.pair and not self.wide:
            if self._shown is self.reference:
                self._activate(self.approach)
            else:
                self.activate_reference()
            return
        self.reference_hidden = not self.reference_hidden
        if self.reference_hidden and self.reference in (self._shown, self.active):
            self._activate(self.approach)
        self._arrange()

    def toggle_zoom(self) -> None:
        """Give the active pane all the room, or give the others theirs back."""
        self.zoomed = not self.zoomed
        self._arrange()

    def toggle_rendered(self) -> None:
        """Switch between rendered Markdown and the texts as they were written."""
        self.rendered = not self.rendered
        for pane in (self.reference, *self.compared):
            pane.set_rendered(self.rendered)
        self._arrange()

    def toggle_shared(self) -> None:
        """Mark what the reference and the texts share, or mark nothing."""
        self.shared = not self.shared
        if self.item is not None:
            for pane, _, marks in self._parts(self.item):
                pane.set_marks(marks)
        self._arrange()

    def _activate(self, pane: TextPane) -> None:
        self.active = pane
        if pane is not self.question:
            self._shown = pane
        self._arrange()

    def _arrange(self) -> None:
        on_question = self.active is self.question
        self.question.display = on_question or not self.zoomed
        panes = (self.reference, *self.compared)
        for pane in panes:
            if self.zoomed:
                pane.display = pane is self.active
            elif self.wide:
                pane.display = pane is not self.reference or not self.reference_hidden
            else:
                pane.display = pane is self._shown
        beside = self.compared if self.pair else panes
        self.texts.display = any(pane.display for pane in beside)
        self.texts.set_class(all(pane.display for pane in beside), "-beside")
        self.set_class(self.zoomed, "-zoomed")
        self.set_class(self.wide and not self.zoomed, "-wide")
        for pane in (self.question, *panes):
            pane.set_class(pane is self.active, "-active")
            pane.set_title(self._title(pane))

    def _title(self, pane: TextPane) -> str:
        name = self._names[pane]
        parts = [f"▸ {name}" if pane is self.active and self.wide else name]
        if self.zoomed and pane is self.active:
            parts.append("z: all panes")
        elif pane is not self.question and not self.wide:
            parts += self._behind(pane)
        if pane is not self.question and not self.rendered:
            parts.append("as written")
        if pane is not self.question and self.shared:
            parts.append("shared words marked (h)")
        if pane is self.compared[-1] and self.reference_hidden:
            parts.append("reference hidden (r)")
        return " · ".join(parts)

    def _behind(self, pane: TextPane) -> list[str]:
        """Return which keys bring the texts that stand behind this one to the front."""
        if self.pair:
            keys = ((self.approach, "← A"), (self.other, "→ B"), (self.reference, "r reference"))
            return [key for other, key in keys if other is not pane]
        if self.reference_hidden:
            return []
        return ["t: approach" if pane is self.reference else "t: reference"]


@lru_cache(16)
def _shared(reference: str, text: str) -> frozenset[str]:
    return shared_phrases(reference, text)
