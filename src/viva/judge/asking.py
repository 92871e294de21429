"""One call to a judge: asked again while its reply cannot be used, as often as allowed; the best attempt counts."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from typing import Any

from viva.generate.chat import ChatFailed, ChatReply, ChatRequest, Message
from viva.generate.endpoint import EndpointChat
from viva.judge.budget import OutOfBudget, PaidChat
from viva.judge.parsing import Reading
from viva.judge.probing import ASKED
from viva.judge.till import Place, Turn
from viva.records.ids import new_id
from viva.records.judging import CallState, JudgeCall, JudgeSettings, Purpose
from viva.text import display_line

AGAIN = frozenset({CallState.UNREADABLE, CallState.TRUNCATED, CallState.EMPTY, CallState.PARTIAL})
"""States in which another attempt may bring more."""
ALTERNATIVES = 20
"""Likely tokens asked for in each place, the most that servers give."""
NEXT_SAMPLE = 7_919_777
"""Seeds of samples are this far apart: close ones belong to the attempts of a sample."""
LONGEST_REASON = 300
HARMLESS: dict[str, Any] = {
    "type": "object",
    "properties": {"reply": {"type": "string", "enum": ["hello"]}},
    "required": ["reply"],
    "additionalProperties": False,
}
"""The form of the reply to a question that no server turns away for what it says."""


@dataclass(frozen=True)
class Wanted:
    """What a call is to bring, `key` naming it by its content, and how a reply is read."""

    key: str
    purpose: Purpose
    example_id: str
    sample: int
    marker: str
    messages: Sequence[Message]
    schema: dict[str, Any] | None
    read: Callable[[ChatReply], Reading]
    draft_call: str | None = None
    judged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What came of a call; `unanswered` is set where it was the server that failed, and no reply came."""

    call: JudgeCall
    unanswered: ChatFailed | None = None


@dataclass(frozen=True)
class _Attempt:
    seed: int
    reply: ChatReply
    state: CallState
    reason: str | None
    outcome: dict[str, Any]
    valued: int


class Asker:
    """Asks a judge under one protocol."""

    def __init__(self, chat: PaidChat, judge: str, protocol_id: str, settings: JudgeSettings) -> None:
        self._chat = chat
        self._judge = judge
        self._protocol_id = protocol_id
        self._settings = settings

    def turn(self, wanted: Wanted) -> AbstractAsyncContextManager[Place]:
        """Wait until a call may be sent, those for verdicts before those for drafts. Raises `OutOfBudget`."""
        turn = Turn.LATER if wanted.purpose is Purpose.DRAFT else Turn.NEXT
        return self._chat.turn(self._request(wanted, self._seed(wanted.sample, 0)), turn)

    async def ask(self, wanted: Wanted, place: Place) -> Asked:
        """Ask until a reply can be used, `settings.attempts` times at most; no two attempts are mixed.

        Raises `OutOfBudget` where the budget does not hold the first attempt, `ChatFailed` where no call will ever
        succeed and none has, and `UserError` where a local model cannot be loaded.
        """
        attempts: list[_Attempt] = []
        failure: ChatFailed | None = None
        while len(attempts) < max(1, self._settings.attempts):
            seed = self._seed(wanted.sample, len(attempts))
            try:
                reply = await self._chat.reply(self._request(wanted, seed), place)
            except OutOfBudget:
                if not attempts:
                    raise
                break
            except ChatFailed as error:
                if error.permanent and not attempts:
                    raise
                failure = error
                if error.declined is not None:
                    reason = display_line(error.message, LONGEST_REASON)
                    attempts.append(_Attempt(seed, error.declined, CallState.REFUSED, reason, _nothing(wanted), 0))
                break
            attempts.append(_read(wanted, reply, seed))
            if attempts[-1].state not in AGAIN:
                break
        if not attempts:
            assert failure is not None
            return Asked(self._failed(wanted, failure), failure)
        return Asked(self._call(wanted, attempts, failure))

    def doubt(self) -> None:
        """Take no single refusal for the server's last word from now on: `harmless` tells what it is about."""
        if isinstance(self._chat.chat, EndpointChat):
            self._chat.chat.answered = True

    async def harmless(self) -> ChatReply | None:
        """Ask for a word, as a verdict is asked for; None where the server does not answer. Raises `OutOfBudget`."""
        settings = self._settings
        messages = [{"role": "user", "content": ASKED}]
        request = ChatRequest(messages, settings.max_tokens, settings.temperature, settings.seed, HARMLESS)
        try:
            return await self._chat.reply(request)
        except ChatFailed as error:
            return error.declined

    async def finish(self) -> None:
        """Ask nothing more, and wait for what is under way: each try ends at the chat's own time-out."""
        self._chat.stop()
        await self._chat.idle()

    def stop(self) -> None:
        """Ask nothing more."""
        self._chat.stop()

    def _seed(self, sample: int, attempt: int) -> int:
        return (self._settings.seed + sample * NEXT_SAMPLE + attempt) % 2**31

    def _request(self, wanted: Wanted, seed: int) -> ChatRequest:
        settings = self._settings
        return ChatRequest(
            wanted.messages,
            max_tokens=settings.max_tokens,
            temperature=settings.temperature,
            seed=seed,
            schema=wanted.schema,
            logprobs=ALTERNATIVES if settings.expected and wanted.purpose is Purpose.SCORE else 0,
        )

    def _call(self, wanted: Wanted, attempts: list[_Attempt], failure: ChatFailed | None) -> JudgeCall:
        # Of two as good as each other the last counts: it tells how the matter stands now.
        best = max(reversed(attempts), key=lambda attempt: attempt.valued)
        replies = [attempt.reply for attempt in attempts]
        costs = [self._chat.cost(reply) for reply in replies]
        retries = sum(reply.retries for reply in replies)
        if failure is not None and failure.declined is None:
            retries += failure.retries
        return JudgeCall(
            call_id=new_id(),
            key=wanted.key,
            protocol_id=self._protocol_id,
            judge=self._judge,
            purpose=wanted.purpose,
            example_id=wanted.example_id,
            sample=wanted.sample,
            marker=wanted.marker,
            reply=best.reply.text,
            finish_reason=best.reply.finish_reason,
            state=best.state,
            reason=best.reason,
            outcome=best.outcome,
            asked_as=best.reply.asked_as,
            seed=best.seed,
            prompt_tokens=sum(reply.prompt_tokens for reply in replies),
            completion_tokens=sum(reply.completion_tokens for reply in replies),
            estimated=any(reply.estimated for reply in replies),
            cost=None if None in costs else sum(cost for cost in costs if cost is not None),
            seconds=round(sum(reply.seconds for reply in replies), 3),
            attempts=len(attempts),
            retries=retries,
            draft_call=wanted.draft_call,
            judged=wanted.judged,
        )

    def _failed(self, wanted: Wanted, failure: ChatFailed) -> JudgeCall:
        reason = display_line(failure.message, LONGEST_REASON)
        nothing = ChatReply("", "failed", 0, 0, 0.0, retries=failure.retries)
        attempt = _Attempt(self._seed(wanted.sample, 0), nothing, CallState.FAILED, reason, _nothing(wanted), 0)
        return self._call(wanted, [attempt], None)


def _read(wanted: Wanted, reply: ChatReply, seed: int) -> _Attempt:
    reading = wanted.read(reply)
    if wanted.purpose is Purpose.DRAFT:
        outcome: dict[str, Any] = {"draft": reading.draft}
        valued = int(bool(reading.draft))
    elif wanted.purpose is Purpose.PAIR:
        outcome = {"winners": {name: winner._asdict() for name, winner in reading.winners.items()}}
        valued = sum(winner.winner is not None for winner in reading.winners.values())
    else:
        outcome = {"criteria": {name: asdict(given) for name, given in reading.given.items()}}
        valued = sum(given.value is not None for given in reading.given.values())
    return _Attempt(seed, reply, reading.state, reading.reason, outcome, valued)


def _nothing(wanted: Wanted) -> dict[str, Any]:
    """Return the outcome of a call that says nothing on what was asked."""
    if wanted.purpose is Purpose.DRAFT:
        return {"draft": ""}
    return {"winners": {}} if wanted.purpose is Purpose.PAIR else {"criteria": {}}
