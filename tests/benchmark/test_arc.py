"""Files in ARC's form: both forms, both kinds of labels, and one clear line for what is broken."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.benchmark import arc
from viva.benchmark.program import choices_from
from viva.errors import BadInput
from viva.records.benchmark import Choices

NEW: dict[str, Any] = {
    "id": "q1",
    "question": "What falls?",
    "choices": {"text": ["rain", "light"], "label": ["A", "B"]},
    "answerKey": "B",
}
OLD: dict[str, Any] = {
    "id": "q2",
    "question": {"stem": "What rises?", "choices": [{"text": "rain", "label": "1"}, {"text": "heat", "label": "2"}]},
    "answerKey": "2",
}


def written(folder: Path, *rows: Any, name: str = "arc.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_both_forms_are_read(tmp_path: Path) -> None:
    first, second = arc.read(written(tmp_path, NEW, OLD))
    assert (first.item_id, second.item_id) == ("q1", "q2")
    assert choices_from(first.item) == Choices(
        "What falls?", ("rain", "light"), 1, "Question: What falls?\nAnswer:", (" rain", " light")
    )
    assert choices_from(json.loads(json.dumps(second.item))).answer == 1


def test_a_list_in_json_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "arc.json"
    path.write_text("\ufeff" + json.dumps([NEW, OLD], indent=1), "utf-8")
    assert [item.item_id for item in arc.read(path)] == ["q1", "q2"]


def test_a_question_without_an_id_is_named_after_its_line(tmp_path: Path) -> None:
    rows = [{key: value for key, value in NEW.items() if key != "id"}, NEW]
    assert [item.item_id for item in arc.read(written(tmp_path, *rows))] == ["line-1", "q1"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([1], "it is not an object"),
        ({**NEW, "question": " "}, "it has no question"),
        ({**NEW, "choices": None}, "it has no choices"),
        ({**NEW, "choices": {"text": ["a"], "label": ["A", "B"]}}, "its choices need as many texts as labels"),
        ({**NEW, "choices": {"text": ["a"], "label": ["A"]}}, "it has 1 choices, and 2 to 26 are possible"),
        ({**NEW, "choices": {"text": ["a", ""], "label": ["A", "B"]}}, "a choice has no text"),
        ({**NEW, "choices": {"text": ["a", "b"], "label": ["A", "A"]}}, "two of its choices have the same label"),
        ({key: NEW[key] for key in ("question", "choices")}, "it has no answerKey"),
        ({**NEW, "answerKey": "E\x1b"}, "its answerKey 'E␛' is none of its labels A, B"),
        ({**NEW, "id": "q1"}, "the id q1 is that of line 1 too"),
    ],
)
def test_a_broken_row_is_one_clear_line(tmp_path: Path, row: Any, reason: str) -> None:
    with pytest.raises(BadInput) as caught:
        arc.read(written(tmp_path, NEW, "", row) if not isinstance(row, dict) else written(tmp_path, NEW, row))
    if isinstance(row, dict):
        assert caught.value.message == f"arc.jsonl, line 2: {reason}"
    else:
        assert reason in caught.value.message


def test_what_is_no_json_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "arc.jsonl"
    path.write_text(f"{json.dumps(NEW)}\n\n{{broken\n", "utf-8")
    with pytest.raises(BadInput, match=r"arc\.jsonl, line 3: not JSON"):
        arc.read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot be read"):
        arc.read(path)
    path.write_text("\n", "utf-8")
    with pytest.raises(BadInput, match="holds no questions"):
        arc.read(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "question", "choices", "text", "label", "answerKey"]), inner, max_size=5
        )
    ),
    max_leaves=8,
)


@given(row=JSON)
def test_whatever_a_row_holds_it_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, row: Any) -> None:
    path = written(tmp_path_factory.mktemp("wild"), row)
    with contextlib.suppress(BadInput):
        assert len(arc.read(path)) >= 1
