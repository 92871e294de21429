"""Where WordNet's files are: installed, in viva's cache, or to be fetched.

Looked at, first to last: the folder or zip archive that VIVA_WORDNET names, and nothing else where that is set; nltk's
data folders; those of Princeton's and Debian's packages; viva's cache. Where none holds WordNet it is fetched into the
cache, once, unless HF_HUB_OFFLINE or VIVA_OFFLINE is 1.
"""

import os
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from viva.errors import MissingExtra
from viva.text import display_line

FETCHED = "3.0"
"""The version of what is fetched."""

URL = "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora/wordnet.zip"
HINT = "install WordNet (Debian: wordnet-base), or set VIVA_WORDNET to its folder"
TIMEOUT = 10.0
"""Seconds in which a connection must be made, and in which something more must come."""

MOST_SECONDS = 120.0
MOST_BYTES = 64 << 20
"""What is fetched has 11 MB."""

PARTS = ("noun", "verb", "adj", "adv")
NAMES = (*(f"{kind}.{part}" for kind in ("index", "data") for part in PARTS), *(f"{part}.exc" for part in PARTS))
_NLTK_ROOTS = (
    "~/nltk_data",
    *(f"{sys.prefix}/{folder}" for folder in ("nltk_data", "share/nltk_data", "lib/nltk_data")),
    *(f"/usr/{folder}/nltk_data" for folder in ("share", "local/share", "lib", "local/lib")),
)
_IN_NLTK = ("corpora/wordnet", "corpora/wordnet.zip")
INSTALLED = (
    *(f"{root}/{place}" for root in _NLTK_ROOTS for place in _IN_NLTK),
    "/usr/share/wordnet",
    "/usr/local/WordNet-3.0/dict",
)
"""Where packages put WordNet's files."""

_HEADER = re.compile(rb"Word[nN]et (\d+(?:\.\d+)?\+?) Copyright")


@dataclass(frozen=True)
class WordNetFiles:
    """WordNet's files in a folder, or in a zip archive as nltk has it."""

    path: Path

    def complete(self) -> bool:
        """Tell whether all files are there that synonyms are found by."""
        if self.path.suffix != ".zip":
            return all(_is_file(self.path / name) for name in NAMES)
        try:
            with zipfile.ZipFile(self.path) as archive:
                return {f"wordnet/{name}" for name in NAMES} <= set(archive.namelist())
        except (OSError, zipfile.BadZipFile):
            return False

    def read(self, name: str, most: int = -1) -> bytes:
        """Return the bytes of a file, or its first `most`. Raises `OSError`, `BadZipFile`."""
        if self.path.suffix != ".zip":
            with (self.path / name).open("rb") as file:
                return file.read(most)
        with zipfile.ZipFile(self.path) as archive, archive.open(f"wordnet/{name}") as member:
            return member.read(most)

    def version(self) -> str:
        """Return what the files say of their version: `3.0`."""
        try:
            found = _HEADER.search(self.read("data.adj", 2048))
        except (OSError, zipfile.BadZipFile):
            found = None
        return found[1].decode("ascii") if found else "unknown"


def find(environment: Mapping[str, str] = os.environ, installed: Sequence[str] = INSTALLED) -> WordNetFiles | None:
    """Return WordNet's files; None where there are none. Fetches nothing."""
    places = _places(environment, installed)
    return next((files for place in places if (files := WordNetFiles(place)).complete()), None)


def version(environment: Mapping[str, str] = os.environ, installed: Sequence[str] = INSTALLED) -> str:
    """Return the version of the WordNet that is found, else of the one that would be fetched."""
    files = find(environment, installed)
    return files.version() if files else FETCHED


def obtain(
    environment: Mapping[str, str] = os.environ, installed: Sequence[str] = INSTALLED, url: str = URL
) -> WordNetFiles:
    """Return WordNet's files, fetched where they are not here. Raises `MissingExtra` with the reason."""
    if files := find(environment, installed):
        return files
    if given := environment.get("VIVA_WORDNET"):
        raise MissingExtra(f"VIVA_WORDNET names {display_line(given, 120)}, which does not hold WordNet", HINT)
    for name in ("HF_HUB_OFFLINE", "VIVA_OFFLINE"):
        if environment.get(name, "").upper() in ("1", "ON", "YES", "TRUE"):
            raise MissingExtra(f"WordNet is not here, and {name} forbids to fetch it", HINT)
    from http.client import HTTPException

    target = _cached(environment)
    try:
        _fetch(url, target)
    except (OSError, HTTPException) as error:
        reason = display_line(str(getattr(error, "reason", error)) or type(error).__name__, 100)
        raise MissingExtra(f"WordNet is not here and cannot be fetched: {reason}", HINT) from error
    return WordNetFiles(target)


def _places(environment: Mapping[str, str], installed: Sequence[str]) -> list[Path]:
    if given := environment.get("VIVA_WORDNET"):
        return [Path(given).expanduser()]
    roots = [root for root in environment.get("NLTK_DATA", "").split(os.pathsep) if root]
    places = [f"{root}/{place}" for root in roots for place in _IN_NLTK]
    if home := environment.get("WNHOME"):
        places.append(f"{home}/dict")
    return [*(Path(place).expanduser() for place in (*places, *installed)), _cached(environment)]


def _cached(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_CACHE_HOME")
    return Path(home or "~/.cache").expanduser() / "viva" / "wordnet.zip"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # In a folder that is closed to us.
        return False


def _fetch(url: str, target: Path) -> None:
    """Put the archive at `url` in its place, whole or not at all. Raises `OSError`, `HTTPException`."""
    from urllib.request import urlopen

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        part = Path(folder, target.name)
        with urlopen(url, timeout=TIMEOUT) as answer, part.open("wb") as file:
            _copy(answer, file)
        if not WordNetFiles(part).complete():
            raise OSError("what came is no archive of WordNet")
        part.replace(target)


def _copy(answer: BinaryIO, file: BinaryIO) -> None:
    """Write what comes. Raises `OSError` where it is too much, or still coming after too long."""
    started, size = time.monotonic(), 0
    while piece := answer.read(1 << 16):
        size += file.write(piece)
        if size > MOST_BYTES:
            raise OSError("what comes is too big for WordNet")
        if time.monotonic() - started > MOST_SECONDS:
            raise OSError("it comes too slowly")
