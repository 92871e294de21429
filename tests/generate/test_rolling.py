"""Texts leave the batch when they end and others take their place: each is what it is alone."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import MistralConfig, MistralForCausalLM

from tests.fakes.tiny_model import make_tiny_model
from viva.generate.backend import Completion
from viva.generate.drawing import Drawing
from viva.generate.rolling import Rolling, Writing, rolls
from viva.generate.transformers_backend import TransformersBackend
from viva.records.model import Decoding
from viva.records.prompt import CHAT

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

QUESTIONS = [f"{'Why is the camera blind? ' * (number % 7)}How {number}?" for number in range(30)]
DRAWN = Decoding(max_new_tokens=16, temperature=1.0, top_p=0.9, top_k=40, seed=3)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TransformersBackend:
    """A model whose texts are of very different lengths: any of many tokens ends one."""
    path = tmp_path_factory.mktemp("tiny")
    model, tokenizer = make_tiny_model(path)
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, *range(40, 320, 12)]
    model.save_pretrained(path)
    return TransformersBackend(str(path))


def write(
    backend: TransformersBackend, decoding: Decoding, batch_size: int, keys: list[str] | None = None
) -> list[Completion]:
    found = [item for batch in backend.generate(QUESTIONS, CHAT, decoding, batch_size, keys) for item in batch]
    assert sorted(item.index for item in found) == list(range(len(QUESTIONS)))
    return sorted(found, key=lambda item: item.index)


def texts(found: list[Completion]) -> list[tuple[str, str, int]]:
    return [(item.text, item.finish_reason, item.completion_tokens) for item in found]


@pytest.mark.parametrize("decoding", [Decoding(max_new_tokens=40), Decoding(40, repetition_penalty=1.0), DRAWN])
def test_texts_of_uneven_length_do_not_depend_on_the_batch(tiny: TransformersBackend, decoding: Decoding) -> None:
    alone = texts(write(tiny, decoding, 1))
    assert len({tokens for _, _, tokens in alone}) > 3
    for size in (2, 5, 8, 64):
        assert texts(write(tiny, decoding, size)) == alone


@pytest.mark.parametrize("decoding", [Decoding(max_new_tokens=40), DRAWN])
def test_the_librarys_own_loop_writes_the_same(
    tiny: TransformersBackend, decoding: Decoding, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled = texts(write(tiny, decoding, 8))
    monkeypatch.setattr("viva.generate.transformers_backend.rolls", lambda model: False)
    assert texts(write(tiny, decoding, 8)) == rolled


def test_what_is_drawn_belongs_to_the_text_and_its_seed(tiny: TransformersBackend) -> None:
    keys = [f"e{number} 0" for number in range(len(QUESTIONS))]
    first = texts(write(tiny, DRAWN, 8, keys))
    assert texts(write(tiny, DRAWN, 3, keys)) == first
    assert texts(write(tiny, DRAWN, 8, [key.replace(" 0", " 1") for key in keys])) != first
    one = [item for batch in tiny.generate(QUESTIONS[7:8], CHAT, DRAWN, 8, keys[7:8]) for item in batch]
    assert texts(one) == first[7:8]


def counted(model: Any, monkeypatch: pytest.MonkeyPatch, most: int) -> Callable[[], int]:
    """Let the model's memory hold `most` rows; return how often it was too little."""
    forward, failures = model.forward, []

    def limited(input_ids: torch.Tensor, **given: Any) -> Any:
        if len(input_ids) > most:
            failures.append(len(input_ids))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(input_ids=input_ids, **given)

    monkeypatch.setattr(model, "forward", limited)
    return lambda: len(failures)


@pytest.mark.parametrize("rolling", [True, False])
@pytest.mark.parametrize("most", [1, 3])
def test_too_little_memory_halves_the_batch_and_loses_nothing(
    tiny: TransformersBackend, monkeypatch: pytest.MonkeyPatch, most: int, rolling: bool
) -> None:
    expected = texts(write(tiny, DRAWN, 1))
    monkeypatch.setattr("viva.generate.transformers_backend.rolls", lambda model: rolling)
    failures = counted(tiny._shared.base, monkeypatch, most)
    assert texts(write(tiny, DRAWN, 8)) == expected
    assert 1 <= failures() <= 3


@pytest.mark.parametrize("rolling", [True, False])
def test_a_text_that_fits_into_no_memory_has_failed_and_says_so(
    tiny: TransformersBackend, monkeypatch: pytest.MonkeyPatch, rolling: bool
) -> None:
    monkeypatch.setattr("viva.generate.transformers_backend.rolls", lambda model: rolling)
    counted(tiny._shared.base, monkeypatch, 0)
    found = write(tiny, DRAWN, 4)
    assert {item.finish_reason for item in found} == {"failed"}
    assert all("memory" in (item.failed or "") for item in found)


def test_models_that_forget_are_written_with_by_the_library(tiny: TransformersBackend) -> None:
    config = MistralConfig(
        vocab_size=64, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, sliding_window=8,
    )  # fmt: skip
    assert not rolls(MistralForCausalLM(config))
    assert rolls(tiny._shared.base)


def test_time_is_shared_among_the_texts_that_grow(tiny: TransformersBackend) -> None:
    found = write(tiny, Decoding(max_new_tokens=20), 8)
    assert all(item.seconds > 0 for item in found)


@settings(max_examples=20)
@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    rooms=st.lists(st.integers(1, 9), min_size=12, max_size=12),
    capacity=st.integers(1, 6),
)
def test_every_text_gets_its_own_room(
    tiny: TransformersBackend, lengths: list[int], rooms: list[int], capacity: int
) -> None:
    def fresh() -> list[Writing]:
        return [Writing(i, str(i), [(7 * i + j) % 300 for j in range(n)], rooms[i]) for i, n in enumerate(lengths)]

    def run(size: int) -> dict[int, list[int]]:
        rolling = Rolling(tiny._shared.base, Drawing(Decoding(repetition_penalty=1.2)), [5], size)
        return {row.index: row.written for batch in rolling.write(fresh()) for row in batch}

    found = run(capacity)
    assert found == run(1)
    assert all(len(written) <= rooms[index] for index, written in found.items())
    assert all(len(written) == rooms[index] or written[-1] == 5 for index, written in found.items())
