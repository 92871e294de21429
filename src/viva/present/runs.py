"""What runs and sweeps look like in words: the runs table, two runs side by side, the trials of a sweep."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from viva.present.jobs import duration, status_text
from viva.records.recipe import Recipe, differences
from viva.records.training import Run, Trial
from viva.text import display_line, plural

NONE = "–"
"""Stands where nobody has measured anything."""

BEST = "★"
"""Marks the best trial, so that it is seen without colour."""

STATES: Mapping[str, str] = {"running": "●", "complete": "✓", "pruned": "▽", "failed": "✗", "waiting": "!"}

GAP = 3
"""Cells between two columns."""

GIVEN_UP = ("started", "memory", "tokens_per_second", "seconds", "dataset", "steps", "recipe")
"""What is left out where there is no room, the first of it first."""

NO_RUNS = "No runs yet. Each training and each sweep becomes a run here, to be sorted and compared."


@dataclass(frozen=True)
class RunColumn:
    """A column of the runs table: its value for programs and for sorting, and how people read it."""

    key: str
    title: str
    value: Callable[[Run], Any]
    show: Callable[[Any], str]
    right: bool = False


@dataclass(frozen=True)
class Difference:
    """A key in which two runs are set side by side; `same` where it makes no difference."""

    key: str
    a: Any
    b: Any
    a_text: str
    b_text: str

    @property
    def same(self) -> bool:
        return bool(self.a == self.b)


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side: in what their recipes differ, and all that came of them."""

    recipe: tuple[Difference, ...]
    results: tuple[Difference, ...]

    @property
    def summary(self) -> str:
        """In how much they differ, in a line."""
        if not self.recipe:
            return "Both runs have the same recipe"
        return f"Their recipes differ in {plural(len(self.recipe), 'key')}"


@dataclass(frozen=True)
class TrialRow:
    """One line of a sweep's table; `values` are those of `TrialTable.keys`, in that order."""

    number: int
    mark: str
    state: str
    values: tuple[str, ...]
    loss: str
    step: str
    took: str
    error: str


@dataclass(frozen=True)
class TrialTable:
    """The trials of a sweep; `keys` are the parameters that vary, `fixed` what is the same in all, as `key value`."""

    keys: tuple[str, ...]
    rows: tuple[TrialRow, ...]
    fixed: tuple[str, ...]
    summary: str


def loss_text(value: float | None) -> str:
    """Return a loss with four digits behind the point."""
    return NONE if value is None else f"{value:.4f}"


def memory_text(value: int | None) -> str:
    """Return bytes in MiB or GiB."""
    if value is None:
        return NONE
    return f"{value / 1024**3:.1f} GiB" if value >= 1024**3 else f"{value / 1024**2:.0f} MiB"


def pace_text(value: float | None) -> str:
    """Return tokens per second as a whole number."""
    return NONE if value is None else f"{value:,.0f}"


def took_text(value: float | None) -> str:
    """Return a length of time, a dash where nobody knows it."""
    return NONE if value is None else duration(value)


def count_text(value: int | None) -> str:
    """Return a number with its thousands set apart."""
    return NONE if value is None else f"{value:,}"


def value_text(value: Any) -> str:
    """Return a value of a recipe as it stands in a recipe file, numbers with at most four digits that matter."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, str):
        return display_line(value, 60) or '""'
    return NONE if value is None else display_line(json.dumps(value, default=str), 60)


def _line(width: int) -> Callable[[Any], str]:
    return lambda value: display_line(str(value), width) or NONE


COLUMNS: tuple[RunColumn, ...] = (
    RunColumn("name", "Name", lambda run: run.model, _line(28)),
    RunColumn("recipe", "Recipe", lambda run: run.recipe.name, _line(20)),
    RunColumn("dataset", "Dataset", lambda run: run.dataset, _line(20)),
    RunColumn("best_loss", "Best loss", lambda run: run.best_loss, loss_text, right=True),
    RunColumn("steps", "Steps", lambda run: run.steps, count_text, right=True),
    RunColumn("seconds", "Took", lambda run: run.seconds, took_text, right=True),
    RunColumn("tokens_per_second", "Tokens/s", lambda run: run.tokens_per_second, pace_text, right=True),
    RunColumn("memory", "Memory", lambda run: run.peak_memory, memory_text, right=True),
    RunColumn("status", "Status", lambda run: run.status.value, lambda value: str(value)),
    RunColumn("started", "Started", lambda run: run.created_at, lambda value: f"{value:%Y-%m-%d %H:%M}"),
)
"""The columns of the runs table, in their order; the best loss is the lowest on the validation split."""

_BY_KEY = {column.key: column for column in COLUMNS}


def run_cells(run: Run) -> tuple[str, ...]:
    """Return a run's line of the runs table, a cell for each of `COLUMNS`."""
    cells = {column.key: column.show(column.value(run)) for column in COLUMNS}
    if run.sweep is not None:
        cells["name"] = f"{cells['name']} (sweep)"
    if run.total and run.steps < run.total:
        cells["steps"] = f"{run.steps:,} of {run.total:,}"
    cells["status"] = status_text(run.status)
    return tuple(cells.values())


def columns_within(found: Sequence[Run], width: int) -> list[RunColumn]:
    """Return the columns that stand side by side in `width` cells; the others are given up one after the other."""
    rows = [run_cells(run) for run in found]
    widest = {
        column.key: max(map(cell_len, [column.title, *(row[place] for row in rows)]))
        for place, column in enumerate(COLUMNS)
    }
    shown = list(COLUMNS)
    for key in GIVEN_UP:
        if sum(widest[column.key] + GAP for column in shown) <= width:
            break
        shown = [column for column in shown if column.key != key]
    return shown


def sort_runs(runs: Sequence[Run], key: str, descending: bool = False) -> list[Run]:
    """Return the runs by a column of `COLUMNS`; those without a value come last, and ties stay as they were.

    Raises `KeyError` for a column that is not there.
    """
    column = _BY_KEY[key]
    known = [run for run in runs if column.value(run) is not None]
    unknown = [run for run in runs if column.value(run) is None]
    return [*sorted(known, key=lambda run: _comparable(column.value(run)), reverse=descending), *unknown]


def next_column(key: str) -> str:
    """Return the column after `key`, to sort by when a key is pressed again."""
    keys = list(_BY_KEY)
    return keys[(keys.index(key) + 1) % len(keys)] if key in keys else keys[0]


def compare(a: Run, b: Run) -> Comparison:
    """Return two runs side by side."""
    return Comparison(recipe_differences(a.recipe, b.recipe), tuple(_results(a, b)))


def recipe_differences(a: Recipe, b: Recipe) -> tuple[Difference, ...]:
    """Return in what two recipes differ, key by key."""
    pairs = differences(a, b).items()
    return tuple(Difference(key, one, other, value_text(one), value_text(other)) for key, (one, other) in pairs)


def _results(a: Run, b: Run) -> list[Difference]:
    rows: list[tuple[str, Any, Any, Callable[[Any], str]]] = [
        ("dataset", a.dataset, b.dataset, _line(40)),
        ("base", a.base, b.base, _line(40)),
        ("status", a.status.value, b.status.value, str),
        ("best_loss", a.best_loss, b.best_loss, loss_text),
        ("best_step", a.best_step, b.best_step, count_text),
        ("loss", a.loss, b.loss, loss_text),
        ("steps", a.steps, b.steps, count_text),
        ("seconds", a.seconds, b.seconds, took_text),
        ("tokens_per_second", a.tokens_per_second, b.tokens_per_second, pace_text),
        ("memory", a.peak_memory, b.peak_memory, memory_text),
        ("device", a.device, b.device, _line(40)),
    ]
    return [Difference(key, one, other, show(one), show(other)) for key, one, other, show in rows]


def trial_table(trials: Sequence[Trial]) -> TrialTable:
    """Return the trials of a sweep as a table, the complete one with the lowest loss marked."""
    best = best_trial(trials)
    keys = list(dict.fromkeys(key for trial in trials for key in trial.values))
    vary = [key for key in keys if len({value_text(trial.values.get(key)) for trial in trials}) > 1]
    fixed = [key for key in keys if key not in vary]
    return TrialTable(
        tuple(vary),
        tuple(_trial_row(trial, vary, trial is best) for trial in trials),
        tuple(f"{key} {value_text(trials[0].values.get(key))}" for key in fixed),
        _summary(trials, best),
    )


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """Return the complete trial with the lowest loss, the first of several."""
    complete = [trial for trial in trials if trial.state == "complete" and trial.loss is not None]
    return min(complete, key=lambda trial: (trial.loss, trial.number), default=None)


def state_text(state: str) -> str:
    """Return a trial's state as symbol and word."""
    return f"{STATES.get(state, '?')} {display_line(state, 20)}"


def _trial_row(trial: Trial, keys: Sequence[str], best: bool) -> TrialRow:
    return TrialRow(
        trial.number,
        BEST if best else "",
        state_text(trial.state),
        tuple(value_text(trial.values.get(key)) for key in keys),
        loss_text(trial.loss),
        count_text(trial.step),
        took_text(trial.seconds),
        display_line(trial.error.partition("\n")[0], 80),
    )


def _summary(trials: Sequence[Trial], best: Trial | None) -> str:
    """Return a line below the table: how many trials there are of which state, and which is the best."""
    counts = {state: sum(trial.state == state for trial in trials) for state in STATES}
    parts = [plural(len(trials), "trial"), *(f"{count} {state}" for state, count in counts.items() if count)]
    if best is not None:
        parts.append(f"{BEST} best: trial {best.number} ({loss_text(best.loss)})")
    return " · ".join(parts)


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
