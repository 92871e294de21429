"""The work behind the keys of a rating screen: items claimed ahead, verdicts brought into the store, texts fetched."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from viva.errors import StoreBusy, UserError
from viva.present.closing import Page
from viva.records.rating import RatingItem, Served
from viva.text import display_line
from viva.tui.widgets.reading import Reading

if TYPE_CHECKING:
    from textual.timer import Timer

    from viva.tui.screens.entering import EnteringScreen
    from viva.workbench.desk import Desk

WANT = 2
"""Items held at a time: the one being read, and the next."""
BEATS = 5
"""Signs of life during the time that an item is held for."""
LOOK_AGAIN = 30.0
"""Seconds between looks for an item while others hold the last ones."""
RETRY = 5.0
"""Seconds until the store is tried again when another program holds it."""
READING = 0.3
"""Seconds after which the rater is taken to be reading, and the next text is laid out."""

Brought = tuple[Served, Sequence[str], dict[str, RatingItem]]
"""What is held, the ids of items that were asked for, and what there is of them."""


def bring(desk: "Desk", study_id: str, keep: Sequence[str], known: frozenset[str]) -> Brought:
    """Deliver what waits, claim ahead, and fetch the items that are not `known`; called in a thread."""
    served = desk.serve(study_id, WANT, keep, known)
    return served, [lease.item_id for lease in served.leases if lease.item_id not in known], served.items


class Claims:
    """Asks the desk what this rater holds: after every save, as a sign of life, and while there is nothing to do.

    The same call delivers saved verdicts, which are safe before that. One runs at a time; what is saved meanwhile goes
    with the next. Who has not touched a key for as long as an item is held for gives no more signs of life.
    """

    def __init__(self, screen: "EnteringScreen[Any]") -> None:
        self._screen = screen
        self._lease = screen.wb.settings.lease
        self._running = self._again = False
        self._then: list[Callable[[], None]] = []
        self._timer: Timer | None = None
        self._touched = self._asked = monotonic()

    def watch(self) -> None:
        """Begin with the signs of life, and with looking for items where there are none."""
        self._screen.set_interval(self._lease / BEATS, self._beat)
        self._screen.set_interval(LOOK_AGAIN, self._look)

    def touch(self) -> None:
        """Note that the rater is there; who comes back after a while is heard at once."""
        self._touched = monotonic()
        if self._touched - self._asked > self._lease / BEATS:
            self.start()

    @property
    def _there(self) -> bool:
        return monotonic() - self._touched <= self._lease

    def _beat(self) -> None:
        if self._there and self._screen.state is not None and not self._screen.state.at_end:
            self.start()

    def _look(self) -> None:
        state = self._screen.state
        if self._there and state is not None and state.at_end and state.page in (Page.ELSEWHERE, Page.PAUSED):
            self.start()

    def start(self, then: Callable[[], None] | None = None) -> None:
        """Ask; `then` is called when what was asked for has come."""
        state = self._screen.state
        if then is not None:
            self._then.append(then)
        if self._running or state is None:
            self._again = True
            return
        if self._timer is not None:
            self._timer.stop()
        self._running, self._again, self._asked = True, False, monotonic()
        then_now, self._then = self._then, []
        keep, known = state.ask(), frozenset(item_id for item_id in state.held if state.get(item_id) is not None)
        wb, study_id = self._screen.wb, state.task.study_id
        self._screen.ask(
            lambda: bring(wb.desk, study_id, keep, known),
            then=lambda brought: self._came(brought, then_now),
            otherwise=lambda error: self._failed(error, then_now),
            group="serve",
            doing="ask for texts to rate",
        )

    def _came(self, brought: Brought, then: Sequence[Callable[[], None]]) -> None:
        self._running = False
        self._screen.notice("store")
        self._screen.brought(brought)
        for call in then:
            call()
        if self._again:
            self.start()

    def _failed(self, error: Exception, then: Sequence[Callable[[], None]]) -> bool:
        self._running = False
        if isinstance(error, UserError) and not isinstance(error, StoreBusy):
            # The study is gone, or no longer open to this rater.
            self._screen.refused(error)
            return True
        self._then = [*then, *self._then]
        self._timer = self._screen.set_timer(RETRY, self.start)
        if isinstance(error, StoreBusy):
            self._screen.notice("store", f"{display_line(error.message)}; what you saved is safe, going on by itself")
            return True
        return False


class Texts:
    """Fetches the texts of the rater's earlier verdicts as they go back, and has the next one laid out."""

    def __init__(self, screen: "EnteringScreen[Any]") -> None:
        self._screen = screen
        self._fetching = False
        self._prepared: str | None = None

    def prepare(self, item_id: str | None) -> None:
        """Have an item laid out while the rater reads the one before it."""
        state = self._screen.state
        if state is None or item_id == self._prepared or (item := state.get(item_id)) is None:
            return
        self._prepared = item_id
        self._screen.set_timer(READING, lambda: self._screen.query_one(Reading).prepare(item))

    def fetch(self) -> None:
        """Fetch what is needed and not on its way."""
        state = self._screen.state
        if state is None or self._fetching or not (wanted := state.needed()):
            return
        self._fetching = True

        def came(items: dict[str, RatingItem]) -> None:
            self._fetching = False
            state.take(wanted, items)
            self._screen.draw()

        def failed(error: Exception) -> bool:
            self._fetching = False
            if isinstance(error, StoreBusy):
                self._screen.set_timer(RETRY, self.fetch)
            return isinstance(error, StoreBusy)

        wb, study_id = self._screen.wb, state.task.study_id
        self._screen.ask(lambda: wb.desk.items(study_id, wanted), then=came, otherwise=failed, group="items")
