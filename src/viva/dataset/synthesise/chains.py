"""Asking for many different items in several calls: each call is shown what the ones before it in its chain brought."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from viva.dataset.calls import Call, Outcome
from viva.dataset.normalised import normalised_words
from viva.records.synthesis import SynthesisFailure
from viva.text import plural

Item = dict[str, Any]
Ask = Callable[[list[Call]], Awaitable[dict[str, Outcome]]]
EXTRA_ROUNDS = 2
"""So many calls more than planned are made for what calls before them brought too little of."""


@dataclass(frozen=True)
class Chain:
    """Items to be had one call after the other: `wanted` of them, `per_call` at once.

    `call` makes the call from its key, how many items it is to bring, its round, and the questions there already.
    Its value is a list of items, each with a `question`.
    """

    key: str
    wanted: int
    per_call: int
    call: Callable[[str, int, int, list[str]], Call]

    @property
    def rounds(self) -> int:
        return -(-self.wanted // self.per_call)


@dataclass
class Harvest:
    """What the chains brought: items by chain in the order they came, failures, and the number of exact duplicates."""

    items: dict[str, list[Item]] = field(default_factory=dict)
    failures: list[SynthesisFailure] = field(default_factory=list)
    duplicates: int = 0


async def run_chains(chains: Sequence[Chain], ask: Ask) -> Harvest:
    """Run the chains beside one another, call by call; no question is taken twice, in whatever chain it comes.

    What comes is decided by the replies alone, not by the order in which they arrive.
    """
    harvest = Harvest({chain.key: [] for chain in chains})
    seen: set[tuple[str, ...]] = set()
    for number in range(max((chain.rounds for chain in chains), default=0) + EXTRA_ROUNDS):
        calls = {chain.key: call for chain in chains if (call := _next(chain, harvest.items[chain.key], number))}
        outcomes = await ask(list(calls.values()))
        for key, call in calls.items():
            outcome = outcomes[call.key]
            if outcome.failed is not None:
                harvest.failures.append(SynthesisFailure(call.key, outcome.failed, outcome.reply))
                continue
            for item in outcome.value:
                form = tuple(normalised_words(item["question"]))
                if form in seen:
                    harvest.duplicates += 1
                else:
                    seen.add(form)
                    harvest.items[key].append(item)
    for chain in chains:
        got = len(harvest.items[chain.key])
        if got < chain.wanted:
            asked = chain.rounds + EXTRA_ROUNDS
            reason = f"{chain.wanted:,} were wanted, {got:,} came in {plural(asked, 'call')}"
            harvest.failures.append(SynthesisFailure(chain.key, reason))
    return harvest


def _next(chain: Chain, items: list[Item], number: int) -> Call | None:
    missing = chain.wanted - len(items)
    if missing <= 0 or number >= chain.rounds + EXTRA_ROUNDS:
        return None
    known = [item["question"] for item in items]
    return chain.call(f"{chain.key}/{number + 1}", min(missing, chain.per_call), number, known)


def listed(questions: Sequence[str], most: int = 200) -> str:
    """Return questions as lines for a prompt, the latest `most` of them."""
    return "\n".join(f"- {question}" for question in questions[-most:]) or "(none yet)"


def key_part(name: str) -> str:
    """Return a name as a part of a key: lower case, words joined by hyphens."""
    return "-".join(name.lower().replace("/", " ").split())
