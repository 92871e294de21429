"""Making an example of a row, whichever way it is laid out."""

from collections.abc import Iterable, Iterator
from typing import Any

from viva.dataset.conversations import (
    KEPT,
    TURNS_AFTER,
    BadConversation,
    asked_and_answered,
    checked_messages,
    from_sharegpt,
    tools_from,
)
from viva.dataset.reading.columns import as_json, is_list_of_objects
from viva.dataset.reading.json_text import unfit
from viva.records.dataset import Example
from viva.records.reading import BadRow, ColumnMatch, Layout, RawRow, ReadOptions
from viva.text import display_line

_LABELS = frozenset({"field", "subfield", "split", "source"})
_LATE = {
    Layout.COLUMNS: _LABELS | {"meta", "messages", "tools"},
    Layout.ALPACA: _LABELS | {"meta"},
    Layout.SHAREGPT: _LABELS | {"meta", "system", "tools"},
    Layout.MESSAGES: _LABELS | {"meta", "system", "tools"},
}
"""Columns that are known by their own name also where the first rows, by which a file is judged, have none of them."""


class _BadValue(ValueError):
    """Why a row cannot become an example."""


def read_rows(rows: Iterable[RawRow | BadRow], match: ColumnMatch, options: ReadOptions) -> Iterator[Example | BadRow]:
    """Yield an example or a bad row for each row; rows that are bad already are passed on."""
    maker = _Maker(match, options.split)
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        try:
            yield maker.example(row.values)
        except (_BadValue, BadConversation) as error:
            yield BadRow(row.line, str(error), row.values)


class _Maker:
    """Makes examples of rows that are laid out alike."""

    def __init__(self, match: ColumnMatch, split: str | None) -> None:
        self._mapping = match.mapping
        self._used = frozenset(match.mapping.values())
        self._split = split
        self._late = _LATE[match.layout] - frozenset(match.columns) - match.mapping.keys()
        self.example = {
            Layout.COLUMNS: self._from_columns,
            Layout.ALPACA: self._from_alpaca,
            Layout.SHAREGPT: self._from_sharegpt,
            Layout.MESSAGES: self._from_messages,
        }[match.layout]

    def _from_columns(self, row: dict[str, Any]) -> Example:
        question, reference = self._needed(row, "question"), self._needed(row, "reference")
        messages, tools = self._objects(row, "messages"), self._objects(row, "tools")
        if messages:
            checked_messages(messages)
        return self._example(row, question, reference, {}, messages, tools)

    def _from_alpaca(self, row: dict[str, Any]) -> Example:
        instruction, extra = self._text(row, "question"), self._text(row, "input")
        question = _filled("\n\n".join(part for part in (instruction, extra) if part.strip()), "question")
        # With the input at hand, the instruction is what stands before it in the question.
        made = {"input": extra} if extra.strip() else {}
        return self._example(row, question, self._needed(row, "reference"), made)

    def _from_sharegpt(self, row: dict[str, Any]) -> Example:
        turns = as_json(self._value(row, "conversations"))
        messages, tools, kept = from_sharegpt(turns, self._value(row, "system"), self._value(row, "tools"))
        return self._spoken(row, messages, tools, {KEPT: kept} if kept else {})

    def _from_messages(self, row: dict[str, Any]) -> Example:
        messages = checked_messages(as_json(self._value(row, "messages")))
        system = self._value(row, "system")
        if isinstance(system, str) and system.strip() and messages[0]["role"] != "system":
            messages = [{"role": "system", "content": system}, *messages]
        return self._spoken(row, messages, tools_from(self._value(row, "tools")), {})

    def _spoken(
        self,
        row: dict[str, Any],
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]] | None,
        made: dict[str, Any],
    ) -> Example:
        if reason := unfit(messages) or unfit(tools):
            raise _BadValue(f"the conversation: {reason}")
        question, reference, after = asked_and_answered(messages)
        _filled(question, "question")
        _filled(reference, "reference")
        return self._example(row, question, reference, {**made, TURNS_AFTER: after} if after else made, messages, tools)

    def _example(
        self,
        row: dict[str, Any],
        question: str,
        reference: str,
        made: dict[str, Any],
        messages: list[dict[str, Any]] | None = None,
        tools: list[dict[str, Any]] | None = None,
    ) -> Example:
        """Return the example; `made` is what the layout adds to its meta."""
        meta = self._meta(row)
        return Example(
            question,
            reference,
            self._label(row, "field"),
            self._label(row, "subfield"),
            self._label(row, "split") or self._split,
            {**made, **meta} if made else meta,
            source=self._label(row, "source"),
            messages=messages,
            tools=tools,
        )

    def _meta(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the columns that are nothing else, and what a column of meta holds, unpacked where none clashes."""
        rest = {name: value for name, value in row.items() if name not in self._used and not self._is_late(name, value)}
        packed = as_json(self._value(row, "meta"))
        if packed is None or packed == "":
            return rest
        reason = unfit(packed) if isinstance(packed, dict) else "not a JSON object"
        if reason:
            raise _BadValue(f"meta: {reason}")
        return {**rest, "meta": packed} if rest.keys() & packed.keys() else {**rest, **packed}

    def _value(self, row: dict[str, Any], word: str) -> Any:
        column = self._mapping.get(word)
        if column is None:
            value = row.get(word)
            return value if self._is_late(word, value) else None
        return row.get(column)

    def _is_late(self, name: str, value: Any) -> bool:
        """Tell whether a column that the first rows have not is one of viva's own, and holds what that may hold."""
        return name in self._late and not (name in _LABELS and isinstance(value, dict | list))

    def _objects(self, row: dict[str, Any], word: str) -> list[dict[str, Any]] | None:
        value = as_json(self._value(row, word))
        if value is None or value == "":
            return None
        reason = unfit(value) if is_list_of_objects(value) else "not a list of JSON objects"
        if reason:
            raise _BadValue(f"{word}: {reason}")
        return value  # type: ignore[no-any-return]

    def _needed(self, row: dict[str, Any], word: str) -> str:
        return _filled(self._text(row, word), word)

    def _text(self, row: dict[str, Any], word: str) -> str:
        value = self._value(row, word)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _BadValue(f"{display_line(self._mapping[word], 40)} is not text")
        return value

    def _label(self, row: dict[str, Any], word: str) -> str | None:
        """Return a field, split … of a row: its text, or a number as text; None where it is empty."""
        value = self._value(row, word)
        if value is None or isinstance(value, str):
            return value or None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        raise _BadValue(f"{display_line(self._mapping.get(word, word), 40)} is neither text nor a number")


def _filled(text: str, word: str) -> str:
    if not text.strip():
        raise _BadValue(f"the {word} is empty")
    return text
