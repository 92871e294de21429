"""Log-likelihoods: the sums a model gives, whatever the batch, with long contexts cut and empty ones filled."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.generate import adapted
from viva.generate.likelihood import encode_pair, log_likelihoods, window_of

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

TOKENS = st.integers(3, 300)
PAIRS = st.lists(
    st.tuples(st.lists(TOKENS, min_size=1, max_size=12), st.lists(TOKENS, min_size=1, max_size=5)),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("likelihood")
    make_tiny_model(folder / "tiny")
    make_tiny_adapter(folder / "adapter", folder / "tiny")
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    return adapted.load(str(folder / "tiny"), None, dtype=torch.float32, device="cpu")


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Any:
    return adapted.tokenizer_for(str(folder / "tiny"), None)


def by_hand(model: Any, context: list[int], continuation: list[int]) -> tuple[float, bool]:
    """The same by one forward pass over everything, and sums of Python."""
    with torch.inference_mode():
        logits = model(torch.tensor([[*context, *continuation]])).logits[0].double()
    total, greedy = 0.0, True
    for place, token in enumerate(continuation, len(context) - 1):
        total += float(logits[place][token] - logits[place].logsumexp(0))
        greedy &= int(logits[place].argmax()) == token
    return total, greedy


@given(pairs=PAIRS, batch_tokens=st.sampled_from([1, 20, 64, 4096]))
def test_sums_are_those_of_each_pair_alone(model: Any, pairs: Any, batch_tokens: int) -> None:
    found = {index: values for index, *values in log_likelihoods(model, pairs, batch_tokens=batch_tokens)}
    assert sorted(found) == list(range(len(pairs)))
    for index, (context, continuation) in enumerate(pairs):
        total, greedy = by_hand(model, context, continuation)
        assert found[index][0] == pytest.approx(total, abs=1e-4, rel=1e-5)
        assert found[index][1] is greedy


def test_what_greedy_decoding_writes_is_greedy(model: Any) -> None:
    context = [5, 9, 40]
    written = model.generate(torch.tensor([context]), max_new_tokens=4, do_sample=False)[0].tolist()[3:]
    [(_, _, greedy)] = log_likelihoods(model, [(context, written)])
    [(_, _, other)] = log_likelihoods(model, [(context, [*written[:-1], written[-1] - 1])])
    assert (greedy, other) == (True, False)


def test_a_long_context_is_cut_from_the_left(model: Any) -> None:
    context, continuation = [7 + n % 200 for n in range(40)], [11, 12, 13]
    [(_, whole, _)] = log_likelihoods(model, [(context[-8:], continuation)])
    [(_, cut, _)] = log_likelihoods(model, [(context, continuation)], window=10)
    assert cut == pytest.approx(whole, abs=1e-5)


def test_the_window_is_the_models_own(model: Any) -> None:
    window = window_of(model)
    [(_, value, _)] = log_likelihoods(model, [([9] * (2 * window), [10, 11])])
    assert math.isfinite(value)
    [(_, fits, _), (_, full, _)] = sorted(log_likelihoods(model, [([9], [10] * window), ([9], [10] * (window + 1))]))
    assert math.isfinite(fits)
    assert math.isnan(full)


def test_an_empty_context_is_the_mark_of_a_beginning(model: Any) -> None:
    prefix = model.config.bos_token_id if model.config.bos_token_id is not None else model.config.eos_token_id
    [(_, empty, _), (_, marked, _)] = sorted(log_likelihoods(model, [([], [20, 21]), ([prefix], [20, 21])]))
    assert empty == pytest.approx(marked, abs=1e-6)


def test_an_empty_continuation_is_certain(model: Any) -> None:
    assert list(log_likelihoods(model, [([5], []), ([], [])])) == [(0, 0.0, True), (1, 0.0, True)]
    assert list(log_likelihoods(model, [])) == []


def test_an_adapter_that_is_not_merged_is_asked_too(folder: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(folder / "tiny", dtype=torch.float32)
    laid_over = PeftModel.from_pretrained(base, str(folder / "adapter")).eval()
    merged = adapted.load(str(folder / "adapter"), str(folder / "tiny"), dtype=torch.float32, device="cpu")
    pairs = [([5, 6, 7], [8, 9])]
    [(_, one, _)] = log_likelihoods(laid_over, pairs)
    [(_, other, _)] = log_likelihoods(merged, pairs)
    assert one == pytest.approx(other, abs=1e-3)


def test_a_pair_is_split_where_the_context_ends(tokenizer: Any) -> None:
    context, continuation = encode_pair(tokenizer, "Question: why?\nAnswer:", " a fall")
    assert tokenizer.decode([*context, *continuation]).endswith("Answer: a fall")
    assert context == tokenizer.encode("Question: why?\nAnswer:")


def test_spaces_at_the_end_of_a_context_go_to_the_continuation(tokenizer: Any) -> None:
    assert encode_pair(tokenizer, "Answer: ", "a fall") == encode_pair(tokenizer, "Answer:", " a fall")


def test_an_empty_context_is_encoded_as_one_token(tokenizer: Any) -> None:
    context, continuation = encode_pair(tokenizer, "", "a fall")
    assert len(context) == 1
    assert tokenizer.decode(continuation) == "a fall"
