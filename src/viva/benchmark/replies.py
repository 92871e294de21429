"""What a model says in a reply, without what it thought before it and without the marks of its end."""

import re

# Templates that open the thought themselves leave only its end to the reply.
_THOUGHT = re.compile(r"\A(?:(?!<think>).)*</think>|<think>.*?</think>", re.DOTALL)
_END = re.compile(
    r"(?:\s*(?:</functioncall>|</function_calls?>|</tool_calls>|\[/TOOL_CALLS\]|</s>|<end_of_turn>|<\|/?\w+\|>))+\s*\Z"
)


def said(reply: str) -> str:
    """Return a reply without its thoughts, special tokens at its end, and space around; a thought without end stays."""
    return _END.sub("", _THOUGHT.sub("", reply)).strip()
