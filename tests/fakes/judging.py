"""Judging without any judge: plans as if they had been counted, jobs that were asked for, calls by hand."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import pytest

from tests.fakes.jobs_on_disk import add_job
from viva.records.ids import utc_now
from viva.records.job import Job, JobKind, JobStatus
from viva.records.judging import (
    BASELINE,
    CallState,
    CriterionSpread,
    JudgeCall,
    JudgeMode,
    JudgePlan,
    JudgeRequest,
    JudgeSettings,
    Judgment,
    PlannedJudge,
    Purpose,
    ReadCall,
    UnscoredVerdict,
)
from viva.records.model import Model, ModelKind
from viva.records.rubric import Rubric
from viva.workbench import Workbench

STRONG = Model("strong-id", "strong", ModelKind.ENDPOINT, "http://127.0.0.1:9/v1", None, "", {"model": "strong-1"})
PLANNED = PlannedJudge("strong", 8, 0, 0, 8, 9000, 1200, True, 0.25, None)
SPREADS = (
    CriterionSpread("accuracy", ((1.0, 2), (3.0, 1), (4.0, 4)), 1, 3.0),
    CriterionSpread("completeness", ((2.0, 8),), 0, 2.0),
    CriterionSpread("relevance", ((5.0, 8),), 0, 5.0),
    CriterionSpread("practicality", (), 8, None),
)


class Row(NamedTuple):
    """A verdict in a list, as far as the screens look at it."""

    generation: str
    example: str


class Pair(NamedTuple):
    """A comparison in a list, as far as the screens look at it."""

    judge: str
    mode: str
    generation_a: str
    system_a: str
    system_b: str
    example: str
    position: int
    criterion: str | None
    winner: str | None
    unscored: str | None
    call: str | None


def plan(request: JudgeRequest, *planned: PlannedJudge) -> JudgePlan:
    return JudgePlan(request, planned or (PLANNED,))


def call(call_id: str = "call-1", **changes: Any) -> JudgeCall:
    """Return a call that scored the text of the first test question."""
    given = {
        "accuracy": {"value": 4.0, "unscored": None, "rationale": "Mostly right.", "evidence": "a graph network",
                     "found": True},
        "completeness": {"value": 2.0, "unscored": None, "rationale": "No evaluation.", "evidence": "made up",
                         "found": False},
        "practicality": {"value": None, "unscored": "not given", "rationale": "", "evidence": "", "found": None},
    }  # fmt: skip
    made = JudgeCall(
        call_id, f"key of {call_id}", "protocol-1", "strong", Purpose.SCORE, "example-5", 0, "mark", '{"accuracy": 4}',
        "stop", CallState.PARTIAL, "practicality: not given", {"criteria": given}, "schema", 7, 1234, 210, False, 0.02,
        2.5, 2, 1,
    )  # fmt: skip
    return replace(made, **changes)


def judgments(rubric: Rubric, generation_id: str, judge: str = "strong", sample: int = 0) -> list[Judgment]:
    """Return a judge's verdict on a text: a quote that stands there, one that does not, and one unscored criterion."""
    said = {
        "accuracy": (4.0, None, "Mostly right.", "a graph network", True),
        "completeness": (2.0, None, "No evaluation.", "made up", False),
        "relevance": (5.0, None, "To the point.", "", None),
        "practicality": (None, "not given", "", "", None),
    }
    return [
        Judgment(f"event-{judge}-{sample}", generation_id, rubric.rubric_id, judge, JudgeMode.REFERENCE, criterion.name,
                 *said[criterion.name], sample, None if judge == BASELINE else "call-1", "protocol-1")
        for criterion in rubric.criteria
    ]  # fmt: skip


def unscored(number: int = 0, **changes: Any) -> UnscoredVerdict:
    made = UnscoredVerdict(
        "strong", JudgeMode.REFERENCE, f"generation-1{number % 4}", "tuned", f"example-{number % 4 + 5}",
        "How early can crowd pressure be seen?", "accuracy", "the reply was cut off", "call-1", utc_now(),
    )  # fmt: skip
    return replace(made, **changes)


def arguments(request: JudgeRequest, rubric: Rubric, examples: Sequence[str] | None = None) -> dict[str, Any]:
    """Return what a job that judges is given."""
    return {
        "dataset": request.dataset, "split": request.split, "judges": list(request.judges), "request": asdict(request),
        "rubric": rubric.to_json(), "examples": examples,
    }  # fmt: skip


def judging_events(done: int, total: int = 8, unscored: int = 0, judge: str = "strong") -> list[dict[str, Any]]:
    """Return what a judging has said after so many verdicts."""
    events: list[dict[str, Any]] = [{"event": "start", "total": total, "unit": "verdict"}]
    for number in range(1, done + 1):
        events.append(
            {"event": "progress", "done": number, "total": total, "message": judge, "judge": judge,
             "cost": number / 32, "unscored": min(unscored, number)}
        )  # fmt: skip
    return events


class FixedJudging:
    """Stands for `wb.judging`: answers every request alike, and notes what was asked for and started."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known: list[str | Model] = [BASELINE, STRONG]
        self.planned: tuple[PlannedJudge, ...] | Exception = (PLANNED,)
        self.asked: list[JudgeRequest] = []
        self.started: list[JudgeRequest] = []
        self.made: list[JudgeCall] = [call()]
        self.reads: list[str] = []
        self.read: ReadCall | None = None
        self.said: dict[str, list[Judgment]] = {}
        self.spreads: Sequence[CriterionSpread] = SPREADS
        self.missing: list[UnscoredVerdict] = []
        self.rows: list[Row] = []
        self.pairs: list[Pair] = []
        self.ended = JobStatus.DONE
        self._workbench = workbench
        monkeypatch.setitem(workbench.__dict__, "judging", self)

    def judges(self) -> list[str | Model]:
        return self.known

    def plan(self, request: JudgeRequest) -> JudgePlan:
        self.asked.append(request)
        if isinstance(self.planned, Exception):
            raise self.planned
        return JudgePlan(request, self.planned)

    def start(self, request: JudgeRequest) -> Job:
        self.started.append(request)
        rubric = self._workbench.rubrics.get(request.rubric)
        examples = None if request.limit is None else ["example-5"]
        return add_job(
            self._workbench, f"2026010{len(self.started)}-1", "tiny/test by strong", kind=JobKind.JUDGE,
            status=self.ended, events=judging_events(8), arguments=arguments(request, rubric, examples),
            result={"judges": ["strong"], "calls": 8, "unscored": 1, "cost": 0.25},
        ).job()  # fmt: skip

    def spread(self, dataset: str, split: str | None, judge: str, mode: JudgeMode) -> Sequence[CriterionSpread]:
        return self.spreads

    def unscored(
        self, dataset: str, split: str | None = None, judge: str | None = None, mode: JudgeMode | None = None,
        limit: int = 100, offset: int = 0,
    ) -> Sequence[UnscoredVerdict]:  # fmt: skip
        return self.missing[offset : offset + limit]

    def calls(
        self, dataset: str, split: str | None = None, judge: str | None = None, mode: JudgeMode | None = None,
        limit: int = 100, offset: int = 0,
    ) -> Sequence[JudgeCall]:  # fmt: skip
        return [one for one in self.made if judge is None or one.judge == judge][offset : offset + limit]

    def read_call(self, call_id: str) -> ReadCall:
        self.reads.append(call_id)
        if self.read is not None:
            return self.read
        found = next((one for one in self.made if one.call_id == call_id), call(call_id))
        messages = ({"role": "user", "content": f"Score this text.\n<<<mark\nthe prompt of {call_id}\nmark>>>"},)
        return ReadCall(found, messages, "a question", "a reference", ("a text",), utc_now())

    def verdicts(self, generation_id: str) -> list[Judgment]:
        return self.said.get(generation_id, [])

    def listed(self, dataset: str, split: str | None = None, judge: str | None = None, mode: Any = None) -> list[Row]:
        return self.rows

    def listed_pairs(
        self, dataset: str, split: str | None = None, judge: str | None = None, mode: Any = None
    ) -> list[Pair]:
        return self.pairs


USUAL = JudgeRequest("tiny", "test", ("strong",), settings=JudgeSettings())
