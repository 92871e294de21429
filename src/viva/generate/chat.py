"""Asking a model that chats: the protocol that synthesis, judges and generation share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Message = dict[str, Any]


@dataclass(frozen=True)
class ChatRequest:
    """One call: the conversation so far, and how the reply is drawn.

    `schema` is a JSON schema that the reply should follow: an object at its top, each object closed
    (`additionalProperties` false) and each of its properties required. It is a wish, which not every model honours,
    so the caller checks the reply. `extra` holds parameters beyond the protocol's, under the server's own names. With
    `exact` a server that takes no wish about the temperature gives no reply: else it is asked without. `logprobs` is
    how many likely tokens are wanted at each place of the reply, with their probabilities; a wish as well.
    """

    messages: Sequence[Message]
    max_tokens: int = 2048
    temperature: float = 0.7
    seed: int | None = None
    schema: dict[str, Any] | None = None
    top_p: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    exact: bool = False
    logprobs: int = 0


@dataclass(frozen=True)
class TokenChoices:
    """A token of a reply, and the likely ones in its place with the natural logarithms of their probabilities."""

    token: str
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ChatReply:
    """What came back: the text, why it ended (`stop`, `length` …), its tokens, and the seconds it took.

    `estimated` means that the server did not count the tokens, and viva guessed from the length of the texts;
    `retries` is how often the call was tried again before it brought this reply, `lost` how many of these tries the
    server may have answered, and charged for, though no answer arrived. `logprobs` is None where the server tells
    none. `asked_as` is how the schema was asked for: `schema`, `tool`, `object`, or `text` (not at all).
    """

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    estimated: bool = False
    retries: int = 0
    lost: int = 0
    logprobs: tuple[TokenChoices, ...] | None = None
    asked_as: str = "text"


class ChatFailed(Exception):
    """A call that brought no reply, after all retries; the message says why, `retries` how often it was tried again.

    `permanent` means that every call will fail (a wrong key, a model that is not there), so that asking further
    makes no sense; `refused` that the server does not take this request (too long, a value it does not allow),
    but may take others. With neither, the same call may work later. `declined` is what the model said where it was
    the model that would not answer, `lost` as in `ChatReply`.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        refused: bool = False,
        retries: int = 0,
        lost: int = 0,
        declined: ChatReply | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.refused = refused
        self.retries = retries
        self.lost = lost
        self.declined = declined


def estimated_tokens(text: str) -> int:
    """Return about how many tokens `text` is: 1.35 a word, which holds for English prose, or one in six characters."""
    return math.ceil(max(1.35 * len(text.split()), len(text) / 6))


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
