"""Recipe files: read, checked, changed key by key."""

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from viva import toml_files
from viva.errors import BadInput, UsageError
from viva.records.recipe import Format, Recipe, Span, Sweep
from viva.text import display_line

CHOICES = {
    "format": tuple(str(form) for form in Format),
    "loss": ("completion", "all"),
    "packing": ("none", "bfd", "wrapped"),
    "quantization": ("none", "nf4", "fp4", "int8"),
    "compute": ("auto", "fp32", "bf16", "fp16"),
    "optimizer": (
        "adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit", "adafactor", "sgd",
    ),
    "schedule": ("constant", "constant_with_warmup", "cosine", "linear"),
    "batching": ("random", "by-length"),
    "precision": ("auto", "fp32", "bf16", "fp16"),
    "checkpointing": ("auto", "on", "off"),
    "attention": ("auto", "sdpa", "eager", "flash_attention_2"),
    "keep": ("best", "last"),
}  # fmt: skip
"""The values of those keys that take one of a few."""

IDENTITY = ("name", "title", "description")
"""The keys that say what a recipe is; they cannot be set from outside."""

_TYPES: dict[str, type] = {
    "name": str, "title": str, "description": str, "base": str,
    "format": str, "instruction": str, "loss": str, "packing": str, "max_length": int,
    "rank": int, "alpha": int, "dropout": float, "target_modules": list,
    "quantization": str, "double_quantization": bool, "compute": str,
    "optimizer": str, "learning_rate": float, "schedule": str, "warmup": float, "weight_decay": float,
    "max_grad_norm": float, "epochs": float, "batch_size": int, "accumulation": int, "batching": str,
    "precision": str, "checkpointing": str, "attention": str, "gpus": int,
    "evaluations": int, "patience": int, "keep": str, "probe": str, "probe_tokens": int, "seed": int,
}  # fmt: skip
_LEAST = {
    "rank": 1, "alpha": 1, "batch_size": 1, "accumulation": 1, "max_length": 8, "evaluations": 1, "gpus": 1,
    "patience": 0, "seed": 0, "dropout": 0, "warmup": 0, "weight_decay": 0, "max_grad_norm": 0, "probe_tokens": 0,
    "trials": 1, "parallel": 1,
}  # fmt: skip
_BELOW_ONE = ("dropout", "warmup")
_ABOVE_ZERO = ("learning_rate", "epochs")
_TYPE_NAMES = {
    int: "a whole number", float: "a number", str: "text", list: "a name or a list of names", bool: "true or false",
}  # fmt: skip
_SEARCHED = tuple(key for key in _TYPES if key not in (*IDENTITY, "base", "gpus", "probe", "seed", "evaluations"))
_SWEEP_TYPES: dict[str, type] = {"trials": int, "parallel": int, "pruning": bool}
_OVERFIT = {"epochs": "5", "keep": "last", "patience": "0"}
"""What the format `overfit` means beside its text: seed 003 let that model overfit for 5 epochs."""


def load_recipe(path: Path) -> Recipe:
    """Return the recipe in a TOML file. Raises `BadInput`, which names the file, the line and the key."""
    text, table = toml_files.read(path)
    known = (*_TYPES, "sweep")
    if unknown := [key for key in table if key not in known]:
        place = _place(path, text, unknown[0])
        raise BadInput(f"{place}: unknown key {display_line(unknown[0], 40)!r}", f"keys: {', '.join(known)}")
    if missing := [key for key in _TYPES if key not in table]:
        raise BadInput(f"{path}: key {missing[0]!r} is missing", "a recipe sets every key")
    values: dict[str, Any] = {}
    for key, value in table.items():
        try:
            values[key] = _sweep(value) if key == "sweep" else _checked(key, value)
        except _Wrong as error:
            raise BadInput(f"{_place(path, text, error.key, inside=key == 'sweep')}: {error}") from error
    try:
        return _whole(Recipe(**values))
    except _Wrong as error:
        raise BadInput(f"{_place(path, text, error.key)}: {error}") from error


def apply_overrides(recipe: Recipe, overrides: Mapping[str, str]) -> Recipe:
    """Return `recipe` with the values that were given as text instead of its own. Raises `UsageError`.

    Setting the format `overfit` sets what belongs to it as well, unless that is set otherwise. A sweep's `trials`,
    `parallel` and `pruning` are set by these names; a key that is set is no longer searched over.
    """
    if overrides.get("format") == Format.OVERFIT:
        overrides = {**_OVERFIT, **overrides}
    known = [key for key in (*_TYPES, *(_SWEEP_TYPES if recipe.sweep else ())) if key not in IDENTITY]
    values: dict[str, Any] = {}
    search: dict[str, Any] = {}
    for key, text in overrides.items():
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"keys to set: {', '.join(known)}"
            raise UsageError(f"a recipe has no key {display_line(key, 40)!r}", hint)
        try:
            (search if key in _SWEEP_TYPES else values)[key] = _checked(key, _parsed(key, text))
        except _Wrong as error:
            raise UsageError(str(error)) from error
    if recipe.sweep is not None:
        space = {key: span for key, span in recipe.sweep.space.items() if key not in values}
        values["sweep"] = replace(recipe.sweep, **search, space=space) if space else None
    try:
        return _whole(replace(recipe, **values))
    except _Wrong as error:
        raise UsageError(str(error)) from error


class _Wrong(ValueError):
    """A value that does not fit its key."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _whole(recipe: Recipe) -> Recipe:
    """Return `recipe` where its values go together. Raises `_Wrong`."""
    if recipe.packing != "none" and recipe.batching == "by-length":
        raise _Wrong("batching", "batching by-length has no effect with packing: its rows are all alike in length")
    if recipe.format == Format.OVERFIT and recipe.keep != "last":
        raise _Wrong("keep", "the format overfit keeps the last weights: keep must be 'last'")
    return recipe


def _parsed(key: str, text: str) -> Any:
    kind = _TYPES.get(key) or _SWEEP_TYPES[key]
    if kind is list:
        names = [name.strip() for name in text.split(",") if name.strip()]
        return names[0] if len(names) == 1 else names
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return kind(text)
    except ValueError as error:
        raise _Wrong(key, f"{key} must be {_TYPE_NAMES[kind]}, not {display_line(text, 40)!r}") from error


def _checked(key: str, value: Any) -> Any:
    """Return `value` in the type of `key`. Raises `_Wrong` where it does not fit."""
    kind = _TYPES.get(key) or _SWEEP_TYPES[key]
    wrong = _Wrong(key, f"{key} must be {_TYPE_NAMES[kind]}, not {display_line(repr(value), 40)}")
    if kind is list:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not names:
            raise wrong
        if not all(isinstance(name, str) and name for name in names):
            raise wrong
        return value
    if kind in (bool, str):
        if not isinstance(value, kind):
            raise wrong
        if key in CHOICES and value not in CHOICES[key]:
            raise _Wrong(key, f"{key} must be one of {', '.join(CHOICES[key])}, not {display_line(repr(value), 40)}")
        return value
    if isinstance(value, bool) or not isinstance(value, int if kind is int else (int, float)):
        raise wrong
    return _bounded(key, kind(value))


def _bounded(key: str, value: int | float) -> int | float:
    if key in _LEAST and not value >= _LEAST[key]:
        raise _Wrong(key, f"{key} must be at least {_LEAST[key]}, not {value!r}")
    if key in _BELOW_ONE and not value < 1:
        raise _Wrong(key, f"{key} must be below 1, not {value!r}")
    if not value < float("inf") or (key in _ABOVE_ZERO and not value > 0):
        raise _Wrong(key, f"{key} must be above 0 and finite, not {value!r}")
    return value


def _sweep(table: Any) -> Sweep:
    if not isinstance(table, dict) or set(table) != {*_SWEEP_TYPES, "space"}:
        raise _Wrong("sweep", f"sweep needs the keys {', '.join(_SWEEP_TYPES)} and space, and no others")
    if not isinstance(table["space"], dict) or not table["space"]:
        raise _Wrong("space", "space must name at least one key to search over")
    values = {key: _checked(key, table[key]) for key in _SWEEP_TYPES}
    return Sweep(**values, space={key: _span(key, value) for key, value in table["space"].items()})


def _span(key: str, value: Any) -> Span:
    if key not in _SEARCHED:
        raise _Wrong(key, f"a sweep cannot search over {display_line(key, 40)!r}; it can over {', '.join(_SEARCHED)}")
    if isinstance(value, list) and value:
        return Span(choices=tuple(_checked(key, choice) for choice in value))
    numeric = _TYPES[key] in (int, float)
    if not isinstance(value, dict) or not numeric or not {"low", "high"} <= set(value) <= {"low", "high", "log"}:
        raise _Wrong(key, f"{key} in a sweep must be a list of values, or low and high (and log) of a number")
    low, high = _checked(key, value["low"]), _checked(key, value["high"])
    log = value.get("log", False)
    if not isinstance(log, bool) or not low < high or (log and low <= 0):
        raise _Wrong(key, f"{key} in a sweep: low must be below high, log true or false, and above 0 with log")
    return Span(low=low, high=high, log=log)


def _place(path: Path, text: str, key: str, inside: bool = False) -> str:
    """Return where a key stands; `inside` looks in the table `sweep`, where a recipe's key may stand once more."""
    tables = ("sweep.space", "sweep", "") if inside else ("",)
    return toml_files.place(path, text, *((table, 0, key) for table in tables))
