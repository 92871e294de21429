"""The main job from end to end on bundled data: import, train, generate, score, make a study."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from viva.errors import JobError
from viva.metrics.models import MINILM
from viva.records.generating import GenerationRequest
from viva.records.job import Job, JobKind, JobStatus
from viva.records.model import ModelKind
from viva.records.study import StudyRequest

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

DATASET, SPLIT, RECIPE = "vad", "test", "starter-lora"


@dataclass(frozen=True)
class DemoProgress:
    """What the demo is doing: `done` of `total` (0 where unknown) within a stage."""

    stage: str
    done: int
    total: int
    message: str


@dataclass(frozen=True)
class DemoResult:
    """What the demo leaves behind."""

    dataset: str
    split: str
    base: str
    tuned: str
    study: str


Report = Callable[[DemoProgress], None]


def run(workbench: "Workbench", report: Report) -> DemoResult:
    """Do what has not been done yet, and return names for all of it. Raises `JobError` where a step fails."""
    # The demo needs no network: what can be fetched is not.
    workbench = type(workbench)(replace(workbench.settings, embedding_model=MINILM))
    report(DemoProgress("import", 0, 1, ""))
    dataset = workbench.datasets.import_bundled(DATASET)
    base = workbench.models.starter()
    report(DemoProgress("import", 1, 1, f"{dataset.size} examples"))
    tuned = next((m.name for m in workbench.models.list() if m.kind is ModelKind.ADAPTER and m.base == base.name), None)
    if tuned is None:
        job = _running_training(workbench, base.name) or workbench.training.start(DATASET, base.name, RECIPE)
        tuned = str(_finish(workbench, job, "train", report).result["model"])
    else:
        report(DemoProgress("train", 1, 1, f"{tuned} is there"))
    job = workbench.generation.start(GenerationRequest(DATASET, SPLIT, (base.name, tuned)))
    systems = _finish(workbench, job, "generate", report).result["systems"]
    _finish(workbench, workbench.scoring.start(DATASET, SPLIT), "score", report)
    study = next((s.name for s in workbench.studies.list() if s.dataset == DATASET), None)
    if study is None:
        name = workbench.studies.free_name()
        study = workbench.studies.create(StudyRequest(name, DATASET, SPLIT, tuple(systems))).name
    return DemoResult(DATASET, SPLIT, systems[0], systems[1], study)


def _running_training(workbench: "Workbench", base: str) -> Job | None:
    """Return the training that an earlier run started and left, if it still runs."""
    for job in workbench.jobs.list():
        arguments = job.spec.arguments
        training = job.spec.kind is JobKind.TRAIN and not job.status.ended
        if training and (arguments["dataset"], arguments["model"]) == (DATASET, base):
            return job
    return None


def _finish(workbench: "Workbench", job: Job, stage: str, report: Report) -> Job:
    total = 0

    def on_event(event: dict[str, Any]) -> None:
        nonlocal total
        total = int(event.get("total", total))
        if event["event"] in {"start", "progress"}:
            report(DemoProgress(stage, int(event.get("done", 0)), total, str(event.get("message", ""))))
        elif event["event"] == "log":
            loss = event["values"].get("loss")
            message = "" if loss is None else f"loss {loss:.2f}"
            report(DemoProgress(stage, int(event["step"]), total, message))

    ended = workbench.jobs.wait(job.job_id, on_event)
    if ended.status is not JobStatus.DONE:
        raise JobError(f"{stage} {ended.status}: {ended.error or ended.status} (viva job show {ended.job_id})")
    report(DemoProgress(stage, max(total, 1), max(total, 1), ""))
    return ended
