"""What a chat-completions server understands: found out by asking, kept for the life of its client."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from viva.generate.chat import ChatRequest, Message

UNSUPPORTED = (400, 422)
BROKEN = (500, 501)
DROPPED = ("temperature", "top_p", "seed")
"""Parameters that a call can do without, where a server takes no wish about them."""
LOGPROBS = "logprobs"
ALTERNATIVES, FEWER = 20, 5
"""Likely tokens told in each place: the most that servers tell, and what those tell that refuse so many."""
TOOL = "reply"
"""The name of the function whose arguments are the reply."""


class Format(IntEnum):
    """How a reply's schema is asked for, the strictest first."""

    SCHEMA = 0
    TOOL = 1  # a call of a function with these parameters
    OBJECT_WITH_SCHEMA = 2  # llama.cpp's
    OBJECT = 3
    NONE = 4

    @property
    def asked_as(self) -> str:
        """Return the word for it in a `ChatReply`."""
        return ("schema", "tool", "schema", "object", "text")[self]


@dataclass(frozen=True)
class Refusal:
    """What a server said to a request: its status, the parameter it names, and in which try of the same request.

    `ignored` means that it answered, but not with the call of a function that it was told to make.
    """

    status: int
    parameter: str | None
    message: str
    repeated: bool
    ignored: bool = False


@dataclass(frozen=True)
class Dialect:
    """How requests are put; `proven` means that a reply came to a request for this format."""

    format: Format = Format.SCHEMA
    proven: bool = False
    limit: str = "max_tokens"
    without: frozenset[str] = frozenset()
    alternatives: int = ALTERNATIVES
    """The most likely tokens that are asked for in each place."""

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready form, `from_json` its inverse."""
        name = self.format.name.lower()
        return {
            "format": name,
            "proven": self.proven,
            "limit": self.limit,
            "without": sorted(self.without),
            "alternatives": self.alternatives,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Dialect":
        """Read `to_json`'s form; a format of another version is found out anew."""
        without = frozenset(value.get("without", ()))
        alternatives = value.get("alternatives", ALTERNATIVES)
        known = cls(limit=value.get("limit", "max_tokens"), without=without, alternatives=alternatives)
        name = str(value.get("format") or "").upper()
        if name not in Format.__members__:
            return known
        return replace(known, format=Format[name], proven=bool(value.get("proven")))

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
        if request.schema is not None and self.format is Format.TOOL:
            known |= _tool(request.schema)
        if self.asks_logprobs(request):
            known |= {"logprobs": True, "top_logprobs": min(request.logprobs, self.alternatives)}
        return {**request.extra, **known}

    def asks_logprobs(self, request: ChatRequest) -> bool:
        return request.logprobs > 0 and LOGPROBS not in self.without

    def after(self, refusal: Refusal, request: ChatRequest) -> "Dialect | None":
        """Return what to try next, or None where the refusal has nothing to do with the dialect.

        Where the request is `exact` neither the temperature is left out nor a top-p below 1. A server that breaks on a
        format (500) is asked once more before the format is blamed.
        """
        if refusal.status in UNSUPPORTED:
            if self.limit == "max_tokens" and "max_completion_tokens" in refusal.message:
                return replace(self, limit="max_completion_tokens")
            if self.asks_logprobs(request) and LOGPROBS in f"{refusal.parameter} {refusal.message}":
                if min(request.logprobs, self.alternatives) > FEWER:
                    return replace(self, alternatives=FEWER)
                return replace(self, without=self.without | {LOGPROBS})
            kept = self.without
            if request.exact:
                kept = kept | {"temperature"} | ({"top_p"} if request.top_p != 1.0 else set())
            if refusal.parameter in DROPPED and refusal.parameter not in kept:
                return replace(self, without=self.without | {refusal.parameter})
        blamed = refusal.ignored or refusal.status in UNSUPPORTED or (refusal.status in BROKEN and refusal.repeated)
        if blamed and request.schema is not None and not self.proven and self.format is not Format.NONE:
            return replace(self, format=Format(self.format + 1))
        return None

    def learned(self, used: "Dialect", has_schema: bool) -> "Dialect":
        """Return what is known after a reply to a request put as `used`."""
        fewest = min(self.alternatives, used.alternatives)
        known = replace(self, limit=used.limit, without=self.without | used.without, alternatives=fewest)
        if has_schema and (not self.proven or used.format < self.format):
            known = replace(known, format=used.format, proven=True)
        return known


def _response_format(form: Format, schema: dict[str, Any] | None) -> dict[str, Any] | None:
    if schema is None or form in (Format.TOOL, Format.NONE):
        return None
    if form is Format.SCHEMA:
        return {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
    return {"type": "json_object", "schema": schema} if form is Format.OBJECT_WITH_SCHEMA else {"type": "json_object"}


def _tool(schema: dict[str, Any]) -> dict[str, Any]:
    function = {"name": TOOL, "description": "Give the reply.", "parameters": schema, "strict": True}
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": TOOL}},
    }


def _encodable(message: Message) -> Message:
    return {key: encodable(value) if isinstance(value, str) else value for key, value in message.items()}


def encodable(text: str) -> str:
    """Return the text without lone surrogates, which no server takes and no file holds."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
