"""Questions for each subfield of a taxonomy, and an approach in named sections for each question (seed 001)."""

import tomllib
from pathlib import Path
from typing import Any

from viva.dataset.calls import BadReply, Call
from viva.dataset.normalised import normalised_words
from viva.dataset.synthesise.chains import Chain, Item, key_part, listed
from viva.dataset.synthesise.prompts import Prompt
from viva.dataset.synthesise.replies import MISSING, json_list, json_object, member, text_of
from viva.errors import BadInput
from viva.generate.chat import ChatRequest
from viva.records.ids import content_id
from viva.records.synthesis import Section, TaxonomyPlan
from viva.text import display_line, plural

SHORTEST_QUESTION, LONGEST_QUESTION = 4, 120
"""Words of a question."""
SHORTEST_SECTION = 4
"""Words of a section that is needed."""
_NOTHING = {"", "none", "n a", "na", "not applicable", "null"}

QUESTIONS_SCHEMA = {
    "type": "object",
    "properties": {"questions": {"type": "array", "items": {"type": "string"}}},
    "required": ["questions"],
    "additionalProperties": False,
}


def read_taxonomy(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the fields of a TOML file with their subfields: `[fields]`, then `"field" = ["subfield", …]`.

    Raises `BadInput`.
    """
    name = display_line(path.name, 80)
    try:
        fields = tomllib.loads(path.read_text("utf-8-sig")).get("fields")
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}", "check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{name} is not valid TOML: {error}", "mend the line it names") from error
    if not isinstance(fields, dict) or not fields:
        raise BadInput(f"{name} has no table [fields]", 'such as [fields] and "arts" = ["music", "film"]')
    for field, subfields in fields.items():
        good = isinstance(subfields, list) and subfields and all(isinstance(s, str) and s.strip() for s in subfields)
        if not good:
            raise BadInput(f"{name}: {display_line(field, 40)} is no list of subfields", 'such as ["music", "film"]')
    return {field: tuple(dict.fromkeys(subfields)) for field, subfields in fields.items()}


def question_chains(plan: TaxonomyPlan, prompt: Prompt) -> dict[str, tuple[Chain, str, str]]:
    """Return a chain of calls for each subfield, by its key, with field and subfield."""
    return {
        (key := f"questions/{key_part(field)}/{key_part(subfield)}"): (
            _chain(plan, prompt, key, field, subfield),
            field,
            subfield,
        )
        for field, subfields in plan.taxonomy.items()
        for subfield in subfields
    }


def _chain(plan: TaxonomyPlan, prompt: Prompt, chain_key: str, field: str, subfield: str) -> Chain:
    def call(key: str, count: int, number: int, known: list[str]) -> Call:
        text = prompt.render(count=str(count), field=field, subfield=subfield, known=listed(known))
        request = _request(plan, text, QUESTIONS_SCHEMA, number)
        return Call(key, request, lambda reply: check_questions(reply, count, known))

    return Chain(chain_key, plan.questions, plan.per_call, call)


def check_questions(reply: str, count: int, known: list[str]) -> list[Item]:
    """Return the new questions in a reply, `count` at most. Raises `BadReply` where less than half can be used."""
    seen = {tuple(normalised_words(question)) for question in known}
    questions: list[Item] = []
    repeated = 0
    for value in json_list(reply, "questions"):
        text = text_of(value.get("question") if isinstance(value, dict) else value) or ""
        form = tuple(normalised_words(text))
        if not SHORTEST_QUESTION <= len(form) <= LONGEST_QUESTION:
            continue
        if form in seen:
            repeated += 1
            continue
        seen.add(form)
        questions.append({"question": " ".join(text.split())})
    if 2 * len(questions) < count:
        reason = f"{len(questions)} of {plural(count, 'question')} asked for can be used"
        raise BadReply(f"{reason}, {repeated} were there already" if repeated else reason)
    return questions[:count]


def approach_call(plan: TaxonomyPlan, prompt: Prompt, question: str, field: str, subfield: str) -> Call:
    """Return the call that asks for a question's approach; its value maps section keys to texts."""
    wishes = "\n".join(
        f"- {section.key}: {section.wish}" + ("" if section.needed else " (an empty text if it does not apply)")
        for section in plan.sections
    )
    text = prompt.render(question=question, field=field, subfield=subfield, sections=wishes)
    request = _request(plan, text, sections_schema(plan.sections), 0)
    return Call(f"approach/{content_id(question)}", request, lambda reply: check_sections(reply, plan.sections))


def sections_schema(sections: tuple[Section, ...]) -> dict[str, Any]:
    """Return the JSON schema of an approach."""
    return {
        "type": "object",
        "properties": {section.key: {"type": "string", "description": section.wish} for section in sections},
        "required": [section.key for section in sections],
        "additionalProperties": False,
    }


def check_sections(reply: str, sections: tuple[Section, ...]) -> dict[str, str]:
    """Return the sections in a reply. Raises `BadReply` where one is missing, empty though needed, or no text."""
    value = json_object(reply)
    return {section.key: _section(value, section) for section in sections}


def _section(value: dict[str, Any], section: Section) -> str:
    found = member(value, section.key)
    if found is MISSING:
        raise BadReply(f"the section {section.key!r} is missing")
    text = "" if found is None else text_of(found)
    if text is None:
        raise BadReply(f"the section {section.key!r} is no text")
    words = normalised_words(text)
    if " ".join(words) in _NOTHING:
        text, words = "", []
    if section.needed and len(words) < SHORTEST_SECTION:
        raise BadReply(f"the section {section.key!r} is {'too short' if text else 'empty'}")
    return text


def reference_text(texts: dict[str, str], sections: tuple[Section, ...]) -> str:
    """Return an approach as plain text: each section that says something behind its heading."""
    return "\n\n".join(f"{section.heading}: {texts[section.key]}" for section in sections if texts[section.key])


def _request(plan: TaxonomyPlan, text: str, schema: dict[str, Any], number: int) -> ChatRequest:
    return ChatRequest(
        [{"role": "user", "content": text}],
        max_tokens=plan.max_tokens,
        temperature=plan.temperature,
        seed=None if plan.seed is None else plan.seed + number,
        schema=schema,
    )
