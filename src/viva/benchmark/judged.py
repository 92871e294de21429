"""What a reply is worth as an answer: to a multiple-choice question, or where a function may be called."""

from dataclasses import asdict
from typing import Any

from viva.benchmark import function_calls, letters
from viva.benchmark.turns import offered_in
from viva.records.benchmark import (
    ACC,
    ARGUMENTS,
    FUNCTION,
    GREEDY,
    LETTERS,
    RIGHT,
    BenchmarkAnswer,
    Choices,
    Turn,
)


def answer_by_letter(item_id: str, model: str, item: Choices, reply: str) -> BenchmarkAnswer:
    """Return the answer that a reply gives to a question; unscored where it names no choice."""
    choice = letters.chosen(reply, item.choices)
    if isinstance(choice, str):
        return BenchmarkAnswer(item_id, model, LETTERS, {"text": reply, "choice": None}, {ACC: None}, choice)
    return BenchmarkAnswer(
        item_id, model, LETTERS, {"text": reply, "choice": choice}, {ACC: float(choice == item.answer)}
    )


def failed_letter(item_id: str, model: str, reason: str) -> BenchmarkAnswer:
    """Return what is kept of a question that a model gave no reply to."""
    return BenchmarkAnswer(item_id, model, LETTERS, None, {ACC: None}, reason)


def answer_to_turn(
    item_id: str, model: str, item: Turn, reply: str, tools: str, finish_reason: str = "stop"
) -> BenchmarkAnswer:
    """Return the answer that a reply gives where a function may be called; `tools` says how they were shown.

    Wrong are a call that cannot be read, no reply at all or none after the thoughts, and words that were cut off
    (`finish_reason` `length`): what they would have come to nobody knows. The answer says so under `unreadable`.
    """
    answer: dict[str, Any] = {"text": reply, "tools": tools, "finish_reason": finish_reason}
    try:
        called = function_calls.calls_in(reply, offered_in(item.tools))
        if not called and finish_reason == "length":
            raise function_calls.Unreadable("cut off before it ended or called a function")
    except function_calls.Unreadable as error:
        answer["unreadable"] = str(error)
        return BenchmarkAnswer(item_id, model, GREEDY, answer, function_calls.wrong(item.expected))
    answer["calls"] = [asdict(call) for call in called]
    return BenchmarkAnswer(item_id, model, GREEDY, answer, function_calls.compared(item.expected, called))


def failed_turn(item_id: str, model: str, item: Turn, reason: str) -> BenchmarkAnswer:
    """Return what is kept of a turn that a model gave no reply to."""
    measures: dict[str, float | None] = {RIGHT: None, FUNCTION: None}
    if item.expected:
        measures[ARGUMENTS] = None
    return BenchmarkAnswer(item_id, model, GREEDY, None, measures, reason)
