"""The events of a judge program: what comes is told at once, each call on the disk before it is told."""

import asyncio
import threading

from viva.events import EventWriter
from viva.generate.call_log import CallLog
from viva.generate.dialect import Dialect
from viva.judge.budget import charged, lost_cost
from viva.judge.verdicts import Verdict
from viva.records.judging import JudgeCall
from viva.records.synthesis import Prices

MOST_AT_ONCE = 64
"""Calls and verdicts told together, at most, and the seconds that the first of them waits for the others."""
LONGEST_WAIT = 0.5


class Report:
    """Tells what came of the calls; the totals are those of all calls in the log, earlier runs' among them."""

    def __init__(self, events: EventWriter, log: CallLog, prices: Prices | None, judge: str, total: int) -> None:
        self._events = events
        self._log = log
        self._prices = prices
        self._judge = judge
        self._total = total
        self._done = 0
        self._unscored = 0
        self._known: set[str] = set()
        self._told: set[str] = set()
        self._speaking = threading.Lock()
        self._queue: asyncio.Queue[Verdict | JudgeCall | None] = asyncio.Queue()
        events.emit("start", total=total, unit="verdict")

    def add(self, verdict: Verdict) -> None:
        """Have a verdict told, whose calls are in the log."""
        self._queue.put_nowait(verdict)

    def call(self, call: JudgeCall) -> None:
        """Have a call told that is in the log, whether or not a verdict comes of it."""
        if call.call_id not in self._known:
            self._known.add(call.call_id)
            self._queue.put_nowait(call)

    def end(self) -> None:
        """Let `tell` end when all is told."""
        self._queue.put_nowait(None)

    def dialect(self, dialect: Dialect) -> None:
        """Tell what was found out about the endpoint."""
        with self._speaking:
            self._events.emit("dialect", value=dialect.to_json())

    async def tell(self) -> None:
        """Tell calls and verdicts in groups, until the end. Raises `BrokenPipeError` where nobody listens any more."""
        loop = asyncio.get_running_loop()
        new = await self._queue.get()
        while new is not None:
            group = [new]
            last = loop.time() + LONGEST_WAIT
            while len(group) < MOST_AT_ONCE:
                try:
                    new = await asyncio.wait_for(self._queue.get(), last - loop.time())
                except TimeoutError:
                    break
                if new is None:
                    break
                group.append(new)
            # A disk or a reader that is slow must not hold up the calls.
            await asyncio.to_thread(self._tell, group)
            if new is not None:
                new = await self._queue.get()

    def done(self, stopped: str | None) -> None:
        """Tell that nothing more comes, and what it all took; `aside` is what is part of the cost of no call."""
        self._events.emit(
            "done",
            calls=sum(is_call(outcome.value) for outcome in self._log),
            prompt_tokens=self._log.prompt_tokens,
            completion_tokens=self._log.completion_tokens,
            cost=self._cost,
            aside=self._aside,
            unscored=self._unscored,
            stopped=stopped,
        )

    @property
    def _cost(self) -> float | None:
        if self._prices is None:
            return None
        return charged(self._prices, self._log)

    @property
    def _aside(self) -> dict[str, float] | None:
        if self._prices is None:
            return None
        calls = [outcome for outcome in self._log if is_call(outcome.value)]
        prompt = self._log.prompt_tokens - sum(call.prompt_tokens for call in calls)
        completion = self._log.completion_tokens - sum(call.completion_tokens for call in calls)
        return {"probing": self._prices.cost(prompt, completion), "lost": lost_cost(self._prices, self._log)}

    def _tell(self, group: list[Verdict | JudgeCall]) -> None:
        self._log.sync()
        verdicts = [one for one in group if isinstance(one, Verdict)]
        every = [call for one in group for call in (one.calls if isinstance(one, Verdict) else (one,))]
        calls = {call.call_id: call for call in every if call.call_id not in self._told}
        self._told |= calls.keys()
        self._done += len(verdicts)
        self._unscored += sum(verdict.unscored for verdict in verdicts)
        told = {
            "calls": [vars(call) for call in calls.values()],
            "judgments": [vars(judgment) for verdict in verdicts for judgment in verdict.judgments],
            "pairs": [vars(pair) for verdict in verdicts for pair in verdict.pairs],
        }
        count = {"done": self._done, "total": self._total, "cost": self._cost, "unscored": self._unscored}
        with self._speaking:
            self._events.emit("verdicts", **told)
            self._events.emit("progress", message=self._judge, **count)


def is_call(value: object) -> bool:
    """Return whether the value of a logged outcome is a call's, and not what was found out about the endpoint."""
    return isinstance(value, dict) and "call_id" in value
