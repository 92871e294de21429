"""Recipes: named training configurations."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """One training configuration; every field is documented in the recipe file that sets it."""

    name: str
    title: str
    description: str
    base: str
    rank: int
    alpha: int
    dropout: float
    target_modules: str | list[str]
    learning_rate: float
    schedule: str
    warmup: float
    epochs: float
    batch_size: int
    accumulation: int
    max_length: int
    weight_decay: float
    precision: str
    evaluations_per_epoch: int
    patience: int
    seed: int
