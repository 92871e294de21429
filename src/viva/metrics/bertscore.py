"""BERTScore (Zhang et al. 2020, section 3): how well the tokens of a text and its reference match in meaning.

Each token is matched with the most similar one of the other side, as the cosine of their hidden states: precision is
the mean over the text's tokens, recall over the reference's. There is no weighting by rarity (idf) and no rescaling.
The numbers are those of the package bert-score with one pair in a batch: in larger batches its padding changes them.
"""

from collections.abc import Sequence
from typing import Any

from viva.metrics.encoder import Encoder, States
from viva.metrics.protocol import Metric, Row, Unscored, Values
from viva.records.metric import MetricOptions

LAYERS = {
    "minilm": 5,
    "bert-base-uncased": 9,
    "bert-large-uncased": 18,
    "bert-base-multilingual-cased": 9,
    "distilbert-base-uncased": 5,
    "roberta-base": 10,
    "roberta-large": 17,
    "roberta-large-mnli": 19,
    "distilroberta-base": 5,
    "xlm-roberta-base": 9,
    "xlm-roberta-large": 17,
    "microsoft/deberta-base-mnli": 9,
    "microsoft/deberta-large-mnli": 18,
    "microsoft/deberta-xlarge-mnli": 40,
    "microsoft/mpnet-base": 8,
    "allenai/scibert_scivocab_uncased": 8,
    "facebook/bart-large-mnli": 11,
}
"""The hidden layer that agrees best with people, by model: the figures of bert-score's authors (WMT16).

`minilm` and models that are not here take three quarters of their layers, rounded up, as most of these do.
"""

OWNERS = ("google-bert/", "distilbert/", "FacebookAI/")
"""Who holds on the hub what was once there without an owner."""


class BertScore:
    """Scores a text against its reference; where either has no words it is unscored."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def values(self, rows: Sequence[Row]) -> list[Values]:
        """Return F1, precision and recall of each row, from -1 to 1."""
        found: list[Values] = [_unscored(row) or () for row in rows]
        places: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            if not found[place]:
                places.setdefault(row.text, []).append(place)
        references = self._encoder.kept(rows[place].reference for same in places.values() for place in same)
        for text, states in self._encoder.states(places):
            for place in places[text]:
                found[place] = match(states, references[rows[place].reference])
        return found


def match(text: States, reference: States) -> Values:
    """Return F1, precision and recall of a text's states against a reference's."""
    import torch

    for side, name in ((text, "text"), (reference, "reference")):
        if not bool(side.counts.any()):
            return (Unscored(f"no words in the {name}"),) * 3
    similarity: Any = text.vectors @ reference.vectors.T
    best = torch.stack(
        [similarity.amax(dim=1)[text.counts].mean(), similarity.amax(dim=0)[reference.counts].mean()]
    ).tolist()
    precision, recall = float(best[0]), float(best[1])
    total = precision + recall
    return (2 * precision * recall / total if total else 0.0, precision, recall)


def settings(options: MetricOptions) -> str:
    """Return what changes the numbers: the model and its layer."""
    return f"model={options.bertscore_model},layer={layer_of(options) or '3/4'}"


def create(options: MetricOptions) -> Metric:
    """Return the metric. Raises `BadInput` for a model or layer that is not there, `ImportError`."""
    return BertScore(Encoder(options.bertscore_model, layer_of(options)))


def layer_of(options: MetricOptions) -> int:
    """Return the hidden layer, counted from 1: the one that was chosen or suits the model; 0 for three quarters."""
    model = options.bertscore_model
    for owner in OWNERS:
        model = model.removeprefix(owner)
    return options.bertscore_layer or LAYERS.get(model, 0)


def _unscored(row: Row) -> Values | None:
    if not row.text.strip():
        return (Unscored("empty text"),) * 3
    return None if row.reference.strip() else (Unscored("empty reference"),) * 3
