"""Multiple-choice questions for models that only reply: the letters they are asked for, and what they reply."""

import re
from collections.abc import Sequence

from viva.benchmark.arc import LETTERS
from viva.benchmark.replies import said
from viva.records.benchmark import Choices
from viva.text import display_line

INSTRUCTION = "Reply with the letter of the right answer alone."

_PREFIX = r"(?i:(?:(?:the\s+)?(?:right\s+|correct\s+)?answer(?:\s+is)?\s*:?\s*)?)"
_ANSWER = re.compile(_PREFIX + r"(?P<open>[(\[]?)(?P<letter>[A-Za-z])(?P<close>[)\]]?)\s*[.:]?")
_NAMED = re.compile(_PREFIX + r"\(?(?P<letter>[A-Z])[).:]+\s*(?P<text>.+)", re.DOTALL)


def asked(item: Choices) -> str:
    """Return a question with its choices under letters, whatever their labels are in the file."""
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, item.choices, strict=False)]
    return "\n".join([item.question, "", *lines, "", INSTRUCTION])


def chosen(reply: str, choices: Sequence[str]) -> int | str:
    """Return the choice that a reply names, counted from 0, or the reason why it names none.

    `B`, `(B)`, `B.`, `Answer: B`, in bold or not, and `B. TEXT` with the very text of that choice, after `Answer:` as
    well; nothing is guessed. What a model thought before it replied, in <think> tags, is passed over.
    """
    text = said(reply).replace("*", "").strip()
    if not text:
        return "the reply is empty"
    letter = _letter(text, choices)
    if letter is None:
        return f"no single letter: {display_line(text, 60)}"
    place = LETTERS.index(letter)
    return place if place < len(choices) else f"there is no choice {letter}"


def _letter(text: str, choices: Sequence[str]) -> str | None:
    if found := _ANSWER.fullmatch(text):
        pairs = {"(": {")"}, "[": {"]"}, "": {"", ")"}}
        return found["letter"].upper() if found["close"] in pairs[found["open"]] else None
    if found := _NAMED.fullmatch(text):
        place = LETTERS.index(found["letter"])
        if place < len(choices) and _bare(found["text"]) == _bare(choices[place]):
            return found["letter"]
    return None


def _bare(text: str) -> str:
    return " ".join(text.replace("*", "").split()).rstrip(".").casefold()
