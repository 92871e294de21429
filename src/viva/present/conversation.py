"""A conversation as turns: who speaks, what is said, what is called."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viva.records.dataset import Example
from viva.text import display_line, display_text, plural

TOOLS = "tools on offer"


@dataclass(frozen=True)
class Turn:
    """Who speaks and what is said, safe to show; `tools` are those that are on offer."""

    speaker: str
    text: str


def turns(example: Example) -> list[Turn]:
    """Return the turns of an example's conversation, and before them the tools on offer."""
    offered = [Turn(TOOLS, "\n".join(_tool(tool) for tool in example.tools))] if example.tools else []
    return offered + [_turn(message) for message in example.messages or ()]


def conversation_heading(example: Example) -> str:
    """Return what stands above a conversation."""
    parts = [plural(len(example.messages or ()), "message")]
    if example.tools:
        parts.append(plural(len(example.tools), "tool"))
    return f"Conversation · {' · '.join(parts)}"


def _turn(message: Mapping[str, Any]) -> Turn:
    speaker = display_line(str(message.get("role", "?")), 24)
    if name := message.get("name"):
        speaker += f" ({display_line(str(name), 40)})"
    said = [_content(message.get("content")), *(f"→ calls {_call(call)}" for call in _calls(message))]
    return Turn(speaker, display_text("\n".join(text for text in said if text)) or "(says nothing)")


def _content(content: Any) -> str:
    """Return what a message says; parts of other kinds than text are written out as they are."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        return "\n".join(
            str(part.get("text", "")) if isinstance(part, dict) and part.get("type") == "text" else _json(part)
            for part in content
        )
    return _json(content)


def _calls(message: Mapping[str, Any]) -> Sequence[Any]:
    calls = message.get("tool_calls")
    found = list(calls) if isinstance(calls, list) else []
    return found + ([message["function_call"]] if message.get("function_call") else [])


def _call(call: Any) -> str:
    function = call.get("function", call) if isinstance(call, dict) else call
    if not isinstance(function, dict):
        return _json(function)
    arguments = function.get("arguments", "")
    said = arguments if isinstance(arguments, str) else _json(arguments)
    return f"{function.get('name', '?')} {said}".rstrip()


def _tool(tool: Any) -> str:
    function = tool.get("function", tool) if isinstance(tool, dict) else tool
    if not isinstance(function, dict):
        return display_line(_json(function), 200)
    name = display_line(str(function.get("name", "?")), 60)
    about = display_line(str(function.get("description", "")), 300)
    return f"{name}: {about}" if about else name


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
