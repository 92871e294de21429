"""Generation without any model: what a request comes to, as if it had been counted, and jobs that were asked for."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.jobs_on_disk import add_job
from viva.records.generating import GenerationEstimate, GenerationPlan, GenerationRequest, PlannedSystem
from viva.records.job import Job, JobKind, JobStatus
from viva.records.model import Decoding, System
from viva.records.prompt import PromptFile
from viva.workbench import Workbench

ESTIMATE = GenerationEstimate(
    texts=8, prompt_tokens=1234, completion_tokens=2560, at_most=True, cost=0.0, seconds=None, untimed=("starter",)
)
ARGUMENTS = {"dataset": "tiny", "version": 1, "split": "test", "models": ["starter", "tuned"]}


def plan(
    left: int = 8, written: int = 0, names: tuple[str, ...] = ("starter", "tuned"), **changes: Any
) -> GenerationPlan:
    """Return a plan in which each system has its share still to write; `changes` are those of the estimate."""
    systems = [System(name, name, "{question}", Decoding()) for name in names]
    planned = tuple(PlannedSystem(system, left // len(names), written // len(names)) for system in systems)
    return GenerationPlan(planned, replace(ESTIMATE, texts=left, **changes))


class FixedPlans:
    """Stands for `wb.generation`: answers every request alike, and notes what was asked for and started."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer: GenerationPlan | Exception = plan()
        self.files: list[PromptFile] | Exception = [PromptFile("steps", "Step by step: {question}")]
        self.asked: list[GenerationRequest] = []
        self.started: list[tuple[GenerationRequest, bool]] = []
        self.gate = threading.Event()
        self.gate.set()
        self._workbench = workbench
        monkeypatch.setitem(workbench.__dict__, "generation", self)

    def prompts(self) -> list[PromptFile]:
        if isinstance(self.files, Exception):
            raise self.files
        return self.files

    def plan(self, request: GenerationRequest) -> GenerationPlan:
        self.asked.append(request)
        answer = self.answer
        assert self.gate.wait(10)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def start(self, request: GenerationRequest, score: bool = False) -> Job:
        self.started.append((request, score))
        return add_job(
            self._workbench, f"2026010{len(self.started)}-1", "tiny/test with starter", kind=JobKind.GENERATE,
            status=JobStatus.DONE, events=writing_events(4, 4), arguments=ARGUMENTS,
        ).job()  # fmt: skip


def writing_events(done: int, total: int = 8, failed: int = 0) -> list[dict[str, Any]]:
    """Return what a generation has said after so many texts."""
    events: list[dict[str, Any]] = [{"event": "start", "total": total, "unit": "text"}]
    for number in range(1, done + 1):
        message = "tuned" if number > total // 2 else "starter"
        events.append(
            {"event": "progress", "done": number, "total": total, "message": message, "failed": min(failed, number)}
        )
    return events
