"""The perplexity of a reference is what a plain computation gives for the prompt that the model is asked with."""

import math
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.metrics import reference_perplexity
from viva.metrics.protocol import Row, Unscored, Values
from viva.metrics.reference_perplexity import Weights
from viva.records.metric import MetricOptions
from viva.records.prompt import CHAT

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

QUESTIONS = ["How does a camera find a fall?", "Why?", "Why is the camera blind at night?"]
REFERENCES = ["It watches the head.", "It has no light, so the score is noise. Überall, 監視!", "A"]
ROWS = [Row(f"{q}{r}", asked, text, "") for q, asked in enumerate(QUESTIONS) for r, text in enumerate(REFERENCES)]


def plain(model: Any, tokenizer: Any, question: str, reference: str, chat: bool = True) -> float:
    """Return the perplexity with torch's cross entropy, one reference at a time."""
    import torch

    if chat:
        turn = [{"role": "user", "content": question}]
        prompt = tokenizer.apply_chat_template(turn, add_generation_prompt=True, return_dict=False)
    else:
        prompt = tokenizer(f"Question: {question}\nApproach:")["input_ids"]
        reference = f" {reference}"
    answer = tokenizer(reference, add_special_tokens=False)["input_ids"]
    with torch.inference_mode():
        logits = model(torch.tensor([[*prompt, *answer]])).logits[0, len(prompt) - 1 : -1]
    return math.exp(torch.nn.functional.cross_entropy(logits, torch.tensor(answer)).item())


def values(weights: Weights, rows: list[Row], prompt: str = CHAT) -> list[Values]:
    return reference_perplexity.over(weights, prompt).values(rows)


@pytest.mark.parametrize("chat", [True, False])
def test_perplexities_are_those_of_a_plain_computation(tmp_path: Path, chat: bool) -> None:
    model, tokenizer = make_tiny_model(tmp_path, chat=chat)
    model.eval()
    expected = [(plain(model, tokenizer, row.question, row.reference, chat),) for row in ROWS]
    found = values(reference_perplexity.load(str(tmp_path), None), ROWS)
    assert [value[0] for value in found] == pytest.approx([value[0] for value in expected], rel=1e-4)


def test_an_adapter_is_laid_over_its_base(tmp_path: Path) -> None:
    base, adapter = tmp_path / "base", tmp_path / "adapter"
    make_tiny_model(base)
    make_tiny_adapter(adapter, base)
    weights = reference_perplexity.load(str(adapter), str(base))
    row = ROWS[0]
    wanted = plain(weights.model, weights.tokenizer, row.question, row.reference)
    assert values(weights, [row])[0][0] == pytest.approx(wanted, rel=1e-4)
    assert values(reference_perplexity.load(str(base), None), [row])[0][0] != pytest.approx(wanted, rel=1e-2)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    return Weights(*make_tiny_model(tmp_path_factory.mktemp("tiny")))


def test_another_prompt_gives_another_value(weights: Weights) -> None:
    (usual,), (short,) = values(weights, ROWS[:1])[0], values(weights, ROWS[:1], "Say briefly: {question}")[0]
    assert usual != short


def test_equal_examples_are_computed_once(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    from viva.generate import likelihood

    counts = []
    known = likelihood.log_likelihoods

    def counting(model: Any, pairs: Any) -> Any:
        counts.append(len(pairs))
        return known(model, pairs)

    monkeypatch.setattr(likelihood, "log_likelihoods", counting)
    metric = reference_perplexity.over(weights, CHAT)
    first = metric.values([*ROWS, *ROWS])
    assert first[: len(ROWS)] == first[len(ROWS) :] == metric.values(ROWS)
    assert counts == [len(ROWS), 0]


def test_an_empty_or_overlong_reference_is_unscored_and_the_others_are_scored(weights: Weights) -> None:
    rows = [Row("0", "Why?", " ", ""), Row("1", "Why?", "word " * 300, ""), Row("2", "Why?", "It is dark.", "")]
    empty, overlong, good = values(weights, rows)
    assert empty == (Unscored("empty reference"),)
    assert isinstance(overlong[0], Unscored)
    assert "the model reads 256" in overlong[0].reason
    assert isinstance(good[0], float)


def test_an_impossible_reference_is_unscored(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    from viva.generate import likelihood

    monkeypatch.setattr(likelihood, "log_likelihoods", lambda model, pairs: [(0, -math.inf, False)])
    assert values(weights, ROWS[:1]) == [(Unscored("the model finds the reference impossible"),)]


def test_rows_of_models_without_weights_are_unscored() -> None:
    metric = reference_perplexity.create(MetricOptions())
    assert metric.values(ROWS[:1]) == [(Unscored("the model's weights are not at hand"),)]


def test_values_of_another_number_format_are_kept_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    formats = {}
    for device in (tmp_path / "none", tmp_path):
        monkeypatch.setattr(reference_perplexity, "GPUS", (device,))
        formats[device.exists()] = reference_perplexity.settings(MetricOptions())
    assert formats == {False: "end_mark=false, dtype=float32", True: "end_mark=false, dtype=bfloat16"}
