"""Places in conversations where an assistant may call functions, and how they are put to a model."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from viva.benchmark.function_calls import Unreadable, call_of, calls_in
from viva.generate.conversation import rendered, shows_calls
from viva.records.benchmark import BenchmarkItem, Call, Turn

Message = dict[str, Any]

TOOLS_TEXT = """You can call these functions:

{tools}

Where one is needed, reply with nothing but JSON: {{"name": "...", "arguments": {{...}}}}
To call several, reply with a list of such objects. Where none is needed, reply in words."""
"""What stands in the system text of models that no template shows the tools to."""

RESULT_TEXT = "The function returned:\n{content}"


def turns_of(
    example_id: str, messages: Sequence[Message], tools: Sequence[dict[str, Any]]
) -> tuple[list[BenchmarkItem], int]:
    """Return an item for each turn of the assistant that follows one of a user or a function, and how many are left
    out because what they call cannot be read. A call may also be written as text, as `calls_in` reads it.
    """
    items, left_out = [], 0
    for place, message in enumerate(messages):
        before = messages[:place]
        if message.get("role") != "assistant" or not any(turn.get("role") == "user" for turn in before):
            continue
        try:
            expected = _expected(message, offered_in(tools))
        except Unreadable:
            left_out += 1
            continue
        turn = Turn(tuple(before), tuple(tools), expected)
        items.append(BenchmarkItem(f"{example_id}-{place}", asdict(turn)))
    return items, left_out


def offered_in(tools: Sequence[dict[str, Any]]) -> set[str]:
    """Return the names of the functions on offer."""
    return {str(tool.get("function", tool).get("name")) for tool in tools}


def turn_from(item: Mapping[str, Any]) -> Turn:
    """Return a turn from its JSON."""
    expected = tuple(Call(**call) for call in item["expected"])
    return Turn(tuple(item["messages"]), tuple(item["tools"]), expected)


def prompt_tokens(tokenizer: Any, turn: Turn) -> tuple[list[int], bool] | None:
    """Return the tokens with which a local model is asked, and whether its own template shows the tools.

    Where the template has no place for tools, or for the calls that were made before, they go into the text. None
    where the template refuses the conversation even so. A model without a template is asked with a transcript.
    """
    if not tokenizer.chat_template:
        lines = [f"{message['role'].capitalize()}: {message['content']}" for message in as_text(turn)]
        return list(tokenizer("\n\n".join([*lines, "Assistant:"]))["input_ids"]), False
    ids = rendered(
        tokenizer, [_with_tables(message) for message in turn.messages], list(turn.tools), add_generation_prompt=True
    )
    if ids is not None and _shows(tokenizer, ids, turn):
        return ids, True
    messages = as_text(turn)
    for form in (messages, _without_system(messages)):
        ids = rendered(tokenizer, form, None, add_generation_prompt=True)
        if ids is not None:
            return ids, False
    return None


def as_text(turn: Turn) -> list[Message]:
    """Return the conversation for a model that knows neither tools nor calls: all of them are text.

    The tools stand in the system text, a call is the JSON that calls it, and what a function returned is a turn of
    the user. Turns of one speaker in a row become one.
    """
    functions = json.dumps([tool.get("function", tool) for tool in turn.tools], ensure_ascii=False)
    messages: list[Message] = []
    system = [_text(message) for message in turn.messages if message.get("role") in {"system", "developer"}]
    messages.append({"role": "system", "content": "\n\n".join([*system, TOOLS_TEXT.format(tools=functions)])})
    for message in turn.messages:
        role = str(message.get("role"))
        if role in {"system", "developer"}:
            continue
        text = _text(message)
        if role in {"tool", "function"}:
            role, text = "user", RESULT_TEXT.format(content=text)
        elif calls := _functions(message):
            text = "\n\n".join(part for part in (text, _calls_text(calls)) if part)
        if messages[-1]["role"] == role:
            messages[-1]["content"] += f"\n\n{text}"
        else:
            messages.append({"role": role, "content": text})
    return messages


def _shows(tokenizer: Any, ids: list[int], turn: Turn) -> bool:
    """Tell whether a prompt names every tool, and every call beside them: some templates leave them out silently."""
    text = str(tokenizer.decode(ids))
    if not all(name in text for name in offered_in(turn.tools)):
        return False
    messages = [_with_tables(message) for message in turn.messages]
    return shows_calls(tokenizer, ids, messages, list(turn.tools), add_generation_prompt=True)


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """Return messages with the system text at the head of the first turn, for templates without a place for it."""
    system, first, *rest = messages
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def _with_tables(message: Message) -> Message:
    """Return a message as templates expect it: a call's arguments as a table, not as JSON in a string."""
    turn = {**message, "content": _text(message)}
    if calls := message.get("tool_calls"):
        turn["tool_calls"] = [{**call, "function": _with_table(call["function"])} for call in calls]
    return turn


def _with_table(function: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {**function, "arguments": call_of(function).arguments}
    except Unreadable:
        return dict(function)


def _expected(message: Mapping[str, Any], offered: set[str]) -> tuple[Call, ...]:
    """Return what a turn of the assistant calls. Raises `Unreadable`."""
    if functions := _functions(message):
        return tuple(call_of(function) for function in functions)
    text = _text(message)
    return calls_in(text, offered) if text.strip() else ()


def _functions(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    calls = [call["function"] for call in message.get("tool_calls") or []]
    return [*calls, message["function_call"]] if message.get("function_call") else calls


def _calls_text(functions: Iterable[Mapping[str, Any]]) -> str:
    said = [{"name": table.get("name"), "arguments": table.get("arguments")} for table in map(_with_table, functions)]
    return json.dumps(said[0] if len(said) == 1 else said, ensure_ascii=False)


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text") or "") if isinstance(part, dict) else str(part) for part in content)
    return "" if content is None else str(content)
