"""Conversations as a model's own chat template puts them into tokens."""

from collections.abc import Mapping, Sequence
from typing import Any

Message = Mapping[str, Any]


def rendered(tokenizer: Any, messages: Sequence[Message], tools: Any, **options: Any) -> list[int] | None:
    """Return a conversation's tokens, None where the model's template refuses such a conversation."""
    from jinja2.exceptions import TemplateError

    try:
        return list(tokenizer.apply_chat_template(messages, tools=tools or None, return_dict=False, **options))
    except (TemplateError, TypeError, KeyError):
        return None


def shows_calls(tokenizer: Any, ids: list[int], messages: Sequence[Message], tools: Any, **options: Any) -> bool:
    """Tell whether every function call stands in a conversation's tokens: some templates leave them out silently.

    A function's name may stand among the tools as well, so it has to be there more often than without the calls.
    """
    called = {str(call["function"].get("name")) for message in messages for call in message.get("tool_calls") or ()}
    if not called:
        return True
    without = [{key: value for key, value in message.items() if key != "tool_calls"} for message in messages]
    rest = rendered(tokenizer, without, tools, **options)
    text, others = str(tokenizer.decode(ids)), "" if rest is None else str(tokenizer.decode(rest))
    return all(text.count(name) > others.count(name) for name in called)
