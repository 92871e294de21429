"""Experiments: found by name, checked before anything starts, run once and not again."""

from collections.abc import Callable
from typing import Any

import pytest

from viva.errors import BadInput, JobError, NotFound, UsageError
from viva.records.job import Job, JobKind, JobStatus
from viva.workbench import Workbench

SMALL = """
title = "Small"
dataset = "{dataset}"

[train]
recipe = "starter-lora"
model = "starter"
set = {{ epochs = 1, probe_tokens = 0, evaluations = 1 }}

[[generate]]
split = "test"
models = ["starter", "tuned"]
max_tokens = [8]

[score]
metrics = ["rouge_l", "length_ratio"]
embedding_model = "minilm"

[[show]]
title = "Means"
measures = ["rouge_l", "length_ratio"]

[[show]]
title = "By field"
measures = ["rouge_l"]
by = "field"

[[show]]
title = "Spread"
histogram = "rouge_l"
"""
UNTRAINED = """
title = "What is there"
dataset = "tiny"

[generate]
split = "{split}"
models = ["{model}"]
{more}

[score]
metrics = ["rouge_l"]

[show]
title = "Means"
measures = ["rouge_l"]
"""


def write(bench: Workbench, name: str, text: str) -> None:
    bench.paths.experiments.mkdir(parents=True, exist_ok=True)
    (bench.paths.experiments / f"{name}.toml").write_text(text, "utf-8")


@pytest.fixture
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note what is started instead of starting it."""
    started: list[Any] = []

    def start(_self: object, spec: Any) -> Any:
        started.append(spec)
        raise JobError("nothing is started here")

    monkeypatch.setattr("viva.workbench.jobs.Jobs.start", start)
    return started


def test_the_workspace_s_own_come_first_and_broken_ones_are_told(bench: Workbench) -> None:
    write(bench, "grid", SMALL.format(dataset="tiny"))
    write(bench, "broken", "title = 3")
    assert [one.name for one in bench.experiments.list()] == ["fields", "grid", "judge", "pairwise", "similarity"]
    assert bench.experiments.get("grid").title == "Small"
    [problem] = bench.experiments.problems()
    assert "broken.toml" in problem.message
    with pytest.raises(NotFound, match="no experiment 'girds'") as caught:
        bench.experiments.get("girds")
    assert caught.value.hint == "did you mean grid?"


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({"split": "tset"}, NotFound, "no split"),
        ({"model": "nobody"}, NotFound, "no model 'nobody'"),
        ({"more": "temperature = [0]\ntop_p = [0.5]"}, UsageError, "top-p 0.5 changes nothing"),
        ({"more": "temperature = [9]"}, UsageError, "temperature 9 cannot be"),
        ({"more": 'prompt = "nowhere"'}, NotFound, "no prompt template"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(
    filled: Workbench, no_jobs: list[Any], values: dict[str, str], error: type[Exception], said: str
) -> None:
    write(filled, "try", UNTRAINED.format(**{"split": "test", "model": "starter", "more": "", **values}))
    with pytest.raises(error, match=said):
        filled.experiments.run("try")
    assert no_jobs == []


def test_a_grid_for_the_tuned_model_is_checked_before_it_is_trained(filled: Workbench, no_jobs: list[Any]) -> None:
    text = SMALL.format(dataset="tiny").replace("max_tokens = [8]", "temperature = [0]\ntop_p = [0.3]")
    write(filled, "try", text)
    with pytest.raises(UsageError, match=r"top-p 0\.3 changes nothing"):
        filled.experiments.run("try")
    assert no_jobs == []
    write(filled, "other", SMALL.format(dataset="nowhere"))
    with pytest.raises(NotFound, match="no dataset 'nowhere'"):
        filled.experiments.run("other")


def test_the_first_job_is_the_training_with_its_changes(filled: Workbench, no_jobs: list[Any]) -> None:
    write(filled, "try", SMALL.format(dataset="tiny"))
    told: list[str] = []
    with pytest.raises(JobError, match="nothing is started"):
        filled.experiments.run("try", tell=told.append)
    [spec] = no_jobs
    assert spec.kind is JobKind.TRAIN
    assert spec.arguments["recipe"]["epochs"] == 1
    assert told == [
        "dataset tiny is there: version 1, 9 examples",
        "train starter on tiny with the recipe starter-lora",
    ]


def test_a_job_that_fails_ends_the_experiment_with_its_reason(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(filled, "try", UNTRAINED.format(split="test", model="starter", more=""))
    ended: Callable[..., Job] = lambda *_: Job("id", spec, JobStatus.FAILED, spec_time, error="no memory")  # noqa: E731
    from viva.records.ids import utc_now
    from viva.records.job import JobSpec

    spec, spec_time = JobSpec(JobKind.GENERATE, "x", {}), utc_now()
    monkeypatch.setattr("viva.workbench.jobs.Jobs.start", ended)
    monkeypatch.setattr("viva.workbench.jobs.Jobs.wait", ended)
    with pytest.raises(JobError, match="generate id failed: no memory"):
        filled.experiments.run("try")


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(600)
def test_a_small_experiment_from_end_to_end_and_then_nothing_is_done_again(bench: Workbench) -> None:
    rows = "".join(
        f'How would one see {what} {n}?,"A camera looks at {what} {n} for a while, then it warns.",{what},{split}\n'
        for n, split in enumerate(["train", "train", "validation", "test"])
        for what in ("smoke", "ice")
    )
    file = bench.paths.root / "small.csv"
    file.write_text(f"question,reference,field,split\n{rows}", "utf-8")
    bench.datasets.import_file(file, "small")
    write(bench, "try", SMALL.format(dataset="small"))
    result = bench.experiments.run("try")
    assert result.tuned == "starter-small"
    assert result.systems == ("starter-n8", "starter-small-n8")
    means, fields, spread = result.tables
    assert {(row.system, row.measure, row.n) for row in means.rows} == {
        (system, measure, 2) for system in result.systems for measure in ("rouge_l", "length_ratio")
    }
    assert {(row.field, row.n) for row in fields.field_rows} == {("smoke", 1), ("ice", 1)}
    assert spread.histogram is not None
    assert [one.system for one in spread.histogram.spreads] == list(result.systems)

    kinds = [job.spec.kind for job in bench.jobs.list()]
    told: list[str] = []
    assert bench.experiments.run("try", tell=told.append) == result
    assert any("starter-small is there" in line for line in told)
    assert any("all texts are there" in line for line in told)
    again = [job.spec.kind for job in bench.jobs.list()]
    assert again.count(JobKind.TRAIN) == kinds.count(JobKind.TRAIN) == 1
    assert again.count(JobKind.GENERATE) == kinds.count(JobKind.GENERATE) == 1
    # Another recipe makes another model; a training that was cancelled goes on.
    write(bench, "other", SMALL.format(dataset="small").replace("epochs = 1", "epochs = 2"))
    assert bench.experiments.run("other").tuned == "starter-small-2"


def test_a_path_is_a_name_too(bench: Workbench) -> None:
    write(bench, "try", SMALL.format(dataset="small"))
    assert bench.experiments.get(str(bench.paths.experiments / "try.toml")).dataset == "small"
    with pytest.raises(BadInput, match="cannot be read"):
        bench.experiments.get("nowhere.toml")
