"""Rich's Markdown, changed so that it shows everything that was written, and nothing that acts."""

from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, ListItem, Markdown, MarkdownElement
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text


class _Heading(Heading):
    """A heading at the left, where the eye looks for it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield self.text


class _Code(CodeBlock):
    """Code without colours of its own, below the language that was named."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> "_Code":  # noqa: ARG003
        return cls(token.info.strip(), "")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.lexer_name:
            yield Padding(Text(self.lexer_name, style="dim"), (0, 0, 0, 2))
        yield Padding(Text(str(self.text).rstrip("\n"), overflow="fold", style="markdown.code_block"), (0, 0, 0, 2))


class _Item(ListItem):
    """A list item under the number it was given."""

    label = ""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> MarkdownElement:  # noqa: ARG003
        item = cls()
        item.label = f"{token.info}{token.markup}"
        return item

    def render_number(
        self,
        console: Console,
        options: ConsoleOptions,
        number: int,  # noqa: ARG002
        last_number: int,  # noqa: ARG002
    ) -> RenderResult:
        width = max(len(self.label) + 2, 4)
        style = console.get_style("markdown.item.number")
        lines = console.render_lines(self.elements, options.update(width=max(options.max_width - width, 1)))
        for index, line in enumerate(lines):
            yield Segment(f"{self.label} ".rjust(width), style) if index == 0 else Segment(" " * width)
            yield from line
            yield Segment("\n")


class FaithfulMarkdown(Markdown):
    """Markdown whose HTML, link targets, image sources, list numbers and line breaks stay visible."""

    elements = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
        "list_item_open": _Item,
    }

    def __init__(self, text: str) -> None:
        super().__init__("", hyperlinks=False)
        self.markup = text
        self.parsed = _parser().parse(text)
        for token in self.parsed:
            if token.children:
                token.children = list(_visible(token.children))


@lru_cache(1)
def _parser() -> MarkdownIt:
    # HTML as text; no definitions that vanish; no entities, which could bring back a character that was cleaned.
    parser = MarkdownIt("commonmark", {"html": False})
    return parser.enable(["table", "strikethrough"]).disable(["reference", "entity"])


def _visible(tokens: list[Token]) -> Iterator[Token]:
    """Yield inline tokens with what would be hidden as text; a break in the source breaks the line."""
    said: list[str] = []
    for token in tokens:
        if token.type == "softbreak":
            token.type = "hardbreak"
            yield token
        elif token.type == "link_open":
            said = []
            target = " ".join(str(token.attrs[key]) for key in ("href", "title") if token.attrs.get(key))
        elif token.type == "link_close":
            if "".join(said) != target.removeprefix("mailto:"):
                yield _text(f" ({target})")
        elif token.type == "image":
            target = " ".join(str(token.attrs[key]) for key in ("src", "title") if token.attrs.get(key))
            yield _text(f"[image: {token.content}] ({target})")
        else:
            said.append(token.content)
            yield token


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
