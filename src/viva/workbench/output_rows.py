"""Rows of a file of outputs: what their columns are, which example each is for, and what is wrong with one."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from viva.records.dataset import Dataset
from viva.records.reading import RawRow
from viva.store.outputs import ExampleKey
from viva.store.rows import storable
from viva.text import display_line
from viva.workbench.row_values import BadValue, amount, by_column, check_columns, filled, whole

FAILED = "failed"
UNKNOWN = "unknown"
"""The finish reason of a text that says none."""
_CUT_OFF = frozenset({"length", "max_tokens", "max_length"})
_LONGEST_NAME = 100
_DIGITS = re.compile(r"[0-9]+(\.0+)?")


class Examples:
    """Finds the example that a row names."""

    def __init__(
        self,
        dataset: Dataset,
        keys: Sequence[ExampleKey],
        split: str | None,
        elsewhere: Callable[[], Mapping[str, int]],
    ) -> None:
        """`split` is the only one whose examples are taken; `elsewhere` tells the examples of other versions."""
        self._dataset = dataset
        self._keys = keys
        self._split = split
        self._elsewhere = elsewhere
        self._others: Mapping[str, int] | None = None
        self._places = {key.example_id: place for place, key in enumerate(keys)}
        self._asked: dict[str, list[int]] = {}
        for place, key in enumerate(keys):
            if split is None or key.split == split:
                self._asked.setdefault(key.question, []).append(place)

    def named(self, value: Any) -> str:
        """Return the id of the example with this id, or at this position counted from 1. Raises `BadValue`."""
        place = self._places.get(value) if isinstance(value, str) else None
        if place is None:
            place = self._position(value)
        if place is None:
            raise BadValue(self._no_example(value))
        return self._within(place)

    def asks(self, example_id: str, question: Any) -> bool:
        """Tell whether the example asks exactly this."""
        return self._keys[self._places[example_id]].question == _digest(question)

    def asked(self, question: Any) -> str:
        """Return the id of the one example with exactly this question. Raises `BadValue`."""
        places = self._asked.get(_digest(question), [])
        if not places:
            raise BadValue(f"no example{self._of_split()} asks exactly this")
        if len(places) > 1:
            raise BadValue(f"{len(places)} examples{self._of_split()} ask this: name one in the column example")
        return self._within(places[0])

    def _position(self, value: Any) -> int | None:
        # Digits alone: the ids of another program, such as 1_2 or 1e2, are no positions.
        if isinstance(value, str) and not _DIGITS.fullmatch(value):
            return None
        try:
            number = whole("example", value)
        except BadValue:
            return None
        if not 1 <= number <= len(self._keys):
            raise BadValue(f"there is no example {number}: the dataset has {len(self._keys):,}")
        return number - 1

    def _within(self, place: int) -> str:
        key = self._keys[place]
        if self._split is not None and key.split != self._split:
            raise BadValue(f"the example is in the split {display_line(key.split, 40) or '(none)'}")
        return key.example_id

    def _no_example(self, value: Any) -> str:
        if not isinstance(value, str):
            return "the example is neither an id nor a whole number"
        if self._others is None:
            self._others = self._elsewhere()
        shown = display_line(value, 40)
        if version := self._others.get(value):
            return f"the example {shown} is of version {version}: import with --version {version}"
        return f"there is no example {shown} in version {self._dataset.version} of the dataset"

    def _of_split(self) -> str:
        return "" if self._split is None else f" of the split {display_line(self._split, 40)}"


def _digest(question: Any) -> str:
    """Return what a question is known by: that of the text as the store keeps it. Raises `BadValue`."""
    if not isinstance(question, str):
        raise BadValue("the question is not text")
    return hashlib.md5(str(storable(question)).encode(), usedforsecurity=False).hexdigest()


class Maker:
    """Makes of a row what a generation is made of."""

    def __init__(
        self, rows: Iterable[RawRow], examples: Examples, system: str | None, file: str, prefix: str = ""
    ) -> None:
        """Judge by the first `rows` which columns there are; `system` stands for that column.

        The names in that column get the `prefix`. Raises `BadInput` where a column is missing.
        """
        self._examples = examples
        self._system = system
        self._prefix = prefix
        self._texts: dict[tuple[str, str, int], tuple[int, bytes]] = {}
        needed = {"text": ""} | ({} if system else {"system": "; or name the system of all rows with --system"})
        check_columns(rows, file, needed, [("example", "question")])

    def row(self, raw: RawRow) -> dict[str, Any]:
        """Return the values of a row by column, `example_id` and `line` among them. Raises `BadValue`."""
        said = by_column(raw)
        failed = self._failure(said)
        text = said.get("text")
        if text is None and failed is not None:
            text = ""
        if not isinstance(text, str):
            raise BadValue("there is no text" if text is None or text != text else "the text is not text")
        finish = FAILED if failed is not None else self._finish(said.get("finish_reason"))
        made = {
            "line": raw.line,
            "system": self._name(said.get("system")) if self._system is None else self._system,
            "example_id": self._example(said),
            "sample": whole("sample", said.get("sample"), 0),
            "text": "" if failed is not None else text,
            "finish_reason": finish,
            "prompt_tokens": whole("prompt_tokens", said.get("prompt_tokens"), 0),
            "completion_tokens": whole("completion_tokens", said.get("completion_tokens"), 0),
            "seconds": amount("seconds", said.get("seconds")) or 0.0,
            "cost": amount("cost", said.get("cost")),
            "failed": failed,
        }
        if failed is None:
            self._once(made)
        return made

    def _once(self, made: Mapping[str, Any]) -> None:
        """Note a text. Raises `BadValue` where the file has had another in its place."""
        digest = hashlib.md5(str(storable(made["text"])).encode(), usedforsecurity=False).digest()
        line, known = self._texts.setdefault(
            (made["system"], made["example_id"], made["sample"]), (made["line"], digest)
        )
        if known != digest:
            raise BadValue(f"line {line} has another text for this example; number several texts in a column sample")

    def _example(self, said: Mapping[str, Any]) -> str:
        if filled(said.get("example")):
            value = said["example"]
            example = self._examples.named(value.strip() if isinstance(value, str) else value)
            if filled(said.get("question")) and not self._examples.asks(example, said["question"]):
                raise BadValue("the example asks another question than the row")
            return example
        if filled(said.get("question")):
            return self._examples.asked(said["question"])
        raise BadValue("the row names no example")

    def _name(self, value: Any) -> str:
        if not filled(value):
            raise BadValue("the row names no system")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise BadValue("the system is no name")
        return checked_name(f"{self._prefix}{str(value).strip()}")

    def _finish(self, value: Any) -> str:
        if not filled(value):
            return UNKNOWN
        if not isinstance(value, str) or len(value) > 40 or display_line(value) != value.strip():
            raise BadValue("finish_reason is no short word")
        word = value.strip().lower()
        if word == FAILED:
            raise BadValue("the row says that there is no text, but not why: the reason belongs in the column failed")
        return "length" if word in _CUT_OFF else word

    def _failure(self, said: Mapping[str, Any]) -> str | None:
        value = said.get("failed")
        if not filled(value) or value is False:
            return None
        if not isinstance(value, str):
            raise BadValue("failed is no reason in words")
        if said.get("text"):
            raise BadValue("the row has a text, and a reason why there is none")
        return display_line(value, 300)


def checked_name(name: str) -> str:
    """Return the name of a system without the white space around it. Raises `BadValue` where it can be none."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or display_line(name) != name or "," in name:
        raise BadValue(f"a system's name is one line of up to {_LONGEST_NAME} visible characters without a comma")
    return name
