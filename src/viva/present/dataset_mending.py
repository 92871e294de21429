"""Mending a dataset in words: near-duplicates, leaks between splits, new splits, and the version that comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from viva.present.datasets import leakage_text, split_name, splits_text
from viva.present.tables import Column, Table, decimals
from viva.records.dataset import Dataset, Example
from viva.records.duplicates import KeepRule, Leak, LeakageReport, LeakKind
from viva.records.mending import DuplicateReport, LeakingTexts, NearDuplicate, Repetition
from viva.records.split import SplitReport, Stratum
from viva.text import display_line, plural

TEST = "test"
STAYS, GOES = "● stays", "○ goes"

THRESHOLDS = (
    (1.0, "the same words"),
    (0.95, "a word in twenty differs"),
    (0.9, "usual: a word in ten differs"),
    (0.85, "the same sentence told a little differently"),
    (0.8, "much alike"),
    (0.7, "loosely alike: look before dropping"),
)
"""How similar two texts must be, and what that means."""

NO_GROUPS = "No near-duplicates: no two questions are as similar as this."
NO_LEAKS = "No leaks: the splits give nothing away about one another."
NO_SPLITS = "This dataset has fewer than two splits: there is nothing that could leak."


def version_line(before: Dataset, after: Dataset) -> str:
    """Return what came of a change: the new version in one line, or that nothing was to be done."""
    name = display_line(after.name, 40)
    if after.dataset_id == before.dataset_id:
        return f"nothing to change: {name} stays at version {before.version}"
    return f"{name} version {after.version}: {plural(after.size, 'example')}; {splits_text(after)}"


@dataclass(frozen=True)
class Keeping:
    """Which example of a group stays: a rule, among those of the split `prefer` where the group has any there."""

    key: str
    name: str
    note: str
    rule: KeepRule
    prefer: str | None = None


KEEPING = (
    Keeping("first", "the first", "in the order of the dataset", KeepRule.FIRST),
    Keeping("longest", "the longest", "by its reference", KeepRule.LONGEST),
    Keeping("shortest", "the shortest", "by its reference", KeepRule.SHORTEST),
    Keeping("test", "one from test", "the first where none of a group is in it", KeepRule.FIRST, TEST),
)


def keeping(key: str) -> Keeping:
    """Return the choice named `key`. Raises `KeyError`."""
    return {choice.key: choice for choice in KEEPING}[key]


def duplicate_lines(report: DuplicateReport) -> list[str]:
    """Return how many groups there are, what would go, and whether the search was cut short."""
    at = f"similarity {report.threshold:g} and above"
    if not report.groups:
        lines = [f"no near-duplicates among {plural(report.examined, 'example')} ({at})"]
    else:
        found = plural(len(report.groups), "group")
        lines = [
            f"{found} of near-duplicates among {plural(report.examined, 'example')} ({at}): "
            f"{report.dropped:,} to drop when one of each stays"
        ]
    return lines + cut_lines(report.left_out)


def duplicate_counts(report: DuplicateReport) -> str:
    """Return the sums in a few words: `3 groups · 4 of 128 examples go`."""
    if not report.groups:
        return f"{plural(report.examined, 'example')}, no near-duplicates"
    return f"{plural(len(report.groups), 'group')} · {report.dropped:,} of {plural(report.examined, 'example')} go"


def cut_lines(left_out: int) -> list[str]:
    """Return the warning that a search was cut short, or nothing."""
    if not left_out:
        return []
    return [f"cut short: {plural(left_out, 'comparison')} passed over, because too many texts look alike"]


def duplicate_table(report: DuplicateReport) -> Table:
    """Return a row for each member of each group; `stays` marks the one that is kept."""
    columns: list[Column | str] = [
        "group", Column("similarity", decimals(2)), Column("stays", _tick), "number", "example", "split",
        Column("question", lambda text: display_line(text, 200)),
    ]  # fmt: skip
    rows = [
        (number, group.similarity, m.stays, m.number, m.example.example_id, m.example.split, m.example.question)
        for number, group in enumerate(report.groups, 1)
        for m in group.members
    ]
    return Table.of(columns, rows)


def group_row(group: Repetition, number: int) -> tuple[str, str, str, str]:
    """Return a group's cells: number, size, similarity, the question that stays."""
    stays = next((member for member in group.members if member.stays), group.members[0])
    question = display_line(stays.example.question, 200) or "(empty)"
    return f"{number:,}", f"{group.size:,}", similarity_text(group.similarity), question


def similarity_text(similarity: float) -> str:
    """Return a similarity with two places; only equal texts show 1.00."""
    return "1.00" if similarity >= 1 else f"{min(similarity, 0.99):.2f}"


def member_title(member: NearDuplicate) -> str:
    """Return the heading of an example in a group: whether it stays, its number, its split and field."""
    mark = STAYS if member.stays else GOES
    return " · ".join([mark, f"example {member.number:,}", *_place(member.example)])


def group_title(group: Repetition, most: int) -> str:
    """Return the heading above the members of a group, of which `most` are shown."""
    title = f"{plural(group.size, 'example')}, similarity {similarity_text(group.similarity)}"
    return title if group.size <= most else f"{title} · the first {most} are shown"


def leak_table(report: LeakageReport) -> Table:
    """Return a row for each finding."""
    columns: list[Column | str] = [
        Column("kind", _kind), "split_a", "split_b", Column("similarity", decimals(2)), "words", "example_a",
        "example_b",
    ]  # fmt: skip
    rows = [
        (str(k.kind), k.first_split, k.second_split, k.similarity, k.words, k.first_id, k.second_id)
        for k in report.leaks
    ]
    return Table.of(columns, rows)


def leak_counts(dataset: Dataset, report: LeakageReport) -> str:
    """Return the leakage state of a dataset as it is said everywhere, or how many findings there are without splits."""
    if not report.leaks:
        return "No leaks"
    return leakage_text(dataset).partition(": ")[2] or plural(len(report.leaks), "finding")


def no_leaks(dataset: Dataset) -> str:
    """Return what is said where nothing was found."""
    if len(dataset.splits) < 2:
        return NO_SPLITS
    return f"{NO_LEAKS}\n\n{splits_text(dataset)}"


def splitting_helps(report: LeakageReport) -> bool:
    """Tell whether other splits help against what was found."""
    return any(leak.kind is not LeakKind.COPIED_REFERENCE for leak in report.leaks)


def dropping_helps(report: LeakageReport) -> bool:
    """Tell whether dropping near-duplicate questions helps against what was found."""
    return any(leak.kind is LeakKind.QUESTION for leak in report.leaks)


def mended_text(dataset: Dataset) -> str:
    """Return what was done to a dataset, in one line."""
    return f"{display_line(dataset.name, 40)} version {dataset.version}: {display_line(dataset.change, 120)}"


def leak_lines(report: LeakageReport, most: int = 3) -> list[str]:
    """Return a line for each pair of splits that has leaks, those with the most first, at most `most` of them."""
    counted = sorted(report.counts().items(), key=lambda item: -sum(item[1].values()))
    lines = []
    for (one, other), found in counted[:most]:
        parts = [_counted(kind, count) for kind, count in found.items() if count]
        lines.append(f"{_pair(one, other)}: {', '.join(parts)}")
    if len(counted) > most:
        lines.append(f"and {plural(len(counted) - most, 'more pair')} of splits")
    return lines + cut_lines(report.left_out)


def leak_row(leak: Leak) -> tuple[str, str, str]:
    """Return a finding's cells: which splits, what is the same, and how much of it."""
    much = similarity_text(leak.similarity) if leak.words is None else plural(leak.words, "word")
    return _pair(*leak.splits), LEAK_KINDS[leak.kind], much


LEAK_KINDS = {
    LeakKind.QUESTION: "nearly the same question",
    LeakKind.REFERENCE: "nearly the same reference",
    LeakKind.COPIED_REFERENCE: "reference inside a question",
}


def leak_measure(leak: Leak) -> str:
    """Return how much is the same: a similarity, or a passage in words with its share of the reference."""
    if leak.kind is LeakKind.COPIED_REFERENCE and leak.words is not None:
        return f"{plural(leak.words, 'word')} in a row, {leak.similarity:.0%} of the reference"
    return f"similarity {similarity_text(leak.similarity)}"


def leak_texts(leak: Leak, first: Example, second: Example) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the two texts that a finding is about, each with its heading."""
    words = {
        LeakKind.QUESTION: ("question", "question"),
        LeakKind.REFERENCE: ("reference", "reference"),
        LeakKind.COPIED_REFERENCE: ("reference", "question"),
    }[leak.kind]
    places = ((words[0], leak.first, first), (words[1], leak.second, second))
    one, other = (
        (" · ".join([f"{word.title()} of example {index + 1:,}", *_place(example)]), str(getattr(example, word)))
        for word, index, example in places
    )
    return one, other


def leak_same(leak: Leak, found: LeakingTexts) -> str:
    """Return what two texts have in common: how much, and for a copied reference which words."""
    same = f"{LEAK_KINDS[leak.kind]}: {leak_measure(leak)}"
    return f"{same}: “{display_line(found.passage, 300)}”" if found.passage else same


def leak_advice(report: LeakageReport) -> str:
    """Return what can be done about the leaks that were found."""
    parts = []
    if splitting_helps(report):
        other = ", or keep one of each group" if dropping_helps(report) else ""
        parts.append(f"Split anew, near-duplicates kept together{other}.")
    if any(leak.kind is LeakKind.COPIED_REFERENCE for leak in report.leaks):
        parts.append("Edit questions that hold a reference.")
    return " ".join(parts)


@dataclass(frozen=True)
class SplitForm:
    """What the form of a new split holds, as typed; an empty stratum is none."""

    parts: str = "train=0.8,validation=0.1,test=0.1"
    per: str = ""
    stratify: str = ""
    seed: str = "0"
    together: bool = True

    @property
    def number(self) -> int | None:
        """The seed as a number, or None where it is none."""
        text = self.seed.strip()
        return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else None


@dataclass(frozen=True)
class Preset:
    """A way of splitting that can be chosen by its name; `strata` says that it needs fields or subfields."""

    key: str
    name: str
    parts: str
    per: str = ""


PRESETS = (
    Preset("80-10-10", "80 / 10 / 10: train, validation, test", "train=0.8,validation=0.1,test=0.1"),
    Preset("75-25", "75 / 25: train, test", "train=0.75,test=0.25"),
    Preset("80-20", "80 / 20: train, test", "train=0.8,test=0.2"),
    Preset("two", "two of each subfield for test, the rest for train", "test=2,train=rest", "subfield"),
    Preset("one", "one of each field for train and one for test", "train=1,test=1", "field"),
)
OWN = "own"
STRATA = ((Stratum.FIELD.value, "field"), (Stratum.SUBFIELD.value, "subfield"))


def preset_of(form: SplitForm) -> str:
    """Return the key of the preset that the form says, or `OWN`."""
    typed = ",".join(part.strip() for part in form.parts.split(","))
    return next((preset.key for preset in PRESETS if (preset.parts, preset.per) == (typed, form.per)), OWN)


def first_split_form(dataset: Dataset) -> SplitForm:
    """Return the form as it opens: 80/10/10, of every field its share where there are some."""
    return SplitForm(stratify=Stratum.FIELD.value if dataset.fields > 1 else "")


SplitRow = tuple[str | None, str | None, str, int, int]


def split_rows(report: SplitReport) -> list[SplitRow]:
    """Return field, subfield, split, wanted and got: over the whole, then for each stratum that differs."""
    rows: list[SplitRow] = [(None, None, amount.name, amount.wanted, amount.got) for amount in report.parts]
    if report.left or report.left_wanted:
        rows.append((None, None, "", report.left_wanted, report.left))
    for stratum in report.inexact_strata:
        rows += [(stratum.field, stratum.subfield, a.name, a.wanted, a.got) for a in stratum.amounts]
    return rows


def split_table(report: SplitReport) -> Table:
    """Return wanted and got for each split, over the whole and for each stratum that differs."""
    columns: list[Column | str] = ["field", "subfield", Column("split", split_name), "wanted", "got"]
    return Table.of(columns, split_rows(report))


def split_lines(report: SplitReport) -> list[str]:
    """Return how exact a split is, what was kept together, and what is in no split."""
    lines = []
    if report.exact:
        lines.append("every split gets as many as wanted" + (", in each stratum too" if report.strata else ""))
    else:
        over = [amount for amount in report.parts if amount.difference]
        strata = report.inexact_strata
        parts = [", ".join(f"{display_line(a.name, 24)} {a.difference:+,}" for a in over)] if over else []
        if strata:
            parts.append(f"{len(strata):,} of {plural(len(report.strata), 'stratum', 'strata')} differ")
        lines.append("not exact: " + "; ".join(parts))
    if report.groups:
        lines.append(
            f"{plural(report.groups, 'group')} kept together (near-duplicates, one source), "
            f"the largest of {report.largest_group:,}"
        )
    if report.left:
        lines.append(f"{plural(report.left, 'example')} in no split")
    return lines


def split_cells(rows: Sequence[SplitRow]) -> list[tuple[str, str, str, str, str]]:
    """Return the rows of a split for eyes: stratum, split, wanted, got, difference."""
    cells = []
    for field, subfield, split, wanted, got in rows:
        place = " › ".join(display_line(part, 28) for part in (field, subfield) if part)
        differs = f"{got - wanted:+,}" if got != wanted else "–"
        cells.append((place or "all", split_name(split), f"{wanted:,}", f"{got:,}", differs))
    return cells


def _place(example: Example) -> list[str]:
    return [split_name(example.split), *([display_line(example.field, 24)] if example.field else [])]


def _pair(one: str, other: str) -> str:
    return f"within {split_name(one)}" if one == other else f"{split_name(one)} ↔ {split_name(other)}"


def _counted(kind: LeakKind, count: int) -> str:
    noun, nouns = {
        LeakKind.QUESTION: ("near-duplicate question", ""),
        LeakKind.REFERENCE: ("near-duplicate reference", ""),
        LeakKind.COPIED_REFERENCE: ("reference inside a question", "references inside a question"),
    }[kind]
    return plural(count, noun, nouns)


def _kind(kind: str) -> str:
    return LEAK_KINDS[LeakKind(kind)]


def _tick(value: bool) -> str:
    return "stays" if value else ""
