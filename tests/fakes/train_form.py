"""Driving the form that starts a training."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fakes.jobs_on_disk import add_job, training_events
from tests.fakes.screen import flowing, press, settle
from viva.records.job import Job, JobStatus
from viva.tui.screens.train_form import TrainFormScreen
from viva.workbench import Workbench


class Starts:
    """Notes what was to be trained, and answers with a job that lies on disk."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

        def start(*positional: Any, **named: Any) -> Job:
            self.made.append((positional, named))
            return add_job(workbench, "20260103-3", status=JobStatus.DONE, events=training_events(138)).job()

        monkeypatch.setattr(workbench.training, "start", start)


async def opened_form(pilot: Pilot[Any], downs: int = 0) -> TrainFormScreen:
    await settle(pilot)
    await press(pilot, *["down"] * downs, "enter")
    assert isinstance(pilot.app.screen, TrainFormScreen)
    return pilot.app.screen


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Wait for what comes by itself a moment after the form has changed."""
    for _ in range(200):
        await settle(pilot)
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError(flowing(pilot.app))
