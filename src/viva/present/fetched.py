"""Which items of a study have been fetched, and which are to be fetched next."""

from collections.abc import Mapping, Sequence

from viva.records.rating import RatingItem

BEHIND = 4
"""How many of the rater's earlier items are fetched at once when they go back."""
KEPT = 12
"""How far from the current item texts are kept."""


class Fetched:
    """The items that are here, None for one that was asked for and is gone.

    `order` is everything that can be gone to, `at` where the rater is in it: its length on a page without an item.
    """

    def __init__(self) -> None:
        self._items: dict[str, RatingItem | None] = {}

    def get(self, item_id: str | None) -> RatingItem | None:
        """Return an item; None while it is on its way, or gone."""
        return self._items.get(item_id) if item_id is not None else None

    def gone(self, item_id: str | None) -> bool:
        """Whether the item was asked for and is not there."""
        return item_id in self._items and self._items[item_id] is None

    def needed(self, order: Sequence[str], at: int, held: Sequence[str]) -> list[str]:
        """Return the ids to fetch now, the most urgent first; none while this item and its neighbours are here."""
        urgent = dict.fromkeys([*order[at : at + 1], *held, *order[max(at - 1, 0) : at + 2]])
        ids = dict.fromkeys([*urgent, *reversed(order[max(at - BEHIND, 0) : at])])
        missing = [item_id for item_id in ids if item_id not in self._items]
        return missing if any(item_id in urgent for item_id in missing) else []

    def take(
        self, wanted: Sequence[str], items: Mapping[str, RatingItem], order: Sequence[str], at: int, held: Sequence[str]
    ) -> None:
        """Take what came of what was asked for; texts far from where the rater is are dropped."""
        self._items.update({item_id: items.get(item_id) for item_id in wanted})
        near = {*order[max(at - KEPT, 0) : at + KEPT], *held, *wanted}
        self._items = {item_id: item for item_id, item in self._items.items() if item_id in near}
