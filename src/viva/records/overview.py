"""What Home shows: the state of a workspace, and the next sensible step."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from viva.records.dataset import Dataset
from viva.records.job import Job
from viva.records.model import Model
from viva.records.rating import TaskProgress


class StepKind(StrEnum):
    """What can come next: `train`, `rate` and `results` have screens, `wait` is for a running job."""

    IMPORT = "import"
    TRAIN = "train"
    WAIT = "wait"
    GENERATE = "generate"
    SCORE = "score"
    STUDY = "study"
    RATE = "rate"
    RESULTS = "results"


@dataclass(frozen=True)
class NextStep:
    """The next sensible step; `arguments` is all that is needed to take it."""

    kind: StepKind
    title: str
    reason: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Overview:
    """The state of a workspace; `studies` are those that whoever asks may rate, `undelivered` counts their verdicts."""

    datasets: list[Dataset]
    models: list[Model]
    jobs: list[Job]
    studies: list[TaskProgress]
    undelivered: int
    next_step: NextStep
