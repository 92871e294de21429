"""Comparing two texts, without any UI: which is better, by how much, on the whole and per criterion.

Texts are called A and B as they are shown. What is kept are their sides, which stay the same for every rater: the
text shown first is the side that `RatingItem.shown_first` names.
"""

from dataclasses import dataclass, replace
from typing import Literal

from viva.present.closing import Prompt, Tone
from viva.present.rubric import criterion_name
from viva.present.track import Track
from viva.records.rating import OVERALL, Choice, Draft, RatingItem, Sitting, Strength, Winner
from viva.records.rubric import Criterion
from viva.text import display_line

Shown = Literal["A", "B", "tie"]
WHOLE = "On the whole"
STEPS = {1: Strength.SLIGHTLY, 2: Strength.CLEARLY}


@dataclass(frozen=True)
class ChoiceRow:
    """One line of a comparison: `chosen` is the text as it is shown, `steps` whether it is asked by how much."""

    name: str
    chosen: Shown | None
    strength: Strength | None
    steps: bool
    note: str
    current: bool


class CompareState(Track):
    """The state of the comparing screen. Its lines are the criteria where each is asked, and the whole last."""

    NOUN, BACK = "pair", "p"

    def __init__(self, sitting: Sitting, now: float = 0.0) -> None:
        options = sitting.task.options
        self.strength = options.strength
        self.criteria: tuple[Criterion, ...] = sitting.task.rubric.criteria if options.per_criterion else ()
        self.keys = (*(criterion.name for criterion in self.criteria), OVERALL)
        super().__init__(sitting, now)

    @property
    def choices(self) -> dict[str, Choice]:
        """What has been chosen, by criterion; `OVERALL` for the whole."""
        return self.entry.choices

    @property
    def key(self) -> str:
        """The criterion under the cursor, or `OVERALL`."""
        return self.keys[self.cursor]

    def choose(self, shown: Shown) -> bool:
        """Say which text is better on the current line; move on, unless it is to be said by how much."""
        if not self._ready() or self.item is None:
            return False
        winner = side_of(self.item, shown)
        known = self.choices.get(self.key)
        choice = known if known is not None and known.winner == winner else Choice(winner)
        entry = replace(self.entry, choices={**self.choices, self.key: choice})
        return self._change(entry, cursor=self.cursor if self._lacks(choice) else self._after())

    def set_strength(self, step: int) -> bool:
        """Say by how much the chosen text is better, and move on; return False where that is not asked."""
        if not self._ready() or not self.strength or step not in STEPS:
            return False
        choice = self.choices.get(self.key)
        if choice is None or choice.winner == "tie":
            at = self.cursor - 1
            above = self.choices.get(self.keys[at]) if at >= 0 else None
            none = "A tie has no strength" if choice is not None else "First say which is better: a, b or t for a tie"
            if choice is not None or above is None or above.strength is None:
                self._complaint = none
            else:
                self._complaint = f"{self.name_of(self.keys[at])} is entered. {none}"
            return False
        entry = replace(self.entry, choices={**self.choices, self.key: Choice(choice.winner, STEPS[step])})
        return self._change(entry, cursor=self._after())

    def clear(self) -> bool:
        """Take the current line's choice back; where it has none, that of the line above."""
        if not self._ready():
            return False
        cursor = max(self.cursor - 1, 0) if self.key not in self.choices else self.cursor
        kept = {key: choice for key, choice in self.choices.items() if key != self.keys[cursor]}
        return self._change(replace(self.entry, choices=kept), cursor=cursor)

    def missing(self) -> tuple[str, ...]:
        """Return the lines that still need a choice, or its strength."""
        return tuple(key for key in self.keys if self._lacks(self.choices.get(key)))

    def point_to_missing(self) -> None:
        missing = self.missing()
        if not missing:
            return
        self.cursor = self.keys.index(missing[0])
        if self.choices.get(missing[0]) is not None:
            self._complaint = "Still missing: how much better, 1 slightly or 2 clearly"
        elif len(self.keys) == 1:
            self._complaint = "Still missing: which is better, a, b or t for a tie (s skips the pair)"
        else:
            names = ", ".join(self.name_of(key) for key in missing)
            self._complaint = f"Still missing: {names} (s skips the pair)"

    def rows(self) -> tuple[ChoiceRow, ...]:
        """Return the lines; without an item nothing is chosen."""
        return tuple(self._row(at, key) for at, key in enumerate(self.keys))

    def name_of(self, key: str) -> str:
        """Return the name of a line."""
        return next((criterion_name(criterion) for criterion in self.criteria if criterion.name == key), WHOLE)

    def shown(self, choice: Choice | None) -> Shown | None:
        """Return a choice by the letters under which this rater sees the texts."""
        if choice is None or self.item is None:
            return None
        return shown_of(self.item, choice.winner)

    def _row(self, at: int, key: str) -> ChoiceRow:
        choice = self.choices.get(key)
        shown = self.shown(choice)
        strength = choice.strength if choice is not None else None
        steps = self.strength and shown in ("A", "B")
        return ChoiceRow(self.name_of(key), shown, strength, steps, words(shown, strength), at == self.cursor)

    def _asks(self) -> Prompt:
        choice = self.choices.get(self.key)
        if choice is not None and self._lacks(choice):
            return Prompt(f"How much better is {self.shown(choice)}? 1 slightly, 2 clearly")
        if self._looking and choice is not None:
            said = words(self.shown(choice), choice.strength)
            return Prompt(f"{self.name_of(self.key)}: {said}. Another key changes it")
        if not self.missing():
            return Prompt(f"Enter: {'save the change' if self.saved is not None else 'save'} and go on", Tone.READY)
        criterion = next((known for known in self.criteria if known.name == self.key), None)
        asked = f": {display_line(criterion.question)}" if criterion and criterion.question else ""
        if len(self.keys) == 1:
            return Prompt("Which text is better? a, b, or t for a tie")
        return Prompt(f"{self.name_of(self.key)}, type a, b or t for a tie{asked}")

    def _lacks(self, choice: Choice | None) -> bool:
        return choice is None or (self.strength and choice.winner != "tie" and choice.strength is None)

    def _after(self) -> int:
        return min(self.cursor + 1, len(self.keys) - 1)

    def _known(self, entry: Draft) -> Draft:
        choices = {}
        for key in self.keys:
            choice = entry.choices.get(key)
            if choice is not None and choice.winner in ("a", "b", "tie"):
                strong = self.strength and choice.winner != "tie"
                choices[key] = Choice(choice.winner, choice.strength if strong else None)
        return replace(entry, values={}, choices=choices)


def side_of(item: RatingItem, shown: Shown) -> Winner:
    """Return the side of the text that is shown under a letter."""
    if shown == "tie":
        return "tie"
    if shown == "A":
        return item.shown_first
    return "b" if item.shown_first == "a" else "a"


def shown_of(item: RatingItem, winner: Winner) -> Shown:
    """Return the letter under which the text of a side is shown."""
    if winner == "tie":
        return "tie"
    return "A" if winner == item.shown_first else "B"


def words(shown: Shown | None, strength: Strength | None) -> str:
    """Return a choice in words: `A is clearly better`; nothing where none was made."""
    if shown is None:
        return ""
    if shown == "tie":
        return "neither is better"
    return f"{shown} is {strength} better" if strength is not None else f"{shown} is better"
