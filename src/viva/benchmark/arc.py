"""Files of multiple-choice questions in the form of ARC, the AI2 Reasoning Challenge."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.errors import BadInput
from viva.records.benchmark import BenchmarkItem, Choices
from viva.text import display_line

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Broken(ValueError):
    """A row that is no question; its text says why."""


def read(path: Path) -> list[BenchmarkItem]:
    """Return the questions of a file: JSON lines, or one JSON list.

    A row is {"id", "question", "choices": {"text": […], "label": […]}, "answerKey"}, or, in the older form,
    {"id", "question": {"stem", "choices": [{"text", "label"}, …]}, "answerKey"}. Raises `BadInput` with the line of
    the first row that is neither.
    """
    items: list[BenchmarkItem] = []
    places: dict[str, str] = {}
    for place, row in _rows(path):
        try:
            item_id, choices = _question(row)
        except _Broken as error:
            raise BadInput(
                f"{_shown(path)}, {place}: {error}", "viva benchmark choices --help shows the form"
            ) from None
        item_id = item_id or place.replace(" ", "-")
        if item_id in places:
            raise BadInput(
                f"{_shown(path)}, {place}: the id {display_line(item_id, 60)} is that of {places[item_id]} too",
                "every question needs an id of its own, or none",
            )
        places[item_id] = place
        items.append(BenchmarkItem(item_id, asdict(choices)))
    if not items:
        raise BadInput(f"{_shown(path)} holds no questions")
    return items


def prompt(question: str) -> str:
    """Return what a language model goes on from, as in the harness's `arc_challenge`."""
    return f"Question: {question}\nAnswer:"


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the rows, each with its place in words."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{_shown(path)} cannot be read: {display_line(str(error), 120)}") from error
    if text.lstrip().startswith("["):
        for number, row in enumerate(_parsed(path, text, "the file"), 1):
            yield f"row {number}", row
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _parsed(path, line, f"line {number}")


def _parsed(path: Path, text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{_shown(path)}, {place}: not JSON: {display_line(str(error), 80)}") from error


def _question(row: Any) -> tuple[str, Choices]:
    if not isinstance(row, dict):
        raise _Broken("it is not an object")
    question, offered = row.get("question"), row.get("choices")
    if isinstance(question, dict):
        offered = question.get("choices")
        question = question.get("stem")
    if not isinstance(question, str) or not question.strip():
        raise _Broken("it has no question")
    texts, labels = _choices(offered)
    key = row.get("answerKey")
    if key is None:
        raise _Broken("it has no answerKey")
    if str(key) not in labels:
        raise _Broken(f"its answerKey {display_line(str(key), 20)!r} is none of its labels {', '.join(labels)}")
    continuations = tuple(f" {text}" for text in texts)
    item_id = "" if row.get("id") is None else str(row["id"])
    return item_id, Choices(question, texts, labels.index(str(key)), prompt(question), continuations)


def _choices(offered: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts and the labels."""
    if isinstance(offered, dict):
        texts, labels = offered.get("text"), offered.get("label")
    elif isinstance(offered, list) and all(isinstance(choice, dict) for choice in offered):
        texts, labels = [choice.get("text") for choice in offered], [choice.get("label") for choice in offered]
    else:
        raise _Broken("it has no choices")
    if not isinstance(texts, list) or not isinstance(labels, list) or len(texts) != len(labels):
        raise _Broken("its choices need as many texts as labels")
    if not 2 <= len(texts) <= len(LETTERS):
        raise _Broken(f"it has {len(texts)} choices, and 2 to {len(LETTERS)} are possible")
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise _Broken("a choice has no text")
    known = tuple(str(label) for label in labels)
    if len(set(known)) < len(known):
        raise _Broken("two of its choices have the same label")
    return tuple(texts), known


def _shown(path: Path) -> str:
    return display_line(path.name, 60)
