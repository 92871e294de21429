"""Prompt templates: how a question is put to a model, in training and in generation alike."""

from dataclasses import dataclass
from typing import Any

CHAT = "{question}"
"""The question alone; the model's own chat template wraps it."""

PLAIN = "Question: {question}\nApproach: "
"""For models without a chat template (seed 000's format)."""


@dataclass(frozen=True)
class PromptFile:
    """A template in a file: its name without `.txt`, and its text with `{question}` and perhaps `{examples}` in it."""

    name: str
    text: str


def render(template: str, question: str) -> str:
    """Put `question` in the place of `{question}`; nothing else in the template is special."""
    return template.replace("{question}", question)


def conversation(template: str, question: str) -> list[dict[str, Any]]:
    """Return the rendered question as a conversation of one user's turn."""
    return [{"role": "user", "content": render(template, question)}]


def plain(template: str, question: str) -> str:
    """Return the prompt for a model that has no chat template, for which `CHAT` means `PLAIN`.

    It ends without a space: tokenizers join a space to the word that follows, so the completion brings its own.
    """
    return render(PLAIN if template == CHAT else template, question).rstrip(" ")
