"""Files that cannot become a dataset: none of their rows can be used, or they cannot be read at all.

`BROKEN` has, by file name, a function that writes the file to a path of that name (or leaves it away).
"""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

Writer = Callable[[Path], None]

GOOD_ROW = '{"question": "Why?", "reference": "Because."}'
_HEADER = "question,reference\n"


def holding(content: str | bytes) -> Writer:
    """Return a function that writes `content` to a path."""
    data = content.encode() if isinstance(content, str) else content

    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


def _directory(path: Path) -> None:
    path.mkdir()


def _left_away(path: Path) -> None:
    path.unlink(missing_ok=True)


def _link_to(target: str) -> Writer:
    def write(path: Path) -> None:
        path.symlink_to(path if target == "itself" else Path(target))

    return write


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _locked(path: Path) -> None:
    path.write_text(f"{_HEADER}a,b\n")
    path.chmod(0)


def _zip(path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("pairs.csv", f"{_HEADER}a,b\n")
    path.write_bytes(held.getvalue())


def _large_cell(path: Path) -> None:
    path.write_text(f'{_HEADER}"{"x" * 20_000_000}",b\n')


BROKEN: dict[str, Writer] = {
    # No file, or no text.
    "missing.csv": _left_away,
    "directory.csv": _directory,
    "dangling-link.csv": _link_to("nowhere-at-all.csv"),
    "link-loop.jsonl": _link_to("itself"),
    "device.csv": _link_to("/dev/zero"),
    "pipe.jsonl": _pipe,
    "empty.csv": holding(""),
    "empty.json": holding(""),
    "white-space.jsonl": holding(" \n\t\n\n"),
    "only-a-mark.csv": holding(b"\xef\xbb\xbf"),
    "binary.csv": holding(bytes(range(256)) * 20),
    "binary-tail.jsonl": holding(b"\x00\x01\x02\x03"),
    "picture.csv": holding(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "document.json": holding(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    "archive.csv": _zip,
    "packed.jsonl": holding(gzip.compress(GOOD_ROW.encode(), mtime=0)),
    "unknown.xlsx": holding("x"),
    "text.parquet": holding(f"{_HEADER}a,b\n"),
    "garbage.parquet": holding(b"PAR1" + b"garbage" * 10 + b"PAR1"),
    # Encodings.
    "latin-1.csv": holding(f"{_HEADER}Größe,Maß\n".encode("latin-1")),
    "latin-1.jsonl": holding('{"question": "Größe", "reference": "Maß"}\n'.encode("latin-1")),
    "unmarked-utf-16.csv": holding(f"{_HEADER}a,b\n".encode("utf-16-le")),
    "unmarked-utf-16.json": holding(f"[{GOOD_ROW}]".encode("utf-16-be")),
    "half-utf-16.csv": holding(f"{_HEADER}a,b\n".encode("utf-16")[:-1]),
    "mark-in-the-middle.csv": holding("question,\ufeffreference\na,b\n"),
    "mark-in-the-middle.jsonl": holding(f"\n\ufeff{GOOD_ROW}\n"),
    # Tables.
    "header-only.csv": holding(_HEADER),
    "ragged.csv": holding(f"{_HEADER}a\na,b,c\n"),
    "cut-off.csv": holding(f'{_HEADER}"a cell that never'),
    "quotes-inside.csv": holding(f'{_HEADER}"a"b,c\n'),
    "missing-columns.csv": holding("one,two\na,b\n"),
    "no-reference.tsv": holding("question\tnote\na\tb\n"),
    "same-names.csv": holding("question,reference,question\na,b,c\n"),
    "control-names.csv": holding("ques\x1b[31mtion,refer\x07ence\na,b\n"),
    "empty-cells.csv": holding(f'{_HEADER}a,\n," "\n'),
    "large-cell.csv": _large_cell,
    # JSON.
    "cut-off.json": holding(f"[{GOOD_ROW}, {GOOD_ROW[:-5]}"),
    "cut-off-after-comma.json": holding(f"[{GOOD_ROW},\n"),
    "cut-off.jsonl": holding(GOOD_ROW[:-3]),
    "no-json.json": holding("question: a\nreference: b\n"),
    "no-json.jsonl": holding("a\nb\n"),
    "scalar.json": holding("42"),
    "scalars.json": holding("[1, 2, 3]"),
    "scalars.jsonl": holding('1\n"two"\n[3]\nnull\n'),
    "empty-list.json": holding("[]"),
    "no-list.json": holding('{\n"rows": 3\n}\n'),
    "comma-missing.json": holding(f"[{GOOD_ROW} {GOOD_ROW}]"),
    "deep.json": holding("[" * 100_000),
    "deep-row.json": holding(f'[{{"question": {"[" * 100_000}'),
    "deep.jsonl": holding("[" * 100_000 + "\n"),
    "deep-value.jsonl": holding(f'{{"question": "a", "reference": "b", "x": {"[" * 500}{"]" * 500}}}\n'),
    "not-a-number.jsonl": holding('{"question": "a", "reference": "b", "x": NaN}\n'),
    "infinity.json": holding('[{"question": "a", "reference": "b", "x": -Infinity}]'),
    "giant-number.json": holding(f'[{{"question": "a", "reference": "b", "x": {"9" * 10_000}}}]'),
    "giant-number.jsonl": holding('{"question": "a", "reference": "b", "x": 1e999}\n'),
    "numbers.jsonl": holding('{"question": 1, "reference": true}\n'),
    "empty-values.json": holding(
        json.dumps([{"question": "", "reference": "b"}, {"question": "a", "reference": None}])
    ),
    "nobody-answers.json": holding(json.dumps([{"conversations": [{"from": "human", "value": "a"}]}])),
    "strange-roles.jsonl": holding(json.dumps({"messages": [{"role": "oracle", "content": "a"}]}) + "\n"),
}
if os.geteuid() != 0:
    # Nothing is locked for the superuser.
    BROKEN["locked.csv"] = _locked
