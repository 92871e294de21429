"""The order in which the words of a page are read: columns found by geometry, not by the order they were written in."""

import statistics
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

NARROWEST_GUTTER = 0.7
"""The least gap between two columns, in heights of a usual word; gaps between words are smaller."""
WIDEST_SPACE = 0.45
"""The widest gap between two words of one line that runs across a gutter, in heights of a word."""
FULL = 0.5
"""The share of a column's width that half of its lines fill at least; the columns of a table do not."""
LEAST_LINES = 3
"""How many lines stand side by side at least where there are two columns; more of them in a narrower space."""
DEEPEST = 2
TOUCH = 1.5
"""How far a word reaches into a gutter without standing in it, in points: gutters are found to a point."""


class Word(NamedTuple):
    """A word and its box, in points; the page's origin is its lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Line:
    """The words of one line of one column, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def middle(self) -> float:
        return statistics.median(word.middle for word in self.words)

    @property
    def height(self) -> float:
        return statistics.median(word.height for word in self.words)


@dataclass(frozen=True)
class Gutter:
    """The white strip between two columns, from `left` to `right` in points."""

    left: float
    right: float

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


def blocks(words: Sequence[Word], hint: Gutter | None = None, depth: int = 0) -> list[list[Line]]:
    """Return the lines of a page in reading order, a list for each piece of a column or stretch of full-width lines.

    Lines that run across the gutter keep their place: what stands above them is read first, the left column
    before the right one, then they, then what stands below. `hint` is the gutter of the other pages, for a page
    with too little text to show its own.
    """
    if not words:
        return []
    gutter = find_gutter(words, LEAST_LINES * (depth + 1)) or (hint if hint and fits(words, hint) else None)
    if gutter is None or depth > DEEPEST:
        return [lines(words)]
    bars, bands = _bands(words, gutter)
    found: list[list[Line]] = []
    full: list[Line] = []
    for index, band in enumerate(bands):
        if band:
            if full:
                found.append(full)
                full = []
            for side in _sides(band, gutter):
                found += blocks(side, depth=depth + 1)
        if index < len(bars):
            full.append(bars[index])
    return [*found, full] if full else found


def find_gutter(words: Sequence[Word], least: int = LEAST_LINES) -> Gutter | None:
    """Return the white strip that parts `words` into two columns of running text, or None.

    Somewhere at least `least` lines stand on each side with no line across between them.
    """
    height = statistics.median(word.height for word in words)
    left, right = min(word.left for word in words), max(word.right for word in words)
    if right - left < 20 * height:
        return None
    candidate = _emptiest(words, left, right, height)
    return candidate if candidate and _parts_text(words, candidate, least, FULL) else None


def fits(words: Sequence[Word], gutter: Gutter) -> bool:
    """Tell whether a gutter known from other pages has text on both sides of it here too."""
    return _parts_text(words, gutter, least=1, fill=0.1)


def _emptiest(words: Sequence[Word], left: float, right: float, height: float) -> Gutter | None:
    """Return the widest strip of the middle half that the fewest words reach into."""
    margin = NARROWEST_GUTTER * height / 2
    size = int(right - left) + 2
    changes = [0] * (size + 1)
    for word in words:
        changes[max(0, int(word.left - margin - left) + 1)] += 1
        changes[min(size, max(0, int(word.right + margin - left) + 1))] -= 1
    counts, covered = [], 0
    for change in changes:
        covered += change
        counts.append(covered)
    first, last = size // 4, 3 * size // 4
    fewest = min(counts[first:last])
    best, start = (0, 0), None
    for position in range(first, last + 1):
        if position < last and counts[position] == fewest:
            start = position if start is None else start
        elif start is not None:
            best = max(best, (position - start, start))
            start = None
    length, start = best
    return Gutter(left + start - margin, left + start + length + margin) if length else None


def _parts_text(words: Sequence[Word], gutter: Gutter, least: int, fill: float) -> bool:
    """Tell whether a band has at least `least` lines on each side; half of them fill the share `fill` of its width."""
    outer = (gutter.left - min(word.left for word in words), max(word.right for word in words) - gutter.right)
    shares: tuple[list[float], list[float]] = ([], [])
    for band in _bands(words, gutter)[1]:
        sides = [lines(side) for side in _sides(band, gutter)]
        if len(sides) == 2 and min(map(len, sides)) >= least:
            for found, side, width in zip(shares, sides, outer, strict=True):
                found += [(line.right - line.left) / max(width, 1.0) for line in side]
    return all(found and statistics.median(found) >= fill for found in shares)


def _bands(words: Sequence[Word], gutter: Gutter) -> tuple[list[Line], list[list[Word]]]:
    """Return the lines that run across the gutter, and the words above, between and below them."""
    across, beside = _parted(words, gutter)
    bars = lines(across)
    bands: list[list[Word]] = [[] for _ in range(len(bars) + 1)]
    heights = [-bar.middle for bar in bars]
    for word in beside:
        bands[bisect_left(heights, -word.middle)].append(word)
    return bars, bands


def _sides(words: Iterable[Word], gutter: Gutter) -> list[list[Word]]:
    left: list[Word] = []
    right: list[Word] = []
    for word in words:
        (left if (word.left + word.right) / 2 < gutter.centre else right).append(word)
    return [side for side in (left, right) if side]


def _parted(words: Sequence[Word], gutter: Gutter) -> tuple[list[Word], list[Word]]:
    """Return the words of lines that run across the gutter, and all others."""
    crossing = [word for word in words if _crosses(word, words, gutter)]
    if not crossing:
        return [], list(words)
    spans = _spans(crossing)
    across: list[Word] = []
    beside: list[Word] = []
    for word in words:
        inside = any(bottom <= word.middle <= top for bottom, top in spans)
        (across if inside else beside).append(word)
    return across, beside


def _crosses(word: Word, words: Sequence[Word], gutter: Gutter) -> bool:
    """Tell whether a word stands over the gutter, or near enough to a word on its other side to share its line.

    A word of the left column that sticks out into the gutter does neither.
    """
    if word.right <= gutter.left + TOUCH or word.left >= gutter.right - TOUCH:
        return False
    if word.left <= gutter.left and word.right >= gutter.right:
        return True
    near = WIDEST_SPACE * word.height
    for other in words:
        if other.bottom < word.middle < other.top:
            first, second = (word, other) if word.left <= gutter.left + TOUCH else (other, word)
            if first.left < second.left and -near < second.left - first.right < near:
                return True
    return False


def _spans(words: Iterable[Word]) -> list[tuple[float, float]]:
    """Return the heights at which `words` stand, each once."""
    found: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda word: -word.middle):
        quarter = word.height / 4
        span = (word.bottom + quarter, word.top - quarter)
        if not found or span != found[-1]:
            found.append(span)
    return found


def lines(words: Sequence[Word]) -> list[Line]:
    """Return the lines of one column from top to bottom.

    Words of the usual height set the lines; smaller ones (indices) and larger ones (initials) join the line
    that they overlap most.
    """
    if not words:
        return []
    usual = statistics.median(word.height for word in words)
    plain = [word for word in words if 0.8 * usual <= word.height <= 1.3 * usual]
    found = _rows(plain)
    rest: list[Word] = []
    for word in words:
        if not 0.8 * usual <= word.height <= 1.3 * usual:
            home = _home(word, found, usual)
            (rest if home is None else home).append(word)
    made = [Line(tuple(sorted(row, key=lambda word: word.left))) for row in [*found, *_rows(rest)]]
    return sorted(made, key=lambda line: -line.middle)


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Group words whose middles lie within half a height of their row's first."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.middle):
        first = rows[-1][0] if rows else None
        if first and first.middle - word.middle <= 0.5 * min(first.height, word.height):
            rows[-1].append(word)
        else:
            rows.append([word])
    return rows


def _home(word: Word, rows: Sequence[list[Word]], usual: float) -> list[Word] | None:
    """Return the row that a word of another height overlaps by half or more of the smaller height."""
    bottom = max(word.bottom, word.top - usual) if word.height > usual else word.bottom
    best, home = 0.5 * min(word.top - bottom, usual), None
    for row in rows:
        overlap = min(word.top, row[0].top) - max(bottom, row[0].bottom)
        if overlap >= best:
            best, home = overlap, row
    return home
