"""The state of a workspace, and the next sensible step in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.records.dataset import Dataset
from viva.records.generating import GenerationRequest
from viva.records.job import Job, JobStatus
from viva.records.model import ModelKind
from viva.records.overview import NextStep, Overview, StepKind
from viva.records.rating import TaskProgress
from viva.records.study import Study, StudyMode, StudyRequest, StudyState
from viva.store import generations
from viva.text import plural
from viva.workbench.training_config import TEST, TRAIN

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

Taken = Dataset | Job | Study
BUNDLED = "vad"


def overview(workbench: "Workbench") -> Overview:
    """Return what Home shows."""
    workbench.jobs.recover()
    datasets = workbench.datasets.list()
    jobs = workbench.jobs.list()
    studies = workbench.desk.tasks()
    return Overview(
        datasets,
        workbench.models.list(),
        jobs,
        [*studies],
        workbench.desk.undelivered(),
        next_step(workbench, datasets, jobs, studies),
    )


def next_step(
    workbench: "Workbench", datasets: Sequence[Dataset], jobs: Sequence[Job], studies: Sequence[TaskProgress]
) -> NextStep:
    """Return the first step of the way from dataset to results that has not been taken."""
    if not datasets:
        return NextStep(
            StepKind.IMPORT,
            f"Import the bundled dataset {BUNDLED}",
            "128 research questions on video anomaly detection, each with a reference approach",
            {"name": BUNDLED},
        )
    if running := [job for job in jobs if job.status is JobStatus.RUNNING]:
        return NextStep(
            StepKind.WAIT, f"{running[0].spec.kind} is running", running[0].spec.title, {"job_id": running[0].job_id}
        )
    waiting = [study for study in studies if study.task.state is StudyState.OPEN and study.left]
    step = _machine_step(workbench, datasets)
    if step is not None and not waiting:
        return step
    if waiting:
        first = waiting[0]
        noun = "pair" if first.task.mode is StudyMode.PAIRWISE else "text"
        return NextStep(
            StepKind.RATE,
            f"Rate {first.task.name}",
            f"{plural(first.left, noun)} to rate",
            {"study": first.task.name},
        )
    return NextStep(StepKind.RESULTS, "See the results", "everything has been rated and scored")


def take(workbench: "Workbench", step: NextStep) -> Taken:
    """Take a step that needs no form. Raises `UsageError` for one that does."""
    arguments = step.arguments
    if step.kind is StepKind.IMPORT:
        return workbench.datasets.import_bundled(arguments["name"])
    if step.kind is StepKind.GENERATE:
        return workbench.generation.start(
            GenerationRequest(arguments["dataset"], arguments["split"], tuple(arguments["models"])), score=True
        )
    if step.kind is StepKind.SCORE:
        return workbench.scoring.start(arguments["dataset"], arguments["split"])
    if step.kind is StepKind.STUDY:
        return workbench.studies.create(
            StudyRequest(arguments["name"], arguments["dataset"], arguments["split"], tuple(arguments["systems"]))
        )
    raise UsageError(f"the step {step.kind!s} has a screen of its own")


def _machine_step(workbench: "Workbench", datasets: Sequence[Dataset]) -> NextStep | None:
    """Return the next step among training, generating, scoring and making a study for the first dataset with splits."""
    dataset = next((d for d in datasets if TRAIN in d.splits and TEST in d.splits), None)
    if dataset is None:
        return None
    tuned = [model for model in workbench.models.list() if model.kind is ModelKind.ADAPTER]
    if not tuned:
        reason = f"fine-tune the built-in model on {plural(dataset.splits[TRAIN], 'example')} of {dataset.name}"
        return NextStep(StepKind.TRAIN, "Train a model", reason, {"dataset": dataset.name})
    newest = tuned[-1]
    models = [newest.base or "", newest.name]
    writing = {system.model: system for system in workbench.generation.systems(dataset.name)}
    place = {"dataset": dataset.name, "split": TEST}
    if any(model not in writing for model in models):
        return NextStep(
            StepKind.GENERATE,
            f"Let {' and '.join(models)} write",
            f"for the {plural(dataset.splits[TEST], 'question')} of {dataset.name}/{TEST}, then score the texts",
            {**place, "models": models},
        )
    with workbench.store.read() as connection:
        unscored = generations.without_scores(connection, dataset.dataset_id, TEST)
    if unscored:
        return NextStep(StepKind.SCORE, "Score the texts", f"{plural(unscored, 'text')} without metrics", place)
    if not any(study.dataset == dataset.name for study in workbench.studies.list()):
        systems = [writing[model].name for model in models]
        name = workbench.studies.free_name()
        return NextStep(
            StepKind.STUDY,
            "Make a study for raters",
            f"{' and '.join(systems)} on {dataset.name}/{TEST}, blind and in random order",
            {**place, "name": name, "systems": systems},
        )
    return None
