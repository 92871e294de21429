"""Attempts to talk a judge into a better verdict, put into texts to measure what they change."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from viva import paths
from viva.errors import BadInput
from viva.text import display_line

PLACES = ("start", "middle", "end")
_KEYS = {"name", "where", "text"}
_PARAGRAPH = re.compile(r"\n\s*\n")
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Attack:
    """A text that is put at the `start`, in the `middle` or at the `end` of the text to be judged."""

    name: str
    where: str
    text: str


def load_attacks(file: Path | None = None) -> tuple[Attack, ...]:
    """Return the attacks in a TOML file, by default those that viva ships. Raises `BadInput`."""
    file = paths.shipped("judging", "injections.toml") if file is None else file
    try:
        tables = tomllib.loads(file.read_text("utf-8"))["attack"]
        attacks = tuple(_attack(table) for table in tables)
    except KeyError as error:
        raise BadInput(f"{file.name}: {error.args[0]} is missing", "compare it with the shipped file") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        reason = display_line(str(error), 160)
        raise BadInput(f"{file.name} holds no attacks: {reason}", "compare it with the shipped file") from error
    for attack in attacks:
        if sum(attack.name == other.name for other in attacks) > 1:
            raise BadInput(f"{file.name}: two attacks are named {display_line(attack.name, 60)}")
    return attacks


def attacked(text: str, attack: Attack) -> str:
    """Return `text` with the attack in it; the middle is the end of the paragraph or sentence nearest to it."""
    if not text.strip():
        return attack.text
    if attack.where == "start":
        return f"{attack.text}\n\n{text}"
    if attack.where == "end":
        return f"{text}\n\n{attack.text}"
    place = _middle(text)
    return f"{text[:place].rstrip()}\n\n{attack.text}\n\n{text[place:].lstrip()}"


def _middle(text: str) -> int:
    for boundary in (_PARAGRAPH, _SENTENCE, _SPACE):
        places = [match.end() for match in boundary.finditer(text) if match.start() > 0 and match.end() < len(text)]
        if places:
            return min(places, key=lambda place: abs(place - len(text) // 2))
    return len(text) // 2


def _attack(table: dict[str, str]) -> Attack:
    attack = Attack(table["name"], table["where"], table["text"])
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise ValueError(f"an attack has no {unknown[0]}")
    if not all(isinstance(value, str) and value.strip() for value in table.values()):
        raise ValueError("each value of an attack is a text")
    if attack.where not in PLACES:
        raise ValueError(f"where is one of {', '.join(PLACES)}, not {attack.where}")
    return attack
