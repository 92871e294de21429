"""Training in words: recipes, the form that starts one, and which jobs are trainings."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from viva.present.recipe_settings import searched, setting_text
from viva.records.dataset import Dataset
from viva.records.job import Job, JobKind, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.recipe import Format, Recipe
from viva.text import display_line, plural

TRAIN, VALIDATION, TEST = "train", "validation", "test"
STARTER = "starter"


@dataclass(frozen=True)
class TrainForm:
    """What the form holds: `values` as typed, by setting; an empty name means that one is made up.

    An empty value leaves the recipe's, or what its sweep searches. `more` are settings that have no field.
    """

    dataset: str
    model: str
    recipe: str
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    examine: bool = True


@dataclass(frozen=True)
class FormField:
    """A setting that the form offers to change: one of `choices` (label, value), a number, or a text."""

    key: str
    label: str
    note: str
    choices: tuple[tuple[str, str], ...] = ()
    number: bool = False
    whole: bool = False


FORMATS = (
    ("The model's own chat template", Format.CHAT.value),
    ("Question: …  Approach: …", Format.QUESTION_APPROACH.value),
    ("Instruction, then question and approach", Format.PROMPT_QUESTION_APPROACH.value),
    ("The approach alone", Format.APPROACH.value),
    ("Question and approach as two texts", Format.SEPARATELY.value),
    ("Overfit: with instruction, 5 epochs, last weights", Format.OVERFIT.value),
    ("Train nothing: measure the base model", Format.BASE.value),
)
WEIGHTS = (
    ("16 or 32 bits (LoRA)", "none"),
    ("4 bits, NF4 (QLoRA)", "nf4"),
    ("4 bits, FP4 (QLoRA)", "fp4"),
    ("8 bits", "int8"),
)
CHECKPOINTING = (
    ("Where there is a GPU", "auto"),
    ("On: less memory, more time", "on"),
    ("Off", "off"),
)
FIELDS = (
    FormField("format", "Written as", "How an example becomes the text that is trained on", FORMATS),
    FormField("quantization", "Base weights", "How the base model is held; fewer bits need less memory", WEIGHTS),
    FormField("epochs", "Epochs", "Passes over the training examples", number=True),
    FormField("learning_rate", "Learning rate", "How far a step moves the weights", number=True),
    FormField("rank", "Adapter rank", "A higher one can learn more", number=True, whole=True),
    FormField("batch_size", "Batch size", "Examples a step; fewer need less memory", number=True, whole=True),
    FormField("accumulation", "Accumulate", "Steps before the weights change: larger batches, no more memory",
              number=True, whole=True),
    FormField("max_length", "Longest row", "In tokens; longer examples are cut, a shorter row needs less memory",
              number=True, whole=True),
    FormField("checkpointing", "Recompute", "Compute activations again instead of keeping them", CHECKPOINTING),
    FormField("probe", "Own question", "The model answers it at every evaluation; may be empty"),
)  # fmt: skip
TRIALS = FormField("trials", "Trials", "How many trainings the search makes", number=True, whole=True)
NOTES = {
    "dataset": "Needs a split named train; one named validation tells the best checkpoint",
    "model": "The model that the adapter is trained over",
    "name": "Of the model that is made; empty: one is made up",
    **{field.key: field.note for field in (*FIELDS, TRIALS)},
    "examine": "Both models then write for the test split, are scored, and a study waits",
}
"""What is said about the field one is in."""

OVERFIT_EPOCHS = "5"


def form_fields(recipe: Recipe) -> tuple[FormField, ...]:
    """Return the settings that the form offers for a recipe."""
    if recipe.sweep is None:
        return FIELDS
    formats = tuple(choice for choice in FORMATS if choice[1] != Format.BASE)
    return (replace(FIELDS[0], choices=formats), *FIELDS[1:], TRIALS)


def in_menu_order(recipes: Iterable[Recipe]) -> list[Recipe]:
    """Return recipes with those for the built-in model first: they run anywhere."""
    return sorted(recipes, key=lambda recipe: recipe.base != STARTER)


def method(recipe: Recipe) -> str:
    """Return how a recipe trains: LoRA, or QLoRA over a base model of few bits, or a search over both."""
    bits = {"nf4": "QLoRA 4-bit", "fp4": "QLoRA 4-bit", "int8": "LoRA over 8-bit"}
    span = recipe.sweep.space.get("quantization") if recipe.sweep else None
    names = list(dict.fromkeys(bits.get(str(way), "LoRA") for way in (span.choices if span else [recipe.quantization])))
    return " or ".join(names)


def recipe_line(recipe: Recipe) -> str:
    """Return the few facts that tell recipes apart in the menu."""
    epochs = f"{recipe.epochs:g} epochs"
    if recipe.sweep:
        return f"search, {plural(recipe.sweep.trials, 'trial')} · {epochs}"
    packed = "packed " if recipe.packing != "none" else ""
    return f"{packed}{method(recipe)} · rank {recipe.rank} · {epochs}"


def recipe_facts(recipe: Recipe) -> str:
    """Return the numbers of a recipe in one line."""
    spans = searched(recipe)
    parts = [method(recipe)]
    if recipe.sweep:
        names = ", ".join(key.replace("_", " ") for key in spans if key != "quantization")
        parts.append(f"{plural(recipe.sweep.trials, 'trial')} over {names or 'the base weights'}")
    parts += [
        text
        for key, text in (
            ("rank", f"rank {recipe.rank}"),
            ("epochs", f"{recipe.epochs:g} epochs"),
            ("learning_rate", f"learning rate {recipe.learning_rate:g}"),
        )
        if key not in spans
    ]
    parts += [f"effective batch {recipe.effective_batch}", f"up to {recipe.max_length:,} tokens"]
    if recipe.packing != "none":
        parts.append("packed")
    parts.append(f"for {display_line(recipe.base, 48)}")
    return " · ".join(parts)


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
    """Return the form as it opens: the recipe's settings and base, and a dataset that can be trained on."""
    names = [d.name for d in trainable(datasets)]
    chosen = dataset if dataset in names else (names[0] if names else "")
    examine = recipe.format != Format.BASE and any(d.name == chosen and d.splits.get(TEST) for d in datasets)
    model = base_choices(models, recipe)[0].name
    return TrainForm(chosen, model, recipe.name, values=first_values(recipe), examine=examine)


def first_values(recipe: Recipe) -> dict[str, str]:
    """Return what the form's fields hold at first; nothing where a sweep searches."""
    spans = searched(recipe)
    return {f.key: "" if f.key in spans else setting_text(recipe, f.key) for f in form_fields(recipe)}


def with_overrides(form: TrainForm, recipe: Recipe, changed: Mapping[str, str]) -> TrainForm:
    """Return the form with these settings otherwise than in the recipe, all others as there."""
    values = first_values(recipe)
    if changed.get("format") == Format.OVERFIT and "epochs" in values:
        values["epochs"] = OVERFIT_EPOCHS
    values |= {key: value for key, value in changed.items() if key in values}
    return replace(form, values=values, more={key: value for key, value in changed.items() if key not in values})


def problem(form: TrainForm, recipe: Recipe, datasets: Sequence[Dataset]) -> tuple[str, str] | None:
    """Return the first field that cannot be right, and what is wrong with it in one sentence."""
    chosen = next((d for d in datasets if d.name == form.dataset), None)
    if chosen is None:
        return "dataset", "Choose a dataset to train on"
    if not form.model:
        return "model", "Choose a base model"
    for field_ in form_fields(recipe):
        text = form.values.get(field_.key, "").strip()
        if field_.number and text and not _positive(text, field_.whole):
            kind = "a whole number" if field_.whole else "a number"
            return field_.key, f"{field_.label} must be {kind} above 0, not {display_line(text, 20)}"
    if form.examine and form.values.get("format") == Format.BASE:
        return "examine", "Nothing is trained in this format, so there is no model to examine"
    if form.examine and not chosen.splits.get(TEST):
        return "examine", f"{display_line(chosen.name, 40)} has no test split to examine the models on"
    if recipe.sweep and not chosen.splits.get(VALIDATION):
        return "dataset", f"{display_line(chosen.name, 40)} has no validation split to compare the trials on"
    return None


def overrides(form: TrainForm, recipe: Recipe) -> dict[str, str]:
    """Return what the form sets otherwise than the recipe, as `wb.training.start` takes it."""
    changed = {}
    overfit = form.values.get("format") == Format.OVERFIT != recipe.format
    spans = searched(recipe)
    for field_ in form_fields(recipe):
        text = form.values.get(field_.key, "").strip()
        own = setting_text(recipe, field_.key)
        if field_.number and text:
            text = str(int(float(text))) if field_.whole else text
            # Overfitting has its own number of epochs: one typed here has to be told even where it is the recipe's.
            meant = field_.key in spans or (field_.key == "epochs" and overfit)
            if meant or float(text) != float(own):
                changed[field_.key] = text
        elif not field_.number and (text or field_.key == "probe") and (text != own or field_.key in spans):
            changed[field_.key] = text
    return {**changed, **form.more}


NO_DATASET = "No dataset has a training split yet. Import one first: on Home, d and then i"
EXAMINE = "Examine the result afterwards"


def more_text(more: Mapping[str, str]) -> str:
    """Return the settings that were changed and have no field, so that nobody forgets them."""
    return display_line("also set: " + ", ".join(f"{key}={value}" for key, value in more.items()), 100)


def trainings(jobs: Sequence[Job]) -> list[Job]:
    """Return the trainings and sweeps among the jobs, in their order."""
    return [job for job in jobs if job.spec.kind in {JobKind.TRAIN, JobKind.SWEEP}]


def pausable(job: Job) -> bool:
    """Tell whether a job can save where it is and wait."""
    return job.spec.kind in {JobKind.TRAIN, JobKind.SWEEP} and job.status is JobStatus.RUNNING


def _positive(text: str, whole: bool) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value > 0 and (not whole or value == int(value))
