"""Reading files into examples."""

import codecs
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.dataset import reading
from viva.dataset.reading import json_text, match, opening, read, rows
from viva.errors import BadInput, UsageError
from viva.records.dataset import Example
from viva.records.reading import BadRow, Layout, RawRow, ReadOptions


def write(tmp_path: Path, text: str | bytes, name: str = "some.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def examples(path: Path, **options: Any) -> list[Example]:
    found = list(read(path, ReadOptions(**options)))
    assert not [row for row in found if isinstance(row, BadRow)]
    return [row for row in found if isinstance(row, Example)]


def lines_of(path: Path) -> list[tuple[int, bool]]:
    return [(row.line, isinstance(row, RawRow)) for row in rows(path, ReadOptions())]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'Prompt,Answer,note\nwhy?,"be\ncause",x\n'),
        ("a.CSV", 'Prompt;Answer;note\r\nwhy?;"be\ncause";x\r\n'),
        ("a.tsv", 'Prompt\tAnswer\tnote\nwhy?\t"be\ncause"\tx\n'),
        ("a.txt", 'Prompt\tAnswer\tnote\nwhy?\t"be\ncause"\tx\n'),
        ("a", 'Prompt,Answer,note\nwhy?,"be\ncause",x'),
        ("a.json", '[{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}]'),
        (
            "a.json",
            '{"version": [1, 2], "rows": [\n{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}\n], "n": 1}',
        ),
        ("a.json", '{"rows": [{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}]}'),
        ("a.json", '{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}\n'),
        ("a.jsonl", '\n{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}\n\n'),
        ("a.ndjson", '{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}\r\n'),
        ("a.jsonl", '[\n {"Prompt": "why?",\n "Answer": "be\\ncause", "note": "x"}\n]'),
        ("a.csv", '[{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}]'),
        ("a.data", '{"Prompt": "why?", "Answer": "be\\ncause", "note": "x"}'),
    ],
)
def test_a_file_is_what_its_name_or_its_content_says(tmp_path: Path, name: str, text: str) -> None:
    assert examples(write(tmp_path, text, name)) == [Example("why?", "be\ncause", meta={"note": "x"})]


def test_json_lines_under_the_name_of_a_json_file(tmp_path: Path) -> None:
    row = '{"question": "a", "reference": "b", "papers": [{"title": "c"}]}'
    assert len(examples(write(tmp_path, f"{row}\n{row}\n", "a.json"))) == 2
    assert len(examples(write(tmp_path, row, "a.json"))) == 1


def test_a_second_list_of_objects_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, '{"a": [{"question": "a", "reference": "b"}],\n"b": [{"x": 1}]}', "a.json")
    with pytest.raises(BadInput, match="line 2: a second list"):
        examples(path)


def test_parquet_comes_from_whoever_can_read_it(tmp_path: Path) -> None:
    path = write(tmp_path, b"PAR1...PAR1", "a.data")
    table = [{"question": "a", "answer": "b", "year": 1}, {"question": "", "answer": "c", "year": 2}]
    good, bad = read(path, ReadOptions(), parquet=lambda _: iter(table))
    assert good == Example("a", "b", meta={"year": 1})
    assert isinstance(bad, BadRow)
    assert bad.line == 2


@pytest.mark.parametrize(
    ("given", "mark", "codec"),
    [
        (None, b"", "utf-8"),
        (None, codecs.BOM_UTF8, "utf-8"),
        (None, codecs.BOM_UTF16_LE, "utf-16-le"),
        (None, codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf8", codecs.BOM_UTF8, "utf-8"),
        ("latin-1", b"", "latin-1"),
        ("cp1252", b"", "cp1252"),
        ("UTF-16-LE", b"", "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", "question,reference\nGröße?,für\n"), ("a.json", '[{"question": "Größe?", "reference": "für"}]')],
)
def test_encodings(tmp_path: Path, given: str | None, mark: bytes, codec: str, name: str, text: str) -> None:
    path = write(tmp_path, mark + text.encode(codec), name)
    assert examples(path, encoding=given) == [Example("Größe?", "für")]


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "idna", "undefined", "a\0b", "", "x" * 500])
def test_an_encoding_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no encoding"):
        match(write(tmp_path, "question,reference\na,b\n"), ReadOptions(encoding=name))


def test_two_bytes_a_character_need_an_order(tmp_path: Path) -> None:
    path = write(tmp_path, "question,reference\na,b\n".encode("utf-16-be"))
    with pytest.raises(BadInput, match="does not say in which order") as caught:
        match(path, ReadOptions(encoding="utf-16"))
    assert caught.value.hint == "say it: --encoding utf-16-le, or utf-16-be"
    assert examples(path, encoding="utf-16-be") == [Example("a", "b")]


@pytest.mark.parametrize("rows_before", [0, 10, 30_000])
def test_bytes_that_are_no_text_are_told_with_byte_and_line(tmp_path: Path, rows_before: int) -> None:
    start = b"question,reference\n" + "ä,ö\n".encode() * rows_before
    path = write(tmp_path, start + b"a\xffb,c\n")
    with pytest.raises(BadInput, match=rf"not UTF-8 \(byte {len(start) + 2}, line {rows_before + 2}\)") as caught:
        list(read(path, ReadOptions()))
    assert "--encoding latin-1" in caught.value.hint


def test_rows_say_where_they_start(tmp_path: Path) -> None:
    table = write(tmp_path, 'question,reference\n\n"a\nb",c\nragged\n"d\n\n",e\n')
    assert lines_of(table) == [(3, True), (5, False), (6, True)]
    listed = write(tmp_path, '[\n\n{"a":\n1},{"a": 2},\n3,\n{"a": NaN}\n]\n', "a.json")
    assert lines_of(listed) == [(3, True), (4, True), (5, False), (6, False)]
    assert lines_of(write(tmp_path, '\n{"a": 1}\n{\n"b"\n{"a": 2}', "a.jsonl")) == [
        (2, True), (3, False), (4, False), (5, True),
    ]  # fmt: skip


def test_the_line_of_an_open_quote_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, 'question,reference\na,b\n"two\nlines","open\nto\nthe end\n')
    good, bad = rows(path, ReadOptions())
    assert isinstance(bad, BadRow)
    assert (good.line, bad.line, bad.reason) == (2, 4, "a quote is opened and never closed")


def test_a_quote_that_swallows_a_large_file_ends_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST_LINE", 1000)
    path = write(tmp_path, 'question,reference\n"a,b\n' + "c,d\n" * 1000)
    with pytest.raises(BadInput, match="line 2: a cell holds more than 64 MiB"):
        list(rows(path, ReadOptions()))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_a_line_without_an_end_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(opening, "LARGEST_LINE", 1000)
    monkeypatch.setattr(json_text, "BLOCK", 100)
    text = "[" * (name == "a.json") + '{"question": "' * (name != "a.csv") + "x" * 10_000
    with pytest.raises(BadInput, match="longer than 64 MiB"):
        list(rows(write(tmp_path, text, name), ReadOptions()))


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=5),
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats(allow_nan=False, allow_infinity=False)
                | st.text(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
                max_leaves=8,
            ),
            max_size=4,
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 40),
    st.booleans(),
    st.sampled_from([None, 1]),
)
def test_a_list_is_cut_into_its_objects_wherever_blocks_end(
    tmp_path_factory: pytest.TempPathFactory,
    listed: list[dict[str, Any]],
    block: int,
    ascii_only: bool,
    indent: int | None,
) -> None:
    path = tmp_path_factory.getbasetemp() / "blocks.json"
    text = json.dumps(listed, ensure_ascii=ascii_only, indent=indent)
    path.write_bytes(text.encode("utf-8", "replace"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_text, "BLOCK", block)
        found = [row.values for row in rows(path, ReadOptions()) if isinstance(row, RawRow)]
    assert found == json.loads(path.read_text("utf-8"))


def test_whole_numbers_stay_exact_and_lone_surrogates_stay(tmp_path: Path) -> None:
    path = write(tmp_path, f'[{{"question": "a\\ud800", "reference": "\\udc00", "n": {10**30}, "x": 1e3}}]', "a.json")
    assert examples(path) == [Example("a\ud800", "\udc00", meta={"n": 10**30, "x": 1000.0})]


def test_values_of_meta_keep_their_types_and_labels_become_text(tmp_path: Path) -> None:
    row = {
        "question": "a",
        "answer": "b",
        "category": 3,
        "split": True,
        "file": 1.5,
        "tags": ["x", {"y": None}],
        "n": 1,
    }
    [example] = examples(write(tmp_path, json.dumps(row), "a.jsonl"))
    assert (example.field, example.split, example.source) == ("3", "true", "1.5")
    assert example.meta == {"tags": ["x", {"y": None}], "n": 1}


def test_the_split_given_is_for_rows_that_name_none(tmp_path: Path) -> None:
    path = write(tmp_path, "question,reference,split\na,b,test\nc,d,\n")
    assert [example.split for example in examples(path, split="train")] == ["test", "train"]


def test_bad_rows_never_end_the_reading(tmp_path: Path) -> None:
    path = write(
        tmp_path, '{"question": "a", "reference": "b"}\noops\n{"question": 1, "reference": "b"}\n' * 3, "a.jsonl"
    )
    found = list(read(path, ReadOptions()))
    assert [isinstance(row, BadRow) for row in found] == [False, True, True] * 3
    assert found[1] == BadRow(2, "not JSON (Expecting value, column 1)", "oops\n")
    assert found[2] == BadRow(3, "question is not text", {"question": 1, "reference": "b"})


def test_a_file_that_begins_with_thousands_of_bad_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "question,reference\n" + "ragged\n" * 1500 + "a,b\n")
    assert list(read(path, ReadOptions()))[-1] == Example("a", "b")


def test_few_rows_are_looked_at_where_they_are_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENOUGH_TEXT", 100)
    path = write(tmp_path, "question,reference\n" + f"a,{'b' * 200}\n" * 3)
    taken = []
    reading.match_first((taken.append(row) or row for row in rows(path, ReadOptions())), ReadOptions(), "some")
    assert len(taken) == 1


def test_a_match_at_hand_is_used(tmp_path: Path) -> None:
    path = write(tmp_path, "question,reference,answer\na,b,c\n")
    known = match(path, ReadOptions({"reference": "answer"}))
    assert known.layout is Layout.COLUMNS
    assert [row.reference for row in read(path, ReadOptions(), known) if isinstance(row, Example)] == ["c"]


def test_labels_that_come_late_are_labels(tmp_path: Path) -> None:
    plain = {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}
    late = {**plain, "system": "Be brief.", "tools": '[{"name": "f"}]', "field": "x", "split": "test", "note": 1}
    path = tmp_path / "late.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [plain] * 1000 + [late]))
    *_, last = read(path, ReadOptions())
    assert isinstance(last, Example)
    assert (last.field, last.split, last.meta["note"]) == ("x", "test", 1)
    assert last.tools == [{"type": "function", "function": {"name": "f"}}]
    assert last.messages is not None
    assert last.messages[0] == {"role": "system", "content": "Be brief."}


def test_a_number_that_is_none_in_tools_makes_a_bad_row(tmp_path: Path) -> None:
    row = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    path = tmp_path / "odd.jsonl"
    path.write_text(json.dumps({**row, "tools": '[{"name": "f", "default": NaN}]'}) + "\n" + json.dumps(row) + "\n")
    first, second = read(path, ReadOptions())
    assert isinstance(first, BadRow)
    assert "NaN" in first.reason
    assert isinstance(second, Example)
