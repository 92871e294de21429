"""Background jobs."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobKind(StrEnum):
    """What a job does."""

    TRAIN = "train"
    GENERATE = "generate"
    SCORE = "score"
    SYNTHESISE = "synthesise"
    PAPERS = "papers"
    SWEEP = "sweep"
    EXPORT = "export"
    BENCHMARK = "benchmark"
    JUDGE = "judge"


class JobStatus(StrEnum):
    """Where a job is; an interrupted job's process vanished without a word, a paused one waits."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    PAUSED = "paused"

    @property
    def ended(self) -> bool:
        return self is not JobStatus.RUNNING

    @property
    def resumable(self) -> bool:
        return self in {JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.INTERRUPTED, JobStatus.PAUSED}


@dataclass(frozen=True)
class JobSpec:
    """What a job was asked to do; `then` is the job that follows when it is done."""

    kind: JobKind
    title: str
    arguments: dict[str, Any]
    then: dict[str, Any] | None = None


@dataclass(frozen=True)
class Job:
    """A job as it stands; `done` of `total` steps, `message` says what is going on or what went wrong."""

    job_id: str
    spec: JobSpec
    status: JobStatus
    created_at: datetime
    finished_at: datetime | None = None
    done: int = 0
    total: int = 0
    message: str = ""
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def fraction(self) -> float:
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True)
class Curve:
    """A training curve: (step, value) points by name.

    `loss`, `eval_loss`, `learning_rate`, `grad_norm`, `tokens_per_second`, `memory` (bytes at the peak) and
    `repetition` (mean of the probes) among them.
    """

    points: dict[str, list[tuple[int, float]]]
    best_step: int | None = None
