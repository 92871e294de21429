"""Examples written to files and read again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.dataset.reading import match_rows, read, read_rows
from viva.dataset.writing import flat_row, messages_row, write
from viva.errors import BadInput, UsageError, UserError
from viva.records.dataset import Example
from viva.records.reading import ExportForm, RawRow, ReadOptions

FORMS = [ExportForm.CSV, ExportForm.JSONL, ExportForm.SHAREGPT, ExportForm.MESSAGES]
SUFFIXES = {ExportForm.CSV: ".csv", ExportForm.JSONL: ".jsonl"}

characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    list("\r\n\t\0\",;'=\u202e\ufeff\u2028👩\u200d🔬שلא")
)
# To JSON, a high surrogate and a low one behind it are one character; a high one alone is none, and stays.
lone = st.sampled_from("\ud800\udbff") | characters
texts = st.text(characters, max_size=30)
wild_texts = st.text(lone, max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | wild_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(wild_texts, inner, max_size=3),
    max_leaves=6,
)
metas = st.dictionaries(
    wild_texts | st.sampled_from(["question", "Answer ", "meta", "messages", "split", "turns", "id"]),
    values,
    max_size=3,
)


def examples(letters: st.SearchStrategy[str]) -> st.SearchStrategy[Example]:
    filled = letters.filter(lambda text: text.strip())
    label = st.none() | letters.filter(bool)
    message = st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": wild_texts})
    return st.builds(
        Example,
        filled,
        filled,
        label,
        label,
        label,
        metas,
        source=label,
        messages=st.none() | st.lists(message, max_size=3),
        tools=st.none() | st.lists(st.dictionaries(wild_texts, values, max_size=2), max_size=2),
    )


def again(path: Path, form: ExportForm, given_: list[Example]) -> list[Any]:
    path = path.with_suffix(SUFFIXES.get(form, ".json"))
    assert write(path, form, given_, overwrite=True) == len(given_)
    return list(read(path, ReadOptions()))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@settings(max_examples=60)
@given(st.lists(examples(texts), min_size=1, max_size=3))
def test_csv_comes_back_equal(tmp_path_factory: pytest.TempPathFactory, given_: list[Example]) -> None:
    assert again(tmp_path_factory.getbasetemp() / "wild", ExportForm.CSV, given_) == given_


@settings(max_examples=60)
@given(st.lists(examples(wild_texts), min_size=1, max_size=3))
def test_json_lines_come_back_equal(tmp_path_factory: pytest.TempPathFactory, given_: list[Example]) -> None:
    assert again(tmp_path_factory.getbasetemp() / "wild", ExportForm.JSONL, given_) == given_


@settings(max_examples=60)
@given(st.lists(examples(wild_texts), min_size=1, max_size=3))
def test_flat_rows_come_back_equal(given_: list[Example]) -> None:
    rows = [RawRow(number, dict(flat_row(example))) for number, example in enumerate(given_, start=1)]
    assert list(read_rows(rows, match_rows(rows, ReadOptions(), "flat"), ReadOptions())) == given_


@pytest.mark.parametrize("form", [ExportForm.SHAREGPT, ExportForm.MESSAGES])
@settings(max_examples=60)
@given(example=examples(wild_texts))
def test_conversations_come_back_with_question_reference_labels_and_meta(
    tmp_path_factory: pytest.TempPathFactory, form: ExportForm, example: Example
) -> None:
    [back] = again(tmp_path_factory.getbasetemp() / f"wild-{form}", form, [example])
    for name in ("question", "reference", "field", "subfield", "split", "source", "meta"):
        if name != "meta" or "turns_after" not in back.meta:
            assert getattr(back, name) == getattr(example, name)


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_of_a_megabyte_and_every_end_of_line_survive(tmp_path: Path, form: ExportForm) -> None:
    example = Example("a\r\nb\rc\nd\0e", "x\r\n" * 350_000, meta={"text": "y" * 1_000_000})
    [back] = again(tmp_path / "large", form, [example])
    assert (back.question, back.reference, back.meta) == (example.question, example.reference, example.meta)


def test_a_lone_surrogate_becomes_a_replacement_character_in_csv(tmp_path: Path) -> None:
    [back] = again(tmp_path / "wild", ExportForm.CSV, [Example("a\ud800b", "\udfff!", "\ud800", meta={"x": "\ud800"})])
    assert back == Example("a\ufffdb", "\ufffd!", "\ufffd", meta={"x": "\ud800"})


def test_an_empty_label_comes_back_as_none(tmp_path: Path) -> None:
    for form in (ExportForm.CSV, ExportForm.JSONL):
        assert again(tmp_path / "some", form, [Example("a", "b", "", None, "")]) == [Example("a", "b")]


def test_flat_rows_are_text() -> None:
    messages = [{"role": "user", "content": "é"}]
    assert flat_row(Example("a", "b", meta={"n": 1}, messages=messages)) == {
        "question": "a", "reference": "b", "field": None, "subfield": None, "split": None, "source": None,
        "meta": '{"n": 1}', "messages": '[{"role": "user", "content": "é"}]', "tools": None,
    }  # fmt: skip


def test_an_example_without_messages_becomes_two_turns(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    write(path, ExportForm.SHAREGPT, [Example("a", "b", "x", meta={"n": 1})])
    turns = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    assert json.loads(path.read_text()) == [{"conversations": turns, "field": "x", "n": 1}]
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert messages_row(Example("a", "b", tools=[])) == {"messages": messages, "tools": []}


@pytest.mark.parametrize("form", FORMS)
def test_no_examples_make_a_file_without_rows(tmp_path: Path, form: ExportForm) -> None:
    path = tmp_path / f"none{SUFFIXES.get(form, '.json')}"
    assert write(path, form, []) == 0
    with pytest.raises(BadInput, match=r"holds no rows|is empty"):
        read(path, ReadOptions())


@pytest.mark.parametrize("form", [ExportForm.SHAREGPT, ExportForm.MESSAGES])
def test_conversations_are_written_a_line_each_where_the_name_says_so(tmp_path: Path, form: ExportForm) -> None:
    path = tmp_path / "talk.jsonl"
    assert write(path, form, [Example("a", "b"), Example("c", "d")]) == 2
    assert len([json.loads(line) for line in path.read_text().splitlines()]) == 2
    assert [row.question for row in read(path, ReadOptions()) if isinstance(row, Example)] == ["a", "c"]


def test_a_file_is_not_overwritten_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "there.csv"
    path.write_text("mine")
    with pytest.raises(UsageError, match=r"there\.csv is there already"):
        write(path, ExportForm.CSV, [Example("a", "b")])
    assert path.read_text() == "mine"
    write(path, ExportForm.CSV, [Example("a", "b")], overwrite=True)
    assert path.read_text().startswith("question,reference")


def test_a_link_to_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "outside.csv")
    with pytest.raises(UsageError, match="is there already"):
        write(tmp_path / "link.csv", ExportForm.CSV, [Example("a", "b")])
    write(tmp_path / "link.csv", ExportForm.CSV, [Example("a", "b")], overwrite=True)
    assert not (tmp_path / "outside.csv").exists()


def test_what_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[Example]:
        yield Example("a", "b")
        raise KeyError("x")

    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(KeyError):
        write(path, ExportForm.CSV, broken(), overwrite=True)
    assert path.read_text() == "mine"
    assert names_in(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("name", ["", "folder", "none/a.csv", "a\0.csv", "\ud800.csv", "x" * 300, "file/a.csv"])
def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as caught:
        write(tmp_path / name, ExportForm.CSV, [Example("a", "b")], overwrite=True)
    assert "\n" not in caught.value.message
    assert names_in(tmp_path) == ["file", "folder"]
