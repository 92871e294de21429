import io
import sys

import pytest
from rich.console import Console
from rich.progress import Progress

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.cli.progress import Bars, Lines, narrating


def test_outside_a_terminal_a_stage_is_told_at_each_tenth_only(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for step in range(101):
        lines.tell("train", step, 100, "loss 1.5")
    told = capsys.readouterr().err.splitlines()
    assert told == [f"train {step}/100 loss 1.5" for step in range(0, 101, 10)]


def test_a_stage_of_unknown_length_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for step in range(5):
        lines.tell("score", step, 0, "")
    assert capsys.readouterr().err == "score …\n"


def test_hostile_notes_are_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    for number, text in enumerate(HOSTILE):
        Lines().tell(text, number, len(HOSTILE), text)
    assert not FORBIDDEN.search(capsys.readouterr().err)


def test_in_a_terminal_each_stage_has_a_bar_that_shows_notes_as_they_are() -> None:
    screen = io.StringIO()
    with Progress(console=Console(file=screen, width=100)) as progress:
        bars = Bars(progress)
        bars.tell("train", 5, 20, "loss [red]2[/red]")
        bars.tell("train", 20, 20, "")
        bars.tell("score", 0, 0, "")
        assert [(task.description, task.completed, task.total) for task in progress.tasks] == [
            ("train", 20, 20),
            ("score", 0, None),
        ]


def test_a_terminal_gets_bars_on_stderr_and_nothing_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with narrating() as narrator:
        narrator.tell("[/foo]", 1, 2, "[red]note[/red]")
    painted = capsys.readouterr()
    assert painted.out == ""
    assert "[/foo]" in painted.err
    assert "[red]note[/red]" in painted.err
