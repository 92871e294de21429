"""Verdicts on trainings before they start, without any process that finds them out; and the shipped recipes."""

from typing import Any

from viva.paths import shipped
from viva.records.recipe import Recipe
from viva.records.training import DryRun, Estimate, Fit, Lengths
from viva.train.recipes import load_recipe

GIB = 1 << 30
MIB = 1 << 20

FITS = Estimate(
    "cpu", {"weights": 9 * MIB, "activations": 410 * MIB, "runtime": 900 * MIB}, 1.0, 1319 * MIB, int(15.6 * GIB),
    Fit.FITS, {}, 138, Lengths(93, 14_000, 140, 320, 412, 2, 1), 52.0,
)  # fmt: skip
TOO_MUCH = Estimate(
    "cuda (NVIDIA GeForce RTX 3060)", {"weights": 6 * GIB, "activations": 7 * GIB, "runtime": GIB // 2}, 1.08,
    int(13.9 * GIB), int(11.8 * GIB), Fit.DOES_NOT_FIT, {"batch_size": "1", "gpus": "2"}, 1380,
    Lengths(93, 14_000, 140, 320, 2412, 0, 0),
)  # fmt: skip
TRIED = DryRun("cpu", 1319 * MIB, 1450 * MIB, 3412.0, 0.381, 75.0)


class FixedEstimates:
    """Answers with what it was given, a value or an error, and notes what it was asked."""

    def __init__(self, answer: Estimate | Exception = FITS, dry: DryRun | Exception = TRIED) -> None:
        self.answer, self.dry = answer, dry
        self.asked: list[tuple[Any, ...]] = []
        self.tried: list[tuple[Any, ...]] = []

    def estimate(self, dataset: str, model: str, recipe: str, overrides: dict[str, str] | None = None) -> Estimate:
        self.asked.append((dataset, model, recipe, overrides))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def dry_run(self, dataset: str, model: str, recipe: str, overrides: dict[str, str] | None = None) -> DryRun:
        self.tried.append((dataset, model, recipe, overrides))
        if isinstance(self.dry, Exception):
            raise self.dry
        return self.dry


def shipped_recipe(name: str) -> Recipe:
    """Return a recipe that viva ships with."""
    return load_recipe(shipped("recipes", f"{name}.toml"))
