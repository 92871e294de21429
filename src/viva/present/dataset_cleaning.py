"""The form that cleans a dataset, in words: its rules and limits, the counts, and samples with what changes marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.present.dataset_changes import Kind, Segment, changed_spots
from viva.records.cleaning import CleanedRow, CleanReport, CleanRules
from viva.text import display_line, plural

MOST_SPOTS = 3
"""So many differences of a text are shown."""

NOTHING_TO_CLEAN = "Nothing to clean by these rules: every example stays as it is."
NO_EXAMPLES = "This dataset holds no examples."
MARKS = "[-removed-]  {+added+}"


@dataclass(frozen=True)
class RuleWords:
    """A rule of `CleanRules` that is on or off, and what it does in a few words."""

    key: str
    label: str
    note: str


@dataclass(frozen=True)
class LimitWords:
    """The two limits of `CleanRules` for a text, in words."""

    label: str
    least: str
    most: str


RULES = (
    RuleWords("decoration", "Decoration", "*, # and rows of marks"),
    RuleWords("control", "Control characters", "and hidden marks"),
    RuleWords("white_space", "White space", "blanks and line breaks"),
    RuleWords("unicode", "Accents", "composed (NFC)"),
    RuleWords("duplicates", "Exact duplicates", "the first stays"),
    RuleWords("same_question", "Repeated questions", "the first stays"),
)
LIMITS = (
    LimitWords("Question", "least_question", "most_question"),
    LimitWords("Reference", "least_reference", "most_reference"),
)


def clean_rules(switches: Mapping[str, bool], limits: Mapping[str, str]) -> CleanRules:
    """Return the rules of a form; `limits` are digits as typed, an empty text sets none."""
    numbers = {key: int(text) if text.strip() else None for key, text in limits.items()}
    return CleanRules(
        decoration=switches["decoration"],
        control=switches["control"],
        white_space=switches["white_space"],
        unicode=switches["unicode"],
        duplicates=switches["duplicates"],
        same_question=switches["same_question"],
        **numbers,
    )


def cleans(report: CleanReport) -> bool:
    """Tell whether there is anything to clean."""
    return bool(report.changed or report.dropped)


def clean_counts(report: CleanReport, size: int) -> str:
    """Return the sums in one line; where not all of `size` examples were looked at, it says so."""
    if report.examined < size:
        of = f"the first {report.examined:,} of {plural(size, 'example')}"
    else:
        of = plural(report.examined, "example")
    if not cleans(report):
        return f"{of}: nothing to clean"
    return f"{of}: {report.changed:,} changed, {report.dropped:,} dropped"


def clean_reasons(report: CleanReport) -> str:
    """Return how many examples each reason concerns: `decoration 12 · white space 4`."""
    return " · ".join(f"{reason} {count:,}" for reason, count in report.reasons.items())


@dataclass(frozen=True)
class Sample:
    """An example that changes or goes: a heading, and lines of segments that name what comes and what goes."""

    heading: str
    lines: tuple[tuple[Segment, ...], ...]


def samples(rows: Sequence[CleanedRow], width: int) -> list[Sample]:
    """Return what changes in each example, in excerpts of about `width` characters."""
    return [_sample(row, width) for row in rows]


def _sample(row: CleanedRow, width: int) -> Sample:
    reasons = ", ".join(row.reasons)
    heading = f"Example {row.index + 1:,} · {'dropped: ' if row.dropped else ''}{reasons}"
    if row.after is None:
        question = display_line(row.before.question, 2 * width)
        return Sample(heading, ((Segment(Kind.KEPT, question or "(no question)"),),))
    lines: list[tuple[Segment, ...]] = []
    for name, before, after in (
        ("question", row.before.question, row.after.question),
        ("reference", row.before.reference, row.after.reference),
    ):
        spots = changed_spots(before, after, width)
        if not spots:
            continue
        lines += [(Segment(Kind.NOTE, f"{name}: "), *spot.segments) for spot in spots[:MOST_SPOTS]]
        if len(spots) > MOST_SPOTS:
            lines.append((Segment(Kind.NOTE, f"{name}: {plural(len(spots) - MOST_SPOTS, 'more spot')}"),))
    return Sample(heading, tuple(lines))
