"""The rating screen's work behind the keys: texts fetched ahead, and saved ratings brought into the store."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from viva.errors import StoreBusy
from viva.present.rating import RatingState
from viva.records.study import RatingItem
from viva.text import display_line
from viva.tui.widgets.reading import Reading

if TYPE_CHECKING:
    from textual.timer import Timer

    from viva.tui.screens.rate import RateScreen

READING = 0.3
"""Seconds after which the rater is taken to be reading, and the next text is laid out."""
RETRY = 3.0
"""Seconds until texts are asked for again when another program holds the store."""
DELIVER_AGAIN = 20.0
"""Seconds until delivery is tried again when another program holds the store."""
PATIENCE = 5.0
"""Seconds a delivery waits for the store; leaving viva waits no longer either."""


class Texts:
    """The texts of a study that are here, fetched a window at a time."""

    def __init__(self, screen: "RateScreen", changed: Callable[[], None]) -> None:
        self._screen = screen
        self._changed = changed
        self._items: dict[str, RatingItem | None] = {}
        self._fetching = False

    def add(self, wanted: list[str], items: dict[str, RatingItem]) -> None:
        """Take what came of what was asked for; None stands for an item that is gone."""
        self._items.update({item_id: items.get(item_id) for item_id in wanted})

    def get(self, item_id: str | None) -> RatingItem | None:
        return self._items.get(item_id) if item_id is not None else None

    def gone(self, item_id: str | None) -> bool:
        """Whether the item was asked for and is in the store no more."""
        return item_id in self._items and self._items[item_id] is None

    def prepare(self, item_id: str | None) -> None:
        """Have an item laid out while the rater reads the one before it."""
        item = self.get(item_id)
        if item is not None:
            self._screen.set_timer(READING, lambda: self._screen.query_one(Reading).prepare(item))

    def fetch_ahead(self, state: RatingState) -> None:
        """Fetch the next window where it is needed and not on its way."""
        if self._fetching or not (wanted := state.wanted(self._items)):
            return
        self._fetching = True

        def came(items: dict[str, RatingItem]) -> None:
            self._fetching = False
            self.add(wanted, items)
            self._changed()

        def failed(error: Exception) -> bool:
            self._fetching = False
            if isinstance(error, StoreBusy):
                self._screen.set_timer(RETRY, lambda: self.fetch_ahead(state))
                return True
            return False

        wb = self._screen.wb
        self._screen.ask(lambda: wb.ratings.items(state.study.name, wanted), then=came, otherwise=failed, group="items")


class Delivery:
    """Brings saved ratings from the rater's outbox into the store; they are safe before that.

    One delivery runs at a time. What is saved meanwhile goes with the next.
    """

    def __init__(self, screen: "RateScreen") -> None:
        self._screen = screen
        self._running = False
        self._again = False
        self._timer: Timer | None = None

    def start(self) -> None:
        """Deliver what waits."""
        if self._running:
            self._again = True
            return
        self._running = True
        self._again = False
        wb = self._screen.wb
        self._screen.ask(
            lambda: wb.ratings.deliver(PATIENCE), then=self._delivered, otherwise=self._failed, group="deliver"
        )

    def _delivered(self, count: int) -> None:  # noqa: ARG002
        self._running = False
        self._screen.notice("")
        if self._again:
            self.start()

    def _failed(self, error: Exception) -> bool:
        self._running = False
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(DELIVER_AGAIN, self.start)
        if isinstance(error, StoreBusy):
            self._screen.notice(f"{display_line(error.message)}; your ratings are safe and will be delivered")
            return True
        return False
