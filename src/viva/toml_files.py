"""TOML files that people write: read whole, and where in them a key stands."""

import re
import tomllib
from pathlib import Path
from typing import Any

from viva.errors import BadInput

_HEADER = re.compile(r"\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*[.=]""")


def read(path: Path) -> tuple[str, dict[str, Any]]:
    """Return a file's text and its table. Raises `BadInput`, which names the file."""
    try:
        text = path.read_text("utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}") from error


def place(path: Path, text: str, *wanted: tuple[str, int, str]) -> str:
    """Return where the first of `wanted` that can be found stands, as `FILE, line N`, else the file alone.

    Each is a table's name (`""` for what comes before any table), its number among those of the same name, and a key;
    with an empty key, the table's heading is meant.
    """
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
    line_number = next((found[each] for each in wanted if each in found), None)
    return str(path) if line_number is None else f"{path}, line {line_number}"
