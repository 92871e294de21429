"""Conversations: ShareGPT and chat-completions messages into one another, and into a question with its reference."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from viva.records.dataset import Example
from viva.text import display_line

Message = dict[str, Any]

KEPT = "sharegpt"
"""The key in an example's `meta` with those parts of a ShareGPT row that the messages alone would not give back."""
TURNS_AFTER = "turns_after"
"""The key in an example's `meta` with the number of turns after the one that is the reference."""

_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "function_call": "assistant",
    "observation": "tool",
    "tool": "tool",
    "system": "system",
}
_SPEAKERS = {"user": "human", "assistant": "gpt", "tool": "observation", "function": "observation", "system": "system"}
_LABELS = {"user": "User", "assistant": "Assistant", "tool": "Tool", "function": "Tool", "system": "System"}


class BadConversation(ValueError):
    """A conversation that cannot be understood; its text says why, and at which turn."""


def from_sharegpt(
    turns: Any, system: Any = None, tools: Any = None
) -> tuple[list[Message], list[dict[str, Any]] | None, dict[str, Any]]:
    """Return the messages and tools of a ShareGPT row, and what they would not give back.

    The third part is empty for a row that is written as `to_sharegpt` would write it. Raises `BadConversation`.
    """
    messages: list[Message] = []
    if system is not None and not isinstance(system, str):
        raise BadConversation("the system text is not text")
    if system:
        messages.append({"role": "system", "content": system})
    if not isinstance(turns, list) or not turns:
        raise BadConversation("the conversation is not a list of turns")
    messages += _messages(turns)
    offered = tools_from(tools)
    return messages, offered, _left_over(turns, system, tools, to_sharegpt(messages, offered))


def to_sharegpt(
    messages: Sequence[Mapping[str, Any]],
    tools: Sequence[Mapping[str, Any]] | None,
    kept: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a ShareGPT row: `conversations`, and `system` and `tools` where there are any.

    `kept` is the third part of `from_sharegpt`; it is used as far as it still says the same as the messages.
    """
    rest = list(messages)
    row: dict[str, Any] = {}
    if rest and _speaks(rest[0]) == "system":
        row["system"] = text_of(rest.pop(0))
    row = {"conversations": [turn for message in rest for turn in _turns(message)], **row}
    if tools is not None:
        row["tools"] = dumped([_bare(tool) for tool in tools])
    if not kept:
        return row
    said = dict(row)
    if "conversations" in kept:
        said.pop("system", None)
    said.update({name: kept[name] for name in ("conversations", "system", "tools") if name in kept})
    try:
        again = from_sharegpt(said["conversations"], said.get("system"), said.get("tools"))[:2]
    except BadConversation:
        return row
    return said if again == (list(messages), tools) else row


def checked_messages(messages: Any) -> list[Message]:
    """Return chat-completions messages as they are. Raises `BadConversation` for what is none."""
    if not isinstance(messages, list) or not messages:
        raise BadConversation("the conversation is not a list of messages")
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict):
            raise BadConversation(f"turn {number} is not an object")
        if _speaks(message) not in _LABELS:
            raise BadConversation(f"turn {number}: nobody knows the role {_said(message.get('role'))}")
        try:
            text_of(message)
            _calls_of(message)
        except (TypeError, KeyError, AttributeError) as error:
            raise BadConversation(f"turn {number} cannot be read: {display_line(str(error), 80)}") from error
    return messages


def tools_from(value: Any) -> list[dict[str, Any]] | None:
    """Return the tools on offer in the form of the protocol, from a list or from its JSON text.

    None where there is neither. Raises `BadConversation`.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise BadConversation("the tools are not JSON") from error
    tools = [value] if isinstance(value, dict) else value
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise BadConversation("the tools are not a list of objects")
    return [tool if "function" in tool else {"type": "function", "function": tool} for tool in tools]


def asked_and_answered(messages: Sequence[Mapping[str, Any]]) -> tuple[str, str, int]:
    """Return question, reference and the number of messages after the reference, the last turn of the assistant.

    The question is what stands before it: one turn of a user as it is, several turns as a transcript. Raises
    `BadConversation` where the assistant says nothing.
    """
    place = _last_answer(messages)
    if place is None:
        raise BadConversation("the assistant has no turn in the conversation")
    before = messages[:place]
    question = text_of(before[0]) if len(before) == 1 and _speaks(before[0]) == "user" else transcript(before)
    return question, "\n\n".join(text for _, text in _parts(messages[place])), len(messages) - place - 1


def transcript(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return turns as text, each under the label of who speaks, with blank lines between them."""
    return "\n\n".join(f"{label}: {text}" for message in messages for label, text in _parts(message))


def conversation_of(example: Example) -> list[Message]:
    """Return the messages of an example so that they say its question and its reference.

    Those it carries, with the turns replaced that were edited since; where that cannot be told, or it carries none,
    a conversation of two turns.
    """
    two = [{"role": "user", "content": example.question}, {"role": "assistant", "content": example.reference}]
    if not example.messages:
        return two
    messages = [dict(message) for message in example.messages]
    place = _last_answer(messages)
    if place is None:
        return two
    if asked_and_answered(messages)[1] != example.reference:
        messages[place] = {"role": "assistant", "content": example.reference}
    if asked_and_answered(messages)[0] != example.question:
        if place != 1 or _speaks(messages[0]) != "user":
            return two
        messages[0] = {**messages[0], "content": example.question}
    return messages


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text of a message, its parts on lines of their own. Raises `TypeError` for what is no text."""
    content = message.get("content")
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise TypeError("its content is not text")
    parts = []
    for part in content:
        text = part.get("text") if isinstance(part, dict) else part
        if not isinstance(text, str):
            kind = part.get("type") if isinstance(part, dict) else None
            raise TypeError(f"a part of it is not text ({_said(kind)})")
        parts.append(text)
    return "\n".join(parts)


def dumped(value: Any) -> str:
    """Return JSON text on one line, its letters as they are."""
    return json.dumps(value, ensure_ascii=False)


def _messages(turns: Sequence[Any]) -> Iterator[Message]:
    calls = 0
    open_calls: list[str] = []
    for number, turn in enumerate(turns, start=1):
        speaker, text = (turn.get("from"), turn.get("value")) if isinstance(turn, dict) else (None, None)
        if not isinstance(speaker, str) or speaker not in _ROLES:
            raise BadConversation(f"turn {number}: nobody knows the speaker {_said(speaker)}")
        if not isinstance(text, str):
            raise BadConversation(f"turn {number}: its value is not text")
        role = _ROLES[speaker]
        if speaker == "function_call":
            functions = _functions(text, number)
            ids = [f"call_{calls + index}" for index in range(1, len(functions) + 1)]
            calls += len(functions)
            open_calls = list(ids)
            called = [{"id": id_, "type": "function", "function": f} for id_, f in zip(ids, functions, strict=True)]
            yield {"role": role, "content": "", "tool_calls": called}
        elif role == "tool" and open_calls:
            yield {"role": role, "tool_call_id": open_calls.pop(0), "content": text}
        else:
            yield {"role": role, "content": text}


def _functions(text: str, number: int) -> list[dict[str, str]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadConversation(f"turn {number}: the function call is not JSON") from error
    functions = []
    for call in value if isinstance(value, list) and value else [value]:
        if not isinstance(call, dict) or not isinstance(call.get("name"), str):
            raise BadConversation(f"turn {number}: the function call names no function")
        arguments = call.get("arguments", {})
        said = arguments if isinstance(arguments, str) else dumped(arguments)
        functions.append({"name": call["name"], "arguments": said})
    return functions


def _turns(message: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the turns that a message makes: two for an assistant that speaks and calls."""
    calls = _calls_of(message)
    speaker = _SPEAKERS[_speaks(message)]
    text = text_of(message)
    if text or not calls:
        yield {"from": speaker, "value": text}
    if calls:
        yield {"from": "function_call", "value": _calls_text(calls)}


def _parts(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    calls = _calls_of(message)
    label = _LABELS[_speaks(message)]
    text = text_of(message)
    if text or not calls:
        yield label, text
    if calls:
        yield f"{label} calls", _calls_text(calls)


def _calls_of(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and arguments, as JSON text, of the functions that a message calls."""
    calls = [call["function"] for call in message.get("tool_calls") or []]
    if message.get("function_call"):
        calls.append(message["function_call"])
    found = []
    for call in calls:
        arguments = call.get("arguments")
        said = arguments if isinstance(arguments, str) else dumped({} if arguments is None else arguments)
        found.append((str(call["name"]), said))
    return found


def _calls_text(calls: Sequence[tuple[str, str]]) -> str:
    said = [f'{{"name": {dumped(name)}, "arguments": {_embedded(arguments)}}}' for name, arguments in calls]
    return said[0] if len(said) == 1 else f"[{', '.join(said)}]"


def _embedded(arguments: str) -> str:
    """Return arguments as a JSON value: the object that they are, or, where they are none, their text."""
    try:
        is_object = isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        is_object = False
    return arguments if is_object else dumped(arguments)


def _left_over(turns: Any, system: Any, tools: Any, rendered: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    if rendered["conversations"] != turns:
        kept["conversations"] = turns
        if system is not None:
            kept["system"] = system
    elif rendered.get("system") != system:
        kept["system"] = system
    if rendered.get("tools") != tools:
        kept["tools"] = tools
    return kept


def _bare(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    function = tool.get("function")
    return function if isinstance(function, dict) and tool == {"type": "function", "function": function} else tool


def _last_answer(messages: Sequence[Mapping[str, Any]]) -> int | None:
    places = [place for place, message in enumerate(messages) if _speaks(message) == "assistant"]
    return places[-1] if places else None


def _speaks(message: Mapping[str, Any]) -> str:
    role = message.get("role")
    return "system" if role == "developer" else role if isinstance(role, str) else ""


def _said(value: Any) -> str:
    return display_line(str(value), 40) if value is not None else "(none)"
