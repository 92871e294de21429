"""Datasets of a workspace."""

from pathlib import Path

import pytest

from viva.errors import BadInput, NotFound, UsageError
from viva.workbench import Workbench


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text("question,reference,split\na?,A,train\nb?,B,test\n")
    return path


def test_a_file_becomes_a_dataset(bench: Workbench, file: Path) -> None:
    dataset = bench.datasets.import_file(file, "pairs")
    assert (dataset.name, dataset.version, dataset.source, dataset.splits) == (
        "pairs",
        1,
        "pairs.csv",
        {"train": 1, "test": 1},
    )
    assert [e.question for e in bench.datasets.examples("pairs")] == ["a?", "b?"]


def test_the_same_content_twice_is_one_dataset(bench: Workbench, file: Path) -> None:
    assert bench.datasets.import_file(file, "pairs") == bench.datasets.import_file(file, "pairs")


def test_other_content_is_the_next_version_and_the_old_examples_stay(bench: Workbench, file: Path) -> None:
    bench.datasets.import_file(file, "pairs")
    file.write_text(file.read_text() + "c?,C,test\n")
    assert bench.datasets.import_file(file, "pairs").version == 2
    assert len(bench.datasets.list()) == 1
    assert len(bench.datasets.examples("pairs")) == 3
    with bench.store.read() as connection:
        assert connection.execute("SELECT version, count(*) FROM examples GROUP BY 1 ORDER BY 1").fetchall() == [
            (1, 2),
            (2, 3),
        ]


def test_a_broken_file_leaves_the_store_as_it_was(bench: Workbench, file: Path) -> None:
    file.write_text(file.read_text() + "c?\n")
    with pytest.raises(BadInput):
        bench.datasets.import_file(file, "pairs")
    assert bench.datasets.list() == []


def test_examples_are_searched_and_paged(filled: Workbench) -> None:
    assert [e.field for e in filled.datasets.examples("tiny", search="STADIUM")] == ["sports and crowds"]
    assert len(filled.datasets.examples("tiny", split="test", limit=3, offset=2)) == 2


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 65, "[/foo]", "a\x1bb"])
def test_a_name_that_cannot_be_one_is_refused(bench: Workbench, file: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a dataset"):
        bench.datasets.import_file(file, name)


def test_a_missing_dataset_or_split_is_told_with_what_there_is(filled: Workbench) -> None:
    with pytest.raises(NotFound) as caught:
        filled.datasets.get("tinny")
    assert caught.value.hint == "did you mean tiny?"
    with pytest.raises(NotFound, match="no split of tiny 'dev'"):
        filled.datasets.split("tiny", "dev")
