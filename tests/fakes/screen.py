"""Driving the app in tests: waiting for its threads, and reading what it painted."""

from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerFailed

SMALL = (80, 24)
USUAL = (120, 40)
SIZES = pytest.mark.parametrize("size", [SMALL, pytest.param(USUAL, marks=[pytest.mark.slow, pytest.mark.parallel])])
"""Both sizes; the larger, where less can go wrong, among the slow tests."""


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until no work is under way and everything is painted; workers may have failed."""
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        try:
            await pilot.app.workers.wait_for_complete()
        except WorkerFailed:
            await pilot.pause()
        await pilot.pause()
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Type keys, and wait for what they bring."""
    await pilot.press(*keys)
    await settle(pilot)


def painted(app: App[Any]) -> str:
    """Return the text of the screen, line by line, as it goes to the terminal."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def flowing(app: App[Any]) -> str:
    """Return the painted text with all white space collapsed, so that line breaks do not matter."""
    return " ".join(painted(app).split())
