"""What replies must hold: tolerant about how JSON is wrapped, strict about the values in it."""

import csv
import re
from typing import Any

from viva.dataset.calls import BadReply
from viva.dataset.replies import parse_json, without_thoughts
from viva.generate.dialect import encodable
from viva.text import plural

MISSING = object()
_BRACKET = re.compile(r"[\[{]")
_NUMBERED = re.compile(r"(step\s*)?\d+\s*[.):]", re.IGNORECASE)


def json_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a reply. Raises `BadReply`."""
    value = _parsed(text, "object")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise BadReply("the reply is a JSON list, not an object")
    return value


def json_list(text: str, key: str) -> list[Any]:
    """Return the JSON list in a reply, whether it stands alone or under `key` in an object. Raises `BadReply`."""
    value = _parsed(text, "list")
    if isinstance(value, dict):
        value = member(value, key)
    if not isinstance(value, list):
        raise BadReply(f"the reply is a JSON object without a list under {key!r}")
    return value


def csv_pairs(text: str) -> list[dict[str, Any]]:
    """Return the pairs in a reply of CSV-like lines `question?,approach`; lines of another form are passed over."""
    lines = [line for line in without_thoughts(text).splitlines(keepends=True) if not line.startswith("```")]
    pairs: list[dict[str, Any]] = []
    try:
        rows = [row for row in csv.reader(lines, skipinitialspace=True) if len(row) > 1]
    except csv.Error:
        return []
    for question, *rest in rows:
        approach = ", ".join(cell.strip() for cell in rest)
        # Prose has commas as well: only what asks something is a pair.
        if question.strip().endswith("?") and approach:
            pairs.append({"question": question.strip(), "approach": approach})
    return pairs


def text_of(value: Any) -> str | None:
    """Return a value as text: a list of texts becomes numbered lines; None where it is neither."""
    if isinstance(value, str):
        return encodable(value).strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        lines = [item.strip() for item in value]
        numbered = all(_NUMBERED.match(line) for line in lines)
        text = "\n".join(lines if numbered else [f"{number}. {line}" for number, line in enumerate(lines, 1)])
        return encodable(text)
    return None


def member(value: dict[str, Any], key: str) -> Any:
    """Return the member of that key, however its words are joined (`Key Steps`, `keySteps`, `key-steps`).

    `MISSING` where there is none: a member may be null.
    """
    return next((item for name, item in value.items() if _plain(str(name)) == _plain(key)), MISSING)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _parsed(text: str, kind: str) -> Any:
    answer = without_thoughts(text)
    if not answer:
        raise BadReply("the reply holds thoughts but no answer" if text.strip() else "the reply is empty")
    try:
        return parse_json(text)
    except ValueError:
        if _BRACKET.search(answer):
            raise BadReply(f"the reply holds no complete JSON {kind}") from None
        words = plural(len(answer.split()), "word")
        raise BadReply(f"the reply holds no JSON {kind}, only {words} of text") from None
