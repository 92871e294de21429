"""Recipe files: read, checked, changed key by key."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from viva.errors import BadInput, UsageError
from viva.records.recipe import Recipe

SCHEDULES = ("constant", "constant_with_warmup", "cosine", "linear")
PRECISIONS = ("auto", "fp32", "bf16", "fp16")

_TYPES: dict[str, type] = {
    "name": str, "title": str, "description": str, "base": str,
    "rank": int, "alpha": int, "dropout": float, "target_modules": list,
    "learning_rate": float, "schedule": str, "warmup": float, "epochs": float,
    "batch_size": int, "accumulation": int, "max_length": int, "weight_decay": float,
    "precision": str, "evaluations_per_epoch": int, "patience": int, "seed": int,
}  # fmt: skip
_LEAST = {
    "rank": 1, "alpha": 1, "batch_size": 1, "accumulation": 1, "max_length": 8, "evaluations_per_epoch": 1,
    "patience": 0, "seed": 0, "dropout": 0, "warmup": 0, "weight_decay": 0,
}  # fmt: skip
_BELOW_ONE = ("dropout", "warmup")
_ABOVE_ZERO = ("learning_rate", "epochs")
_CHOICES = {"schedule": SCHEDULES, "precision": PRECISIONS}
_TYPE_NAMES = {int: "a whole number", float: "a number", str: "text", list: "a name or a list of names"}


def load_recipe(path: Path) -> Recipe:
    """Return the recipe in a TOML file. Raises `BadInput`, which names the file and the key."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}") from error
    if unknown := sorted(set(table) - set(_TYPES)):
        raise BadInput(f"{path}: unknown key {unknown[0]!r}", f"keys of a recipe: {', '.join(_TYPES)}")
    if missing := [key for key in _TYPES if key not in table]:
        raise BadInput(f"{path}: key {missing[0]!r} is missing", "a recipe sets every key")
    try:
        return Recipe(**{key: _checked(key, value) for key, value in table.items()})
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error


def apply_overrides(recipe: Recipe, overrides: Mapping[str, str]) -> Recipe:
    """Return `recipe` with the values that were given as text instead of its own. Raises `UsageError`."""
    known = [field.name for field in fields(Recipe) if field.name not in ("name", "title", "description")]
    values = {}
    for key, text in overrides.items():
        if key not in known:
            raise UsageError(f"a recipe has no key {key!r}", f"keys that can be set: {', '.join(known)}")
        try:
            values[key] = _checked(key, _parsed(key, text))
        except ValueError as error:
            raise UsageError(str(error)) from error
    return replace(recipe, **values)


def _parsed(key: str, text: str) -> Any:
    kind = _TYPES[key]
    if kind is list:
        names = [name.strip() for name in text.split(",") if name.strip()]
        return names[0] if len(names) == 1 else names
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f"{key} must be {_TYPE_NAMES[kind]}, not {text!r}") from error


def _checked(key: str, value: Any) -> Any:
    """Return `value` in the type of `key`. Raises `ValueError` where it does not fit."""
    kind: type = _TYPES[key]
    wrong = ValueError(f"{key} must be {_TYPE_NAMES[kind]}, not {value!r}")
    if kind is list:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not names:
            raise wrong
        if not all(isinstance(name, str) and name for name in names):
            raise wrong
        return value
    if isinstance(value, bool):
        raise wrong
    if kind is str:
        if not isinstance(value, str):
            raise wrong
        if key in _CHOICES and value not in _CHOICES[key]:
            raise ValueError(f"{key} must be one of {', '.join(_CHOICES[key])}, not {value!r}")
        return value
    if not isinstance(value, int if kind is int else (int, float)):
        raise wrong
    return _bounded(key, kind(value))


def _bounded(key: str, value: int | float) -> int | float:
    if key in _LEAST and not value >= _LEAST[key]:
        raise ValueError(f"{key} must be at least {_LEAST[key]}, not {value!r}")
    if key in _BELOW_ONE and not value < 1:
        raise ValueError(f"{key} must be below 1, not {value!r}")
    if key in _ABOVE_ZERO and not 0 < value < float("inf"):
        raise ValueError(f"{key} must be above 0, not {value!r}")
    return value
