"""Generation: which systems write for which examples."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.records import prompt as prompts
from viva.records.job import Job, JobKind, JobSpec
from viva.records.model import Decoding, Model, System
from viva.store import models as table
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

_SHORT = {
    "max_new_tokens": "n", "temperature": "t", "top_p": "p", "top_k": "k", "repetition_penalty": "r", "seed": "s",
}  # fmt: skip


class Generations:
    """Let systems write."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def start(
        self,
        dataset: str,
        split: str,
        models: Sequence[str],
        decoding: Decoding | None = None,
        prompt: str | None = None,
        score: bool = False,
    ) -> Job:
        """Start writing for a split with each of `models`; texts that are there already are kept, not written again.

        `prompt` is a template with `{question}` in it, by default what suits the model. With `score`, the texts
        are scored afterwards. Raises `NotFound`, `UsageError`.
        """
        if not models:
            raise UsageError("no model is named", "name at least one with --model")
        if prompt is not None and "{question}" not in prompt:
            raise UsageError("the prompt template has no {question} in it")
        version = self._workbench.datasets.with_split(dataset, split).version
        for model in models:
            self._workbench.models.local(model)
        then = asdict(self._workbench.scoring.spec(dataset, split)) if score else None
        return self._workbench.jobs.start(_spec(dataset, version, split, models, decoding, prompt, None, then))

    def examination(self, dataset: str, split: str, models: Sequence[str]) -> dict[str, Any]:
        """Return the job that follows a training: write with `models`, make a study of the texts, score them."""
        study = names.unused(f"{dataset}-{split}", [study.name for study in self._workbench.studies.list()])
        then = asdict(self._workbench.scoring.spec(dataset, split))
        version = self._workbench.datasets.get(dataset).version
        return asdict(_spec(dataset, version, split, models, None, None, study, then))

    def systems(self, dataset: str | None = None) -> list[System]:
        """Return the systems in the order they came; those that have written for `dataset` where it is given."""
        with self._workbench.store.read() as connection:
            return table.systems(connection, dataset)

    def system(self, model: Model, decoding: Decoding | None = None, prompt: str | None = None) -> System:
        """Return the system that a model makes with this prompt and decoding, known or not."""
        decoding = decoding or Decoding()
        usual = default_prompt(*self._workbench.models.weights(model))
        with self._workbench.store.read() as connection:
            known = table.systems(connection)
        wanted = System(system_name(model.name, decoding), model.name, prompt or usual, decoding)
        for system in known:
            if system.system_id == wanted.system_id:
                return system
        name = names.unused(wanted.name, [system.name for system in known])
        return System(name, model.name, wanted.prompt, decoding)


def system_name(model: str, decoding: Decoding) -> str:
    """Return the model's name with every decoding parameter that is not the usual one: `starter-t0.7-p0.9`."""
    usual = Decoding()
    parts = [
        f"{_SHORT[field.name]}{getattr(decoding, field.name):g}"
        for field in fields(Decoding)
        if getattr(decoding, field.name) != getattr(usual, field.name)
    ]
    return "-".join([model, *parts])


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


def _spec(
    dataset: str,
    version: int,
    split: str,
    models: Sequence[str],
    decoding: Decoding | None,
    prompt: str | None,
    study: str | None,
    then: dict[str, Any] | None,
) -> JobSpec:
    return JobSpec(
        JobKind.GENERATE,
        f"{dataset}/{split} with {', '.join(models)}",
        {
            "dataset": dataset, "version": version, "split": split, "models": list(models),
            "decoding": asdict(decoding or Decoding()), "prompt": prompt, "study": study,
        },
        then,
    )  # fmt: skip
