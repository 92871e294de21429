"""A rater's desk in words: the studies that are open to them, and the verdicts they have given."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from viva.present.closing import rough_time
from viva.present.jobs import ago, bar, duration
from viva.present.rubric import criterion_name
from viva.records.rating import (
    OVERALL,
    Choice,
    PreferenceEvent,
    RatingEvent,
    RatingItem,
    RatingTask,
    Side,
    TaskProgress,
    Verdict,
)
from viva.records.study import StudyMode, StudyProgress, StudyState
from viva.text import display_line, plural

WELCOME = "Here you read what was written and say how good it is. Nothing tells you who wrote it."
NO_TASKS = (
    "No study is open to you yet.\n\nWhoever runs the studies has to let you in; this page shows it as soon as they do."
)
NO_VERDICTS = "You have not rated anything in this study yet."
MODES = {StudyMode.RUBRIC: "rate each text", StudyMode.PAIRWISE: "compare two texts"}
HEADINGS = ("Study", "What you do", "Done", "Left", "Time left")
WIDE = 100
"""Columns from which on there is room to say what a rater does."""
BAR = 10
PAGE = 100
"""Verdicts that are shown at a time."""


def task_headings(width: int) -> list[str]:
    """Return what stands above the studies."""
    return [heading for heading in HEADINGS if width >= WIDE or heading != HEADINGS[1]]


def task_cells(progress: TaskProgress, width: int) -> list[str]:
    """Return a study's cells in the order of `task_headings`."""
    task = progress.task
    done = progress.rated + progress.skipped
    whole = done + progress.left
    cells = [
        display_line(task.name, 40),
        MODES[task.mode],
        f"{bar(done / whole, BAR)} {done:,} of {whole:,}" if whole else "",
        left_text(progress),
        time_left(progress),
    ]
    return [cell for number, cell in enumerate(cells) if width >= WIDE or number != 1]


def left_text(progress: TaskProgress) -> str:
    """Return how much of a study is left to somebody, or why nothing is handed out."""
    if progress.task.state is StudyState.CLOSED:
        return "closed"
    if progress.task.state is StudyState.PAUSED:
        return "paused"
    if not progress.left:
        return "all done" if progress.rated + progress.skipped else "nothing now"
    return f"{progress.left:,}"


def time_left(progress: TaskProgress) -> str:
    """Return about how long the rest takes at the usual pace; nothing where nothing is left to do."""
    count = progress.left + progress.practice_left
    if not count or progress.task.state is not StudyState.OPEN:
        return ""
    if progress.seconds_each is None:
        return "not known yet"
    return f"about {rough_time(count * progress.seconds_each)}"


def about_task(progress: TaskProgress) -> list[str]:
    """Return what else is to be known of a study: what was said to its raters, training, what Enter does."""
    task = progress.task
    lines = [display_line(task.options.note, 300)] if task.options.note.strip() else []
    if progress.practice_left:
        noun = "training text" if task.mode is StudyMode.RUBRIC else "training pair"
        what = plural(progress.practice_left, noun)
        lines.append(f"First {what} with known answers, which you are shown after each one.")
    lines.append(_what_now(progress))
    if progress.seconds_each is not None and progress.left:
        what = "A text" if task.mode is StudyMode.RUBRIC else "A pair"
        each = duration(max(progress.seconds_each, 1))
        lines.append(f"{what} takes about {each}. You can leave at any time; nothing is lost.")
    return lines


def _what_now(progress: TaskProgress) -> str:
    state = progress.task.state
    if state is StudyState.CLOSED:
        return "This study is closed. h shows what you gave."
    if state is StudyState.PAUSED:
        return "This study is paused: no new texts for now. What you gave is kept."
    if not progress.left and not progress.practice_left:
        return "Nothing is left for you here. h shows what you gave; Enter lets you revise it."
    return "Enter begins." if not progress.rated + progress.skipped else "Enter goes on where you were."


def first_task(tasks: Sequence[TaskProgress]) -> int:
    """Return which study to point at first: the first that has something left and is open."""
    for number, progress in enumerate(tasks):
        if progress.task.state is StudyState.OPEN and (progress.left or progress.practice_left):
            return number
    return 0


def desk_title(tasks: Sequence[TaskProgress]) -> str:
    """Return what the title line says: how much waits in all."""
    waiting = sum(progress.left for progress in tasks if progress.task.state is StudyState.OPEN)
    return f"{waiting:,} to rate" if waiting else ""


def led_cells(progress: StudyProgress) -> tuple[str, str]:
    """Return a line about a study for those who lead it: its name, and how far all raters are together."""
    study = progress.study
    share = progress.given / progress.wanted if progress.wanted else 1.0
    parts = [f"{progress.given:,} of {progress.wanted:,} verdicts", plural(len(progress.raters), "rater")]
    if study.state is not StudyState.OPEN:
        parts.append(study.state.value)
    if progress.flagged:
        parts.append(f"{progress.flagged:,} flagged")
    return display_line(study.name, 24), f"{bar(share, BAR)} {' · '.join(parts)}"


VERDICT_HEADINGS = ("When", "Question", "Verdict", "Comment")


def verdict_cells(verdict: Verdict, item: RatingItem | None, task: RatingTask, now: datetime) -> list[str]:
    """Return a line about a verdict of one's own; `item` is what was read, None while it is on its way."""
    question = (display_line(item.question, 200) or "(no question)") if item else "…"
    if item is not None and item.practice:
        question = f"(training) {question}"
    comment = display_line(verdict.comment, 120)
    return [ago(verdict.created_at, now), question, verdict_text(verdict, task), f"⚑ {comment}".rstrip()
            if verdict.flagged else comment]  # fmt: skip


def verdict_text(verdict: Verdict, task: RatingTask) -> str:
    """Return a verdict in short: its values in the rubric's order, or which text was better."""
    if verdict.skipped is not None:
        return f"skipped: {display_line(verdict.skipped, 30)}"
    if isinstance(verdict, RatingEvent):
        return " ".join(str(verdict.values.get(criterion.name, "–")) for criterion in task.rubric.criteria)
    choice = verdict.choices.get(OVERALL)
    return choice_text(choice, verdict.shown_first) if choice else "–"


def choice_text(choice: Choice, shown_first: Side) -> str:
    """Return a choice between two texts in words, by the place where they stood on the screen."""
    if choice.winner == "tie":
        return "tie"
    which = "A" if choice.winner == shown_first else "B"
    return f"{which} {choice.strength.value} better" if choice.strength else f"{which} better"


def verdict_lines(verdict: Verdict, task: RatingTask) -> list[tuple[str, str]]:
    """Return all of a verdict as (name, value): each criterion, the comment, the time it took."""
    lines: list[tuple[str, str]] = []
    if verdict.skipped is not None:
        lines.append(("Skipped", display_line(verdict.skipped, 200)))
    elif isinstance(verdict, RatingEvent):
        lines += [(criterion_name(each), str(verdict.values.get(each.name, "–"))) for each in task.rubric.criteria]
    else:
        names = {OVERALL: "On the whole", **{each.name: criterion_name(each) for each in task.rubric.criteria}}
        lines += _choices(verdict, names)
    if verdict.flagged:
        lines.append(("Flagged", "worth a second look"))
    lines.append(("Took", duration(verdict.seconds)))
    if verdict.comment.strip():
        lines.append(("Comment", display_line(verdict.comment, 600)))
    return lines


def _choices(verdict: PreferenceEvent, names: Mapping[str, str]) -> list[tuple[str, str]]:
    order = [*names, *(key for key in verdict.choices if key not in names)]
    return [
        (names.get(key, display_line(key, 40)), choice_text(verdict.choices[key], verdict.shown_first))
        for key in order
        if key in verdict.choices
    ]


def newest_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return one's verdicts on a study, the last of each item only, newest first."""
    latest = {verdict.item_id: verdict for verdict in sorted(verdicts, key=lambda one: one.created_at)}
    return sorted(latest.values(), key=lambda one: one.created_at, reverse=True)


def history_title(count: int, page: int) -> str:
    """Return which of one's verdicts are shown."""
    if not count:
        return ""
    first = page * PAGE + 1
    return f"{first:,}–{min(first + PAGE - 1, count):,} of {count:,}" if count > PAGE else plural(count, "verdict")
