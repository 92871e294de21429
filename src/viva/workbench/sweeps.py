"""Sweeps: the trials of a search, their curves, and which is the best."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.records.job import Curve, JobKind
from viva.records.training import Trial
from viva.workbench.training import curve

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

RUNNING, COMPLETE, WAITING = "running", "complete", "waiting"


class Sweeps:
    """Read sweeps from their jobs' files, which are as new as it gets."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def trials(self, job_id: str) -> list[Trial]:
        """Return the trials of a sweep so far, by number. Raises `NotFound`, `UsageError`."""
        events, ended = self._events(job_id)
        return trials(events, ended)

    def curves(self, job_id: str) -> dict[int, Curve]:
        """Return the curves of a sweep's trials so far, a point an evaluation. Raises `NotFound`, `UsageError`."""
        events, _ = self._events(job_id)
        return curves(events)

    def best(self, job_id: str) -> Trial | None:
        """Return the trial with the lowest loss of those that are complete. Raises `NotFound`, `UsageError`."""
        return best(self.trials(job_id))

    def _events(self, job_id: str) -> tuple[list[dict[str, Any]], bool]:
        # The job is looked at before its events: what is running in them then does run.
        job = self._workbench.jobs.get(job_id)
        if job.spec.kind is not JobKind.SWEEP:
            raise UsageError(f"job {job.job_id} is no sweep but a {job.spec.kind} job", "see: viva run list")
        return self._workbench.jobs.events(job.job_id)[0], job.status.ended


def trial(event: Mapping[str, Any]) -> Trial:
    """Return the trial that an event of a sweep tells of."""
    names = ("number", "state", "values", "loss", "step", "seconds", "error")
    return Trial(**{name: event[name] for name in names})


def trials(events: Sequence[Mapping[str, Any]], ended: bool) -> list[Trial]:
    """Return the trials that a sweep's events describe; what still runs in a sweep that has `ended` waits."""
    found: dict[int, Trial] = {}
    begun: dict[int, float] = {}
    for event in events:
        if event["event"] == "trial":
            found[event["number"]] = trial(event)
            begun[event["number"]] = event.get("time", 0.0) - (event["seconds"] or 0.0)
        elif event["event"] == "log" and event.get("trial") in found:
            found[event["trial"]] = _after(found[event["trial"]], event, begun[event["trial"]])
    if ended:
        found = {n: replace(t, state=WAITING) if t.state == RUNNING else t for n, t in found.items()}
    return [found[number] for number in sorted(found)]


def curves(events: Sequence[Mapping[str, Any]]) -> dict[int, Curve]:
    """Return the curves of the trials that a sweep's events describe; the best step is that of the lowest loss."""
    logs: dict[int, list[dict[str, Any]]] = {}
    for event in events:
        if event["event"] == "log" and "trial" in event:
            logs.setdefault(event["trial"], []).append(dict(event))
    found = {number: curve(logs[number]) for number in sorted(logs)}
    return {number: replace(line, best_step=_lowest(line)) for number, line in found.items()}


def best(found: Sequence[Trial]) -> Trial | None:
    """Return the complete trial with the lowest loss, the first of several; None where none is complete."""
    complete = [trial for trial in found if trial.state == COMPLETE and trial.loss is not None]
    return min(complete, key=lambda trial: (trial.loss, trial.number), default=None)


def _after(trial: Trial, log: Mapping[str, Any], begun: float) -> Trial:
    """Return a running trial after an evaluation: its loss is the lowest so far."""
    loss = log["values"].get("eval_loss")
    seconds = log["time"] - begun if "time" in log else trial.seconds
    if loss is None or (trial.loss is not None and trial.loss <= loss):
        return replace(trial, seconds=seconds)
    return replace(trial, loss=loss, step=log["step"], seconds=seconds)


def _lowest(line: Curve) -> int | None:
    points = line.points.get("eval_loss", [])
    return min(points, key=lambda point: (point[1], point[0]))[0] if points else None
