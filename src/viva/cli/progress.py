"""Narrating long work on stderr: bars in a terminal, a line now and then elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from viva.cli.exits import say
from viva.text import display_line

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STAGE_WIDTH, NOTE_WIDTH = 32, 28


class Narrator(Protocol):
    """Is told how far each stage of some long work is."""

    def tell(self, stage: str, done: int, total: int, note: str) -> None:
        """Take note of `done` of `total` (0 where it is unknown); `note` is a few words, the loss for example."""


@contextmanager
def narrating() -> Iterator[Narrator]:
    """Yield a narrator that suits stderr."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)


class Bars:
    """A progress bar for each stage."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def tell(self, stage: str, done: int, total: int, note: str) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(display_line(stage, STAGE_WIDTH), total=None, note="")
        self._progress.update(
            self._tasks[stage], completed=done, total=total or None, note=display_line(note, NOTE_WIDTH)
        )


class Lines:
    """A line when a stage begins, at each tenth of it, and when it is done."""

    def __init__(self) -> None:
        self._tenths: dict[str, int] = {}

    def tell(self, stage: str, done: int, total: int, note: str) -> None:
        tenth = 10 * done // total if total else 0
        if self._tenths.get(stage, -1) >= tenth:
            return
        self._tenths[stage] = tenth
        count = f"{done}/{total}" if total else "…"
        say(
            " ".join(part for part in (display_line(stage, STAGE_WIDTH), count, display_line(note, NOTE_WIDTH)) if part)
        )
