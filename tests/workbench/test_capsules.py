"""Capsules: packed, checked digit by digit, opened; nothing in them names a person or a machine."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.fakes.reported import draw_nothing, fill_reported
from viva.errors import BadInput, UsageError
from viva.records.report import ReportRequest
from viva.report import figures
from viva.settings import Settings
from viva.store import capsule
from viva.workbench import Workbench, capsule_numbers

NAMED = r"\b(ann|bob|cem|dora)\b|/home"
"""Who rates in the fake, and a path; as words, for `placement` holds one of them."""


@pytest.fixture(scope="session")
def packed_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A workspace and a capsule of it."""
    root = tmp_path_factory.mktemp("packed")
    workbench = Workbench(Settings(workspace=root / "workspace", rater="ann", lock_timeout=10.0))
    fill_reported(workbench)
    with pytest.MonkeyPatch.context() as patch:
        draw_nothing(patch)
        workbench.capsules.write(ReportRequest("rated"), root / "capsule")
    figures.svg.cache_clear()
    return root / "workspace", root / "capsule"


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)


@pytest.fixture
def packed(packed_once: tuple[Path, Path], tmp_path: Path) -> Path:
    """A capsule of one's own."""
    return Path(shutil.copytree(packed_once[1], tmp_path / "capsule"))


def rewrite(path: Path, query: str) -> None:
    """Replace a Parquet file by what a query makes of it as `t`."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT * FROM read_parquet($path)", {"path": str(path)})
        connection.execute(f"COPY ({query}) TO $path (FORMAT parquet)", {"path": str(path)})


def sign(folder: Path) -> None:
    """Make the manifest name the files as they are, as whoever forges one would."""
    import hashlib

    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest["files"]}
    path.write_text(json.dumps(manifest), "utf-8")


def test_every_table_of_the_store_is_packed_or_left_out_on_purpose(bench: Workbench) -> None:
    with bench.store.read() as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == set(capsule.TABLES) | set(capsule.LEFT_OUT)
    assert not set(capsule.TABLES) & set(capsule.LEFT_OUT)


def test_another_workspace_computes_the_same_digits(bench: Workbench, packed: Path) -> None:
    found = bench.capsules.check(packed)
    assert found.differences == ()
    assert found.numbers > 300
    assert not bench.paths.store.exists()


def test_it_has_the_numbers_of_the_workspace_it_was_made_of(packed_once: tuple[Path, Path]) -> None:
    workspace, folder = packed_once
    workbench = Workbench(Settings(workspace=workspace, rater="ann", lock_timeout=10.0))
    known = json.loads((folder / "numbers.json").read_text("utf-8"))
    assert (
        capsule_numbers.differences(known, capsule_numbers.numbers(workbench.reports.make(ReportRequest("rated"))))
        == []
    )


def test_a_changed_file_is_named(bench: Workbench, packed: Path) -> None:
    with (packed / "report.html").open("a") as file:
        file.write(" ")
    (packed / "data" / "score.parquet").unlink()
    found = bench.capsules.check(packed)
    assert found.differences[-1] == "nothing was computed, for data/score.parquet is no file of the capsule"
    assert "report.html was changed" in found.differences
    assert "data/score.parquet is missing" in found.differences
    assert not found.same


def test_a_changed_rating_is_named_number_by_number_though_the_manifest_was_forged(
    bench: Workbench, packed: Path
) -> None:
    rewrite(packed / "data" / "rating.parquet", "SELECT * REPLACE (least(value + 1, 5) AS value) FROM t")
    sign(packed)
    found = bench.capsules.check(packed)
    assert any(one.startswith("table 2 (Means on the main measures), Human total /100") for one in found.differences)
    assert found.differences[-1].startswith("report.md has another text")


def test_a_changed_number_is_named(bench: Workbench, packed: Path) -> None:
    path = packed / "numbers.json"
    known = json.loads(path.read_text("utf-8"))
    known["tables"][1]["rows"][0][3] += 1e-6
    path.write_text(json.dumps(known), "utf-8")
    sign(packed)
    [found] = bench.capsules.check(packed).differences
    assert found.startswith("table 2 (Means on the main measures), Human total /100")


def named(folder: Path) -> list[tuple[str, str]]:
    """Return the tables and columns of a capsule in which somebody is named, or a path stands."""
    found = []
    with duckdb.connect() as connection:
        for path in sorted((folder / "data").glob("*.parquet")):
            source = {"path": str(path)}
            for column, *_ in connection.execute("DESCRIBE SELECT * FROM read_parquet($path)", source).fetchall():
                [(there,)] = connection.execute(
                    f'SELECT count(*) FROM read_parquet($path) WHERE regexp_matches("{column}"::TEXT, $name)',
                    {**source, "name": NAMED},
                ).fetchall()
                if there:
                    found.append((path.stem, column))
    return found


def test_nobody_is_named_in_any_column_of_any_table_nor_in_any_other_file(packed_once: tuple[Path, Path]) -> None:
    _, folder = packed_once
    assert named(folder) == []
    others = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".parquet", ".png"}]
    assert len(others) > 5
    for path in others:
        assert not re.search(NAMED, path.read_text("utf-8")), path


def test_raters_paths_and_comments_are_not_in_it(packed_once: tuple[Path, Path]) -> None:
    _, folder = packed_once
    with duckdb.connect() as connection:
        raters = connection.execute(
            "SELECT DISTINCT rater FROM read_parquet($path) ORDER BY 1",
            {"path": str(folder / "data" / "rating.parquet")},
        ).fetchall()
        jobs = connection.execute(
            "SELECT spec FROM read_parquet($path)", {"path": str(folder / "data" / "job.parquet")}
        ).fetchall()
    assert raters == [("rater 1",), ("rater 2",), ("rater 3",)]
    assert "/home" not in str(jobs)
    texts = [path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in {".html", ".md", ".json", ".svg"}]
    assert not any(name in text for text in texts for name in ("bob", "cem", "/home", str(folder.parent)))


def test_names_and_comments_are_there_where_they_are_wanted(
    packed_once: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_nothing(monkeypatch)
    workbench = Workbench(Settings(workspace=packed_once[0], rater="ann", lock_timeout=10.0))
    workbench.capsules.write(ReportRequest("rated", names=True), tmp_path / "named")
    assert "bob" in (tmp_path / "named" / "report.md").read_text("utf-8")
    assert {("rating", "rater"), ("rating", "comment"), ("study", "design")} <= set(named(tmp_path / "named"))


def test_another_person_zone_language_and_number_of_threads_change_nothing(packed: Path, tmp_path: Path) -> None:
    """A second machine computes the same, wherever it stands and whoever sits at it."""
    home = tmp_path / "home"
    home.mkdir()
    env = {
        "HOME": str(home), "PATH": os.environ["PATH"], "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8",
        "OMP_NUM_THREADS": "3", "VIVA_RATER": "someone else", "VIVA_WORKSPACE": str(home), "PYTHONHASHSEED": "7",
    }  # fmt: skip
    words = [sys.executable, "-m", "viva", "capsule", "check", str(packed)]
    outcome = subprocess.run(words, env=env, cwd="/", capture_output=True, text=True, check=False, timeout=200)
    assert outcome.returncode == 0, outcome.stderr
    assert "the same: " in outcome.stderr


def test_an_opened_capsule_goes_on_where_it_was_packed(bench: Workbench, packed: Path, tmp_path: Path) -> None:
    rows = bench.capsules.open(packed, tmp_path / "opened")
    opened = Workbench(Settings(workspace=tmp_path / "opened", rater="ann", lock_timeout=10.0))
    assert rows["generation"] == opened.outputs.count("rated", "test") == 64
    with opened.store.read() as connection:
        [(highest,)] = connection.execute("SELECT max(seq) FROM rating").fetchall()
    with opened.store.write() as connection:
        [(following,)] = connection.execute("SELECT nextval('event_order')").fetchall()
    assert following > highest


@pytest.mark.parametrize("name", ["data/rating.parquet", "numbers.json", "report.md"])
def test_a_changed_capsule_is_not_opened(bench: Workbench, packed: Path, tmp_path: Path, name: str) -> None:
    with (packed / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(BadInput, match="was changed"):
        bench.capsules.open(packed, tmp_path / "opened")
    assert not (tmp_path / "opened").exists()


def test_nothing_is_written_over(
    bench: Workbench, packed: Path, packed_once: tuple[Path, Path], tmp_path: Path
) -> None:
    workbench = Workbench(Settings(workspace=packed_once[0], rater="ann", lock_timeout=10.0))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(UsageError):
        workbench.capsules.write(ReportRequest("rated"), tmp_path / "full")
    with pytest.raises(UsageError):
        bench.capsules.open(packed, tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


def outside(folder: Path) -> None:
    """Let a file of the capsule be a link to one that lies elsewhere."""
    path = folder / "data" / "rating.parquet"
    shutil.move(path, folder.parent / "elsewhere.parquet")
    path.symlink_to(folder.parent / "elsewhere.parquet")


def all_outside(folder: Path) -> None:
    shutil.move(folder / "data", folder.parent / "elsewhere")
    (folder / "data").symlink_to(folder.parent / "elsewhere")


def pipe(folder: Path) -> None:
    (folder / "numbers.json").unlink()
    os.mkfifo(folder / "numbers.json")


def above(folder: Path) -> None:
    """Name a file above the folder in the manifest, with its true hash."""
    (folder.parent / "secret").write_bytes(b"")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"]["../secret"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    path.write_text(json.dumps(manifest), "utf-8")


@pytest.mark.parametrize(
    ("change", "name"),
    [(outside, "data/rating.parquet"), (all_outside, "data/adjudication.parquet"), (pipe, "numbers.json"),
     (above, "../secret")],
)  # fmt: skip
def test_what_lies_outside_is_not_read(
    bench: Workbench, packed: Path, tmp_path: Path, change: Callable[[Path], None], name: str
) -> None:
    change(packed)
    assert bench.capsules.check(packed).differences[0] == f"{name} is missing"
    with pytest.raises(BadInput, match=re.escape(f"{name} is missing")):
        bench.capsules.open(packed, tmp_path / "opened")


def test_a_file_that_is_none_of_the_capsule_is_named(bench: Workbench, packed: Path) -> None:
    (packed / "data" / "more.parquet").touch()
    found = bench.capsules.check(packed)
    assert (found.same, found.notes) == (True, ("data/more.parquet is none of its files and was not looked at",))


@pytest.mark.parametrize("many", [False, True])
def test_a_small_file_that_unpacks_to_any_amount_is_refused(
    bench: Workbench, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    """A thousand rows of one text take the room of one in Parquet."""
    monkeypatch.setattr(capsule, "LARGEST_ROWS" if many else "LARGEST_BYTES", 10_000 if many else 100_000_000)
    path, times, size = packed / "data" / "rating.parquet", *((200, 1) if many else (1, 1_000_000))
    rewrite(path, f"SELECT t.* REPLACE (repeat('x', {size}) AS comment) FROM t, range({times})")
    assert path.stat().st_size < 1_000_000
    sign(packed)
    [found] = bench.capsules.check(packed).differences
    assert found == "rating.parquet of the capsule unpacks to more than viva reads"
    with pytest.raises(BadInput, match="more than viva reads"):
        bench.capsules.open(packed, tmp_path / "opened")
    assert list((tmp_path / "opened").iterdir()) == []


@pytest.mark.parametrize("wrong", [{"dataset": 5}, {"seed": "x"}, {"seed": -1}, {"split": []}, {"names": 1}, {"x": 1}])
def test_a_request_that_cannot_be_is_told(bench: Workbench, packed: Path, wrong: dict[str, Any]) -> None:
    path = packed / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["request"].update(wrong)
    path.write_text(json.dumps(manifest), "utf-8")
    [found] = bench.capsules.check(packed).differences
    assert found.startswith("the manifest asks for")


@pytest.mark.parametrize("manifest", ["", "[]", "{}", "[" * 100_000, '{"form": 99, "files": {}, "request": {}}'])
def test_what_is_no_capsule_is_an_error(bench: Workbench, tmp_path: Path, manifest: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(BadInput):
        bench.capsules.check(folder)
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(BadInput):
        bench.capsules.check(folder)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"x": [1]}, "table 2 (Means on the main measures), rows x 1: 1 became missing"),
        (
            [[{"a": {"b": []}}]],
            "table 2 (Means on the main measures), Human total /100 1–2, Measure: [] became missing",
        ),
        ("text", "table 2 (Means on the main measures), rows: text became missing"),
    ],
)
def test_forged_numbers_of_any_shape_are_named(bench: Workbench, packed: Path, rows: Any, said: str) -> None:
    path = packed / "numbers.json"
    known = json.loads(path.read_text("utf-8"))
    known["tables"][1]["rows"] = rows
    path.write_text(json.dumps(known), "utf-8")
    sign(packed)
    assert bench.capsules.check(packed).differences[0] == said


def test_a_page_that_was_changed_is_named_though_the_manifest_was_forged(bench: Workbench, packed: Path) -> None:
    page = packed / "report.html"
    page.write_text(page.read_text("utf-8").replace("Human total", "Robot total", 1), "utf-8")
    sign(packed)
    assert bench.capsules.check(packed).differences == ("report.html has another text than a report written now",)


@pytest.mark.parametrize(
    ("key", "value"), [("dataset", "other"), ("version", 7), ("rows", {"rating": 1}), ("rows", [1])]
)
def test_a_manifest_that_tells_of_other_rows_is_named(bench: Workbench, packed: Path, key: str, value: Any) -> None:
    path = packed / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), key: value}), "utf-8")
    assert bench.capsules.check(packed).differences == (f"manifest.json names another {key} than there is",)


def test_a_figure_that_is_drawn_otherwise_is_noted_and_is_no_difference(bench: Workbench, packed: Path) -> None:
    (packed / "report-figures" / "means.svg").write_text("<svg/>")
    page = packed / "report.html"
    page.write_text(page.read_text("utf-8").replace("<svg ", '<svg id="other" ', 1), "utf-8")
    sign(packed)
    found = bench.capsules.check(packed)
    assert found.same
    assert found.notes == (
        "the figures in report-figures/means.svg, report.html are not as they are drawn here: compare them by eye",
    )


def test_a_table_of_other_columns_is_an_error_that_is_told(bench: Workbench, packed: Path) -> None:
    rewrite(packed / "data" / "example.parquet", "SELECT 1 AS example_id, 'x' AS other FROM t")
    sign(packed)
    [found] = bench.capsules.check(packed).differences
    assert found.startswith("example.parquet of the capsule cannot be read")


@pytest.mark.parametrize(
    ("table", "query", "said"),
    [
        ("study", "SELECT * REPLACE ('[1]' AS design) FROM t", "study.parquet of the capsule has a design that is no"),
        ("system", "SELECT * REPLACE ('[1]' AS decoding) FROM t", "system.parquet of the capsule has a decoding that"),
        ("criterion", "SELECT * REPLACE ('3' AS levels) FROM t", "criterion.parquet of the capsule has a levels that"),
        (
            "study",
            """SELECT * REPLACE ('{"frame": 5}' AS design) FROM t""",
            "the rows of the capsule cannot be computed with (random stream): ",
        ),
        (
            "criterion",
            """SELECT * REPLACE ('{"x": "y"}' AS levels) FROM t""",
            "the rows of the capsule cannot be computed with (rubrics): ",
        ),
    ],
)
def test_rows_of_another_shape_are_a_difference_that_is_named(
    bench: Workbench, packed: Path, table: str, query: str, said: str
) -> None:
    rewrite(packed / "data" / f"{table}.parquet", query)
    sign(packed)
    [found] = bench.capsules.check(packed).differences
    assert found.startswith(said)
