"""Exports: a model of its own out of another, and the proof that it is still the same."""

import os
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.records.job import Job, JobKind, JobSpec
from viva.records.model import ModelKind
from viva.records.training import Equivalence
from viva.store import equivalences as table
from viva.text import display_line
from viva.train.gguf_export import QUANTIZATIONS
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

MERGED, GGUF = "merged", "gguf"
FORMS = (MERGED, GGUF)
LONGEST_NAME = 64


class Exports:
    """Start exports and read how far their artefacts are from the originals."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def start(self, model: str, form: str, name: str | None = None, quantize: str = "f16") -> Job:
        """Start making the model `name` out of `model`: an adapter `merged` into its base, or any as a `gguf` file.

        A GGUF file's matrices are stored as `quantize` says: `f32`, `f16` or `q8_0`. Afterwards the same prompts go
        through both models, and the difference is stored. What lies in data/models under the name already is never
        touched: it is an error. Raises `NotFound`, `UsageError`.
        """
        if form not in FORMS:
            raise UsageError(f"there is no form {display_line(form, 40)!r} to export to", f"use {' or '.join(FORMS)}")
        if quantize not in QUANTIZATIONS:
            shown = display_line(quantize, 40)
            raise UsageError(f"GGUF is not written as {shown!r}", f"use one of {', '.join(QUANTIZATIONS)}")
        found = self._workbench.models.local(model)
        if form == MERGED and found.kind is not ModelKind.ADAPTER:
            raise UsageError(f"{model} is no adapter: there is nothing to merge", "export it with --to gguf")
        # Weights that have changed since they were rated are refused before anything is started.
        self._workbench.models.weights(found)
        taken = [known.name for known in self._workbench.models.list()] + self._names_in_use()
        if name is not None and name in taken:
            raise UsageError(f"there is a model {name} already, or one is being made", "choose another name")
        end = f"-{MERGED}" if form == MERGED else f"-{quantize}.gguf"
        folder = self._workbench.paths.models
        there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        usual = names.unused(f"{found.name[: LONGEST_NAME - len(end) - 3]}{end}", taken + there)
        chosen = usual if name is None else names.checked("model", name)
        refuse_taken(self._workbench, chosen)
        arguments = {"model": found.name, "form": form, "quantize": quantize, "name": chosen}
        return self._workbench.jobs.start(JobSpec(JobKind.EXPORT, f"{found.name} to {chosen}", arguments))

    def equivalences(self, model: str | None = None) -> list[Equivalence]:
        """Return the latest comparison of each two models, newest first: of all, or of those that `model` is one of."""
        with self._workbench.store.read() as connection:
            return table.every(connection, model)

    def _names_in_use(self) -> list[str]:
        """Return the names that unfinished jobs will give; a failed export gives its name free."""
        used = []
        for job in self._workbench.jobs.list():
            waiting = not job.status.ended or (job.status.resumable and job.spec.kind is not JobKind.EXPORT)
            if waiting and job.spec.kind in {JobKind.TRAIN, JobKind.SWEEP, JobKind.EXPORT}:
                used.append(str(job.spec.arguments["name"]))
        return used


def refuse_taken(workbench: "Workbench", name: str) -> None:
    """Raise `UsageError` where there is a model `name`, or something of this name in data/models."""
    if name in {model.name for model in workbench.models.list()}:
        raise UsageError(f"there is a model {name} already", "export under another name")
    if os.path.lexists(workbench.paths.models / name):
        raise UsageError(f"there is something at data/models/{name} already", "choose another name, or move it away")
