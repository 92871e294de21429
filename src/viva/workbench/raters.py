"""Raters: who may come in over SSH, as what, and with which keys."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import BadInput, UsageError
from viva.records.person import Rater, Role
from viva.text import display_line
from viva.workbench import access, names, public_keys, raters_file
from viva.workbench.study_requests import checked_rater

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

LARGEST_KEY_FILE = 64 << 10
"""Bytes: a longer file holds no public key."""


def load(path: Path) -> dict[str, Rater]:
    """Return who may come in by `raters.toml`, by name; nobody where there is no file. Raises `BadInput`."""
    return raters_file.read(path)


class Raters:
    """Let raters in, and shut them out."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._file = workbench.paths.raters_file

    def list(self) -> list[Rater]:
        """Return who may come in, in the order of the file. Raises `BadInput`."""
        self._check("list")
        return [*load(self._file).values()]

    def get(self, name: str) -> Rater:
        """Return the rater `name`. Raises `NotFound`, `BadInput`."""
        self._check("get")
        return self._found(name)

    def add(
        self, name: str, key_file: str | Path | None = None, role: Role | None = None, plain: bool | None = None
    ) -> Rater:
        """Let somebody in with the public key of a file; a further key of a known rater is added to theirs.

        `role` and `plain` stay as they are where they are None (a new rater: rater, not plain). Raises `UsageError`,
        and `BadInput` where the file holds no fit public key, or one that is another rater's.
        """
        self._check("add")
        checked_rater(name)
        key = None if key_file is None else _key_of(Path(key_file))
        with self._locked():
            known = load(self._file)
            if key is not None:
                _check_owner(name, key, known)
            before = known.get(name)
            if before is None and key is None:
                raise UsageError(f"{display_line(name, 40)} needs a key to come in", "give their .pub file")
            rater = before or Rater(name)
            if key is not None and all(public_keys.parse(line).body != key.body for line in rater.keys):
                rater = replace(rater, keys=(*rater.keys, key.line))
            rater = replace(
                rater,
                role=rater.role if role is None else role,
                plain=rater.plain if plain is None else plain,
            )
            raters_file.written(self._file, rater)
        return rater

    def remove(self, name: str) -> Rater:
        """Shut somebody out; what they have rated stays. Raises `NotFound`, `BadInput`."""
        self._check("remove")
        with self._locked():
            rater = self._found(name)
            raters_file.removed(self._file, name)
        return rater

    def _check(self, method: str) -> None:
        access.check(self._workbench.person, f"raters.{method}")

    def _found(self, name: str) -> Rater:
        known = load(self._file)
        if name not in known:
            raise names.missing("rater", name, known, "let one in: viva rater add NAME KEYFILE")
        return known[name]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time read the file and write it."""
        folder = self._workbench.paths.ssh
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "raters.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _key_of(path: Path) -> public_keys.PublicKey:
    """Return the key that a file holds. Raises `BadInput`, which names the file."""
    path = path.expanduser()
    shown = display_line(path.name or str(path), 80)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_KEY_FILE + 1)
    except OSError as error:
        raise BadInput(f"{shown} cannot be read: {error.strerror}") from error
    if len(raw) > LARGEST_KEY_FILE:
        raise BadInput(f"{shown} is too large to hold one public key")
    try:
        return public_keys.parse(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{shown} is no text: it cannot be a public key") from error
    except BadInput as error:
        raise BadInput(f"{shown}: {error.message}", error.hint) from error


def _check_owner(name: str, key: public_keys.PublicKey, known: dict[str, Rater]) -> None:
    for other in known.values():
        if other.name != name and any(public_keys.parse(line).body == key.body for line in other.keys):
            raise UsageError(
                f"this key is {display_line(other.name, 40)}'s already", "a key tells who comes in: give each their own"
            )
