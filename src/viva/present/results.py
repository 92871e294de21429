"""What the Results screen says: what is looked at, how a system stands in a sentence, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from viva.present.datasets import split_name
from viva.present.leaderboard import Entry, Group, Leaderboard, Measure, Part, field_name, part_name
from viva.present.leaderboard_table import EMPTY
from viva.present.measures import HUMAN_TOTAL, STUDY_TOTAL
from viva.records.dataset import Dataset
from viva.records.leaderboard import ResultParts
from viva.text import display_line, plural

Choice = tuple[str, str | None]
"""A name to choose and the value it stands for."""


@dataclass(frozen=True)
class Narrowed:
    """What results are narrowed down to; None is all, `""` a field or subfield of examples without one."""

    field: str | None = None
    subfield: str | None = None
    systems: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return self != Narrowed()


@dataclass(frozen=True)
class View:
    """What of the results is looked at; `every` shows all measures, `measure` is the one that is shown by part."""

    dataset: str | None = None
    split: str = ""
    by: Part | None = None
    every: bool = False
    measure: Measure | None = None
    narrowed: Narrowed = Narrowed()

    def turned(self, parts: ResultParts) -> "View":
        """Return the view by field after that of all, then by subfield where there are any, then of all again."""
        after: dict[Part | None, Part | None] = {None: "field", "field": "subfield"}
        part = after.get(self.by)
        some = any(subfield for subfields in parts.fields.values() for subfield in subfields)
        return replace(self, by=None if part == "subfield" and not some else part)

    def of(self, dataset: str) -> "View":
        """Return the view of another dataset, in which nothing is narrowed down."""
        return View(dataset, by=self.by, every=self.every)

    def reads_as(self, other: "View") -> bool:
        """Tell whether both are of the same values; the split and the measures that are shown may differ."""
        return (self.dataset, self.by, self.narrowed) == (other.dataset, other.by, other.narrowed)

    def measured(self, board: Leaderboard, step: int = 0) -> "View":
        """Return the view with a measure that the board has: the same, or the one `step` further on."""
        known = board.measures
        if not known:
            return replace(self, measure=None)
        here = next((place for place, one in enumerate(known) if self.measure and one.key == self.measure.key), None)
        return replace(self, measure=known[0 if here is None else (here + step) % len(known)])

    def showing(self, every: bool | None) -> "View":
        """Return the view with every measure, or with the main ones; None leaves it as it is."""
        return self if every is None else replace(self, every=every)

    def narrowed_to(self, narrowed: Narrowed) -> "View":
        return replace(self, narrowed=narrowed)

    def in_split(self, splits: Sequence[str], known: Sequence[str], step: int = 0) -> "View":
        """Return the view of a split with results, the same or the one `step` further on; `known` are the dataset's."""
        offered = splits or known
        if self.split in splits:
            return replace(self, split=splits[(splits.index(self.split) + step) % len(splits)])
        return replace(self, split="test" if "test" in offered else next(iter(offered), ""))

    def shown(self, board: Leaderboard) -> Leaderboard:
        """Return what of the board stands on the screen: by part one measure at a time."""
        return board.only(self.measure) if self.by and self.measure is not None else board

    def part_of(self, group: Group) -> tuple[str | None, str | None]:
        """Return the field and subfield that a group's questions are of; None is all of them."""
        field = group.field or "" if self.by else self.narrowed.field
        return field, group.subfield or "" if self.by == "subfield" else self.narrowed.subfield

    def where(self, shown_name: str) -> str:
        """Return in one line what is looked at; `shown_name` is the dataset's."""
        parts = [display_line(shown_name, 40), split_name(self.split)]
        if self.by and self.measure is not None:
            parts += [f"by {self.by}", self.measure.title]
        return " · ".join([*parts, *narrowed_words(self.narrowed)])


def narrowed_words(narrowed: Narrowed) -> list[str]:
    """Return what results are narrowed down to, each in a few words."""
    said = []
    if narrowed.field is not None:
        said.append(f"only {field_name(narrowed.field)}")
    if narrowed.subfield is not None:
        said.append(f"only {display_line(narrowed.subfield, 24) or '(no subfield)'}")
    if narrowed.systems is not None:
        said.append(f"only {plural(len(narrowed.systems), 'system')}")
    return said


def caption(dataset: str, split: str | None, narrowed: Narrowed, seed: int) -> str:
    """Return what a printed leaderboard is of: `vad, split test, only energy: means over questions …`."""
    parts = [display_line(dataset, 40), *([] if split is None else [f"split {split_name(split)}"])]
    what = "means over questions with 95% intervals; what is drawn is drawn with seed"
    return f"{', '.join([*parts, *narrowed_words(narrowed)])}: {what} {seed}"


def field_choices(parts: ResultParts) -> list[Choice]:
    """Return the fields to choose from, all of them first and those without one last."""
    named = [(field_name(field), field) for field in parts.fields if field]
    return [("all", None), *named, *([(field_name(""), "")] if "" in parts.fields else [])]


def subfield_choices(parts: ResultParts, field: str | None) -> list[Choice]:
    """Return the subfields of a field, or of all, to choose from; nothing but `all` where there are none."""
    found = {one for name, every in parts.fields.items() if field in {None, name} for one in every}
    named = [(display_line(one, 40), one) for one in sorted(found) if one]
    return [("all", None), *named, *([("(no subfield)", "")] if named and "" in found else [])]


def place_of(choices: Sequence[Choice], value: str | None) -> int:
    """Return which of the choices stands for `value`, the first where none does."""
    return next((place for place, (_, one) in enumerate(choices) if one == value), 0)


def browsed_measure(measure: Measure) -> str:
    """Return the name under which a measure's values stand among the examples: of points those of the total."""
    if measure.source == "metric":
        return measure.name
    if measure.source == "judge":
        return f"judge total {measure.scorer}"
    return f"{STUDY_TOTAL}{measure.study}" if measure.study else HUMAN_TOTAL


def count_text(systems: int, *, ranking: bool) -> str:
    """Return how many systems there are, and whether they are still being ranked."""
    if systems < 2:
        return ""
    return f"{plural(systems, 'system')}{', ranking…' if ranking else ''}"


def nothing(view: View, dataset: Dataset | None) -> tuple[str, list[tuple[str, str]], str]:
    """Return what stands in place of an empty leaderboard: a heading, the steps to results, and how to go on."""
    if view.narrowed:
        said = ", ".join(narrowed_words(view.narrowed))
        return f"There is no result with {said}", [], "f changes what is shown, and Ctrl+R there shows everything."
    end = "Home (Esc) names the next step and takes it with Enter."
    written = " e shows texts that are written already." if dataset is not None else ""
    return EMPTY, steps_to_results(dataset.name if dataset else None, view.split), end + written


def rivals(board: Leaderboard, group: Group, entry: Entry) -> tuple[str, str] | None:
    """Return which two systems to compare: that of a line, and the best other; None where there is no other."""
    others = [one.row.system for one in group.entries if one.row.system != entry.row.system]
    others += [one.row.system for other in board.groups for one in other.entries if one.row.system != entry.row.system]
    return (entry.row.system, others[0]) if others else None


def sentence(group: Group, entry: Entry, by: Part | None = None) -> str:
    """Return one line that says about a system on a measure what the table only hints at."""
    where = f" in {part_name(group, by)}" if by else ""
    if by == "subfield" and group.field:
        where += f" of {field_name(group.field)}"
    value = f": {entry.mean}" if entry.row.mean is not None else ""
    said = [part for part in (entry.interval, entry.remark) if part]
    return f"{entry.system} · {group.measure.title}{where}{value}" + "".join(f" – {part}" for part in said)


def steps_to_results(dataset: str | None, split: str) -> list[tuple[str, str]]:
    """Return what must be done before there are results, each step with its command."""
    name, part = display_line(dataset or "NAME", 24), display_line(split or "test", 16)
    steps = [
        ("Generate: let the models write for a split", f"viva generate {name} --split {part} --model M"),
        ("Score: compute the metrics of what they wrote", f"viva score {name} --split {part}"),
        ("Rate: experts rate blind, side by side with the reference", "viva study create …, then viva rate"),
    ]
    return steps if dataset else [("Import a dataset", "viva dataset import FILE --name NAME"), *steps]
