"""A judge's calls: many under way at once, none asked twice, each logged when it ends; no end loses any of them."""

import asyncio
from collections.abc import Iterable
from typing import Any

from viva.errors import UserError
from viva.generate.call_log import CallLog, Outcome
from viva.generate.chat import ChatFailed
from viva.judge.asking import Asked, Asker, Wanted
from viva.judge.budget import OutOfBudget
from viva.judge.items import Draft, Item
from viva.judge.report import Report
from viva.judge.requests import Requests
from viva.judge.speaking import Speaking
from viva.judge.verdicts import Verdict, verdict
from viva.records.judging import CallState, JudgeCall, JudgeMode, Purpose
from viva.text import display_line, plural

AHEAD = 16
"""Verdicts under way for each call that may be: those that wait for a draft hold up no others."""
GRACE = 1.0
"""Seconds for what was under way to be reported, after its answer came, once nothing more is asked."""
HARMLESS = "harmless"
"""The key, in the log, of what is asked to see whether the server refuses all calls or single ones."""
LONGEST_REASON = 300


class Run:
    """Gets verdicts from a judge, `concurrency` calls at a time."""

    def __init__(
        self,
        asker: Asker,
        requests: Requests,
        speaking: Speaking,
        log: CallLog,
        report: Report,
        concurrency: int,
    ) -> None:
        self._asker = asker
        self._requests = requests
        self._speaking = speaking
        self._log = log
        self._report = report
        self._room = asyncio.Semaphore(AHEAD * max(1, concurrency))
        self._patience = 2 * max(1, concurrency) + 1
        self._calls: dict[str, asyncio.Task[JudgeCall]] = {}
        self._items: set[asyncio.Task[None]] = set()
        # Calls that the server left unanswered, and what hangs on them: it may be the server, and not the item.
        self._unanswered: dict[str, JudgeCall] = {}
        self._held: list[Verdict] = []
        self._answered = False
        self._in_a_row = 0
        self._doubt = asyncio.Lock()
        self._renewed = 0
        self._error: Exception | None = None
        self.stopped = False

    async def judge(self, items: Iterable[Item]) -> None:
        """Ask for the verdict on each of `items`, and report each, in any order; `items` is read as there is room.

        What the log holds is reported without asking. Where the budget ends, `stopped` is set, and the rest is not
        asked for. Raises `UserError` where asking on makes no sense: the server says that no call will succeed, or so
        many in a row failed that it must be gone. What is finished has been reported then, and what was under way.
        """
        telling = asyncio.create_task(self._report.tell())
        feeding = asyncio.create_task(self._feed(items))
        try:
            # A reader that has gone ends the calls as well: nobody would take what they bring.
            await asyncio.wait([telling, feeding], return_when=asyncio.FIRST_COMPLETED)
        finally:
            left: list[asyncio.Task[Any]] = [feeding, *self._items, *self._calls.values()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            self._report.end()
            await telling
        if self._error is not None:
            raise self._error
        await feeding

    async def _feed(self, items: Iterable[Item]) -> None:
        for item in items:
            await self._room.acquire()
            if self._over:
                break
            task = asyncio.create_task(self._item(item))
            self._items.add(task)
            task.add_done_callback(self._ended)
        while self._items and self._error is None:
            await asyncio.wait(self._items, return_when=asyncio.FIRST_COMPLETED)
        if self._error is None:
            # The end came before the server was given up on: these calls have failed, and others have not.
            self._release()
        else:
            await self._asker.finish()
            if self._items:
                await asyncio.wait(self._items, timeout=GRACE)

    @property
    def _over(self) -> bool:
        return self.stopped or self._error is not None

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._items.discard(task)
        self._room.release()
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._give_up(error)

    async def _item(self, item: Item) -> None:
        try:
            calls = await self._calls_for(item)
        except OutOfBudget:
            self.stopped = True
            return
        except ChatFailed:
            return  # no call will succeed, so that all is given up on
        brought = verdict(item, calls, self._requests)
        if any(call.call_id in self._unanswered for call in calls):
            self._held.append(brought)
        else:
            self._report.add(brought)

    async def _calls_for(self, item: Item) -> tuple[JudgeCall, ...]:
        if self._requests.mode is JudgeMode.REFERENCE:
            return (await self._call(self._requests.verdict(item, item.reference, None)),)
        calls: tuple[JudgeCall, ...] = ()
        draft = item.draft
        if draft is None:
            call = await self._call(self._requests.draft(item))
            calls = (call,)
            if call.state is not CallState.OK:
                return calls
            draft = Draft(call.call_id, call.outcome["draft"])
        return (*calls, await self._call(self._requests.verdict(item, draft.text, draft.call_id)))

    async def _call(self, wanted: Wanted) -> JudgeCall:
        """Return the call of that key: from the log, or under way, or asked for now."""
        outcome = self._log.find(wanted.key, wanted.key)
        if outcome is not None:
            call = _read(outcome.value)
            self._report.call(call)
            return call
        task = self._calls.get(wanted.key)
        if task is None:
            task = asyncio.create_task(self._ask(wanted))
            self._calls[wanted.key] = task
        # Others may wait for it as well.
        return await asyncio.shield(task)

    async def _ask(self, wanted: Wanted) -> JudgeCall:
        try:
            if self._over:
                raise OutOfBudget
            await self._speaking.ready()
            self._asker.doubt()
            async with self._asker.turn(wanted) as place:
                renewed = self._renewed
                asked = await self._asker.ask(wanted, place)
                if _refused(asked) and await self._known_better(renewed):
                    asked = await self._asker.ask(wanted, place)
                await self._count(asked)
        except ChatFailed as error:
            self._give_up(_hopeless(error.message))
            raise
        finally:
            del self._calls[wanted.key]
        return asked.call

    async def _known_better(self, before: int) -> bool:
        """Return whether it was found out anew how the server wants to be asked, since that was known `before`."""
        if not self._answered and await self._speaking.refused():
            self._renewed += 1
        return self._renewed > before

    async def _count(self, asked: Asked) -> None:
        """Keep a call, and see whether the server still answers."""
        failure = asked.unanswered
        if failure is None:
            self._write(asked.call)
            self._alive()
            return
        self._unanswered[asked.call.call_id] = asked.call
        self._in_a_row += 1
        # A server that takes some calls refuses others for what they say, and goes on taking the rest.
        if self._in_a_row < (1 if failure.refused and not self._answered else self._patience):
            return
        async with self._doubt:
            if asked.call.call_id not in self._unanswered or self._error is not None:
                return  # it has answered meanwhile, or all is over
            try:
                answers = failure.refused and await self._answers()
            except OutOfBudget:
                # Nobody knows whether it is the text or the server: it is not asked for, as the rest.
                del self._unanswered[asked.call.call_id]
                raise
        if answers:
            self._alive()
        elif self._in_a_row == 1:
            self._give_up(_hopeless(failure.message))
        else:
            calls = plural(self._in_a_row, "call")
            self._give_up(_hopeless(f"{calls} in a row brought no reply: {failure.message}"))

    async def _answers(self) -> bool:
        """Return whether the server answers a question that nobody could mind."""
        reply = await self._asker.harmless()
        if reply is None:
            return False
        self._log.write(
            Outcome(
                HARMLESS,
                HARMLESS,
                prompt_tokens=reply.prompt_tokens,
                completion_tokens=reply.completion_tokens,
                seconds=round(reply.seconds, 3),
                retries=reply.retries,
                estimated=reply.estimated,
            )
        )
        return True

    def _alive(self) -> None:
        """Take in that the server answers: what it left unanswered before was for what it was asked."""
        self._answered, self._in_a_row = True, 0
        if self._error is None:
            self._release()

    def _release(self) -> None:
        """Take the calls that were not answered for failed, now that others are."""
        for call in self._unanswered.values():
            self._write(call)
        self._unanswered.clear()
        for held in self._held:
            self._report.add(held)
        self._held.clear()

    def _write(self, call: JudgeCall) -> None:
        self._log.write(
            Outcome(
                call.key,
                call.key,
                dict(vars(call)),
                prompt_tokens=call.prompt_tokens,
                completion_tokens=call.completion_tokens,
                seconds=call.seconds,
                attempts=call.attempts,
                retries=call.retries,
                estimated=call.estimated,
            )
        )
        self._report.call(call)

    def _give_up(self, error: Exception) -> None:
        if self._error is None:
            self._error = error
            # At once: nobody else is to ask in vain.
            self._asker.stop()


def _hopeless(why: str) -> UserError:
    return UserError(display_line(why, LONGEST_REASON), "mend it and start again: what is finished is kept")


def _refused(asked: Asked) -> bool:
    return asked.unanswered is not None and asked.unanswered.refused


def _read(value: dict[str, Any]) -> JudgeCall:
    """Return a call as it was logged."""
    kinds = {"state": CallState(value["state"]), "purpose": Purpose(value["purpose"])}
    return JudgeCall(**{**value, **kinds, "judged": tuple(value.get("judged", ()))})
