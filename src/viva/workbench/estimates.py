"""Estimates: whether a training fits, before it starts."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.jobs.child import end_children, run_child, worker_threads
from viva.records.recipe import Recipe
from viva.records.training import DryRun, Estimate, Fit, Lengths
from viva.store import memory_checks
from viva.store.memory_checks import MemoryCheck

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Estimates:
    """Predict what a training needs, and try it."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def estimate(self, dataset: str, model: str, recipe: str, overrides: Mapping[str, str] | None = None) -> Estimate:
        """Return what a training is predicted to need; takes some seconds, in a process of its own.

        What is worked out is multiplied by the median of measured over predicted bytes of the dry runs that
        were made on this device with the same quantization: other number formats go through other parts of the
        libraries, and what is off for one says nothing about the other. The time is that of the tokens at the
        pace of earlier trainings or a dry run of the same model on this device; a sweep's is that of all its
        trials. Raises `UserError`, `JobError`.
        """
        settings = self._workbench.training.settings(recipe, overrides)
        with self._workbench.store.read() as connection:
            known = {
                "corrections": memory_checks.corrections(connection),
                "paces": memory_checks.paces(connection, model, settings),
            }
        done = self._run("viva.train.estimate", dataset, model, settings, known)
        if settings.sweep is not None and done["seconds"] is not None:
            # As long as all trials take; that some are ended early nobody knows beforehand.
            done["seconds"] *= settings.sweep.trials / settings.sweep.parallel
        return Estimate(**{**done, "fit": Fit(done["fit"]), "lengths": Lengths(**done["lengths"])})

    def dry_run(self, dataset: str, model: str, recipe: str, overrides: Mapping[str, str] | None = None) -> DryRun:
        """Return what two steps on the longest rows needed; keeps prediction and measurement for later estimates.

        Loads the model; ends when the caller is broken off. `predicted` is what was worked out, uncorrected. Raises
        `UserError` (with a smaller setting as hint where memory ran out), `JobError`.
        """
        settings = self._workbench.training.settings(recipe, overrides)
        done = self._run("viva.train.dry_run", dataset, model, settings, {})
        longest = done.pop("longest")
        outcome = DryRun(**done)
        with self._workbench.store.write() as connection:
            memory_checks.add(connection, MemoryCheck(model, settings, longest, outcome))
        return outcome

    def cancel(self) -> None:
        """Break off what is under way, in whatever thread; who waits for it gets a `JobError`."""
        end_children()

    def _run(self, module: str, dataset: str, model: str, settings: Recipe, known: Mapping[str, Any]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="viva-rows-") as folder:
            config = self._workbench.training.config(dataset, model, settings, Path(folder))
            return run_child(module, {**config, **known}, threads=worker_threads())
