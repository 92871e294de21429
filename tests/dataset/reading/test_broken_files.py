"""Files that cannot become a dataset."""

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.broken_files import BROKEN
from viva.dataset.reading import match_rows, read, read_rows, rows
from viva.errors import BadInput, UserError
from viva.records.reading import BadRow, Layout, RawRow, ReadOptions


def unreadable(path: Path) -> Iterator[dict[str, Any]]:
    raise BadInput("no Parquet", "write it again")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_clear_error_or_bad_rows_only(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    BROKEN[name](path)
    try:
        rows = list(read(path, ReadOptions(), parquet=unreadable))
    except UserError as error:
        said = [error.message, error.hint]
    else:
        assert rows
        assert all(isinstance(row, BadRow) for row in rows)
        said = [row.reason for row in rows if isinstance(row, BadRow)]
    for text in said:
        assert text
        assert len(text) < 400
        assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs")]


def test_there_are_more_than_thirty() -> None:
    assert len(BROKEN) > 30


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.csv", "there is no file missing.csv"),
        ("directory.csv", "it is a directory"),
        ("link-loop.jsonl", "cannot be read: Too many levels of symbolic links"),
        ("pipe.jsonl", "it is no regular file"),
        ("empty.csv", "empty.csv is empty"),
        ("binary.csv", "is not a text file"),
        ("archive.csv", "is a ZIP archive"),
        ("packed.jsonl", "is compressed with gzip"),
        ("unknown.xlsx", "cannot tell what unknown.xlsx is"),
        ("text.parquet", "is not a Parquet file"),
        ("latin-1.csv", "is not UTF-8 .byte 22, line 2."),
        ("unmarked-utf-16.csv", "is not a text file"),
        ("header-only.csv", "holds no rows"),
        ("missing-columns.csv", "no column that looks like a question"),
        ("same-names.csv", "two columns named question"),
        ("cut-off.json", "ends in the middle, on line 1"),
        ("cut-off-after-comma.json", "ends in the middle, on line 2"),
        ("cut-off.jsonl", "line 1: not JSON"),
        ("deep.jsonl", "line 1: not JSON that can be read: .* deep"),
        ("deep.json", "line 1: .* deep"),
        ("deep-row.json", "line 1: .* deep"),
        ("scalar.json", "not a list of JSON objects"),
        ("scalars.json", "line 1: not a JSON object"),
        ("comma-missing.json", "line 1: '{' where"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, name: str, message: str) -> None:
    BROKEN[name](tmp_path / name)
    with pytest.raises(BadInput, match=message):
        list(read(tmp_path / name, ReadOptions()))


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("ragged.csv", 2, "the row has not as many cells as the header"),
        ("cut-off.csv", 2, "a quote is opened and never closed"),
        ("quotes-inside.csv", 2, "the quotes are wrong"),
        ("empty-cells.csv", 2, "the reference is empty"),
        ("large-cell.csv", 2, "a cell holds more than 16 MiB"),
        ("numbers.jsonl", 1, "question is not text"),
        ("empty-values.json", 1, "the question is empty"),
        ("nobody-answers.json", 1, "the assistant has no turn"),
        ("strange-roles.jsonl", 1, "turn 1: nobody knows the role oracle"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(tmp_path: Path, name: str, line: int, reason: str) -> None:
    BROKEN[name](tmp_path / name)
    raw = list(rows(tmp_path / name, ReadOptions()))
    good = [row for row in raw if isinstance(row, RawRow)] or [RawRow(1, {"question": "a", "reference": "b"})]
    first = next(read_rows(raw, match_rows(good, ReadOptions(), name), ReadOptions()))
    assert isinstance(first, BadRow)
    assert first.line == line
    assert first.reason.startswith(reason)


@pytest.mark.parametrize("name", ["a\0b.csv", "\ud800.csv", "x" * 5000, ""])
def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        read(tmp_path / name, ReadOptions())


PIECES = st.sampled_from(
    [
        b'{"question": "a", "reference": "b"}', b"question,reference\n", b"a,b\n", b"[", b"]", b"{", b"}", b'"', b",",
        b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\\ud800", b"NaN", b"1e999", b"question\treference\n", b":",
        b'{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}', b'"tools": "[1]"',
        b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": null}]}', b'"meta": [1], ',
        b'{"instruction": "a", "input": 3, "output": "b"}', b"PAR1", b" ", b"\xe4",
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(
    st.lists(PIECES, max_size=12).map(b"".join) | st.binary(max_size=40),
    st.sampled_from([".csv", ".tsv", ".json", ".jsonl", ".parquet", ".txt", ""]),
    st.sampled_from([None, "utf-8", "latin-1", "utf-16", "utf-16-le", "utf-32", "utf-7", "shift_jis"]),
    st.sampled_from([None, *Layout]),
)
def test_no_bytes_bring_the_reading_down(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str, encoding: str | None, layout: Layout | None
) -> None:
    path = tmp_path_factory.getbasetemp() / f"wild{suffix}"
    path.write_bytes(data)
    with suppress(UserError):
        assert list(read(path, ReadOptions(encoding=encoding, layout=layout)))
