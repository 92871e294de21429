"""Asking a model that chats: the protocol that synthesis, judges and generation share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Message = dict[str, Any]


@dataclass(frozen=True)
class ChatRequest:
    """One call: the conversation so far, and how the reply is drawn.

    `schema` is a JSON schema that the reply should follow: a wish, which not every model honours, so the caller
    checks the reply.
    """

    messages: Sequence[Message]
    max_tokens: int = 2048
    temperature: float = 0.7
    seed: int | None = None
    schema: dict[str, Any] | None = None


@dataclass(frozen=True)
class ChatReply:
    """What came back: the text, why it ended (`stop`, `length` …), its tokens, and the seconds it took."""

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class ChatFailed(Exception):
    """A call that brought no reply, after all retries; the message says why, `retries` how often it was tried again.

    `permanent` means that the same call will fail again (a wrong key, a model that is not there), so that
    asking further makes no sense.
    """

    def __init__(self, message: str, *, permanent: bool = False, retries: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retries = retries


class Chat(Protocol):
    """A model that answers chat requests; calls may run at the same time, up to `concurrency`."""

    name: str
    concurrency: int

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the model's reply. Raises `ChatFailed`."""
        ...

    async def close(self) -> None:
        """Let go of connections or weights."""
        ...
