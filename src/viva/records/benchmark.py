"""Benchmarks: questions with a right answer, what models answered, and how often they were right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class BenchmarkKind(StrEnum):
    """What is asked: to choose among answers, or to call the right function."""

    CHOICES = "choices"
    CALLS = "calls"


LIKELIHOOD, LETTERS, GREEDY = "likelihood", "letters", "greedy"
"""The methods: the likelihood of each choice, the letter that a model names, the reply of greedy decoding."""

ACC, ACC_NORM = "acc", "acc_norm"
RIGHT, FUNCTION, ARGUMENTS = "right", "function", "arguments"

TITLES: Mapping[str, str] = {
    ACC: "the right choice",
    ACC_NORM: "the right choice, by likelihood per character",
    RIGHT: "the right function with the right arguments, or rightly none",
    FUNCTION: "the right function, or rightly none",
    ARGUMENTS: "share of the arguments that are right",
}
"""Every measure, in the order in which they are shown."""

SHARES = frozenset({ARGUMENTS})
"""Measures that may lie between 0 and 1 for a single item; the others are right or wrong."""


def measures_of(method: str) -> tuple[str, ...]:
    """Return the measures that a method brings."""
    return {LIKELIHOOD: (ACC, ACC_NORM), LETTERS: (ACC,)}.get(method, (RIGHT, FUNCTION, ARGUMENTS))


@dataclass(frozen=True)
class Choices:
    """A question with answers to choose from; `answer` counts from 0.

    `prompt` is what a language model goes on from, and `continuations` are the choices as they go on from it.
    """

    question: str
    choices: tuple[str, ...]
    answer: int
    prompt: str
    continuations: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """A function that is called, with its arguments."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """A place in a conversation where an assistant may call functions: what was said before, and what is `expected`.

    `messages` and `tools` are in the form of the chat-completions protocol.
    """

    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    expected: tuple[Call, ...]


@dataclass(frozen=True)
class BenchmarkItem:
    """One item of a benchmark; `item` is a `Choices` or a `Turn` as JSON."""

    item_id: str
    item: dict[str, Any]


@dataclass(frozen=True)
class Benchmark:
    """A named list of items; `source` says where they came from."""

    benchmark_id: str
    name: str
    kind: BenchmarkKind
    source: str
    items: int
    created_at: datetime


@dataclass(frozen=True)
class BenchmarkAnswer:
    """What a model answered to an item by a method, and the value of each measure.

    `unscored` is the reason why it has no values. Where `answer` is None the model gave no reply, and is asked again
    the next time.
    """

    item_id: str
    model: str
    method: str
    answer: dict[str, Any] | None
    measures: dict[str, float | None]
    unscored: str | None = None


@dataclass(frozen=True)
class BenchmarkDifference:
    """A model less the model `other` on the `n` items that both have a value for, with its 95% interval.

    `higher` and `lower` count the items on which the model's value is higher or lower; `p` is the exact p of McNemar's
    test, for measures that are right or wrong.
    """

    other: str
    n: int
    mean: float
    low: float | None
    high: float | None
    higher: int
    lower: int
    p: float | None


@dataclass(frozen=True)
class BenchmarkRow:
    """One model on one measure: the mean of the `n` items with a value, of those attempted, and its 95% interval.

    `difference` is None for the model that the others are compared to, and where they share no item.
    """

    model: str
    method: str
    measure: str
    n: int
    attempted: int
    mean: float | None
    low: float | None
    high: float | None
    difference: BenchmarkDifference | None = None


@dataclass(frozen=True)
class BenchmarkResults:
    """A benchmark, what came of it, and why answers have no value: (model, method, reason, number of items)."""

    benchmark: Benchmark
    rows: tuple[BenchmarkRow, ...]
    unscored: tuple[tuple[str, str, str, int], ...] = ()
