"""The editor of a query: colours and weights for its parts, and Tab to complete names and keywords."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.document._document import EditResult
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, TextAreaTheme

from viva.present import query_completion
from viva.present.query_parts import Marks, Part, parts
from viva.records.results import SchemaTable
from viva.text import display_line

LONGEST = 20_000
"""A longer text has no colours and is not completed: it would be read anew with every key."""
_SHOWN = 8
_DARK = {
    Part.KEYWORD: Style(bold=True),
    Part.FUNCTION: Style(color="#d9a97f"),
    Part.TEXT: Style(color="#8fc08a", italic=True),
    Part.NUMBER: Style(color="#7fb2d9"),
    Part.COMMENT: Style(dim=True, italic=True),
    Part.NAME: Style(underline=True),
}
_LIGHT = {
    **_DARK,
    Part.FUNCTION: Style(color="#7a4a00"),
    Part.TEXT: Style(color="#00632f", italic=True),
    Part.NUMBER: Style(color="#005a9c"),
}
_THEMES = {True: TextAreaTheme("viva-dark"), False: TextAreaTheme("viva-light")}


class QueryEditor(TextArea):
    """Keywords, texts and comments differ by weight and slant too, so that they can be told without colour.

    Its colours are no parser's of tree-sitter: that brought the process down at some texts. Lone surrogates become
    U+FFFD. What Tab would write stands in the lower edge; Tab again writes the next of it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False, tooltip="Complete the name or keyword, else go on"),
        Binding("ctrl+a", "select_all", show=False, tooltip="Select the whole query, to write another"),
    ]

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(_sound(text), id=id, show_line_numbers=False)
        self.tables: Sequence[SchemaTable] = ()
        self._turn: tuple[tuple[int, int], tuple[int, int], tuple[str, ...], int] | None = None
        """Where what Tab wrote begins and ends, what it can write, and what of it stands there."""

        self._ran: str | None = None
        """The text that was run last: it is whole, so Tab goes on until it is changed."""

        self._read: list[str] = []
        self._parts: list[Marks] = []

    def on_mount(self) -> None:
        for theme in _THEMES.values():
            self.register_theme(theme)
        self._set_theme_of_app()
        self.watch(self.app, "theme", self._set_theme_of_app, init=False)

    def get_line(self, line_index: int) -> Text:
        """Return a line with its parts set off from one another."""
        line = super().get_line(line_index)
        lines = self.document.lines
        if lines != self._read:
            self._read = list(lines)
            self._parts = parts(lines) if sum(map(len, lines)) <= LONGEST else []
        if line_index < len(self._parts):
            styles = _DARK if self.app.current_theme.dark else _LIGHT
            for start, end, part in self._parts[line_index]:
                line.stylize(styles[part], start, end)
        return line

    def edit(self, edit: Edit) -> EditResult:
        edit.text = _sound(edit.text)
        return super().edit(edit)

    def load_text(self, text: str) -> None:
        super().load_text(_sound(text))

    def on_text_area_changed(self) -> None:
        self._hint()

    def on_text_area_selection_changed(self) -> None:
        self._hint()

    def was_run(self) -> None:
        """Take the query for finished until something in it is changed."""
        self._ran, self._turn = self.text, None
        self._hint()

    def action_complete(self) -> None:
        """Write what was begun out, or the next that it can be; where there is nothing to write, go on."""
        turn = self._turn if self._turn is not None and self._turn[1] == self.cursor_location else None
        if turn is None:
            found = self._completion()
            if not found.options:
                self.screen.focus_next()
                return
            row, column = self.cursor_location
            start, options, place = (row, column - found.length), found.options, 0
        else:
            start, _, options, place = turn
            place = (place + 1) % len(options)
        self.replace(options[place], start, self.cursor_location, maintain_selection_offset=False)
        self.move_cursor((start[0], start[1] + len(options[place])))
        # Where only one word fits, Tab goes on after it.
        self._turn = (start, self.cursor_location, options, place) if len(options) > 1 else None
        self._hint()

    def _completion(self) -> query_completion.Completion:
        text = self.text
        if self.selected_text or len(text) > LONGEST or text == self._ran:
            return query_completion.NOTHING
        row, column = self.cursor_location
        lines = self.document.lines
        before = "\n".join([*lines[:row], lines[row][:column]])
        after = "\n".join([lines[row][column:], *lines[row + 1 :]])
        return query_completion.completion(before, after, self.tables)

    def _hint(self) -> None:
        """Say in the lower edge what Tab would write."""
        turn = self._turn if self._turn is not None and self._turn[1] == self.cursor_location else None
        self._turn = turn
        options = turn[2] if turn is not None else self._completion().options
        first = turn[3] if turn is not None else 0
        if not options:
            self.border_subtitle = ""
            return
        shown = [*options[first:], *options[:first]][:_SHOWN]
        names = [display_line(one, 30) for one in shown]
        rest = "".join(f"  {name}" for name in names[1:])
        more = f"  +{len(options) - _SHOWN}" if len(options) > _SHOWN else ""
        self.border_subtitle = Content.assemble("Tab ", (names[0], "reverse"), rest, more)

    def _set_theme_of_app(self) -> None:
        # Another theme has every line painted anew.
        self.theme = _THEMES[self.app.current_theme.dark].name


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "\u2400")
