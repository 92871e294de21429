"""Training in words: recipes, the form that starts one, how far one has come, and its curve."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from viva.records.dataset import Dataset
from viva.records.job import Curve, Job, JobKind
from viva.records.model import Model, ModelKind
from viva.records.recipe import Recipe
from viva.text import display_line, plural

TRAIN, VALIDATION, TEST = "train", "validation", "test"

LOSS, EVAL_LOSS = "loss", "eval_loss"


@dataclass(frozen=True)
class TrainForm:
    """What the form holds: everything as typed; an empty name means that one is made up."""

    dataset: str
    model: str
    recipe: str
    name: str = ""
    epochs: str = ""
    learning_rate: str = ""
    rank: str = ""
    batch_size: str = ""
    examine: bool = True


@dataclass(frozen=True)
class NumberField:
    """A number of the recipe that the form offers to change."""

    key: str
    label: str
    whole: bool
    note: str


NUMBERS = (
    NumberField("epochs", "Epochs", False, "passes over the training examples"),
    NumberField("learning_rate", "Learning rate", False, "how far a step moves the weights"),
    NumberField("rank", "Adapter rank", True, "a higher one can learn more"),
    NumberField("batch_size", "Batch size", True, "a smaller one needs less memory"),
)


def recipe_facts(recipe: Recipe) -> str:
    """Return the numbers of a recipe in one line."""
    return (
        f"{recipe.epochs:g} epochs · learning rate {recipe.learning_rate:g} · rank {recipe.rank} · "
        f"batch {recipe.batch_size * recipe.accumulation} · up to {recipe.max_length:,} tokens"
    )


def trainable(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Return the datasets that can be trained on: those with a training split."""
    return [dataset for dataset in datasets if dataset.splits.get(TRAIN)]


def dataset_choice(dataset: Dataset) -> str:
    """Return how a dataset reads in the form's menu."""
    return f"{display_line(dataset.name, 40)} ({plural(dataset.splits.get(TRAIN, 0), 'training example')})"


@dataclass(frozen=True)
class BaseChoice:
    """A model that can be trained; one that the workspace does not hold yet is added when training starts."""

    label: str
    name: str
    location: str
    known: bool = True


def base_choices(models: Sequence[Model], recipe: Recipe) -> list[BaseChoice]:
    """Return what an adapter can be trained over, what the recipe is made for first."""
    bases = [model for model in models if model.kind in {ModelKind.STARTER, ModelKind.HUB}]
    choices = [BaseChoice(_base_label(model), model.name, model.location) for model in bases]
    wanted = [choice for choice in choices if recipe.base in (choice.name, choice.location)]
    if not wanted:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", recipe.base.rpartition("/")[2]).strip("-._") or "base"
        label = f"{display_line(recipe.base, 48)} (added at the start)"
        wanted = [BaseChoice(label, name, recipe.base, known=False)]
    return [*wanted, *(choice for choice in choices if choice not in wanted)]


def _base_label(model: Model) -> str:
    name = display_line(model.name, 40)
    return f"{name} (built in)" if model.kind is ModelKind.STARTER else f"{name} ({display_line(model.location, 40)})"


def first_form(recipe: Recipe, datasets: Sequence[Dataset], models: Sequence[Model], dataset: str = "") -> TrainForm:
    """Return the form as it opens: the recipe's numbers and base, and a dataset that can be trained on."""
    names = [d.name for d in trainable(datasets)]
    chosen = dataset if dataset in names else (names[0] if names else "")
    examine = any(d.name == chosen and d.splits.get(TEST) for d in datasets)
    values = {number.key: f"{getattr(recipe, number.key):g}" for number in NUMBERS}
    return TrainForm(chosen, base_choices(models, recipe)[0].name, recipe.name, examine=examine, **values)


def problem(form: TrainForm, datasets: Sequence[Dataset]) -> tuple[str, str] | None:
    """Return the first field that cannot be right, and what is wrong with it in one sentence."""
    chosen = next((d for d in datasets if d.name == form.dataset), None)
    if chosen is None:
        return "dataset", "Choose a dataset to train on"
    if not form.model:
        return "model", "Choose a base model"
    for number in NUMBERS:
        text = getattr(form, number.key).strip()
        if text and not _positive(text, number.whole):
            kind = "a whole number" if number.whole else "a number"
            return number.key, f"{number.label} must be {kind} above 0, not {display_line(text, 20)}"
    if form.examine and not chosen.splits.get(TEST):
        return "examine", f"{display_line(chosen.name, 40)} has no test split to examine the models on"
    return None


def overrides(form: TrainForm, recipe: Recipe) -> dict[str, str]:
    """Return what the form sets otherwise than the recipe, as `wb.training.start` takes it."""
    changed = {}
    for number in NUMBERS:
        text = getattr(form, number.key).strip()
        if text and float(text) != float(getattr(recipe, number.key)):
            changed[number.key] = str(int(float(text))) if number.whole else text
    return changed


def with_values(form: TrainForm, values: Mapping[str, Any]) -> TrainForm:
    """Return the form with what has been typed; unknown keys are no error of the person and raise."""
    known = {field.name for field in fields(TrainForm)}
    if unknown := set(values) - known:
        raise KeyError(*unknown)
    return replace(form, **values)


NO_DATASET = "No dataset has a training split yet. Import one first: on Home, d and then i"
EXAMINE = "Examine the result afterwards"
EXAMINE_NOTE = (
    "Base and tuned model then write for the test split, the texts are scored, and a study of them waits for raters."
)


def trainings(jobs: Sequence[Job]) -> list[Job]:
    """Return the trainings among the jobs, in their order."""
    return [job for job in jobs if job.spec.kind is JobKind.TRAIN]


def _positive(text: str, whole: bool) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value > 0 and (not whole or value == int(value))


class Pace:
    """How fast a job moves, as seen while somebody watches it.

    Only what was watched counts: a job that was resumed, or that took long to load, does not fool it.
    """

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._last: tuple[float, int] | None = None

    def observe(self, done: int, seconds: float) -> None:
        """Note that at `seconds` (of any steady clock) `done` steps were done."""
        if self._last is not None and done < self._last[1]:
            self._first = self._last = None
        if done and (self._last is None or done > self._last[1]):
            self._last = (seconds, done)
            self._first = self._first or self._last

    def seconds_left(self, total: int, seconds: float) -> float | None:
        """Return the seconds until `total` steps are done; None as long as nobody can know."""
        if self._first is None or self._last is None or self._last[1] == self._first[1] or not total:
            return None
        per_step = (self._last[0] - self._first[0]) / (self._last[1] - self._first[1])
        left = per_step * (total - self._last[1]) - (seconds - self._last[0])
        return max(left, 0.0)


@dataclass(frozen=True)
class CurvePicture:
    """What the plot paints: points of both losses, thinned out, and the best step's point."""

    loss: list[tuple[float, float]]
    eval_loss: list[tuple[float, float]]
    best: tuple[float, float] | None

    @property
    def empty(self) -> bool:
        return not self.loss and not self.eval_loss

    @property
    def last_step(self) -> float:
        return max((x for x, _ in [*self.loss, *self.eval_loss]), default=0.0)

    @property
    def loss_range(self) -> tuple[float, float]:
        """The least and greatest loss with a little room, so that even a single point has an axis."""
        values = [y for _, y in [*self.loss, *self.eval_loss]] or [0.0]
        room = 0.05 * (max(values) - min(values)) or 0.1 * abs(values[0]) or 1.0
        return min(values) - room, max(values) + room


def curve_picture(curve: Curve, width: int) -> CurvePicture:
    """Return what to paint in `width` cells: at most twice as many points a curve, the extremes kept."""
    evaluations = _finite(curve.points.get(EVAL_LOSS, []))
    best = next(((x, y) for x, y in evaluations if x == curve.best_step), None)
    loss = _finite(curve.points.get(LOSS, []))
    return CurvePicture(downsample(loss, 2 * width), downsample(evaluations, 2 * width), best)


def downsample(points: Sequence[tuple[float, float]], limit: int) -> list[tuple[float, float]]:
    """Return at most `limit` (at least 4) points in their order: the ends, and each stretch's least and greatest."""
    limit = max(limit, 4)
    if len(points) <= limit:
        return list(points)
    inner = points[1:-1]
    stretches = (limit - 2) // 2
    kept = [points[0]]
    for number in range(stretches):
        stretch = inner[number * len(inner) // stretches : (number + 1) * len(inner) // stretches]
        ends = {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
        kept += sorted(ends)
    return [*kept, points[-1]]


def curve_line(curve: Curve) -> str:
    """Return the numbers below the curve: the losses now, and the best checkpoint so far."""
    loss = _finite(curve.points.get(LOSS, []))
    evaluations = _finite(curve.points.get(EVAL_LOSS, []))
    parts = []
    if loss:
        parts.append(f"training loss {loss[-1][1]:.3f}")
    if evaluations:
        parts.append(f"validation loss {evaluations[-1][1]:.3f}")
    value = dict(evaluations).get(float(curve.best_step)) if curve.best_step is not None else None
    if curve.best_step is not None:
        parts.append(f"best step {curve.best_step:,}" + (f" ({value:.3f})" if value is not None else ""))
    return " · ".join(parts)


def _finite(points: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points if math.isfinite(y)]
