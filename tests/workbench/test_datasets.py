"""Datasets of a workspace: what comes in, what is refused, versions, histories."""

import json
import threading
from pathlib import Path

import duckdb
import pytest

from viva.errors import BadInput, NotFound, Outdated, UsageError
from viva.records.reading import ReadOptions
from viva.workbench import Workbench
from viva.workbench.versions import derive

GLAIVE = Path(__file__).parents[3] / "shared" / "data" / "glaive_toolcall_en_demo.json"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text("question,reference,split\na?,A,train\nb?,B,test\n")
    return path


def rows_of(bench: Workbench, query: str) -> list[tuple[object, ...]]:
    with bench.store.read() as connection:
        return connection.execute(query).fetchall()


def test_a_file_becomes_a_dataset(bench: Workbench, file: Path) -> None:
    imported = bench.datasets.import_file(file, "pairs")
    dataset = imported.dataset
    assert (dataset.name, dataset.version, dataset.source, dataset.change, dataset.splits) == (
        "pairs",
        1,
        "pairs.csv",
        "imported",
        {"train": 1, "test": 1},
    )
    assert (imported.known, imported.bad, imported.bad_file) == (False, 0, None)
    assert [e.question for e in bench.datasets.examples("pairs")] == ["a?", "b?"]


def test_the_same_content_twice_is_recognised(bench: Workbench, file: Path) -> None:
    first = bench.datasets.import_file(file, "pairs")
    again = bench.datasets.import_file(file, "pairs")
    assert (again.known, again.dataset) == (True, first.dataset)


def test_other_content_is_the_next_version_and_the_old_examples_stay(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    file.write_text(file.read_text() + "c?,C,test\n")
    assert bench.datasets.import_file(file, "pairs").dataset.version == 2
    assert len(bench.datasets.list()) == 1
    assert len(bench.datasets.examples("pairs")) == 3
    assert [e.question for e in bench.datasets.examples("pairs", version=1)] == ["a?", "b?"]
    assert rows_of(bench, "SELECT version, count(*) FROM examples GROUP BY 1 ORDER BY 1") == [(1, 2), (2, 3)]


def test_a_version_of_before_is_recognised_after_a_change(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    [example, _] = bench.datasets.examples("pairs")
    bench.datasets.edit(example.example_id, {"question": "aa?"}, "ann")
    again = bench.datasets.import_file(file, "pairs")
    assert (again.known, again.dataset.version, bench.datasets.get("pairs").version) == (True, 1, 2)


def test_rows_that_cannot_be_used_go_to_a_file_next_to_it(bench: Workbench, file: Path) -> None:
    file.write_text(file.read_text() + "c?\n,D,test\n")
    imported = bench.datasets.import_file(file, "pairs")
    assert (imported.dataset.size, imported.bad) == (2, 2)
    assert imported.bad_file == file.with_name("pairs.csv.bad-rows.jsonl")
    told = [json.loads(line) for line in imported.bad_file.read_text().splitlines()]
    assert [row["line"] for row in told] == [4, 5]
    assert "the question is empty" in told[1]["reason"]


def test_strict_refuses_a_file_with_one_bad_row(bench: Workbench, file: Path) -> None:
    file.write_text(file.read_text() + "c?\n")
    with pytest.raises(BadInput, match=r"1 row of pairs\.csv cannot be used; line 4"):
        bench.datasets.import_file(file, "pairs", strict=True)
    assert bench.datasets.list() == []


def test_a_link_out_of_the_workspace_is_not_followed(bench: Workbench, file: Path) -> None:
    link = bench.paths.root / "link.csv"
    link.symlink_to(file)
    with pytest.raises(BadInput, match="a link that leads out of the workspace"):
        bench.datasets.import_file(link, "pairs")
    assert bench.datasets.list() == []


def test_a_link_within_the_workspace_is_fine(bench: Workbench, file: Path) -> None:
    inside = file.rename(bench.paths.root / "pairs.csv")
    link = bench.paths.root / "link.csv"
    link.symlink_to(inside)
    assert bench.datasets.import_file(link, "pairs").dataset.size == 2


def test_a_preview_writes_nothing(bench: Workbench, file: Path) -> None:
    preview = bench.datasets.preview(file, ReadOptions(columns={"field": "split"}))
    assert preview.match.mapping["question"] == "question"
    assert [example.field for example in preview.examples] == ["train", "test"]
    assert not bench.store.exists


@pytest.mark.skipif(not GLAIVE.exists(), reason="the shared test data are not at hand")
def test_conversations_survive_the_way_in_and_out(bench: Workbench, tmp_path: Path) -> None:
    from viva.records.reading import ExportForm

    assert bench.datasets.import_file(GLAIVE, "tools").dataset.size == 300
    out = tmp_path / "out.json"
    assert bench.datasets.export("tools", out, ExportForm.SHAREGPT) == 300
    assert json.loads(out.read_text()) == json.loads(GLAIVE.read_text())


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_an_export_comes_back_as_the_same_dataset(bench: Workbench, tmp_path: Path, suffix: str) -> None:
    dataset = bench.datasets.import_bundled("fields")
    out = tmp_path / f"out.{suffix}"
    assert bench.datasets.export("fields", out) == 122
    again = bench.datasets.import_file(out, "fields")
    assert (again.known, again.dataset.dataset_id) == (True, dataset.dataset_id)


def test_a_directory_of_the_hub_library_comes_in_with_its_splits(bench: Workbench, tmp_path: Path) -> None:
    folder = tmp_path / "pairs"
    folder.mkdir()
    for split in ("train", "test"):
        (folder / f"{split}.csv").write_text(f"question,answer\nWhat is in {split}?,Rows.\n")
    imported = bench.datasets.import_hub(str(folder), "pairs")
    assert (imported.dataset.splits, imported.dataset.change) == ({"train": 1, "test": 1}, "imported from the hub")
    assert imported.dataset.source == f"hf:{folder}"


def test_an_export_overwrites_nothing_unasked(bench: Workbench, tmp_path: Path) -> None:
    bench.datasets.import_bundled("fields")
    for suffix in ("csv", "parquet"):
        out = tmp_path / f"out.{suffix}"
        out.write_text("mine")
        with pytest.raises(UsageError):
            bench.datasets.export("fields", out)
        assert out.read_text() == "mine"
        assert bench.datasets.export("fields", out, overwrite=True) == 122


def test_an_edit_is_a_version_with_a_history(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    [first, other] = bench.datasets.examples("pairs")
    edited = bench.datasets.edit(first.example_id, {"reference": "A, better.", "field": "letters"}, "ann")
    assert (edited.reference, edited.field, edited.question) == ("A, better.", "letters", "a?")
    told = [(e.reference, d.version, d.change) for e, d in bench.datasets.history(edited.example_id)]
    assert told == [("A, better.", 2, "ann edited the reference, field of an example"), ("A", 1, "imported")]
    assert [d.version for _, d in bench.datasets.history(other.example_id)] == [1]
    assert [e.reference for e in bench.datasets.examples("pairs")] == ["A, better.", "B"]


def test_an_edit_by_the_id_of_an_older_version_changes_the_newest(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    [first, _] = bench.datasets.examples("pairs")
    bench.datasets.edit(first.example_id, {"question": "one?"}, "ann")
    again = bench.datasets.edit(first.example_id, {"reference": "ONE"}, "bob")
    assert (again.question, again.reference) == ("one?", "ONE")


def test_an_edit_that_changes_nothing_makes_no_version(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    [first, _] = bench.datasets.examples("pairs")
    assert bench.datasets.edit(first.example_id, {"question": "a?"}, "ann") == first
    assert bench.datasets.get("pairs").version == 1


@pytest.mark.parametrize("changes", [{"question": " "}, {"meta": "x"}])
def test_an_edit_that_cannot_be_is_refused(bench: Workbench, file: Path, changes: dict[str, str]) -> None:
    bench.datasets.import_file(file, "pairs")
    [first, _] = bench.datasets.examples("pairs")
    with pytest.raises(UsageError):
        bench.datasets.edit(first.example_id, changes, "ann")
    assert bench.datasets.get("pairs").version == 1


def test_what_was_written_keeps_pointing_at_its_version(filled: Workbench) -> None:
    def board() -> list[tuple[str, str, int]]:
        return [(row.system, row.measure, row.n) for row in filled.results.leaderboard("tiny")]

    before = board()
    example = filled.datasets.examples("tiny", "test")[0]
    filled.datasets.edit(example.example_id, {"field": "other"}, "ann")
    assert filled.datasets.get("tiny").version == 2
    assert filled.results.version("tiny").version == 1
    assert board() == before


def test_examples_are_searched_and_paged(filled: Workbench) -> None:
    assert [e.field for e in filled.datasets.examples("tiny", search="STADIUM")] == ["sports and crowds"]
    assert len(filled.datasets.examples("tiny", split="test", limit=3, offset=2)) == 2


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 65, "[/foo]", "a\x1bb"])
def test_a_name_that_cannot_be_one_is_refused(bench: Workbench, file: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a dataset"):
        bench.datasets.import_file(file, name)


def test_a_missing_dataset_split_or_version_is_told_with_what_there_is(filled: Workbench) -> None:
    with pytest.raises(NotFound) as caught:
        filled.datasets.get("tinny")
    assert caught.value.hint == "did you mean tiny?"
    with pytest.raises(NotFound, match="no split dev in 'tiny'"):
        filled.datasets.with_split("tiny", "dev")
    with pytest.raises(NotFound, match="no version of tiny '3'"):
        filled.datasets.get("tiny", 3)


def test_changes_made_at_the_same_time_are_all_there(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("question,reference\n" + "".join(f"q{n},r\n" for n in range(6)))
    bench.datasets.import_file(path, "many")
    examples = bench.datasets.examples("many")
    threads = [
        threading.Thread(target=bench.datasets.edit, args=(example.example_id, {"reference": f"R{n}"}, "ann"))
        for n, example in enumerate(examples)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.reference for e in bench.datasets.examples("many")] == [f"R{n}" for n in range(6)]


def test_a_change_on_top_of_an_older_version_is_refused(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    old = bench.datasets.get("pairs")
    [first, _] = bench.datasets.examples("pairs")
    bench.datasets.edit(first.example_id, {"reference": "AA"}, "ann")
    with pytest.raises(Outdated, match="pairs was changed meanwhile: ann edited"):
        derive(bench, old, [first], "cut")
    assert bench.datasets.get("pairs").version == 2


def test_a_file_imported_again_goes_on_with_the_history_of_equal_rows(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    [first, _] = bench.datasets.examples("pairs")
    file.write_text(f"question,reference,split\nnew?,N,train\n{file.read_text().partition(chr(10))[2]}")
    bench.datasets.import_file(file, "pairs")
    edited = bench.datasets.edit(first.example_id, {"reference": "AA"}, "ann")
    assert [d.version for _, d in bench.datasets.history(edited.example_id)] == [3, 1]
    assert [e.reference for e in bench.datasets.examples("pairs")] == ["N", "AA", "B"]


def test_a_name_with_marks_in_it_is_read_as_it_stands(bench: Workbench, tmp_path: Path) -> None:
    bench.datasets.import_bundled("fields")
    folder = tmp_path / "split=none"
    folder.mkdir()
    bench.datasets.export("fields", folder / "data1.parquet", split="train")
    bench.datasets.export("fields", folder / "data[1].parquet", split="test")
    assert bench.datasets.import_file(folder / "data[1].parquet", "marks").dataset.splits == {"test": 61}


def test_large_rows_are_written_to_parquet_in_bounded_groups(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    path.write_text(
        "".join(json.dumps({"question": f"q{n}", "reference": f"{n} " * 200_000}) + "\n" for n in range(60))
    )
    bench.datasets.import_file(path, "large")
    assert bench.datasets.export("large", tmp_path / "large.parquet") == 60
    again = bench.datasets.import_file(tmp_path / "large.parquet", "large")
    assert again.known
    with duckdb.connect() as connection:
        query = "SELECT count(DISTINCT row_group_id) FROM parquet_metadata(?)"
        [(groups,)] = connection.execute(query, [str(tmp_path / "large.parquet")]).fetchall()
    assert groups > 1


def test_an_export_that_cannot_be_written_is_told(bench: Workbench, tmp_path: Path) -> None:
    bench.datasets.import_bundled("fields")
    for name in ("out.csv", "out.parquet"):
        with pytest.raises(BadInput, match="cannot be written: No such file or directory"):
            bench.datasets.export("fields", tmp_path / "nowhere" / name)
        (tmp_path / name).mkdir()
        with pytest.raises(UsageError, match="is a directory"):
            bench.datasets.export("fields", tmp_path / name)


def test_the_file_of_bad_rows_replaces_a_link_and_follows_none(bench: Workbench, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("mine")
    file.with_name("pairs.csv.bad-rows.jsonl").symlink_to(other)
    file.write_text(file.read_text() + "c?\n")
    imported = bench.datasets.import_file(file, "pairs")
    assert imported.bad_file is not None
    assert not imported.bad_file.is_symlink()
    assert other.read_text() == "mine"
