"""A rater in a process of their own, who can be killed: `python -m tests.fakes.rater_process WORKSPACE NAME`.

It rates what it is given and prints the id of every verdict that was acknowledged, until nothing is left that it could
rate, or its input ends. With a third argument it goes on while another program holds the store: it saves what it
holds, revises what it has said, and prints once which process is in the way.
"""

import contextlib
import os
import random
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.fakes.desk import GOOD, NAME, STUDY, workbench_of
from viva.errors import Outdated, StoreBusy
from viva.records.rating import Sitting
from viva.workbench.desk import Desk

LEASE = 2.0
LONG_LEASE = 300.0
ROOT = Path(__file__).parents[2]


class RaterProcess:
    """A rater at work and what they have been told was saved."""

    def __init__(self, workspace: Path, name: str, *, through: bool = False) -> None:
        self.said: list[str] = []
        self._news = threading.Condition()
        how = ["through"] if through else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.rater_process", str(workspace), name, *how],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def kill_after(self, verdicts: int, seconds: float) -> None:
        """Kill the rater so many seconds after as many verdicts."""

        def kill() -> None:
            self.wait_for(verdicts)
            time.sleep(seconds)
            self._process.kill()

        self._start(kill)

    def stop_after(self, verdicts: int) -> None:
        """Let the rater leave after so many verdicts."""

        def stop() -> None:
            self.wait_for(verdicts)
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

        self._start(stop)

    def finish(self) -> list[str]:
        """Wait for the end; return what was acknowledged."""
        for thread in self._threads:
            thread.join()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.returncode in (0, -9)
        return self.said

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()

    def wait_for(self, verdicts: int) -> None:
        """Wait until the rater has said so much, or has ended."""
        with self._news:
            self._news.wait_for(lambda: len(self.said) >= verdicts or self._process.returncode is not None)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                # A line torn by a kill was not said.
                self.said += [line.removesuffix("\n")] if line.endswith("\n") else []
                self._news.notify_all()
        with self._news:
            self._process.wait()
            self._news.notify_all()


def rate(workspace: Path, name: str) -> None:
    """Rate until nothing is left for this rater, or the input ends."""
    draw = random.Random()
    desk = Desk(workbench_of(workspace, name, LEASE, 30.0))
    task = desk.sit_down(NAME).task
    while not select.select([sys.stdin], [], [], 0)[0]:
        served = desk.serve(STUDY)
        if not served.left:
            return
        for lease in served.leases[:1]:
            time.sleep(draw.uniform(0, 0.1))
            with contextlib.suppress(Outdated):
                event = desk.save(task, lease.item_id, GOOD)
                os.write(1, (event.event_id + "\n").encode())
        if not served.leases:
            time.sleep(0.1)
    desk.release(STUDY)


def rate_through(workspace: Path, name: str) -> None:
    """Rate until nothing is left for this rater, whoever holds the store meanwhile."""
    desk = Desk(workbench_of(workspace, name, LONG_LEASE, 0.5))
    sitting, told = _sit_down(desk), False
    held, done = [lease.item_id for lease in sitting.served.leases], list[str]()
    while True:
        time.sleep(0.1)
        try:
            served = desk.serve(STUDY)
            held = [lease.item_id for lease in served.leases]
            if not served.left:
                return
        except StoreBusy as error:
            if error.pid is not None and not told:
                told = True
                os.write(1, f"held by {error.pid}\n".encode())
        if held or (told and done):
            item = held.pop(0) if held else done[-1]
            event = desk.save(sitting.task, item, GOOD)
            done.append(item)
            os.write(1, (event.event_id + "\n").encode())


def _sit_down(desk: Desk) -> Sitting:
    while True:
        with contextlib.suppress(StoreBusy):
            return desk.sit_down(NAME)


if __name__ == "__main__":
    (rate_through if len(sys.argv) > 3 else rate)(Path(sys.argv[1]), sys.argv[2])
