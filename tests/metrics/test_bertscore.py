"""BERTScore gives the numbers of bert-score, whatever else is in the batch."""

import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.pairs import pairs
from viva.errors import BadInput
from viva.metrics import bertscore
from viva.metrics.encoder import Encoder
from viva.metrics.models import MINILM, location_of
from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.records.metric import MetricOptions

WORDLESS = "\u200b\u200d"
"""Not empty, but without tokens."""


def options(model: Path | str, layer: int = 0) -> MetricOptions:
    return MetricOptions(bertscore_model=str(model), bertscore_layer=layer)


def rows_of(texts: list[tuple[str, str]]) -> list[Row]:
    return [Row(str(place), "?", reference, text) for place, (reference, text) in enumerate(texts)]


def scored(metric: Metric, texts: list[tuple[str, str]]) -> list[Values]:
    rows = rows_of(texts)
    return [values for first in range(0, len(rows), 128) for values in metric.values(rows[first : first + 128])]


def expected(texts: list[tuple[str, str]], model: Path | str, layer: int) -> list[tuple[float, float, float]]:
    """Return F1, precision and recall of bert-score with one pair in a batch."""
    with warnings.catch_warnings():
        # pandas and matplotlib, which it loads.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        import bert_score

    found: Any = bert_score.score(
        [text for _, text in texts],
        [reference for reference, _ in texts],
        model_type=str(model),
        num_layers=layer,
        batch_size=1,
        device="cpu",
    )
    precision, recall, f1 = (part.tolist() for part in found)
    return list(zip(f1, precision, recall, strict=True))


def check(metric: Metric, texts: list[tuple[str, str]], model: Path | str, layer: int) -> None:
    """Compare with bert-score; what it cannot score must be unscored."""
    full = [pair for pair in texts if pair[0].strip() and pair[1].strip()]
    odd = 0
    for pair, got, wanted in zip(full, scored(metric, full), expected(full, model, layer), strict=True):
        if isinstance(got[0], Unscored):
            # bert-score gives 0 where a text has no tokens.
            assert wanted == (0, 0, 0), pair
            odd += 1
        else:
            assert got == pytest.approx(wanted, abs=1e-5), pair
    assert odd <= len(full) // 20


def test_the_numbers_are_those_of_bert_score(tiny_encoder: Path) -> None:
    long = "the camera sees a person at the door " * 625, "a person at the door is seen by the camera " * 500
    texts = [*pairs(110, seed=3), long, ("a [SEP] camera", "[CLS] [SEP] [MASK] camera"), ("a camera", WORDLESS)]
    check(bertscore.create(options(tiny_encoder, 3)), texts, tiny_encoder, 3)


@pytest.mark.rare
@pytest.mark.timeout(1500)
def test_a_thousand_pairs_score_as_in_bert_score() -> None:
    check(bertscore.create(MetricOptions()), pairs(1_000), location_of(MINILM), 5)


@pytest.mark.slow
@pytest.mark.parallel
def test_a_thousand_pairs_score_as_in_bert_score_at_the_last_layer_of_a_small_model(tiny_encoder: Path) -> None:
    check(bertscore.create(options(tiny_encoder, 4)), pairs(1_000, seed=5), tiny_encoder, 4)


def test_what_else_is_scored_changes_nothing(tiny_encoder: Path) -> None:
    short, long = ("a camera", "the door"), ("word " * 300, "other words " * 100)
    alone = scored(bertscore.create(options(tiny_encoder)), [short])
    together = scored(bertscore.create(options(tiny_encoder)), [long, short, long])
    assert together[1] == pytest.approx(alone[0], abs=1e-6)
    assert together[0] == together[2]


def test_a_text_equal_to_its_reference_scores_one(tiny_encoder: Path) -> None:
    found = scored(bertscore.create(options(tiny_encoder)), [("A camera sees it.", "A camera sees it.")])
    assert found == [pytest.approx((1.0, 1.0, 1.0), abs=1e-6)]


def test_what_has_no_words_is_unscored_with_the_reason(tiny_encoder: Path) -> None:
    texts = [("", ""), ("a camera", " \n"), (" ", "a camera"), ("a camera", WORDLESS), (WORDLESS, "a camera")]
    reasons = ["empty text", "empty text", "empty reference", "no words in the text", "no words in the reference"]
    found = scored(bertscore.create(options(tiny_encoder)), texts)
    assert found == [(Unscored(reason),) * 3 for reason in reasons]


def test_references_are_computed_once(tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Encoder(str(tiny_encoder), 0)
    metric = bertscore.BertScore(encoder)
    metric.values(rows_of([("one reference", "a text"), ("another reference", "one more")]))
    computed: list[str] = []
    tokens = encoder._tokens

    def watched(texts: list[str]) -> list[list[int]]:
        computed.extend(texts)
        return tokens(texts)

    monkeypatch.setattr(encoder, "_tokens", watched)
    metric.values(rows_of([("one reference", "a new text"), ("another reference", "a new text")]))
    assert computed == ["a new text"]


def test_no_rows_give_no_values(tiny_encoder: Path) -> None:
    assert bertscore.create(options(tiny_encoder)).values([]) == []


@pytest.mark.parametrize(
    ("model", "layer", "text"),
    [
        ("minilm", 0, "model=minilm,layer=5"),
        ("minilm", 2, "model=minilm,layer=2"),
        ("roberta-large", 0, "model=roberta-large,layer=17"),
        ("FacebookAI/roberta-large", 0, "model=FacebookAI/roberta-large,layer=17"),
        ("/models/mine", 0, "model=/models/mine,layer=3/4"),
    ],
)
def test_the_settings_name_model_and_layer(model: str, layer: int, text: str) -> None:
    assert bertscore.settings(options(model, layer)) == text


def test_an_unknown_model_takes_three_quarters_of_its_layers(tiny_encoder: Path) -> None:
    texts = [("a camera at the door", "the camera sees a door")]
    assert scored(bertscore.create(options(tiny_encoder)), texts) == scored(
        bertscore.create(options(tiny_encoder, 3)), texts
    )


def test_a_layer_that_a_model_does_not_have_is_bad_input(tiny_encoder: Path) -> None:
    with pytest.raises(BadInput, match="has 4 hidden layers, not 5"):
        bertscore.create(options(tiny_encoder, 5))


@pytest.mark.parametrize("name", ["owner/none", "/models/none"])
def test_a_model_that_is_not_there_is_bad_input(name: str) -> None:
    with pytest.raises(BadInput, match="none"):
        bertscore.create(options(name))


@pytest.mark.parametrize("kind", ["Albert", "DistilBert", "MPNet", "Roberta", "Electra", "Bart", "T5", "Deberta"])
def test_models_of_other_kinds_are_cut_as_bert_score_cuts_them(kind: str, tiny_encoder: Path, tmp_path: Path) -> None:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_encoder)
    tokenizer.model_max_length = 40
    location = tmp_path / f"tiny-{kind.lower()}"
    tokenizer.save_pretrained(location)
    make_kind(kind, len(tokenizer)).save_pretrained(location)
    texts = [("a camera at the door", "the camera sees a door"), ("word " * 90, "a word")]
    check(bertscore.create(options(location, 2)), texts, location, 2)


def make_kind(kind: str, vocabulary: int) -> Any:
    """Return a small model of a kind, with random weights."""
    import torch
    import transformers

    shapes: dict[str, dict[str, int]] = {
        "DistilBert": {"dim": 24, "hidden_dim": 48, "n_layers": 3, "n_heads": 2},
        "Bart": {"d_model": 24, "encoder_layers": 3, "decoder_layers": 1, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48}
        | {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "max_position_embeddings": 64},
        "T5": {"d_model": 24, "d_kv": 12, "d_ff": 48, "num_layers": 3, "num_decoder_layers": 1, "num_heads": 2},
    }
    usual = {"hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 2}
    if kind == "Albert":
        usual["embedding_size"] = 12
    config = getattr(transformers, f"{kind}Config")(vocab_size=vocabulary, **shapes.get(kind, usual))
    torch.manual_seed(2)
    return getattr(transformers, f"{kind}Model")(config)
