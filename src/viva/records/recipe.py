"""Recipes: named training configurations, and the search over them that is a sweep."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    """How an example becomes the text that is trained on; seed 003's six and the model's own chat template."""

    CHAT = "chat"
    QUESTION_APPROACH = "question-approach"
    PROMPT_QUESTION_APPROACH = "prompt-question-approach"
    APPROACH = "approach"
    SEPARATELY = "question-and-approach-separately"
    OVERFIT = "overfit"
    BASE = "base"


@dataclass(frozen=True)
class Span:
    """What a sweep may choose for one key: one of `choices`, or a number from `low` to `high`."""

    choices: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    log: bool = False


@dataclass(frozen=True)
class Sweep:
    """A search for better values: `trials` trainings, `parallel` at a time, each drawn from `space`.

    With `pruning` a trial that does worse than the median of the earlier ones at the same evaluation is ended.
    """

    trials: int
    parallel: int
    pruning: bool
    space: dict[str, Span] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """One training configuration; every field is documented in the recipe file that sets it."""

    name: str
    title: str
    description: str
    base: str
    format: str
    instruction: str
    loss: str
    packing: str
    max_length: int
    rank: int
    alpha: int
    dropout: float
    target_modules: str | list[str]
    quantization: str
    double_quantization: bool
    compute: str
    optimizer: str
    learning_rate: float
    schedule: str
    warmup: float
    weight_decay: float
    max_grad_norm: float
    epochs: float
    batch_size: int
    accumulation: int
    batching: str
    precision: str
    checkpointing: str
    attention: str
    gpus: int
    evaluations: int
    patience: int
    keep: str
    probe: str
    probe_tokens: int
    seed: int
    sweep: Sweep | None = None

    @property
    def effective_batch(self) -> int:
        """Examples (with packing: blocks) per change of the weights."""
        return self.batch_size * self.accumulation * self.gpus

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Recipe":
        """Return the recipe that `to_json` turned into JSON. Raises `KeyError` or `TypeError` for another form."""
        sweep = value.get("sweep")
        if sweep is not None:
            space = {key: Span(**{**span, "choices": tuple(span["choices"])}) for key, span in sweep["space"].items()}
            sweep = Sweep(**{**sweep, "space": space})
        return cls(**{**value, "sweep": sweep})

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return asdict(self)


def differences(one: Recipe, other: Recipe) -> dict[str, tuple[Any, Any]]:
    """Return the keys in which two recipes differ, in the order of the recipe file, with both values."""
    pairs = {f.name: (getattr(one, f.name), getattr(other, f.name)) for f in fields(Recipe)}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
