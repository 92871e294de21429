"""Trainings on a screen: which columns their table has room for, its order, and where several runs differ."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from viva.present import runs as words
from viva.present.jobs import ago, duration, status_text
from viva.present.runs import NONE, RunColumn
from viva.records.recipe import Recipe
from viva.records.training import Run
from viva.text import display_line, plural

NO_RUNS = (
    "No training has been started here yet. On Home, t opens Train: choose a recipe there, then a dataset with a "
    "split named train. Every training stands here from its start on."
)
MARK = "●"
MOST = 6
"""As many runs can be compared at a time."""

_HIDDEN = {"title", "description", "sweep"}
_PADDING = 2
_ARROW = 2
_NAME = "name"
_NARROWEST_NAME = 20
_WIDTHS = {"recipe": 12, "dataset": 10, "best_loss": 9, "steps": 7, "seconds": 11, "tokens_per_second": 8,
           "memory": 9, "status": 13, "started": 10}  # fmt: skip
_HIGH_FIRST = {"steps", "tokens_per_second", "started"}


@dataclass(frozen=True)
class Order:
    """What the table is ordered by; the newest run stands first until something else is chosen."""

    key: str = "started"
    reverse: bool = True

    def next(self) -> "Order":
        """Return the order by the next column, its best on top."""
        following = words.next_column(self.key)
        return Order(following, following in _HIGH_FIRST)

    def turned(self) -> "Order":
        """Return the same order from its other end."""
        return Order(self.key, not self.reverse)

    def of(self, runs: Sequence[Run]) -> list[Run]:
        """Return the runs in this order; those without a value stand last from either end."""
        return words.sort_runs(runs, self.key, self.reverse)


def columns(width: int, order: Order) -> list[RunColumn]:
    """Return the columns that fit into `width` cells, the one ordered by always among them."""
    shown = list(words.COLUMNS)
    for key in words.GIVEN_UP[:-1]:
        # The mark at the left is one cell wide.
        if sum(_width(column) + _PADDING for column in shown) + 1 + _PADDING + _ARROW <= width:
            break
        shown = [column for column in shown if column.key != key or key == order.key]
    return shown


def _width(column: RunColumn) -> int:
    return _NARROWEST_NAME if column.key == _NAME else _WIDTHS[column.key]


def heading(column: RunColumn, order: Order) -> str:
    """Return a column's heading; an arrow says that the table is ordered by it, and which way it goes down."""
    return f"{column.title} {'↓' if order.reverse else '↑'}" if column.key == order.key else column.title


def cells(run: Run, shown: Sequence[RunColumn], now: datetime) -> list[str]:
    """Return a run's line, a text for each column."""
    texts = dict(zip((column.key for column in words.COLUMNS), words.run_cells(run), strict=True))
    texts["started"] = ago(run.created_at, now)
    texts["steps"] = words.count_text(run.steps)
    for key in ("recipe", "dataset"):
        texts[key] = display_line(texts[key], _WIDTHS[key])
    return [texts[column.key] for column in shown]


def title_text(runs: Sequence[Run], marked: int, dataset: str, left_out: int = 0) -> str:
    """Return what the title line says at its right end; `left_out` runs are of another viva."""
    parts = [f"on {display_line(dataset, 24)}"] if dataset else []
    parts.append(plural(len(runs), "run"))
    if left_out:
        parts.append(f"{left_out} of another viva not shown")
    if marked:
        parts.append(f"{marked} marked")
    return " · ".join(parts)


def about_lines(run: Run, now: datetime) -> list[str]:
    """Return what is known of a run, in up to three lines: what of what, how it went, on what."""
    made = f"{display_line(run.model, 64)}: {display_line(run.recipe.name, 40)}, {display_line(run.base, 40)} on "
    went = [f"step {run.steps:,} of {run.total:,}" if run.total else plural(run.steps, "step")]
    if run.seconds is not None:
        went.append(f"took {duration(run.seconds)}")
    if run.best_loss is not None:
        at = f" at step {run.best_step:,}" if run.best_step is not None else ""
        went.append(f"best validation loss {words.loss_text(run.best_loss)}{at}")
    ran = [f"started {ago(run.created_at, now)}", *(["the best of a sweep"] if run.sweep else [])]
    if run.loss is not None:
        ran.append(f"training loss {words.loss_text(run.loss)}")
    if run.tokens_per_second is not None:
        ran.append(f"{words.pace_text(run.tokens_per_second)} tokens/s")
    if run.peak_memory is not None:
        ran.append(f"{words.memory_text(run.peak_memory)} peak")
    if run.device:
        ran.append(f"on {display_line(run.device, 40)}")
    return [made + display_line(run.dataset, 40), " · ".join(went), " · ".join(ran)]


def comparison(runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    """Return the table below the curves: results first, then every key of the recipes that differs, a value a run."""
    results = [
        ("best validation loss", [words.loss_text(run.best_loss) for run in runs]),
        ("at step", [words.count_text(run.best_step) for run in runs]),
        ("steps", [words.count_text(run.steps) for run in runs]),
        ("took", [words.took_text(run.seconds) for run in runs]),
        ("tokens/s", [words.pace_text(run.tokens_per_second) for run in runs]),
        ("memory at the peak", [words.memory_text(run.peak_memory) for run in runs]),
    ]
    told = [(name, texts) for name, texts in results if any(text != NONE for text in texts)]
    status = ("status", [status_text(run.status) for run in runs])
    places = [("dataset", [run.dataset for run in runs]), ("base", [run.base for run in runs])]
    differing = [(name, [display_line(text, 60) for text in texts]) for name, texts in places if len(set(texts)) > 1]
    return [*told, status, *differing, *recipe_differences([run.recipe for run in runs])]


def recipe_differences(recipes: Sequence[Recipe]) -> list[tuple[str, list[str]]]:
    """Return the keys in which recipes differ, in the order of the recipe file, with each recipe's value.

    Title and description say nothing of the training and are left out.
    """
    found = []
    for name in (field.name for field in fields(Recipe)):
        values = [getattr(recipe, name) for recipe in recipes]
        if name not in _HIDDEN and any(value != values[0] for value in values):
            found.append(("recipe" if name == "name" else name, [words.value_text(value) for value in values]))
    return found


def same_recipes(runs: Sequence[Run]) -> bool:
    """Tell whether nothing that matters differs between the recipes."""
    return not recipe_differences([run.recipe for run in runs])


def names(runs: Sequence[Run], width: int) -> list[str]:
    """Return what the runs are called in a legend, each within `width` characters.

    Runs of one name get their recipe's too.
    """
    models = [display_line(run.model, 64) for run in runs]
    several = [models.count(model) > 1 for model in models]
    told = [
        f"{display_line(run.recipe.name, 24)}: {model}" if more else model
        for run, model, more in zip(runs, models, several, strict=True)
    ]
    return [display_line(name, width) or "(no name)" for name in told]
