"""Writing examples to a file that viva, and other programs, can read again."""

import csv
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from viva.dataset.conversations import KEPT, TURNS_AFTER, conversation_of, to_sharegpt
from viva.dataset.reading.columns import ALL_NAMES
from viva.errors import BadInput, UsageError
from viva.records.dataset import Example
from viva.records.ids import new_id
from viva.records.reading import ExportForm
from viva.text import display_line

COLUMNS = ("question", "reference", "field", "subfield", "split", "source", "meta", "messages", "tools")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINES = (".jsonl", ".ndjson")


def write(path: Path, form: ExportForm, examples: Iterable[Example], *, overwrite: bool = False) -> int:
    """Write `examples` to `path` and return how many they are; the file is there whole or not at all.

    Lists of conversations are written as one JSON list, or a line each where the name ends in .jsonl. In CSV a lone
    surrogate, which is no character, becomes U+FFFD. Raises `UsageError` where the file exists and may not be
    overwritten, `BadInput` where it cannot be written. Parquet is the store's to write, from flat rows.
    """
    writer = _writer(path, form)
    with draft_of(path, overwrite=overwrite) as draft, draft.open("x", encoding="utf-8", newline="") as file:
        count = writer(file, examples)
        file.flush()
        os.fsync(file.fileno())
    return count


@contextmanager
def draft_of(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yield the path of a file to write; when the block has ended it takes the name `path`, else it is removed.

    Raises `UsageError` where `path` exists and may not be overwritten, `BadInput` where it cannot be written.
    """
    name = display_line(path.name, 80)
    try:
        _check_target(path, name, overwrite)
        draft = path.with_name(f".viva-{new_id()}.part")
        try:
            yield draft
            _check_target(path, name, overwrite)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = display_line(error.strerror or str(error), 80)
        raise BadInput(f"{name} cannot be written: {reason}", "check the folder and who may write there") from error


def flat_row(example: Example) -> dict[str, str | None]:
    """Return an example as a row of text: `meta`, `messages` and `tools` are JSON; what it has not is None."""
    row = nested_row(example)
    for name in ("meta", "messages", "tools"):
        row[name] = None if row[name] is None else json_text(row[name])
    return row


def nested_row(example: Example) -> dict[str, Any]:
    """Return an example as a row for JSON, in the same columns as `flat_row`."""
    return {name: getattr(example, name) for name in COLUMNS}


def sharegpt_row(example: Example) -> dict[str, Any]:
    """Return an example as a ShareGPT row; without a conversation it becomes one of two turns."""
    kept = example.meta.get(KEPT)
    row = to_sharegpt(conversation_of(example), example.tools, kept if isinstance(kept, dict) else None)
    return {**row, **_beside(example)}


def messages_row(example: Example) -> dict[str, Any]:
    """Return an example as a row with chat-completions `messages`, and `tools` where there are any."""
    tools = {} if example.tools is None else {"tools": example.tools}
    return {"messages": conversation_of(example), **tools, **_beside(example)}


def json_text(value: Any) -> str:
    """Return JSON text on one line, its letters as they are; lone surrogates are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _beside(example: Example) -> dict[str, Any]:
    """Return what goes beside a conversation: labels that are there, and meta, unpacked where no name is taken."""
    labels = {name: getattr(example, name) for name in ("field", "subfield", "split", "source")}
    meta = {name: value for name, value in example.meta.items() if name not in (KEPT, TURNS_AFTER)}
    if any(name.strip().lower() in ALL_NAMES for name in meta):
        meta = {"meta": meta}
    return {**{name: value for name, value in labels.items() if value is not None}, **meta}


def _writer(path: Path, form: ExportForm) -> Callable[[IO[str], Iterable[Example]], int]:
    if form is ExportForm.CSV:
        return _write_csv
    if form is ExportForm.JSONL:
        return lambda file, examples: _write_lines(file, map(nested_row, examples))
    rows = {ExportForm.SHAREGPT: sharegpt_row, ExportForm.MESSAGES: messages_row}[form]
    write_all = _write_lines if path.suffix.lower() in _LINES else _write_list
    return lambda file, examples: write_all(file, map(rows, examples))


def _write_csv(file: IO[str], examples: Iterable[Example]) -> int:
    # With this end of lines the writer puts cells with any kind of line break in quotes.
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for example in examples:
        writer.writerow([_characters(cell) for cell in flat_row(example).values()])
        count += 1
    return count


def _characters(cell: str | None) -> str:
    return "" if cell is None else _SURROGATE.sub("\ufffd", cell)


def _write_lines(file: IO[str], rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    for row in rows:
        file.write(json_text(row) + "\n")
        count += 1
    return count


def _write_list(file: IO[str], rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    for row, lead in zip(rows, itertools.chain(["[\n"], itertools.repeat(",\n")), strict=False):
        file.write(lead + json_text(row))
        count += 1
    file.write("\n]\n" if count else "[]\n")
    return count


def _check_target(path: Path, name: str, overwrite: bool) -> None:
    try:
        impossible = b"\0" in os.fsencode(path)
    except UnicodeEncodeError:
        impossible = True
    if impossible:
        raise UsageError(f"no file can be named {name}", "choose another name")
    if path.is_dir():
        raise UsageError(f"{name or 'the folder'} is a directory", "give the name of a file")
    if os.path.lexists(path) and not overwrite:
        raise UsageError(f"{name} is there already", "choose another name, or --overwrite")
