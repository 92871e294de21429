"""The prompt template that suits a model."""

import json
from pathlib import Path

from viva.records import prompt as prompts


def default_prompt(location: str, base: str | None) -> str:
    """Return the template that suits a model: the one it was trained with, where viva trained it or exported it, else
    the bare question where it has a chat template of its own.

    A hub id is taken for a chat model; whoever uses a plain base model from the hub names the template.
    """
    # The record of a GGUF file lies beside it.
    folder = Path(location).parent if location.lower().endswith(".gguf") else Path(location)
    for record in (folder / "training.json", folder / "merged_from.json"):
        if (trained_with := _recorded_prompt(record)) is not None:
            return trained_with
    for directory in (Path(location), Path(base) if base else None):
        if directory is not None and (directory / "tokenizer_config.json").is_file():
            chat = (directory / "chat_template.jinja").is_file() or '"chat_template"' in (
                directory / "tokenizer_config.json"
            ).read_text("utf-8")
            return prompts.CHAT if chat else prompts.PLAIN
    return prompts.CHAT


def _recorded_prompt(record: Path) -> str | None:
    """Return the template that a record of viva's names; None where there is no such record."""
    try:
        known = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    prompt = known.get("prompt") if isinstance(known, dict) else None
    return prompt if isinstance(prompt, str) and "{question}" in prompt else None
