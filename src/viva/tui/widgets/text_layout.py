"""Foreign text as lines for a terminal: plain, or Markdown rendered so that nothing of it is lost.

Rendering may restyle what a model wrote, never hide it: HTML stays visible, links show where they lead, list
numbers stay as written, line breaks stay line breaks. Where rendering would lose a letter or a digit all the same
(nesting too deep, a table too wide), or would take long, the text is shown plain, and the reader is told.
"""

import io
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

from viva.present.shared_words import inside, phrase_spans
from viva.text import display_text

LONGEST_RENDERED = 40_000
"""Characters; a longer text is shown plain, because Markdown would take noticeable time to lay out."""
MOST_MARKS = 3_000
"""Characters with a meaning in Markdown; what has more of them is hostile, or data."""
MOST_LINES = 1_500
MARKS = frozenset("#*_`~<>-+=|:\\[]()!\"'")
"""What Markdown may take away where it stands for a format; every other visible character has to stay."""

MARKED = Style(bold=True, underline=True)
"""How words are marked that another text has too: told apart without colours."""

Line = list[Segment]

_STYLES = {
    "markdown.paragraph": "none",
    "markdown.text": "none",
    "markdown.em": "italic",
    "markdown.strong": "bold",
    "markdown.code": "cyan",
    "markdown.code_block": "cyan",
    "markdown.block_quote": "italic",
    "markdown.item": "none",
    "markdown.item.bullet": "bold",
    "markdown.item.number": "bold",
    "markdown.hr": "dim",
    "markdown.s": "strike",
    "markdown.table.border": "dim",
    "markdown.table.header": "bold",
    **{f"markdown.h{level}": "bold underline" if level < 3 else "bold" for level in range(1, 7)},
}


class Layout(NamedTuple):
    """Lines of a text at some width; `note` tells why a text that should be rendered stands there plain."""

    lines: list[Line]
    note: str = ""


@lru_cache(16)
def lay_out(text: str, width: int, *, rendered: bool) -> Layout:
    """Return the lines of foreign `text` at `width` cells; the text is made safe here.

    Layouts are remembered, so that a text can be laid out before it is wanted; nobody may change one.
    """
    text = display_text(text)
    if not rendered:
        return Layout(_plain(text, width))
    if len(text) > LONGEST_RENDERED or text.count("\n") > MOST_LINES or _marks(text) > MOST_MARKS:
        return Layout(_plain(text, width), "too long to render")
    lines = _markdown(text, width)
    if _loses(text, lines):
        return Layout(_plain(text, width), "rendering would hide text")
    return Layout(lines)


@lru_cache(16)
def lay_out_marked(text: str, width: int, *, rendered: bool, phrases: frozenset[str]) -> Layout:
    """Return the lines of foreign `text` as `lay_out` does, the words of `phrases` marked wherever they stand.

    Phrases are as `shared_phrases` gives them; a phrase may go over the end of a line.
    """
    layout = lay_out(text, width, rendered=rendered)
    said = ["".join(segment.text for segment in line) for line in layout.lines]
    spans = phrase_spans("\n".join(said), phrases)
    if not spans:
        return layout
    lines: list[Line] = []
    start = 0
    for line, words in zip(layout.lines, said, strict=True):
        end = start + len(words)
        cuts = [(first - start, last - start) for first, last in inside(spans, start, end)]
        lines.append(_marked(line, cuts) if cuts else line)
        start = end + 1
    return Layout(lines, layout.note)


def _marked(line: Line, spans: Iterable[tuple[int, int]]) -> Line:
    """Return a line with the characters in `spans` marked; its text stays what it is."""
    edges = sorted({edge for span in spans for edge in span})
    starts = {first for first, _ in spans}
    found: Line = []
    place, on = 0, False
    for text, style, control in line:
        end = place + len(text)
        for edge in [*(edge for edge in edges if place <= edge < end), end]:
            if edge > place:
                piece = text[len(text) - (end - place) : len(text) - (end - edge)]
                found.append(Segment(piece, (style or Style.null()) + MARKED if on else style, control))
                place = edge
            if edge < end:
                on = edge in starts
    return found


def _plain(text: str, width: int) -> list[Line]:
    console = _console(width)
    lines: list[Line] = []
    for line in text.split("\n"):
        if len(line) <= width and cell_len(line) <= width:
            lines.append([Segment(line)])
        else:
            wrapped = Text(line).wrap(console, width, overflow="fold")
            lines.extend([Segment(part.plain)] for part in wrapped)
    return lines


def _markdown(text: str, width: int) -> list[Line]:
    from viva.tui.widgets.markdown import FaithfulMarkdown

    console = _console(width)
    lines = console.render_lines(FaithfulMarkdown(text), console.options, pad=False)
    while lines and not any(segment.text.strip() for segment in lines[0]):
        lines.pop(0)
    return [[Segment(segment.text, _without_links(segment.style)) for segment in line] for line in lines]


def _without_links(style: Style | None) -> Style | None:
    return style.clear_meta_and_links() if style is not None and (style.link or style.meta) else style


def _marks(text: str) -> int:
    return sum(text.count(mark) for mark in "*_[]`<|>~")


def _loses(text: str, lines: Iterable[Line]) -> bool:
    """Tell whether a character that Markdown has no use for is missing from the lines, or all of them are."""
    shown = Counter("".join(segment.text for line in lines for segment in line))
    if not any(not character.isspace() for character in shown):
        return True
    return any(
        count > shown[character]
        for character, count in Counter(text).items()
        if not character.isspace() and character not in MARKS
    )


@lru_cache(8)
def _console(width: int) -> Console:
    return Console(
        file=io.StringIO(), width=max(width, 4), color_system="truecolor", force_terminal=True, legacy_windows=False,
        markup=False, emoji=False, highlight=False, theme=Theme(_STYLES), _environ={},
    )  # fmt: skip
