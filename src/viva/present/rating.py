"""Rating on a rubric, without any UI: a value for every criterion of a text."""

from dataclasses import dataclass, replace

from viva.present.closing import Enter, Prompt, Tone
from viva.present.rubric import CriterionRow, Level, criterion_name, criterion_rows, extent, level_text, levels
from viva.present.track import Track
from viva.records.rating import Draft, Sitting
from viva.records.rubric import Criterion
from viva.text import display_line


@dataclass(frozen=True)
class _Number:
    """Digits that may be the beginning of a longer number, and where and upon what they were typed."""

    digits: str
    item_id: str | None
    cursor: int
    entry: Draft


class RatingState(Track):
    """The state of the rating screen."""

    _number: _Number | None = None

    def __init__(self, sitting: Sitting, now: float = 0.0) -> None:
        self.criteria: tuple[Criterion, ...] = sitting.task.rubric.criteria
        self.keys = tuple(criterion.name for criterion in self.criteria)
        super().__init__(sitting, now)

    @property
    def values(self) -> dict[str, int]:
        """What has been entered, by criterion."""
        return self.entry.values

    @property
    def criterion(self) -> Criterion:
        """The criterion under the cursor."""
        return self.criteria[self.cursor]

    def set_value(self, value: int) -> bool:
        """Give the current criterion a value and move on; return False where its scale has no such value."""
        if not self._ready():
            return False
        if not self.criterion.accepts(value):
            self._complaint = f"{criterion_name(self.criterion)} goes from {extent(self.criterion)}, not {value}"
            return False
        entry = replace(self.entry, values={**self.values, self.criterion.name: value})
        return self._change(entry, cursor=min(self.cursor + 1, len(self.keys) - 1))

    def type_digit(self, digit: int) -> bool:
        """Take a digit: move on as soon as no further one could make another value of the scale.

        On 0–10 a 1 waits for the 0 of 10 or for `move`; on 0–5 nothing ever waits. Returns False for what is no value.
        """
        if not self._ready():
            return False
        digits = f"{self._digits}{digit}"
        value, longer = int(digits), _goes_on(self.criterion, digits)
        if not longer:
            typed = self._digits
            if self.set_value(value):
                return True
            if typed and self.criterion.accepts(int(typed)):
                self._complaint += f". ↓ leaves it at {typed}"
            return False
        if self.criterion.accepts(value):
            self._change(replace(self.entry, values={**self.values, self.criterion.name: value}))
        self._number = _Number(digits, self.item_id, self.cursor, self.entry)
        self._looking = False
        return True

    @property
    def _digits(self) -> str:
        """The digits typed so far of a number that can still go on; none once something else was done."""
        number = self._number
        if number is None or self._looking or number.entry is not self.entry:
            return ""
        return number.digits if (number.item_id, number.cursor) == (self.item_id, self.cursor) else ""

    def enter(self) -> Enter:
        """Take the Enter key, which ends a number first; return what is left for the screen to do."""
        digits, missing = self._digits, self.missing()
        if digits and not self.criterion.accepts(int(digits)):
            self._complaint = f"{criterion_name(self.criterion)} goes from {extent(self.criterion)}, not {digits}"
            return Enter.NOTHING
        if digits and missing and self.cursor < len(self.keys) - 1:
            self.cursor += 1
            return Enter.NOTHING
        return super().enter()

    def nudge(self, delta: int) -> bool:
        """Raise or lower the current criterion's value by one and stay there.

        Without a value it begins at the near end of the scale, or around 0 where the scale goes below it.
        """
        if not self._ready():
            return False
        criterion = self.criterion
        if criterion.lowest < 0 < criterion.highest:
            start = 0
        else:
            start = criterion.lowest - 1 if delta > 0 else criterion.highest + 1
        value = self.values.get(criterion.name, start) + delta
        if not criterion.accepts(value):
            return False
        self._change(replace(self.entry, values={**self.values, criterion.name: value}))
        self._looking = True
        return True

    def clear(self) -> bool:
        """Take the current criterion's value back; where it has none, that of the criterion above."""
        if not self._ready():
            return False
        empty = self.criterion.name not in self.values
        cursor = max(self.cursor - 1, 0) if empty else self.cursor
        name = self.criteria[cursor].name
        kept = {known: value for known, value in self.values.items() if known != name}
        return self._change(replace(self.entry, values=kept), cursor=cursor)

    def missing(self) -> tuple[str, ...]:
        """Return the names of the criteria that have no value yet."""
        return tuple(name for name in self.keys if name not in self.values)

    def point_to_missing(self) -> None:
        missing = self.missing()
        if missing:
            self.cursor = self.keys.index(missing[0])
            names = ", ".join(criterion_name(criterion) for criterion in self.criteria if criterion.name in missing)
            self._complaint = f"Still missing: {names} (s skips the whole item)"

    def rows(self) -> tuple[CriterionRow, ...]:
        """Return the criteria, a line each."""
        return criterion_rows(self.criteria, self.values, self.cursor)

    def levels(self) -> tuple[Level, ...]:
        """Return the described values of the current criterion, highest first."""
        return levels(self.criterion, self.values.get(self.criterion.name))

    def extent(self) -> str:
        """Return the values that the criteria take: `0–5`."""
        return " ".join(dict.fromkeys(extent(criterion) for criterion in self.criteria))

    def _asks(self) -> Prompt:
        if digits := self._digits:
            ends = f", ↓ or Enter leaves it at {digits}" if self.criterion.accepts(int(digits)) else ""
            return Prompt(f"{criterion_name(self.criterion)} {digits}: another digit makes it longer{ends}")
        value = self.values.get(self.criterion.name)
        if self._looking and value is not None and (level := level_text(self.criterion, value)):
            return Prompt(f"{criterion_name(self.criterion)} {value}: {level}")
        if not self.missing():
            return Prompt(f"Enter: {'save the change' if self.saved is not None else 'save'} and go on", Tone.READY)
        below = " (- and + go by one)" if self.criterion.lowest < 0 else ""
        return Prompt(
            f"{criterion_name(self.criterion)}, type {extent(self.criterion)}{below}: "
            f"{display_line(self.criterion.question)}"
        )

    def _known(self, entry: Draft) -> Draft:
        scales = {criterion.name: criterion for criterion in self.criteria}
        values = {name: value for name, value in entry.values.items() if name in scales and scales[name].accepts(value)}
        return replace(entry, values=values, choices={})


def _goes_on(criterion: Criterion, digits: str) -> bool:
    """Tell whether further digits can make a value of the criterion."""
    first = last = int(digits)
    while first and last <= criterion.highest:
        first, last = first * 10, last * 10 + 9
        if first <= criterion.highest and last >= criterion.lowest:
            return True
    return False
