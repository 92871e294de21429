"""Prompt templates: those that ship with viva, those of the workspace, and examples put into them."""

import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

from viva.dataset.normalised import normalised_words
from viva.errors import BadInput, UsageError
from viva.paths import shipped
from viva.records.dataset import Dataset
from viva.records.prompt import PLAIN, PromptFile, render
from viva.text import display_line
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

FOLDER = "generate"
"""The folder below `data/prompts/` with the templates that questions are put in."""
QUESTION, EXAMPLES = "{question}", "{examples}"
WITH_EXAMPLES = "examples"
"""The template for examples where none is named."""
TRAIN = "train"
_PLACE = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]{0,39}\}")


def prompt_files(workbench: "Workbench") -> list[PromptFile]:
    """Return the templates by name; one of the workspace wins over a shipped one of the same name."""
    found: dict[str, Path] = {}
    for folder in (shipped("prompts"), workbench.paths.prompts):
        found |= {file.stem: file for file in sorted((folder / FOLDER).glob("*.txt"))}
    return [PromptFile(name, _read(file)) for name, file in sorted(found.items())]


def template(workbench: "Workbench", prompt: str | None, shots: int) -> tuple[str | None, str]:
    """Return the template that `prompt` names or is, with a label for the system's name; None for what suits the model.

    Raises `NotFound`, `BadInput`, and `UsageError` where it has no place for the question, or none for examples.
    """
    if shots < 0:
        raise UsageError(f"{shots} examples cannot be shown")
    if prompt is None and shots:
        prompt = WITH_EXAMPLES
    if prompt is None:
        return None, ""
    if QUESTION in prompt:
        text, label = prompt, "prompt"
    else:
        text, label = _named(workbench, prompt)
    if QUESTION not in text:
        raise UsageError(f"the prompt template {display_line(prompt, 40)} has no {QUESTION} in it")
    if shots and EXAMPLES not in text:
        raise UsageError(
            f"the prompt template {display_line(prompt, 40)} has no place for examples", f"put {EXAMPLES} into it"
        )
    if not shots and EXAMPLES in text:
        raise UsageError(
            "the prompt template has a place for examples, but none is asked for", "say how many: --shots 3"
        )
    return text, label


def with_examples(workbench: "Workbench", dataset: Dataset, split: str, text: str, shots: int, seed: int) -> str:
    """Return a template with `shots` examples of the training split in it, drawn by `seed`.

    Raises `UsageError` where the split to write for is the training split, or that has too few examples.
    """
    if split == TRAIN:
        raise UsageError(
            "examples are drawn from the training split, so they would give its own answers away",
            "write for another split, or without --shots",
        )
    examples = workbench.datasets.examples(dataset.name, split, version=dataset.version)
    asked = {tuple(normalised_words(example.question)) for example in examples}
    usable = [
        example
        for example in workbench.datasets.examples(dataset.name, TRAIN, version=dataset.version)
        # A question of the split itself would give its answer away, however it is spelt.
        if tuple(normalised_words(example.question)) not in asked
        and not _has_place(example.question + example.reference)
    ]
    if len(usable) < shots:
        raise UsageError(f"the training split of {dataset.name} has {len(usable)} examples to draw {shots} from")
    drawn = random.Random(seed).sample(usable, shots)
    shown = "\n\n".join(f"{render(PLAIN, example.question)}{example.reference}" for example in drawn)
    return text.replace(EXAMPLES, shown)


def check_room(text: str, model: str, location: str, base: str | None) -> None:
    """Raise `UsageError` where a template cannot fit into a local model's context, whatever the question is.

    Six characters a token are more than any text has; what lies closer is told by the model, text by text.
    """
    context = _context(Path(base or location))
    least = len(text) // 6
    if context is not None and least >= context:
        raise UsageError(
            f"the prompt has over {least:,} tokens, and {display_line(model, 40)} reads {context:,}",
            "give it a shorter one, or fewer examples",
        )


def _context(folder: Path) -> int | None:
    """Return how many tokens a model reads, where its configuration lies here and says so."""
    try:
        known = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    found = known.get("max_position_embeddings") if isinstance(known, dict) else None
    return found if isinstance(found, int) else None


def unknown_places(text: str) -> list[str]:
    """Return what looks like a place in a template, such as `{context}`, and is none."""
    return [place for place in dict.fromkeys(_PLACE.findall(text)) if place not in {QUESTION, EXAMPLES}]


def _has_place(text: str) -> bool:
    """Tell whether a text holds what would be filled in once it stands in a template."""
    return QUESTION in text or EXAMPLES in text


def _named(workbench: "Workbench", name: str) -> tuple[str, str]:
    """Return the text of a template named by its name or its file, and a label."""
    known = {file.name: file.text for file in prompt_files(workbench)}
    if name in known:
        return known[name], name
    path = Path(name).expanduser()
    if path.suffix and path.is_file():
        return _read(path), path.stem
    raise names.missing("prompt template", name, known, "")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{display_line(str(path), 120)} cannot be read: {error}") from error
