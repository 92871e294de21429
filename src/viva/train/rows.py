"""Examples as token rows: which text a recipe's format makes of an example, and which of its tokens count."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viva import jsonl
from viva.generate.conversation import rendered, shows_calls
from viva.records.prompt import PLAIN, conversation, plain
from viva.records.recipe import Format, Recipe

IGNORED = -100
"""The label of a token that does not count in the loss."""

Turn = dict[str, Any]


@dataclass(frozen=True)
class Tokens:
    """A row: its tokens, and for each whether it counts in the loss."""

    ids: list[int]
    counts: list[bool]

    def cut(self, length: int) -> "Tokens":
        return Tokens(self.ids[:length], self.counts[:length])

    def row(self) -> dict[str, list[int]]:
        """Return the row as the trainer takes it."""
        pairs = zip(self.ids, self.counts, strict=True)
        return {"input_ids": self.ids, "labels": [token if counts else IGNORED for token, counts in pairs]}


class Rows:
    """The rows of a split, with how many were cut at the end or left out because nothing that counts was left."""

    def __init__(self) -> None:
        self.kept: list[dict[str, list[int]]] = []
        self.truncated = 0
        self.dropped = 0

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row that is kept."""
        return [len(row["input_ids"]) for row in self.kept]

    def add(self, tokens: Tokens | None, longest: int | None) -> None:
        """Add a row, cut to `longest` tokens; None stands for an example of which no row can be made."""
        short = tokens if tokens is None or longest is None else tokens.cut(longest)
        if tokens is None or short is None or not any(short.counts):
            self.dropped += 1
            return
        self.truncated += len(short.ids) < len(tokens.ids)
        self.kept.append(short.row())


def read_rows(path: str | Path | None, tokenizer: Any, recipe: Recipe, prompt: str, context: int | None) -> Rows:
    """Return the rows that a file of JSON lines makes; none for None. `context` is the model's, in tokens.

    Where blocks are cut out of one long text (packing `wrapped`) an example may be as long as it likes.
    """
    rows = Rows()
    longest = None if recipe.packing == "wrapped" else block_length(recipe, context)
    for example in jsonl.read(Path(path)) if path else []:
        for tokens in encode(tokenizer, recipe, prompt, example):
            rows.add(tokens, longest)
    return rows


def block_length(recipe: Recipe, context: int | None) -> int:
    """Return the longest row in tokens."""
    return min(recipe.max_length, context or recipe.max_length)


def uses_template(recipe: Recipe, tokenizer: Any) -> bool:
    """Tell whether the model's own chat template makes the text."""
    return recipe.format == Format.CHAT and bool(tokenizer.chat_template)


def prompt_for(recipe: Recipe, prompt: str, tokenizer: Any) -> str:
    """Return the template with `{question}` in it that the tuned model is asked with later."""
    if uses_template(recipe, tokenizer):
        return prompt
    if recipe.format in {Format.PROMPT_QUESTION_APPROACH, Format.OVERFIT}:
        return f"{recipe.instruction}\n\n{PLAIN}"
    return prompt if recipe.format == Format.CHAT else PLAIN


def encode(tokenizer: Any, recipe: Recipe, prompt: str, example: Mapping[str, Any]) -> Iterator[Tokens | None]:
    """Yield the rows of one example, uncut; None for one that the model's template cannot put into text."""
    whole = recipe.loss == "all"
    question, reference = example["question"], example["reference"]
    if uses_template(recipe, tokenizer):
        messages = example.get("messages") or [
            *conversation(prompt, question),
            {"role": "assistant", "content": reference},
        ]
        yield _conversation(tokenizer, messages, example.get("tools"), whole)
    elif recipe.format == Format.APPROACH:
        yield _text(tokenizer, "", reference, whole)
    elif recipe.format == Format.SEPARATELY:
        yield _text(tokenizer, "", question, whole)
        yield _text(tokenizer, "", reference, whole)
    else:
        asked = plain(prompt_for(recipe, prompt, tokenizer), question)
        yield _text(tokenizer, asked, reference, whole)


def asked(tokenizer: Any, recipe: Recipe, prompt: str, question: str) -> list[int]:
    """Return the tokens with which the model is asked a question, as it is trained to answer."""
    template = prompt_for(recipe, prompt, tokenizer)
    if uses_template(recipe, tokenizer):
        return rendered(tokenizer, conversation(template, question), None, add_generation_prompt=True) or []
    return list(tokenizer(plain(template, question))["input_ids"])


def _text(tokenizer: Any, asked: str, answer: str, whole: bool) -> Tokens:
    joined = f"{asked} {answer}" if asked else answer
    ids = list(tokenizer(f"{joined}{tokenizer.eos_token or ''}")["input_ids"])
    start = _common(list(tokenizer(asked)["input_ids"]), ids) if asked and not whole else 0
    return Tokens(ids, [place >= start for place in range(len(ids))])


def _conversation(tokenizer: Any, messages: Sequence[Turn], tools: Any, whole: bool) -> Tokens | None:
    """Return a conversation with the assistant's turns counting; None where the template refuses or loses a call."""
    turns = [_turn(message) for message in messages]
    ids = rendered(tokenizer, turns, tools)
    if ids is None or not shows_calls(tokenizer, ids, turns, tools):
        return None
    counts = [whole] * len(ids)
    for index, turn in enumerate(turns):
        if turn["role"] != "assistant" or whole:
            continue
        before = rendered(tokenizer, turns[:index], tools, add_generation_prompt=True)
        after = rendered(tokenizer, turns[: index + 1], tools)
        if before is None or after is None:
            return None
        start, end = _common(before, ids), _common(after, ids)
        if end <= start:
            # Some templates write a turn differently once another follows it: then its end mark tells where it ends.
            end = _end_mark(tokenizer, ids, start)
        if end <= start:
            return None
        counts[start:end] = [True] * (end - start)
    return Tokens(ids, counts)


def _end_mark(tokenizer: Any, ids: Sequence[int], start: int) -> int:
    """Return the place after the first end mark from `start` on, `start` where there is none."""
    mark = tokenizer.eos_token_id
    return next((place + 1 for place in range(start, len(ids)) if ids[place] == mark), start)


def _turn(message: Mapping[str, Any]) -> Turn:
    """Return a message as templates expect it: a call's arguments as a table, not as JSON in a string."""
    turn = {**message, "content": message.get("content") or ""}
    if calls := message.get("tool_calls"):
        turn["tool_calls"] = [{**call, "function": _function(call["function"])} for call in calls]
    return turn


def _function(function: Mapping[str, Any]) -> dict[str, Any]:
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        try:
            parsed = json.loads(arguments)
        except ValueError:
            return dict(function)
        if isinstance(parsed, dict):
            return {**function, "arguments": parsed}
    return dict(function)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many tokens two rows share at the start.

    A template may render a prompt alone differently from the same prompt before an answer.
    """
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
