"""Files of JSON lines that a worker program leaves for the supervisor: whole or not there at all."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from viva.records.dataset import Example

_WORDS = ("question", "reference", "field", "subfield", "source", "meta")


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write `rows`; the file appears under its name when all of them are on the disk."""
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Write examples that a model has made: their texts, where they belong, and where they come from."""
    write_lines(path, ({word: getattr(example, word) for word in _WORDS} for example in examples))
