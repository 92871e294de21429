"""The events of a generation program, and the totals at its end."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from viva.events import EventWriter
from viva.generate.tasks import Written


class Report:
    """Tells what has been written as soon as it is there; a text that was told is never lost."""

    def __init__(self, events: EventWriter, total: int) -> None:
        self._events = events
        self._total = total
        self._done = 0
        self._failed = 0
        self._prompt_tokens = 0
        self._completion_tokens = 0
        self._cost: float | None = None
        events.emit("start", total=total, unit="text")

    def add(self, texts: Sequence[Written]) -> None:
        """Tell about texts that are finished."""
        rows: list[dict[str, Any]] = []
        for text in texts:
            generation = text.generation()
            rows.append(asdict(generation))
            self._failed += generation.failed is not None
            self._prompt_tokens += generation.prompt_tokens
            self._completion_tokens += generation.completion_tokens
            if generation.cost is not None:
                self._cost = (self._cost or 0.0) + generation.cost
        self._done += len(rows)
        self._events.emit("generations", rows=rows)
        name = texts[-1].wanted.task.system.name
        self._events.emit("progress", done=self._done, total=self._total, message=name, failed=self._failed)

    def note(self, message: str) -> None:
        """Tell something that holds for several texts."""
        self._events.emit("message", message=message)

    def end(self) -> None:
        """Tell that all is written, and what it took."""
        self._events.emit(
            "done",
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            cost=self._cost,
            failed=self._failed,
        )
