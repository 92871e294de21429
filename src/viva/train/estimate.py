"""The program that tells beforehand whether a training fits into memory; it loads no weights.

    python -m viva.train.estimate CONFIG.json

CONFIG.json is the training program's, where `output`, `resume` and `pause` are not needed, and also

    corrections   measured over predicted bytes, by device and by quantization, from earlier dry runs
    paces         tokens a second, by device, from earlier dry runs or trainings of the same model

Its `done` event holds the fields of `viva.records.training.Estimate`.
"""

import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.events import EventWriter, run_worker
from viva.records.recipe import Recipe
from viva.records.training import Fit
from viva.train import lengths
from viva.train.building import choose_device, read_recipe
from viva.train.recipes import apply_overrides
from viva.train.rows import read_rows

TIGHT = 0.1
"""With less than this share of the memory to spare a training fits only just."""

SHORTEST = 64
"""Rows are not cut shorter than this many tokens to make a training fit."""


@dataclass(frozen=True)
class Question:
    """A model, the rows it is to be trained on, and the device with what is known of it."""

    config: Any
    rows: lengths.Dataset
    p95: int
    cuda: bool
    precision: str
    available: int
    corrections: Mapping[str, float]

    def parts(self, recipe: Recipe) -> dict[str, int]:
        """Return the bytes that each part needs with these settings."""
        from viva.train.memory import predict

        load = lengths.load_of(self.rows, recipe)
        return predict(self.config, recipe, load, cuda=self.cuda, precision=self.precision)

    def predicted(self, recipe: Recipe) -> int:
        """Return the bytes needed in all, corrected by what was measured with this quantization."""
        return round(sum(self.parts(recipe).values()) * self.corrections.get(recipe.quantization, 1.0))

    def fits(self, recipe: Recipe) -> bool:
        """Tell whether these settings fit."""
        return verdict(self.predicted(recipe), self.available) is not Fit.DOES_NOT_FIT


def estimate(events: EventWriter, config: dict[str, Any]) -> None:
    """Emit what the training in `config` needs, and the nearest settings that fit where it does not."""
    recipe = read_recipe(config)
    question, measured, device = ask(config, recipe)
    parts = question.parts(recipe)
    correction = question.corrections.get(recipe.quantization, 1.0)
    predicted = round(sum(parts.values()) * correction)
    fit = verdict(predicted, question.available)
    pace = config.get("paces", {}).get(device)
    tokens = sum(min(length, recipe.max_length) for length in question.rows.train)
    events.emit(
        "done",
        device=device,
        parts=parts,
        correction=correction,
        predicted=predicted,
        available=question.available,
        fit=fit,
        nearest=nearest(question, recipe) if fit is Fit.DOES_NOT_FIT else {},
        steps=lengths.planned_steps(question.rows, recipe),
        lengths=asdict(measured),
        seconds=tokens * recipe.epochs / (pace * recipe.gpus) if pace else None,
    )


def ask(config: dict[str, Any], recipe: Recipe) -> tuple[Question, Any, str]:
    """Return the question that a configuration asks, the lengths of its rows, and the device. Raises `UserError`."""
    try:
        from viva.generate.loading import load_config, load_tokenizer
    except ImportError as error:
        raise MissingExtra("training needs missing libraries", "pip install 'viva[local]'") from error
    from viva.train.machine import available_bytes

    device, precision = choose_device(recipe)
    cuda = device != "cpu"
    model = load_config(config["base"])
    tokenizer = load_tokenizer(config["base"])
    context = getattr(model, "max_position_embeddings", None)
    train, validation = (
        read_rows(config[split], tokenizer, recipe, config["prompt"], context) for split in ("train", "validation")
    )
    if not train.kept:
        raise BadInput("there is nothing to train on", "import a train split, or raise max_length")
    measured = lengths.measure(train)
    question = Question(
        model,
        lengths.Dataset(train.lengths, validation.lengths, context),
        measured.p95,
        cuda,
        precision,
        available_bytes(cuda),
        config.get("corrections", {}).get(device, {}),
    )
    return question, measured, device


def verdict(predicted: int, available: int) -> Fit:
    """Return whether `predicted` bytes fit into `available` ones."""
    if predicted > available:
        return Fit.DOES_NOT_FIT
    return Fit.TIGHT if available - predicted < TIGHT * available else Fit.FITS


def nearest(question: Question, recipe: Recipe) -> dict[str, str]:
    """Return the least harmful changes with which a training fits, as `--set` takes them; none where none would do.

    As many changes as needed are taken, in the order of `changes`; then those are taken back that turn out not to have
    been needed, the more harmful ones first.
    """
    options = list(changes(recipe, question))
    if not options or not question.fits(_changed(recipe, options)):
        return {}
    # Each change needs less than the one before, so that few have to be asked about.
    needed = bisect_left(range(1, len(options)), True, key=lambda n: question.fits(_changed(recipe, options[:n]))) + 1
    taken = options[:needed]
    for change in reversed(taken[:-1]):
        fewer = [other for other in taken if other is not change]
        if _merged(fewer) == _merged(taken) or question.fits(_changed(recipe, fewer)):
            taken = fewer
    return _merged(taken)


def changes(recipe: Recipe, question: Question) -> Iterator[dict[str, str]]:
    """Yield changes that need less memory, the least harmful first; later ones of a key replace earlier ones.

    Checkpointing costs time alone. A smaller batch with more accumulation learns the same, more slowly. Four bits and
    an optimiser with 8 bits come close to the same weights. Cut rows lose text: first those of the longest 5 in 100.
    """
    if recipe.checkpointing == "off" or (recipe.checkpointing == "auto" and not question.cuda):
        yield {"checkpointing": "on"}
    batch = recipe.batch_size
    while batch > 1:
        batch //= 2
        accumulation = -(-recipe.batch_size * recipe.accumulation // batch)
        yield {"batch_size": str(batch), "accumulation": str(accumulation)}
    if _quantizable(question):
        if recipe.quantization in ("none", "int8"):
            yield {"quantization": "nf4", "double_quantization": "true"}
        elif not recipe.double_quantization:
            yield {"double_quantization": "true"}
    small = ("adamw_8bit", "paged_adamw_8bit", "sgd", "adafactor")
    if find_spec("bitsandbytes") is not None and recipe.optimizer not in small:
        yield {"optimizer": "paged_adamw_8bit"}
    length = lengths.load_of(question.rows, recipe).longest
    if SHORTEST <= question.p95 < length:
        length = question.p95
        yield {"max_length": str(length)}
    while length // 2 >= SHORTEST:
        length //= 2
        yield {"max_length": str(length)}


def _quantizable(question: Question) -> bool:
    """Tell whether the layers can be held in 4 bits; on the CPU bitsandbytes needs widths it can divide by 64."""
    widths = [getattr(question.config, name, 0) or 0 for name in ("hidden_size", "intermediate_size")]
    return find_spec("bitsandbytes") is not None and (question.cuda or not any(width % 64 for width in widths))


def _changed(recipe: Recipe, taken: list[dict[str, str]]) -> Recipe:
    return apply_overrides(recipe, _merged(taken))


def _merged(taken: list[dict[str, str]]) -> dict[str, str]:
    return {key: value for change in taken for key, value in change.items()}


if __name__ == "__main__":
    sys.exit(run_worker(estimate))
