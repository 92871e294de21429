"""Pairs of question and approach over application domains and technical components (seed 000)."""

import random
import re
from typing import Any

from viva.dataset.calls import BadReply, Call
from viva.dataset.normalised import normalised_words
from viva.dataset.synthesise.chains import Chain, Item, key_part, listed
from viva.dataset.synthesise.prompts import Prompt
from viva.dataset.synthesise.replies import MISSING, csv_pairs, json_list, member, text_of
from viva.generate.chat import ChatRequest
from viva.records.synthesis import DomainPlan
from viva.text import plural

SHORTEST_QUESTION, SHORTEST_APPROACH = 5, 20
"""Words of a question, and of an approach."""
LEAST_COMPONENTS = 2
"""So many of the components that a call names must an approach use, or all if it names fewer."""

PAIRS_SCHEMA = {
    "type": "object",
    "properties": {
        "pairs": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"question": {"type": "string"}, "approach": {"type": "string"}},
                "required": ["question", "approach"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["pairs"],
    "additionalProperties": False,
}


def pair_chains(plan: DomainPlan, prompt: Prompt) -> dict[str, tuple[Chain, str]]:
    """Return a chain of calls for each domain, by its key, with the domain; the pairs are spread evenly."""
    share, rest = divmod(plan.pairs, len(plan.domains))
    wanted = [share + (number < rest) for number in range(len(plan.domains))]
    return {
        (key := f"pairs/{key_part(domain)}"): (_chain(plan, prompt, key, number, wanted[number]), domain)
        for number, domain in enumerate(plan.domains)
        if wanted[number]
    }


def components_for(plan: DomainPlan, domain: int, number: int) -> tuple[str, ...]:
    """Return the components of a domain's call: all are used equally often, in changing company."""
    place = number * len(plan.domains) + domain
    per_lap = max(1, len(plan.components) // plan.components_per_call)
    lap, turn = divmod(place, per_lap)
    shuffled = list(plan.components)
    random.Random(f"{plan.seed}/{lap}").shuffle(shuffled)
    return tuple(shuffled[turn * plan.components_per_call : (turn + 1) * plan.components_per_call])


def _chain(plan: DomainPlan, prompt: Prompt, chain_key: str, domain: int, wanted: int) -> Chain:
    def call(key: str, count: int, number: int, known: list[str]) -> Call:
        components = components_for(plan, domain, number)
        text = prompt.render(
            count=str(count),
            topic=plan.topic,
            domain=plan.domains[domain],
            components="\n".join(f"- {component}" for component in components),
            known=listed(known),
        )
        request = ChatRequest(
            [{"role": "user", "content": text}],
            max_tokens=plan.max_tokens,
            temperature=plan.temperature,
            seed=None if plan.seed is None else plan.seed + number,
            schema=PAIRS_SCHEMA,
        )
        return Call(key, request, lambda reply: check_pairs(reply, count, components, known))

    return Chain(chain_key, wanted, plan.per_call, call)


def check_pairs(reply: str, count: int, components: tuple[str, ...], known: list[str]) -> list[Item]:
    """Return the pairs in a reply, JSON or CSV-like, `count` at most, each with the `components` it uses.

    Raises `BadReply` with the first thing that is wrong where less than half of the pairs can be used.
    """
    seen = {tuple(normalised_words(question)) for question in known}
    good: list[Item] = []
    problems = []
    for number, value in enumerate(_pairs(reply), start=1):
        try:
            pair = _pair(value, components)
            form = tuple(normalised_words(pair["question"]))
            if form in seen:
                raise BadReply("its question was there already")
        except BadReply as error:
            problems.append(f"pair {number}: {error.reason}")
            continue
        seen.add(form)
        good.append(pair)
    if 2 * len(good) < count:
        first = f"; {problems[0]}" if problems else ""
        raise BadReply(f"{len(good)} of {plural(count, 'pair')} asked for can be used{first}")
    return good[:count]


def _pairs(reply: str) -> list[Any]:
    try:
        return json_list(reply, "pairs")
    except BadReply:
        pairs = csv_pairs(reply)
        if not pairs:
            raise
        return list(pairs)


def _pair(value: Any, components: tuple[str, ...]) -> Item:
    if not isinstance(value, dict):
        raise BadReply("it is no object of question and approach")
    texts = {key: text_of(found) if (found := member(value, key)) is not MISSING else None for key in _KEYS}
    for key, shortest in _KEYS.items():
        text = texts[key]
        if text is None:
            raise BadReply(f"it has no {key}")
        if len(normalised_words(text)) < shortest:
            raise BadReply(f"its {key} has fewer than {shortest} words")
    question, approach = str(texts["question"]), str(texts["approach"])
    used = [component for component in components if mentions(f"{question}\n{approach}", component)]
    needed = min(LEAST_COMPONENTS, len(components))
    if len(used) < needed:
        raise BadReply(f"it uses {len(used)} of the components asked for ({', '.join(components)}), not {needed}")
    return {"question": " ".join(question.split()), "approach": approach, "components": used}


_KEYS = {"question": SHORTEST_QUESTION, "approach": SHORTEST_APPROACH}


def mentions(text: str, component: str) -> bool:
    """Return whether a text names a component: each of its words, in any form that begins alike, not far apart."""
    words = normalised_words(text.replace("-", " "))
    wanted = [_stem(word) for word in normalised_words(component.replace("-", " "))]
    reach = len(wanted) + 3
    places = [place for place, word in enumerate(words) if word.startswith(wanted[0])] if wanted else []
    return any(
        all(any(word.startswith(stem) for word in words[place : place + reach]) for stem in wanted) for place in places
    )


def _stem(word: str) -> str:
    return re.sub(r"(ations?|ers?|ing|ies|s|e)$", "", word) if len(word) > 5 else word.rstrip("s") or word
