"""Experiment files: TOML, read whole and checked key by key."""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from viva.errors import BadInput, UserError
from viva.records.experiment import TUNED, Experiment, GenerateStep, ScoreStep, Shown, TrainStep
from viva.records.generating import Grid
from viva.records.metric import MEASURES, METRICS
from viva.records.recipe import Format, Recipe
from viva.text import display_line

BUNDLED = "bundled:"
Settings = Callable[[str, Mapping[str, str]], Recipe]
"""Returns a recipe with changes; raises a `UserError` where there is none of that name or a change is none."""

_GRID = {
    "temperature": float, "top_p": float, "top_k": int, "max_tokens": int, "repetition_penalty": float, "seed": int,
}  # fmt: skip
_KEYS: dict[str, dict[str, tuple[type, bool]]] = {
    "": {
        "title": (str, True), "description": (str, False), "dataset": (str, True), "train": (dict, False),
        "generate": (list, True), "score": (dict, True), "show": (list, True),
    },
    "train": {"recipe": (str, True), "model": (str, True), "set": (dict, False)},
    "generate": {
        "name": (str, False), "split": (str, True), "models": (list, True), "prompt": (str, False),
        "shots": (int, False), "shots_seed": (int, False), "skip_impossible": (bool, False), "samples": (int, False),
        **dict.fromkeys(_GRID, (list, False)),
    },
    "score": {"metrics": (list, True), "embedding_model": (str, False), "bertscore_model": (str, False)},
    "show": {
        "title": (str, True), "measures": (list, False), "by": (str, False), "histogram": (str, False),
        "bins": (int, False), "of": (str, False),
    },
}  # fmt: skip
"""The keys of each table of a file, with their type and whether they must be there."""
_WORDS = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table",
}  # fmt: skip


def load_experiment(path: Path, settings: Settings) -> Experiment:
    """Return the experiment in a TOML file. Raises `BadInput`, which names the file, the line and the key."""
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}") from error
    try:
        return _experiment(path.stem, table, settings)
    except _Wrong as error:
        raise BadInput(f"{_place(path, text, error)}: {error}", error.hint) from error


class _Wrong(ValueError):
    """What is wrong with a key: of the `index`-th table `section`, or, with an empty key, with that table."""

    def __init__(self, section: str, key: str, message: str, index: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.section = section
        self.key = key
        self.index = index
        self.hint = hint


class _Table:
    """One table of the file, its keys checked."""

    def __init__(self, section: str, values: Any, index: int = 0) -> None:
        self.section = section
        self.index = index
        known = _KEYS[section]
        if not isinstance(values, dict):
            raise _Wrong("", section, f"{section} must be a table")
        for key in values:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {close[0]}?" if close else f"keys: {', '.join(known)}"
                raise self.wrong(key, f"unknown key {display_line(key, 40)!r}", hint)
        for key, (kind, needed) in known.items():
            if key in values:
                self._check(key, values[key], kind)
            elif needed:
                raise self.wrong("", f"{section or 'the experiment'} needs the key {key}")
        self.values = values

    def wrong(self, key: str, message: str, hint: str = "") -> _Wrong:
        return _Wrong(self.section, key, message, self.index, hint)

    def text(self, key: str) -> str:
        return str(self.values.get(key, "")).strip()

    def number(self, key: str, default: int = 0, least: int = 0) -> int:
        value = int(self.values.get(key, default))
        if value < least:
            raise self.wrong(key, f"{key} must be at least {least}, not {value}")
        return value

    def names(self, key: str, known: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of names, all of them `known` where that is given."""
        found = self.values.get(key, [])
        if not found or not all(isinstance(name, str) and name for name in found):
            raise self.wrong(key, f"{key} must be a list of names, at least one")
        for name in found:
            if known is not None and name not in known:
                raise self.wrong(
                    key, f"there is no {key.removesuffix('s')} {display_line(name, 40)!r}", _meant(name, known)
                )
        return tuple(dict.fromkeys(found))

    def numbers(self, key: str, kind: type) -> tuple[Any, ...]:
        found = self.values.get(key, [])
        for value in found:
            if isinstance(value, bool) or not isinstance(value, int if kind is int else (int, float)):
                raise self.wrong(key, f"{key} must be a list of numbers, not {display_line(repr(value), 40)}")
        return tuple(kind(value) for value in found)

    def _check(self, key: str, value: Any, kind: type) -> None:
        # One generation or one table to show need not stand in a list.
        fits = isinstance(value, list | dict) if kind is list and key in _KEYS else isinstance(value, kind)
        if not fits or (kind is int and isinstance(value, bool)):
            raise self.wrong(key, f"{key} must be {_WORDS[kind]}, not {display_line(repr(value), 40)}")
        if kind is str and key in ("title", "dataset", "recipe", "model", "split", "name") and not value.strip():
            raise self.wrong(key, f"{key} is empty")


def _experiment(name: str, table: dict[str, Any], settings: Settings) -> Experiment:
    whole = _Table("", table)
    train = _train(_Table("train", table["train"]), settings) if "train" in table else None
    score = _score(_Table("score", table["score"]))
    steps = tuple(_generate(_Table("generate", value, place), train) for place, value in _each(whole, "generate"))
    named = [step.name for step in steps if step.name]
    if len(set(named)) < len(named):
        again = next(name for name in named if named.count(name) > 1)
        place = max(place for place, step in enumerate(steps) if step.name == again)
        raise _Wrong("generate", "name", f"two of generate are called {display_line(again, 40)!r}", place)
    shown = tuple(_shown(_Table("show", value, place), score, named) for place, value in _each(whole, "show"))
    dataset = whole.text("dataset")
    bundled = dataset.startswith(BUNDLED)
    return Experiment(
        name,
        whole.text("title"),
        " ".join(whole.text("description").split()),
        dataset.removeprefix(BUNDLED),
        bundled,
        train,
        steps,
        score,
        shown,
    )


def _each(whole: _Table, key: str) -> list[tuple[int, Any]]:
    value = whole.values[key]
    found = [value] if isinstance(value, dict) else value
    if not found:
        raise whole.wrong(key, f"{key} must be there at least once")
    return list(enumerate(found))


def _train(table: _Table, settings: Settings) -> TrainStep:
    changes = {key: _as_text(table, key, value) for key, value in table.values.get("set", {}).items()}
    step = TrainStep(table.text("recipe"), table.text("model"), changes)
    try:
        recipe = settings(step.recipe, {})
    except UserError as error:
        raise table.wrong("recipe", error.message, error.hint) from error
    try:
        recipe = settings(step.recipe, changes)
    except UserError as error:
        raise table.wrong("set", f"set: {error.message}", error.hint) from error
    if recipe.format == Format.BASE:
        raise table.wrong("recipe", "a recipe of the format base trains no model to write with")
    return step


def _as_text(table: _Table, key: str, value: Any) -> str:
    """Return a value of a recipe as `--set` takes it."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(value)
    if not isinstance(value, str | int | float):
        raise table.wrong("set", f"set: {display_line(key, 40)} must be text, a number, true or false")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _generate(table: _Table, train: TrainStep | None) -> GenerateStep:
    models = table.names("models")
    if TUNED in models and train is None:
        raise table.wrong("models", f"models names {TUNED!r}, but the experiment trains no model")
    values = {key: table.numbers(key, kind) for key, kind in _GRID.items()}
    values["max_new_tokens"] = values.pop("max_tokens")
    return GenerateStep(
        table.text("split"),
        models,
        Grid(**values, samples=table.number("samples", 1, 1)),
        table.text("name"),
        table.values.get("prompt"),
        table.number("shots"),
        table.number("shots_seed"),
        bool(table.values.get("skip_impossible", False)),
    )


def _score(table: _Table) -> ScoreStep:
    metrics = table.names("metrics", tuple(METRICS))
    return ScoreStep(metrics, table.text("embedding_model"), table.text("bertscore_model"))


def _shown(table: _Table, score: ScoreStep, steps: Sequence[str]) -> Shown:
    known = [measure for metric in score.metrics for measure in METRICS[metric].names]
    drawn, listed = table.text("histogram"), "measures" in table.values
    if bool(drawn) is listed:
        raise table.wrong("", "a table shows either measures or the histogram of one")
    for key, fits in (("by", listed), ("bins", bool(drawn))):
        if key in table.values and not fits:
            raise table.wrong(key, f"{key} goes with {'measures' if key == 'by' else 'histogram'} only")
    if table.text("by") not in {"", "field"}:
        raise table.wrong("by", f"by must be 'field', not {display_line(repr(table.text('by')), 40)}")
    for key in ("measures", "histogram"):
        for name in table.values.get(key, []) if key == "measures" else filter(None, [drawn]):
            if name in MEASURES and name not in known:
                raise table.wrong(key, f"{name} is not scored", f"score.metrics makes: {', '.join(known)}")
            if name not in MEASURES:
                raise table.wrong(key, f"there is no measure {display_line(str(name), 40)!r}", _meant(str(name), known))
    if table.text("of") and table.text("of") not in steps:
        hint = f"named are: {', '.join(steps)}" if steps else "none has a name"
        raise table.wrong("of", f"no generate is called {display_line(table.text('of'), 40)!r}", hint)
    bins = table.number("bins", 1, 1) if "bins" in table.values else None
    measures = table.names("measures") if listed else ()
    return Shown(table.text("title"), measures, bool(table.text("by")), drawn, bins, table.text("of"))


def _meant(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there is: {', '.join(known)}"


_HEADER = re.compile(r"\s*\[{1,2}\s*([\w-]+)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[.=]""")


def _place(path: Path, text: str, error: _Wrong) -> str:
    """Return where in a file a key stands, as `FILE, line N`; else where its table begins, else the file alone."""
    found: dict[tuple[str, int, str], int] = {}
    section, index, inside = "", 0, ""
    begun: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            # A text over several lines may hold what looks like a table or a key.
            inside = "" if inside in line else inside
            continue
        if header := _HEADER.match(line):
            section = header[1]
            begun[section] = index = begun.get(section, -1) + 1
            found[section, index, ""] = number
        elif key := _KEY.match(line):
            found.setdefault((section, index, key[1]), number)
            inside = next((quotes for quotes in ('"""', "'''") if line.count(quotes) % 2), "")
    places = [(error.section, error.index, error.key), (error.section, error.index, ""), ("", 0, error.section)]
    if not error.section:
        places.insert(1, (error.key, 0, ""))
    line_number = next((found[place] for place in places if place in found), None)
    return str(path) if line_number is None else f"{path}, line {line_number}"
