"""Opening a data file: whether it can be read at all, what format it has, how its text is encoded."""

import codecs
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from viva.errors import BadInput, UsageError
from viva.text import display_line

LARGEST_LINE = 64 * 1024 * 1024
"""Characters in a line, a quoted cell or a JSON value; what is longer is not read into memory."""
_HEAD = 64 * 1024
_BINARY_HEAD = 4096

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (b"\x1f\x8b", "is compressed with gzip", "unpack it first: gunzip FILE"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd", "unpack it first: zstd -d FILE"),
    (b"\xfd7zXZ\x00", "is compressed with xz", "unpack it first: xz -d FILE"),
    (b"PK\x03\x04", "is a ZIP archive", "unpack it, or save a spreadsheet as CSV"),
    (b"\x89PNG", "is a picture", "viva reads CSV, TSV, JSON, JSON Lines and Parquet"),
    (b"%PDF-", "is a PDF document", "make examples of it with viva dataset papers"),
)


class Kind(StrEnum):
    """The formats a file can have."""

    DELIMITED = "delimited"
    JSON = "json"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


_SUFFIXES = {
    ".csv": Kind.DELIMITED,
    ".tsv": Kind.DELIMITED,
    ".tab": Kind.DELIMITED,
    ".txt": None,
    "": None,
    ".json": Kind.JSON,
    ".jsonl": Kind.JSON_LINES,
    ".ndjson": Kind.JSON_LINES,
    ".parquet": Kind.PARQUET,
    ".pq": Kind.PARQUET,
}


def shown(path: Path) -> str:
    """Return the name of a file as it stands in messages."""
    return display_line(path.name or str(path), 80)


def recognise(path: Path, encoding: str | None) -> tuple[Kind, str]:
    """Return the format of a file, by its name and its first bytes, and the encoding of its text.

    Raises `BadInput` for what is no regular file, is empty, packed or binary, `UsageError` for an unknown encoding.
    """
    head = _first_bytes(path)
    suffix = path.suffix.lower()
    if head.startswith(b"PAR1"):
        return Kind.PARQUET, ""
    for magic, what, hint in _FOREIGN:
        if head.startswith(magic):
            raise BadInput(f"{shown(path)} {what}", hint)
    chosen = _encoding(path, head, encoding)
    with _told(path, chosen):
        text = codecs.getincrementaldecoder(chosen)("replace").decode(head).lstrip("\ufeff").lstrip()
    if not text and len(head) < _HEAD:
        raise BadInput(f"{shown(path)} is empty", "the first line names the columns, each further line is a row")
    if suffix in (".parquet", ".pq"):
        raise BadInput(f"{shown(path)} is not a Parquet file", "write it again")
    return _kind(path, suffix, text), chosen


@contextmanager
def open_text(path: Path, encoding: str, newline: str | None) -> Iterator[io.TextIOWrapper]:
    """Yield the text of a file. What goes wrong while it is read is raised as `BadInput`."""
    with _told(path, encoding), path.open(encoding=encoding, newline=newline) as file:
        yield file


def lines(file: io.TextIOBase, name: str) -> Iterator[str]:
    """Yield lines with their ends. Raises `BadInput` for one that is too long to be one."""
    number = 0
    while line := file.readline(LARGEST_LINE):
        number += 1
        if len(line) == LARGEST_LINE:
            raise BadInput(f"{name}, line {number}: the line is longer than 64 MiB", "is it text at all?")
        yield line


def _first_bytes(path: Path) -> bytes:
    with _told(path):
        try:
            mode = path.stat().st_mode
        except ValueError as error:
            # A zero byte or half a character: no file system has such a name.
            raise BadInput(f"there is no file {shown(path)}", "check the path") from error
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "no regular file"
            raise BadInput(f"{shown(path)} cannot be read: it is {what}", "give the path of a file")
        with path.open("rb") as file:
            return file.read(_HEAD)


def _kind(path: Path, suffix: str, text: str) -> Kind:
    """Return the format of a text that starts with `text`, its first white space left out."""
    told = _SUFFIXES.get(suffix)
    inside = text[1:].lstrip()[:1]
    if text.startswith("[") and inside == "{":
        return Kind.JSON
    if text.startswith("{") and inside in ('"', "}") and told is not Kind.JSON_LINES:
        return Kind.JSON
    if told is not None:
        return told
    if suffix in _SUFFIXES:
        return Kind.DELIMITED
    raise BadInput(f"cannot tell what {shown(path)} is", "viva reads .csv, .tsv, .json, .jsonl and .parquet")


def _encoding(path: Path, head: bytes, given: str | None) -> str:
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    if given is not None:
        chosen = _known(given)
        # A mark at the start of the text is no part of it.
        if marked and chosen.startswith(marked.removesuffix("-sig")):
            return marked
        if chosen in ("utf-16", "utf-32"):
            raise BadInput(
                f"{shown(path)} does not say in which order its bytes are",
                f"say it: --encoding {chosen}-le, or {chosen}-be",
            )
        return chosen
    if marked is not None:
        return marked
    start = head[:_BINARY_HEAD]
    if b"\0" in start and (b"\0" in start.split(b"\n", 1)[0] or not _is_utf8(start)):
        raise BadInput(
            f"{shown(path)} is not a text file (a zero byte at {start.index(0)})",
            "if it is text in UTF-16, say so: --encoding utf-16-le",
        )
    return "utf-8"


def _known(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        # Codecs such as base64 turn bytes into bytes.
        "".encode(codec.name)
        codecs.getincrementaldecoder(codec.name)("replace").decode(b"a")
    except (LookupError, UnicodeError, ValueError) as error:
        raise UsageError(
            f"there is no encoding {display_line(name, 40)}", "usual ones: utf-8, utf-16, latin-1, cp1252"
        ) from error
    return codec.name


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _told(path: Path, encoding: str = "utf-8") -> Iterator[None]:
    """Turn what the file system and the decoder say into `BadInput`."""
    try:
        yield
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {shown(path)}", "check the path") from error
    except UnicodeError as error:
        raise _undecodable(path, encoding) from error
    except OSError as error:
        reason = display_line(error.strerror or str(error), 80)
        raise BadInput(f"{shown(path)} cannot be read: {reason}", "check the path and who may read it") from error


def _undecodable(path: Path, encoding: str) -> BadInput:
    """Say at which byte a file stops being text; the decoder itself only knows the piece at hand."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, place = 1, 0
    with path.open("rb") as file:
        while block := file.read(_HEAD):
            state = decoder.getstate()
            try:
                line += decoder.decode(block).count("\n")
            except UnicodeError as error:
                decoder.setstate(state)
                decoder.errors = "ignore"
                offset = 0
                if isinstance(error, UnicodeDecodeError):
                    # It counts from the bytes that were left over from the block before.
                    offset = error.start - (len(error.object) - len(block))
                place += offset
                line += decoder.decode(block[: max(offset, 0)]).count("\n")
                break
            place += len(block)
    name = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8"}.get(encoding, encoding)
    return BadInput(
        f"{shown(path)} is not {name} (byte {place + 1}, line {line})",
        "name its encoding, for example: --encoding latin-1",
    )
