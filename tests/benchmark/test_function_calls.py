"""Function calls in what models write, and what they are worth."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.benchmark.function_calls import Unreadable, call_of, calls_in, compared, equal, wrong
from viva.benchmark.judged import answer_to_turn, failed_turn
from viva.records.benchmark import Call, Turn

WEATHER = Call("get_weather", {"city": "Oslo", "days": 2})
SAID = '{"name": "get_weather", "arguments": {"city": "Oslo", "days": 2}}'
NONE: tuple[Call, ...] = ()


@pytest.mark.parametrize(
    "reply",
    [
        SAID,
        f"[{SAID}]",
        f"  {SAID}\n",
        SAID.replace("arguments", "parameters"),
        json.dumps({"type": "function", "function": json.loads(SAID)}),
        json.dumps({"name": "get_weather", "arguments": '{"city": "Oslo", "days": 2}'}),
        f"<tool_call>\n{SAID}\n</tool_call>",
        f"Let me look.\n<tool_call>{SAID}</tool_call>",
        f"<functioncall> {SAID} <|endoftext|>",
        """<functioncall> {"name": "get_weather", "arguments": '{"city": "Oslo", "days": 2}'}""",
        f"```json\n{SAID}\n```",
        f"<|python_tag|>{SAID}",
        f"[TOOL_CALLS][{SAID}]",
        '[get_weather(city="Oslo", days=2)]',
        '```python\n[get_weather(city="Oslo", days=2)]\n```',
        f"<think>Which one? [other(a=1)]</think>\n\n{SAID}",
        f"Which one? <tool_call>perhaps\n</think>\n\n{SAID}",
        f"{SAID}<|im_end|>\n<|endoftext|>",
        f"Let me look.\n\n```json\n{SAID}\n```",
        f"Let me look:\n```\n{SAID}\n```\nPlease wait.",
        f"Let me look. <functioncall> {SAID}",
        f"<function_calls>[{SAID}]</function_calls>",
        json.dumps({"type": "function", "function": WEATHER.name, "parameters": WEATHER.arguments}),
        json.dumps({"content": None, "tool_calls": [{"id": "1", "type": "function", "function": json.loads(SAID)}]}),
    ],
)
def test_a_call_is_read_however_it_is_written(reply: str) -> None:
    assert calls_in(reply) == (WEATHER,)


@pytest.mark.parametrize(
    "reply",
    [f"[{SAID}, {SAID}]", f"{SAID}; {SAID}", f"{SAID}\n{SAID}", f"<tool_call>{SAID}</tool_call>" * 2,
     '[get_weather(city="Oslo", days=2), get_weather(city="Oslo", days=2)]',
     json.dumps({"tool_calls": [json.loads(SAID)] * 2}),
     f"```json\n{SAID}\n```\n```json\n{SAID}\n```", f"<functioncall> {SAID}\n<functioncall> {SAID}"],
)  # fmt: skip
def test_several_calls_are_read(reply: str) -> None:
    assert calls_in(reply) == (WEATHER, WEATHER)


@pytest.mark.parametrize(
    "reply",
    ["It is cold in Oslo.", "<think>f(a=1)</think> Cold.", 'It is:\n```json\n{"celsius": -4}\n```',
     '{"tool_calls": []}', f"You could use {SAID}", '{"city": "Oslo"}', "42", "[1, 2]",
     '{"name": "Ann", "age": 3}', "get_weather", "[see](https://example.org)", "```\nprint(1)\n```", "{broken", "null",
     "[f(x)(a=1)]"],
)  # fmt: skip
def test_words_call_nothing(reply: str) -> None:
    assert calls_in(reply) == NONE


@pytest.mark.parametrize(
    "reply",
    [
        "<tool_call>nothing</tool_call>", f"<tool_call>{SAID}", "<functioncall>", SAID[:-2],
        f"{SAID} helps", f"[{SAID}, 1]",
        '{"name": "f", "arguments": [1]}', '{"name": "f", "arguments": "x"}', "[f(a=b)]", "[f(a=1), 2]",
        "[f(a=1, **{})]", '{"name": "f", "arguments": {"a": NaN}}', '{"name": "f", "arguments": {"a": 1e999}}',
        '<tool_call>{"name": "f", "arguments": {}, "parameters": {}}</tool_call>', "<tool_call>[]</tool_call>",
        '{"arguments": {}, "name": "f"', '{"id": 1, "name": "f", "arguments": {', '{"tool_calls": [{"name": "f"',
        f"Let me look.\n```json\n{SAID[:-2]}", '<function_calls>\n<invoke name="f">', "<function=f>{}</function>",
        "", "<|im_end|>", "<think>hm</think>", "<think>hm</think><|im_end|>", "<think>unfinished", "hm</think>",
        f"<think>maybe <tool_call>{SAID}</tool_call>", f"<think>maybe\n```json\n{SAID}\n```",
    ],
)  # fmt: skip
def test_a_call_that_breaks_off_or_is_none_is_unreadable(reply: str) -> None:
    with pytest.raises(Unreadable):
        calls_in(reply)


def test_a_bare_pythonic_reply_calls_only_what_is_on_offer() -> None:
    reply = 'get_weather(city="Oslo", days=2)'
    assert calls_in(reply, {"get_weather"}) == (WEATHER,)
    assert calls_in(reply, {"now"}) == calls_in(reply) == calls_in(f"Try {reply}", {"get_weather"}) == NONE
    with pytest.raises(Unreadable):
        calls_in('get_weather("Oslo")', {"get_weather"})


def test_values_of_pythonic_calls_are_those_of_json() -> None:
    [call] = calls_in('[a.b(x=True, y=null, z=[1, -2.5, (3,)], t={"k": "v"}, f=false)]')
    assert call == Call("a.b", {"x": True, "y": None, "z": [1, -2.5, [3]], "t": {"k": "v"}, "f": False})


def test_a_call_without_arguments_has_none() -> None:
    assert call_of({"name": "now"}) == call_of({"name": "now", "arguments": ""}) == Call("now", {})
    assert calls_in("[now()]") == (Call("now", {}),)


@given(st.text(alphabet="{}[]\"':,;()=<>/|_`abcnametoolcallfunctionarguments \n0123456789.eE-", max_size=60))
def test_whatever_is_written_is_calls_words_or_unreadable(reply: str) -> None:
    for text in (reply, f"<tool_call>{reply}</tool_call>", f"<functioncall> {reply}", f"[f(a={reply})]"):
        with contextlib.suppress(Unreadable):
            json.dumps([call.arguments for call in calls_in(text)], allow_nan=False)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=5), st.dictionaries(st.text(max_size=3), JSON, max_size=3)), max_size=3
    )
)
def test_what_is_expected_is_right_as_a_reply(said: list[tuple[str, dict[str, Any]]]) -> None:
    expected = [Call(name, arguments) for name, arguments in said]
    reply = json.dumps([{"name": call.name, "arguments": call.arguments} for call in expected]) if expected else "no"
    assert set(compared(expected, calls_in(reply)).values()) <= {1.0}
    assert set(compared(expected, expected[::-1]).values()) <= {1.0}


@pytest.mark.parametrize(
    ("called", "right", "function", "arguments"),
    [
        ([WEATHER], 1, 1, 1),
        ([Call("get_weather", {"days": 2.0, "city": "Oslo"})], 1, 1, 1),
        ([Call("weather", WEATHER.arguments)], 0, 0, 0),
        ([], 0, 0, 0),
        ([Call("get_weather", {"city": "Oslo"})], 0, 1, 1 / 2),
        ([Call("get_weather", {"city": "oslo", "days": 2})], 0, 1, 1 / 2),
        ([Call("get_weather", {"city": "Oslo", "days": "2"})], 0, 1, 1 / 2),
        ([Call("get_weather", {"city": "Oslo", "days": 2, "unit": "C"})], 0, 1, 2 / 3),
        ([Call("get_weather", {})], 0, 1, 0),
        ([WEATHER, WEATHER], 0, 0, 1 / 2),
        ([WEATHER, Call("now", {})], 0, 0, 1),
    ],
)
def test_one_expected_call(called: list[Call], right: float, function: float, arguments: float) -> None:
    found = compared([WEATHER], called)
    assert found == {"right": right, "function": function, "arguments": pytest.approx(arguments)}


def test_where_no_call_is_due_only_none_is_right() -> None:
    assert compared([], []) == {"right": 1.0, "function": 1.0}
    assert compared([], [WEATHER]) == {"right": 0.0, "function": 0.0}
    assert wrong([]) == {"right": 0.0, "function": 0.0}


def test_a_function_without_arguments_is_right_by_its_name() -> None:
    now = Call("now", {})
    assert compared([now], [now]) == {"right": 1.0, "function": 1.0, "arguments": 1.0}
    assert compared([now], [Call("then", {})]) == {"right": 0.0, "function": 0.0, "arguments": 0.0}


def test_each_call_is_compared_to_the_one_it_is_closest_to() -> None:
    bergen = Call("get_weather", {"city": "Bergen", "days": 2})
    assert compared([WEATHER, bergen], [bergen, WEATHER])["right"] == 1.0
    found = compared([WEATHER, bergen], [bergen, Call("get_weather", {"city": "Oslo", "days": 3})])
    assert found == {"right": 0.0, "function": 1.0, "arguments": 3 / 4}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(1, 1.0, True), (True, 1, False), (0, False, False), (None, None, True), (None, 0, False), ("1", 1, False),
     ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}, True), ([1, 2], [2, 1], False), ({"a": 1}, {"a": 1, "b": None}, False),
     ("Å", "Å", True), ("a ", "a", False), ([], {}, False)],
)  # fmt: skip
def test_values_are_compared_as_json(one: Any, other: Any, same: bool) -> None:
    assert equal(one, other) is equal(other, one) is same


def test_marks_in_an_argument_are_text() -> None:
    for text in ("[TOOL_CALLS]", "<think>", "```json", "<functioncall>"):
        assert calls_in(json.dumps({"name": "say", "arguments": {"text": text}})) == (Call("say", {"text": text}),)


@pytest.mark.parametrize(
    ("reply", "finish_reason", "reason"),
    [
        ("", "stop", "the reply is empty"),
        ("<think>hm</think>", "stop", "the reply is empty"),
        ("<|im_end|>", "stop", "the reply is empty"),
        ("<think>unfinished…", "length", "a <think> without its end"),
        ("The user wants to know", "length", "cut off before it ended or called a function"),
    ],
)
def test_where_no_call_is_due_nothing_and_half_a_reply_are_wrong(reply: str, finish_reason: str, reason: str) -> None:
    answer = answer_to_turn("i", "m", Turn((), (), ()), reply, "text", finish_reason)
    assert (set(answer.measures.values()), answer.unscored) == ({0.0}, None)
    assert (answer.answer or {})["unreadable"] == reason


def test_a_call_before_the_limit_counts_and_so_do_functions_on_offer() -> None:
    tools = ({"type": "function", "function": {"name": "get_weather"}},)
    for reply in (f"<tool_call>{SAID}</tool_call> and now", 'get_weather(city="Oslo", days=2)'):
        answer = answer_to_turn("i", "m", Turn((), tools, (WEATHER,)), reply, "text", "length")
        assert set(answer.measures.values()) == {1.0}


def test_an_unreadable_call_and_silence_are_wrong_and_no_reply_is_unscored() -> None:
    turn = Turn((), (), (WEATHER,))
    for reply in ("", SAID[:-3]):
        answer = answer_to_turn("i", "m", turn, reply, "text")
        assert (set(answer.measures.values()), answer.unscored) == ({0.0}, None)
    failed = failed_turn("i", "m", turn, "no connection")
    assert (failed.answer, set(failed.measures.values()), failed.unscored) == (None, {None}, "no connection")
    assert "arguments" not in failed_turn("i", "m", Turn((), (), ()), "no connection").measures
