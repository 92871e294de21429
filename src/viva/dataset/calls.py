"""Running many calls to a model so that a job can be stopped at any moment and go on: no finished call is repeated."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass, replace
from typing import Any

from viva.errors import UserError
from viva.generate.call_log import CallLog, Outcome, fingerprint
from viva.generate.chat import Chat, ChatFailed, ChatReply, ChatRequest
from viva.records.synthesis import Prices
from viva.text import display_line, plural

__all__ = ["BadReply", "Call", "CallLog", "CallProgress", "Outcome", "progress_text", "run_calls"]

ATTEMPTS = 3
LONGEST_QUOTE = 4000
"""So many characters of an unusable reply are shown to the model again, and kept with a failure."""


class BadReply(Exception):
    """A reply that cannot be used; `reason` is one sentence, shown to the model and to the person alike."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Call:
    """One thing to ask: `key` names it within its job.

    `check` parses a reply and returns a value that fits into JSON, or raises `BadReply`.
    """

    key: str
    request: ChatRequest
    check: Callable[[str], Any]


@dataclass(frozen=True)
class CallProgress:
    """How far a run is: calls `done` (of these `failed`) of `total`, tokens and spend of the job up to now.

    `retries` counts tries beyond the first: unusable replies and errors of the server. `spend` is None where
    no prices are known; `estimated` means that the server did not count (all of) the tokens.
    """

    done: int
    total: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    retries: int
    spend: float | None = None
    estimated: bool = False


def progress_text(progress: CallProgress) -> str:
    """Return tokens, spend and failures up to now, as a job says them while it runs."""
    tokens = progress.prompt_tokens + progress.completion_tokens
    parts = [f"{'about ' if progress.estimated else ''}{plural(tokens, 'token')}"]
    if progress.spend is not None:
        parts.append(f"cost {progress.spend:.2f}")
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    return ", ".join(parts)


async def run_calls(
    chat: Chat,
    calls: Iterable[Call],
    log: CallLog,
    on_progress: Callable[[CallProgress], None] = lambda _: None,
    attempts: int = ATTEMPTS,
    *,
    prices: Prices | None = None,
) -> dict[str, Outcome]:
    """Ask all `calls` that `log` does not hold yet; return the outcome of each by its key, in the calls' order.

    A reply that fails its check is asked for again with the reason, up to `attempts` times in all; then the call
    has failed, which is an outcome like any other. `calls` is read as far as there is room to ask.
    Raises `UserError` where going on makes no sense or calls brought no reply; what is finished is in the log,
    so that another run goes on from there.
    """
    run = _Run(chat, calls, log, on_progress, attempts, prices)
    workers = [asyncio.create_task(run.work()) for _ in range(max(1, chat.concurrency))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return run.outcomes()


class _Run:
    def __init__(
        self,
        chat: Chat,
        calls: Iterable[Call],
        log: CallLog,
        on_progress: Callable[[CallProgress], None],
        attempts: int,
        prices: Prices | None,
    ) -> None:
        self._chat = chat
        self._total = len(calls) if isinstance(calls, Sized) else 0
        self._calls: Iterator[Call] = iter(calls)
        self._log = log
        self._on_progress = on_progress
        self._attempts = attempts
        self._prices = prices
        self._order: dict[str, None] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._waiting: list[Outcome] = []  # refused before the server took any call: perhaps it refuses them all
        self._unanswered: list[ChatFailed] = []
        self._failed = 0
        self._reported: CallProgress | None = None
        self._in_a_row = 0
        # What a run before this one has spent counts as well.
        self._prompt_tokens = log.prompt_tokens
        self._completion_tokens = log.completion_tokens
        self._estimated = log.estimated
        self._retries = log.retries

    async def work(self) -> None:
        for call in self._calls:
            if call.key in self._order:
                raise ValueError(f"two calls are named {call.key}")
            self._order[call.key] = None
            finished = self._log.find(call.key, fingerprint(call.request))
            if finished is not None:
                self._set(finished)
                continue
            try:
                self._finish(await self._ask(call))
            except ChatFailed as error:
                self._count_failure(call, error)
            self._report()

    async def _ask(self, call: Call) -> Outcome:
        """Ask until a reply passes its check, `attempts` times at most."""
        outcome = Outcome(call.key, fingerprint(call.request))
        request, reply, reason = call.request, None, ""
        while True:
            try:
                reply = await self._chat.reply(request)
            except ChatFailed as error:
                # What was paid for stays counted: refused is only the longer request, not the call.
                if error.refused and reply is not None:
                    return replace(outcome, failed=reason, reply=reply.text[:LONGEST_QUOTE])
                raise
            self._count(reply)
            outcome = _added(outcome, reply)
            try:
                return replace(outcome, value=call.check(reply.text))
            except BadReply as error:
                reason = error.reason
            if reply.finish_reason == "length":
                reason += f" (it was cut off after {plural(reply.completion_tokens, 'token')})"
            if outcome.attempts >= self._attempts:
                return replace(outcome, failed=reason, reply=reply.text[:LONGEST_QUOTE])
            request = _asked_again(call.request, reply.text, reason)
            self._retries += 1

    def _finish(self, outcome: Outcome) -> None:
        self._in_a_row = 0
        self._keep(outcome)

    def _keep(self, *outcomes: Outcome) -> None:
        for outcome in [*self._waiting, *outcomes]:
            self._log.add(outcome)
            self._set(outcome)
        self._waiting.clear()

    def _set(self, outcome: Outcome) -> None:
        self._outcomes[outcome.key] = outcome
        self._failed += outcome.failed is not None

    def _count_failure(self, call: Call, error: ChatFailed) -> None:
        self._retries += error.retries
        self._in_a_row += 1
        if error.permanent:
            raise UserError(error.message, "mend it and start again: what is finished is kept") from error
        if error.refused:
            self._waiting.append(Outcome(call.key, fingerprint(call.request), failed=error.message, attempts=1))
            if self._log.answered:
                self._keep()
        else:
            self._unanswered.append(error)
        if self._in_a_row >= self._patience:
            raise self._gave_up(self._in_a_row, error) from error

    @property
    def _patience(self) -> int:
        """Return how many calls in a row may bring no reply: each in flight, and once more."""
        return 2 * max(1, self._chat.concurrency) + 1

    def outcomes(self) -> dict[str, Outcome]:
        """Return the outcomes in order. Raises `UserError` where a call has none."""
        self._report()
        if self._waiting:
            raise UserError(
                f"{self._chat.name} refused every call: {display_line(self._waiting[-1].failed or '', 300)}",
                "check the model and the settings, then start again",
            )
        if self._unanswered:
            raise self._gave_up(len(self._unanswered), self._unanswered[-1])
        return {key: self._outcomes[key] for key in self._order}

    def _gave_up(self, count: int, error: ChatFailed) -> UserError:
        return UserError(
            f"{plural(count, 'call')} to {self._chat.name} brought no reply: {display_line(error.message, 300)}",
            "start again to go on from here: what is finished is kept",
        )

    def _count(self, reply: ChatReply) -> None:
        self._prompt_tokens += reply.prompt_tokens
        self._completion_tokens += reply.completion_tokens
        self._estimated = self._estimated or reply.estimated
        self._retries += reply.retries

    def _report(self) -> None:
        spend = None if self._prices is None else self._prices.cost(self._prompt_tokens, self._completion_tokens)
        progress = CallProgress(
            done=len(self._outcomes),
            total=max(self._total, len(self._order)),
            failed=self._failed,
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            retries=self._retries,
            spend=spend,
            estimated=self._estimated,
        )
        if progress != self._reported:
            self._reported = progress
            self._on_progress(progress)


def _added(outcome: Outcome, reply: ChatReply) -> Outcome:
    return replace(
        outcome,
        prompt_tokens=outcome.prompt_tokens + reply.prompt_tokens,
        completion_tokens=outcome.completion_tokens + reply.completion_tokens,
        seconds=round(outcome.seconds + reply.seconds, 3),
        attempts=outcome.attempts + 1,
        retries=outcome.retries + reply.retries,
        estimated=outcome.estimated or reply.estimated,
    )


def _asked_again(request: ChatRequest, text: str, reason: str) -> ChatRequest:
    """Return the request with the unusable reply and what is wrong with it: only the last one, so it stays short."""
    return replace(
        request,
        messages=[
            *request.messages,
            {"role": "assistant", "content": text.strip()[:LONGEST_QUOTE] or "(no text)"},
            {"role": "user", "content": f"That reply cannot be used: {reason}. Answer again, in the form asked for."},
        ],
    )
