"""`viva dataset import` and `export`: what is asked, what is told, what goes out."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.cli.running import Viva
from tests.fakes.broken_files import BROKEN
from viva.store import parquet
from viva.workbench import Workbench


def tables(bench: Workbench) -> list[tuple[object, ...]]:
    """Return what the store holds of datasets."""
    with bench.store.read() as connection:
        return connection.execute(
            "SELECT * FROM datasets JOIN examples USING (dataset, version) ORDER BY ALL"
        ).fetchall()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_in_one_line_and_exit_code_1(
    viva: Viva, filled: Workbench, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "broken" / name
    path.parent.mkdir()
    BROKEN[name](path)
    before = tables(filled)
    outcome = viva("dataset", "import", path, "--name", "tiny")
    lines = outcome.err.splitlines()
    assert (outcome.code, outcome.out) == (1, "")
    assert lines[0].startswith("error: ")
    assert all(line.startswith("hint: ") for line in lines[1:])
    assert outcome.err.replace("\n", "").isprintable()
    assert tables(filled) == before


def test_a_parquet_file_made_to_fill_the_disk_ends_likewise(
    viva: Viva, filled: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "HARMLESS", 1 << 20)
    path = tmp_path / "bomb.parquet"
    query = "SELECT repeat('a', 2000) AS question, 'b' AS reference FROM range(100000)"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchall()
    before = tables(filled)
    outcome = viva("dataset", "import", path, "--name", "tiny")
    assert (outcome.code, "unpacks to more than 300 times its size" in outcome.err) == (1, True)
    assert tables(filled) == before


def test_a_link_out_of_the_workspace_ends_likewise(viva: Viva, filled: Workbench, csv_file: Path) -> None:
    link = filled.paths.root / "link.csv"
    link.symlink_to(csv_file)
    outcome = viva("dataset", "import", link, "--name", "papers")
    assert (outcome.code, "leads out of the workspace" in outcome.err) == (1, True)
    assert [dataset.name for dataset in filled.datasets.list()] == ["tiny"]


def test_rows_left_out_are_told(viva: Viva, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("question,reference\na?,A\nb?\n,C\n")
    outcome = viva("dataset", "import", path, "--name", "pairs")
    lines = outcome.err.splitlines()
    assert outcome.code == 0
    assert lines[0] == "pairs: 1 example"
    assert lines[1] == f"2 rows left out, see {tmp_path / 'pairs.csv.bad-rows.jsonl'}"
    assert [line.split(":")[0].strip() for line in lines[2:]] == ["line 3", "line 4"]


def test_strict_refuses(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("question,reference\na?,A\nb?\n")
    outcome = viva("dataset", "import", path, "--name", "pairs", "--strict")
    assert (outcome.code, bench.datasets.list()) == (1, [])


def test_the_same_file_twice_is_told(viva: Viva, csv_file: Path) -> None:
    words = ("dataset", "import", csv_file, "--name", "papers", "--question", "Problem", "--reference", "Solution")
    assert viva(*words).code == 0
    assert "it holds exactly this already" in viva(*words).err


def test_a_dry_run_shows_the_mapping_and_changes_nothing(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("prompt,answer,year\nWhy?,Because.,1999\n")
    outcome = viva("dataset", "import", path, "--dry-run")
    assert outcome.code == 0
    assert "prompt" in outcome.err
    assert "kept as they are: year" in outcome.err
    assert "Because." in outcome.out
    assert not bench.store.exists


def test_a_program_is_not_left_to_guess_between_columns(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("question,answer,response\nWhy?,Because.,Yes.\n")
    outcome = viva("dataset", "import", path, "--name", "pairs")
    assert (outcome.code, bench.datasets.list()) == (2, [])
    assert "the reference could be any of: answer, response" in outcome.err
    assert viva("dataset", "import", path, "--name", "pairs", "--yes").code == 0
    assert viva("dataset", "import", path, "--name", "other", "--reference", "response").code == 0
    assert [e.reference for e in bench.datasets.examples("other")] == ["Yes."]


def test_latin_1_comes_in_where_it_is_named(viva: Viva, bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes("question,reference\nGröße?,Maß\n".encode("latin-1"))
    assert viva("dataset", "import", path, "--name", "pairs", "--encoding", "latin-1").code == 0
    assert [e.question for e in bench.datasets.examples("pairs")] == ["Größe?"]


def test_the_hub_offline_is_one_clear_line(viva: Viva) -> None:
    outcome = viva("dataset", "import", "hf:someone/something", "--name", "pairs")
    assert outcome.code == 1
    assert outcome.err.splitlines()[0] == "error: the hub cannot be reached for someone/something"


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "sharegpt", "messages"])
def test_a_dataset_goes_out_in_each_form(viva: Viva, filled: Workbench, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form if form in {'csv', 'jsonl', 'parquet'} else 'json'}"
    outcome = viva("dataset", "export", "tiny", out, "--form", form, "--split", "test")
    assert (outcome.code, outcome.err) == (0, f"{out}: 4 examples\n")
    assert viva("dataset", "import", out, "--name", "again").code == 0
    assert [e.question for e in filled.datasets.examples("again")] == [
        e.question for e in filled.datasets.examples("tiny", "test")
    ]


def test_an_unknown_suffix_is_asked_about(viva: Viva, filled: Workbench, tmp_path: Path) -> None:
    outcome = viva("dataset", "export", "tiny", tmp_path / "out.xyz")
    assert (outcome.code, "--form" in outcome.err) == (2, True)


def test_an_edit_and_its_history(viva: Viva, filled: Workbench) -> None:
    outcome = viva("dataset", "edit", "example-5", "--reference", "Better.")
    assert outcome.code == 0
    assert outcome.err == "tiny (version 2): ann edited the reference of an example\n"
    example = outcome.out.strip()
    told = json.loads(viva("dataset", "history", example, "--format", "json").out)
    assert [(row["version"], row["reference"][:7]) for row in told] == [(2, "Better."), (1, "Skeleto")]
    versions = json.loads(viva("dataset", "versions", "tiny", "--format", "json").out)
    assert [row["version"] for row in versions] == [2, 1]
    shown = json.loads(viva("dataset", "show", "tiny", "--version", "1", "--format", "json").out)
    assert shown[5]["reference"].startswith("Skeletons")


def test_an_edit_needs_something_to_change(viva: Viva, filled: Workbench) -> None:
    assert viva("dataset", "edit", "example-5").code == 2


def test_results_of_an_older_version_say_so(viva: Viva, filled: Workbench) -> None:
    viva("dataset", "edit", "example-5", "--field", "other")
    outcome = viva("leaderboard", "tiny")
    assert outcome.code == 0
    assert "note: Results of version 1; version 2 has none yet" in outcome.err
