"""Allotting units of examples to the parts of a split, as near to the wanted amounts as whole units allow.

Units are single examples, or several that stay together. Examples lie in cells; each cell has a wanted amount for each
part. Cells belong to scopes, over which the amounts are to be met before they are met in the cells. The parts are
numbers; the last stands for being left over.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Cell = TypeVar("Cell", bound=Hashable)
"""A pair (scope, stratum)."""


def shares(sizes: Sequence[int], totals: Sequence[int]) -> list[list[int]]:
    """Return how many of each cell of `sizes` go to each part, in proportion, so that both sums are exact.

    What is left of the whole numbers goes to the largest remainders; of equal ones to the earlier cell. Both
    sequences must have the same sum.
    """
    whole = max(sum(sizes), 1)
    rows = [[size * total // whole for total in totals] for size in sizes]
    missing = [size - sum(row) for size, row in zip(sizes, rows, strict=True)]
    open_seats = [total - sum(column) for total, column in zip(totals, zip(*rows, strict=True), strict=True)]
    remainders = sorted(
        (-(size * total % whole), total, cell, part)
        for cell, size in enumerate(sizes)
        for part, total in enumerate(totals)
    )
    for _, _, cell, part in remainders:
        if missing[cell] and open_seats[part]:
            rows[cell][part] += 1
            missing[cell] -= 1
            open_seats[part] -= 1
    for cell, lacking in enumerate(missing):
        for part, seats in enumerate(open_seats):
            given = min(lacking, seats)
            rows[cell][part] += given
            open_seats[part] -= given
            lacking -= given
    return rows


@dataclass
class Allotment(Generic[Cell]):
    """Units given to parts one after the other; `lacking` is what each part still lacks, per cell and per scope."""

    cells: Sequence[Cell]
    """The cell of each example."""

    scopes: Sequence[Hashable]
    """The scope of each example."""

    lacking: dict[Cell, list[int]]
    lacking_in_scope: dict[Hashable, list[int]]
    parts: list[int] = field(init=False)
    """The part of each example."""

    def __post_init__(self) -> None:
        self.parts = [-1] * len(self.cells)

    def place(self, units: Iterable[Sequence[int]]) -> None:
        """Give each unit to the part that it overfills least; of these, to the one that lacks most."""
        for unit in units:
            in_cells = Counter(self.cells[index] for index in unit).items()
            in_scopes = Counter(self.scopes[index] for index in unit).items()
            costs = []
            for part in range(len(self.lacking[self.cells[unit[0]]])):
                over = sum(max(0, count - max(0, self.lacking[cell][part])) for cell, count in in_cells)
                open_in_scope = [(self.lacking_in_scope[scope][part], count) for scope, count in in_scopes]
                over += sum(max(0, count - max(0, lacking)) for lacking, count in open_in_scope)
                costs.append((over, -sum(lacking for lacking, _ in open_in_scope), part))
            self._give(unit, min(costs)[2])

    def fill(self, singles: Iterable[int]) -> None:
        """Give single examples to the parts that lack some in their cell; these must be all that are not placed."""
        waiting: dict[Cell, list[int]] = {}
        for index in singles:
            waiting.setdefault(self.cells[index], []).append(index)
        spare: dict[Hashable, list[int]] = {}
        for cell, indices in waiting.items():
            scope = self.scopes[indices[0]]
            spare.setdefault(scope, [-lacking for lacking in self.lacking_in_scope[scope]])
            for part, lacking in enumerate(self.lacking[cell]):
                spare[scope][part] += max(0, lacking)
        for cell, indices in waiting.items():
            scope = self.scopes[indices[0]]
            seats = [max(0, lacking) for lacking in self.lacking[cell]]
            # Where units have overfilled a part, there are more seats than examples: take from parts with spare ones.
            for _ in range(sum(seats) - len(indices)):
                part = max((part for part in range(len(seats)) if seats[part]), key=lambda p: (spare[scope][p], p))
                seats[part] -= 1
                spare[scope][part] -= 1
            at = 0
            for part, count in enumerate(seats):
                for index in indices[at : at + count]:
                    self._give((index,), part)
                at += count

    def improve(self, units: Iterable[Sequence[int]]) -> None:
        """Move and swap units between parts as long as a scope's amounts come nearer; units across scopes stay."""
        by_scope: dict[Hashable, list[Sequence[int]]] = {}
        inexact = {scope for scope, lacking in self.lacking_in_scope.items() if any(lacking)}
        for unit in units if inexact else ():
            scope = self.scopes[unit[0]]
            if scope in inexact and all(self.scopes[index] == scope for index in unit):
                by_scope.setdefault(scope, []).append(unit)
        for scope, found in by_scope.items():
            self._improve_scope(self.lacking_in_scope[scope], found)

    def _improve_scope(self, lacking: list[int], units: list[Sequence[int]]) -> None:
        shelves: list[dict[int, list[Sequence[int]]]] = [{} for _ in lacking]
        for unit in units:
            shelves[self.parts[unit[0]]].setdefault(len(unit), []).append(unit)
        while step := self._best_exchange(lacking, shelves):
            giver, taker, size, back = step
            exchange = [(self._picked(shelves[giver][size], giver, taker), giver, taker)]
            if back:
                exchange.append((self._picked(shelves[taker][back], taker, giver), taker, giver))
            for unit, here, there in exchange:
                shelves[here][len(unit)].remove(unit)
                if not shelves[here][len(unit)]:
                    del shelves[here][len(unit)]
                shelves[there].setdefault(len(unit), []).append(unit)
                self._take(unit, here)
                self._give(unit, there)

    @staticmethod
    def _best_exchange(
        lacking: Sequence[int], shelves: Sequence[dict[int, list[Sequence[int]]]]
    ) -> tuple[int, int, int, int] | None:
        """Return (giver, taker, size of the unit moved, size of the unit returned or 0) that helps most, or None."""
        best, found = 0, None
        for giver, shelf in enumerate(shelves):
            for taker, other in enumerate(shelves):
                if lacking[giver] >= 0 or lacking[taker] <= 0:
                    continue
                target = min(-lacking[giver], lacking[taker])
                returns = [0, *sorted(other)]
                before = -lacking[giver] + lacking[taker]
                for size in sorted(shelf):
                    at = bisect_left(returns, size - target)
                    for back in returns[max(at - 1, 0) : at + 1]:
                        moved = size - back
                        gain = before - abs(lacking[giver] + moved) - abs(lacking[taker] - moved)
                        if gain > best:
                            best, found = gain, (giver, taker, size, back)
        return found

    def _picked(self, units: Sequence[Sequence[int]], here: int, there: int) -> Sequence[int]:
        """Return, of the first units of a size, the one whose cells want it there more than here."""

        def wish(unit: Sequence[int]) -> int:
            return sum(
                self.lacking[cell][there] - self.lacking[cell][here] for cell in map(self.cells.__getitem__, unit)
            )

        return max(units[:100], key=wish)

    def _give(self, unit: Sequence[int], part: int) -> None:
        for index in unit:
            self.parts[index] = part
            self.lacking[self.cells[index]][part] -= 1
            self.lacking_in_scope[self.scopes[index]][part] -= 1

    def _take(self, unit: Sequence[int], part: int) -> None:
        for index in unit:
            self.lacking[self.cells[index]][part] += 1
            self.lacking_in_scope[self.scopes[index]][part] += 1
