"""Parquet files: read in pieces, written, and refused where they are none or would fill the disk."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from viva.errors import BadInput
from viva.store import parquet


def make(path: Path, query: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchall()
    return path


def test_rows_come_as_plain_values(tmp_path: Path) -> None:
    query = (
        "SELECT 'How?' AS question, 1.5::DECIMAL(4,2) AS price, DATE '2026-01-02' AS day, ['a', NULL] AS tags, "
        "{'role': 'user', 'n': 1} AS turn, 'nan'::DOUBLE AS odd, 'ab'::BLOB AS raw, true AS fine, 7 AS n"
    )
    [row] = parquet.rows(make(tmp_path / "a.parquet", query))
    assert json.loads(json.dumps(row)) == {
        "question": "How?", "price": "1.50", "day": str(date(2026, 1, 2)), "tags": ["a", None],
        "turn": {"role": "user", "n": 1}, "odd": None, "raw": "ab", "fine": True, "n": 7,
    }  # fmt: skip


def test_what_is_no_parquet_is_refused_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(BadInput) as caught:
        list(parquet.rows(path))
    assert caught.value.message.startswith("a.parquet cannot be read as Parquet")
    assert "\n" not in caught.value.message


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    whole = make(
        tmp_path / "a.parquet", "SELECT range AS n, md5(range::TEXT) AS question FROM range(10000)"
    ).read_bytes()
    path = tmp_path / "cut.parquet"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput):
        list(parquet.rows(path))


def test_a_file_that_unpacks_to_far_more_than_it_is_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "HARMLESS", 1 << 20)
    path = make(tmp_path / "bomb.parquet", "SELECT repeat('a', 1000) AS question FROM range(200000)")
    assert path.stat().st_size < 100_000
    with pytest.raises(BadInput, match="unpacks to more than 300 times its size"):
        list(parquet.rows(path))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    rows = [{"question": "a\x00b\r\n", "reference": None}, {"question": "😀", "reference": "x" * 100_000}]
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    parquet.write(source, tmp_path / "out.parquet", ["question", "reference"], 110_000, 2)
    assert list(parquet.rows(tmp_path / "out.parquet")) == rows
