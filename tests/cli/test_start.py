"""`viva train`, `generate` and `score`: what they start, and waiting for it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.running import Viva
from viva.jobs.directory import JobDirectory
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.workbench import Workbench

EVENTS: list[dict[str, Any]] = [
    {"event": "start", "total": 20, "unit": "step", "truncated": {"train": 1}, "dropped": {"train": 2}},
    {"event": "log", "step": 10, "epoch": 0.5, "values": {"learning_rate": 0.003, "loss": 3.25}},
    {"event": "best", "step": 10, "value": 3.0},
    {"event": "log", "step": 20, "epoch": 1.0, "values": {"eval_loss": 2.5}},
]

Finish = Callable[[JobDirectory], None]
Started = Callable[..., list[JobSpec]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, bench: Workbench) -> Started:
    """Note each job that is started instead of running it; `ends` says how it ends at once."""

    def with_ends(*ends: Finish) -> list[JobSpec]:
        specs: list[JobSpec] = []

        def start(_jobs: object, spec: JobSpec) -> Job:
            specs.append(spec)
            directory = JobDirectory.create(bench.paths.jobs, spec)
            if len(specs) <= len(ends):
                ends[len(specs) - 1](directory)
            return directory.job()

        monkeypatch.setattr("viva.workbench.jobs.Jobs.start", start)
        return specs

    return with_ends


def well(directory: JobDirectory) -> None:
    for event in EVENTS:
        directory.add_event(event)
    directory.add_event({"event": "done", "model": "starter-tiny"})
    directory.set_ended(JobStatus.DONE, "", {"model": "starter-tiny"})


def badly(directory: JobDirectory) -> None:
    directory.add_event({"event": "start", "total": 20, "unit": "step"})
    directory.set_ended(JobStatus.FAILED, "no \x1b[31mmemory\nuse a smaller batch")


def test_training_prints_the_jobs_id_and_says_how_to_follow(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    outcome = viva("train", "tiny", "--model", "starter", "--recipe", "starter-lora")
    [job] = filled.jobs.list()
    assert (outcome.code, outcome.out) == (0, f"{job.job_id}\n"), outcome.err
    assert outcome.err == f"train runs in the background: viva job follow {job.job_id}\n"
    assert [spec.kind for spec in specs] == [JobKind.TRAIN]


def test_training_takes_changes_of_the_recipe_and_a_name(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    outcome = viva(
        "train", "tiny", "--model", "starter", "--recipe", "starter-lora", "--set", "epochs=2", "--set", "rank = 4",
        "--name", "mine", "--examine",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    [spec] = specs
    assert (spec.arguments["recipe"]["epochs"], spec.arguments["recipe"]["rank"]) == (2, 4)
    assert spec.arguments["name"] == "mine"
    assert spec.then is not None


@pytest.mark.parametrize(
    ("change", "said"), [("epochs", "--set key=value"), ("xyzzy=9", "keys to set"), ("speed=9", "did you mean seed?")]
)
def test_a_wrong_change_of_the_recipe_is_used_wrongly(
    viva: Viva, filled: Workbench, started: Started, change: str, said: str
) -> None:
    specs = started()
    outcome = viva("train", "tiny", "--model", "starter", "--recipe", "starter-lora", "--set", change)
    assert (outcome.code, specs) == (2, [])
    assert said in outcome.err


def test_waiting_narrates_the_loss_and_ends_well(viva: Viva, filled: Workbench, started: Started) -> None:
    started(well)
    outcome = viva("train", "tiny", "--model", "starter", "--recipe", "starter-lora", "--wait")
    [job] = filled.jobs.list()
    assert (outcome.code, outcome.out) == (0, f"{job.job_id}\n")
    assert "train 10/20 loss 3.25\n" in outcome.err
    assert "train 20/20 eval_loss 2.5\n" in outcome.err
    assert "warning: 1 reference cut at the end, 2 examples left out" in outcome.err
    assert "model starter-tiny" in outcome.err.splitlines()[-1]


def test_waiting_for_a_job_that_fails_fails_with_its_error(viva: Viva, filled: Workbench, started: Started) -> None:
    started(badly)
    outcome = viva("score", "tiny", "--wait")
    [job] = filled.jobs.list()
    assert outcome.code == 1
    assert outcome.err.splitlines()[-2:] == [
        f"error: score {job.job_id} failed: no ␛[31mmemory",
        "hint: use a smaller batch",
    ]


def test_waiting_goes_on_with_the_jobs_that_follow(viva: Viva, filled: Workbench, started: Started) -> None:
    def with_a_following_job(directory: JobDirectory) -> None:
        following = JobDirectory.create(filled.paths.jobs, JobSpec(JobKind.SCORE, "tiny/test", {}))
        following.add_event({"event": "start", "total": 3})
        following.set_ended(JobStatus.FAILED, "no metric")
        directory.set_ended(JobStatus.DONE, "", {"next_job": following.job_id})

    started(with_a_following_job)
    outcome = viva("generate", "tiny", "--split", "test", "--model", "starter", "--score", "--wait")
    assert outcome.code == 1
    assert "no metric" in outcome.err


def test_an_interrupt_while_waiting_leaves_the_job_running(
    viva: Viva, filled: Workbench, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> Job:
        raise KeyboardInterrupt

    started()
    monkeypatch.setattr("viva.workbench.jobs.Jobs.wait", interrupted)
    outcome = viva("score", "tiny", "--wait")
    assert outcome.code == 130
    assert f"job {filled.jobs.list()[0].job_id} goes on" in outcome.err


def test_generating_takes_models_and_decoding(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    outcome = viva(
        "generate", "tiny", "--split", "test", "--model", "starter", "--model", "tuned", "--temperature", "0.7",
        "--top-p", "0.9", "--top-k", "5", "--max-tokens", "64", "--repetition-penalty", "1.1", "--seed", "3",
        "--prompt", "Q: {question}",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    [spec] = specs
    assert spec.arguments["models"] == ["starter", "tuned"]
    for system in spec.arguments["systems"]:
        assert system["prompt"] == "Q: {question}"
        assert system["decoding"] == {
            "max_new_tokens": 64, "temperature": 0.7, "top_p": 0.9, "top_k": 5, "repetition_penalty": 1.1, "seed": 3,
            "samples": 1,
        }  # fmt: skip
    assert spec.then is None


def test_several_values_make_a_grid_of_systems(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    outcome = viva(
        "generate", "tiny", "--split", "test", "--model", "starter,tuned", "--temperature", "0.2,0.7", "--top-p", "0.5",
        "--top-p", "0.9", "--samples", "2",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    names = [system["name"] for system in specs[0].arguments["systems"]]
    assert len(set(names)) == 8
    assert "starter-t0.7-p0.9-x2" in names
    assert "8 systems and 64 texts to write" in outcome.err


def test_a_combination_that_makes_no_sense_is_refused_or_left_out(
    viva: Viva, filled: Workbench, started: Started
) -> None:
    specs = started()
    words = ("generate", "tiny", "--split", "test", "--model", "starter", "--temperature", "0,0.7", "--top-p", "0.9")
    outcome = viva(*words)
    assert outcome.code == 2
    assert "temperature 0 is greedy: top-p 0.9 changes nothing" in outcome.err
    assert not specs
    assert viva(*words, "--skip-impossible").code == 0
    assert [system["name"] for system in specs[0].arguments["systems"]] == ["starter-t0.7-p0.9"]
    assert specs[0].title == "tiny/test with starter-t0.7-p0.9"


def test_what_would_be_written_is_shown_and_nothing_is_started(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    words = ("generate", "tiny", "--split", "train", "--model", "starter", "--dry-run", "--format", "json")
    [row] = json.loads(viva(*words).out)
    assert (row["system"], row["to_write"], row["written"]) == ("starter", 3, 0)
    assert not specs


def test_no_job_is_started_where_there_is_nothing_to_do(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    again = viva("generate", "tiny", "--split", "test", "--model", "starter")
    assert (again.code, again.out) == (0, "")
    assert "nothing is left to write" in again.err
    empty = viva("score", "tiny", "--split", "train")
    assert (empty.code, empty.out) == (0, "")
    assert "nothing has been written yet" in empty.err
    assert "viva generate tiny --split train --model MODEL" in empty.err
    board = viva("leaderboard", "tiny", "--split", "train")
    assert "nothing has been written yet: viva generate tiny --split train --model MODEL" in board.err
    assert specs == []
    scored = viva("generate", "tiny", "--split", "test", "--model", "starter", "--score")
    assert scored.code == 0
    assert [spec.kind for spec in specs] == [JobKind.SCORE]


def test_the_totals_of_a_dry_run_are_told(viva: Viva, filled: Workbench, started: Started) -> None:
    words = ("generate", "tiny", "--split", "train", "--model", "starter", "--dry-run")
    outcome = viva(*words, "--format", "json")
    [row] = json.loads(outcome.out)
    assert row["total_texts"] == row["to_write"] > 0
    assert row["total_completion_tokens"] > 0
    assert row["total_cost"] in {None, 0}
    assert "tokens to read" in outcome.err
    assert "no cost" in outcome.err
    table = viva(*words)
    assert "tokens to read" in table.err
    assert "total_texts" not in table.out


def test_what_leads_nowhere_is_refused_with_what_to_do_instead(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    words = ("generate", "tiny", "--split", "train", "--model", "starter")
    for more in (("--top-p", "0.5"), ("--samples", "3")):
        assert "hint: draw with a temperature above 0: --temperature 0.7" in viva(*words, *more).err
    assert "say how many: --shots 3" in viva(*words, "--shots-seed", "2").err
    assert specs == []
    strange = viva(*words, "--prompt", "As {foo}: {question}", "--dry-run")
    assert (strange.code, "warning: the prompt has {foo} in it" in strange.err) == (0, True)


def test_a_job_that_runs_is_followed_not_resumed(viva: Viva, filled: Workbench) -> None:
    directory = JobDirectory.create(filled.paths.jobs, JobSpec(JobKind.SCORE, "tiny/test", {}))
    with directory.hold():
        outcome = viva("job", "resume", directory.job_id)
    assert outcome.code == 2
    assert f"hint: follow it: viva job follow {directory.job_id}" in outcome.err


def test_the_templates_are_listed_without_a_dataset(viva: Viva, filled: Workbench) -> None:
    outcome = viva("generate", "--list-prompts")
    assert outcome.code == 0
    assert "steps" in outcome.out
    assert "{question}" in outcome.out


def test_generating_is_greedy_unless_told_otherwise(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    assert viva("generate", "tiny", "--split", "train", "--model", "starter").code == 0
    assert [system["decoding"]["temperature"] for system in specs[0].arguments["systems"]] == [0]


def test_an_impossible_temperature_is_used_wrongly(viva: Viva, filled: Workbench) -> None:
    assert viva("generate", "tiny", "--split", "test", "--model", "starter", "--temperature", "-1").code == 2


def test_scoring_takes_metrics_with_commas_or_one_by_one(viva: Viva, filled: Workbench, started: Started) -> None:
    specs = started()
    names = [metric.name for metric in filled.scoring.metrics()][:2]
    assert viva("score", "tiny", "--split", "test", "--metric", ",".join(names)).code == 0
    assert viva("score", "tiny", *(word for name in names for word in ("--metric", name))).code == 0
    assert [spec.arguments["metrics"] for spec in specs] == [names, names]
    assert [spec.arguments["split"] for spec in specs] == ["test", None]


def test_an_unknown_metric_is_an_error(viva: Viva, filled: Workbench) -> None:
    outcome = viva("score", "tiny", "--metric", "rougel")
    assert outcome.code == 1
    assert "did you mean rouge_l?" in outcome.err


def test_jobs_are_listed_with_how_they_stand(viva: Viva, filled: Workbench) -> None:
    badly(JobDirectory.create(filled.paths.jobs, JobSpec(JobKind.SCORE, "tiny/test", {})))
    [row] = json.loads(viva("job", "list", "--format", "json").out)
    assert (row["kind"], row["status"], row["message"]) == ("score", "failed", "no \x1b[31mmemory")
