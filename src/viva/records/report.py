"""A report as a document: sections of sentences, tables and figures, each number with where it comes from."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

Value = str | int | float | None
"""What a cell stands for, unrounded."""


@dataclass(frozen=True)
class ReportRequest:
    """What a report is to be of; `split` None takes the one with results, `study` and `judge` None the largest.

    Raters are numbered unless `names`. All that is drawn at random follows `seed`.
    """

    dataset: str
    split: str | None = None
    study: str | None = None
    judge: str | None = None
    seed: int = 0
    names: bool = False


class Cell(NamedTuple):
    """A value as people read it, and the value."""

    shown: str
    value: Value = None


@dataclass(frozen=True)
class Source:
    """Where the numbers of a table or figure come from, so that anybody can compute them anew.

    `sql` reads what they rest on, `command` is viva's own way to them, `how` says in a sentence what is computed;
    `seed` is None where nothing is drawn.
    """

    sql: str = ""
    command: str = ""
    how: str = ""
    seed: int | None = None


@dataclass(frozen=True)
class ReportTable:
    """Rows under column names; columns in `right` hold numbers. With `grouped` a row whose first cell is the one above
    leaves it blank."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: Source
    right: tuple[int, ...] = ()
    grouped: bool = False
    folded: bool = False


@dataclass(frozen=True)
class Interval:
    """A system's mean with its interval, where it has one."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class DotPanel:
    """The means of all systems on one measure, with intervals; `highest` ends the scale where it has an end."""

    title: str
    points: tuple[Interval, ...]
    highest: float | None = None
    zero: bool = False


@dataclass(frozen=True)
class Dots:
    """Means with intervals, a panel for each measure; with `zero` a panel marks the line of no difference."""

    panels: tuple[DotPanel, ...]


@dataclass(frozen=True)
class Bars:
    """Bars with intervals: a group for each of `groups`, in it a bar for each of the series (one value per group)."""

    groups: tuple[str, ...]
    series: tuple[tuple[str, tuple[Interval | None, ...]], ...]
    axis: str
    highest: float | None = None


@dataclass(frozen=True)
class BinnedPanel:
    """How the values of one system spread: a count for each bin."""

    title: str
    counts: tuple[int, ...]
    mean: float | None


@dataclass(frozen=True)
class Binned:
    """Histograms on common bins, a panel for each system."""

    edges: tuple[float, ...]
    panels: tuple[BinnedPanel, ...]
    axis: str


@dataclass(frozen=True)
class LinePanel:
    """The curves of one training: (step, value) points by name."""

    title: str
    lines: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]


@dataclass(frozen=True)
class Lines:
    """Training curves, a panel for each run."""

    panels: tuple[LinePanel, ...]
    axis: str


@dataclass(frozen=True)
class Heat:
    """A square of values from `low` to `high`, None where there is none; `labels` name rows and columns alike."""

    labels: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    low: float
    high: float
    axis: str


@dataclass(frozen=True)
class Scatter:
    """Points by group on two scales of the same length, 0 to `highest`."""

    groups: tuple[tuple[str, tuple[tuple[float, float], ...]], ...]
    across: str
    up: str
    highest: float


Drawing = Dots | Bars | Binned | Lines | Heat | Scatter


@dataclass(frozen=True)
class Figure:
    """A drawing; `name` is that of its file, `caption` says what there is to see."""

    name: str
    caption: str
    drawing: Drawing
    source: Source


@dataclass(frozen=True)
class Section:
    """A heading, and what stands below it in this order; `missing` says why there is nothing."""

    key: str
    title: str
    text: tuple[str, ...] = ()
    blocks: tuple[ReportTable | Figure, ...] = ()
    missing: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The document: what it is called, the facts below its title, and its sections."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    request: ReportRequest
    version: str

    @property
    def tables(self) -> tuple[tuple[Section, ReportTable], ...]:
        """The tables, each with its section, in their order."""
        found = ((section, block) for section in self.sections for block in section.blocks)
        return tuple((section, block) for section, block in found if isinstance(block, ReportTable))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures in their order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Figure))


@dataclass(frozen=True)
class ReportWritten:
    """What writing a report left: its file, those of its figures, and the sections that could not be had, with why."""

    path: Path
    figures: tuple[Path, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    sections: int = 0


@dataclass(frozen=True)
class CapsuleWritten:
    """A capsule: its folder, and the rows of each table in it."""

    folder: Path
    rows: dict[str, int]
    numbers: int
    report: ReportWritten | None = None


@dataclass(frozen=True)
class CapsuleCheck:
    """What computing a capsule anew came to: how many numbers were compared, and what differs, in words.

    `notes` tell of what may explain a difference, such as another version of viva.
    """

    folder: Path
    files: int
    numbers: int
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def same(self) -> bool:
        return not self.differences
