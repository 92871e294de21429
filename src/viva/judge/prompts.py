"""What a judge is sent: the prompt files, the rubric in words, and foreign texts fenced with a random marker."""

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from viva import paths
from viva.errors import BadInput
from viva.generate.chat import Message
from viva.judge.reply_schema import OVERALL, WINNERS
from viva.records.ids import content_id
from viva.records.judging import JudgeMode
from viva.records.rubric import Criterion, Rubric

NAMES: dict[str, frozenset[str]] = {
    "rubric-reference": frozenset({"criteria", "form", "marker", "question", "reference", "text"}),
    "rubric-independent": frozenset({"criteria", "form", "marker", "question", "draft", "text"}),
    "draft": frozenset({"marker", "question"}),
    "pair-reference": frozenset({"criteria", "form", "marker", "question", "reference", "first", "second"}),
    "pair-independent": frozenset({"criteria", "form", "marker", "question", "draft", "first", "second"}),
}
"""The prompts of a judge, and the places that each must hold, with no others."""
MARKER_BYTES = 12

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def load(folder: Path | None = None) -> dict[str, str]:
    """Return the text of each prompt: `NAME.txt` in `folder` where it is there, else the one that viva ships.

    Raises `BadInput` naming the file and the place that is missing or not known.
    """
    return {name: _read(name, folder) for name in NAMES}


def digest(text: str) -> str:
    """Return the hash of a prompt's text, by which a protocol remembers it."""
    return content_id(text)


def new_marker(*texts: str) -> str:
    """Return a random marker of 96 bits that stands in none of `texts`, whatever the case of its letters."""
    folded = [text.casefold() for text in texts]
    while True:
        marker = secrets.token_hex(MARKER_BYTES)
        if not any(marker in text for text in folded):
            return marker


def score_messages(
    prompts: Mapping[str, str], mode: JudgeMode, rubric: Rubric, question: str, against: str, text: str, marker: str
) -> list[Message]:
    """Return the conversation that asks for scores of `text`.

    `against` is the reference, or in independent mode the judge's draft. Raises `ValueError` where a text holds the
    marker.
    """
    fenced = _fenced(marker, {"question": question, _against(mode): against, "text": text})
    values = {"criteria": _criteria(rubric), "form": score_form(rubric), **fenced}
    return _message(prompts[f"rubric-{mode}"], values)


def draft_messages(prompts: Mapping[str, str], question: str, marker: str) -> list[Message]:
    """Return the conversation that asks for the judge's own approach. Raises `ValueError` as `score_messages` does."""
    return _message(prompts["draft"], _fenced(marker, {"question": question}))


def pair_messages(
    prompts: Mapping[str, str],
    mode: JudgeMode,
    rubric: Rubric,
    question: str,
    against: str,
    first: str,
    second: str,
    marker: str,
    per_criterion: bool,
) -> list[Message]:
    """Return the conversation that asks which of two texts is better, on the whole and if wanted on each criterion.

    `against` and errors are as in `score_messages`.
    """
    fenced = _fenced(marker, {"question": question, _against(mode): against, "first": first, "second": second})
    values = {"criteria": _criteria(rubric, weights=True), "form": pair_form(rubric, per_criterion), **fenced}
    return _message(prompts[f"pair-{mode}"], values)


def score_form(rubric: Rubric) -> str:
    """Return the form of a verdict on one text, as the prompt shows it; it is no JSON, lest it pass for a verdict."""
    return _form(
        {
            criterion.name: f'"rationale": "…", "evidence": "…", "value": <whole number from {_scale(criterion)}>'
            for criterion in rubric.criteria
        }
    )


def pair_form(rubric: Rubric, per_criterion: bool) -> str:
    """Return the form of a comparison, as the prompt shows it."""
    names = [criterion.name for criterion in rubric.criteria] if per_criterion else []
    winner = " or ".join(f'"{word}"' for word in WINNERS)
    return _form(dict.fromkeys([*names, OVERALL], f'"rationale": "…", "winner": <{winner}>'))


def _form(entries: dict[str, str]) -> str:
    lines = [f"  {json.dumps(name, ensure_ascii=False)}: {{{entry}}}" for name, entry in entries.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _criteria(rubric: Rubric, weights: bool = False) -> str:
    """Return the criteria in words, each with its scale and the descriptions of its levels, lowest first."""
    total = sum(criterion.weight for criterion in rubric.criteria)
    parts = []
    for criterion in rubric.criteria:
        weight = f", weight {criterion.weight:g} of {total:g}" if weights else ""
        lines = [f"{criterion.name} (from {_scale(criterion)}{weight}): {criterion.question}"]
        lines += [f"  {level} = {text}" for level, text in sorted(criterion.levels.items())]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _scale(criterion: Criterion) -> str:
    return f"{criterion.lowest} to {criterion.highest}"


def _against(mode: JudgeMode) -> str:
    return "reference" if mode is JudgeMode.REFERENCE else "draft"


def _fenced(marker: str, texts: dict[str, str]) -> dict[str, str]:
    """Return each text between its fences, and the marker itself."""
    if any(marker in text.casefold() for text in texts.values()):
        raise ValueError("a text holds the marker that is to fence it")
    return {"marker": marker, **{name: f"<<<{marker}\n{text}\n{marker}>>>" for name, text in texts.items()}}


def _message(template: str, values: dict[str, str]) -> list[Message]:
    """Return the filled template as one turn of the user, which models without a system role understand as well."""
    # One pass: a place that stands within a value stays text.
    return [{"role": "user", "content": _PLACE.sub(lambda match: values[match[1]], template)}]


def _read(name: str, folder: Path | None) -> str:
    own = folder / f"{name}.txt" if folder is not None else None
    file = own if own is not None and own.exists() else paths.shipped("prompts", "judge", f"{name}.txt")
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the prompt {file} cannot be read: {error}", "delete it to use the one viva ships") from error
    hint = "it knows " + ", ".join(f"{{{{{place}}}}}" for place in sorted(NAMES[name]))
    seen = set()
    for number, line in enumerate(text.split("\n"), start=1):
        places = _PLACE.findall(line)
        for place in places:
            if place not in NAMES[name]:
                raise BadInput(f"{file}, line {number}: {{{{{place}}}}} is not known here", hint)
        if "{{" in _PLACE.sub("", line):
            raise BadInput(f"{file}, line {number}: a {{{{ without its }}}}", hint)
        seen.update(places)
    for place in sorted(NAMES[name] - seen):
        raise BadInput(f"{file}: {{{{{place}}}}} stands nowhere in it", hint)
    return text.strip()
