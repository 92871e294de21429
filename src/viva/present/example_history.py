"""What an example said before and says now: words taken out, words put in, and what stayed around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from viva.records.dataset import Dataset, Example
from viva.text import display_line, display_text

WORDS = ("question", "reference", "field", "subfield", "split", "source")
CONTEXT = 40
"""Words shown before and after a change."""
LONGEST = 4_000
"""Pieces of two texts together up to which they are compared word by word; the comparison grows with their product."""


class Mark(StrEnum):
    """What has become of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A piece of text, safe to show."""

    mark: Mark
    text: str

    @property
    def marked(self) -> str:
        """The text with marks around what is not kept, so that it reads without colours."""
        return {Mark.REMOVED: f"[-{self.text}-]", Mark.ADDED: f"{{+{self.text}+}}"}.get(self.mark, self.text)


@dataclass(frozen=True)
class Difference:
    """What has changed under one of viva's words."""

    word: str
    pieces: tuple[Piece, ...]


def differences(old: Example, new: Example) -> list[Difference]:
    """Return what `new` says otherwise than `old`."""
    found = []
    for word in WORDS:
        before, after = getattr(old, word) or "", getattr(new, word) or ""
        if before != after:
            found.append(Difference(word, tuple(_pieces(before, after))))
    return found


def state_row(example: Example, dataset: Dataset, older: Example | None) -> tuple[str, str, str, str]:
    """Return the cells of a state: version, date, how it came about, what it says otherwise than the state before."""
    words = "–" if older is None else ", ".join(difference.word for difference in differences(older, example))
    change = display_line(dataset.change, 120) or "imported"
    return f"{dataset.version}", f"{dataset.created_at:%Y-%m-%d %H:%M}", change, words


def state_texts(example: Example) -> list[tuple[str, str]]:
    """Return everything that an example says, under its words."""
    said = ((word.capitalize(), display_text(getattr(example, word) or "")) for word in WORDS)
    return [(word, text) for word, text in said if text]


def _pieces(before: str, after: str) -> list[Piece]:
    old, new = _split(before), _split(after)
    if len(old) + len(new) > LONGEST:
        return [piece for piece in (_piece(Mark.REMOVED, old), _piece(Mark.ADDED, new)) if piece.text]
    pieces: list[Piece] = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (step, first, last, new_first, new_last) in enumerate(steps):
        if step == "equal":
            pieces.append(_kept(old[first:last], at_start=number == 0, at_end=number == len(steps) - 1))
            continue
        pieces += [_piece(Mark.REMOVED, old[first:last]), _piece(Mark.ADDED, new[new_first:new_last])]
    return [piece for piece in pieces if piece.text]


def _split(text: str) -> list[str]:
    """Return words and what lies between them."""
    return re.findall(r"\s+|[^\s]+", text)


def _piece(mark: Mark, parts: Sequence[str]) -> Piece:
    return Piece(mark, display_text("".join(parts)))


def _kept(parts: list[str], *, at_start: bool, at_end: bool) -> Piece:
    """Return a piece that stayed, without its middle, or its far end, where it is long."""
    room = 2 * CONTEXT
    head = [] if at_start else parts[:room]
    tail = [] if at_end else parts[-room:]
    if len(parts) <= len(head) + len(tail):
        return _piece(Mark.KEPT, parts)
    return Piece(Mark.KEPT, f"{display_text(''.join(head)).rstrip()} … {display_text(''.join(tail)).lstrip()}")
