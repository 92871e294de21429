"""The windows after a verdict: the guess, what is known of a training text, and the report on a training round."""

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import ModalScreen

import viva.tui
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.records.rating import OVERALL, KnownAnswer, RatingTask
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyMode, StudyOptions, StudyState
from viva.tui.app import DARK
from viva.tui.line_filter import HarmlessText
from viva.tui.screens.guess import Guess, GuessScreen
from viva.tui.screens.known import KnownScreen
from viva.tui.screens.practice_report import PracticeReportScreen

RUBRIC = Rubric(
    "two", "Two", (Criterion("accuracy", 60, "Right?", 0, 5, {}), Criterion("brevity", 40, "Short?", 1, 3, {}))
)
LABELS = ("a model as it came", "a model trained for this")


def task(mode: StudyMode = StudyMode.RUBRIC, name: str = "falls") -> RatingTask:
    return RatingTask("s", name, mode, RUBRIC, StudyOptions(), StudyState.OPEN, 2)


class Windows(App[None]):
    """An app that shows windows, one after the other, and keeps what they end with."""

    CSS_PATH = Path(viva.tui.__file__).parent / "styles" / "base.tcss"

    def __init__(self, *windows: ModalScreen[Any]) -> None:
        super().__init__()
        self._windows = windows
        self.came: list[object] = []
        self.register_theme(DARK)
        self.theme = DARK.name

    def on_mount(self) -> None:
        self.next()

    def next(self) -> None:
        """Show the next window."""
        if len(self.came) < len(self._windows):
            self.push_screen(self._windows[len(self.came)], self.ended)

    def ended(self, result: object) -> None:
        self.came.append(result)
        self.next()

    def get_line_filters(self) -> Any:
        return [*super().get_line_filters(), HarmlessText()]


@pytest.mark.parametrize(
    ("keys", "guess"),
    [
        (("1",), Guess(LABELS[0])),
        (("2",), Guess(LABELS[1])),
        (("0",), Guess(None)),
        (("escape",), Guess(None)),
        (("7", "down", "down", "enter"), Guess(LABELS[1])),
    ],
)
async def test_a_guess_is_a_digit_and_zero_says_that_one_cannot_tell(keys: tuple[str, ...], guess: Guess) -> None:
    app = Windows(GuessScreen(LABELS))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
    assert app.came == [guess]


async def test_the_labels_are_shown_with_their_digits() -> None:
    app = Windows(GuessScreen(LABELS))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        text = flowing(app)
        assert "Who do you think wrote this text?" in text
        assert "1 a model as it came" in text
        assert "0 cannot tell" in text


@SIZES
async def test_after_a_training_text_one_sees_what_is_known_and_why(size: tuple[int, int]) -> None:
    answer = KnownAnswer("i", {"accuracy": 4, "brevity": 2}, {"accuracy": 2, "brevity": 2}, "It forgets [/foo] noise.")
    app = Windows(KnownScreen(answer, task()))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = flowing(app)
        assert "1 of 2 the same as known" in text
        assert "Accuracy 2 4 2 lower" in text
        assert "Brevity 2 2 the same" in text
        assert "It forgets [/foo] noise." in text
        await press(pilot, "enter")
    assert app.came == [None]


async def test_a_pair_is_told_by_where_its_texts_stood() -> None:
    answer = KnownAnswer("i", {OVERALL: "a"}, {OVERALL: "b"}, "")
    app = Windows(KnownScreen(answer, task(StudyMode.PAIRWISE), "b"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "On the whole text A text B not the same" in flowing(app)


@SIZES
async def test_after_the_training_round_one_sees_how_far_off_one_is(size: tuple[int, int]) -> None:
    answers = [
        KnownAnswer("i", {"accuracy": 4, "brevity": 2}, {"accuracy": 5, "brevity": 2}, ""),
        KnownAnswer("j", {"accuracy": 1, "brevity": 3}, {"accuracy": 3, "brevity": 3}, ""),
        KnownAnswer("k", {"accuracy": 1, "brevity": 3}, {}, ""),
    ]
    app = Windows(PracticeReportScreen(answers, task()))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = flowing(app)
        assert "You did 2 training texts." in text
        assert "Accuracy 1.5 higher on average, 1.5 off either way, 0 of 2 exactly" in text
        assert "Brevity as known, 2 of 2 exactly" in text
        await press(pilot, "escape")
    assert app.came == [None]


async def test_the_windows_live_through_hostile_texts() -> None:
    windows: list[ModalScreen[Any]] = []
    for text in HOSTILE:
        answer = KnownAnswer("i", {"accuracy": 4, OVERALL: "a"}, {"accuracy": 1}, text)
        windows += [
            GuessScreen([text, text]),
            KnownScreen(answer, task(name=text)),
            KnownScreen(answer, task(StudyMode.PAIRWISE, text)),
            PracticeReportScreen([answer], task(name=text)),
        ]
    app = Windows(*windows)
    async with app.run_test(size=SMALL) as pilot:
        for _ in windows:
            await pilot.pause()
            assert not FORBIDDEN.search(painted(app))
            await pilot.press("escape")
        await pilot.pause()
    assert len(app.came) == len(windows)


async def test_a_digit_typed_before_the_window_could_be_read_is_no_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.tui.screens.guess.DEAF", 3600.0)
    app = Windows(GuessScreen(LABELS))
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "1", "0")
        assert app.came == []
        monkeypatch.setattr("viva.tui.screens.guess.DEAF", 0.0)
        await press(pilot, "2")
    assert app.came == [Guess(LABELS[1])]
