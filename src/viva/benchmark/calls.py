"""The function-calling check: what a reply is worth, and the replies of local models, written greedily."""

from collections.abc import Iterator, Mapping, Sequence
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
        for room, ids in _by_room(prompts, window, max_tokens).items():
            replies = written(model, tokenizer, [prompts[item_id] for item_id in ids], room)
            for item_id, (text, reason) in zip(ids, replies, strict=True):
                way = "template" if shown[item_id] else "text"
                if reason == "length" and room < max_tokens:
                    yield failed_turn(item_id, name, turns[item_id], NO_ROOM)
                else:
                    yield answer_to_turn(item_id, name, turns[item_id], text, way, reason)


def _by_room(prompts: Mapping[str, Sequence[int]], window: int, max_tokens: int) -> dict[int, list[str]]:
    """Return which items have room for how many tokens: no reply is shorter because of what is asked beside it."""
    found: dict[int, list[str]] = {}
    for item_id, prompt in prompts.items():
        found.setdefault(min(max_tokens, window - len(prompt)), []).append(item_id)
    return found


def written(model: Any, tokenizer: Any, prompts: Sequence[Sequence[int]], max_tokens: int) -> list[tuple[str, str]]:
    """Return the text that greedy decoding writes after each prompt, at most `max_tokens` long, and why it ended:
    `stop`, or `length` where it was cut off.
    """
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


def _text(tokenizer: Any, row: list[int], ends: list[int]) -> tuple[str, str]:
    end = next((place for place, token in enumerate(row) if token in ends), None)
    text = str(tokenizer.decode(row[:end], skip_special_tokens=True)).strip()
    return text, "length" if end is None else "stop"
