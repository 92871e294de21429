"""What a chat-completions server understands: found out by asking, kept for the life of its client."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from viva.generate.chat import ChatRequest, Message

UNSUPPORTED = (400, 422)
BROKEN = (500, 501)
DROPPED = ("temperature", "seed")
"""Parameters that a call can do without, where a server takes no wish about them."""


class Format(IntEnum):
    """How a reply's schema is asked for, the strictest first."""

    SCHEMA = 0
    OBJECT_WITH_SCHEMA = 1  # llama.cpp's
    OBJECT = 2
    NONE = 3


@dataclass(frozen=True)
class Refusal:
    """What a server said to a request: its status, the parameter it names, and in which try of the same request."""

    status: int
    parameter: str | None
    message: str
    repeated: bool


@dataclass(frozen=True)
class Dialect:
    """How requests are put; `proven` means that a reply came to a request for this format."""

    format: Format = Format.SCHEMA
    proven: bool = False
    limit: str = "max_tokens"
    without: frozenset[str] = frozenset()

    def parameters(self, model: str, request: ChatRequest) -> dict[str, Any]:
        """Return the body of the HTTP request."""
        values: dict[str, Any] = {
            "model": model,
            "messages": [_encodable(message) for message in request.messages],
            self.limit: request.max_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "seed": request.seed,
            "response_format": _response_format(self.format, request.schema),
        }
        known = {key: value for key, value in values.items() if value is not None and key not in self.without}
        return {**request.extra, **known}

    def after(self, refusal: Refusal, has_schema: bool, exact: bool = False) -> "Dialect | None":
        """Return what to try next, or None where the refusal has nothing to do with the dialect.

        With `exact` the temperature is never left out. A server that breaks on a format (500) is asked once more before
        the format is blamed.
        """
        if refusal.status in UNSUPPORTED:
            if self.limit == "max_tokens" and "max_completion_tokens" in refusal.message:
                return replace(self, limit="max_completion_tokens")
            kept = {*self.without, "temperature"} if exact else self.without
            if refusal.parameter in DROPPED and refusal.parameter not in kept:
                return replace(self, without=self.without | {refusal.parameter})
        blamed = refusal.status in UNSUPPORTED or (refusal.status in BROKEN and refusal.repeated)
        if blamed and has_schema and not self.proven and self.format is not Format.NONE:
            return replace(self, format=Format(self.format + 1))
        return None

    def learned(self, used: "Dialect", has_schema: bool) -> "Dialect":
        """Return what is known after a reply to a request put as `used`."""
        known = replace(self, limit=used.limit, without=self.without | used.without)
        if has_schema and (not self.proven or used.format < self.format):
            known = replace(known, format=used.format, proven=True)
        return known


def _response_format(form: Format, schema: dict[str, Any] | None) -> dict[str, Any] | None:
    if schema is None or form is Format.NONE:
        return None
    if form is Format.SCHEMA:
        return {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
    return {"type": "json_object", "schema": schema} if form is Format.OBJECT_WITH_SCHEMA else {"type": "json_object"}


def _encodable(message: Message) -> Message:
    return {key: encodable(value) if isinstance(value, str) else value for key, value in message.items()}


def encodable(text: str) -> str:
    """Return the text without lone surrogates, which no server takes and no file holds."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
