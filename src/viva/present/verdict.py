"""Whether a training fits into memory, and what else is known of it before it starts, in words."""

from dataclasses import dataclass

from viva.errors import JobError, MissingExtra, UserError
from viva.present import memory
from viva.present.jobs import duration
from viva.records.training import Estimate, Fit
from viva.text import display_line, plural

SYMBOLS = {Fit.FITS: "✓", Fit.TIGHT: "!", Fit.DOES_NOT_FIT: "✗"}
TONES = {Fit.FITS: "$success", Fit.TIGHT: "$warning", Fit.DOES_NOT_FIT: "$error"}
"""A verdict is told by its symbol and its words, never by colour alone."""

LOOKING = "Looking whether it fits…"
TRYING = "Dry run: two steps on the longest batch…"
NOT_NOW = "Whether it fits is told when the form can be right"
UNKNOWN = "Not known whether it fits: the estimate failed"

_PARTS_TOLD = 2
_LEAST_PART = 10 << 20


@dataclass(frozen=True)
class Verdict:
    """What stands under the form: the verdict itself in its tone (a theme colour), and what is known beside it."""

    text: str
    tone: str
    lines: tuple[str, ...] = ()


def verdict(found: Estimate) -> Verdict:
    """Return the verdict on a training that has been estimated."""
    text = memory.verdict(found)
    if found.fit is Fit.TIGHT and found.nearest:
        text += f"; would fit with {memory.changes(found)}"
    return Verdict(f"{SYMBOLS[found.fit]} {text}", TONES[found.fit], (lengths_line(found), parts_line(found)))


def lengths_line(found: Estimate) -> str:
    """Return steps, time and the lengths of the examples."""
    lengths = found.lengths
    parts = [plural(found.steps, "step")]
    if found.seconds is not None:
        parts.append(f"about {duration(found.seconds)}")
    parts.append(f"longest example {plural(lengths.longest, 'token')}")
    if lengths.truncated:
        parts.append(f"{lengths.truncated:,} cut")
    if lengths.dropped:
        parts.append(f"{lengths.dropped:,} left out")
    if not lengths.truncated and not lengths.dropped:
        parts.append("none cut")
    return " · ".join(parts)


def parts_line(found: Estimate) -> str:
    """Return where it would be trained and what needs the memory there, the largest parts first."""
    largest = sorted(found.parts.items(), key=lambda part: part[1], reverse=True)[:_PARTS_TOLD]
    told = [f"{display_line(name, 20)} {memory.size(count)}" for name, count in largest if count >= _LEAST_PART]
    parts = [f"on {display_line(found.device, 32)}", *([", ".join(told)] if told else [])]
    if found.correction != 1:
        parts.append(f"dry runs: × {found.correction:.2f}")
    return " · ".join(parts)


def unknown_model(location: str) -> Verdict:
    """Return what is said of a model that the workspace does not hold yet."""
    return Verdict(
        f"{display_line(location, 48)} is not in this workspace yet", "$warning",
        ("Ctrl+N adds it, then it is told whether it fits; its configuration and tokenizer are fetched for that.",),
    )  # fmt: skip


def refusal(error: UserError | JobError) -> Verdict:
    """Return why nothing can be said."""
    before = "" if isinstance(error, MissingExtra) else "not known whether it fits: "
    message, hint = (error.message, error.hint) if isinstance(error, UserError) else (str(error), "")
    hint = display_line(hint, 160)
    return Verdict(f"{before}{display_line(message, 200)}", "$warning", (hint,) if hint else ())
