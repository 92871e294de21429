"""Families of models: a judge may favour what its own relatives write."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from viva.records.model import Model, ModelKind

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

STARTER = "viva-starter"

_FAMILIES = {
    # Distilled from one family onto another, named after both: the teacher's manner counts, so it comes first.
    "deepseek": r"deepseek",
    # What ollama serves is not llama for that.
    "llama": r"(?<!o)llama|vicuna|alpaca",
    "qwen": r"qwen|qwq",
    "gpt": r"gpt[-_ ]?(?:[345]|oss(?![a-z])|o[1345])|chatgpt|davinci|(?:^|[/: ])o[1345](?![a-z0-9.])",
    "claude": r"(?<![a-z])claude(?![a-z])",
    "gemini": r"(?<![a-z])gemini(?![a-z])",
    "gemma": r"gemma(?![a-z])",
    "mistral": r"mistral|mixtral|ministral|magistral|codestral|zephyr",
    "phi": r"(?<![a-z0-9])phi[-_]?[1-9]|(?<![a-z0-9])phi(?![a-z0-9])",
    "command": r"(?<![a-z])command[-_]?[ar](?![a-z])|(?<![a-z])cohere(?:labs)?(?![a-z])",
    "smollm": r"smollm",
    "olmo": r"(?<![a-z])olmoe?(?![a-z])",
    "falcon": r"(?<![a-z])falcon(?![a-z])",
    "yi": r"(?<![a-z0-9])yi[-_][1-9]",
    "glm": r"(?<![a-z])(?:chat)?glm",
    "granite": r"(?<![a-z])granite(?![a-z])",
    "grok": r"(?<![a-z])grok(?![a-z])",
    "gpt2": r"gpt[-_]?2|gpt[-_]?neo",
}
_PATTERNS = {family: re.compile(pattern) for family, pattern in _FAMILIES.items()}


class Families:
    """Tells which family the models of a workspace belong to."""

    def __init__(self, workbench: "Workbench") -> None:
        self._models = {model.name: model for model in workbench.models.list()}

    def of(self, name: str) -> str | None:
        """Return the family of a model by its name here, None where it is not known.

        What is not registered (texts made elsewhere) is told by its name alone.
        """
        model = self._models.get(name)
        if model is not None and model.kind is ModelKind.ADAPTER and model.base not in {None, name}:
            return self.of(str(model.base))
        return named(name) if model is None else family(model)

    def common(self, judges: Sequence[str]) -> str | None:
        """Return the family that all of these are of, None where there is no such."""
        found = {self.of(judge) for judge in judges}
        return found.pop() if len(found) == 1 else None


def family(model: Model) -> str | None:
    """Return the family of a model: by the name it has on its hub or server, else by its weights' configuration.

    An adapter's is that of its base, which `Families` looks up. None where it is not known.
    """
    if model.kind is ModelKind.STARTER:
        return STARTER
    if model.kind is ModelKind.ENDPOINT:
        return named(str(model.settings.get("model", "")))
    folder = Path(model.location)
    said = _configured(folder) if folder.is_absolute() else [model.location]
    return next((found for part in said if (found := named(part)) is not None), None)


def named(name: str) -> str | None:
    """Return the family that a model's name tells, such as `llama` for meta-llama/Llama-3.2-3B; None for others."""
    if name.lower() in {"starter", STARTER}:
        return STARTER
    lowered = name.lower()
    return next((family for family, pattern in _PATTERNS.items() if pattern.search(lowered)), None)


def _configured(folder: Path) -> list[str]:
    """Return what tells a family of weights that lie here, the surest first: source, folder, type of the network."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        config = {}
    source, kind = (config.get("_name_or_path"), config.get("model_type")) if isinstance(config, dict) else ("", "")
    return [str(part) for part in (source, folder.name, kind) if part]
