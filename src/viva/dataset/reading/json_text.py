"""Rows of JSON and JSON Lines files, one value in memory at a time.

The objects of a list are cut out one by one and handed to Python's own decoder: it keeps whole numbers exact and
lone surrogates as they are, which the streaming parsers at hand do not.
"""

import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from viva.dataset.reading import opening
from viva.dataset.reading.columns import CONVERSATIONS, NAMES
from viva.dataset.reading.opening import lines, open_text, shown
from viva.errors import BadInput
from viva.records.reading import BadRow, RawRow
from viva.text import display_line

DEEPEST = 100
"""How deep lists and objects may lie in one another."""
BLOCK = 1 << 20
_NOT_AN_OBJECT = "not a JSON object"
_TOO_DEEP = f"lists and objects lie more than {DEEPEST} deep in one another"
_WHITE = " \t\n\r"
# The longest word or escape that the end of a block can cut in two is -Infinity; a decoder then complains
# about a place this near to the end.
_CUT = 16
_DIGITS = 4300


def json_lines_rows(path: Path, encoding: str) -> Iterator[RawRow | BadRow]:
    """Yield the objects of a file that has one on each line; blank lines are passed over."""
    with open_text(path, encoding, newline=None) as file:
        for number, line in enumerate(lines(file, shown(path)), start=1):
            if line.strip():
                yield _from_line(line, number)


def json_rows(path: Path, encoding: str) -> Iterator[RawRow | BadRow]:
    """Yield the objects of the list in a JSON file; the list may be a value of one object.

    A file of JSON Lines under a JSON file's name is read as such. Raises `BadInput` where the text is no JSON, with
    the line, since nothing after that can be told apart.
    """
    with open_text(path, encoding, newline=None) as file:
        text = _Text(file, shown(path))
        first = text.peek()
        if first not in ("[", "{"):
            raise BadInput(f"{text.name} is not a list of JSON objects", "viva reads [{…}, {…}], or one object a line")
        if first == "[":
            yield from _list_rows(text)
        elif _is_json_lines(path, encoding):
            yield from json_lines_rows(path, encoding)
            return
        else:
            yield from _wrapped_rows(text)
        if text.peek():
            raise text.broken("there is more after the end")


def _from_line(line: str, number: int) -> RawRow | BadRow:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return BadRow(number, f"not JSON ({display_line(error.msg, 80)}, column {error.colno})", line)
    except ValueError:
        return BadRow(number, f"a number of more than {_DIGITS} digits", line)
    except RecursionError:
        return BadRow(number, f"not JSON that can be read: {_TOO_DEEP}", line)
    return _row(value, number)


def _row(value: Any, line: int) -> RawRow | BadRow:
    if not isinstance(value, dict):
        return BadRow(line, _NOT_AN_OBJECT, value)
    reason = unfit(value)
    return BadRow(line, reason, _printable(value)) if reason else RawRow(line, value)


def unfit(value: Any, depth: int = 0) -> str:
    """Return why a JSON value cannot be kept; empty where it can."""
    if isinstance(value, str):
        return ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else "a number that is too large, or none (NaN)"
    if isinstance(value, dict | list):
        if depth > DEEPEST:
            return _TOO_DEEP
        for inner in value.values() if isinstance(value, dict) else value:
            reason = unfit(inner, depth + 1)
            if reason:
                return reason
    return ""


def _printable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that cannot be kept so that it can be shown: what is at fault becomes text."""
    return {
        name: ("…" if isinstance(value, dict | list) else str(value)) if unfit(value, 1) else value
        for name, value in row.items()
    }


class _Text:
    """The text of a file from the place that has been reached; `line` is the line of that place."""

    def __init__(self, file: io.TextIOBase, name: str) -> None:
        self.name = name
        self.line = 1
        self._file = file
        self._text = ""
        self._place = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character that is no white space, without passing it; empty at the end of the file."""
        while True:
            place, text = self._place, self._text
            while place < len(text) and text[place] in _WHITE:
                place += 1
            self._pass(place)
            if place < len(text):
                return text[place]
            if not self._more():
                return ""

    def take(self, expected: str) -> str:
        """Pass the next character, which must be one of `expected`, and return it."""
        found = self.peek()
        if not found:
            raise self.cut_off()
        if found not in expected:
            raise self.broken(f"{found!r} where {' or '.join(map(repr, expected))} should be")
        self._pass(self._place + 1)
        return found

    def value(self) -> Any:
        """Pass the JSON value that comes next and return it. Raises `BadInput`."""
        if not self.peek():
            raise self.cut_off()
        while True:
            try:
                value, end = _decode(self._text, self._place)
            except json.JSONDecodeError as error:
                self._read_on(error)
                continue
            except RecursionError as error:
                raise self.broken(_TOO_DEEP) from error
            length = end - self._place
            # The digits of a number may go on in the next block.
            if end < len(self._text) or not self._more():
                self._pass(self._place + length)
                return value

    def _read_on(self, error: json.JSONDecodeError) -> None:
        """Read on where the error may only be the end of what is at hand. Raises `BadInput` where it is not."""
        offset = error.pos - self._place
        # A text cut in two looks like an error near its end, or like a string that is never closed.
        unclosed = error.msg.startswith("Unterminated")
        if (unclosed or error.pos > len(self._text) - _CUT) and self._more():
            return
        place = self._place + offset
        if unclosed or place >= len(self._text.rstrip()):
            raise self.cut_off() from error
        self._pass(place)
        raise self.broken(f"not JSON ({display_line(error.msg, 80)})") from error

    def broken(self, reason: str) -> BadInput:
        return BadInput(f"{self.name}, line {self.line}: {display_line(reason, 160)}", "is it a whole JSON file?")

    def cut_off(self) -> BadInput:
        started = self.line
        self._pass(len(self._text))
        return BadInput(
            f"{self.name} ends in the middle, on line {self.line}: what starts on line {started} is not closed",
            "get the whole file",
        )

    def _pass(self, place: int) -> None:
        self.line += self._text.count("\n", self._place, place)
        self._place = place

    def _more(self) -> bool:
        """Read on, twice as much as is at hand and not yet passed. False at the end of the file."""
        rest = self._text[self._place :]
        if len(rest) > opening.LARGEST_LINE:
            raise self.broken("a value that is longer than 64 MiB")
        block = self._file.read(max(BLOCK, len(rest)))
        self._text, self._place = rest + block, 0
        return bool(block)


def _decode(text: str, place: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python does not take up numbers of thousands of digits; the row that has one is told then.
        return _PATIENT_DECODER.raw_decode(text, place)


def _whole_number(digits: str) -> float | int:
    return int(digits) if len(digits) <= _DIGITS else math.inf


_DECODER = json.JSONDecoder()
_PATIENT_DECODER = json.JSONDecoder(parse_int=_whole_number)


def _list_rows(text: _Text) -> Iterator[RawRow | BadRow]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        text.peek()
        line = text.line
        yield _row(text.value(), line)
        if text.take(",]") == "]":
            return


def _wrapped_rows(text: _Text) -> Iterator[RawRow | BadRow]:
    """Yield the rows of the one list of objects among the values of an object."""
    text.take("{")
    found = False
    while text.peek() != "}":
        if text.peek() != '"':
            raise text.broken("not JSON (a name in quotes should be here)")
        text.value()
        text.take(":")
        line = text.line
        if text.peek() == "[" and not found:
            for row in _list_rows(text):
                found = found or isinstance(row, RawRow) or isinstance(row.row, dict)
                if found:
                    yield row
        elif _holds_objects(text.value()):
            raise BadInput(f"{text.name}, line {line}: a second list of objects", "keep one list in a file")
        if text.take(",}") == "}":
            break
    else:
        text.take("}")
    if not found:
        raise BadInput(f"{text.name} is an object without a list of objects", "viva reads [{…}, {…}]")


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(inner, dict) for inner in value)


def _is_json_lines(path: Path, encoding: str) -> bool:
    """Return whether the first line is an object of its own, and not one that wraps the list of all rows."""
    with open_text(path, encoding, newline=None) as file:
        first = _filled_line(file)
        # A whole file can stand on one line, which is then not looked at any further.
        if len(first) == opening.LARGEST_LINE:
            return False
        second = _filled_line(file)
    try:
        row, _ = _decode(first.strip(), 0)
    except (json.JSONDecodeError, RecursionError):
        return False
    return isinstance(row, dict) and (bool(second) or not _wraps(row))


def _filled_line(file: io.TextIOBase) -> str:
    """Return the next line that is not blank, or the start of one that is very long; empty at the end."""
    while line := file.readline(opening.LARGEST_LINE):
        if line.strip():
            break
    return line


def _wraps(row: dict[str, Any]) -> bool:
    lists = [name.lower() for name, value in row.items() if _holds_objects(value)]
    asks = any(name.lower() in NAMES["question"] for name in row)
    return len(lists) == 1 and lists[0] not in (*CONVERSATIONS, "tools") and not asks
