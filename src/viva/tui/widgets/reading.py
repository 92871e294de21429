"""What a rater reads: the question on top, below it the reference and the approach, side by side or one at a time."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from viva.records.study import RatingItem
from viva.tui.widgets.text_pane import TextPane

WIDE = 100
"""From this many columns on, reference and approach stand side by side."""

COMING = "…"
NO_TEXT = "(the model wrote nothing)"
NO_REFERENCE = "(this example has no reference)"
NO_QUESTION = "(the question is empty)"


class Reading(Widget):
    """Three panes, of which one is the active one: keys scroll it, and zooming leaves only it."""

    def __init__(self) -> None:
        super().__init__()
        self.rendered = True
        self.reference_hidden = False
        self.zoomed = False
        self.question = TextPane(title="Question", empty=COMING, id="question", can_focus=False)
        self.reference = TextPane(
            title="Reference", rendered=True, empty=COMING, id="reference", classes="text", can_focus=False
        )
        self.approach = TextPane(
            title="Approach", rendered=True, empty=COMING, id="approach", classes="text", can_focus=False
        )
        self.texts = Horizontal(self.reference, self.approach, id="texts")
        self.active = self.approach
        self._shown = self.approach

    def compose(self) -> ComposeResult:
        yield self.question
        yield self.texts

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._arrange()

    def show(self, item: RatingItem | None) -> None:
        """Show another item from its beginning, the approach in front; None while it is on its way."""
        self.zoomed = False
        self.active = self._shown = self.approach
        self._arrange()
        if item is None:
            for pane in (self.question, self.reference, self.approach):
                pane.show("", empty=COMING)
            return
        self.question.show(item.question, empty=NO_QUESTION)
        self.reference.show(item.reference, rendered=self.rendered, empty=NO_REFERENCE)
        self.approach.show(item.text, rendered=self.rendered, empty=NO_TEXT)

    def prepare(self, item: RatingItem) -> None:
        """Lay out an item that is likely to be shown next."""
        for pane, text in ((self.reference, item.reference), (self.approach, item.text)):
            if pane.display:
                pane.prepare(text)

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    def switch(self) -> None:
        """Make the next pane the active one: approach, reference, and the question where it is longer than its pane."""
        panes = [self.approach]
        if not self.reference_hidden:
            panes.append(self.reference)
        if self.question.overflows or self.active is self.question:
            panes.append(self.question)
        self._activate(panes[(panes.index(self.active) + 1) % len(panes)])

    def activate_reference(self) -> None:
        """Make the reference the active pane, and show it if it was hidden."""
        self.reference_hidden = False
        self._activate(self.reference)

    def activate_approach(self) -> None:
        """Make the approach the active pane."""
        self._activate(self.approach)

    def toggle_reference(self) -> None:
        """Hide the reference, or show it again."""
        self.reference_hidden = not self.reference_hidden
        if self.reference_hidden and self._shown is self.reference:
            self._activate(self.approach)
        self._arrange()

    def toggle_zoom(self) -> None:
        """Give the active pane all the room, or give the others theirs back."""
        self.zoomed = not self.zoomed
        self._arrange()

    def toggle_rendered(self) -> None:
        """Switch between rendered Markdown and the texts as they were written."""
        self.rendered = not self.rendered
        self.reference.set_rendered(self.rendered)
        self.approach.set_rendered(self.rendered)
        self._arrange()

    def _activate(self, pane: TextPane) -> None:
        self.active = pane
        if pane is not self.question:
            self._shown = pane
        self._arrange()

    def _arrange(self) -> None:
        on_question = self.active is self.question
        self.question.display = on_question or not self.zoomed
        self.texts.display = not (on_question and self.zoomed)
        for pane in (self.reference, self.approach):
            if self.zoomed:
                pane.display = pane is self.active
            elif self.wide:
                pane.display = pane is self.approach or not self.reference_hidden
            else:
                pane.display = pane is self._shown
        self.set_class(self.zoomed, "-zoomed")
        self.texts.set_class(self.reference.display and self.approach.display, "-beside")
        for pane in (self.question, self.reference, self.approach):
            pane.set_class(pane is self.active, "-active")
            pane.set_title(self._title(pane))

    def _title(self, pane: TextPane) -> str:
        name = {self.question: "Question", self.reference: "Reference", self.approach: "Approach"}[pane]
        parts = [f"▸ {name}" if pane is self.active and self.wide else name]
        if self.zoomed and pane is self.active:
            parts.append("z: all panes")
        elif pane is not self.question and not self.wide and not self.reference_hidden:
            parts.append("t: approach" if pane is self.reference else "t: reference")
        if pane is not self.question and not self.rendered:
            parts.append("as written")
        if pane is self.approach and self.reference_hidden:
            parts.append("reference hidden (r)")
        return " · ".join(parts)
