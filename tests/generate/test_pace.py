"""A server is sent as many calls at once as it takes, and no more than allowed."""

import asyncio

from viva.generate.pace import Pace


async def rounds(pace: Pace, calls: int, limit: int, count: int) -> tuple[int, int]:
    """Send `count` times `calls` calls; `limit` at a time are taken. Return the most at once and the refusals."""
    under_way = most = refused = 0

    async def call() -> None:
        nonlocal under_way, most, refused
        for _ in range(count):
            async with pace.turn() as number:
                under_way += 1
                most = max(most, under_way)
                if under_way > limit:
                    under_way -= 1
                    refused += 1
                    pace.turned_away(number)
                    continue
                await asyncio.sleep(0.001)
                under_way -= 1
                pace.answered()

    await asyncio.gather(*[call() for _ in range(calls)])
    return most, refused


async def test_no_more_calls_than_allowed_are_let_through() -> None:
    assert await rounds(Pace(4), 20, 100, 5) == (4, 0)


async def test_a_limit_that_nobody_knows_costs_few_refusals() -> None:
    most, refused = await rounds(Pace(32), 32, 8, 60)
    assert most <= 32
    assert refused < 32 * 60 * 0.15


async def test_one_call_at_a_time_always_gets_through() -> None:
    pace = Pace(0)
    for _ in range(50):
        async with pace.turn() as number:
            pace.turned_away(number)
    assert await rounds(pace, 3, 5, 2) == (1, 0)


async def test_refusals_of_one_round_count_once() -> None:
    pace = Pace(10)
    numbers = []
    for _ in range(10):
        async with pace.turn() as number:
            numbers.append(number)
    for number in numbers:
        pace.turned_away(number)
    assert (await rounds(pace, 20, 100, 1))[0] >= 8


async def test_a_call_that_is_given_up_makes_room() -> None:
    pace = Pace(1)

    async def call(seconds: float) -> None:
        async with pace.turn():
            await asyncio.sleep(seconds)

    first, second = asyncio.create_task(call(60)), asyncio.create_task(call(60))
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    await asyncio.wait_for(call(0), 5)
