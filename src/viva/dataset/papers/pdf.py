"""The text of a PDF file, page by page, in reading order."""

import math
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from viva.dataset.papers.layout import Gutter, Word, blocks, find_gutter
from viva.dataset.papers.paragraphs import Sheet, clean, made_whole, page_paragraphs, without_running_heads
from viva.errors import BadInput
from viva.text import display_line

LARGEST_FILE = 200 * 1024 * 1024
MOST_PAGES = 2_000
MOST_CHARACTERS = 20_000_000
LEAST_LETTERS = 25
"""The average number of letters a page below which a file counts as scanned."""
_PASSWORD = 4
_HYPHENS = (0x02, 0xFFFE, 0xAD)
_ENDS = (*_HYPHENS, 0xA0)
Box = tuple[float, float, float, float]
"""Left, right, bottom, top."""


@dataclass(frozen=True)
class PdfText:
    """The text of each page: paragraphs, each on one line, with an empty line between two of them."""

    pages: tuple[str, ...]

    @property
    def words(self) -> int:
        """How many words all pages hold together."""
        return sum(len(page.split()) for page in self.pages)


def read_pdf(path: Path) -> PdfText:
    """Return the text of a PDF file.

    pdfium reads one file at a time in a process, and a hostile file can hang or kill it: whoever reads
    foreign files uses `viva.dataset.papers.reading`. Raises `BadInput` with one line that names the file.
    """
    name = _shown(path)
    _check(path, name)
    sheets, images = _sheets(path, name)
    letters = sum(len(word.text) for sheet in sheets for word in sheet.words)
    if letters < LEAST_LETTERS * len(sheets) and images:
        raise BadInput(f"{name} holds images of pages, no text", "run OCR first")
    if letters == 0:
        raise BadInput(f"{name} holds no text")
    kept = without_running_heads(sheets)
    gutters = [find_gutter(sheet.words) if sheet.words else None for sheet in kept]
    hint = _usual(gutters)
    pages = made_whole([page_paragraphs(blocks(sheet.words, hint)) for sheet in kept])
    return PdfText(tuple("\n\n".join(paragraphs) for paragraphs in pages))


def _usual(gutters: list[Gutter | None]) -> Gutter | None:
    """Return the gutter in the middle of those found, where at least a third of the pages have one."""
    found = [gutter for gutter in gutters if gutter]
    if 3 * len(found) < len(gutters) or not found:
        return None
    return sorted(found, key=lambda gutter: gutter.centre)[len(found) // 2]


def _check(path: Path, name: str) -> None:
    """Refuse what can be told from the first and the last bytes of the file."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
            size = file.seek(0, 2)
            file.seek(max(0, size - 4096))
            tail = file.read()
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {name}", "check the path") from error
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}") from error
    if size == 0:
        raise BadInput(f"{name} is empty")
    if size > LARGEST_FILE:
        raise BadInput(f"{name} is too large: {size // 2**20:,} MB; the most is {LARGEST_FILE // 2**20} MB")
    if b"%PDF-" not in head:
        raise BadInput(f"{name} is not a PDF file")
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise BadInput(f"{name} is cut off: its end is missing", "fetch it again")


def _sheets(path: Path, name: str) -> tuple[list[Sheet], bool]:
    """Return the words of all pages, and whether any page holds an image."""
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(path)) as document:
            if len(document) > MOST_PAGES:
                raise BadInput(f"{name} has too many pages: {len(document):,}; the most is {MOST_PAGES:,}")
            if len(document) == 0:
                raise BadInput(f"{name} has no pages")
            sheets: list[Sheet] = []
            images = False
            left = MOST_CHARACTERS
            for number in range(len(document)):
                sheet, count, pictured = _sheet(document, number, left, name)
                sheets.append(sheet)
                images = images or pictured
                left -= count
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise BadInput(f"{name} is encrypted", "a password is needed: save it without one") from error
        raise BadInput(f"{name} is damaged: {display_line(str(error), 80)}", "fetch it again") from error
    return sheets, images


def _sheet(document: Any, number: int, most: int, name: str) -> tuple[Sheet, int, bool]:
    """Return the words of one page, how many characters it holds, and whether it holds an image."""
    from pypdfium2 import raw

    with closing(document[number]) as page, closing(page.get_textpage()) as text:
        count = text.count_chars()
        if count > most:
            raise BadInput(f"{name} holds too much text; the most is {MOST_CHARACTERS:,} characters")
        words, height = _upright(list(_runs(text, count)), page.get_size())
        pictured = False
        if sum(len(word.text) for word in words) < LEAST_LETTERS:
            pictured = any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    return Sheet(tuple(words), height), count, pictured


class _Run(NamedTuple):
    """Characters that belong to one word, the quarter turns of their direction, and their box."""

    codes: list[int]
    quarter: int
    box: Box


def _runs(text: Any, count: int) -> Iterator[_Run]:
    """Yield the words of a page in the order they were written in."""
    from pypdfium2 import raw

    handle, unicode = text.raw, raw.FPDFText_GetUnicode
    first = 0
    codes: list[int] = []
    for index in range(count + 1):
        code = unicode(handle, index) if index < count else 0x20
        if code > 0x20 and code not in _ENDS:
            codes.append(code)
            continue
        if code in _HYPHENS:
            # pdfium marks the hyphen at the end of a line, and leaves out the line's end.
            codes.append(0x2D)
        if codes:
            yield from _split(handle, first, codes)
        first, codes = index + 1, []


def _split(handle: Any, first: int, codes: list[int]) -> Iterator[_Run]:
    """Yield the word whose characters begin at `first`; in parts where they lie apart."""
    start = _box(handle, first)
    end = _box(handle, first + len(codes) - 1)
    quarter = round(_angle(handle, first) / (math.pi / 2)) % 4
    reach = max(start[1] - start[0], start[3] - start[2]) * (len(codes) + 1)
    far = max(abs(end[0] - start[0]), abs(end[2] - start[2])) > reach
    back = (end[0] < start[0]) if quarter == 0 else False
    if not far and not back:
        yield _Run(codes, quarter, _joined(start, end))
        return
    last, box, held = start, start, [codes[0]]
    for offset, code in enumerate(codes[1:], start=1):
        now = _box(handle, first + offset)
        if _apart(last, now):
            yield _Run(held, quarter, box)
            box, held = now, []
        last, box = now, _joined(box, now)
        held.append(code)
    yield _Run(held, quarter, box)


def _box(handle: Any, index: int) -> Box:
    import ctypes

    from pypdfium2 import raw

    rectangle = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(handle, index, ctypes.byref(rectangle))
    return rectangle.left, rectangle.right, rectangle.bottom, rectangle.top


def _angle(handle: Any, index: int) -> float:
    from pypdfium2 import raw

    return float(raw.FPDFText_GetCharAngle(handle, index))


def _joined(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), max(one[3], other[3])


def _apart(before: Box, after: Box) -> bool:
    """Tell whether two characters that follow one another, in whatever direction, cannot belong to one word."""
    sizes = [max(box[1] - box[0], box[3] - box[2]) for box in (before, after)]
    beside = max(after[0] - before[1], before[0] - after[1])
    above = max(after[2] - before[3], before[2] - after[3])
    return max(beside, above) > 0.6 * min(sizes) or (beside > -0.01 and above > -0.01)


def _upright(runs: list[_Run], size: tuple[float, float]) -> tuple[list[Word], float]:
    """Return the words that stand in the page's usual direction, turned upright, and the page's height then.

    Text in another direction is a stamp in the margin or the label of an axis, which belongs to no sentence.
    """
    counts = [0, 0, 0, 0]
    for run in runs:
        counts[run.quarter] += len(run.codes)
    usual = counts.index(max(counts))
    words: list[Word] = []
    for run in runs:
        if run.quarter == usual and all(map(math.isfinite, run.box)):
            left, right, bottom, top = _turned(run.box, usual, size)
            text = clean("".join(map(chr, run.codes)))
            if text:
                words.append(Word(text, left, right, bottom, max(top, bottom + 1.0)))
    return words, size[usual % 2 == 0]


def _turned(box: Box, quarter: int, size: tuple[float, float]) -> Box:
    """Turn a box with its page so that text which runs in the direction `quarter` stands upright."""
    left, right, bottom, top = box
    width, height = size
    if quarter == 1:
        return height - top, height - bottom, left, right
    if quarter == 2:
        return width - right, width - left, height - top, height - bottom
    if quarter == 3:
        return bottom, top, width - right, width - left
    return box


def _shown(path: Path) -> str:
    return display_line(path.name, 80)
