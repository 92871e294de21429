"""`viva experiment`: listed, shown, run, its tables on stdout and its steps on stderr."""

import json

import pytest

from tests.cli.running import Viva
from viva.records.ids import utc_now
from viva.records.job import Job, JobKind, JobSpec, JobStatus
from viva.workbench import Workbench

WHAT_IS_THERE = """
title = "What is there"
dataset = "tiny"

[generate]
name = "base"
split = "test"
models = ["starter"]

[score]
metrics = ["rouge_l", "semantic_similarity"]

[[show]]
title = "Means"
measures = ["rouge_l", "semantic_similarity"]

[[show]]
title = "Fields"
measures = ["rouge_l"]
by = "field"

[[show]]
title = "Spread"
histogram = "rouge_l"
of = "base"
"""


@pytest.fixture
def there(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A workspace with an experiment whose texts and scores are there: its jobs have nothing to do."""
    filled.paths.experiments.mkdir(parents=True)
    (filled.paths.experiments / "there.toml").write_text(WHAT_IS_THERE, "utf-8")
    # The texts of the small workspace are of a prompt of its own; here they are of the model's usual one.
    monkeypatch.setattr("viva.workbench.generation.default_prompt", lambda *_: "{question}")
    done = Job("job-1", JobSpec(JobKind.SCORE, "tiny/test", {}), JobStatus.DONE, utc_now())
    monkeypatch.setattr("viva.workbench.jobs.Jobs.start", lambda *_: done)
    monkeypatch.setattr("viva.workbench.jobs.Jobs.wait", lambda *_: done)
    return filled


@pytest.mark.usefixtures("there")
def test_tables_go_to_stdout_and_steps_to_stderr(viva: Viva) -> None:
    outcome = viva("experiment", "run", "there", "--no-open")
    assert outcome.code == 0, outcome.err
    assert "dataset tiny is there: version 1, 9 examples" in outcome.err
    assert "generate base: 1 system for tiny/test, all texts are there" in outcome.err
    assert "score tiny/test: rouge_l, semantic_similarity" in outcome.err
    for said in ("Means (split test)", "Fields (split test)", "Spread (split test)", "all fields", "4/4", "3/4"):
        assert said in outcome.out
    assert "Semantic similarity: 1 text unscored: empty text" in outcome.out
    assert "tuned" not in outcome.out


@pytest.mark.usefixtures("there")
def test_the_list_has_the_shipped_ones_and_those_of_the_workspace(viva: Viva) -> None:
    rows = json.loads(viva("experiment", "list", "--format", "json").out)
    assert [row["experiment"] for row in rows] == ["fields", "grid", "judge", "pairwise", "similarity", "there"]
    outcome = viva("experiment", "show", "there")
    assert "rouge_l, semantic_similarity" in outcome.out
    assert "Spread: histogram of rouge_l of base" in outcome.out
    assert json.loads(viva("experiment", "show", "grid", "--format", "json").out)[0]["dataset"].startswith("vad")


JUDGED = """
title = "What a judge says"
dataset = "tiny"

[generate]
split = "test"
models = ["starter"]

[judge]

[show]
title = "Points"
judge = "reference"
"""


def test_what_a_judge_costs_is_said_before_and_its_points_are_shown(there: Workbench, viva: Viva) -> None:
    (there.paths.experiments / "judged.toml").write_text(JUDGED, "utf-8")
    there.models.add_endpoint("far", "http://127.0.0.1:9/v1", "far-model", prices=(1.0, 2.0))
    outcome = viva("experiment", "run", "judged", "--judge", "far,embedding-baseline", "--budget", "0.001", "--no-open")
    assert outcome.code == 0, outcome.err
    assert "judge tiny/test, against the reference: far, embedding-baseline" in outcome.err
    assert "far: 4 verdicts; 4 calls; about " in outcome.err
    assert "cost at most " in outcome.err
    assert "the budget of 0.001 may not suffice" in outcome.err
    assert "Points (split test, judge far, against the reference)" in outcome.out
    assert "Points (split test, judge embedding-baseline, against the reference)" in outcome.out
    assert "4 of 4 verdicts not asked for" in outcome.out
    # Nothing is computed where no metric is named.
    assert "score tiny/test" not in outcome.err


@pytest.mark.usefixtures("there")
def test_a_judge_must_be_named_where_the_experiment_leaves_it_open(viva: Viva) -> None:
    outcome = viva("experiment", "run", "judge")
    assert outcome.code == 2
    assert "error: the experiment judge needs a judge: --judge NAME" in outcome.err
    assert "viva model add far --endpoint URL --model NAME" in outcome.err
    assert viva("experiment", "run", "pairwise", "--judge", "embedding-baseline").code == 2
    assert viva("experiment", "run", "there", "--judge", "starter").code == 2
    assert "against the judge's own approach" in viva("experiment", "show", "pairwise").out


def test_a_broken_file_is_told_and_left_out(there: Workbench, viva: Viva) -> None:
    (there.paths.experiments / "there.toml").write_text("title = 3\n", "utf-8")
    outcome = viva("experiment", "list")
    assert outcome.code == 0
    assert "warning: left out: " in outcome.err
    assert "there.toml, line 1: title must be text, not 3" in outcome.err
    assert viva("experiment", "run", "there").code == 1
    assert viva("experiment", "run", "nowhere").code == 1
