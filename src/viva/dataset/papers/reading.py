"""Reading foreign PDF files, each in a process with limits: what hangs or crashes one file leaves the others alone."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from viva.dataset.papers.folder import Found
from viva.dataset.papers.pdf import LARGEST_FILE, PdfText
from viva.dataset.papers.read_program import NO_MEMORY
from viva.errors import BadInput
from viva.records.ids import new_id
from viva.text import display_line

LAYOUT = 1
"""Counted up when the same file would be read differently, so that no text kept from before is used."""


@dataclass(frozen=True)
class Limits:
    """What reading one file may take: seconds on the clock, bytes of memory."""

    seconds: int = 180
    memory: int = 3 * 1024**3


@dataclass(frozen=True)
class Reading:
    """What came of one file: its text, or the `problem` as one line; `digest` is the SHA-256 of its bytes."""

    source: str
    field: str | None
    digest: str = ""
    text: PdfText | None = None
    problem: str = ""


def read_all(
    files: Sequence[Found], kept: Path, limits: Limits | None = None, workers: int | None = None
) -> Iterator[Reading]:
    """Yield what came of each file, in order; texts are kept in the folder `kept` and not read again.

    A file with the same bytes as one before it is a problem: its examples would be there twice.
    """
    limits = limits or Limits()
    kept.mkdir(parents=True, exist_ok=True)
    first: dict[str, str] = {}
    with ThreadPoolExecutor(workers or max(1, (os.cpu_count() or 2) // 2)) as pool:
        for reading in pool.map(lambda file: _reading(file, kept, limits), files):
            before = first.setdefault(reading.digest or reading.source, reading.source)
            if before != reading.source:
                problem = f"{_name(reading.source)} is the same file as {display_line(before, 80)}"
                yield Reading(reading.source, reading.field, reading.digest, problem=problem)
            else:
                yield reading


def read_apart(path: Path, limits: Limits | None = None) -> PdfText:
    """Read one file as `read_pdf` does, in a process of its own. Raises `BadInput` where that ends badly too."""
    limits = limits or Limits()
    name = _name(path.name)
    command = [sys.executable, "-m", "viva.dataset.papers.read_program", str(path)]
    try:
        ended = subprocess.run(
            [*command, str(limits.seconds), str(limits.memory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput(f"{name} was not read after {limits.seconds} seconds", "print it to a new PDF file") from error
    try:
        answer = json.loads(ended.stdout)
    except ValueError as error:
        why = f"signal {-ended.returncode}" if ended.returncode < 0 else f"exit code {ended.returncode}"
        raise BadInput(f"{name} brings the PDF reader down ({why})", "print it to a new PDF file") from error
    if answer.get("error") == NO_MEMORY:
        raise BadInput(f"{name} {NO_MEMORY}", "print it to a new PDF file")
    if "error" in answer:
        raise BadInput(answer["error"], answer["hint"])
    return PdfText(tuple(answer["pages"]))


def _reading(file: Found, kept: Path, limits: Limits) -> Reading:
    if file.problem:
        return Reading(file.source, file.field, problem=file.problem)
    try:
        digest = _digest(file.path)
        cache = kept / f"{digest}-{LAYOUT}.json"
        text = _kept(cache)
        if text is None:
            text = read_apart(file.path, limits)
            _keep(cache, text)
    except BadInput as error:
        problem = f"{error.message} ({error.hint})" if error.hint else error.message
        return Reading(file.source, file.field, problem=problem)
    return Reading(file.source, file.field, digest, text)


def _digest(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{_name(path.name)} cannot be read: {error.strerror}") from error


def _kept(cache: Path) -> PdfText | None:
    try:
        return PdfText(tuple(json.loads(cache.read_text("utf-8"))["pages"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Not kept yet; or cut off with the machine while it was written.
        return None


def _keep(cache: Path, text: PdfText) -> None:
    # Two files of the same content may be read at the same moment.
    draft = cache.with_suffix(f".{new_id()}.part")
    draft.write_text(json.dumps({"pages": text.pages}), "utf-8")
    draft.replace(cache)


def _name(source: str) -> str:
    return display_line(source.rsplit("/", 1)[-1], 80)
