"""The function-calling check: what a reply is worth, and the replies of local models, written greedily."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import GenerationConfig

from viva import jsonl
from viva.benchmark.judged import answer_to_turn, failed_turn
from viva.benchmark.turns import prompt_tokens
from viva.generate.likelihood import window_of
from viva.generate.prompting import end_tokens
from viva.records.benchmark import BenchmarkAnswer, Turn

BATCH = 8
MAX_TOKENS = 512

NO_ROOM = "the conversation fills what the model reads at once"
REFUSED = "the model's chat template refuses the conversation"


def answers(
    model: Any,
    tokenizer: Any,
    name: str,
    items: Sequence[tuple[str, Turn]],
    *,
    batch: int = BATCH,
    max_tokens: int = MAX_TOKENS,
) -> Iterator[BenchmarkAnswer]:
    """Yield the answer of the model `name` to each (id, turn), `batch` at a time."""
    window = window_of(model)
    for piece in jsonl.pieces(items, batch):
        prompts: dict[str, list[int]] = {}
        shown: dict[str, bool] = {}
        turns = dict(piece)
        for item_id, turn in piece:
            found = prompt_tokens(tokenizer, turn)
            if found is None or len(found[0]) >= window:
                yield failed_turn(item_id, name, turn, REFUSED if found is None else NO_ROOM)
            else:
                prompts[item_id], shown[item_id] = found
        if not prompts:
            continue
        room = min(max_tokens, window - max(map(len, prompts.values())))
        for item_id, text in zip(prompts, written(model, tokenizer, list(prompts.values()), room), strict=True):
            way = "template" if shown[item_id] else "text"
            yield answer_to_turn(item_id, name, turns[item_id], text, way)


def written(model: Any, tokenizer: Any, prompts: Sequence[Sequence[int]], max_tokens: int) -> list[str]:
    """Return the text that greedy decoding writes after each prompt, at most `max_tokens` long."""
    ends = end_tokens(model, tokenizer)
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (ends or [0])[0]
    width = max(map(len, prompts))
    ids = torch.full((len(prompts), width), padding, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = torch.tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    settings = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False, max_new_tokens=max_tokens, eos_token_id=ends or None, pad_token_id=padding
    )
    with torch.inference_mode():
        output = model.generate(
            input_ids=ids.to(model.device), attention_mask=mask.to(model.device), generation_config=settings
        )
    return [_text(tokenizer, row, ends) for row in output[:, width:].tolist()]


def _text(tokenizer: Any, row: list[int], ends: list[int]) -> str:
    end = next((place for place, token in enumerate(row) if token in ends), len(row))
    return str(tokenizer.decode(row[:end], skip_special_tokens=True)).strip()
