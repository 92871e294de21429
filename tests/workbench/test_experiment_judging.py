"""Judges in experiments: who is asked is settled before anything starts, and verdicts that are there cost nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.chat_server import ChatServer
from tests.fakes.examiner import Examiner
from viva.errors import JobError, NotFound, UsageError
from viva.records.experiment import ExperimentResult
from viva.records.job import JobKind
from viva.records.judging import BASELINE, JudgeMode, JudgePlan, JudgeRequest, JudgeSettings
from viva.workbench import Workbench
from viva.workbench.experiment_judging import Asked

THERE = """
title = "What is there"
dataset = "tiny"

[[generate]]
split = "test"
models = ["starter"]

[[judge]]
{step}

[[show]]
title = "Said"
{shown}
"""
SCORES = {"step": 'mode = "reference"', "shown": 'judge = "reference"'}
SMALL = """
title = "Small"
dataset = "small"

[train]
recipe = "starter-lora"
model = "starter"
set = {{ epochs = 1, probe_tokens = 0, evaluations = 1 }}

[[generate]]
split = "test"
models = ["starter", "tuned"]
max_tokens = [8]

[[judge]]
mode = "reference"
{more}

[[judge]]
mode = "independent"
{more}

[[judge]]
pairwise = true
per_criterion = true
{more}

[[show]]
title = "Reference"
judge = "reference"

[[show]]
title = "Own approach"
judge = "independent"

[[show]]
title = "Pairs"
pairs = true
"""


class Leaning(Examiner):
    """Prefers whatever is shown first."""

    def _part(self, name: str, part: dict[str, Any], prompt: str) -> dict[str, Any]:
        said = super()._part(name, part, prompt)
        return {**said, "winner": "first"} if "winner" in said else said


@pytest.fixture
def examiner() -> Leaning:
    return Leaning()


@pytest.fixture
def server(examiner: Leaning) -> Iterator[ChatServer]:
    with ChatServer(examiner) as running:
        yield running


@pytest.fixture
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note what is started instead of starting it."""
    started: list[Any] = []

    def start(_self: object, spec: Any) -> Any:
        started.append(spec)
        raise JobError("nothing is started here")

    monkeypatch.setattr("viva.workbench.jobs.Jobs.start", start)
    # The texts of the small workspace are of a prompt of its own; here they are of the model's usual one.
    monkeypatch.setattr("viva.workbench.generation.default_prompt", lambda *_: "{question}")
    return started


def write(bench: Workbench, name: str, text: str) -> None:
    bench.paths.experiments.mkdir(parents=True, exist_ok=True)
    (bench.paths.experiments / f"{name}.toml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("step", "asked", "error", "said"),
    [
        ("", Asked(), UsageError, "the experiment try needs a judge: --judge NAME"),
        ("", Asked(("nobody",)), NotFound, "there is no judge 'nobody'"),
        ('rubric = "none"', Asked(("far",)), NotFound, "there is no rubric 'none'"),
        ("", Asked(("far",), 0.0), UsageError, "a budget must be above 0"),
        ("", Asked(("free",), 1.0), UsageError, "a budget needs prices, and free has none"),
        ("", Asked(("locked",)), UsageError, "the environment holds no key named NO_SUCH_KEY"),
        ('judges = ["far"]', Asked(("far",)), UsageError, "the experiment try takes no judge"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(
    filled: Workbench, no_jobs: list[Any], step: str, asked: Asked, error: type[Exception], said: str
) -> None:
    url = "http://127.0.0.1:9/v1"
    filled.models.add_endpoint("far", url, "far-model", prices=(1.0, 2.0))
    filled.models.add_endpoint("free", url, "free-model")
    filled.models.add_endpoint("locked", url, "locked-model", key_env="NO_SUCH_KEY", prices=(1.0, 2.0))
    write(filled, "try", THERE.format(**{**SCORES, "step": step}))
    with pytest.raises(error, match=said):
        filled.experiments.run("try", asked=asked)
    assert no_jobs == []


def test_without_a_judge_the_hint_says_how_to_add_one(filled: Workbench) -> None:
    write(filled, "try", THERE.format(**SCORES))
    with pytest.raises(UsageError) as caught:
        filled.experiments.run("try")
    assert "viva model add far --endpoint URL --model NAME" in caught.value.hint
    assert BASELINE in caught.value.hint


def test_a_budget_without_any_judge_is_refused(filled: Workbench, no_jobs: list[Any]) -> None:
    with pytest.raises(UsageError, match="asks no judge, so there is nothing to spend"):
        filled.experiments.run("grid", asked=Asked(budget=1.0))
    with pytest.raises(UsageError, match="the experiment grid takes no judge"):
        filled.experiments.run("grid", asked=Asked(("far",)))
    assert no_jobs == []


@pytest.mark.parametrize("step", ["pairwise = true", 'mode = "independent"'])
def test_the_baseline_alone_cannot_do_what_takes_a_language_model(
    filled: Workbench, no_jobs: list[Any], step: str
) -> None:
    shown = "pairs = true" if step == "pairwise = true" else 'judge = "independent"'
    write(filled, "try", THERE.format(step=step, shown=shown))
    with pytest.raises(UsageError, match=f"{BASELINE} is no language model and cannot"):
        filled.experiments.run("try", asked=Asked((BASELINE,)))
    assert no_jobs == []


def test_what_the_baseline_cannot_do_is_left_out_with_a_line(filled: Workbench, no_jobs: list[Any]) -> None:
    write(filled, "try", THERE.format(**SCORES) + '\n[[judge]]\nmode = "independent"\n')
    told: list[str] = []
    plans: list[JudgePlan] = []
    with pytest.raises(JobError, match="nothing is started"):
        filled.experiments.run("try", tell=told.append, asked=Asked((BASELINE,), planned=plans.append))
    [spec] = no_jobs
    assert (spec.kind, spec.arguments["judges"]) == (JobKind.JUDGE, [BASELINE])
    assert f"left out: {BASELINE} is no language model and cannot draft an approach of its own to judge by" in told
    assert told[-1] == f"judge tiny/test, against the reference: {BASELINE}"
    [plan] = plans
    assert plan.request.systems == ("starter",)
    assert (plan.judges[0].verdicts, plan.calls) == (4, 0)


@pytest.mark.slow
@pytest.mark.parallel
@pytest.mark.timeout(600)
def test_judges_from_end_to_end_and_then_nobody_is_asked_again(
    bench: Workbench, examiner: Leaning, server: ChatServer
) -> None:
    rows = "".join(
        f'How would one see {what} {n}?,"A camera looks at {what} {n} for a while, then it warns.",{split}\n'
        for n, split in enumerate(["train", "train", "validation", "test"])
        for what in ("smoke", "ice")
    )
    file = bench.paths.root / "small.csv"
    file.write_text(f"question,reference,split\n{rows}", "utf-8")
    bench.datasets.import_file(file, "small")
    bench.models.add_endpoint("far", server.url, "far-model", prices=(1.0, 2.0))
    write(bench, "try", SMALL.format(more='judges = ["$judge", "embedding-baseline"]'))
    examiner.say = {"accuracy": 5, "practicality": 0}
    plans: list[JudgePlan] = []
    result = bench.experiments.run("try", asked=Asked(("far",), planned=plans.append))
    assert [(plan.request.mode, plan.request.pairwise) for plan in plans] == [
        (JudgeMode.REFERENCE, False), (JudgeMode.INDEPENDENT, False), (JudgeMode.REFERENCE, True),
    ]  # fmt: skip
    assert len(examiner.asked) == sum(plan.calls for plan in plans) > 0
    check_tables(bench, result)

    # Asked in another way in between, it is another examiner: the experiment shows its own.
    other = JudgeRequest("small", "test", ("far",), systems=result.systems, settings=JudgeSettings(temperature=0.5))
    before = len(examiner.asked)
    bench.jobs.wait(bench.judging.start(other).job_id)
    asked = len(examiner.asked)
    assert asked > before
    assert bench.experiments.run("try", asked=Asked(("far",))) == result
    assert len(examiner.asked) == asked
    assert [job.spec.kind for job in bench.jobs.list()].count(JobKind.TRAIN) == 1

    write(bench, "dear", SMALL.format(more="temperature = 0.9"))
    poor = bench.experiments.run("dear", asked=Asked(("far",), budget=1e-6))
    assert len(examiner.asked) == asked
    assert [(table.missing, table.wanted) for table in poor.tables] == [(4, 4)] * 3
    assert all(one.attempted == 0 for table in poor.tables[:2] for row in table.points for one in row.systems)
    assert all(row.scored == 0 for row in poor.tables[2].pairs)


def check_tables(bench: Workbench, result: ExperimentResult) -> None:
    """Hold the tables against what the examiner says, and against the leaderboard."""
    tables = {(table.shown.title, table.judge): table for table in result.tables}
    assert list(tables) == [("Reference", "far"), ("Reference", BASELINE), ("Own approach", "far"), ("Pairs", "far")]
    for title in ("Reference", "Own approach"):
        table = tables[title, "far"]
        assert [(row.criterion, row.weight, row.difference) for row in table.points] == [
            ("accuracy", 40, 0.0), ("completeness", 30, 0.0), ("relevance", 20, 0.0), ("practicality", 10, 0.0),
            (None, 100, 0.0),
        ]  # fmt: skip
        assert [row.systems[1].mean for row in table.points] == [40.0, 24.0, 16.0, 0.0, 80.0]
        assert {(one.n, one.attempted) for row in table.points for one in row.systems} == {(2, 2)}
        assert (table.missing, table.wanted, table.unscored) == (0, 4, ())
    board = {
        (row.system, row.scorer, row.measure): (row.mean, row.n, row.attempted, row.half_width)
        for row in bench.results.leaderboard("small", "test")
    }
    baseline = tables["Reference", BASELINE]
    for row in baseline.points:
        for system, one in zip(baseline.systems, row.systems, strict=True):
            mean, n, attempted, half = board[system, f"{BASELINE} (reference)", row.criterion or "total"]
            assert (one.mean, one.n, one.attempted) == (pytest.approx(mean), n, attempted)
            assert one.half_width == pytest.approx(half)
    assert baseline.unscored == (("practicality", "the baseline has no measure of practicality", 4),)
    whole, *by_criterion = tables["Pairs", "far"].pairs
    assert (whole.system, whole.against) == (result.systems[1], result.systems[0])
    # It prefers what is shown first: every verdict is a flip, unless both texts are the same.
    assert (whole.wins, whole.ties, whole.losses, whole.flips, whole.first_rate) == (0, 2, 0, 2, 1.0)
    assert [row.criterion for row in by_criterion] == ["accuracy", "completeness", "relevance", "practicality"]
    assert {row.scored for row in by_criterion} == {2}
