"""Files of JSON lines: what is written comes back, and a line that is none is named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viva import jsonl
from viva.errors import BadInput

VALUES = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, max_size=6))
def test_what_is_written_comes_back(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = tmp_path / "rows.jsonl"
    assert jsonl.write(path, rows) == len(rows)
    for row in rows:
        jsonl.append(path, row)
    assert list(jsonl.read(path)) == [*rows, *rows]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": 1}\n{"a": \n', "rows.jsonl, line 2 is not JSON"),
        (b"\n[1]\n", "rows.jsonl, line 2 is no object"),
        (b'{"a": "\xff"}\n', "rows.jsonl cannot be read"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words.replace(".", r"\.")):
        list(jsonl.read(path))


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        list(jsonl.read(tmp_path / "none.jsonl"))


def test_pieces_hold_every_row_once() -> None:
    assert [list(piece) for piece in jsonl.pieces(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(jsonl.pieces([], 3)) == []
