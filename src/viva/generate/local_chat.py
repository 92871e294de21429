"""A local model as a chat: the transformers backend behind the protocol that endpoints speak."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from viva.errors import MissingExtra
from viva.generate.backend import Backend
from viva.generate.chat import ChatFailed, ChatReply, ChatRequest, Message
from viva.records.model import Decoding
from viva.records.prompt import CHAT


class LocalChat:
    """A model in this process, one call at a time; its weights are loaded with the first.

    `location` and `base` are as in `TransformersBackend`. A conversation is put to the model as one turn, which
    models without a chat template understand as well. A reply's schema is not enforced, and parameters beyond the
    protocol's are passed over.
    """

    concurrency = 1

    def __init__(
        self, location: str, base: str | None = None, *, name: str = "", load: Callable[[], Backend] | None = None
    ) -> None:
        self.name = name or location
        self._load = load or (lambda: _transformers(location, base))
        self._backend: Backend | None = None
        self._thread = ThreadPoolExecutor(1, "model")

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the model's reply. Raises `ChatFailed`, or `UserError` where the model cannot be loaded."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._reply, request)

    async def close(self) -> None:
        """Let go of the weights; a text that is being written is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._backend = None

    def _reply(self, request: ChatRequest) -> ChatReply:
        if self._backend is None:
            self._backend = self._load()
        decoding = Decoding(
            max_new_tokens=request.max_tokens,
            temperature=request.temperature,
            top_p=1.0 if request.top_p is None else request.top_p,
            # A penalty on repetition would fall on the quotes and keys of structured replies first.
            repetition_penalty=1.0,
            seed=request.seed or 0,
        )
        batches = self._backend.generate([one_turn(request.messages)], CHAT, decoding, 1)
        written = next(iter(next(iter(batches))))
        if written.failed is not None:
            raise ChatFailed(f"{self.name}: {written.failed}", refused=True)
        return ChatReply(
            written.text, written.finish_reason, written.prompt_tokens, written.completion_tokens, written.seconds
        )


def one_turn(messages: Sequence[Message]) -> str:
    """Return a conversation as the text of one turn: what was answered before stands under `You answered:`."""
    parts = [
        f"You answered:\n{message['content']}" if message["role"] == "assistant" else str(message["content"])
        for message in messages
    ]
    return "\n\n".join(parts)


def _transformers(location: str, base: str | None) -> Backend:
    try:
        from viva.generate.transformers_backend import TransformersBackend
    except ImportError as error:
        raise MissingExtra("a local model needs missing libraries", "pip install 'viva[local]'") from error
    return TransformersBackend(location, base)
