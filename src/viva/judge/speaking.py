"""How the judge is spoken to: what is known of its endpoint, found out before the first call, told and logged."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from viva.errors import UserError
from viva.generate.call_log import CallLog, Outcome
from viva.generate.dialect import LOGPROBS, Dialect
from viva.generate.endpoint import EndpointChat
from viva.judge.budget import PaidChat
from viva.judge.probing import Probe, probe
from viva.text import display_line

LOGGED = "dialect"
"""The key of what was found out, in the log."""


class Speaking:
    """Has an endpoint probed before its first call, unless its dialect is `known`, or in the log.

    Where `logprobs` are wanted it is probed once for each log, and nothing is asked of a model that tells none: the
    verdicts could not be used. `tell` is called with each dialect that was not known before. A local model needs
    nothing of this, and tells no probabilities.
    """

    def __init__(
        self,
        chat: PaidChat,
        log: CallLog,
        known: Mapping[str, Any] | None,
        *,
        logprobs: bool,
        tell: Callable[[Dialect], None],
    ) -> None:
        self._chat = chat
        self._log = log
        self._logprobs = logprobs
        self._tell = tell
        self._one = asyncio.Lock()
        self._endpoint = chat.chat if isinstance(chat.chat, EndpointChat) else None
        self._probed = False
        self._error: UserError | None = None
        logged = self._logged()
        self._proven = logged is not None and logged.get(LOGPROBS) is True
        found = logged if logprobs and self._proven else known or logged
        self._told = Dialect.from_json(found) if found else None
        if self._endpoint is not None and self._told is not None:
            self._endpoint.dialect = self._told

    async def ready(self) -> None:
        """Return when it is known how to ask.

        Raises `OutOfBudget` and `ChatFailed` as a call does, and `UserError` where probabilities are wanted and the
        model tells none.
        """
        async with self._one:
            unknown = self._told is None or (self._logprobs and not self._proven)
            if self._error is None and self._endpoint is not None and unknown:
                await self._probe()
            if self._error is None and self._logprobs and not self._tells:
                self._error = _silent(self._chat.name, "does not tell how likely its words were")
            if self._error is not None:
                raise self._error

    async def refused(self) -> bool:
        """Return whether asking again may help after the endpoint refused: what was known may be out of date."""
        async with self._one:
            if self._endpoint is None or self._probed:
                return False
            await self._probe()
            return self._error is None

    def learned(self) -> None:
        """Tell what calls have taught since."""
        if self._endpoint is not None and self._told is not None and self._endpoint.dialect != self._told:
            self._told = self._endpoint.dialect
            self._tell(self._told)

    async def _probe(self) -> None:
        self._probed = True
        found = await probe(self._chat.chat, logprobs=self._logprobs, ask=self._chat.reply)
        self._log.add(_logged(found))
        self._told = found.dialect
        self._proven = found.logprobs
        if found.dialect.proven:
            self._tell(found.dialect)
        elif self._logprobs:
            self._error = _silent(self._chat.name, "did not answer when it was asked how likely its words were")

    @property
    def _tells(self) -> bool:
        return self._endpoint is not None and self._proven and LOGPROBS not in self._endpoint.dialect.without

    def _logged(self) -> Mapping[str, Any] | None:
        outcome = self._log.find(LOGGED, LOGGED)
        return outcome.value if outcome is not None and outcome.value.get("proven") else None


def _silent(name: str, what: str) -> UserError:
    return UserError(f"{display_line(name, 60)} {what}", "leave out --expected, or name another judge")


def _logged(found: Probe) -> Outcome:
    return Outcome(
        LOGGED,
        LOGGED,
        {**found.dialect.to_json(), LOGPROBS: found.logprobs},
        prompt_tokens=sum(reply.prompt_tokens for reply in found.replies),
        completion_tokens=sum(reply.completion_tokens for reply in found.replies),
        seconds=round(sum(reply.seconds for reply in found.replies), 3),
        attempts=len(found.replies),
        retries=sum(reply.retries for reply in found.replies),
        estimated=any(reply.estimated for reply in found.replies),
    )
