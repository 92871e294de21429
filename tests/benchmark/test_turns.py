"""Turns where functions may be called: found in conversations, and put to models with a template or without."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from viva.benchmark.judged import answer_to_turn
from viva.benchmark.turns import as_text, prompt_tokens, turn_from, turns_of
from viva.dataset.conversations import from_sharegpt
from viva.records.benchmark import Call

GLAIVE = Path(__file__).parents[3] / "shared" / "data" / "glaive_toolcall_en_demo.json"

TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
CALLED = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "assistant", "content": "Hello!"},
    {"role": "user", "content": "Is it cold in Oslo?"},
    {"role": "assistant", "content": "", "tool_calls": [CALLED]},
    {"role": "tool", "tool_call_id": "1", "content": '{"celsius": -4}'},
    {"role": "assistant", "content": "Yes."},
]

SHOWS_TOOLS = (
    "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}[{{ m.role }}]{{ m.content }}"
    "{% for c in m.tool_calls or [] %}{{ c.function.name }}"
    "{% for k, v in c.function.arguments.items() %}({{ k }}={{ v }})"
    "{% endfor %}{% endfor %}{% endfor %}[assistant]"
)
SHOWS_NO_CALLS = "{{ tools | tojson }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    _, made = make_tiny_model(tmp_path_factory.mktemp("turns"))
    return made


def last_turn() -> Any:
    items, _ = turns_of("e", MESSAGES, TOOLS)
    return turn_from(json.loads(json.dumps(items[-1].item)))


def test_every_turn_after_a_users_is_an_item() -> None:
    items, left_out = turns_of("e", MESSAGES, TOOLS)
    assert ([item.item_id for item in items], left_out) == (["e-3", "e-5"], 0)
    first, second = (turn_from(json.loads(json.dumps(item.item))) for item in items)
    assert (first.expected, second.expected) == ((Call("get_weather", {"city": "Oslo"}),), ())
    assert (list(first.messages), list(first.tools)) == (MESSAGES[:3], TOOLS)


def test_a_call_that_cannot_be_read_is_left_out() -> None:
    broken = {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]}
    assert turns_of("e", [MESSAGES[2], broken], TOOLS) == ([], 1)


OSLO = '{"name": "get_weather", "arguments": {"city": "Oslo"}}'


@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>\n{OSLO}\n</tool_call>",
        """<functioncall> {"name": "get_weather", "arguments": '{"city": "Oslo"}'} <|endoftext|>""",
        'get_weather(city="Oslo")',
    ],
)
def test_a_call_that_is_written_as_text_is_expected(text: str) -> None:
    [item], left_out = turns_of("e", [MESSAGES[2], {"role": "assistant", "content": text}], TOOLS)
    turn = turn_from(json.loads(json.dumps(item.item)))
    assert (turn.expected, left_out) == ((Call("get_weather", {"city": "Oslo"}),), 0)
    assert answer_to_turn("e", "m", turn, "It is warm.", "text").measures["right"] == 0.0
    assert answer_to_turn("e", "m", turn, text, "text").measures["right"] == 1.0


def test_a_call_as_text_that_cannot_be_read_is_left_out_and_silence_expects_none() -> None:
    broken = {"role": "assistant", "content": f"<tool_call>{OSLO[:-1]}</tool_call>"}
    assert turns_of("e", [MESSAGES[2], broken], TOOLS) == ([], 1)
    [item], left_out = turns_of("e", [MESSAGES[2], {"role": "assistant", "content": None}], TOOLS)
    assert (item.item["expected"], left_out) == ((), 0)


def test_a_template_that_shows_tools_and_calls_is_used(tokenizer: Any) -> None:
    tokenizer.chat_template = SHOWS_TOOLS
    ids, by_template = prompt_tokens(tokenizer, last_turn()) or ([], False)
    assert by_template
    text = tokenizer.decode(ids)
    assert "(city=Oslo)" in text
    assert "You can call" not in text


@pytest.mark.parametrize(
    "template", [SHOWS_NO_CALLS, NO_SYSTEM, "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"]
)
def test_otherwise_tools_and_calls_are_text(tokenizer: Any, template: str) -> None:
    tokenizer.chat_template = template
    ids, by_template = prompt_tokens(tokenizer, last_turn()) or ([], True)
    assert not by_template
    text = tokenizer.decode(ids)
    for part in (
        "Be brief.",
        "You can call these functions",
        '{"name": "get_weather", "arguments": {"city": "Oslo"}}',
        "-4",
    ):
        assert part in text


def test_a_model_without_a_template_gets_a_transcript(tokenizer: Any) -> None:
    tokenizer.chat_template = None
    ids, by_template = prompt_tokens(tokenizer, last_turn()) or ([], True)
    assert not by_template
    assert tokenizer.decode(ids).endswith("Assistant:")


def test_a_template_that_refuses_is_told(tokenizer: Any) -> None:
    tokenizer.chat_template = "{{ raise_exception('never') }}"
    assert prompt_tokens(tokenizer, last_turn()) is None


def test_as_text_speakers_take_turns() -> None:
    messages = as_text(last_turn())
    assert [message["role"] for message in messages] == ["system", "assistant", "user", "assistant", "user"]
    assert messages[-1]["content"].startswith("The function returned:")


def reply_of(expected: tuple[Call, ...]) -> str:
    said = [{"name": call.name, "arguments": call.arguments} for call in expected]
    return json.dumps(said[0] if len(said) == 1 else said) if said else "It is done."


@pytest.mark.skipif(not GLAIVE.is_file(), reason="the shared data is not there")
def test_on_real_conversations_what_stands_there_is_right_and_anything_else_is_not() -> None:
    turns, called = 0, 0
    for number, row in enumerate(json.loads(GLAIVE.read_text("utf-8"))):
        messages, tools, _ = from_sharegpt(row["conversations"], row.get("system"), row.get("tools"))
        if not tools:
            continue
        items, left_out = turns_of(str(number), messages, tools)
        assert left_out == 0
        for item in items:
            turn = turn_from(item.item)
            turns += 1
            called += bool(turn.expected)
            right = answer_to_turn(item.item_id, "m", turn, reply_of(turn.expected), "text")
            assert set(right.measures.values()) == {1.0}
            other = turn.expected[0].arguments if turn.expected else {}
            wrong = answer_to_turn(item.item_id, "m", turn, reply_of((Call("no_such", other),)), "text")
            assert set(wrong.measures.values()) == {0.0}
    assert (turns, called) == (560, 211)
