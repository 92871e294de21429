"""What an export's job does with its program's reports."""

import csv
import shutil
from pathlib import Path
from typing import Any

from viva.errors import UsageError
from viva.paths import shipped
from viva.records.job import JobKind
from viva.records.model import Model
from viva.records.training import Equivalence
from viva.store import datasets, equivalences
from viva.workbench.generation import default_prompt
from viva.workbench.training_config import TEST, TRAIN, VALIDATION
from viva.workbench.work import JobWork
from viva.workbench.workbench import Workbench

PROMPTS = 20
BUNDLED = "vad.csv"


def export(job: JobWork) -> dict[str, Any]:
    """Export; what came of it becomes a model of the workspace, and how far it is from the original is stored."""
    workbench, arguments = job.workbench, job.arguments
    name = arguments["name"]
    original = workbench.models.get(arguments["model"])
    location, base = workbench.models.weights(original)
    output = workbench.paths.models / name
    if name in {model.name for model in workbench.models.list()}:
        raise UsageError(f"there is a model {name} already", "export under another name")
    # What is there is from an attempt of this export that was not finished.
    shutil.rmtree(output, ignore_errors=True)
    config = job.config(
        {
            "model": original.name,
            "location": location,
            "base": base,
            "form": arguments["form"],
            "quantize": arguments["quantize"],
            "name": name,
            "output": str(output),
            "prompt": default_prompt(location, base),
            "pairs": job.rows("pairs", pairs(workbench, original)),
        }
    )
    done = job.run("viva.train.export", config, job.directory.add_event)
    found = Equivalence(**done["equivalence"])
    model = workbench.models.add_hub(name, done["path"], note(original, found))
    with workbench.store.write() as connection:
        equivalences.add(connection, found)
    return {"model": model.name, "path": done["path"], "equivalence": done["equivalence"]}


def note(original: Model, found: Equivalence) -> str:
    """Return what is said of an artefact in the list of models."""
    verdict = "the same model" if found.passed else "not the same model: see its equivalence"
    return f"{found.form} of {original.name}: {verdict}"


def pairs(workbench: Workbench, model: Model) -> list[dict[str, str]]:
    """Return up to 20 questions with references: of the dataset that a model was trained on, else of the bundled one.

    They are from the test split where there is one, and spread over it.
    """
    rows = _trained_on(workbench, model.name) or _bundled()
    step = max(1, len(rows) // PROMPTS)
    return rows[::step][:PROMPTS]


def _trained_on(workbench: Workbench, model: str) -> list[dict[str, str]]:
    for job in workbench.jobs.list():
        if job.spec.kind in {JobKind.TRAIN, JobKind.SWEEP} and job.spec.arguments.get("name") == model:
            with workbench.store.read() as connection:
                for split in (TEST, VALIDATION, TRAIN):
                    found = datasets.examples(connection, job.spec.arguments["dataset_id"], split)
                    if found:
                        return [{"question": one.question, "reference": one.reference} for one in found]
    return []


def _bundled() -> list[dict[str, str]]:
    with Path(shipped("datasets", BUNDLED)).open(encoding="utf-8", newline="") as file:
        return [
            {"question": row["question"], "reference": row["reference"]}
            for row in csv.DictReader(file)
            if row["split"] == TEST
        ]
