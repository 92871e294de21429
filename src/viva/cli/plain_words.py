"""What plain rating says, and what can be typed to it."""

from collections.abc import Sequence
from enum import StrEnum

from viva.present import known
from viva.present.comparing import CompareState, Shown
from viva.present.rating import RatingState
from viva.records.rating import KnownAnswer, RatingItem, RatingTask, Side, TaskProgress
from viva.records.study import StudyMode
from viva.text import display_line, display_text, plural

State = RatingState | CompareState


class Command(StrEnum):
    """What can be typed beside values: the whole word, or as much of it as tells it from the others."""

    SKIP = "skip"
    BACK = "back"
    NEXT = "next"
    UNDO = "undo"
    COMMENT = "comment"
    FLAG = "flag"
    AGAIN = "again"
    QUESTION = "question"
    REFERENCE = "reference"
    TEXT = "text"
    TEXT_A = "text a"
    TEXT_B = "text b"
    LEVELS = "levels"
    HELP = "help"
    QUIT = "quit"


_EXPLAINED = {
    Command.SKIP: "pass this one over, with a reason",
    Command.BACK: "go back to the one before, to change it",
    Command.NEXT: "go on without saving",
    Command.UNDO: "take the last entry back",
    Command.COMMENT: "write a comment",
    Command.FLAG: "flag it for a second look, or no longer",
    Command.AGAIN: "hear everything again",
    Command.QUESTION: "hear the question again",
    Command.REFERENCE: "hear the reference again",
    Command.LEVELS: "hear what the values of each criterion stand for",
    Command.HELP: "hear this",
    Command.QUIT: "leave; what you entered is kept",
}
_SHORT = {
    "?": Command.HELP, "h": Command.HELP, "b": Command.BACK, "n": Command.NEXT, "q": Command.QUIT, "s": Command.SKIP,
    "c": Command.COMMENT, "f": Command.FLAG, "u": Command.UNDO, "r": Command.AGAIN, "l": Command.LEVELS,
}  # fmt: skip
_SHOWN: dict[str, Shown] = {"a": "A", "b": "B", "t": "tie", "tie": "tie"}


def command(typed: str, mode: StudyMode) -> Command | None:
    """Return the command that is meant; None where it is none, or could be several."""
    said = " ".join(typed.casefold().split())
    if mode is StudyMode.PAIRWISE and said in _SHOWN:
        return None
    if said in _SHORT:
        return _SHORT[said]
    if not said or len(said) > 20:
        return None
    if said in list(Command):
        return Command(said)
    meant = [each for each in Command if each.value.startswith(said)]
    return meant[0] if len(meant) == 1 and len(said) > 1 else None


def shown(typed: str) -> Shown | None:
    """Return which text is meant to be better."""
    return _SHOWN.get(typed.casefold())


def task_line(number: int, progress: TaskProgress) -> str:
    """Return a study in a line."""
    task = progress.task
    noun = "pair" if task.mode is StudyMode.PAIRWISE else "text"
    left = plural(progress.left, noun)
    training = f", {progress.practice_left} for training before" if progress.practice_left else ""
    return f"{number}: {display_line(task.name, 64)}, {left} left{training}"


def opening(state: State) -> list[str]:
    """Return what is said first."""
    task = state.task
    asks = "Say which of two texts is better." if isinstance(state, CompareState) else "Give each text its values."
    lines = [f"Study {display_line(task.name, 64)}. {asks} {progress(state)}."]
    if task.options.note.strip():
        lines.append(display_text(task.options.note))
    return [*lines, "Type help at any time to hear what can be typed."]


def progress(state: State) -> str:
    """Return how far the rater is, in words that can be read out."""
    return state.progress().replace(" · ", ", ")


def heading(state: State) -> str:
    """Return the line before an item."""
    what = "Pair" if isinstance(state, CompareState) else "Text"
    training = " of the training round" if state.item is not None and state.item.practice else ""
    number = state.order.index(state.item_id) + 1 if state.item_id in state.order else 0
    return f"{what} {number}{training}. {progress(state)}."


def parts(item: RatingItem) -> list[tuple[str, str]]:
    """Return the texts of an item with their titles."""
    found = [("Question", item.question)]
    if item.reference.strip() or item.other is None:
        found.append(("Reference", item.reference))
    if item.other is None:
        return [*found, ("Text", item.text)]
    return [*found, ("Text A", item.text), ("Text B", item.other)]


def part(title: str, text: str) -> str:
    """Return a text under its title and its length; an empty one is named as that."""
    if not text.strip():
        return f"{title}: empty."
    return f"{title}, {plural(len(text.split()), 'word')}:\n{display_text(text)}"


def entered(state: State) -> list[str]:
    """Return what is entered for an item already, where anything is."""
    if isinstance(state, CompareState):
        given = [f"{row.name}: {row.note}" for row in state.rows() if row.chosen is not None]
    else:
        given = [f"{row.name}: {row.chosen}" for row in state.rows() if row.chosen is not None]
    marks = [mark for mark in state.marks().split(" · ") if mark and mark != "practice"]
    lines = [f"Entered so far: {'. '.join(given)}."] if given else []
    return [*lines, *([f"It has: {', '.join(marks)}."] if marks else [])]


def prompt(state: State) -> str:
    """Return what is to be typed now."""
    said = state.prompt().text
    if said.startswith("Enter:"):
        return " ".join([*entered(state)[:1], f"An empty line:{said.removeprefix('Enter:')}."])
    return said.replace("n goes on", "next goes on").replace("Enter goes on", "an empty line goes on")


def help_lines(state: State) -> list[str]:
    """Return what can be typed."""
    if isinstance(state, CompareState):
        lines = ["a, b, or t: which text is better, t for a tie."]
        lines += ["1 or 2: slightly or clearly better."] if state.strength else []
        texts = "text a, text b: hear that text again."
    else:
        lines = [f"A number, {state.extent()}: the value of the criterion that is asked."]
        texts = "text: hear the text again."
    lines += ["An empty line: save and go on, when everything is entered."]
    return [*lines, *(f"{name.value}: {said}." for name, said in _EXPLAINED.items()), texts]


def done_line(state: State) -> str:
    """Return how much somebody has given."""
    noun = "pair" if isinstance(state, CompareState) else "text"
    skipped = f", and skipped {state.skipped:,}" if state.skipped else ""
    return f"You rated {plural(state.rated, noun)}{skipped}. All of it is saved."


def known_lines(answer: KnownAnswer, task: RatingTask, shown_first: Side) -> Sequence[str]:
    """Return what is known of a training item beside what was given."""
    rows = known.known_rows(answer, task, shown_first)
    lines = [f"{known.known_headline(rows)}."]
    for row in rows:
        lines.append(f"{row.name}: you gave {row.given}, known is {row.known}, {row.remark}.")
    why = known.why_text(answer)
    return [*lines, f"Why: {display_text(why)}"] if why else lines
