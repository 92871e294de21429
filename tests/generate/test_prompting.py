"""A question is put to a model in one way, wherever it is asked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from viva.errors import BadInput
from viva.generate.prompting import end_tokens, prompt_tokens
from viva.records.prompt import CHAT


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))[1]


def test_the_chat_template_stands_around_a_question(tokenizer: Any) -> None:
    text = tokenizer.decode(prompt_tokens(tokenizer, "Now: {question}", "How?"))
    assert "Now: How?" in text
    assert text.endswith("assistant\n")


def test_without_a_template_the_plain_prompt_does(tmp_path: Path) -> None:
    _, plain = make_tiny_model(tmp_path, chat=False)
    assert plain.decode(prompt_tokens(plain, CHAT, "How?")) == "Question: How?\nApproach:"


def test_half_a_character_is_replaced(tokenizer: Any) -> None:
    assert prompt_tokens(tokenizer, CHAT, "a \ud800 b") == prompt_tokens(tokenizer, CHAT, "a \ufffd b")


def test_a_template_that_refuses_is_bad_input(tmp_path: Path) -> None:
    _, refusing = make_tiny_model(tmp_path)
    refusing.chat_template = "{{ raise_exception('tools only') }}"
    with pytest.raises(BadInput, match="tools only"):
        prompt_tokens(refusing, CHAT, "How?")


@pytest.mark.parametrize(("named", "ends"), [(None, [7]), (7, [7]), (9, [7, 9]), ([9, 7, 8], [7, 9, 8])])
def test_ends_are_the_tokenizers_and_the_models(named: Any, ends: list[int]) -> None:
    model = SimpleNamespace(generation_config=SimpleNamespace(eos_token_id=named))
    assert end_tokens(model, SimpleNamespace(eos_token_id=7)) == ends


def test_a_model_without_settings_has_the_tokenizers_end() -> None:
    assert end_tokens(SimpleNamespace(), SimpleNamespace(eos_token_id=7)) == [7]
