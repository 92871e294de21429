"""The gate lets the same model through, and nothing that people have not rated."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.fakes.tiny_model import make_tiny_model
from viva.generate.loading import load_model, load_tokenizer
from viva.paths import shipped
from viva.records.prompt import CHAT
from viva.records.training import Equivalence
from viva.train.equivalence import LIMITS, Limits, Loaded, Pair, compare, encode, within

pytestmark = [pytest.mark.slow, pytest.mark.parallel, pytest.mark.filterwarnings("ignore::FutureWarning:transformers")]

STARTER = str(shipped("models", "starter"))
PAIRS = [Pair("How does a camera find a fall?", "It watches the height of the head."), Pair("Why?", "For the light.")]


def starter() -> Loaded:
    return Loaded(load_model(STARTER, dtype=torch.float32, device="cpu").eval(), load_tokenizer(STARTER))


def gate(artefact: Loaded, form: str = "merged") -> Equivalence:
    return compare(starter(), artefact, PAIRS, CHAT, names=("it", "copy"), form=form)


def perturb(loaded: Loaded, size: float) -> Loaded:
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in loaded.model.parameters():
            weights.mul_(1 + size * torch.randn_like(weights))
    return loaded


def test_a_model_is_equivalent_to_itself() -> None:
    told: list[tuple[int, int]] = []
    found = compare(
        starter(), starter(), PAIRS, CHAT, names=("it", "copy"), form="merged",
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert found.passed
    assert (found.original, found.artefact, found.form, found.prompts) == ("it", "copy", "merged", 2)
    assert (found.largest, found.divergence, found.agreement, found.score, found.same_texts) == (0, 0, 1, 0, 2)
    assert found.settings["reference_tokens"] > 10
    assert told == [(1, 2), (2, 2)]


def test_rounding_to_half_passes_as_what_it_is() -> None:
    artefact = perturb(starter(), 2**-11)
    assert gate(artefact, "gguf f16").passed
    assert not gate(artefact, "merged").passed


@pytest.mark.parametrize("form", list(LIMITS))
def test_a_perturbed_artefact_fails(form: str) -> None:
    found = gate(perturb(starter(), 0.2), form)
    assert not found.passed
    assert found.divergence > 0.02


def test_the_difference_in_score_has_the_right_sign() -> None:
    artefact = perturb(starter(), 1.0)
    assert gate(artefact).score < -0.1


def test_a_tokenizer_that_cuts_otherwise_fails() -> None:
    original = starter()
    changed: Any = load_tokenizer(STARTER)
    changed.chat_template = changed.chat_template.replace("message['role']", "'a ' + message['role']")
    found = compare(original, Loaded(original.model, changed), PAIRS, CHAT, names=("it", "copy"), form="merged")
    assert not found.passed
    assert found.settings["cut_otherwise"] == 2
    assert found.largest == 0


def test_what_is_no_number_fails() -> None:
    artefact = starter()
    with torch.no_grad():
        artefact.model.model.norm.weight[0] = float("nan")
    assert not gate(artefact, "gguf q8_0").passed
    nan = float("nan")
    figures = {"largest": 0.0, "divergence": 0.0, "agreement": 1.0, "score": 0.0}
    limits = Limits(1.0, 0.0, 1.0)
    assert within(limits, **figures)
    assert not any(within(limits, **{**figures, name: nan}) for name in figures)


@pytest.mark.parametrize("chat", [True, False])
def test_the_reference_stands_behind_the_question(tmp_path: Path, chat: bool) -> None:
    _, tokenizer = make_tiny_model(tmp_path, chat=chat)
    tokens, start = encode(tokenizer, CHAT, PAIRS[0], 512)
    assert tokenizer.decode(tokens[start:]).strip() == PAIRS[0].reference
    assert PAIRS[0].question in tokenizer.decode(tokens[:start])
    cut, start = encode(tokenizer, CHAT, PAIRS[0], 4)
    assert (cut, start) == (tokens[:4], 4)


def test_a_long_reference_is_cut_where_the_model_ends(tmp_path: Path) -> None:
    model, tokenizer = make_tiny_model(tmp_path)
    loaded = Loaded(model.eval(), tokenizer)
    long = [Pair("Why " * 300, "because " * 300)]
    found = compare(loaded, loaded, long, CHAT, names=("it", "copy"), form="merged")
    assert found.passed
    assert found.settings["positions"] == 256 - 64
    assert found.settings["reference_tokens"] == 0
