"""What a plan will take, told before the start.

Prompts are measured: each is rendered as it will be sent. Replies are guessed: a question has 22 words, a section of
an approach 60, a pair's approach 130 (the longest sections that models write unasked are about 100), and a word is
1.35 tokens, as in English prose. The upper end takes replies half as long again, and one call in four asked twice.
"""

from viva.dataset.calls import Call
from viva.dataset.synthesise.pairs import pair_chains
from viva.dataset.synthesise.prompts import Prompt
from viva.dataset.synthesise.questions import approach_call, question_chains
from viva.generate.chat import estimated_tokens
from viva.records.synthesis import DomainPlan, Estimate, Prices, SynthesisPlan, TaxonomyPlan

TOKENS_PER_WORD = 1.35
QUESTION_WORDS, SECTION_WORDS, PAIR_WORDS = 22, 60, 130
MARKS = 8
"""Tokens of quotes, keys and brackets around one text in JSON."""
LONGER, REPEATED = 1.5, 1.25

_QUESTION = " ".join(["question"] * QUESTION_WORDS)


def estimate(
    plan: SynthesisPlan, prompts: dict[str, Prompt], prices: Prices | None = None, rate: float | None = None
) -> Estimate:
    """Return what `plan` is expected to take; `rate` is completion tokens a second, over all calls at a time."""
    if isinstance(plan, TaxonomyPlan):
        calls, prompt, completion = _taxonomy(plan, prompts)
    else:
        calls, prompt, completion = _domain(plan, prompts)
    most_prompt, most_completion = round(prompt * REPEATED), round(completion * LONGER * REPEATED)
    return Estimate(
        calls=calls,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost=None if prices is None else prices.cost(prompt, completion),
        seconds=None if not rate else completion / rate,
        most_cost=None if prices is None else prices.cost(most_prompt, most_completion),
        most_seconds=None if not rate else most_completion / rate,
    )


def _taxonomy(plan: TaxonomyPlan, prompts: dict[str, Prompt]) -> tuple[int, int, int]:
    chains = question_chains(plan, prompts["questions"])
    chain, field, subfield = next(iter(chains.values()))
    rounds = [chain.call("", plan.per_call, n, [_QUESTION] * (n * plan.per_call)) for n in range(chain.rounds)]
    approach = approach_call(plan, prompts["approach"], _QUESTION, field, subfield)
    questions = plan.questions * len(chains)
    prompt = len(chains) * sum(map(_prompt_tokens, rounds)) + questions * _prompt_tokens(approach)
    sections = len(plan.sections) * (SECTION_WORDS * TOKENS_PER_WORD + MARKS)
    completion = questions * (QUESTION_WORDS * TOKENS_PER_WORD + MARKS + sections)
    return len(chains) * len(rounds) + questions, prompt, round(completion)


def _domain(plan: DomainPlan, prompts: dict[str, Prompt]) -> tuple[int, int, int]:
    calls = prompt = 0
    for chain, _ in pair_chains(plan, prompts["pairs"]).values():
        for number in range(chain.rounds):
            known = [_QUESTION] * (number * plan.per_call)
            prompt += _prompt_tokens(chain.call("", plan.per_call, number, known))
            calls += 1
    words = (QUESTION_WORDS + PAIR_WORDS) * TOKENS_PER_WORD
    return calls, prompt, round(plan.pairs * (words + 2 * MARKS))


def _prompt_tokens(call: Call) -> int:
    return sum(estimated_tokens(str(message["content"])) for message in call.request.messages)
