from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Viva, command_line
from tests.fakes.filled import STUDY, SYSTEMS, fill
from viva.cli.demo import verdict
from viva.errors import JobError
from viva.present import leaderboard
from viva.records.results import LeaderboardRow
from viva.workbench import Workbench
from viva.workbench.demo import DemoProgress, DemoResult, Report

RESULT = DemoResult("tiny", "test", *SYSTEMS, STUDY)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo fill the workspace by hand instead of training."""

    def run(workbench: Workbench, report: Report) -> DemoResult:
        report(DemoProgress("import", 0, 1, ""))
        report(DemoProgress("import", 1, 1, "9 examples"))
        for step in range(0, 21, 5):
            report(DemoProgress("train", step, 20, f"loss {4 - step / 10:.2f}"))
        fill(workbench)
        return RESULT

    monkeypatch.setattr("viva.workbench.demo.run", run)


@pytest.mark.usefixtures("quick")
def test_it_narrates_shows_the_leaderboard_and_what_to_do_next(viva: Viva) -> None:
    outcome = viva("demo")
    assert (outcome.code, outcome.screens) == (0, [])
    assert "Fine-tune the starter 10/20 loss 3.00\n" in outcome.err
    assert "Semantic similarity" in outcome.out
    assert "The tuned system beats the base on Semantic similarity, Context relevance and ROUGE-L; " in outcome.err
    assert f"  viva rate {STUDY}\n" in outcome.err


@pytest.mark.usefixtures("quick")
def test_without_a_workspace_named_it_makes_one_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = command_line(("demo",))
    assert outcome.code == 0, outcome.err
    assert (tmp_path / "viva-demo" / "results.duckdb").exists()
    assert not (tmp_path / "results.duckdb").exists()
    assert f"viva rate {STUDY} --workspace viva-demo\n" in outcome.err


@pytest.mark.usefixtures("quick")
def test_the_workspace_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_WORKSPACE", str(tmp_path / "elsewhere"))
    assert command_line(("demo",)).code == 0
    assert (tmp_path / "elsewhere" / "results.duckdb").exists()


@pytest.mark.usefixtures("quick", "at_a_terminal")
def test_in_a_terminal_it_opens_the_study(viva: Viva) -> None:
    assert viva("demo").screens == [STUDY]


@pytest.mark.usefixtures("quick", "at_a_terminal")
def test_in_a_terminal_it_can_be_told_not_to(viva: Viva) -> None:
    assert viva("demo", "--no-open").screens == []


def test_a_stage_that_fails_ends_it_in_one_line(viva: Viva, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_arguments: Any) -> DemoResult:
        raise JobError("train failed: no memory\nviva job show 1")

    monkeypatch.setattr("viva.workbench.demo.run", run)
    outcome = viva("demo")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-2:] == ["error: train failed: no memory", "hint: viva job show 1"]


def test_an_interrupt_says_that_the_job_goes_on(viva: Viva, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_arguments: Any) -> DemoResult:
        raise KeyboardInterrupt

    monkeypatch.setattr("viva.workbench.demo.run", run)
    outcome = viva("demo")
    assert outcome.code == 130
    assert "goes on" in outcome.err


def row(system: str, mean: float | None, half_width: float | None = 0.01) -> LeaderboardRow:
    return LeaderboardRow("tiny", "test", system, "metric", "rouge_l", 4, 4, mean, 0.1, 0.1, half_width=half_width)


@pytest.mark.parametrize(
    ("base", "tuned", "said"),
    [
        (row("starter", 0.2), row("tuned", 0.4), "The tuned system beats the base on ROUGE-L; these"),
        (
            row("starter", 0.2, 0.2),
            row("tuned", 0.4),
            "does not beat the base on any metric; on ROUGE-L their 95% intervals meet",
        ),
        (row("starter", 0.4), row("tuned", 0.2), "The tuned system does not beat the base on any metric; these"),
        (row("starter", None), row("tuned", 0.2), "does not beat"),
    ],
)
def test_the_verdict_claims_no_more_than_the_intervals_allow(
    base: LeaderboardRow, tuned: LeaderboardRow, said: str
) -> None:
    assert said in verdict(RESULT, leaderboard.build([base, tuned]), ["rouge_l"])
