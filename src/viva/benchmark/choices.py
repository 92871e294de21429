"""Multiple-choice questions for local models: how likely each choice is as the answer.

Prompts, tokens and measures are those of lm-evaluation-harness for `multiple_choice` tasks such as `arc_challenge`.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from viva import jsonl
from viva.generate.likelihood import BATCH_TOKENS, encode_pair, log_likelihoods
from viva.records.benchmark import ACC, ACC_NORM, LIKELIHOOD, BenchmarkAnswer, Choices, measures_of

PIECE = 16
"""Questions that are answered together; what a job that is killed loses at most."""

NO_TOKENS = "a choice has no token of its own"
NO_ROOM = "a choice does not fit into what the model reads at once"


def answers(
    model: Any, tokenizer: Any, name: str, items: Sequence[tuple[str, Choices]], *, batch_tokens: int = BATCH_TOKENS
) -> Iterator[BenchmarkAnswer]:
    """Yield the answer of the model `name` to each (id, question)."""
    for piece in jsonl.pieces(items, PIECE):
        pairs = [
            encode_pair(tokenizer, item.prompt, continuation)
            for _, item in piece
            for continuation in item.continuations
        ]
        sums = [0.0] * len(pairs)
        for index, total, _ in log_likelihoods(model, pairs, batch_tokens=batch_tokens):
            sums[index] = total
        first = 0
        for item_id, item in piece:
            last = first + len(item.continuations)
            empty = any(not continuation for _, continuation in pairs[first:last])
            yield _answer(item_id, name, item, sums[first:last], NO_TOKENS if empty else NO_ROOM)
            first = last


def measures(item: Choices, sums: Sequence[float]) -> tuple[int, dict[str, float | None]]:
    """Return the likeliest choice, and whether it is right: as it is, and with likelihoods per character.

    Of equally likely choices the first counts.
    """
    per_character = [total / len(choice) for total, choice in zip(sums, item.choices, strict=True)]
    best, best_norm = _first_highest(sums), _first_highest(per_character)
    return best, {ACC: float(best == item.answer), ACC_NORM: float(best_norm == item.answer)}


def _answer(item_id: str, name: str, item: Choices, sums: Sequence[float], otherwise: str) -> BenchmarkAnswer:
    if otherwise == NO_TOKENS or not all(math.isfinite(total) for total in sums):
        none = dict.fromkeys(measures_of(LIKELIHOOD), None)
        return BenchmarkAnswer(item_id, name, LIKELIHOOD, {"log_likelihoods": None}, none, otherwise)
    best, found = measures(item, sums)
    answer = {"choice": best, "log_likelihoods": list(sums)}
    return BenchmarkAnswer(item_id, name, LIKELIHOOD, answer, found)


def _first_highest(values: Sequence[float]) -> int:
    return max(range(len(values)), key=lambda index: values[index])
