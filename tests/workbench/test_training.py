"""Trainings as jobs: they outlive who started them, can be paused and resumed, and leave everything in the store."""

import csv
import os
import signal
from pathlib import Path

import pytest

from tests.fakes.chat_server import wait_for
from tests.fakes.tiny_model import make_tiny_model
from viva.errors import BadInput, UsageError
from viva.jobs.directory import JobDirectory
from viva.records.job import Job, JobKind, JobStatus
from viva.settings import Settings
from viva.workbench import Workbench

TINY = {
    "rank": "4", "learning_rate": "0.01", "epochs": "20", "max_length": "128", "precision": "fp32",
    "evaluations": "10", "patience": "0", "probe_tokens": "6", "probe": "And [b]mine[/b]?",
}  # fmt: skip


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    workbench = Workbench(Settings(workspace=tmp_path / "workspace", rater="ann"))
    make_tiny_model(tmp_path / "tiny")
    workbench.models.add_hub("tiny", str(tmp_path / "tiny"))
    with (tmp_path / "pairs.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["question", "reference", "split"])
        for number in range(14):
            split = "train" if number < 8 else "validation" if number < 12 else "test"
            rows.writerow([f"What about {number}?", f"A camera waits {number} times.", split])
    workbench.datasets.import_file(tmp_path / "pairs.csv", "pairs")
    return workbench


def directory(workbench: Workbench, job: Job) -> JobDirectory:
    return JobDirectory(workbench.paths.jobs / job.job_id)


def steps(workbench: Workbench, job: Job) -> int:
    return max((step for step, _ in workbench.training.curve(job.job_id).points.get("loss", [])), default=0)


def start(workbench: Workbench, **changes: str) -> Job:
    return workbench.training.start("pairs", "tiny", "starter-lora", name="tuned", overrides={**TINY, **changes})


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(300)
def test_a_training_is_paused_killed_and_resumed_and_all_of_it_is_in_the_store(workbench: Workbench) -> None:
    job = start(workbench)
    wait_for(lambda: steps(workbench, job) >= 3, 120)
    workbench.jobs.pause(job.job_id)
    paused = workbench.jobs.wait(job.job_id)
    assert paused.status is JobStatus.PAUSED
    at = steps(workbench, job)
    assert at < 40

    workbench.jobs.resume(job.job_id)
    wait_for(lambda: steps(workbench, job) >= at + 10, 120)
    pid = directory(workbench, job).pid()
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: not directory(workbench, job).alive, 30)
    assert workbench.jobs.get(job.job_id).status is JobStatus.INTERRUPTED

    workbench.jobs.resume(job.job_id)
    done = workbench.jobs.wait(job.job_id)
    assert done.status is JobStatus.DONE, done.error
    assert (done.result["model"], done.result["steps"]) == ("tuned", 40)
    assert workbench.models.get("tuned").base == "tiny"
    curve = workbench.training.curve(job.job_id)
    assert [step for step, _ in curve.points["loss"]] == list(range(1, 41))
    assert [step for step, _ in curve.points["eval_loss"]] == list(range(4, 41, 4))
    asked = {(probe.source, probe.question) for probe in workbench.training.probes(job.job_id)}
    assert asked == {
        ("train", "What about 0?"),
        ("test", "What about 12?"),
        ("own", "And [b]mine[/b]?"),
        *((source, question) for source, question in asked if source == "unseen"),
    }
    with workbench.store.read() as connection:
        stored = connection.execute("SELECT step, value FROM curves WHERE name = 'loss' ORDER BY step").fetchall()
        [run] = connection.execute(
            "SELECT status, dataset, base, model, recipe, steps, best_eval_loss, best_step, device FROM runs"
        ).fetchall()
        probes = connection.execute("SELECT count(*), count(DISTINCT step) FROM probes").fetchone()
    assert stored == curve.points["loss"]
    best = min(curve.points["eval_loss"], key=lambda point: point[1])
    assert run == ("done", "pairs", "tiny", "tuned", "starter-lora", 40, best[1], best[0], "cpu")
    assert probes == (40, 10)


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(300)
def test_a_worker_that_is_killed_leaves_a_job_that_says_why_and_can_go_on(workbench: Workbench) -> None:
    job = start(workbench)
    wait_for(lambda: steps(workbench, job) >= 5, 120)
    supervisor = directory(workbench, job).pid()
    [worker] = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    failed = workbench.jobs.wait(job.job_id)
    assert failed.status is JobStatus.FAILED
    assert "memory ran out" in failed.error
    assert workbench.jobs.resume(job.job_id).status is JobStatus.RUNNING
    assert workbench.jobs.wait(job.job_id).status is JobStatus.DONE


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(300)
def test_a_diverged_training_says_so(workbench: Workbench) -> None:
    job = start(workbench, learning_rate="1e30", schedule="constant", max_grad_norm="0")
    failed = workbench.jobs.wait(job.job_id)
    assert failed.status is JobStatus.FAILED
    assert "diverged: the loss is no number" in failed.error
    assert "lower learning rate" in failed.error


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_full_disk_is_told_by_the_job_and_it_goes_on_when_there_is_room(
    workbench: Workbench, little_disk: Path
) -> None:
    # The training and its job lie on one small disk; the store does not.
    for folder in (workbench.paths.models, workbench.paths.jobs):
        folder.parent.mkdir(parents=True, exist_ok=True)
        (little_disk / folder.name).mkdir()
        folder.symlink_to(little_disk / folder.name)
    ballast = little_disk / "ballast"
    ballast.write_bytes(b"\0" * ((32 << 20) - (600 << 10)))
    job = start(workbench)
    failed = workbench.jobs.wait(job.job_id)
    assert failed.status is JobStatus.FAILED
    assert "the disk is full" in failed.error
    assert "make room, then resume" in failed.error
    ballast.unlink()
    workbench.jobs.resume(job.job_id)
    assert workbench.jobs.wait(job.job_id).status is JobStatus.DONE
    # The disk can be taken away only when nobody uses it.
    wait_for(lambda: not directory(workbench, job).alive, 30)


def test_a_recipe_of_the_workspace_comes_before_a_shipped_one_and_a_file_can_be_named(workbench: Workbench) -> None:
    from viva.paths import shipped

    text = shipped("recipes", "starter-lora.toml").read_text("utf-8")
    folder = workbench.paths.recipes
    folder.mkdir(parents=True)
    (folder / "starter-lora.toml").write_text(text.replace("rank = 16", "rank = 3"), "utf-8")
    other = folder.parent / "other.toml"
    other.write_text(text.replace("rank = 16", "rank = 5"), "utf-8")
    assert workbench.recipes.get("starter-lora").rank == 3
    assert workbench.recipes.get(str(other)).rank == 5
    assert [recipe.rank for recipe in workbench.recipes.list() if recipe.name == "starter-lora"] == [3]
    assert workbench.recipes.problems() == ()
    (folder / "bad.toml").write_text("rank = 'x'", "utf-8")
    assert "bad" not in {recipe.name for recipe in workbench.recipes.list()}
    [problem] = workbench.recipes.problems()
    assert "bad.toml" in problem.message
    with pytest.raises(BadInput, match="cannot be read"):
        workbench.recipes.get(str(folder / "none.toml"))


def test_the_program_is_told_what_the_dataset_holds(workbench: Workbench, tmp_path: Path) -> None:
    settings = workbench.training.settings("starter-lora", {"probe": "Mine?"})
    config = workbench.training.config("pairs", "tiny", settings, tmp_path / "told")
    assert config["base"] == str(tmp_path / "tiny")
    assert config["data"] == "pairs, version 1"
    assert len(Path(config["train"]).read_text().splitlines()) == 8
    assert len(Path(config["validation"]).read_text().splitlines()) == 4
    assert [probe["source"] for probe in config["probes"]] == ["train", "test", "unseen", "own"]


def test_two_who_start_at_once_get_names_of_their_own(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.workbench.jobs.Jobs.start", lambda _self, spec: spec)
    specs = [workbench.training.start("pairs", "tiny", "starter-lora") for _ in range(2)]
    assert [spec.arguments["name"] for spec in specs] == ["tiny-pairs", "tiny-pairs-2"]  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="there is a folder"):
        workbench.training.start("pairs", "tiny", "starter-lora", name="tiny-pairs")


def test_a_training_can_be_named_by_what_it_makes(workbench: Workbench) -> None:
    from tests.fakes.jobs_on_disk import add_job

    for number in (1, 2):
        add_job(
            workbench, f"2026010{number}-000000-aaaaaa", status=JobStatus.DONE, arguments={"name": f"made-{number}"}
        )
    assert workbench.jobs.get("made-2").job_id == "20260102-000000-aaaaaa"
    with pytest.raises(UsageError, match="2 jobs start with 2026"):
        workbench.jobs.get("2026")


def test_what_cannot_be_started_is_refused(workbench: Workbench) -> None:
    with pytest.raises(UsageError, match="a recipe has no key 'ranks'"):
        start(workbench, ranks="3")
    with pytest.raises(UsageError, match="trains no model to examine"):
        workbench.training.start("pairs", "tiny", "papers-packed", overrides={"format": "base"}, examine=True)


def test_only_a_running_training_can_be_paused(workbench: Workbench) -> None:
    from tests.fakes.jobs_on_disk import add_job

    add_job(workbench, "20260101-000000-aaaaaa", status=JobStatus.DONE)
    add_job(workbench, "20260101-000000-bbbbbb", kind=JobKind.SCORE, status=JobStatus.DONE)
    with pytest.raises(UsageError, match="does not run"):
        workbench.jobs.pause("20260101-000000-aaaaaa")
    with pytest.raises(UsageError, match="only a training can be paused"):
        workbench.jobs.pause("20260101-000000-bbbbbb")
