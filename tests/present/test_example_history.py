"""What has changed in an example, the editing form, and conversations in words."""

from datetime import datetime

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import conversation, example_edit
from viva.present import example_history as words
from viva.records.dataset import Dataset, Example
from viva.records.editing import EditDraft

V2 = Dataset("2", "zoo", 2, "zoo.csv", datetime(2026, 3, 1, 9, 5), {"": 1}, change="ann edited the split of an example")
NOW = datetime(2026, 3, 1, 9, 10)


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    [difference] = words.differences(Example(before, "r"), Example(after, "r"))
    return [(piece.mark.value, piece.text) for piece in difference.pieces]


def test_only_the_words_that_changed_are_marked() -> None:
    assert pieces("why is it blue", "why is it green") == [
        ("kept", "why is it "),
        ("removed", "blue"),
        ("added", "green"),
    ]


def test_what_stayed_far_away_from_a_change_is_left_out() -> None:
    before = " ".join(f"w{number}" for number in range(200))
    found = pieces(before, before + " end")
    assert found[0][1].startswith(" … ")
    assert "w199" in found[0][1]
    assert "w100 " not in found[0][1]


def test_very_long_texts_are_shown_one_after_the_other() -> None:
    found = pieces("a " * 5000, "b " * 5000)
    assert [mark for mark, _ in found] == ["removed", "added"]


def test_a_state_tells_version_date_change_and_words() -> None:
    old, new = Example("q", "r", split="test"), Example("q", "r", split="train")
    assert words.state_row(new, V2, old) == ("2", "2026-03-01 09:05", "ann edited the split of an example", "split")
    assert words.state_row(old, V2, None)[3] == "–"


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned(number: int) -> None:
    text = HOSTILE[number]
    shown = [
        piece.text
        for old, new in ((text, "x"), ("x", text), (f"a {text}", f"b {text}"))
        for difference in words.differences(Example(old, "r"), Example(new, "r"))
        for piece in difference.pieces
    ]
    shown += [said for _, said in words.state_texts(Example(text, text, text))]
    message = {"role": text, "name": text, "content": text, "tool_calls": [{"function": {"name": text}}, text]}
    talk = Example("q", "r", messages=[message], tools=[{"name": text, "description": text}, {"function": text}])
    shown += [part for turn in conversation.turns(talk) for part in (turn.speaker, turn.text)]
    assert not any(FORBIDDEN.search(line) for line in shown)


def test_labels_lose_the_space_around_them_and_texts_keep_it() -> None:
    before = {"question": "q", "reference": "r", "field": "f", "split": ""}
    now = {"question": "q ", "reference": "r", "field": " ", "split": " test "}
    assert example_edit.changes(before, now) == {"question": "q ", "field": None, "split": "test"}
    assert example_edit.changes(before, before) == {}


def test_an_example_without_a_question_cannot_be_saved_but_a_conversation_has_none_to_edit() -> None:
    assert example_edit.problem({"question": " ", "reference": "r"}) == (
        "question",
        "The question is empty; an example needs both",
    )
    assert example_edit.problem({"field": ""}) is None
    assert example_edit.editable(Example("q", "r", messages=[])) == ("field", "subfield", "split")


def test_a_draft_says_when_the_example_was_changed_since() -> None:
    draft = EditDraft({"question": "new"}, {"question": "old"}, datetime(2026, 3, 1, 9, 5))
    assert "typed 5 min ago" in example_edit.draft_note(draft, {"question": "old"}, NOW)
    assert "changed since" in example_edit.draft_note(draft, {"question": "other"}, NOW)
    assert "changed since" not in example_edit.draft_note(draft, {"question": "old"}, NOW)


def test_turns_tell_who_speaks_what_is_said_and_what_is_called() -> None:
    call = {"function": {"name": "find", "arguments": '{"a": 1}'}}
    example = Example(
        "q",
        "r",
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": "x"}]},
            {"role": "assistant", "content": "Yes", "tool_calls": [call]},
            {"role": "tool", "content": {"found": True}},
            {"role": "assistant", "content": None},
        ],
        tools=[{"function": {"name": "find", "description": "Finds"}}],
    )
    assert [(turn.speaker, turn.text) for turn in conversation.turns(example)] == [
        ("tools on offer", "find: Finds"),
        ("user", 'Look\n{"type": "image_url", "image_url": "x"}'),
        ("assistant", 'Yes\n→ calls find {"a": 1}'),
        ("tool", '{"found": true}'),
        ("assistant", "(says nothing)"),
    ]
    assert conversation.conversation_heading(example) == "Conversation · 4 messages · 1 tool"
