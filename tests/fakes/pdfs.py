"""PDF files as papers have them: one column and two, with running heads, scanned, locked, broken."""

import io
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

FONT = "Times-Roman"
SIZE = 10
LEADING = 12
WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 54.0, WIDTH - 54.0, HEIGHT - 72.0, 72.0
GUTTER = 16.0
COLUMN = (RIGHT - LEFT - GUTTER) / 2
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")


def sentences(count: int, seed: int = 0) -> list[str]:
    """Return sentences of made-up words, no two alike."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(chance.randint(6, 16))]
        found.append(" ".join(words).capitalize() + ".")
    return found


def paragraph(count: int, seed: int = 0) -> str:
    return " ".join(sentences(count, seed))


def wrapped(text: str, width: float, hyphenate: bool = False, size: float = SIZE) -> list[str]:
    """Return `text` in lines that fit `width`; with `hyphenate`, long words are broken where the line is full."""
    found: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if stringWidth(longer, FONT, size) <= width:
            line = longer
            continue
        head = next(
            (
                word[:cut]
                for cut in range(len(word) - 2, 1, -1)
                if stringWidth(f"{line} {word[:cut]}-", FONT, size) <= width
            ),
            "",
        )
        if hyphenate and head and word.isalpha():
            found.append(f"{line} {head}-")
            line = word[len(head) :]
        else:
            found.append(line)
            line = word
    return [*found, line]


class Paper:
    """A PDF file in the making: a page at a time, lines put where one wants them."""

    def __init__(self, head: str = "", numbers: bool = False) -> None:
        self._bytes = io.BytesIO()
        self.canvas: Any = Canvas(self._bytes, pagesize=A4, invariant=1)
        self._head, self._numbers = head, numbers
        self._page = 1
        self._begin()

    def _begin(self) -> None:
        self.canvas.setFont(FONT, SIZE)
        if self._head:
            self.canvas.drawString(LEFT, HEIGHT - 40, self._head)
        if self._numbers:
            self.canvas.drawCentredString(WIDTH / 2, 40, str(self._page))

    def turn(self) -> None:
        """Begin the next page."""
        self.canvas.showPage()
        self._page += 1
        self._begin()

    def line(self, x: float, y: float, text: str, size: float = SIZE, width: float = 0.0) -> None:
        """Write a line; with `width`, stretch its spaces to fill it."""
        written = self.canvas.beginText(x, y)
        written.setFont(FONT, size)
        gaps = text.count(" ")
        # The space between words outlives its line in a PDF file, so every line sets it.
        written.setWordSpace(max(0.0, (width - stringWidth(text, FONT, size)) / gaps) if width and gaps else 0.0)
        written.textOut(text)
        self.canvas.drawText(written)

    def column(self, x: float, y: float, lines: Iterable[str], justified: float = 0.0) -> float:
        """Write lines one below the other; return the height below them."""
        for text in lines:
            self.line(x, y, text, width=justified if len(text) * 6 > justified else 0.0)
            y -= LEADING
        return y

    def columns(self, y: float, left: Sequence[str], right: Sequence[str], by_line: bool = False) -> float:
        """Write two columns, one after the other or line by line across both; return the height below them."""
        if not by_line:
            return min(self.column(LEFT, y, left, COLUMN), self.column(LEFT + COLUMN + GUTTER, y, right, COLUMN))
        for index in range(max(len(left), len(right))):
            for x, side in ((LEFT, left), (LEFT + COLUMN + GUTTER, right)):
                if index < len(side):
                    self.column(x, y, [side[index]], COLUMN)
            y -= LEADING
        return y

    def title(self, text: str) -> float:
        """Write a large centred title; return the height below it."""
        self.canvas.setFont(FONT, 17)
        self.canvas.drawCentredString(WIDTH / 2, TOP, text)
        self.canvas.setFont(FONT, SIZE)
        return TOP - 30

    def done(self) -> bytes:
        self.canvas.save()
        return self._bytes.getvalue()


def one_column(texts: Sequence[str], head: str = "", numbers: bool = False, hyphenate: bool = False) -> bytes:
    """Return a file with the paragraphs of each text on pages of their own."""
    paper = Paper(head, numbers)
    for index, text in enumerate(texts):
        if index:
            paper.turn()
        y = TOP
        for part in text.split("\n"):
            y = paper.column(LEFT, y, wrapped(part, RIGHT - LEFT, hyphenate), RIGHT - LEFT) - LEADING
    return paper.done()


def two_columns(
    left: str, right: str, by_line: bool = False, title: str = "", abstract: str = "", hyphenate: bool = False
) -> bytes:
    """Return one page of two columns, below a title and an abstract over both."""
    paper = Paper()
    y = paper.title(title) if title else TOP
    if abstract:
        y = paper.column(LEFT, y, wrapped(abstract, RIGHT - LEFT), RIGHT - LEFT) - LEADING
    paper.columns(y, wrapped(left, COLUMN, hyphenate), wrapped(right, COLUMN, hyphenate), by_line)
    return paper.done()


def small_paper(seed: int = 0, title: str = "A Study of Things") -> bytes:
    """Return a paper of two pages with the usual sections."""
    first = f"{title}\nAbstract\n{paragraph(4, seed)}\n1 Introduction\n{paragraph(8, seed + 1)}"
    second = (
        f"2 Method\n{paragraph(9, seed + 2)}\nAcknowledgements\nWe thank everybody at home.\n"
        "References\n[1] A. Author. A cited work. 2020."
    )
    return one_column([first, second])


def scanned(pages: int = 2) -> bytes:
    """Return pages that are pictures."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    paper = Paper()
    with Image.new("L", (60, 80), 200) as picture:
        for index in range(pages):
            if index:
                paper.turn()
            paper.canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
    return paper.done()


def encrypted(password: str = "secret") -> bytes:
    """Return a file that opens with a password only."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, encrypt=StandardEncryption(password, canPrint=0), invariant=1)
    canvas.drawString(LEFT, TOP, "Nobody reads this")
    canvas.save()
    return stream.getvalue()


def truncated() -> bytes:
    """Return the first half of a file."""
    whole = one_column([paragraph(30)] * 3)
    return whole[: len(whole) // 2]


def long_paper(pages: int = 300) -> bytes:
    """Return a paper of many pages, with a running head and page numbers."""
    return one_column([paragraph(20, seed) for seed in range(pages)], "A Long Thesis", numbers=True)


def write(path: Path, content: bytes) -> Path:
    """Write a file, and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
