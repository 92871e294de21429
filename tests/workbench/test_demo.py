"""The main job from end to end, for real: import, train, generate, score, rate, read."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.running import program_command
from viva.errors import UsageError
from viva.records.job import JobKind, JobStatus
from viva.records.overview import StepKind
from viva.settings import Settings
from viva.workbench import Workbench, demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("demo")]


Told = tuple[Path, subprocess.CompletedProcess[str]]
Ran = tuple[Workbench, demo.DemoResult, list[demo.DemoProgress]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The command `viva demo`, run without a terminal: its workspace, and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {key: value for key, value in os.environ.items() if key != "VIVA_WORKSPACE"}
    done = subprocess.run(
        program_command("demo"), cwd=folder, env=environment | {"OMP_NUM_THREADS": "2", "VIVA_RATER": "ann"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return folder / "viva-demo", done


@pytest.fixture(scope="module")
def ran(told: Told) -> Ran:
    """The same once more, which reuses what is there."""
    workbench = Workbench(Settings(workspace=told[0], rater="ann"))
    progress: list[demo.DemoProgress] = []
    return workbench, demo.run(workbench, progress.append), progress


def test_the_whole_demo_ends_well_without_a_terminal(told: Told) -> None:
    _, done = told
    assert done.returncode == 0, done.stderr
    assert "ROUGE-L" in done.stdout
    assert "viva rate round-1 --workspace viva-demo" in done.stderr
    assert re.search(r"Fine-tune the starter \d+/144 loss \d", done.stderr)


def test_the_tuned_system_beats_the_base_on_the_test_split(ran: Ran) -> None:
    workbench, result, _ = ran
    board = {(row.system, row.measure): row for row in workbench.results.leaderboard(result.dataset, result.split)}
    for measure in ("rouge_l", "semantic_similarity"):
        base, tuned = board[result.base, measure], board[result.tuned, measure]
        assert (base.n, base.attempted, tuned.n, tuned.attempted) == (19, 19, 19, 19)
        assert base.mean is not None
        assert tuned.mean is not None
        assert tuned.mean > base.mean


def test_progress_is_told_for_every_stage_to_its_end(ran: Ran) -> None:
    for stage in ("import", "train", "generate", "score"):
        reports = [report for report in ran[2] if report.stage == stage]
        assert reports
        assert reports[-1].done == reports[-1].total > 0


def test_the_training_left_a_curve_in_the_store_and_in_the_job(ran: Ran) -> None:
    workbench, _, _ = ran
    [job] = [job for job in workbench.jobs.list() if job.spec.kind is JobKind.TRAIN]
    curve = workbench.training.curve(job.job_id)
    assert len(curve.points["loss"]) > 5
    assert len(curve.points["eval_loss"]) > 2
    assert curve.best_step == min(curve.points["eval_loss"], key=lambda point: point[1])[0]
    with workbench.store.read() as connection:
        found = connection.execute(
            "SELECT step, value FROM job_metric WHERE job_id = ? AND name = 'eval_loss' ORDER BY step", [job.job_id]
        ).fetchall()
        status = connection.execute("SELECT DISTINCT status FROM job").fetchall()
    assert found == curve.points["eval_loss"]
    assert status == [("done",)]


def test_a_second_run_reuses_what_is_there(ran: Ran) -> None:
    workbench, result, _ = ran
    before = [model.name for model in workbench.models.list()]
    with workbench.store.read() as connection:
        texts = connection.execute("SELECT count(*) FROM generation").fetchall()
        scores = connection.execute("SELECT count(*) FROM score").fetchall()
    assert demo.run(workbench, lambda _: None) == result
    assert [model.name for model in workbench.models.list()] == before
    with workbench.store.read() as connection:
        assert connection.execute("SELECT count(*) FROM generation").fetchall() == texts
        assert connection.execute("SELECT count(*) FROM score").fetchall() == scores


def test_the_next_step_is_to_rate(ran: Ran) -> None:
    workbench, result, _ = ran
    step = workbench.overview().next_step
    assert (step.kind, step.arguments) == (StepKind.RATE, {"study": result.study})
    assert [progress.left for progress in workbench.desk.tasks()] == [38]


def test_a_cancelled_training_is_resumed_to_its_end_and_examined(ran: Ran) -> None:
    workbench, _, _ = ran
    job = workbench.training.start("vad", "starter", "starter-lora", "second", {"epochs": "1"}, examine=True)
    while not workbench.training.curve(job.job_id).points and not workbench.jobs.get(job.job_id).status.ended:
        time.sleep(0.1)
    assert workbench.jobs.cancel(job.job_id).status is JobStatus.CANCELLED
    with pytest.raises(UsageError, match="does not run"):
        workbench.jobs.cancel(job.job_id)
    workbench.jobs.resume(job.job_id)
    ended = workbench.jobs.wait(job.job_id)
    assert (ended.status, ended.result["model"]) == (JobStatus.DONE, "second")
    generated = workbench.jobs.wait(ended.result["next_job"])
    scored = workbench.jobs.wait(generated.result["next_job"])
    assert scored.status is JobStatus.DONE
    assert generated.result["study"] in [study.name for study in workbench.studies.list()]
    board = workbench.results.leaderboard("vad", "test")
    assert {row.n for row in board if row.system == "second"} == {19}


def test_a_base_that_cannot_be_loaded_fails_with_one_clear_line(ran: Ran, tmp_path: Path) -> None:
    workbench, _, _ = ran
    (tmp_path / "empty").mkdir()
    workbench.models.add_hub("empty", str(tmp_path / "empty"))
    job = workbench.training.start("vad", "empty", "starter-lora")
    ended = workbench.jobs.wait(job.job_id)
    assert ended.status is JobStatus.FAILED
    assert "cannot be loaded" in ended.error.splitlines()[0]


def test_an_adapter_is_not_trained_over(ran: Ran) -> None:
    workbench, result, _ = ran
    with pytest.raises(UsageError, match="is an adapter itself"):
        workbench.training.start("vad", result.tuned, "starter-lora")
