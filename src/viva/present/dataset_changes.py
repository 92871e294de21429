"""What cleaning changes, for eyes: the spots at which a text differs, and the sums in words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from viva.present.tables import Column, Table
from viva.records.cleaning import CleanedRow, CleanReport
from viva.text import display_line, display_text, plural

COMPARED = 20_000
"""So many characters of a text are compared, counted from the first difference."""

_NEAR = 12
"""Differences with fewer unchanged characters between them stand in one spot."""

_WINDOW = 160
_SURE = 4
_TOKEN = re.compile(r"\w+|\s|[^\w\s]")
_VISIBLE = str.maketrans({"\n": "↵", " ": "·"})


class Kind(StrEnum):
    """What a piece of a spot is; a note is said by viva, all else is the text's."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"
    NOTE = "note"


@dataclass(frozen=True)
class Segment:
    """A piece of a spot, made safe for a terminal; blanks and line breaks that come or go are drawn as `·` and `↵`."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Spot:
    """An excerpt around a difference."""

    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The excerpt on one line with `[-removed-]` and `{+added+}`."""
        return "".join(_MARKED[segment.kind].format(segment.text) for segment in self.segments)


_MARKED = {Kind.KEPT: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "{{+{}+}}", Kind.NOTE: "({})"}


def changed_spots(before: str, after: str, width: int) -> list[Spot]:
    """Return an excerpt of about `width` characters around each difference between two texts, word by word.

    Only 20,000 characters are compared, from the first difference on; where there are more, a last spot says so.
    """
    start = _common(before, after)
    ends = _common(before[start:][::-1], after[start:][::-1])
    middles = before[start : len(before) - ends], after[start : len(after) - ends]
    if not any(middles):
        return []
    cut = max(map(len, middles)) > COMPARED
    # Whole words at both ends read better than the letters that happen to differ.
    start = _word_start(before, start)
    ends = 0 if cut else _word_end(before, len(before) - ends)
    old, new = before[start:], after[start:]
    if cut:
        old, new = old[:COMPARED], new[:COMPARED]
    else:
        old, new = old[: len(old) - ends], new[: len(new) - ends]
    tail = "" if cut else before[len(before) - ends :]
    pieces = _joined([(Kind.KEPT, before[:start]), *_pieces(old, new), (Kind.KEPT, tail)])
    spots = [_spot(group, width) for group in _groups(pieces, width // 2)]
    if cut:
        spots.append(Spot((Segment(Kind.NOTE, f"compared up to {COMPARED:,} characters; the texts go on"),)))
    return spots


def clean_lines(report: CleanReport, width: int = 80) -> list[str]:
    """Return a report as lines: how many examples change or are dropped, why, and samples with their spots."""
    if not report.examined:
        return ["no examples"]
    if not report.changed and not report.dropped:
        return [f"{plural(report.examined, 'example')}, and nothing to clean"]
    changed, dropped = f"{report.changed:,} changed", f"{report.dropped:,} dropped"
    lines = [f"{plural(report.examined, 'example')}: {changed}, {dropped}, {report.kept:,} kept"]
    size = max(len(reason) for reason in report.reasons)
    figures = max(len(f"{count:,}") for count in report.reasons.values())
    lines += [f"  {reason:<{size}}  {count:>{figures},}" for reason, count in report.reasons.items()]
    for row in report.samples:
        lines += ["", *sample_lines(row, width)]
    more = report.changed + report.dropped - len(report.samples)
    return [*lines, "", f"… and {plural(more, 'further example')}"] if report.samples and more > 0 else lines


def sample_lines(row: CleanedRow, width: int = 80, most: int = 3) -> list[str]:
    """Return one example as lines: its number (from 1) with the reasons, then up to `most` spots of each text."""
    reasons = ", ".join(row.reasons) or "nothing to clean"
    what = "dropped: " if row.dropped else ""
    lines = [f"example {row.index + 1:,} · {what}{reasons}"]
    if row.after is None:
        question = display_line(row.before.question, max(width - 4, 1))
        return [*lines, f"  {question or '(no question)'}"]
    texts = (
        ("question", row.before.question, row.after.question),
        ("reference", row.before.reference, row.after.reference),
    )
    for name, before, after in texts:
        # The marks around what comes and goes take room that a spot does not count.
        spots = changed_spots(before, after, max(width - len("  reference: ") - 12, 20))
        lines += [f"  {name}: {spot.text}" for spot in spots[:most]]
        if len(spots) > most:
            lines.append(f"  {name}: {plural(len(spots) - most, 'more spot')}")
    return lines


def reasons_table(report: CleanReport) -> Table:
    """Return how many examples each reason concerns."""
    return Table.of(
        ["reason", Column("examples", "{:,}".format)], [[str(r), count] for r, count in report.reasons.items()]
    )


def _common(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _word_start(text: str, at: int) -> int:
    while at > 0 and text[at - 1].isalnum():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    """Return how many characters lie behind the word that ends at `at` or goes on there."""
    while at < len(text) and text[at].isalnum():
        at += 1
    return len(text) - at


def _pieces(old: str, new: str) -> Iterator[tuple[Kind, str]]:
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    for kept, i1, i2, j1, j2 in _differences(before, after):
        if kept:
            yield Kind.KEPT, "".join(before[i1:i2])
            continue
        yield Kind.REMOVED, "".join(before[i1:i2])
        yield Kind.ADDED, "".join(after[j1:j2])


def _joined(pieces: Sequence[tuple[Kind, str]]) -> list[tuple[Kind, str]]:
    """Return the pieces without empty ones, neighbours of one kind as one: windows divide what is kept."""
    found: list[tuple[Kind, list[str]]] = []
    for kind, text in pieces:
        if found and found[-1][0] is kind:
            found[-1][1].append(text)
        elif text:
            found.append((kind, [text]))
    return [(kind, "".join(texts)) for kind, texts in found]


def _differences(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield (equal?, start and end in `before`, start and end in `after`), a window at a time.

    Comparing all at once takes time by the square, and with difflib's remedy texts full of repetitions seem to have
    nothing in common. A window ends behind its last stretch of equal words; one without any is widened.
    """
    i = j = 0
    window = _WINDOW
    while i < len(before) or j < len(after):
        last = max(len(before) - i, len(after) - j) <= window
        matcher = SequenceMatcher(None, before[i : i + window], after[j : j + window], autojunk=window > _WINDOW)
        opcodes = matcher.get_opcodes()
        if not last:
            sure = [at for at, (tag, i1, i2, _, _) in enumerate(opcodes) if tag == "equal" and i2 - i1 >= _SURE]
            if not sure:
                window *= 4
                continue
            opcodes = opcodes[: sure[-1] + 1]
        for tag, i1, i2, j1, j2 in opcodes:
            yield tag == "equal", i + i1, i + i2, j + j1, j + j2
        i, j, window = i + opcodes[-1][2], j + opcodes[-1][4], _WINDOW


def _groups(pieces: Sequence[tuple[Kind, str]], room: int) -> Iterator[list[tuple[Kind, str]]]:
    """Yield runs of differences that lie close together, each with the text before and behind it.

    A run ends where it has become as long as `room`, too.
    """
    group: list[tuple[Kind, str]] = []
    differs, size = False, 0
    for kind, text in pieces:
        group.append((kind, text))
        size += len(text) if differs or kind is not Kind.KEPT else 0
        if kind is not Kind.KEPT:
            differs = True
        elif differs and (len(text) >= _NEAR or size >= room):
            yield group
            group, differs, size = [(kind, text)], False, 0
    if differs:
        yield group


def _spot(group: Sequence[tuple[Kind, str]], width: int) -> Spot:
    """Return a group within `width` characters: first the differences, then what room leaves of the text around."""
    lead = group[0][1] if group[0][0] is Kind.KEPT else ""
    trail = group[-1][1] if group[-1][0] is Kind.KEPT else ""
    inner = [_segment(kind, text) for kind, text in group[bool(lead) : len(group) - bool(trail)]]
    inner = _shortened(inner, max(width * 2 // 3, 8))
    room = max(width - sum(len(segment.text) for segment in inner), 0)
    shown = _shown(lead[-width - 8 :]), _shown(trail[: width + 8])
    right = min(len(shown[1]), room // 2)
    left = min(len(shown[0]), room - right)
    right = min(len(shown[1]), room - left)
    before = shown[0] if left == len(shown[0]) and len(lead) <= width + 8 else _ending(shown[0], left)
    behind = shown[1] if right == len(shown[1]) and len(trail) <= width + 8 else _beginning(shown[1], right)
    around = [Segment(Kind.KEPT, before), *inner, Segment(Kind.KEPT, behind)]
    return Spot(tuple(segment for segment in around if segment.text))


def _shortened(segments: Sequence[Segment], room: int) -> list[Segment]:
    """Return segments of `room` characters at most: long ones lose their middle, the last ones give way to a note."""
    kept: list[Segment] = []
    for number, segment in enumerate(segments):
        part = max(room // min(len(segments) - number, 3), 4)
        if room < 4 and kept:
            kept.append(Segment(Kind.NOTE, "…"))
            break
        text = segment.text
        if len(text) > part:
            half = (part - 1) // 2
            text = text[:half] + "…" + text[len(text) - (part - 1 - half) :]
        kept.append(Segment(segment.kind, text))
        room -= len(text)
    return kept


def _segment(kind: Kind, text: str) -> Segment:
    return Segment(kind, _shown(text) if kind is Kind.KEPT else _drawn(text))


def _shown(text: str) -> str:
    return display_text(text.replace("\r", "")).replace("\n", " ")


def _drawn(text: str) -> str:
    """Return a text that comes or goes with its line breaks visible, and its blanks where it is nothing else."""
    visible = display_text(text.replace("\r", "␍").replace("\t", "→"))
    only_blank = not text.strip()
    return visible.translate(_VISIBLE) if only_blank else visible.replace("\n", "↵")


def _ending(text: str, room: int) -> str:
    return "…" + text[len(text) - room + 1 :] if room > 1 else ""


def _beginning(text: str, room: int) -> str:
    return text[: room - 1] + "…" if room > 1 else ""
