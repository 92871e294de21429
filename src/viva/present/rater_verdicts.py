"""What raters said about the texts for an example, a line for each, and the whole of it in words."""

from collections.abc import Sequence

from viva.present import measures
from viva.present.leaderboard import system_name
from viva.present.system_names import short_names
from viva.records.rater_verdict import RaterVerdict
from viva.text import display_line, display_text

HEADINGS = ("System", "Rater", "Total", "Values", "")
NOBODY = "Nobody has rated a text for this question.\n\nEsc goes back."
NAME_WIDTH = 20


def lines(verdicts: Sequence[RaterVerdict]) -> list[tuple[str, ...]]:
    """Return a line for each verdict: system, rater, total out of 100, values, and what else there is to read."""
    short = short_names((verdict.system for verdict in verdicts), NAME_WIDTH).names
    return [
        (
            short[verdict.system] + (f" #{verdict.sample + 1}" if verdict.sample else ""),
            display_line(verdict.rater, 16) or "(no name)",
            measures.number(verdict.total, 100),
            values_text(verdict) if verdict.total is not None else _why(verdict),
            _marks(verdict),
        )
        for verdict in verdicts
    ]


def values_text(verdict: RaterVerdict) -> str:
    """Return the values of the criteria in one line."""
    return ", ".join(
        f"{display_line(name, 24)} {measures.NONE if value is None else f'{value:g}'}"
        for name, value in verdict.values
    )  # fmt: skip


def title(verdict: RaterVerdict) -> str:
    """Return whose verdict it is, on whose text, and in which study."""
    return (
        f"{display_line(verdict.rater, 40)} on {system_name(verdict.system)} · study {display_line(verdict.study, 40)}"
    )


def said(verdict: RaterVerdict) -> str:
    """Return the verdict in full, with the comment as it was written."""
    # Of verdicts that were given elsewhere the time is not known, which the store keeps as 0.
    spent = f", after {verdict.seconds:.0f} s" if verdict.seconds else ""
    parts = [f"{values_text(verdict)} – given {verdict.created_at:%Y-%m-%d %H:%M} UTC{spent}"]
    if verdict.total is None:
        parts.append(_why(verdict))
    if verdict.flagged:
        parts.append("Flagged")
    comment = display_text(verdict.comment).strip()
    return "\n\n".join([*parts, comment or "(no comment)"])


def _why(verdict: RaterVerdict) -> str:
    return display_line(verdict.unscored, 60) if verdict.unscored else "not rated in full"


def _marks(verdict: RaterVerdict) -> str:
    return " ".join(
        word for word, there in (("comment", verdict.comment.strip()), ("flagged", verdict.flagged)) if there
    )
