"""Deciding an item on which raters disagree, without any UI: what each said, and what is entered."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from viva.present.closing import Prompt, Tone
from viva.present.comparing import WHOLE as ON_THE_WHOLE
from viva.present.comparing import ChoiceRow, Shown
from viva.present.rater_agreement import WHOLE
from viva.present.rubric import CriterionRow, criterion_name, criterion_rows, extent
from viva.present.tables import Column, Table
from viva.records.adjudication import Decision, Disagreement, Dispute, Disputes
from viva.records.rating import OVERALL
from viva.records.rubric import Criterion
from viva.records.study import StudyMode
from viva.text import display_line, plural

LONGEST_NAME = 16
NOUNS = {StudyMode.RUBRIC: "text", StudyMode.PAIRWISE: "pair"}
_SIDES: dict[Shown, str] = {"A": "a", "B": "b", "tie": "tie"}
_SHOWN: dict[str, Shown] = {side: shown for shown, side in _SIDES.items()}


class Deciding:
    """What somebody is entering for an item, criterion by criterion; begins with what was decided before."""

    def __init__(self, dispute: Dispute) -> None:
        self.dispute = dispute
        self.pairs = dispute.study.mode is StudyMode.PAIRWISE
        criteria = dispute.study.rubric.criteria
        asked = {name for voice in dispute.voices for name in voice.values}
        self.criteria: tuple[Criterion, ...] = (
            tuple(one for one in criteria if one.name in asked) if self.pairs else criteria
        )
        names = [one.name for one in self.criteria]
        self.keys: list[str] = [*names, OVERALL] if self.pairs else names
        before = dispute.decision
        self.values: dict[str, float | str] = {} if before is None else dict(before.values)
        self.note = "" if before is None else before.note
        self.cursor = 0
        self._digits = ""
        self._complaint = ""
        self._first = (dict(self.values), self.note)

    @property
    def changed(self) -> bool:
        """Whether anything differs from what is settled."""
        return (self.values, self.note) != self._first

    def take_up(self, entered: "Deciding") -> None:
        """Go on with what was entered for the same item before."""
        self.values, self.note = dict(entered.values), entered.note

    def move(self, step: int) -> None:
        """Go up or down a line."""
        self._settle()
        self.cursor = min(max(self.cursor + step, 0), len(self.keys) - 1)

    def point_at(self, row: int) -> None:
        """Go to a line."""
        self.move(row - self.cursor)

    def type_digit(self, digit: int) -> None:
        """Give the criterion under the cursor this value, and go on where no further digit could make it longer."""
        if self.pairs:
            return
        criterion = self.criteria[self.cursor]
        digits = self._digits + str(digit)
        if int(digits) > criterion.highest:
            digits = str(digit)
        value = int(digits)
        if self.set_value(value) and value and 10 * value <= criterion.highest:
            self.cursor = self.criteria.index(criterion)
            self._digits = digits

    def set_value(self, value: int) -> bool:
        """Give the criterion under the cursor a value and go on; return False where its scale has no such value."""
        self._settle()
        criterion = self.criteria[self.cursor]
        if not criterion.accepts(value):
            self._complaint = f"{criterion_name(criterion)} goes from {extent(criterion)}, not {value}"
            return False
        self.values[criterion.name] = value
        self.cursor = min(self.cursor + 1, len(self.keys) - 1)
        return True

    def nudge(self, delta: int) -> None:
        """Raise or lower the value under the cursor by one."""
        self._settle()
        if self.pairs:
            return
        criterion = self.criteria[self.cursor]
        start = self.values.get(criterion.name, criterion.lowest - 1 if delta > 0 else criterion.highest + 1)
        value = round(float(start)) + delta
        if criterion.accepts(value):
            self.values[criterion.name] = value

    def choose(self, shown: Shown) -> None:
        """Say which text of a pair is better on the line under the cursor, and go on."""
        self._settle()
        if self.pairs:
            self.values[self.keys[self.cursor]] = _SIDES[shown]
            self.cursor = min(self.cursor + 1, len(self.keys) - 1)

    def clear(self) -> None:
        """Leave the criterion under the cursor open."""
        self._settle()
        self.values.pop(self.keys[self.cursor], None)

    def set_note(self, note: str) -> None:
        self.note = note

    def rows(self) -> tuple[CriterionRow, ...]:
        """Return the criteria, a line each, with what the raters gave in place of what a level stands for."""
        whole = {name: round(float(value)) for name, value in self.values.items() if not isinstance(value, str)}
        rows = criterion_rows(self.criteria, whole, self.cursor)
        return tuple(replace(row, note=self._said(one.name)) for row, one in zip(rows, self.criteria, strict=True))

    def choices(self) -> tuple[ChoiceRow, ...]:
        """Return the lines of a pair, with what the raters said."""
        names = [*(criterion_name(one) for one in self.criteria), ON_THE_WHOLE]
        return tuple(
            ChoiceRow(
                name, _SHOWN.get(str(self.values.get(key))), None, False, self._said(key), place == self.cursor
            )
            for place, (name, key) in enumerate(zip(names, self.keys, strict=True))
        )  # fmt: skip

    def comments(self) -> list[tuple[str, str]]:
        """Return who wrote what beside the values, or passed the item over."""
        found = []
        for voice in self.dispute.voices:
            parts = [display_line(voice.comment)] if voice.comment.strip() else []
            parts += [f"skipped: {display_line(voice.skipped, 60)}"] if voice.skipped and not voice.values else []
            parts += ["flagged"] if voice.flagged else []
            if parts:
                found.append((display_line(voice.rater, LONGEST_NAME), " · ".join(parts)))
        return found

    def prompt(self) -> Prompt:
        """Return what is to be done now."""
        if self._complaint:
            return Prompt(self._complaint, Tone.ALERT)
        if self.changed and self.values:
            return Prompt("Enter: settle it and go on", Tone.READY)
        if self.dispute.decision is not None:
            return Prompt(settled_text(self.dispute.decision), Tone.QUIET)
        how = "a, b or t for a tie" if self.pairs else "type a value for what is to be settled"
        return Prompt(f"{how[:1].upper()}{how[1:]}; ratings stay as they are", Tone.NORMAL)

    def _said(self, key: str) -> str:
        """Return what was said on a line, and by whom: `2 ann · 4 bob, cyd`."""
        by_value: dict[Any, list[str]] = defaultdict(list)
        for voice in self.dispute.voices:
            if key in voice.values:
                by_value[voice.values[key]].append(display_line(voice.rater, LONGEST_NAME))
        order = sorted(by_value, key=lambda value: (str(value) == "tie", value) if self.pairs else (False, value))
        return " · ".join(f"{value_text(value)} {', '.join(by_value[value])}" for value in order)

    def _settle(self) -> None:
        self._digits = self._complaint = ""


def value_text(value: float | str) -> str:
    """Return a value as raters know it: a number, `A`, `B` or `tie`."""
    return _SHOWN.get(value, "tie") if isinstance(value, str) else f"{value:g}"


def settled_text(decision: Decision) -> str:
    """Return who settled an item, and why."""
    note = f": {display_line(decision.note, 80)}" if decision.note.strip() else ""
    return f"Settled by {display_line(decision.adjudicator, 24)} on {decision.created_at:%Y-%m-%d}{note}"


def question_line(one: Disagreement, width: int) -> str:
    """Return the question of an item for its row, or that it is empty."""
    return display_line(one.question, width) or "(the question is empty)"


def caption(found: Disputes) -> str:
    """Return one line about what there is to settle."""
    things = plural(len(found.items), NOUNS[found.study.mode])
    settled = sum(one.settled for one in found.items)
    waiting = f"; {found.waiting:,} still want raters and are left out" if found.waiting else ""
    if found.withheld:
        there = found.sealed_by == found.study.name
        which, it = ("in it", "it") if there else (f"such texts in {display_line(found.sealed_by, 40)}", "that")
        waiting += f"; you may rate {which} yourself, and see {found.withheld:,} once {it} is closed"
    return f"{display_line(found.study.name, 64)}: {things} by two raters or more, {settled:,} settled{waiting}"


def nothing_text(found: Disputes) -> str:
    """Return what to do where there is nothing to settle."""
    thing = NOUNS[found.study.mode]
    if found.withheld:
        which = "the study" if found.sealed_by == found.study.name else display_line(found.sealed_by, 40)
        return f"whoever may rate sees no {thing} with what others said until {which} is closed"
    if found.waiting:
        return f"no {thing} has all its ratings from two raters yet: wait for them, or close the study"
    return f"no {thing} was rated by two raters: viva study extend {found.study.name} --raters-per-item 2"


def decision_text(decision: Decision) -> str:
    """Return what was settled."""
    return f"settled: {_values(decision.values)}"


def list_table(found: Disputes, *, eyes: bool) -> Table:
    """Return the items that can be settled, furthest apart first; for `eyes` rounded."""
    if eyes:
        pairs = found.study.mode is StudyMode.PAIRWISE
        rows: list[Any] = [
            (
                one.number, f"{100 * one.apart:.0f}%" if pairs else f"{one.apart:.1f}", one.raters,
                None if not one.apart else WHOLE if one.widest == OVERALL else one.widest, one.flagged or None,
                "yes" if one.settled else "no", question_line(one, 60),
            )
            for one in found.items
        ]  # fmt: skip
        return Table.of(["item", "apart", "raters", "most on", "flagged", "settled", "question"], rows, null="–")
    names = ("item", "number", "question", "raters", "apart", "widest", "flagged", "settled")
    values = [(found.study.name, *(getattr(one, name) for name in names)) for one in found.items]
    return Table.of(["study", *names], values)


def item_table(found: Dispute) -> Table:
    """Return all that is known of an item, upright; of a pair `text` is A and `other` is B."""
    voices = [
        {
            "rater": one.rater, "values": one.values, "comment": one.comment, "flagged": one.flagged,
            "skipped": one.skipped,
        }
        for one in found.voices
    ]  # fmt: skip
    decision = found.decision
    settled = None if decision is None else {
        "values": decision.values, "note": decision.note, "adjudicator": decision.adjudicator,
        "created_at": decision.created_at,
    }  # fmt: skip
    columns: list[Column | str] = ["study", "number", "question", "reference", "text"]
    values: list[Any] = [found.study.name, found.number, found.question, found.reference, found.text]
    if found.other is not None:
        columns.append("other")
        values.append(found.other)
    columns += [Column("ratings", _voices), Column("settled", _settled)]
    return Table.of(columns, [[*values, voices, settled]], "not yet", upright=True)


def _voices(voices: list[dict[str, Any]]) -> str:
    return "\n".join(f"{display_line(one['rater'], 40)}: {_voice(one)}" for one in voices) or "nobody yet"


def _voice(one: dict[str, Any]) -> str:
    parts = [_values(one["values"])] if one["values"] else []
    parts += [f"skipped: {display_line(one['skipped'])}"] if one["skipped"] and not one["values"] else []
    parts += ["flagged"] if one["flagged"] else []
    return " · ".join([*parts, *([display_line(one["comment"])] if one["comment"] else [])])


def _values(values: dict[str, float | str]) -> str:
    return ", ".join(f"{display_line(name, 40) or WHOLE} {value_text(value)}" for name, value in values.items())


def _settled(one: dict[str, Any]) -> str:
    note = f" ({display_line(one['note'])})" if one["note"] else ""
    return f"{_values(one['values'])}, by {display_line(one['adjudicator'], 40)}{note}"
