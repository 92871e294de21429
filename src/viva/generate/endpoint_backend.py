"""Texts from a server: many calls under way at once, each text handed on as soon as it is there."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from viva.errors import BadInput, UserError
from viva.generate.chat import Chat, ChatFailed, ChatRequest
from viva.generate.tasks import Task, Wanted, Written
from viva.records.model import Decoding
from viva.records.prompt import conversation
from viva.text import display_line, plural

MOST_AT_ONCE = 64
"""Texts handed on together, at most, and the seconds that the first of them waits for the others."""
LONGEST_WAIT = 0.5
GRACE = 5.0
"""Seconds in which calls that are under way may still end once it is clear that no further one will bring a text."""
LONGEST_REASON = 300
CUT_OFF = frozenset({"length", "max_tokens", "max_length"})
NEXT_SAMPLE = 7_919_777
"""Seeds of an example's samples are this far apart: close ones may be a system's of their own."""

HandOn = Callable[[Sequence[Written]], None]


def request_for(wanted: Wanted) -> ChatRequest:
    """Return the call that brings a text: the rendered prompt as the one turn of a user."""
    system = wanted.task.system
    decoding = system.decoding
    return ChatRequest(
        conversation(system.prompt, wanted.question),
        max_tokens=decoding.max_new_tokens,
        temperature=decoding.temperature,
        # Also where it changes nothing: what a server does unasked is its own affair.
        top_p=decoding.top_p,
        seed=(decoding.seed + wanted.sample * NEXT_SAMPLE) % 2**31,
        extra=extra_for(decoding, wanted.task.takes),
        # A text drawn at another temperature would be another system's.
        exact=True,
    )


def extra_for(decoding: Decoding, takes: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters beyond the protocol's under the server's names, all that it takes.

    Raises `KeyError` for one that it is not known to take; where that would change nothing, it is left out.
    """
    values = {"top_k": (decoding.top_k, 0), "repetition_penalty": (decoding.repetition_penalty, 1.0)}
    return {takes[name]: value for name, (value, idle) in values.items() if name in takes or value != idle}


def check(task: Task) -> None:
    """Raise `BadInput` where a system's decoding has parameters that its server is not known to take."""
    try:
        extra_for(task.system.decoding, task.takes)
    except KeyError as error:
        name = str(error.args[0])
        raise BadInput(
            f"{display_line(task.system.name, 80)}: its server is not known to take {name}",
            f"leave {name} at its idle value, or name it in the model's settings under takes",
        ) from error


async def write(chat: Chat, wanted: Iterator[Wanted], hand_on: HandOn) -> None:
    """Ask for each text that is `wanted`, `chat.concurrency` at a time, and hand them on in any order.

    `wanted` is read as far as there is room to ask. A call that brought no text after its retries is handed on as
    failed. Raises `UserError` where asking on makes no sense: the server says that no call will succeed, or so many in
    a row failed that it must be gone. What is finished has been handed on then; the rest was not asked for.
    """
    writers = max(1, chat.concurrency)
    run = _Run(chat, wanted, patience=2 * writers + 1)
    finished: asyncio.Queue[Written | None] = asyncio.Queue(2 * MOST_AT_ONCE)
    handing = asyncio.create_task(_hand_on(finished, hand_on))
    calls = [asyncio.create_task(run.work(finished)) for _ in range(writers)]
    calling = asyncio.gather(*calls)
    try:
        # A reader that has gone ends the calls as well: nobody would take what they bring.
        waited: list[asyncio.Future[Any]] = [handing, calling]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if run.hopeless is not None:
            await asyncio.wait(calls, timeout=GRACE)
    finally:
        for call in calls:
            call.cancel()
        ended = await asyncio.gather(calling, *calls, return_exceptions=True)
        if not handing.done():
            await finished.put(None)
        await handing
    for outcome in ended:
        if isinstance(outcome, Exception):
            raise outcome


class _Run:
    def __init__(self, chat: Chat, wanted: Iterator[Wanted], patience: int) -> None:
        self._chat = chat
        self._wanted = wanted
        self._patience = patience
        self._answered = False
        self._in_a_row = 0
        self.hopeless: UserError | None = None

    async def work(self, finished: "asyncio.Queue[Written | None]") -> None:
        for wanted in self._wanted:
            text = await self._ask(wanted)
            if text is not None:
                await finished.put(text)
            if self.hopeless is not None:
                raise self.hopeless

    async def _ask(self, wanted: Wanted) -> Written | None:
        """Return what came of a call; None where it tells about the server and not about the text."""
        try:
            reply = await self._chat.reply(request_for(wanted))
        except ChatFailed as error:
            return self._failed(wanted, error)
        self._answered, self._in_a_row = True, 0
        reason = "length" if reply.finish_reason in CUT_OFF else "stop"
        return Written(wanted, reply.text.strip(), reason, reply.prompt_tokens, reply.completion_tokens, reply.seconds)

    def _failed(self, wanted: Wanted, error: ChatFailed) -> Written | None:
        if error.permanent:
            self._give_up(error.message)
            return None
        # A server that takes some calls refuses others for what they say, and goes on taking the rest.
        if not (error.refused and self._answered):
            self._in_a_row += 1
        if self._in_a_row >= self._patience:
            self._give_up(f"{plural(self._in_a_row, 'call')} in a row brought no text: {error.message}")
        return Written(wanted, "", "failed", 0, 0, 0.0, display_line(error.message, LONGEST_REASON))

    def _give_up(self, why: str) -> None:
        if self.hopeless is None:
            self.hopeless = UserError(
                display_line(why, LONGEST_REASON), "mend it and start again: what is written is kept"
            )


async def _hand_on(finished: "asyncio.Queue[Written | None]", hand_on: HandOn) -> None:
    """Hand texts on in groups until None comes."""
    loop = asyncio.get_running_loop()
    text = await finished.get()
    while text is not None:
        group = [text]
        last = loop.time() + LONGEST_WAIT
        while len(group) < MOST_AT_ONCE:
            try:
                text = await asyncio.wait_for(finished.get(), last - loop.time())
            except TimeoutError:
                break
            if text is None:
                break
            group.append(text)
        # A reader that is slow must not hold up the calls, whose time is measured.
        await asyncio.to_thread(hand_on, group)
        if text is not None:
            text = await finished.get()
