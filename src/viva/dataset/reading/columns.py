"""Which column of a file is the question, which the reference approach, and how its rows are laid out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from viva.errors import BadInput, UsageError
from viva.records.reading import ColumnMatch, Layout, RawRow, ReadOptions
from viva.text import display_line

NAMES: dict[str, tuple[str, ...]] = {
    "question": ("question", "prompt", "instruction", "query", "input"),
    "reference": ("reference", "approach", "answer", "output", "response", "completion"),
    "field": ("field", "domain", "category"),
    "subfield": ("subfield", "subdomain", "subcategory", "topic"),
    "split": ("split",),
    "source": ("source", "paper", "file", "document"),
}
NEEDED = ("question", "reference")
CONVERSATIONS = ("conversations", "conversation", "messages")
"""Names of columns that hold a conversation, whichever way its turns are written."""
SPECIAL = ("meta", "messages", "tools")
"""Columns of a file that viva wrote; in a table they hold JSON."""
ALL_NAMES = frozenset(name for names in NAMES.values() for name in names) | {*CONVERSATIONS, *SPECIAL, "system"}

_VAGUE = {"input"}
_SHOWN_COLUMNS = 20


def match_rows(rows: Sequence[RawRow], options: ReadOptions, file: str) -> ColumnMatch:
    """Return how rows are laid out, judged by the first of them, and which of their columns is what.

    A name given wins; otherwise the first of the usual names, upper or lower case. A pair of columns for question and
    reference goes before a conversation beside it, which then comes along. `file` names the rows in messages.
    Raises `UsageError` for a name given that the rows lack, `BadInput` where a needed column is not found.
    """
    table = _Table(rows, file)
    _check_given(options.columns, table)
    optional = {word: names for word in NAMES if word not in NEEDED and (names := table.candidates(word, options))}
    mapping = {word: names[0] for word, names in optional.items()}
    found = {word: table.candidates(word, options) for word in NEEDED}
    layout = options.layout or _layout(table, found, bool(set(options.columns) & set(NEEDED)))
    if layout in (Layout.SHAREGPT, Layout.MESSAGES):
        return ColumnMatch(layout, table.columns, {**mapping, **table.conversation(layout)})
    mapping = {**mapping, **table.special()}
    if layout is Layout.ALPACA:
        return ColumnMatch(layout, table.columns, {**table.named("instruction", "input", "output"), **mapping})
    for word, names in found.items():
        if not names:
            raise BadInput(
                f"{file} has no column that looks like a {word}",
                f"name it with --{word}; its columns: {table.listed()}",
            )
    unsure = {
        word: names
        for word, names in found.items()
        if word not in options.columns and (len(names) > 1 or names[0].strip().lower() in _VAGUE)
    }
    return ColumnMatch(layout, table.columns, {**{word: found[word][0] for word in NEEDED}, **mapping}, unsure)


def as_json(value: Any) -> Any:
    """Return a value that stands in a cell as JSON text as what it says; any other as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(inner, dict) for inner in value)


class _Table:
    """The first rows of a file and what their columns hold."""

    def __init__(self, rows: Sequence[RawRow], file: str) -> None:
        self._rows = rows
        self.file = file
        self.columns = tuple(dict.fromkeys(name for row in rows for name in row.values))
        self._by_name = {column.strip().lower(): column for column in reversed(self.columns)}

    def listed(self) -> str:
        shown = [display_line(column, 30) for column in self.columns[:_SHOWN_COLUMNS]]
        return ", ".join(shown) + (" …" if len(self.columns) > _SHOWN_COLUMNS else "")

    def column(self, name: str) -> str | None:
        return self._by_name.get(name)

    def named(self, instruction: str, extra: str, output: str) -> dict[str, str]:
        """Return the three columns of an Alpaca file. Raises `BadInput` where one is missing; the input may be."""
        found = {"question": self.column(instruction), "input": self.column(extra), "reference": self.column(output)}
        for word, name in (("question", instruction), ("reference", output)):
            if found[word] is None:
                raise BadInput(f"{self.file} has no column {name}", f"its columns: {self.listed()}")
        return {word: column for word, column in found.items() if column is not None}

    def candidates(self, word: str, options: ReadOptions) -> tuple[str, ...]:
        """Return the columns that could be meant by `word`, the best first."""
        if word in options.columns:
            return (options.columns[word],)
        taken = set(options.columns.values())
        named = [self._by_name[name] for name in NAMES[word] if name in self._by_name]
        free = [column for column in named if column not in taken]
        if word not in NEEDED:
            return tuple(column for column in free if not self._any(column, dict | list))
        # A column without any text is taken where there is no other, so that its rows can say what is wrong.
        return tuple(column for column in free if self._any(column, str)) or tuple(free[:1])

    def special(self) -> dict[str, str]:
        """Return the columns that hold meta, messages or tools as viva writes them."""
        found = {}
        for word in SPECIAL:
            column = self.column(word)
            if column is not None and all(_fits(word, value) for value in self._filled(column)):
                found[word] = column
        return found

    def conversation(self, layout: Layout) -> dict[str, str]:
        """Return the columns of a conversation in this layout. Raises `BadInput` where there is none."""
        talk = "messages" if layout is Layout.MESSAGES else "conversations"
        column = self._talk()
        if column is None:
            raise BadInput(f"{self.file} has no column {talk}", f"its columns: {self.listed()}")
        beside = {"system": self.column("system"), "tools": self.column("tools"), "meta": self.special().get("meta")}
        if beside["system"] is not None and self._any(beside["system"], dict | list):
            beside["system"] = None
        return {talk: column, **{word: found for word, found in beside.items() if found is not None}}

    def spoken(self) -> Layout | None:
        """Return the layout of the conversations in the first rows, or None where there are none."""
        column = self._talk()
        turns = next(filter(_is_talk, map(as_json, self._filled(column))), None) if column is not None else None
        return None if turns is None else Layout.MESSAGES if "role" in turns[0] else Layout.SHAREGPT

    def has_text(self, column: str) -> bool:
        return self._any(column, str)

    def _talk(self) -> str | None:
        """Return the column of the conversations: by its name, and where there are several, by what it holds."""
        named = [column for name in CONVERSATIONS if (column := self.column(name)) is not None]
        holding = (column for column in named if any(_is_talk(as_json(value)) for value in self._filled(column)))
        return next(holding, named[0] if named else None)

    def _filled(self, column: str) -> list[Any]:
        values = (row.values.get(column) for row in self._rows)
        return [value for value in values if value is not None and value != ""]

    def _any(self, column: str, kind: Any) -> bool:
        return any(isinstance(value, kind) for value in self._filled(column))


def _layout(table: _Table, found: Mapping[str, tuple[str, ...]], given: bool) -> Layout:
    if given:
        return Layout.COLUMNS
    if all(table.column(name) is not None for name in ("instruction", "input", "output")):
        return Layout.ALPACA
    if all(names and table.has_text(names[0]) for names in found.values()):
        return Layout.COLUMNS
    return table.spoken() or Layout.COLUMNS


def _check_given(given: Mapping[str, str], table: _Table) -> None:
    for word, column in given.items():
        if word not in NAMES:
            raise UsageError(f"{display_line(word, 40)!r} is no column of a dataset", f"columns: {', '.join(NAMES)}")
        if column not in table.columns:
            raise UsageError(f"{table.file} has no column {display_line(column, 40)}", f"its columns: {table.listed()}")


def _is_talk(value: Any) -> bool:
    return bool(value) and is_list_of_objects(value)


def _fits(word: str, value: Any) -> bool:
    said = as_json(value)
    if word == "meta":
        return isinstance(said, dict)
    return is_list_of_objects(said) and (word == "tools" or all("role" in message for message in said))
