"""Whether what a rater wants to save is whole: values on a rubric, choices between two texts, a guess, a reason."""

import math
from collections.abc import Mapping

from viva.errors import UsageError
from viva.records.rating import OVERALL, Choice, RatingTask
from viva.records.rubric import Rubric
from viva.records.study import StudyMode
from viva.text import display_line

LONGEST = 24 * 3600.0
"""Seconds; nobody has looked at one item for longer."""


def check_values(task: RatingTask, values: Mapping[str, int], skipped: str | None) -> None:
    """Make sure that every criterion has its value, or that there is a reason for skipping. Raises `UsageError`."""
    _check_mode(task, StudyMode.RUBRIC)
    if _skipping(skipped):
        return
    criteria = {criterion.name: criterion for criterion in task.rubric.criteria}
    _check_names(task.rubric, values)
    if missing := [name for name in criteria if name not in values]:
        raise UsageError(f"no value for {', '.join(missing)}", "give every criterion a value, or skip the item")
    for name, value in values.items():
        if type(value) is not int or not criteria[name].accepts(value):
            raise UsageError(f"{name} goes from {criteria[name].lowest} to {criteria[name].highest}, not {value}")


def check_choices(task: RatingTask, choices: Mapping[str, Choice], skipped: str | None) -> None:
    """Make sure that everything asked of a pair is answered, or that there is a reason. Raises `UsageError`."""
    _check_mode(task, StudyMode.PAIRWISE)
    if _skipping(skipped):
        return
    asked = asked_of_pairs(task)
    _check_names(task.rubric, {name: choice for name, choice in choices.items() if name != OVERALL})
    if surplus := [name for name in choices if name not in asked]:
        raise UsageError(f"this study does not ask about {', '.join(surplus)}")
    for name in asked:
        if name not in choices:
            raise UsageError(f"no choice{_about(name)}", "choose everywhere, or skip the item")
        choice = choices[name]
        if choice.winner not in ("a", "b", "tie"):
            raise UsageError(f"the better text{_about(name)} is a, b or neither")
        if choice.strength is not None and (choice.winner == "tie" or not task.options.strength):
            raise UsageError(f"by how much is not asked{_about(name)}")
        if choice.strength is None and choice.winner != "tie" and task.options.strength:
            raise UsageError(f"it is not said by how much the text is better{_about(name)}")


def asked_of_pairs(task: RatingTask) -> tuple[str, ...]:
    """Return what is asked of each pair: which text is better on the whole, and by each criterion where that is so."""
    criteria = tuple(criterion.name for criterion in task.rubric.criteria) if task.options.per_criterion else ()
    return (OVERALL, *criteria)


def check_guess(task: RatingTask, label: str | None) -> None:
    """Make sure that a guess is one of those offered. Raises `UsageError`."""
    if not task.options.guess:
        raise UsageError("this study does not ask who wrote a text")
    if label is not None and label not in task.options.guess:
        raise UsageError(f"{display_line(label, 40)!r} is none of: {', '.join(map(display_line, task.options.guess))}")


def seconds_kept(seconds: float) -> float:
    """Return the time on an item as it is stored: tenths of a second, none where no clock could have said it."""
    return round(min(max(seconds, 0.0), LONGEST), 1) if math.isfinite(seconds) else 0.0


def _skipping(skipped: str | None) -> bool:
    if skipped is None:
        return False
    if not skipped.strip():
        raise UsageError("skipping needs a reason")
    return True


def _check_mode(task: RatingTask, mode: StudyMode) -> None:
    if task.mode is not mode:
        asked = "values on a rubric" if task.mode is StudyMode.RUBRIC else "which of two texts is better"
        raise UsageError(f"{display_line(task.name, 60)} asks for {asked}")


def _check_names(rubric: Rubric, names: Mapping[str, object]) -> None:
    known = {criterion.name for criterion in rubric.criteria}
    for name in names:
        if name not in known:
            raise UsageError(f"the rubric has no criterion {display_line(name, 60)}")


def _about(name: str) -> str:
    return f" for {name}" if name != OVERALL else ""
