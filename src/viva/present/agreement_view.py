"""The screen of agreement, without any UI: its four parts, their cells, and what is said below them."""

from collections.abc import Callable
from dataclasses import dataclass

from viva.present import rater_agreement, rater_standing
from viva.present.tables import Table
from viva.records.rater_agreement import StudyAgreement
from viva.text import display_line

Cells = list[list[str]]
AS_WRITTEN = ("α", "κ")
"""What a line begins with that is no word."""


@dataclass(frozen=True)
class Part:
    """One of the tables: its name, how it is made for eyes and for programs, and what is said of it."""

    name: str
    title: str
    table: Callable[[StudyAgreement], Table]
    plain: Callable[[StudyAgreement], Table]
    notes: Callable[[StudyAgreement], list[str]]


PARTS = (
    Part("criteria", "Criteria", rater_agreement.for_eyes, rater_agreement.for_programs, rater_agreement.notes),
    Part("raters", "Raters", rater_standing.for_eyes, rater_standing.for_programs, rater_standing.notes),
    Part(
        "pairs", "Two by two", rater_standing.matrix_for_eyes, rater_standing.pairs_for_programs,
        rater_standing.pair_notes,
    ),
    Part(
        "items", "Furthest apart", rater_standing.items_for_eyes, rater_standing.items_for_programs,
        rater_standing.item_notes,
    ),
)  # fmt: skip
"""In the order in which they are gone through."""


def part(name: str) -> Part:
    """Return the part of that name."""
    return next(one for one in PARTS if one.name == name)


def cells(found: StudyAgreement, of: Part) -> tuple[list[str], Cells]:
    """Return the headings and the rows of a part as texts on a line each."""
    table = of.table(found)
    rows = [
        [table.null if value is None else display_line(str(value), 60) for value in row]
        for page in table.pages
        for row in page
    ]
    return [display_line(column.name, 24) for column in table.columns], rows


def right(found: StudyAgreement, of: Part) -> set[int]:
    """Return the columns of a part that hold numbers, but for the first."""
    headings, rows = cells(found, of)
    texts = {"criterion", "most on", "settled", "question", "stands out", "guesses right", "rater"}
    return {place for place, name in enumerate(headings) if name not in texts and (place or name == "item") and rows}


def lines(found: StudyAgreement, of: Part) -> list[str]:
    """Return what is said below a part."""
    said = of.notes(found)
    if of.name == "raters":
        said = [*rater_standing.outliers(found), *said]
    if of.name == "items" and found.disagreements:
        said = [line for line in said if not line.startswith("settle one:")]
        said.append("Enter: read the texts and what each rater said, and settle it")
    return [
        line if line.startswith(AS_WRITTEN) or of.name == "raters" else line[:1].upper() + line[1:] for line in said
    ]
