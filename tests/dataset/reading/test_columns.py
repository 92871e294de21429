"""Which column is what, and how rows are laid out."""

import json
from typing import Any

import pytest

from viva.dataset.reading import match_rows, read_rows
from viva.errors import BadInput, UsageError
from viva.records.dataset import Example
from viva.records.reading import BadRow, ColumnMatch, Layout, RawRow, ReadOptions

TALK = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
MESSAGES = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]


def matched(*values: dict[str, Any], **options: Any) -> ColumnMatch:
    return match_rows([RawRow(1, row) for row in values], ReadOptions(**options), "some.file")


def made(*values: dict[str, Any], **options: Any) -> list[Example | BadRow]:
    rows = [RawRow(number, row) for number, row in enumerate(values, start=1)]
    return list(read_rows(rows, matched(*values, **options), ReadOptions(**options)))


def test_columns_are_found_by_their_usual_names() -> None:
    row = {" Prompt ": "why?", "ANSWER": "because", "Domain": "x", "topic": "y", "Split": "test", "paper": "p", "n": 1}
    assert matched(row).mapping == {
        "question": " Prompt ", "reference": "ANSWER", "field": "Domain", "subfield": "topic", "split": "Split",
        "source": "paper",
    }  # fmt: skip
    assert made(row) == [Example("why?", "because", "x", "y", "test", {"n": 1}, source="p")]


def test_named_columns_win() -> None:
    found = matched({"question": "a", "q2": "b", "answer": "c"}, columns={"question": "q2"})
    assert found.mapping["question"] == "q2"
    assert not found.unsure


def test_a_column_given_for_one_word_serves_no_other() -> None:
    found = matched({"input": "a", "query": "b", "answer": "c"}, columns={"reference": "query"})
    assert found.mapping == {"question": "input", "reference": "query"}


@pytest.mark.parametrize(
    ("row", "unsure"),
    [
        ({"prompt": "a", "question": "b", "answer": "c"}, {"question": ("question", "prompt")}),
        ({"prompt": "a", "answer": "b", "response": "c"}, {"reference": ("answer", "response")}),
        ({"Question": "a", "question": "b", "answer": "c"}, {}),
        ({"input": "a", "answer": "b"}, {"question": ("input",)}),
        ({"question": "a", "answer": "b", "file": "c", "document": "d"}, {}),
        ({"question": "a", "prompt": None, "answer": "b"}, {}),
    ],
)
def test_what_could_be_another_column_is_unsure(row: dict[str, Any], unsure: dict[str, Any]) -> None:
    assert matched(row).unsure == unsure


def test_a_column_without_text_gives_way_to_one_that_has_some() -> None:
    found = matched({"question": "a", "answer": {"text": "b"}, "response": "c", "source": {"id": 1}})
    assert found.mapping == {"question": "question", "reference": "response"}


def test_columns_that_are_missing_are_told_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="no column that looks like a reference") as caught:
        matched({"question": "a", "no\nte": "b"})
    assert caught.value.hint == "name it with --reference; its columns: question, no te"
    with pytest.raises(UsageError, match="has no column frage") as refused:
        matched({"question": "a", "reference": "b"}, columns={"question": "frage"})
    assert "question, reference" in refused.value.hint
    with pytest.raises(UsageError, match="'colour' is no column of a dataset"):
        matched({"question": "a", "reference": "b"}, columns={"colour": "question"})


@pytest.mark.parametrize(
    ("row", "layout"),
    [
        ({"instruction": "a", "input": "", "output": "b"}, Layout.ALPACA),
        ({"instruction": "a", "output": "b"}, Layout.COLUMNS),
        ({"conversations": TALK}, Layout.SHAREGPT),
        ({"conversations": json.dumps(TALK), "tools": "[]"}, Layout.SHAREGPT),
        ({"messages": TALK}, Layout.SHAREGPT),
        ({"conversations": MESSAGES}, Layout.MESSAGES),
        ({"prompt": "a", "messages": MESSAGES}, Layout.MESSAGES),
        ({"prompt": MESSAGES[:1], "completion": MESSAGES[1:], "messages": MESSAGES}, Layout.MESSAGES),
        ({"question": "a", "reference": "b", "messages": MESSAGES}, Layout.COLUMNS),
    ],
)
def test_the_layout_is_found(row: dict[str, Any], layout: Layout) -> None:
    assert matched(row).layout is layout
    [example] = made(row)
    assert isinstance(example, Example)
    assert (example.question, example.reference) == ("a", "b")


def test_a_layout_given_wins_and_needs_its_columns() -> None:
    row = {"instruction": "a", "input": "x", "output": "b", "conversations": TALK}
    assert matched(row, layout=Layout.SHAREGPT).layout is Layout.SHAREGPT
    assert matched(row, layout=Layout.COLUMNS).mapping["question"] == "instruction"
    assert matched(row, columns={"question": "input"}).layout is Layout.COLUMNS
    for layout, missing in (
        (Layout.MESSAGES, "messages"),
        (Layout.SHAREGPT, "conversations"),
        (Layout.ALPACA, "output"),
    ):
        with pytest.raises(BadInput, match=f"has no column {missing}"):
            matched({"instruction": "a"}, layout=layout)


def test_an_alpaca_row_asks_with_its_input() -> None:
    rows = [{"instruction": "Sum up", "input": text, "output": "b", "kind": 1} for text in ("a text", "", None)]
    assert made(*rows) == [
        Example("Sum up\n\na text", "b", meta={"input": "a text", "kind": 1}),
        Example("Sum up", "b", meta={"kind": 1}),
        Example("Sum up", "b", meta={"kind": 1}),
    ]


def test_what_viva_wrote_is_recognised_in_a_table() -> None:
    row = {"question": "a", "reference": "b", "meta": '{"n": [1]}', "messages": json.dumps(MESSAGES), "tools": "[]"}
    assert made(row) == [Example("a", "b", meta={"n": [1]}, messages=MESSAGES, tools=[])]
    empty = {"question": "a", "reference": "b", "meta": "", "messages": "", "tools": None}
    assert made(empty) == [Example("a", "b")]


def test_columns_that_only_have_such_a_name_stay_in_meta() -> None:
    row = {"question": "a", "reference": "b", "meta": "see above", "messages": "12", "tools": ["hammer"]}
    assert made(row) == [Example("a", "b", meta={"meta": "see above", "messages": "12", "tools": ["hammer"]})]


def test_a_column_of_meta_and_others_are_put_together() -> None:
    assert made({"question": "a", "reference": "b", "n": 1, "meta": {"m": 2}}) == [
        Example("a", "b", meta={"n": 1, "m": 2})
    ]
    clash = made({"question": "a", "reference": "b", "n": 1, "meta": {"n": 2}})
    assert clash == [Example("a", "b", meta={"n": 1, "meta": {"n": 2}})]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": 1, "reference": "b"}, "question is not text"),
        ({"question": True, "reference": "b"}, "question is not text"),
        ({"question": "a", "reference": ["b"]}, "reference is not text"),
        ({"question": " \n", "reference": "b"}, "the question is empty"),
        ({"question": "a"}, "the reference is empty"),
        ({"question": "a", "reference": "b", "field": ["x"]}, "field is neither text nor a number"),
        ({"question": "a", "reference": "b", "meta": "oops"}, "meta: not a JSON object"),
        ({"question": "a", "reference": "b", "meta": '{"x": NaN}'}, "meta: a number that is too large, or none (NaN)"),
        ({"question": "a", "reference": "b", "tools": "oops"}, "tools: not a list of JSON objects"),
        ({"question": "a", "reference": "b", "messages": [{"role": "x"}]}, "turn 1: nobody knows the role x"),
    ],
)
def test_a_row_unlike_the_others_is_bad(row: dict[str, Any], reason: str) -> None:
    usual = {"question": "a", "reference": "b", "field": "x", "meta": {"n": 1}, "tools": [], "messages": MESSAGES}
    known = matched(usual)
    assert list(read_rows([RawRow(7, row)], known, ReadOptions())) == [BadRow(7, reason, row)]
