import csv
import json
from pathlib import Path

import duckdb
import pytest

from viva.errors import BadInput, UsageError, UserError
from viva.workbench import Workbench
from viva.workbench.result_files import unique

QUERY = """
SELECT range AS n, range % 2 = 0 AS even, range / 4 AS part, DATE '2026-01-01' + range::INTEGER AS day,
       CASE WHEN range = 3 THEN NULL ELSE 'é"' || chr(10) || chr(13) || ',' || range END AS text,
       [range] AS list, 2.50::DECIMAL(5, 2) AS price, 'nan'::DOUBLE AS nothing,
       170141183460469231731687303715884105727 AS big
FROM range(2345)
"""


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.parquet", "deep/b.CSV"])
def test_every_row_is_written(filled: Workbench, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert filled.sql.export(QUERY, path) == 2345
    if path.suffix.lower() == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows[2]["text"] == 'é"\n\r,2'
        assert (rows[3]["text"], rows[3]["even"], rows[3]["part"]) == ("", "false", "0.75")
    elif path.suffix == ".json":
        rows = json.loads(path.read_text("utf-8"))
        assert rows[2]["text"] == 'é"\n\r,2'
        assert (rows[3]["text"], rows[3]["even"], rows[3]["n"]) == (None, False, 3)
    else:
        return
    assert len(rows) == 2345
    assert sorted(found.name for found in path.parent.iterdir() if found.is_file()) == [path.name]


def test_a_parquet_file_has_the_types_of_the_result(filled: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    filled.sql.export(QUERY, path)
    with duckdb.connect() as connection:
        kinds = connection.execute(f"SELECT column_type FROM (DESCRIBE FROM '{path}')").fetchall()
        [row] = connection.execute(f"SELECT * EXCLUDE (nothing) FROM '{path}' WHERE n = 2").fetchall()
    assert [kind for (kind,) in kinds][:4] == ["BIGINT", "BOOLEAN", "DOUBLE", "DATE"]
    assert row[2] == 0.5
    assert row[4:6] == ('é"\n\r,2', "[2]")


def test_odd_texts_survive_in_parquet(filled: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    query = "SELECT unnest(['', 'NULL', chr(0), '\u2028', '{\"a\": 1}', '\\n', '😀', NULL]) AS t"
    assert filled.sql.export(query, path) == 8
    with duckdb.connect() as connection:
        found = [text for (text,) in connection.execute(f"FROM '{path}'").fetchall()]
    assert found == ["", "NULL", "\x00", "\u2028", '{"a": 1}', "\\n", "😀", None]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".parquet"])
def test_an_empty_result_and_columns_of_one_name(filled: Workbench, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    assert filled.sql.export('SELECT 1 AS a, 2 AS A, 3 AS "q""" WHERE false', path) == 0
    assert path.exists()


def test_names_are_told_apart() -> None:
    assert unique(["a", "A", "a_2", "", "a"]) == ["a", "A_2", "a_2_2", "column_4", "a_3"]


def test_a_file_that_is_there_is_kept_unless_asked(filled: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        filled.sql.export("SELECT 1", path)
    with pytest.raises(UserError):
        filled.sql.export("SELECT broken FROM nowhere", path, overwrite=True)
    assert path.read_text() == "mine"
    filled.sql.export("SELECT 1 AS a", path, overwrite=True)
    assert path.read_text() == "a\n1\n"


def test_other_endings_and_places_are_refused(filled: Workbench, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.json or \.parquet"):
        filled.sql.export("SELECT 1", tmp_path / "a.xlsx")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        filled.sql.export("SELECT 1", tmp_path / "file" / "a.csv")
    with pytest.raises(UsageError, match="outside"):
        filled.sql.file_for("../a.csv")
