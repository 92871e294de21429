"""Datasets of the hub, here always a local directory or none at all."""

import sys
from pathlib import Path

import pytest

from viva.dataset.reading import match_first, read_rows
from viva.dataset.reading.hub import hub_rows, json_value
from viva.errors import BadInput, MissingExtra, UsageError
from viva.records.dataset import Example
from viva.records.reading import ReadOptions


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A directory with the Parquet files of two splits, as on the hub."""
    import pyarrow
    from datasets import ClassLabel, Features, List, Value
    from pyarrow import parquet

    labels = Features({"label": ClassLabel(names=["bad", "good"]), "tags": List(ClassLabel(names=["p", "q"]))})
    features = Features({"question": Value("string"), "answer": Value("string"), **labels})
    for split, count in (("train", 2), ("test", 1)):
        rows = {"question": ["a", "b"], "answer": ["c", "d"], "label": [1, -1], "tags": [[0], [1, 0]]}
        cut = {name: values[:count] for name, values in rows.items()}
        place = tmp_path / "pairs" / "data"
        place.mkdir(parents=True, exist_ok=True)
        table = pyarrow.table(cut, schema=features.arrow_schema)
        parquet.write_table(table, place / f"{split}-00000-of-00001.parquet")
    return str(tmp_path / "pairs")


def test_all_splits_come_with_their_names_and_labels_as_words(folder: str) -> None:
    rows = list(hub_rows(folder))
    assert [(row.line, row.values["split"], row.values["label"]) for row in rows] == [
        (1, "train", "good"), (2, "train", None), (3, "test", "good"),
    ]  # fmt: skip
    assert rows[1].values["tags"] == ["q", "p"]


def test_one_split_and_a_limit(folder: str) -> None:
    assert [row.values for row in hub_rows(folder, split="train", limit=1)] == [
        {"question": "a", "answer": "c", "label": "good", "tags": ["p"]}
    ]


def test_hub_rows_become_examples(folder: str) -> None:
    options = ReadOptions(columns={"field": "label"})
    found = match_first(hub_rows(folder), options, folder)
    assert next(read_rows(hub_rows(folder), found, options)) == Example(
        "a", "c", "good", None, "train", {"tags": ["p"]}
    )


def test_data_files_without_declared_types_are_read(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("question,answer\na,1\nb,\n")
    assert [row.values["answer"] for row in hub_rows(str(tmp_path), split="train")] == [1, None]


@pytest.mark.parametrize(
    ("config", "split", "reason"), [("nope", None, "'nope' not found"), (None, "nope", "Bad split: nope")]
)
def test_a_configuration_or_split_that_is_not_there(
    folder: str, config: str | None, split: str | None, reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        list(hub_rows(folder, config, split))


@pytest.mark.parametrize("name", ["some/where", "nowhere", "a\x1b[2Jb", "x\0y", "../up"])
def test_offline_is_told_in_one_line(name: str) -> None:
    with pytest.raises(BadInput, match="the hub cannot be reached for") as caught:
        list(hub_rows(name))
    assert caught.value.message.isprintable()


def test_places_without_data_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no dataset"):
        list(hub_rows(str(tmp_path / "nowhere")))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.jsonl").write_text("")
    with pytest.raises(BadInput, match=r"holds no rows|cannot be read"):
        list(hub_rows(str(tmp_path / "empty")))
    (tmp_path / "empty" / "a.jsonl").write_text('{"a": 1}\n{oops\n')
    with pytest.raises(BadInput, match="cannot be read: JSON parse error"):
        list(hub_rows(str(tmp_path / "empty")))
    with pytest.raises(UsageError, match="needs a name"):
        list(hub_rows(" "))


def test_without_the_library_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra) as caught:
        list(hub_rows("some/where"))
    assert caught.value.hint == "pip install 'viva[local]'"


def test_values_become_what_json_can_hold() -> None:
    from datetime import date
    from decimal import Decimal

    wild = {"a": float("nan"), "b": (1, b"text"), "c": date(2024, 1, 2), "d": Decimal("1.5"), "e": b"\xff", 3: True}
    assert json_value(wild) == {"a": None, "b": [1, "text"], "c": "2024-01-02", "d": "1.5", "e": "/w==", "3": True}
