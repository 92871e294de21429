"""A sweep in words and numbers: the table of its trials, the best so far, and the loss against what was varied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viva.present import runs as words
from viva.present.plots import Axis, Plot, Trace, along
from viva.records.training import Trial
from viva.text import display_line

TONES: Mapping[str, str] = {
    "complete": "success",
    "running": "primary",
    "pruned": "warning",
    "failed": "error",
    "waiting": "secondary",
}
BEST = "★"
NO_TRIALS = "The first trial has not begun yet"
NO_LOSS = "No trial has come to an evaluation yet"
ENDED_EARLY = frozenset({"pruned", "failed"})
NUMBER = ""
"""The parameter that stands for the number of a trial in the plot."""
_PADDING = 2
_HEADING = 9
_VALUE = 14


@dataclass(frozen=True)
class TrialCells:
    """Headings and rows, which columns stand at the right, and the tone of each row's state."""

    headings: list[str]
    rows: list[list[str]]
    right: set[int]
    tones: list[str]


def table(trials: Sequence[Trial], width: int) -> TrialCells:
    """Return the trials as a table; how long each took is left out where it would not fit into `width` cells."""
    found = words.trial_table(trials)
    rows = [
        [
            f"{BEST if row.mark else ' '} {row.number}",
            row.state,
            *(display_line(value, _VALUE) for value in row.values),
            row.loss,
            row.took,
        ]
        for row in found.rows
    ]
    names = [display_line(name, 40) for name in found.keys]
    headings = ["Trial", "State", *names, "Loss", "Took"]
    if _width(headings, rows) > width:
        names = [
            display_line(name, max(_HEADING, *(len(row[place]) for row in rows))) for place, name in enumerate(names, 2)
        ]
        headings = ["Trial", "State", *names, "Loss", "Took"]
    if _width(headings, rows) > width:
        headings, rows = headings[:-1], [row[:-1] for row in rows]
    right = {len(names) + 2, len(names) + 3} & set(range(len(headings)))
    right |= {place for place, name in enumerate(found.keys, 2) if all(_is_number(t.values.get(name)) for t in trials)}
    return TrialCells(headings, rows, right, [TONES.get(trial.state, "secondary") for trial in trials])


def _width(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    return sum(max(len(line[place]) for line in (headings, *rows)) + _PADDING for place in range(len(headings)))


def parameters(trials: Sequence[Trial]) -> list[str]:
    """Return the names of what differs between the trials, in the order in which they first come."""
    return list(words.trial_table(trials).keys)


def about(trial: Trial, brief: bool = False) -> list[str]:
    """Return what is known of a trial: how it went, every value it was given unless `brief`, and why it failed."""
    given = " · ".join(f"{display_line(name, 40)} {words.value_text(value)}" for name, value in trial.values.items())
    went = [f"Trial {trial.number}: {words.state_text(trial.state)}"]
    if trial.loss is not None:
        at = f" at step {trial.step:,}" if trial.step is not None else ""
        went.append(f"validation loss {words.loss_text(trial.loss)}{at}")
    if trial.seconds is not None:
        went.append(f"took {words.took_text(trial.seconds)}")
    message, _, hint = trial.error.partition("\n")
    failed = [display_line(f"{message}: {hint}" if hint else message, 200)] if message else []
    return [line for line in (" · ".join(went), "" if brief else given, *failed) if line]


def summary(trials: Sequence[Trial]) -> str:
    """Return how many trials are in which state, and the best so far."""
    counts = {state: sum(trial.state == state for trial in trials) for state in TONES}
    parts = [f"{count} {state}" for state, count in counts.items() if count]
    if winner := words.best_trial(trials):
        parts.append(f"{BEST} trial {winner.number}: {words.loss_text(winner.loss)}")
    return " · ".join(parts)


def key(trials: Sequence[Trial], parameter: str = NUMBER) -> tuple[tuple[str, str, str], ...]:
    """Return what the marks in the plot stand for: marker, colour and name of those that are there."""
    painted = {trace.marker for trace in plot(trials, parameter).traces if trace.marks}
    told = (("o", "primary", "complete"), ("x", "warning", "stopped"), ("+", "secondary", "running"),
            (BEST, "success", "best"))  # fmt: skip
    line = (("⠒⠒", "secondary", "best so far"),) if parameter == NUMBER and best_so_far(trials) else ()
    return (*(entry for entry in told if entry[0] in painted), *line)


def plot(trials: Sequence[Trial], parameter: str = NUMBER) -> Plot:
    """Return the losses by trial with the best so far as a line, or against one of the parameters."""
    told = sorted((t for t in trials if t.loss is not None), key=lambda trial: trial.number)
    if parameter == NUMBER:
        numbers = [trial.number for trial in trials] or [0]
        axis = Axis("trial", min(numbers) - 0.5, max(numbers) + 0.5)
        places = {trial.number: float(trial.number) for trial in told}
    else:
        told = [trial for trial in told if parameter in trial.values]
        axis, found = along(parameter, [_category(trial.values[parameter]) for trial in told])
        places = {trial.number: place for trial, place in zip(told, found, strict=True)}
    winner = words.best_trial(trials)
    marks = [(places[t.number], t.loss, t) for t in told if t.loss is not None and t is not winner]
    traces = [
        Trace("", "secondary", best_so_far(told) if parameter == NUMBER else []),
        Trace("o", "primary", marks=[(x, y) for x, y, trial in marks if trial.state == "complete"]),
        Trace("x", "warning", marks=[(x, y) for x, y, trial in marks if trial.state in ENDED_EARLY]),
        Trace(
            "+", "secondary", marks=[(x, y) for x, y, trial in marks if trial.state not in {"complete", *ENDED_EARLY}]
        ),
    ]
    if winner is not None and winner.loss is not None and winner.number in places:
        traces.append(Trace(BEST, "success", marks=[(places[winner.number], winner.loss)]))
    return Plot(axis, traces)


def plot_name(parameter: str) -> str:
    """Return what the horizontal axis shows."""
    return display_line(parameter, 40) if parameter != NUMBER else "trial"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _category(value: Any) -> Any:
    return value if _is_number(value) else display_line(words.value_text(value), _VALUE)


def best_so_far(trials: Sequence[Trial]) -> list[tuple[float, float]]:
    """Return the corners of the line that falls whenever a complete trial is better than all before."""
    corners: list[tuple[float, float]] = []
    for trial in trials:
        if trial.state != "complete" or trial.loss is None:
            continue
        before = corners[-1][1] if corners else trial.loss
        corners += [(float(trial.number), before)] if corners else []
        corners.append((float(trial.number), min(before, trial.loss)))
    return corners
