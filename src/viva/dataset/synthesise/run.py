"""Carrying out a plan: calls to the model, duplicates removed, examples made of what came back."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from viva.dataset.calls import Call, CallLog, CallProgress, Outcome, run_calls
from viva.dataset.synthesise.chains import Harvest, key_part, run_chains
from viva.dataset.synthesise.pairs import pair_chains
from viva.dataset.synthesise.prompts import Prompt, load_prompt
from viva.dataset.synthesise.questions import approach_call, question_chains, reference_text
from viva.errors import UsageError
from viva.generate.chat import Chat
from viva.records.dataset import Example
from viva.records.synthesis import (
    DomainPlan,
    Prices,
    Synthesis,
    SynthesisFailure,
    SynthesisPlan,
    TaxonomyPlan,
)
from viva.text import display_line

Dedupe = Callable[[list[str]], list[int]]
"""Takes texts, returns the indices of those to keep."""


def near_duplicates_removed(similarity: float) -> Dedupe:
    """Return a `Dedupe` that keeps the first of questions at least as alike as `similarity`."""

    def kept(texts: list[str]) -> list[int]:
        from viva.dataset.near_duplicates import find_pairs

        dropped: set[int] = set()
        for pair in sorted(find_pairs(texts, similarity).pairs, key=lambda pair: (pair.first, pair.second)):
            if pair.first not in dropped:
                dropped.add(pair.second)
        return [index for index in range(len(texts)) if index not in dropped]

    return kept


def load_prompts(plan: SynthesisPlan, folder: Path | None) -> dict[str, Prompt]:
    """Return the prompts that a plan needs, the user's own in `folder` first. Raises `BadInput`."""
    names = ("questions", "approach") if isinstance(plan, TaxonomyPlan) else ("pairs",)
    return {name: load_prompt(name, folder) for name in names}


def check_plan(plan: SynthesisPlan) -> None:
    """Raise `UsageError` where a plan cannot be carried out."""
    numbers = {"per_call": plan.per_call, "max_tokens": plan.max_tokens}
    if isinstance(plan, TaxonomyPlan):
        numbers["questions"] = plan.questions
        lists = {"taxonomy": [s for subfields in plan.taxonomy.values() for s in subfields], "sections": plan.sections}
    else:
        numbers |= {"pairs": plan.pairs, "components_per_call": plan.components_per_call}
        lists = {"domains": plan.domains, "components": plan.components}
    for name, number in numbers.items():
        if number < 1:
            raise UsageError(f"{name} must be at least 1, not {number}")
    for name, values in lists.items():
        if not values:
            raise UsageError(f"{name} is empty", "a plan needs at least one")
    named = (
        [f"{field}/{subfield}" for field, subfields in plan.taxonomy.items() for subfield in subfields]
        if isinstance(plan, TaxonomyPlan)
        else list(plan.domains)
    )
    keys = Counter("/".join(map(key_part, name.split("/", 1))) for name in named)
    alike = next((name for name in named if keys["/".join(map(key_part, name.split("/", 1)))] > 1), None)
    if alike is not None:
        raise UsageError(f"{display_line(alike, 60)} is named twice, or nearly so", "name each only once")
    if not 0 < plan.similarity <= 1:
        raise UsageError(f"similarity must be above 0 and at most 1, not {plan.similarity:g}")


async def synthesise(
    plan: SynthesisPlan,
    chat: Chat,
    log: CallLog,
    prompts: dict[str, Prompt],
    dedupe: Dedupe | None = None,
    on_progress: Callable[[CallProgress], None] = lambda _: None,
    prices: Prices | None = None,
    expected: int = 0,
) -> Synthesis:
    """Carry out `plan`; `expected` is the number of calls that progress is reported against.

    The result depends on the replies alone: stopped and started again with the same `log`, it is the same.
    Raises `UserError` as `run_calls` does.
    """
    check_plan(plan)
    run = _Run(chat, log, prompts, dedupe or near_duplicates_removed(plan.similarity), on_progress, prices, expected)
    if isinstance(plan, TaxonomyPlan):
        return await run.taxonomy(plan)
    return await run.domain(plan)


class _Run:
    def __init__(
        self,
        chat: Chat,
        log: CallLog,
        prompts: dict[str, Prompt],
        dedupe: Dedupe,
        on_progress: Callable[[CallProgress], None],
        prices: Prices | None,
        expected: int,
    ) -> None:
        self._chat = chat
        self._log = log
        self._prompts = prompts
        self._dedupe = dedupe
        self._on_progress = on_progress
        self._prices = prices
        self._expected = expected
        self._done = 0
        self._failed = 0

    async def taxonomy(self, plan: TaxonomyPlan) -> Synthesis:
        chains = question_chains(plan, self._prompts["questions"])
        harvest = await run_chains([chain for chain, _, _ in chains.values()], self._ask)
        questions = [(item["question"], key) for key, items in harvest.items.items() for item in items]
        kept = self._dedupe([question for question, _ in questions])
        calls = {}
        for question, key in (questions[index] for index in kept):
            _, field, subfield = chains[key]
            calls[question] = approach_call(plan, self._prompts["approach"], question, field, subfield)
        self._expected = self._done + len(calls)
        outcomes = await self._ask(list(calls.values()))
        examples = []
        failures = list(harvest.failures)
        for question, key in (questions[index] for index in kept):
            outcome = outcomes[calls[question].key]
            if outcome.failed is not None:
                failures.append(SynthesisFailure(question, outcome.failed, outcome.reply))
                continue
            _, field, subfield = chains[key]
            text = reference_text(outcome.value, plan.sections)
            meta = {
                "model": self._chat.name,
                "prompt": f"{self._prompts['questions'].label} {self._prompts['approach'].label}",
                "sections": outcome.value,
            }
            examples.append(Example(question, text, field, subfield, meta=meta))
        return Synthesis(tuple(examples), tuple(failures), harvest.duplicates + len(questions) - len(kept))

    async def domain(self, plan: DomainPlan) -> Synthesis:
        chains = pair_chains(plan, self._prompts["pairs"])
        harvest: Harvest = await run_chains([chain for chain, _ in chains.values()], self._ask)
        pairs = [(item, key) for key, items in harvest.items.items() for item in items]
        kept = self._dedupe([item["question"] for item, _ in pairs])
        examples = []
        for item, key in (pairs[index] for index in kept):
            meta = {
                "model": self._chat.name,
                "prompt": self._prompts["pairs"].label,
                "topic": plan.topic,
                "components": item["components"],
            }
            examples.append(Example(item["question"], item["approach"], chains[key][1], meta=meta))
        return Synthesis(tuple(examples), tuple(harvest.failures), harvest.duplicates + len(pairs) - len(kept))

    async def _ask(self, calls: list[Call]) -> dict[str, Outcome]:
        """Run the calls of one step; progress goes on from the steps before it."""
        done, failed = self._done, self._failed

        def report(progress: CallProgress) -> None:
            self._done, self._failed = done + progress.done, failed + progress.failed
            total = max(self._expected, done + progress.total)
            self._on_progress(replace(progress, done=self._done, failed=self._failed, total=total))

        return await run_calls(self._chat, calls, self._log, report, prices=self._prices)
