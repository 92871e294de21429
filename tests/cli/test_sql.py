import json
from pathlib import Path

import pytest

from tests.cli.running import Viva
from tests.fakes.filled import STUDY
from tests.fakes.hostile import FORBIDDEN
from tests.fakes.results import rate_at_desk
from viva.cli.sql import PAGE_SIZE
from viva.errors import StoreBusy
from viva.workbench import Workbench


def test_a_query_given_as_it_is(viva: Viva, filled: Workbench) -> None:
    outcome = viva("sql", "SELECT system, count(*) AS n FROM generations GROUP BY ALL ORDER BY ALL", "--format", "json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out) == [{"system": "starter", "n": 4}, {"system": "tuned", "n": 4}]
    assert outcome.err.startswith("2 rows in ")


def test_a_query_from_a_file(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "my query.sql"
    file.write_text("SELECT 1 + 1 AS two")
    assert json.loads(viva("sql", file, "--format", "json").out) == [{"two": 2}]


def test_a_query_from_stdin(viva: Viva, filled: Workbench) -> None:
    assert json.loads(viva("sql", "-", "--format", "json", stdin="SELECT 'ü' AS a").out) == [{"a": "ü"}]


def test_a_file_that_is_not_there_is_no_query(viva: Viva, filled: Workbench) -> None:
    outcome = viva("sql", "missing.sql")
    assert (outcome.code, outcome.err) == (2, "error: there is no file missing.sql\n")


def test_no_query_is_used_wrongly(viva: Viva, filled: Workbench) -> None:
    assert viva("sql", "-", stdin="  \n").code == 2


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_every_row_is_printed_page_after_page(viva: Viva, filled: Workbench, form: str) -> None:
    count = 2 * PAGE_SIZE + 7
    outcome = viva("sql", f"SELECT 'r' || i AS name FROM range({count}) t(i)", "--format", form)
    assert outcome.code == 0, outcome.err
    assert all(f"r{number}" in outcome.out for number in range(count))
    assert f"{count:,} rows" in outcome.err


@pytest.mark.parametrize("form", ["table", "md"])
def test_no_value_and_an_empty_text_look_different(viva: Viva, filled: Workbench, form: str) -> None:
    assert viva("sql", "SELECT NULL AS a, '' AS b", "--format", form).out.count("NULL") == 1


def test_no_row_still_names_the_columns(viva: Viva, filled: Workbench) -> None:
    assert viva("sql", "SELECT system FROM generations WHERE false", "--format", "csv").out == "system\n"


def test_no_row_of_many_columns_lists_their_names(
    viva: Viva, filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    outcome = viva("sql", "SELECT * FROM ratings")
    assert outcome.out.startswith("columns: study, ")
    assert all(len(line) <= 80 for line in outcome.out.splitlines())
    assert outcome.err.startswith("0 rows in ")


@pytest.mark.parametrize(
    "query", ["SELEC 1", "SELECT nothing FROM generations", "DROP TABLE rating", "SELECT 1; SELECT 2"]
)
def test_what_is_no_readable_query_is_one_line(viva: Viva, filled: Workbench, query: str) -> None:
    outcome = viva("sql", query)
    assert outcome.code in {1, 2}
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) <= 2


@pytest.mark.parametrize("form", ["table", "md"])
def test_hostile_texts_are_harmless(viva: Viva, filled: Workbench, form: str) -> None:
    outcome = viva("sql", "SELECT * FROM generations JOIN examples USING (example)", "--format", form)
    assert outcome.code == 0, outcome.err
    assert not FORBIDDEN.search(outcome.out)


def test_programs_get_texts_as_they_are(viva: Viva, filled: Workbench) -> None:
    rows = json.loads(viva("sql", "SELECT question FROM examples ORDER BY position", "--format", "json").out)
    assert rows[7]["question"] == filled.datasets.examples("tiny")[7].question


def test_what_was_just_rated_is_found(viva: Viva, filled: Workbench) -> None:
    rate_at_desk(filled, STUDY, most=1)
    outcome = viva("sql", "SELECT count(*) AS n FROM ratings WHERE rater = 'ann'", "--format", "json")
    assert json.loads(outcome.out) == [{"n": 4}]


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.parquet"])
def test_a_result_goes_to_a_file(viva: Viva, filled: Workbench, tmp_path: Path, name: str) -> None:
    outcome = viva("sql", "SELECT range AS n FROM range(1234)", "--output", tmp_path / name)
    assert (outcome.code, outcome.out) == (0, "")
    assert "1,234 rows written to" in outcome.err
    assert (tmp_path / name).stat().st_size > 0
    assert viva("sql", "SELECT 1", "--output", tmp_path / name).code == 2
    assert viva("sql", "SELECT 1", "--output", tmp_path / name, "--overwrite").code == 0


def test_a_result_is_drawn(viva: Viva, filled: Workbench) -> None:
    query = "SELECT system, count(*) AS n FROM generations GROUP BY ALL ORDER BY ALL"
    outcome = viva("sql", query, "--chart")
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("n by system · 2 rows\nstarter  4  ")
    assert "how n spreads" in viva("sql", query, "--chart", "histogram").out
    assert viva("sql", "SELECT 'a' AS a", "--chart").code == 1
    assert "a line needs two rows; the only number is 8" in viva("sql", "SELECT 8 AS n", "--chart").out


def test_a_query_behind_chart_is_told_where_it_belongs(viva: Viva, filled: Workbench) -> None:
    outcome = viva("sql", "--chart", "SELECT 1 AS n")
    assert (outcome.code, outcome.out) == (2, "")
    assert "put the query before --chart" in outcome.err


@pytest.mark.parametrize("given", [["--overwrite"], ["--chart", "bar", "--output", "a.csv"], ["--output", "a.xlsx"]])
def test_options_that_do_not_go_together_are_refused(viva: Viva, filled: Workbench, given: list[str]) -> None:
    assert viva("sql", "SELECT 1 AS a", *given).code == 2


def test_a_busy_outbox_does_not_stop_a_query(viva: Viva, filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> int:
        raise StoreBusy("busy")

    monkeypatch.setattr("viva.workbench.desk.Desk.deliver", busy)
    outcome = viva("sql", "SELECT 1 AS a")
    assert outcome.code == 0
    assert "ratings of the last moments may be missing" in outcome.err
