"""Local models write the same alone and in company, stop where they stop, and say so."""

from pathlib import Path

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from tests.fakes.tiny_model import PLAN, make_tiny_adapter, make_tiny_model
from viva.errors import BadInput
from viva.generate import transformers_backend
from viva.generate.backend import Completion
from viva.generate.transformers_backend import TransformersBackend
from viva.records.model import Decoding
from viva.records.prompt import CHAT

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

QUESTIONS = [
    "How?",
    "Why is the camera blind at night, and why not by day?",
    "A fall.",
    "",
    "What " * 30,
    "Émile 異常?",
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny")
    make_tiny_model(path)
    return path


def write(
    backend: TransformersBackend, decoding: Decoding, batch_size: int = 8, questions: list[str] = QUESTIONS
) -> list[Completion]:
    found = [item for batch in backend.generate(questions, CHAT, decoding, batch_size) for item in batch]
    return sorted(found, key=lambda item: item.index)


def texts(found: list[Completion]) -> list[tuple[str, str, int, int]]:
    return [(item.text, item.finish_reason, item.prompt_tokens, item.completion_tokens) for item in found]


@pytest.mark.parametrize("chat", [True, False])
@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_texts_do_not_depend_on_the_batch(tmp_path: Path, chat: bool, penalty: float) -> None:
    make_tiny_model(tmp_path, chat=chat)
    backend = TransformersBackend(str(tmp_path))
    decoding = Decoding(max_new_tokens=24, repetition_penalty=penalty)
    alone = texts(write(backend, decoding, batch_size=1))
    assert texts(write(backend, decoding, batch_size=4)) == alone
    assert texts(write(backend, decoding, batch_size=99)) == alone
    assert len({text for text, *_ in alone}) > 1


def test_batches_come_one_by_one_with_the_longest_prompts_first(tiny: Path) -> None:
    backend = TransformersBackend(str(tiny))
    batches = list(backend.generate(QUESTIONS, CHAT, Decoding(max_new_tokens=2), 2))
    assert [len(batch) for batch in batches] == [2, 2, 2]
    lengths = [item.prompt_tokens for batch in batches for item in batch]
    assert lengths == sorted(lengths, reverse=True)
    assert sorted(item.index for batch in batches for item in batch) == list(range(6))


def test_a_text_that_is_cut_off_says_so(tiny: Path) -> None:
    found = write(TransformersBackend(str(tiny)), Decoding(max_new_tokens=3))
    assert {item.finish_reason for item in found} == {"length"}
    assert {item.completion_tokens for item in found} == {3}
    assert all(item.seconds > 0 for item in found)


def test_every_end_mark_of_the_model_ends_a_text(tmp_path: Path, tiny: Path) -> None:
    decoding = Decoding(max_new_tokens=12)
    backend = TransformersBackend(str(tiny))
    _, tokenizer = make_tiny_model(tmp_path)
    text = write(backend, decoding, questions=QUESTIONS[:1])[0].text
    last = tokenizer(text)["input_ids"][-1]
    make_tiny_model(tmp_path, stops_at=last)
    found = write(TransformersBackend(str(tmp_path)), decoding, questions=QUESTIONS[:1])[0]
    assert found.finish_reason == "stop"
    assert found.completion_tokens <= 12
    assert text.startswith(found.text)


def test_no_special_token_and_no_space_at_the_ends_is_left_in_a_text(tiny: Path) -> None:
    for item in write(TransformersBackend(str(tiny)), Decoding(max_new_tokens=40, temperature=1.5, seed=3)):
        assert "<|" not in item.text
        assert item.text == item.text.strip()


def test_sampling_repeats_for_a_seed_and_changes_with_it(tiny: Path) -> None:
    backend = TransformersBackend(str(tiny))
    drawn = Decoding(max_new_tokens=16, temperature=1.0, top_p=0.95, top_k=50, seed=1)
    first = texts(write(backend, drawn))
    assert texts(write(backend, drawn)) == first
    other = Decoding(max_new_tokens=16, temperature=1.0, top_p=0.95, top_k=50, seed=2)
    assert texts(write(backend, other)) != first


def test_a_repetition_penalty_counts_what_was_written_and_not_what_was_asked(tiny: Path) -> None:
    backend = TransformersBackend(str(tiny))
    free = write(backend, Decoding(max_new_tokens=1))
    held = write(backend, Decoding(max_new_tokens=1, repetition_penalty=50.0))
    assert texts(held) == texts(free)
    assert texts(write(backend, Decoding(max_new_tokens=24, repetition_penalty=50.0))) != texts(
        write(backend, Decoding(max_new_tokens=24))
    )


def test_a_prompt_that_fills_the_context_fails_with_its_reason_and_the_others_get_their_texts(tiny: Path) -> None:
    questions = ["How?", "word " * PLAN.context]
    short, full = write(TransformersBackend(str(tiny)), Decoding(max_new_tokens=4), questions=questions)
    assert short.completion_tokens == 4
    assert (full.text, full.finish_reason, full.completion_tokens) == ("", "failed", 0)
    assert full.failed is not None
    assert full.failed.endswith(f"tokens fill the model's context of {PLAN.context}")


def test_what_the_model_itself_wishes_for_is_no_part_of_a_system(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, decoding = TransformersBackend(str(tiny)), Decoding(max_new_tokens=12, repetition_penalty=1.0)
    plain = texts(write(backend, decoding))
    wishes = backend._shared.base.generation_config
    wishes.no_repeat_ngram_size, wishes.suppress_tokens = 1, list(range(200))
    assert texts(write(backend, decoding)) == plain
    monkeypatch.setattr(transformers_backend, "rolls", lambda _: False)
    assert texts(write(backend, decoding)) == plain
    assert backend._shared.base.generation_config is wishes


@pytest.mark.parametrize("rolling", [True, False])
def test_a_model_of_learned_positions_is_never_asked_beyond_them(
    tmp_path: Path, rolling: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, tokenizer = make_tiny_model(tmp_path)
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=64, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0
    )
    GPT2LMHeadModel(config).save_pretrained(tmp_path)
    monkeypatch.setattr(transformers_backend, "rolls", lambda _: rolling)
    backend, decoding = TransformersBackend(str(tmp_path)), Decoding(max_new_tokens=40, repetition_penalty=1.0)
    questions = ["watches " * 10, "How?", "A fall."]
    together = write(backend, decoding, questions=questions)
    assert together[0].prompt_tokens + together[0].completion_tokens == 64
    assert {item.completion_tokens for item in together[1:]} == {40}
    alone = [write(backend, decoding, questions=[question])[0] for question in questions]
    assert texts(together) == texts(alone)


def test_a_model_that_reads_long_texts_otherwise_writes_the_same_beside_one(tmp_path: Path) -> None:
    _, tokenizer = make_tiny_model(tmp_path)
    torch.manual_seed(0)
    factors = {"short_factor": [1.0] * 8, "long_factor": [4.0] * 8, "factor": 8.0}
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=256, initializer_range=0.4,
        rope_parameters={
            "rope_type": "longrope", "rope_theta": 10000.0, "original_max_position_embeddings": 40, **factors
        },
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    backend, decoding = TransformersBackend(str(tmp_path)), Decoding(max_new_tokens=10, repetition_penalty=1.0)
    questions = ["How?", "watches " * 20, "A fall.", "camera " * 25]
    alone = [write(backend, decoding, questions=[question])[0] for question in questions]
    assert texts(write(backend, decoding, questions=questions)) == texts(alone)


def test_a_text_ends_where_the_context_ends(tiny: Path) -> None:
    backend = TransformersBackend(str(tiny))
    found = write(backend, Decoding(max_new_tokens=1000, temperature=1.0), questions=["How?", "What " * 30])
    assert all(item.prompt_tokens + item.completion_tokens <= PLAN.context for item in found)


def test_an_adapter_writes_otherwise_than_its_base(tmp_path: Path, tiny: Path) -> None:
    make_tiny_adapter(tmp_path, tiny)
    decoding = Decoding(max_new_tokens=12)
    tuned = texts(write(TransformersBackend(str(tmp_path), str(tiny)), decoding))
    assert tuned != texts(write(TransformersBackend(str(tiny)), decoding))


def test_a_model_that_is_not_there_is_bad_input(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BadInput, match="cannot be loaded"):
        TransformersBackend(str(tmp_path / "none"))
    with pytest.raises(BadInput, match="cannot be loaded"):
        TransformersBackend(str(tmp_path / "none"), str(tiny))
