"""Prompts as files that a person can edit: `{{name}}` stands for a value, nothing else is special."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from viva import paths
from viva.errors import BadInput
from viva.records.ids import content_id

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
NAMES: dict[str, frozenset[str]] = {
    "questions": frozenset({"count", "field", "subfield", "known"}),
    "approach": frozenset({"question", "field", "subfield", "sections"}),
    "pairs": frozenset({"count", "topic", "domain", "components", "known"}),
}
"""The prompts of synthesis, and the values that each is given; all of them must stand in the file."""


@dataclass(frozen=True)
class Prompt:
    """A prompt's text; `label` names it with a hash of the text, as examples made with it remember it."""

    name: str
    text: str

    @property
    def label(self) -> str:
        return f"{self.name}@{content_id(self.text)}"

    def render(self, **values: str) -> str:
        """Return the text with the values in their places; a value is never looked into."""
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.text)


def load_prompt(name: str, folder: Path | None = None, placeholders: Iterable[str] | None = None) -> Prompt:
    """Return the prompt from `folder` if it has `NAME.txt`, else the one viva ships.

    `placeholders` are those that the text must hold, and no others; by default those of synthesis.
    Raises `BadInput` naming file and line.
    """
    own = folder / f"{name}.txt" if folder is not None else None
    file = own if own is not None and own.exists() else paths.shipped("prompts", f"{name}.txt")
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the prompt {file} cannot be read: {error}", "delete it to use the one viva ships") from error
    known = frozenset(NAMES[name] if placeholders is None else placeholders)
    _check(file, text, known)
    return Prompt(name, text.strip())


def _check(file: Path, text: str, known: frozenset[str]) -> None:
    hint = "it knows " + ", ".join(f"{{{{{name}}}}}" for name in sorted(known))
    seen = set()
    for number, line in enumerate(text.split("\n"), start=1):
        for match in _PLACEHOLDER.finditer(line):
            if match[1] not in known:
                raise BadInput(f"{file}, line {number}: {{{{{match[1]}}}}} is not known here", hint)
            seen.add(match[1])
        if "{{" in _PLACEHOLDER.sub("", line):
            raise BadInput(f"{file}, line {number}: a {{{{ without its }}}}", hint)
    for name in sorted(known - seen):
        last = text.rstrip().count("\n") + 1
        raise BadInput(f"{file}, line {last}: {{{{{name}}}}} stands nowhere up to here, the end", hint)
