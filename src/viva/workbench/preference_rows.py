"""Rows of a file of preferences: which two texts each is about, which was found better, what is wrong with one."""

from collections.abc import Mapping, Sequence
from typing import Any

from viva.records.rating import OVERALL, Strength
from viva.records.reading import RawRow
from viva.text import display_line
from viva.workbench.rating_rows import COMMON, Rows, criterion_named, packed, reason_of, said, word
from viva.workbench.row_values import BadValue, filled

_COMPARED = ("system_a", "sample_a", "system_b", "sample_b", "winner", "strength", "shown_first")
_TURNED = {"a": "b", "b": "a"}


class Reader:
    """Makes of a row the comparison that it holds."""

    def __init__(self, first: Sequence[RawRow], file: str, rows: Rows) -> None:
        """Judge by the `first` rows which columns there are. Raises `BadInput` where one is missing."""
        self._rows = rows
        needed = "system_a", "system_b"
        self._columns = rows.check_columns(first, file, (*COMMON, *_COMPARED), needed, [("winner", "unscored")])
        self._sides = {rows.column(word): side for word, side in zip(needed, "ab", strict=True)}

    def row(self, raw: RawRow) -> dict[str, Any]:
        """Return the line of a row, its study with split and rubric, the two texts, the rater, and what was said.

        Raises `BadValue`.
        """
        rows = self._rows
        given = rows.given(raw)
        example = rows.texts.example(given)
        systems = word("system_a", given.get("system_a")), word("system_b", given.get("system_b"))
        texts = [
            rows.texts.text(example, system, given.get(f"sample_{side}"))
            for side, system in zip("ab", systems, strict=True)
        ]
        if texts[0] == texts[1]:
            raise BadValue("the row compares a text with itself")
        study, split, rubric_id = rows.study(given, raw.line, example)
        rater = rows.rater(given)
        criterion = OVERALL
        if filled(given.get("criterion")):
            criterion = criterion_named(rows.used[rubric_id], word("criterion", given["criterion"])).name
        turned = texts[0] > texts[1]
        winner = self._winner(given, systems)
        reason = reason_of(given)
        if winner is not None and reason is not None:
            raise BadValue("the row has a winner, and a reason why there is none")
        if winner is None and reason is None:
            raise BadValue("the row has neither a winner nor a reason (unscored) why there is none")
        first = self._side("shown_first", given.get("shown_first"), systems) or "a"
        one = said(
            given,
            _turn(winner, turned=turned),
            reason,
            strength=_strength(given.get("strength"), winner),
            shown_first=_turn(first, turned=turned),
        )
        texts.sort()
        rows.once(raw.line, study, *texts, rater, criterion)
        return {
            "line": raw.line, "study": study, "split": split, "rubric": rubric_id, "texts": texts,
            "rater": rater, "said": {criterion: packed(one)},
        }  # fmt: skip

    def _winner(self, given: Mapping[str, Any], systems: tuple[str, str]) -> str | None:
        value = given.get("winner")
        if isinstance(value, str) and value.strip().lower() == "tie":
            return "tie"
        return self._side("winner", value, systems)

    def _side(self, of: str, value: Any, systems: tuple[str, str]) -> str | None:
        """Return which of the two a cell names: as a or b, by the system, or by its column; None for nothing."""
        if not filled(value) or value != value:
            return None
        name = word(of, value)
        if name.lower() in _TURNED:
            return name.lower()
        sides = [side for side, system in zip("ab", systems, strict=True) if system == name]
        if len(sides) == 1:
            return sides[0]
        if name.lower() in self._sides:
            return self._sides[name.lower()]
        others = "none of a, b and tie" if of == "winner" else "neither a nor b"
        raise BadValue(f"{of} is {others}, and names neither system: {display_line(name, 40)}")

    def unused(self) -> tuple[str, ...]:
        """Return the columns that nothing was made of."""
        return tuple(name for name in self._columns if name not in {*COMMON, *_COMPARED})


def _turn(side: str | None, *, turned: bool) -> str | None:
    return side if not turned or side is None else _TURNED.get(side, side)


def _strength(value: Any, winner: str | None) -> str | None:
    if not filled(value) or value != value:
        return None
    name = word("strength", value).lower()
    if name not in set(Strength):
        raise BadValue(f"strength is neither {Strength.CLEARLY} nor {Strength.SLIGHTLY}")
    if winner not in _TURNED:
        raise BadValue("only a text that is better is so clearly or slightly")
    return name
