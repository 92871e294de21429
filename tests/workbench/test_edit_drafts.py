"""Drafts of edited examples on disk, and the first look into a file."""

from pathlib import Path

import pytest

from viva.errors import BadInput, StoreError
from viva.records.dataset import Example
from viva.records.reading import ReadOptions
from viva.workbench import Workbench
from viva.workbench.edit_drafts import EditDrafts

EXAMPLE = Example("q", "r", example_id="e1", lineage="e0")
TEXTS = {"question": "lone \ud800 \x1b[2J", "reference": ""}


def test_a_draft_is_found_again_by_its_person_and_example_alone(bench: Workbench) -> None:
    drafts = EditDrafts(bench.paths, "ann/../x")
    drafts.save(EXAMPLE, TEXTS, {"question": "q", "reference": "r"})
    found = drafts.find(Example("other", "r", example_id="e7", lineage="e0"))
    assert found is not None
    assert (found.texts, found.before["question"]) == (TEXTS, "q")
    assert EditDrafts(bench.paths, "bob").find(EXAMPLE) is None
    assert drafts.find(Example("q", "r", example_id="e1", lineage="e9")) is None
    drafts.drop(EXAMPLE)
    drafts.drop(EXAMPLE)
    assert drafts.find(EXAMPLE) is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"texts": 1}', '{"texts": {"a": 1}, "before": {}, "saved_at": ""}']
)
def test_a_file_that_holds_no_draft_counts_as_none(bench: Workbench, content: str) -> None:
    drafts = EditDrafts(bench.paths, "ann")
    drafts.save(EXAMPLE, TEXTS, {})
    [file] = bench.paths.drafts.rglob("*.json")
    file.write_text(content)
    assert drafts.find(EXAMPLE) is None


def test_a_draft_that_cannot_be_kept_is_told(bench: Workbench) -> None:
    bench.paths.drafts.parent.mkdir(parents=True)
    bench.paths.drafts.write_text("in the way")
    with pytest.raises(StoreError, match="could not be kept"):
        EditDrafts(bench.paths, "ann").save(EXAMPLE, TEXTS, {})


def test_a_first_look_tells_the_columns_where_the_needed_ones_are_missing(bench: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("Frage,Antwort\nWarum?,Darum\n", "utf-8")
    found = bench.datasets.look(file, ReadOptions())
    assert (found.match, found.columns, found.raw) == (
        None,
        ("Frage", "Antwort"),
        ({"Frage": "Warum?", "Antwort": "Darum"},),
    )
    found = bench.datasets.look(file, ReadOptions({"question": "Frage", "reference": "Antwort"}))
    assert found.examples[0].reference == "Darum"


def test_a_first_look_leaves_out_the_words_that_are_to_have_no_column(bench: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("question,reference,field\nq,r,f\nq,,f\n", "utf-8")
    found = bench.datasets.look(file, ReadOptions(), {"field"})
    assert found.match is not None
    assert "field" not in found.match.mapping
    assert (found.examples[0].field, found.examples[0].meta) == (None, {"field": "f"})
    assert (found.rows, len(found.bad)) == (2, 1)


def test_a_file_that_cannot_be_read_at_all_is_refused(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        bench.datasets.look(tmp_path / "none.csv", ReadOptions())


def test_the_files_of_a_folder_are_reached_through_the_datasets(bench: Workbench, workspace: Path) -> None:
    (workspace / "a.csv").write_text("x")
    (workspace / "b.txt").write_text("x")
    (workspace / "c").mkdir()
    folders, files = bench.datasets.files()
    assert ([path.name for path in folders], [path.name for path in files]) == (["c"], ["a.csv"])
