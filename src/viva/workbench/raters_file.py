"""`raters.toml`: who may come in over SSH, read strictly and written by hand so that people's comments stay.

[raters.ann]
role = "lead"            # rater, lead or engineer; rater where it does not say
plain = true             # the line-by-line mode for screen readers
keys = ["ssh-ed25519 AAAA… ann@home"]
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viva import toml_files
from viva.errors import BadInput, UsageError
from viva.records.person import Rater, Role
from viva.text import display_line
from viva.workbench import public_keys
from viva.workbench.study_requests import checked_rater

TABLE = "raters"
LARGEST = 4 << 20
"""Bytes: a longer file is none of viva's."""
_KEYS = ("role", "plain", "keys")
_HEADER = re.compile(r"\s*\[")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read(path: Path) -> dict[str, Rater]:
    """Return who may come in, by name, in the order of the file; nobody where there is no file.

    Raises `BadInput`, which names the line or the rater, for anything that is not understood, and for a key that two
    raters have: it would not tell who comes in.
    """
    if not path.exists():
        return {}
    return _understood(path)[1]


def written(path: Path, rater: Rater) -> None:
    """Put a rater into the file, in place of what stands there under the name; all else stays as it is.

    Comments on lines of their own stay too, those in the rater's table above its settings. Raises `BadInput` where
    the file cannot be read, and what `read` would raise of what was to be written.
    """
    _replace(path, rater.name, _section(rater))


def removed(path: Path, name: str) -> None:
    """Take a rater, who must be there, out of the file; all else stays as it is."""
    _replace(path, name, "")


def _understood(path: Path) -> tuple[str, dict[str, Rater]]:
    """Return a file's text, and who may come in by it. Raises `BadInput`."""
    _check_size(path)
    try:
        text, table = toml_files.read(path)
    except RecursionError as error:
        raise BadInput(f"{path} is nested too deeply", _HINT) from error
    return text, _raters(path, text, table)


def _raters(path: Path, text: str, table: Mapping[str, Any]) -> dict[str, Rater]:
    for key, content in table.items():
        if key != TABLE:
            inner = [(f"{key}.{name}", 0, "") for name in content] if isinstance(content, dict) else []
            place = toml_files.place(path, text, ("", 0, key), (key, 0, ""), *inner)
            raise BadInput(f"{place}: {display_line(key, 40)} is not known", _HINT)
    people = table.get(TABLE, {})
    if not isinstance(people, dict):
        raise BadInput(f"{path}: {TABLE} is no table", _HINT)
    found: dict[str, Rater] = {}
    owners: dict[str, str] = {}
    for name, content in people.items():
        place = toml_files.place(path, text, (f"{TABLE}.{name}", 0, ""))
        try:
            rater = _rater(name, content)
        except (BadInput, UsageError) as error:
            raise BadInput(f"{place}: {display_line(name, 40)}: {error.message}", error.hint) from error
        for line in rater.keys:
            body = public_keys.parse(line).body
            if body in owners:
                one, other = display_line(owners[body], 40), display_line(name, 40)
                said = f"{other} has a key twice" if one == other else f"{one} and {other} have the same key"
                raise BadInput(f"{place}: {said}", "a key tells who comes in: give each their own")
            owners[body] = name
        found[name] = rater
    return found


_HINT = "it holds a table [raters.NAME] for each, with role, plain and keys"


def _rater(name: str, content: Any) -> Rater:
    checked_rater(name)
    if not isinstance(content, dict):
        raise BadInput("there is no table", _HINT)
    for key in content:
        if key not in _KEYS:
            raise BadInput(f"{display_line(key, 40)} is not known", f"known: {', '.join(_KEYS)}")
    role, plain, keys = content.get("role", Role.RATER.value), content.get("plain", False), content.get("keys", [])
    if role not in list(Role):
        raise BadInput(f"the role is {', '.join(Role)}, not {display_line(str(role), 40)}")
    if not isinstance(plain, bool):
        raise BadInput("plain is true or false")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise BadInput("keys is no list of texts", 'keys = ["ssh-ed25519 AAAA… comment"]')
    return Rater(name, Role(role), tuple(public_keys.parse(key).line for key in keys), plain)


def _section(rater: Rater) -> str:
    keys = "".join(f"    {_quoted(key)},\n" for key in rater.keys)
    lines = [
        f"[{TABLE}.{rater.name if _BARE.fullmatch(rater.name) else _quoted(rater.name)}]",
        f'role = "{rater.role}"',
        *(["plain = true"] if rater.plain else []),
        f"keys = [\n{keys}]" if keys else "keys = []",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as TOML writes it; what is written is display text, without control characters."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _replace(path: Path, name: str, section: str) -> None:
    """Write the file with another section for a rater, none where it is empty, in one step, for its owner alone."""
    text = ""
    if path.exists():
        text, _ = _understood(path)
    before, comments, after = _around(path, text, name)
    if section:
        heading, _, settings = section.partition("\n")
        section = "\n".join([heading, *comments, settings])
    parts = [before.rstrip("\n"), section.rstrip("\n"), after.strip("\n")]
    new = "\n\n".join(part for part in parts if part) + "\n"
    try:
        found = _raters(path, new, tomllib.loads(new))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: {display_line(name, 40)} cannot be changed there", "mend the file by hand") from error
    if (name in found) != bool(section):
        raise BadInput(f"{path}: {display_line(name, 40)} stands in more than one place", "mend the file by hand")
    _write(path, new)


def _around(path: Path, text: str, name: str) -> tuple[str, list[str], str]:
    """Return what stands before a rater's table, the comments in it, and what stands behind it.

    Where they have no table all of the file stands before it. Comments just above the next table belong to that table.
    Raises `BadInput` where the table is written in another way than with a heading of its own.
    """
    # TOML ends a line here only; Python's own lines end at more characters, which may stand in a comment.
    lines = [line + "\n" for line in text.split("\n")]
    begin = next((number for number, line in enumerate(lines) if _is_header(line, name)), None)
    there = name in tomllib.loads(text).get(TABLE, {})
    if begin is None:
        if there:
            raise BadInput(f"{path}: {display_line(name, 40)} has no table of their own", "change the file by hand")
        return text, [], ""
    inside = begin + 1
    while inside < len(lines) and not (_HEADER.match(lines[inside]) and _whole("".join(lines[:inside]))):
        inside += 1
    end = inside
    while inside < len(lines) and end > begin + 1 and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    comments = [line.strip() for line in lines[begin + 1 : end] if line.lstrip().startswith("#")]
    return "".join(lines[:begin]), comments, "".join(lines[end:])


def _is_header(line: str, name: str) -> bool:
    if not _HEADER.match(line):
        return False
    try:
        return bool(tomllib.loads(line) == {TABLE: {name: {}}})
    except tomllib.TOMLDecodeError:
        return False


def _whole(text: str) -> bool:
    """Tell whether a piece of a file ends between two values, so that what looks like a heading there is one."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    if size > LARGEST:
        raise BadInput(f"{path} is larger than {LARGEST >> 20} MB", "it is none of viva's")


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadInput(f"{path} cannot be written: {error.strerror}") from error
