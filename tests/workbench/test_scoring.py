"""Scoring as a job: every usual metric, what has no text, and settings that are never mixed."""

from dataclasses import replace
from pathlib import Path

import pytest

from viva.records.generation import Generation
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.records.metric import METRICS, MetricOptions
from viva.records.model import Decoding, System
from viva.store import generations, models
from viva.workbench import Workbench
from viva.workbench.metric_models import resolved


def score(bench: Workbench, *metrics: str) -> Job:
    return bench.jobs.wait(bench.scoring.start("tiny", "test", metrics or None).job_id)


def values(bench: Workbench, system: str) -> dict[str, list[tuple[float | None, str | None]]]:
    with bench.store.read() as connection:
        found = connection.execute(
            "SELECT metric, value, unscored FROM metrics WHERE system = ? ORDER BY metric, example", [system]
        ).fetchall()
    grouped: dict[str, list[tuple[float | None, str | None]]] = {}
    for metric, value, unscored in found:
        grouped.setdefault(metric, []).append((value, unscored))
    return grouped


def test_metrics_that_need_no_model_score_every_text(filled: Workbench) -> None:
    names = [name for name, info in METRICS.items() if info.needs is None]
    job = score(filled, *names)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    found = values(filled, "tuned")
    for name in names:
        for measure in METRICS[name].names:
            assert len(found[measure]) == 4
            assert all((value is None) != (unscored is None) for value, unscored in found[measure])
    assert found["empty"][2][0] == 0.0


def test_a_text_that_failed_is_unscored_with_its_reason(filled: Workbench) -> None:
    system = System("other", "starter", "{question}!", Decoding())
    with filled.store.write() as connection:
        models.add_system(connection, system)
        failed = Generation("f", system.system_id, "example-5", "", "failed", 0, 0, 0.0, failed="no reply")
        generations.add(connection, [failed])
    score(filled, "rouge_l")
    [(value, reason)] = values(filled, "other")["rouge_l"]
    assert value is None
    assert reason is not None
    assert "no reply" in reason


def test_what_is_scored_already_is_not_scored_again(filled: Workbench) -> None:
    score(filled, "rouge_1")
    with filled.store.read() as connection:
        [(before,)] = connection.execute("SELECT count(*) FROM score").fetchall()
    score(filled, "rouge_1")
    with filled.store.read() as connection:
        [(after,)] = connection.execute("SELECT count(*) FROM score").fetchall()
    # Texts without a value are tried again.
    assert after - before < before


def test_a_job_of_an_older_store_names_the_embedding_model_alone(filled: Workbench) -> None:
    arguments = {"dataset": "tiny", "split": "test", "metrics": ["rouge_1"], "embedding_model": "minilm"}
    job = filled.jobs.wait(filled.jobs.start(JobSpec(JobKind.SCORE, "tiny/test", arguments)).job_id)
    assert (job.status, job.error) == (JobStatus.DONE, "")


def test_an_embedding_model_that_is_not_here_is_told_and_the_packaged_one_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    usual = MetricOptions(embedding_model="auto")
    options, remarks = resolved(usual, ["semantic_similarity"])
    assert options.embedding_model == "minilm"
    assert "minilm is used" in remarks[0]
    assert resolved(usual, ["rouge_l"])[1] == []
    mine = replace(usual, embedding_model="mine")
    assert resolved(mine, ["semantic_similarity"]) == (mine, [])
