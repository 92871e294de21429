"""A local model answers as a server does."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.fakes.tiny_model import make_tiny_model
from viva.errors import BadInput, UsageError
from viva.generate.backend import Completion
from viva.generate.chat import ChatFailed, ChatRequest
from viva.generate.endpoint import EndpointChat
from viva.generate.local_chat import LocalChat
from viva.generate.opening import open_chat
from viva.records.model import Decoding

ASK = ChatRequest([{"role": "user", "content": "How?"}], max_tokens=5, temperature=0.0)


class FakeBackend:
    """Keeps what it was asked, and answers with one completion."""

    def __init__(self, completion: Completion) -> None:
        self.completion = completion
        self.asked: list[tuple[Sequence[str], str, Decoding]] = []

    def generate(
        self, questions: Sequence[str], template: str, decoding: Decoding, batch_size: int
    ) -> Iterator[list[Completion]]:
        self.asked.append((questions, template, decoding))
        yield [self.completion]


async def test_a_reply_is_the_models_text_with_its_tokens() -> None:
    backend = FakeBackend(Completion(0, "so", "stop", 7, 2, 0.1))
    chat = LocalChat("somewhere", load=lambda: backend)
    reply = await chat.reply(ChatRequest(ASK.messages, max_tokens=9, temperature=0.3, seed=4))
    await chat.close()
    assert (reply.text, reply.finish_reason, reply.prompt_tokens, reply.completion_tokens) == ("so", "stop", 7, 2)
    decoding = backend.asked[0][2]
    assert (decoding.max_new_tokens, decoding.temperature, decoding.seed) == (9, 0.3, 4)


async def test_a_conversation_is_put_as_one_turn() -> None:
    backend = FakeBackend(Completion(0, "so", "stop", 7, 2, 0.1))
    chat = LocalChat("somewhere", load=lambda: backend)
    turns = [("system", "Be brief."), ("user", "How {question}?"), ("assistant", "Well."), ("user", "Again.")]
    await chat.reply(ChatRequest([{"role": role, "content": text} for role, text in turns]))
    await chat.close()
    questions, template, _ = backend.asked[0]
    assert template.replace("{question}", questions[0]) == (
        "Be brief.\n\nHow {question}?\n\nYou answered:\nWell.\n\nAgain."
    )


async def test_a_prompt_that_fills_the_context_is_refused() -> None:
    chat = LocalChat(
        "somewhere", load=lambda: FakeBackend(Completion(0, "", "failed", 4096, 0, 0.0, "the prompt has 4,096 tokens"))
    )
    with pytest.raises(ChatFailed, match="4,096 tokens") as caught:
        await chat.reply(ASK)
    await chat.close()
    assert caught.value.refused


async def test_a_model_that_is_not_there_is_the_persons_to_mend(tmp_path: Path) -> None:
    chat = LocalChat(str(tmp_path / "none"))
    with pytest.raises(BadInput, match="cannot be loaded"):
        await chat.reply(ASK)
    await chat.close()


@pytest.mark.filterwarnings("ignore::FutureWarning:transformers")
async def test_real_weights_answer(tmp_path: Path) -> None:
    make_tiny_model(tmp_path)
    chat = LocalChat(str(tmp_path))
    first, second = await chat.reply(ASK), await chat.reply(ASK)
    await chat.close()
    assert first.text == second.text
    assert 1 <= first.completion_tokens <= 5


def test_asking_loads_neither_torch_nor_the_client_library() -> None:
    code = "import viva.generate.opening, viva.dataset.synthesise.program, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "openai", "httpx2", "numpy", "rapidfuzz"} & set(done.stdout.split())


async def test_a_configuration_opens_a_server_or_a_local_model(tmp_path: Path) -> None:
    local = open_chat({"location": str(tmp_path), "name": "mine"})
    config = {"url": "http://127.0.0.1:1/v1", "model": "m", "key_env": "MY_KEY", "concurrency": 3}
    server = open_chat(config, {"MY_KEY": "secret"})
    assert isinstance(local, LocalChat)
    assert isinstance(server, EndpointChat)
    assert (local.name, server.name, server.concurrency) == ("mine", "m", 3)
    await local.close()
    await server.close()


@pytest.mark.parametrize("config", [{}, {"url": "http://x/v1"}, {"url": "http://x/v1", "model": "m", "key_env": "K"}])
def test_a_configuration_without_a_model_or_its_key_is_refused(config: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        open_chat(config, {})
