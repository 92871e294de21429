"""Lines of a page joined into paragraphs: running heads dropped, words broken at line ends made whole."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from viva.dataset.papers.headings import is_heading
from viva.dataset.papers.layout import Line, Word

BREAK = "\u00ad"
"""Stands at the end of a word that its line breaks; the hyphen may belong to the word or not."""
EDGE_ROWS = 3
"""How many rows at the top and at the bottom of a page can be running heads."""
EDGE = 0.15
"""The share of a page's height at its top and at its bottom in which running heads stand."""
_LIGATURES = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
    0x0132: "IJ", 0x0133: "ij", 0x00A0: " ", 0x2010: "-", 0x2011: "-",
}  # fmt: skip
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u200b\ufeff\ufffe\uffff]")
_PAGE_NUMBER = re.compile(r"(?i)[-–—|\s]*(?:page\s+)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[-–—|\s]*")
_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
_ITEM = re.compile(r"(?:[•▪◦*–—-]|\[\d{1,3}\]|\(?\w{1,3}[.)])(?:\s|$)")
_BROKEN = re.compile(rf"([^\W_]+(?:-[^\W_]+)*){BREAK}([^\W_]+)?")
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_PLAIN_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Sheet:
    """The words of one page, and its height in points."""

    words: tuple[Word, ...]
    height: float


def clean(text: str) -> str:
    """Return text without ligatures and control characters, in composed form (NFC)."""
    whole = text.translate(_LIGATURES).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", whole))


def without_running_heads(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the pages without page numbers and without rows that stand at the edge of 40% of the pages or more.

    Rows are compared with their numbers left out, since a running head often carries the page's number.
    """
    edges = [_edge_rows(sheet) for sheet in sheets]
    seen = Counter(key for rows in edges for key in {_key(row) for row in rows})
    least = max(2, 0.4 * len(sheets))
    kept: list[Sheet] = []
    for sheet, rows in zip(sheets, edges, strict=True):
        dropped = {
            word
            for row in rows
            if (_key(row) and seen[_key(row)] >= least) or _PAGE_NUMBER.fullmatch(_text(row))
            for word in row
        }
        kept.append(Sheet(tuple(word for word in sheet.words if word not in dropped), sheet.height))
    return kept


def _edge_rows(sheet: Sheet) -> list[list[Word]]:
    """Return the outermost rows of a page that stand near its edges, each across the whole page."""
    if not sheet.words:
        return []
    top = max(word.top for word in sheet.words)
    bottom = min(word.bottom for word in sheet.words)
    near = EDGE * sheet.height
    upper = [word for word in sheet.words if word.middle > top - near]
    lower = [word for word in sheet.words if word.middle < bottom + near and word.middle <= top - near]
    return [*_whole_rows(upper)[:EDGE_ROWS], *_whole_rows(lower)[-EDGE_ROWS:]]


def _whole_rows(words: Iterable[Word]) -> list[list[Word]]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.middle):
        if rows and rows[-1][0].middle - word.middle <= 0.4 * min(rows[-1][0].height, word.height):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.left) for row in rows]


def _text(row: Sequence[Word]) -> str:
    return " ".join(word.text for word in row)


def _key(row: Sequence[Word]) -> str:
    return re.sub(r"[\W\d_]+", " ", _text(row)).strip().lower()


def page_paragraphs(blocks: Sequence[Sequence[Line]]) -> list[str]:
    """Return the paragraphs of one page, each on one line; words broken at a line's end still carry `BREAK`.

    A paragraph that one column breaks off goes on in the next.
    """
    found: list[str] = []
    for block in blocks:
        for number, paragraph in enumerate(_paragraphs(block)):
            text = join_lines([line.text for line in paragraph])
            if found and number == 0 and goes_on(found[-1], text):
                found[-1] = join_lines([found[-1], text])
            else:
                found.append(text)
    return [text for text in found if text]


def goes_on(before: str, after: str) -> bool:
    """Tell whether the paragraph `after` is the rest of the paragraph `before`."""
    if not before or not after or is_heading(before) or is_heading(after):
        return False
    return before.endswith(BREAK) or (not _END.search(before) and after[0].islower())


def join_lines(texts: Iterable[str]) -> str:
    """Join lines into one; a hyphen at a line's end before a letter becomes `BREAK`, with no space behind it."""
    whole = ""
    for text in texts:
        text = text.strip()
        if whole.endswith(("-", BREAK)) and len(whole) > 1 and whole[-2].isalnum() and text[:1].isalnum():
            whole = whole[:-1] + BREAK + text
        else:
            whole = f"{whole} {text}".strip()
    return whole


def made_whole(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the paragraphs with each `BREAK` gone, or a hyphen in its place where it belongs to the word.

    It belongs there before a capital or a digit, and where the text has the compound elsewhere but not the
    word in one; what the text does not tell is joined.
    """
    compounds: Counter[str] = Counter()
    plain: set[str] = set()
    for paragraphs in pages:
        for text in paragraphs:
            compounds.update(found.lower() for found in _COMPOUND.findall(text))
            plain.update(found.lower() for found in _PLAIN_WORD.findall(text.replace(BREAK, " ")))

    def whole(found: "re.Match[str]") -> str:
        first, second = found[1], found[2] or ""
        last = first.rsplit("-", 1)[-1]
        if not second:
            return first + "-"
        kept = not second[0].islower() or not last[-1].isalpha() or "-" in first
        known = f"{last}-{second}".lower() in compounds and (last + second).lower() not in plain
        return f"{first}-{second}" if kept or known else first + second

    return [[_BROKEN.sub(whole, text).replace(BREAK, "") for text in paragraphs] for paragraphs in pages]


def _paragraphs(block: Sequence[Line]) -> list[list[Line]]:
    if not block:
        return []
    steps = sorted(before.middle - after.middle for before, after in pairwise(block))
    pitch = steps[len(steps) // 2] if steps else 0.0
    edges = sorted(line.right for line in block)
    right = edges[int(0.9 * (len(edges) - 1))]
    width = max(right - min(line.left for line in block), 1.0)
    found = [[block[0]]]
    for line in block[1:]:
        if _begins(found[-1], line, pitch, right - 0.15 * width):
            found.append([line])
        else:
            found[-1].append(line)
    return found


def _begins(paragraph: Sequence[Line], line: Line, pitch: float, short: float) -> bool:
    """Tell whether `line` begins a paragraph; a line that ends left of `short` may end one."""
    before = paragraph[-1]
    step, height = before.middle - line.middle, min(before.height, line.height)
    if not 0.8 < line.height / before.height < 1.25 or step > max(1.4 * pitch, 1.1 * height):
        return True
    if len(paragraph) == 1 and is_heading(before.text):
        return True
    ended = bool(_END.search(before.text))
    if is_heading(line.text) and (ended or before.right < short):
        return True
    shift = line.left - before.left
    if shift > 0.8 * height and not (len(paragraph) == 1 and _ITEM.match(before.text)):
        return True
    if shift < -0.8 * height and len(paragraph) > 1:
        return True
    return ended and before.right < short and not line.text[:1].islower()
