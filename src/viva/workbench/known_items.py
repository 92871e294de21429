"""Files of items with known answers, for practice or as gold: a text, or two, and what is to be said of it.

A row: question, reference, text, and in pairwise mode text_b; a column for each criterion of the rubric that has a
known value, or `answer` (a, b or tie) for which text is better; and why, which is shown after practice.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.dataset import reading
from viva.errors import BadInput
from viva.records.ids import new_id
from viva.records.rating import OVERALL
from viva.records.reading import BadRow, RawRow, ReadOptions
from viva.records.rubric import Rubric
from viva.records.study import KnownItem, StudyMode
from viva.store import parquet
from viva.store.rows import storable
from viva.text import display_line
from viva.workbench import files
from viva.workbench.row_values import BadValue, by_column, filled, number

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

ANSWER = "answer"
MOST = 1000
_WINNERS = ("a", "b", "tie")


def load(workbench: "Workbench", path: Path, mode: StudyMode, rubric: Rubric, per_criterion: bool) -> list[KnownItem]:
    """Return the items of a file, CSV or JSON Lines by its ending, in its order.

    Raises `BadInput` for a row that cannot be used, with its line: a wrong known answer misleads every rater.
    """
    path = files.readable(workbench, path)
    shown = display_line(path.name, 80)
    words = _Words(mode, rubric, per_criterion)
    found: list[KnownItem] = []
    for row in reading.rows(path, ReadOptions(), parquet.rows):
        try:
            if isinstance(row, BadRow):
                raise BadValue(row.reason)
            found.append(words.item(row))
        except BadValue as error:
            raise BadInput(f"{shown}, line {row.line}: {error}", words.hint()) from error
        if len(found) > MOST:
            raise BadInput(f"{shown} holds more than {MOST:,} items", "raters do them all: a few are enough")
    if not found:
        raise BadInput(f"{shown} holds no rows", words.hint())
    return found


class _Words:
    """Which columns a file may have, and what may stand in them."""

    def __init__(self, mode: StudyMode, rubric: Rubric, per_criterion: bool) -> None:
        self._pairs = mode is StudyMode.PAIRWISE
        self._criteria = {c.name.lower(): c for c in rubric.criteria} if per_criterion or not self._pairs else {}
        self._texts = ["question", "reference", "text", *(["text_b"] if self._pairs else [])]
        self._columns = [*self._texts, *([ANSWER] if self._pairs else []), *self._criteria, "why"]

    def hint(self) -> str:
        return f"its columns may be {', '.join(display_line(column, 30) for column in self._columns)}"

    def item(self, raw: RawRow) -> KnownItem:
        """Return the item of a row. Raises `BadValue`."""
        given = by_column(raw)
        if unknown := [name for name, value in given.items() if name not in self._columns and filled(value)]:
            raise BadValue(f"the column {display_line(unknown[0], 40)} means nothing here")
        texts = {column: _text(column, given.get(column)) for column in [*self._texts, "why"]}
        if not texts["question"].strip():
            raise BadValue("there is no question")
        if missing := next((column for column in self._texts[2:] if column not in given), None):
            raise BadValue(f"there is no {missing}")
        answers = self._answers(given)
        if not answers:
            raise BadValue("no answer is known" + (f": {ANSWER} is empty" if self._pairs else " for any criterion"))
        return KnownItem(
            new_id(), texts["question"], texts["reference"], texts["text"], texts.get("text_b"), answers, texts["why"]
        )

    def _answers(self, given: Mapping[str, Any]) -> dict[str, int | str]:
        answers: dict[str, int | str] = {}
        if self._pairs and filled(given.get(ANSWER)):
            answers[OVERALL] = _winner(ANSWER, given[ANSWER])
        for column, criterion in self._criteria.items():
            value = given.get(column)
            if not filled(value):
                continue
            if self._pairs:
                answers[criterion.name] = _winner(criterion.name, value)
                continue
            known = number(value)
            if known is None or not known.is_integer() or not criterion.lowest <= known <= criterion.highest:
                raise BadValue(
                    f"{display_line(criterion.name, 40)} is no whole number from {criterion.lowest} to "
                    f"{criterion.highest}"
                )
            answers[criterion.name] = int(known)
        return answers


def _winner(word: str, value: Any) -> str:
    said = value.strip().lower() if isinstance(value, str) else value
    if said not in _WINNERS:
        raise BadValue(f"{display_line(word, 40)} is neither a, b nor tie")
    return str(said)


def _text(word: str, value: Any) -> str:
    if value is None or value != value:
        return ""
    if not isinstance(value, str):
        raise BadValue(f"{word} is not text")
    return str(storable(value))
