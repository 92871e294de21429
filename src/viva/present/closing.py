"""What a rater is told: the tone of a line, how far they are, and the page that stands there where there is no item."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from viva.records.rating import Draft, RatingItem
from viva.text import display_line, plural

ENOUGH = 3
"""Own verdicts from which on the time left can be told."""
SKIP_REASONS = ("not my field", "text is broken or empty", "need more context")


class Tone(StrEnum):
    """How a line is meant."""

    QUIET = "quiet"
    NORMAL = "normal"
    READY = "ready"
    ALERT = "alert"


@dataclass(frozen=True)
class Prompt:
    """What the rater is told to do now."""

    text: str
    tone: Tone = Tone.NORMAL


class Page(StrEnum):
    """What stands there instead of an item, and why."""

    COMING = "coming"
    NOTHING = "nothing"
    FINISHED = "finished"
    ELSEWHERE = "elsewhere"
    PAUSED = "paused"
    CLOSED = "closed"


class Enter(StrEnum):
    """What the Enter key asks of the screen; `NOTHING` where the state has dealt with it."""

    SAVE = "save"
    TRY = "try"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Closing:
    """A page with words: a headline, and what can be done."""

    title: str
    lines: tuple[str, ...] = ()


def closing(page: Page, rated: int, skipped: int, left: int, *, noun: str = "text", back: str = "b") -> Closing:
    """Return the words of a page; `noun` is what a study hands out, a text or a pair, `back` the key that goes back."""
    said = f"You rated {plural(rated, noun)}" + (f" and skipped {skipped:,}." if skipped else ".")
    look = f"{back} goes back through your verdicts."
    done = [f"{said} All of it is saved. {look}"] if rated or skipped else []
    match page:
        case Page.COMING:
            return Closing("Fetching the next …", ("Everything you saved is safe. Esc leaves.",))
        case Page.NOTHING:
            title, lines = "There is nothing to rate here", [f"Every {noun} of this study has the verdicts it needs."]
        case Page.FINISHED:
            revise = f"Every verdict is saved. To change one, go back to it with {back}, enter it anew and press Enter."
            title, lines = "That was the last one. Thank you.", [said, revise]
        case Page.PAUSED:
            wait = "It goes on when whoever runs it says so: this page looks by itself, Enter looks now."
            title, lines = "This study is paused", [*done, wait]
        case Page.CLOSED:
            title, lines = "This study is closed. Thank you.", [*done, "Nothing more can be entered or changed."]
        case Page.ELSEWHERE:
            others = "is with another rater" if left == 1 else "are with other raters"
            wait = "One may come back to you: this page looks by itself every half minute, Enter looks now."
            title, lines = f"The last {plural(left, noun)} {others} right now", [*done, wait]
    leave = "Esc leaves; there is no need to wait." if page is Page.ELSEWHERE else "Esc leaves."
    return Closing(title, (*lines, leave))


def progress_line(rated: int, left: int, seconds: Sequence[float], *, closed: bool = False) -> str:
    """Return `12 rated · 26 left · about 18 min`; `seconds` are those of own verdicts, few of which tell nothing."""
    parts = [f"{rated:,} rated"]
    if closed:
        return f"{parts[0]} · closed"
    if left:
        parts.append(f"{left:,} left")
        if len(seconds) >= ENOUGH and (each := median(seconds)):
            parts.append(f"about {rough_time(each * left)}")
    return " · ".join(parts)


def training_line(done: int, practice: int, left: int) -> str:
    """Return `training 1 of 3 · then 26`, of a round in which `done` items have a verdict."""
    return f"training {done + 1:,} of {practice:,} · then {left:,}"


def saved_prompt(skipped: str | None, *, closed: bool) -> Prompt:
    """Return what is said of an item that has a verdict; `skipped` is the reason where it was skipped."""
    if skipped is not None:
        said = f"Skipped: {display_line(skipped, 60)}"
        return Prompt(said if closed else f"{said}. Rate it to take that back", Tone.QUIET)
    return Prompt("Saved. Enter goes on" if closed else "Saved. Change what you like, Enter goes on", Tone.QUIET)


def marks_line(item: RatingItem | None, entry: Draft) -> str:
    """Return what is to be known of an item beside its texts: `practice · flagged · comment`."""
    marks = {
        "practice": item is not None and item.practice,
        "flagged": entry.flagged,
        "comment": bool(entry.comment.strip()),
    }
    return " · ".join(mark for mark, there in marks.items() if there)


def rough_time(seconds: float) -> str:
    """Return a time that a person can plan with: `1 min`, `18 min`, `2 h 10 min`, `14 h`."""
    minutes = max(round(seconds / 60), 1)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(round(minutes / 5) * 5, 60)
    return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours + (rest >= 30):,} h"
