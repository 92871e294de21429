"""What an export's job does with its program's reports."""

import csv
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.paths import shipped
from viva.records.job import JobKind
from viva.records.model import Model
from viva.records.training import Equivalence
from viva.store import datasets, equivalences
from viva.train.merge import RECORD
from viva.workbench.default_prompt import default_prompt
from viva.workbench.exports import refuse_taken
from viva.workbench.training_config import TEST, TRAIN, VALIDATION
from viva.workbench.work import JobWork
from viva.workbench.workbench import Workbench

PROMPTS = 20
BUNDLED = "vad.csv"


def export(job: JobWork) -> dict[str, Any]:
    """Export; what came of it becomes a model of the workspace, and how far it is from the original is stored.

    It is written to a folder of the job's own, which gets its name once it is whole: whoever sees data/models/NAME sees
    all of it. A job that was killed after that is resumed from there. Raises `UsageError` where the name is taken.
    """
    workbench, name = job.workbench, job.arguments["name"]
    original = workbench.models.get(job.arguments["model"])
    path, found = _finished(job, original.name) or _made(job, original)
    model = workbench.models.add_hub(name, str(path), note(original, found))
    return {"model": model.name, "path": str(path), "equivalence": asdict(found)}


def _made(job: JobWork, original: Model) -> tuple[Path, Equivalence]:
    """Return where the artefact lies, and how far it is from the original, which is stored."""
    workbench, name = job.workbench, job.arguments["name"]
    refuse_taken(workbench, name)
    location, base = workbench.models.weights(original)
    output = workbench.paths.models / name
    part = output.with_name(f"{name}.part-{job.directory.job_id}")
    # What is there is from an attempt of this very job that was killed.
    shutil.rmtree(part, ignore_errors=True)
    config = job.config(
        {
            "model": original.name,
            "location": location,
            "base": base,
            "form": job.arguments["form"],
            "quantize": job.arguments["quantize"],
            "name": name,
            "output": str(part),
            "prompt": default_prompt(location, base),
            "pairs": job.rows("pairs", pairs(workbench, original))[0],
            "job": job.directory.job_id,
        }
    )
    try:
        done = job.run("viva.train.export", config, job.directory.add_event)
        found = Equivalence(**done["equivalence"])
        # Somebody may have put something there in the meantime.
        refuse_taken(workbench, name)
        with workbench.store.write() as connection:
            equivalences.add(connection, found)
        part.rename(output)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return output / Path(done["path"]).relative_to(part), found


def _finished(job: JobWork, original: str) -> tuple[Path, Equivalence] | None:
    """Return what this very job has made before it was killed; None where it has not come that far."""
    name = job.arguments["name"]
    output = job.workbench.paths.models / name
    try:
        record = json.loads((output / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or record.get("job") != job.directory.job_id:
        return None
    stored = [one for one in job.workbench.exports.equivalences(name) if one.original == original]
    return (output / str(record["file"]), stored[0]) if stored else None


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
