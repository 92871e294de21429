"""Finding out, once for each endpoint, how it can be made to keep to a form: some pass a schema over without a word."""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from viva.generate.chat import Chat, ChatFailed, ChatReply, ChatRequest
from viva.generate.dialect import ALTERNATIVES, LOGPROBS, Dialect, Format
from viva.generate.endpoint import EndpointChat
from viva.judge.objects import answer_start

ASKED = "Reply with the word hello in plain text. Do not use JSON."
"""What no reply in the form can be an answer to, unless the form is forced."""
MAX_TOKENS = 400
"""Room for a model that thinks first."""

Ask = Callable[[ChatRequest], Awaitable[ChatReply]]


@dataclass(frozen=True)
class Probe:
    """What an endpoint was found to honour: its dialect, whether log-probabilities come, and the replies it took.

    The dialect is not `proven` where the server did not answer.
    """

    dialect: Dialect
    logprobs: bool
    replies: tuple[ChatReply, ...]


async def probe(chat: Chat, *, logprobs: bool = False, ask: Ask | None = None) -> Probe:
    """Find out what `chat` honours, the strictest first, and have it ask so from now on; at most four calls.

    With `logprobs` it is found out whether these come, whatever was known of it; where they do not, they are not asked
    for later, and where a server refuses as many alternatives as are wanted, it is asked for fewer. `ask` is how
    a request is sent, `chat.reply` itself where it is not given. A local model is asked in plain text, and not probed.
    Raises `ChatFailed` where the server will never answer.
    """
    if not isinstance(chat, EndpointChat):
        return Probe(Dialect(Format.NONE, proven=True), False, ())
    if logprobs:
        chat.dialect = replace(chat.dialect, without=chat.dialect.without - {LOGPROBS}, alternatives=ALTERNATIVES)
    before, replies = chat.dialect, list[ChatReply]()
    form = Format.SCHEMA
    while form is not Format.NONE:
        chat.dialect = replace(chat.dialect, format=form, proven=False)
        request, expected = _question(logprobs)
        try:
            reply = await (ask or chat.reply)(request)
        except ChatFailed as error:
            if error.permanent:
                raise
            if error.declined is None:
                # It is busy, gone, or takes no such request at all: that says nothing about formats.
                chat.dialect = replace(chat.dialect, format=before.format, proven=False)
                return Probe(chat.dialect, False, tuple(replies))
            form = Format(form + 1)
            continue
        replies.append(reply)
        # What the server refused outright was stepped over on the way to this reply.
        used = chat.dialect.format
        if used is Format.NONE or _conforms(reply.text, used, expected):
            break
        form = Format(used + 1)
    else:
        chat.dialect = replace(chat.dialect, format=Format.NONE, proven=True)
    told = bool(replies) and any(place.top for place in replies[-1].logprobs or ())
    if logprobs and not told:
        chat.dialect = replace(chat.dialect, without=chat.dialect.without | {LOGPROBS})
    return Probe(chat.dialect, told, tuple(replies))


def _question(logprobs: bool) -> tuple[ChatRequest, dict[str, str]]:
    """Return a request and the one reply that keeps to its schema, which nothing but the schema tells."""
    key, word = f"k{secrets.token_hex(3)}", f"w{secrets.token_hex(3)}"
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {key: {"type": "string", "enum": [word]}},
        "required": [key],
        "additionalProperties": False,
    }
    messages = [{"role": "user", "content": ASKED}]
    wanted = ALTERNATIVES if logprobs else 0
    return ChatRequest(messages, MAX_TOKENS, 0.0, 0, schema, logprobs=wanted), {key: word}


def _conforms(text: str, form: Format, expected: dict[str, str]) -> bool:
    """Return whether a reply keeps to the form; any object will do where the server was told no more."""
    start = answer_start(text)
    if start is None:
        return False
    try:
        value = json.loads(text[start:].strip())
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) if form is Format.OBJECT else bool(value == expected)
