"""A scrollable pane for long foreign text, plain or rendered."""

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from viva.text import display_line
from viva.tui.widgets.text_layout import Layout, Line, lay_out, lay_out_marked

NOTHING = "(nothing here)"
SCROLLBAR = 1
"""Columns kept free for the scrollbar, there or not, so that its coming never changes how lines are broken."""
_PLACEHOLDER = Style(italic=True, reverse=True)


class TextPane(ScrollView):
    """Shows one text, safe and whole, and says in its top border how much lies below.

    Lines are laid out once per text and width and painted as they scroll by, so that length costs nothing later.
    Foreign text goes to `show`, which cleans it.
    """

    DEFAULT_CSS = """
    TextPane {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        border-top: solid $pane-line;
        border-title-color: $foreground;
        padding: 0 1;
    }
    TextPane:focus, TextPane.-active { border-top: solid $primary; border-title-style: bold; }
    """

    def __init__(
        self,
        text: str = "",
        *,
        title: str = "",
        rendered: bool = False,
        empty: str = NOTHING,
        id: str | None = None,
        classes: str | None = None,
        can_focus: bool = True,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.can_focus = can_focus
        self.title = title
        self.text = text
        self.rendered = rendered
        self._empty = empty
        self._marks: frozenset[str] = frozenset()
        self._width = 0
        self._layout_now = Layout([])
        self._strips: dict[int, Strip] = {}

    def show(self, text: str, *, rendered: bool | None = None, empty: str | None = None) -> None:
        """Show another text from its beginning; `empty` is said in a style of its own where there is none."""
        self.rendered = self.rendered if rendered is None else rendered
        self._empty = self._empty if empty is None else empty
        self.text = text
        self._width = 0
        self.scroll_to(y=0, animate=False, immediate=True)
        self._place()

    def prepare(self, text: str) -> None:
        """Lay a text out that may be shown next, so that showing it takes no time."""
        if self._width > 0 and text.strip():
            lay_out(text, self._width, rendered=self.rendered)

    def set_rendered(self, rendered: bool) -> None:
        """Switch between rendered Markdown and the text as it was written."""
        if rendered != self.rendered:
            self.show(self.text, rendered=rendered)

    def set_marks(self, phrases: frozenset[str] | None) -> None:
        """Mark these phrases wherever they stand, bold and underlined, in other texts too; None marks nothing."""
        wanted = phrases or frozenset()
        if wanted != self._marks:
            self._marks = wanted
            self._width = 0
            self._place()

    def set_title(self, title: str) -> None:
        """Set what stands in the top border before the count of lines below; it may be foreign text."""
        self.title = title
        self._retitle()

    @property
    def lines_below(self) -> int:
        """How many lines lie below what is seen."""
        return max(len(self._layout_now.lines) - self.scroll_offset.y - self.scrollable_content_region.height, 0)

    @property
    def overflows(self) -> bool:
        """Whether there is more than fits."""
        return len(self._layout_now.lines) > self.scrollable_content_region.height

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._laid_out(width - SCROLLBAR).lines)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self._place()

    def on_show(self) -> None:
        self._place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._retitle()

    def render_line(self, y: int) -> Strip:
        number = self.scroll_offset.y + y
        lines = self._layout_now.lines
        width = self.scrollable_content_region.width
        if number >= len(lines):
            return Strip.blank(width, self.rich_style)
        strip = self._strips.get(number)
        if strip is None:
            self._strips[number] = strip = Strip(lines[number])
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    def _place(self) -> None:
        width = self.scrollable_content_region.width - (0 if self.show_vertical_scrollbar else SCROLLBAR)
        if width <= 0 or not self.display:
            return
        layout = self._laid_out(width)
        size = Size(width, len(layout.lines))
        if self.virtual_size != size:
            self.virtual_size = size
        self._retitle()
        self.refresh(layout=self.styles.is_auto_height)

    def _laid_out(self, width: int) -> Layout:
        if width != self._width:
            self._width = width
            self._strips.clear()
            if self.text.strip():
                marks, rendered = self._marks, self.rendered
                self._layout_now = (
                    lay_out_marked(self.text, width, rendered=rendered, phrases=marks)
                    if marks
                    else lay_out(self.text, width, rendered=rendered)
                )
            else:
                self._layout_now = Layout(_placeholder(self.text, self._empty))
        return self._layout_now

    def _retitle(self) -> None:
        parts = [display_line(self.title)] if self.title else []
        if self._layout_now.note:
            parts.append(f"plain: {self._layout_now.note}")
        if below := self.lines_below:
            parts.append(f"↓ {below:,} more {'line' if below == 1 else 'lines'}")
        self.border_title = Content(" · ".join(parts)) if parts else None


def _placeholder(text: str, empty: str) -> list[Line]:
    """Return the line that stands for a text without anything to read; no text can look like it."""
    return [[Segment(f" {empty if not text else '(nothing but white space)'} ", _PLACEHOLDER)]]
