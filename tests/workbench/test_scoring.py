"""Scoring as a job: every usual metric, what has no text, and settings that are never mixed."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.fakes.tiny_model import make_tiny_model
from viva.records.generation import Generation, Score
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
    assert f"of {len(names)} metrics" in filled.jobs.get(job.job_id).message


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
    assert score(filled, "rouge_1").message == "nothing was left to score"
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


def scored_before(bench: Workbench, measure: str, metric: str, settings: str) -> None:
    """Let every text have the value .5 under these settings, which count."""
    with bench.store.write() as connection:
        [(dataset,)] = connection.execute("SELECT dataset_id FROM dataset").fetchall()
        ids = [row[0] for row in connection.execute("SELECT generation_id FROM generation").fetchall()]
        version = METRICS[metric].version
        generations.add_scores(connection, [Score(one, measure, version, settings, 0.5) for one in ids])
        generations.choose(connection, dataset, [(measure, version, settings)])


def messages(bench: Workbench, job: Job) -> list[str]:
    return [event["message"] for event in bench.jobs.events(job.job_id)[0] if event["event"] == "message"]


def test_other_settings_take_the_place_of_those_before_and_it_is_said(filled: Workbench) -> None:
    scored_before(filled, "rouge_1", "rouge_1", "of old")
    job = score(filled, "rouge_1")
    assert 0.5 not in {value for value, _ in values(filled, "tuned")["rouge_1"]}
    [said] = messages(filled, job)
    assert said.startswith("rouge_1: computed with other settings than before")
    assert messages(filled, score(filled, "rouge_1")) == []


def test_settings_that_bring_no_value_hide_none(filled: Workbench, tmp_path: Path) -> None:
    scored_before(filled, "bertscore", "bertscore", "of old")
    before = values(filled, "tuned")["bertscore"]
    options = asdict(MetricOptions(bertscore_model=str(tmp_path / "none")))
    spec = JobSpec(
        JobKind.SCORE, "t", {"dataset": "tiny", "split": "test", "metrics": ["bertscore"], "options": options}
    )
    job = filled.jobs.wait(filled.jobs.start(spec).job_id)
    assert job.status is JobStatus.FAILED
    assert values(filled, "tuned")["bertscore"] == before


def test_a_text_made_elsewhere_has_no_weights_though_a_model_bears_its_systems_name(
    filled: Workbench, tmp_path: Path
) -> None:
    with filled.store.write() as connection:
        system = System("gpt", "gpt", "", Decoding())
        models.add_system(connection, system)
        text = Generation("g-gpt", system.system_id, "example-1", "so", "unknown", 0, 0, 0.0)
        generations.add(connection, [text])
    make_tiny_model(tmp_path)
    filled.models.add_hub("gpt", str(tmp_path))
    job = filled.scoring.start("tiny", "train", ["reference_perplexity"])
    assert filled.jobs.wait(job.job_id).error == ""
    assert values(filled, "gpt")["reference_perplexity"] == [(None, "the weights of its model are not here")]
