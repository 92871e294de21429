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
    assert [row["experiment"] for row in rows] == ["fields", "grid", "similarity", "there"]
    outcome = viva("experiment", "show", "there")
    assert "rouge_l, semantic_similarity" in outcome.out
    assert "Spread: histogram of rouge_l of base" in outcome.out
    assert json.loads(viva("experiment", "show", "grid", "--format", "json").out)[0]["dataset"].startswith("vad")


def test_a_broken_file_is_told_and_left_out(there: Workbench, viva: Viva) -> None:
    (there.paths.experiments / "there.toml").write_text("title = 3\n", "utf-8")
    outcome = viva("experiment", "list")
    assert outcome.code == 0
    assert "warning: left out: " in outcome.err
    assert "there.toml, line 1: title must be text, not 3" in outcome.err
    assert viva("experiment", "run", "there").code == 1
    assert viva("experiment", "run", "nowhere").code == 1
