"""The keys of an experiment file, table by table, and what may stand under each."""

import difflib
from collections.abc import Sequence
from typing import Any

from viva.text import display_line

GRID = {
    "temperature": float, "top_p": float, "top_k": int, "max_tokens": int, "repetition_penalty": float, "seed": int,
}  # fmt: skip
_KEYS: dict[str, dict[str, tuple[type, bool]]] = {
    "": {
        "title": (str, True), "description": (str, False), "dataset": (str, True), "train": (dict, False),
        "generate": (list, True), "score": (dict, False), "judge": (list, False), "show": (list, True),
    },
    "train": {"recipe": (str, True), "model": (str, True), "set": (dict, False)},
    "generate": {
        "name": (str, False), "split": (str, True), "models": (list, True), "prompt": (str, False),
        "shots": (int, False), "shots_seed": (int, False), "skip_impossible": (bool, False), "samples": (int, False),
        **dict.fromkeys(GRID, (list, False)),
    },
    "score": {"metrics": (list, True), "embedding_model": (str, False), "bertscore_model": (str, False)},
    "judge": {
        "judges": (list, False), "mode": (str, False), "pairwise": (bool, False), "per_criterion": (bool, False),
        "rubric": (str, False), "samples": (int, False), "temperature": (float, False), "max_tokens": (int, False),
        "of": (str, False),
    },
    "show": {
        "title": (str, True), "measures": (list, False), "by": (str, False), "histogram": (str, False),
        "bins": (int, False), "judge": (str, False), "pairs": (bool, False), "of": (str, False),
    },
}  # fmt: skip
"""The keys of each table of a file, with their type and whether they must be there."""
_WORDS = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table",
}  # fmt: skip


class WrongKey(ValueError):
    """What is wrong with a key: of the `index`-th table `section`, or, with an empty key, with that table."""

    def __init__(self, section: str, key: str, message: str, index: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.section = section
        self.key = key
        self.index = index
        self.hint = hint


class KeyTable:
    """One table of the file, its keys checked."""

    def __init__(self, section: str, values: Any, index: int = 0) -> None:
        self.section = section
        self.index = index
        known = _KEYS[section]
        if not isinstance(values, dict):
            raise WrongKey("", section, f"{section} must be a table")
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

    def wrong(self, key: str, message: str, hint: str = "") -> WrongKey:
        return WrongKey(self.section, key, message, self.index, hint)

    def text(self, key: str) -> str:
        return str(self.values.get(key, "")).strip()

    def true(self, key: str) -> bool:
        return bool(self.values.get(key, False))

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
                    key, f"there is no {key.removesuffix('s')} {display_line(name, 40)!r}", meant(name, known)
                )
        return tuple(dict.fromkeys(found))

    def numbers(self, key: str, kind: type) -> tuple[Any, ...]:
        found = self.values.get(key, [])
        for value in found:
            if isinstance(value, bool) or not isinstance(value, int if kind is int else (int, float)):
                raise self.wrong(key, f"{key} must be a list of numbers, not {display_line(repr(value), 40)}")
        return tuple(kind(value) for value in found)

    def _check(self, key: str, value: Any, kind: type) -> None:
        # One generation, judging or table to show need not stand in a list.
        allowed = list | dict if kind is list and key in _KEYS else int | float if kind is float else kind
        if not isinstance(value, allowed) or (kind in (int, float) and isinstance(value, bool)):
            raise self.wrong(key, f"{key} must be {_WORDS[kind]}, not {display_line(repr(value), 40)}")
        if (
            kind is str
            and key in ("title", "dataset", "recipe", "model", "split", "name", "rubric")
            and not str(value).strip()
        ):
            raise self.wrong(key, f"{key} is empty")


def meant(name: str, known: Sequence[str]) -> str:
    """Return a hint: the known name that was probably meant, else all of them."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there is: {', '.join(known)}"
