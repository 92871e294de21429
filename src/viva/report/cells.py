"""Cells of a report's tables: numbers as people read them, with what they stand for."""

import math
import shlex
from collections.abc import Sequence

from viva.present import measures
from viva.records.estimate import Estimate
from viva.records.report import Cell

NONE = Cell(measures.NONE, None)


def text(value: str) -> Cell:
    """Return a cell that says what it holds."""
    return Cell(value, value)


def count(value: int | None) -> Cell:
    """Return a whole number, with marks between thousands."""
    return NONE if value is None else Cell(f"{value:,}", value)


def steady(value: float) -> float:
    """Return a number without its last bits, which no two machines share and which would decide how a half rounds."""
    return float(f"{value:.12g}")


def number(value: float | None, digits: int = 2) -> Cell:
    """Return a number with so many decimals; none, and what is not finite, is a dash."""
    if value is None or not math.isfinite(value):
        return NONE
    rounded = f"{steady(value):.{digits}f}"
    return Cell(rounded.removeprefix("-") if float(rounded) == 0 else rounded.replace("-", "−"), value)


def scaled(value: float | None, highest: float) -> Cell:
    """Return a number with the decimals that suit a scale that ends at `highest`."""
    return number(value, measures.digits(highest))


def signed(value: float | None, digits: int = 2) -> Cell:
    """Return a difference with its sign."""
    if value is None or not math.isfinite(value):
        return NONE
    rounded = f"{steady(value):+.{digits}f}"
    return Cell(rounded[1:] if float(rounded) == 0 else rounded.replace("-", "−"), value)


def span(low: float | None, high: float | None, digits: int, *, sign: bool = False) -> tuple[Cell, Cell]:
    """Return the ends of an interval, which is none where either end is."""
    if low is None or high is None:
        return NONE, NONE
    shown = signed if sign else number
    return shown(low, digits), shown(high, digits)


def on_scale(found: Estimate, ends: measures.Ends | None, digits: int, *, sign: bool = False) -> tuple[Cell, Cell]:
    """Return the ends of an interval cut to those of its scale; words where it is all of the scale."""
    if measures.covers(found, ends):
        return Cell(measures.TOO_FEW_SHORT), NONE
    _, low, high = measures.on_scale(found, ends)
    return span(low, high, digits, sign=sign)


def share(value: float | None) -> Cell:
    """Return a share in per cent."""
    return NONE if value is None else Cell(f"{100 * value:.0f}%", value)


def p_value(value: float | None) -> Cell:
    """Return a probability with the digits that say something."""
    if value is None:
        return NONE
    return Cell("< 0.001" if value < 0.001 else f"{value:.3f}", value)


def scored(n: int, attempted: int) -> Cell:
    """Return how many of those attempted have a value."""
    return Cell(f"{n:,} / {attempted:,}", f"{n}/{attempted}")


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names as a list in a sentence: `a, b and c`."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def seeded(seed: int) -> list[object]:
    """Return the words that give a command its seed; none for the usual one."""
    return ["--seed", seed] if seed else []


def of_split(split: str) -> list[object]:
    """Return the words that narrow a command down to a split; none where examples have no split."""
    return ["--split", split] if split else []


def command(*words: object) -> str:
    """Return a command line of viva, its words quoted where they must be."""
    return shlex.join(["viva", *(str(word) for word in words if word != "")])
