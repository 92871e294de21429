"""Giving back what a rater holds when they leave, or when their connection is lost."""

import asyncio
import os
import signal
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

from viva.errors import UserError
from viva.tui.errors import log_error

if TYPE_CHECKING:
    from viva.tui.screens.sitting import SittingScreen

PATIENCE = 2.0
"""Seconds that leaving waits for the store; what could not be given back is free when its time has run out."""


class Leaving:
    """Releases the items of a screen once."""

    def __init__(self, screen: "SittingScreen[Any]") -> None:
        self._screen = screen
        self._watching = False
        self._left = False

    def watch(self) -> None:
        """Have a hang-up give back what is held before it ends this process."""
        try:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hung_up)
        except (NotImplementedError, RuntimeError, ValueError):
            # Not on the main thread, or on a system without signals: the time of an item then runs out by itself.
            return
        self._watching = True

    def _hung_up(self) -> None:
        self._ending = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        await self.release()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGHUP)

    async def release(self) -> None:
        """Give back what is held, as far as the store is free within `PATIENCE`."""
        if self._watching:
            self._watching = not asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        state = self._screen.state
        if state is None or self._left:
            return
        self._left = True
        # No thread of the loop's own: it would be waited for when the app ends.
        thread = threading.Thread(target=self._give_back, args=(state.task.study_id,), daemon=True)
        thread.start()
        until = monotonic() + PATIENCE
        while thread.is_alive() and monotonic() < until:
            await asyncio.sleep(0.01)

    def _give_back(self, study_id: str) -> None:
        wb = self._screen.wb
        try:
            wb.desk.release(study_id)
        except (UserError, OSError) as error:
            log_error(wb.paths.log, error, "give back what a rater held")
