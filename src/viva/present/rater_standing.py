"""What each rater is like beside the others, in words and tables: severity, order, use of the scale, κ of each two."""

from typing import Any

from viva.present.rater_agreement import NONE, WHOLE, noun, percent, two
from viva.present.tables import Table
from viva.records.rater_agreement import RaterStanding, StudyAgreement
from viva.records.rating import OVERALL
from viva.records.study import StudyMode
from viva.text import display_line, plural

SHADES = " ░▒▓█"
"""How strongly two raters agree, to be seen without colour."""
_RATER = (
    "rater", "rated", "skipped", "shared", "severity", "severity_error", "correlation", "spread", "kappa", "known",
    "off", "guesses", "unsure", "correct", "expected",
)  # fmt: skip
_NORMAL = 1.96
_WAYS = {
    "severe": "severe",
    "lenient": "lenient",
    "another order": "other order",
    "narrow": "little of the scale",
    "wide": "more of the scale",
    "against the others": "contrary",
}


def for_eyes(found: StudyAgreement) -> Table:
    """Return a line for each rater, rounded."""
    pairs = found.study.mode is StudyMode.PAIRWISE
    off = percent if pairs else two
    columns = ["rater", "shared"]
    columns += [] if pairs else ["severity", "r", "spread"]
    columns += ["κ"]
    known, guessed = any(one.known for one in found.raters), any(one.guesses for one in found.raters)
    columns += ["missed" if pairs else "off by"] if known else []
    columns += ["guesses right"] if guessed else []
    rows = []
    for one in found.raters:
        cells: list[Any] = [one.rater, f"{one.shared:,} of {one.rated:,}"]
        cells += [] if pairs else [severity(one), two(one.correlation), two(one.spread)]
        cells += [two(one.kappa)]
        cells += [off(one.off)] if known else []
        cells += [_guesses(one)] if guessed else []
        rows.append([*cells, outlying(one)])
    return Table.of([*columns, "stands out"], rows, null=NONE)


def for_programs(found: StudyAgreement) -> Table:
    """Return all numbers of each rater, unrounded."""
    rows = [(found.study.name, *(getattr(one, name) for name in _RATER), list(one.outlying)) for one in found.raters]
    return Table.of(["study", *_RATER, "outlying"], rows)


def severity(one: RaterStanding) -> str | None:
    """Return by how many points a rater's totals are lower, with the half of its 95% interval.

    Where the model finds no variance between raters, it has no error either: then there is none to tell.
    """
    if one.severity is None or one.severity_error is None:
        return None
    if not one.severity_error:
        return "none found"
    return f"{round(one.severity, 1) + 0.0:+.1f} ± {_NORMAL * one.severity_error:.1f}"


def outlying(one: RaterStanding) -> str | None:
    """Return in which ways a rater is unlike the others."""
    return ", ".join(_WAYS.get(way, way) for way in one.outlying) or None


def outliers(found: StudyAgreement) -> list[str]:
    """Return who is unlike the others, and in which ways, a line each."""
    return [f"{display_line(one.rater, 30)} stands out: {outlying(one)}" for one in found.raters if one.outlying]


def notes(found: StudyAgreement) -> list[str]:
    """Return what the columns of the raters mean, and from when on somebody stands out."""
    if not any(one.shared for one in found.raters):
        return [f"no {noun(found)} has two raters yet: nobody can be held against the others"]
    if found.study.mode is StudyMode.PAIRWISE:
        return [
            "κ: Cohen's with the other raters, 0 as by chance",
            "stands out: contrary: κ below 0, of those who share 10 pairs or more with others",
        ]
    return [
        "shared: rated by others too; severity: points of the total that a rater takes off (+) or adds (−), by a model "
        "in which texts and raters vary",
        "r: with the mean of the others; spread: of a rater's totals, the others' being 1; κ: Cohen's with the others",
        "stands out: severe or lenient by 5 points of 100 or more, the interval without 0; other order: r below .3; "
        "more or little of the scale: spread above 2 or below ½; contrary: κ below 0; these take 10 shared texts",
    ]


def matrix_for_eyes(found: StudyAgreement) -> Table:
    """Return κ of each two raters, the mean over criteria, as a square; a shade beside each number."""
    names = matrix_names(found)
    rows = [
        [first, *("·" if first == second else matrix_cell(found, first, second) for second in names)] for first in names
    ]
    return Table.of(["κ", *(display_line(name, 12) for name in names)], rows, null=NONE)


def matrix_names(found: StudyAgreement) -> list[str]:
    """Return the raters who share items with others, by name."""
    return sorted({name for pair in found.pairs for name in (pair.first, pair.second)})


def matrix_cell(found: StudyAgreement, first: str, second: str) -> str | None:
    """Return κ of two raters with a shade, None where they have none."""
    value = found.kappa(first, second)
    if value is None:
        return None
    shade = SHADES[min(max(int(value * len(SHADES)), 0), len(SHADES) - 1)]
    return f"{two(value)} {shade}"


def pairs_for_programs(found: StudyAgreement) -> Table:
    """Return κ of each two raters on each criterion, unrounded."""
    rows = [(found.study.name, one.criterion, one.first, one.second, one.shared, one.kappa) for one in found.pairs]
    return Table.of(["study", "criterion", "rater_a", "rater_b", "shared", "kappa"], rows)


def pair_notes(found: StudyAgreement) -> list[str]:
    """Return what the numbers of the square mean, or why there are none."""
    if not found.pairs:
        return [f"no {noun(found)} has two raters yet: no two of them can be held against one another"]
    scale = "" if found.study.mode is StudyMode.PAIRWISE else " with quadratic weights"
    return [f"κ: Cohen's{scale}, the mean over criteria: 1 where two raters agree, 0 as by chance"]


def items_for_eyes(found: StudyAgreement) -> Table:
    """Return the items on which raters are furthest apart, rounded."""
    pairs = found.study.mode is StudyMode.PAIRWISE
    rows = [
        (
            one.number, percent(one.apart) if pairs else f"{one.apart:.1f}", one.raters,
            WHOLE if one.widest == OVERALL else one.widest, "yes" if one.settled else "no",
            display_line(one.question, 60),
        )
        for one in found.disagreements
    ]  # fmt: skip
    return Table.of(["item", "apart", "raters", "most on", "settled", "question"], rows, null=NONE)


def items_for_programs(found: StudyAgreement) -> Table:
    """Return the items on which raters are furthest apart, unrounded."""
    names = ("item", "number", "question", "raters", "apart", "widest", "flagged", "settled")
    rows = [(found.study.name, *(getattr(one, name) for name in names)) for one in found.disagreements]
    return Table.of(["study", *names], rows)


def item_notes(found: StudyAgreement) -> list[str]:
    """Return what the items' columns mean, and what can be done with them."""
    thing = noun(found)
    if not found.disagreements:
        none = f"there is no {thing} with all its ratings on which raters differ"
        blind = not found.study.systems
        return [f"{none}; whoever may rate sees none of them before the study is closed" if blind else none]
    unit = (
        "0% where all say the same, 100% where two say the contrary"
        if thing == "pair"
        else "points that two raters of a text are apart on average, all criteria added up"
    )
    said = [f"apart: {unit}", f"settle one: viva adjudicate {found.study.name} {found.disagreements[0].number}"]
    more = len(found.disagreements)
    return [*said, f"the {plural(more, thing)} furthest apart are shown"] if more >= 100 else said


def _guesses(one: RaterStanding) -> str | None:
    return f"{one.correct:,} of {one.guesses:,}, {one.expected:.1f} by chance" if one.expected is not None else None
