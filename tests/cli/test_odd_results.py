import json
import re
from pathlib import Path

import pytest

from tests.cli.running import Outcome, command_line
from tests.fakes.odd_results import DATASET, PAIRS, STATES, STUDY, fill_odd
from viva.workbench import Workbench

pytestmark = [pytest.mark.slow, pytest.mark.parallel]

COMMANDS = [
    ("leaderboard", DATASET, "--all"),
    ("leaderboard", DATASET, "--by", "subfield"),
    ("compare", "base", "tuned", "--dataset", DATASET, "--all"),
    ("compare", "base", "tuned", "--dataset", DATASET, "--texts", "2", "--measure", "rouge_l"),
    ("agreement", STUDY),
    ("agreement", STUDY, "--raters"),
    ("agreement", STUDY, "--pairs"),
    ("agreement", STUDY, "--items"),
    ("agreement", PAIRS),
    ("adjudicate", STUDY),
    ("ranking", DATASET),
    ("ranking", DATASET, "--pairs"),
    ("weights", DATASET),
    ("verdict", STUDY),
    ("plan", STUDY),
    ("plan", STUDY, "--layers"),
    ("sql", "SELECT * FROM leaderboard"),
]
NO_NUMBER = re.compile(r"(?i)(?<![\w`])[+-]?(nan|inf|infinity)(?!\w)")


@pytest.fixture(params=STATES, scope="module")
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An odd workspace that commands only read."""
    workspace = tmp_path_factory.mktemp("odd")
    fill_odd(Workbench.open(workspace), request.param)
    return workspace


def check(outcome: Outcome, told: str) -> None:
    """Hold that a command said something a person can use: never a traceback, or a number that is none."""
    assert outcome.code in {0, 1, 2}, told
    assert outcome.out.strip() or outcome.err.strip(), told
    assert "Traceback" not in outcome.err, told
    assert "this is a mistake in viva" not in outcome.err.lower(), told
    assert not NO_NUMBER.search(outcome.out), told
    assert not NO_NUMBER.search(outcome.err), told
    if outcome.code:
        [line] = [line for line in outcome.err.splitlines() if line.startswith("error: ")]
        assert not line.endswith("."), told
        assert "hint: " in outcome.err, told


def test_every_command_has_a_word_for_what_is_odd(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for command in COMMANDS:
        outcome = command_line(("--workspace", odd, *command))
        check(outcome, f"{' '.join(command)}: {outcome}")


def test_programs_get_no_number_that_is_none(odd: Path) -> None:
    for command in COMMANDS[::4]:
        outcome = command_line(("--workspace", odd, *command, "--format", "json"))
        check(outcome, f"{' '.join(command)}: {outcome}")
        if outcome.code == 0:
            json.loads(outcome.out, parse_constant=_refused)


def _refused(name: str) -> None:
    raise AssertionError(f"{name} is no number")


def test_a_report_has_a_word_for_what_is_odd(odd: Path, tmp_path: Path) -> None:
    outcome = command_line(("--workspace", odd, "report", DATASET, tmp_path / "odd.md"))
    check(outcome, str(outcome))
    if outcome.code == 0:
        text = (tmp_path / "odd.md").read_text("utf-8")
        assert not NO_NUMBER.search(text), NO_NUMBER.search(text)
