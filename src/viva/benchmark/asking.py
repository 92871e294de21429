"""Asking a model behind a server, several questions at the same time."""

import asyncio
from collections.abc import Callable, Iterable

from viva.errors import UserError
from viva.generate.chat import Chat, ChatFailed, ChatReply, ChatRequest

Taken = Callable[[str, ChatReply | str], None]
"""Takes what came of an item: its id, and the reply or the reason why there is none."""


async def ask(
    chat: Chat, requests: Iterable[tuple[str, ChatRequest]], taken: Taken, tick: Callable[[], None], seconds: float
) -> None:
    """Ask as many at a time as the model allows, and close it in the end; `tick` is called every so many `seconds`.

    Raises `UserError` where every call would fail, such as for a wrong key; what came before that has been taken.
    """
    left = iter(requests)

    async def work() -> None:
        for item_id, request in left:
            try:
                reply = await chat.reply(request)
            except ChatFailed as error:
                if error.permanent:
                    raise UserError(error.message, "mend it and resume the job: what was answered is kept") from error
                taken(item_id, error.message)
            else:
                taken(item_id, reply)

    async def ticking() -> None:
        while True:
            await asyncio.sleep(seconds)
            tick()

    beside = asyncio.create_task(ticking())
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(chat.concurrency, 1)):
                group.create_task(work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        beside.cancel()
        await chat.close()
