"""Conversations in ShareGPT form and as messages, and what is asked and answered in them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.dataset.conversations import (
    BadConversation,
    asked_and_answered,
    checked_messages,
    conversation_of,
    from_sharegpt,
    to_sharegpt,
    tools_from,
)
from viva.dataset.reading import read
from viva.dataset.writing import sharegpt_row
from viva.records.dataset import Example
from viva.records.reading import ReadOptions

SHARED = Path(__file__).parents[3] / "shared" / "data" / "glaive_toolcall_en_demo.json"
CALL = '{"name": "find_recipe", "arguments": {"with": ["rice", "Möhren"]}}'
TURNS = [
    {"from": "human", "value": "What can I cook?"},
    {"from": "function_call", "value": CALL},
    {"from": "observation", "value": "[]"},
    {"from": "gpt", "value": "Nothing."},
]
MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "content": "What can I cook?"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "find_recipe", "arguments": '{"with": ["rice", "Möhren"]}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "[]"},
    {"role": "assistant", "content": "Nothing."},
]
TOOL = {"name": "find_recipe", "parameters": {"type": "object"}}


def said(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"from": speaker, "value": text} for speaker, text in turns]


def round_trip(row: dict[str, Any], tmp_path: Path) -> Example:
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps(row))
    [example] = read(path, ReadOptions())
    assert isinstance(example, Example)
    assert sharegpt_row(example) == row
    return example


def test_turns_become_messages_and_back() -> None:
    assert from_sharegpt(TURNS) == (MESSAGES, None, {})
    assert to_sharegpt(MESSAGES, None) == {"conversations": TURNS}


def test_question_and_reference_of_a_conversation() -> None:
    question, reference, after = asked_and_answered(MESSAGES)
    assert question == f"User: What can I cook?\n\nAssistant calls: {CALL}\n\nTool: []"
    assert (reference, after) == ("Nothing.", 0)


def test_one_turn_of_a_user_is_the_question_as_it_is() -> None:
    assert asked_and_answered(MESSAGES[:2]) == ("What can I cook?", CALL, 0)
    messages = [{"role": "system", "content": "Be brief."}, *MESSAGES[:2]]
    assert asked_and_answered(messages)[0] == "System: Be brief.\n\nUser: What can I cook?"


def test_turns_after_the_last_answer_are_counted() -> None:
    assert asked_and_answered(MESSAGES[:3]) == ("What can I cook?", CALL, 1)
    with pytest.raises(BadConversation, match="the assistant has no turn"):
        asked_and_answered(MESSAGES[:1])


def test_tools_take_the_form_of_the_protocol_and_go_back() -> None:
    row = {"conversations": TURNS, "system": "Be brief.", "tools": json.dumps([TOOL])}
    messages, tools, kept = from_sharegpt(row["conversations"], row["system"], row["tools"])
    assert tools == [{"type": "function", "function": TOOL}]
    assert messages[0] == {"role": "system", "content": "Be brief."}
    assert kept == {}
    assert to_sharegpt(messages, tools) == row
    assert tools_from(TOOL) == tools
    assert tools_from("") is None


@pytest.mark.parametrize(
    "row",
    [
        {"conversations": TURNS},
        {"conversations": TURNS, "tools": "[]"},
        {"conversations": TURNS, "tools": [TOOL]},
        {"conversations": TURNS, "tools": '[{"name":"find_recipe"}]'},
        {"conversations": TURNS, "tools": '[{"type": "function", "function": {"name": "f"}}]'},
        {"conversations": TURNS, "tools": ""},
        {"conversations": TURNS, "system": ""},
        {"conversations": TURNS, "system": "Be brief.", "id": 7, "labels": ["x"]},
        {"conversations": [{"from": "system", "value": "Be brief."}, *TURNS]},
        {"conversations": [{"from": "system", "value": "Be brief."}, *TURNS], "system": "Be kind."},
        {"conversations": [{**turn, "weight": 1} for turn in TURNS]},
        {"conversations": said(("user", "a"), ("assistant", "b"))},
        {"conversations": said(("human", "a"), ("function_call", '{"name":"f",  "arguments":{}}'))},
        {"conversations": said(("human", "a"), ("function_call", '{"name": "f"}'))},
        {"conversations": said(("human", "a"), ("function_call", f"[{CALL}]"))},
        {"conversations": said(("human", "a"), ("function_call", f"[{CALL}, {CALL}]"), ("observation", "b"))},
        {"conversations": said(("human", "a"), ("function_call", '{"name": "f", "arguments": "{\\"x\\": 1}"}'))},
        {"conversations": said(("human", "a"), ("function_call", '{"name": "f", "arguments": "x", "more": 1}'))},
        {"conversations": said(("human", "a"), ("gpt", "b"), ("human", "c"), ("human", "d"))},
        {"conversations": TURNS, "field": "cooking", "split": "test", "source": "book"},
        {"conversations": TURNS, "meta": {"question": 1, "split": None}},
    ],
)
def test_a_sharegpt_row_comes_back_as_it_was(row: dict[str, Any], tmp_path: Path) -> None:
    round_trip(row, tmp_path)


def test_turns_that_follow_are_said_in_meta(tmp_path: Path) -> None:
    example = round_trip({"conversations": [*TURNS, *TURNS[:1]]}, tmp_path)
    assert example.meta == {"turns_after": 1}
    assert example.reference == "Nothing."


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_real_function_calls_survive_a_round_trip() -> None:
    rows = json.loads(SHARED.read_text("utf-8"))
    examples = list(read(SHARED, ReadOptions()))
    assert len(examples) == len(rows) == 300
    assert [sharegpt_row(example) for example in examples if isinstance(example, Example)] == rows


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        (None, "not a list of turns"),
        ([], "not a list of turns"),
        (["a"], "turn 1: nobody knows the speaker"),
        (said(("human", "a"), ("nar\x1brator", "b")), "turn 2: nobody knows the speaker nar␛rator"),
        ([{"from": ["human"], "value": "a"}], "turn 1: nobody knows the speaker"),
        ([{"from": "human", "value": 1}], "turn 1: its value is not text"),
        (said(("function_call", "f(x)")), "turn 1: the function call is not JSON"),
        (said(("function_call", "[" * 100_000)), "turn 1: the function call is not JSON"),
        (said(("function_call", "[1]")), "turn 1: the function call names no function"),
        (said(("function_call", '{"arguments": {}}')), "turn 1: the function call names no function"),
    ],
)
def test_turns_that_are_none_are_told(turns: Any, reason: str) -> None:
    with pytest.raises(BadConversation, match=reason):
        from_sharegpt(turns)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ("hello", "not a list of messages"),
        ([1], "turn 1 is not an object"),
        ([{"role": "user", "content": 1}], "turn 1 cannot be read: its content is not text"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], r"turn 1 cannot be read: .*image_url"),
        ([{"role": "assistant", "tool_calls": [{}]}], "turn 1 cannot be read"),
        ([{"role": "assistant", "tool_calls": 3}], "turn 1 cannot be read"),
        ([{"role": None}], "turn 1: nobody knows the role"),
    ],
)
def test_messages_that_are_none_are_told(messages: Any, reason: str) -> None:
    with pytest.raises(BadConversation, match=reason):
        checked_messages(messages)


@pytest.mark.parametrize("tools", ["{", "12", ["hammer"], 3])
def test_tools_that_are_none_are_told(tools: Any) -> None:
    with pytest.raises(BadConversation, match="the tools are not"):
        tools_from(tools)


def test_other_ways_to_write_messages_are_understood() -> None:
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": "Wait.", "function_call": {"name": "f", "arguments": {"x": 1}}},
        {"role": "function", "name": "f", "content": None},
        {"role": "assistant", "content": "c"},
    ]
    assert to_sharegpt(checked_messages(messages), None) == {
        "system": "Be brief.",
        "conversations": said(
            ("human", "a\nb"), ("gpt", "Wait."), ("function_call", '{"name": "f", "arguments": {"x": 1}}'),
            ("observation", ""), ("gpt", "c"),
        ),
    }  # fmt: skip


texts = st.text(max_size=20)
functions = st.builds(
    lambda name, arguments: {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)},
    texts,
    st.dictionaries(texts, st.integers() | texts | st.lists(st.none() | texts, max_size=2), max_size=3),
) | st.builds(
    lambda name, arguments: {"name": name, "arguments": arguments}, texts, st.sampled_from(["", "f(x)", "[1]"])
)


@st.composite
def conversations(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Conversations that ShareGPT can hold: a system text, then turns, calls answered in their order."""
    system = draw(st.text(min_size=1, max_size=5) | st.none())
    messages: list[dict[str, Any]] = [] if system is None else [{"role": "system", "content": system}]
    count = 0
    for kind in draw(st.lists(st.sampled_from(["user", "assistant", "calls"]), min_size=1, max_size=6)):
        if kind != "calls":
            messages.append({"role": kind, "content": draw(texts)})
            continue
        called = draw(st.lists(functions, min_size=1, max_size=3))
        ids = [f"call_{count + index}" for index in range(1, len(called) + 1)]
        count += len(called)
        calls = [{"id": id_, "type": "function", "function": f} for id_, f in zip(ids, called, strict=True)]
        messages.append({"role": "assistant", "content": "", "tool_calls": calls})
        messages += [{"role": "tool", "tool_call_id": id_, "content": draw(texts)} for id_ in ids]
    return messages


@settings(max_examples=60)
@given(
    conversations(), st.none() | st.lists(st.fixed_dictionaries({"name": texts, "strict": st.booleans()}), max_size=2)
)
def test_messages_survive_a_round_trip(messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None) -> None:
    offered = tools_from(tools)
    row = to_sharegpt(messages, offered)
    assert from_sharegpt(row["conversations"], row.get("system"), row.get("tools")) == (messages, offered, {})


def test_what_was_kept_is_not_used_for_messages_that_were_changed() -> None:
    messages, tools, kept = from_sharegpt([{**turn, "weight": 1} for turn in TURNS])
    assert to_sharegpt(messages, tools, kept)["conversations"][0]["weight"] == 1
    changed = [*messages[:-1], {"role": "assistant", "content": "Rice."}]
    assert to_sharegpt(changed, tools, kept)["conversations"] == [*TURNS[:-1], {"from": "gpt", "value": "Rice."}]
    assert to_sharegpt(messages, tools, {"conversations": 3})["conversations"] == TURNS


def test_an_edited_example_says_what_it_says_now() -> None:
    question, reference, _ = asked_and_answered(MESSAGES)
    example = Example(question, reference, messages=MESSAGES)
    assert conversation_of(example) == MESSAGES
    assert conversation_of(replace(example, reference="Rice.")) == [
        *MESSAGES[:-1], {"role": "assistant", "content": "Rice."},
    ]  # fmt: skip
    short = Example("What?", CALL, messages=MESSAGES[:2])
    assert conversation_of(short) == [{"role": "user", "content": "What?"}, MESSAGES[1]]
    two = [{"role": "user", "content": "What?"}, {"role": "assistant", "content": "Nothing."}]
    assert conversation_of(replace(example, question="What?")) == two
    assert conversation_of(Example("What?", "Nothing.")) == two
    assert conversation_of(Example("What?", "Nothing.", messages=MESSAGES[:1])) == two
