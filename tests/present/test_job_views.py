"""The views of a job."""

from datetime import datetime

import pytest

from viva.present.job_views import next_view, views
from viva.records.job import Job, JobKind, JobSpec, JobStatus


def job(kind: JobKind) -> Job:
    return Job("1", JobSpec(kind, "", {}), JobStatus.RUNNING, datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (JobKind.TRAIN, ("curves", "probes", "log")),
        (JobKind.SYNTHESISE, ("problems", "log")),
        (JobKind.SCORE, ("log",)),
        (JobKind.SWEEP, ("log",)),
    ],
)
def test_a_job_has_the_views_of_its_kind(kind: JobKind, found: tuple[str, ...]) -> None:
    assert views(job(kind)) == found


def test_the_views_follow_one_another_in_a_ring() -> None:
    training = job(JobKind.TRAIN)
    assert [next_view(training, view) for view in views(training)] == ["probes", "log", "curves"]
    assert next_view(job(JobKind.SCORE), "log") == "log"


def test_an_export_tells_what_it_made_and_whether_it_is_the_same_model() -> None:
    from datetime import UTC, datetime

    from viva.present.job_views import outcome_lines
    from viva.records.job import Job, JobKind, JobSpec, JobStatus

    equivalence = {
        "original": "a", "artefact": "b", "form": "gguf f32", "prompts": 20, "largest": 0.0, "divergence": 0.0,
        "agreement": 1.0, "same_texts": 20, "score": 0.0, "passed": True,
    }  # fmt: skip
    result = {"model": "b", "path": "/x/b.gguf", "equivalence": equivalence}
    job = Job("1", JobSpec(JobKind.EXPORT, "a to b", {}), JobStatus.DONE, datetime.now(UTC), result=result)
    made, written, same = outcome_lines(job)
    assert made == "Made the model b"
    assert "b.gguf" in written
    assert "20 of 20" in same
