"""Texts that break terminal programs, in every place where the rating screens show text."""

from pathlib import Path

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.rating import FakeDesk, task
from tests.fakes.screen import SIZES, SMALL, painted, press, settle
from viva.records.rating import RatingItem
from viva.records.rubric import Criterion, Rubric
from viva.records.study import StudyMode
from viva.settings import Settings
from viva.text import display_text
from viva.tui.app import VivaApp
from viva.tui.screens.sitting import SittingScreen
from viva.tui.widgets.reading import NO_TEXT, Reading
from viva.workbench import Workbench

HOSTILE_RUBRIC = Rubric(
    "hostile[/]",
    HOSTILE[5],
    (
        Criterion("[/foo]\x1b[2J", 60, "\u202e[@click=app.quit]why[/]", 0, 5, {3: HOSTILE[3], 4: "x" * 5000}),
        Criterion("b" * 300, 40, "", 0, 5, {}),
    ),
)
KEYS = {StudyMode.RUBRIC: ("3", "4"), StudyMode.PAIRWISE: ("a", "1", "t", "b", "2")}
MODES = pytest.mark.parametrize("mode", list(StudyMode))


def opened(workspace: Path, mode: StudyMode, **options: object) -> VivaApp:
    """Return the app of a rater whose study shows every hostile text as question, as reference and to be rated."""
    pair = mode is StudyMode.PAIRWISE
    of = task(mode, HOSTILE_RUBRIC, note=HOSTILE[2] + HOSTILE[3], strength=pair, per_criterion=pair, **options)
    items = [
        RatingItem(f"item-{n}", text, HOSTILE[n - 1], HOSTILE[n - 2], HOSTILE[n - 3] if pair else None)
        for n, text in enumerate(HOSTILE)
    ]
    workbench = Workbench(Settings(workspace=workspace, rater="ann", role="rater"))
    workbench.__dict__["desk"] = FakeDesk(of, items)
    return VivaApp(workbench, "rate:[/foo]\x1b]0;t\x07")


@MODES
@SIZES
async def test_nothing_painted_can_act_on_the_terminal(workspace: Path, mode: StudyMode, size: tuple[int, int]) -> None:
    app = opened(workspace, mode)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        for _ in HOSTILE:
            for key in ("tab" if mode is StudyMode.PAIRWISE else "t", "v", "end"):
                await pilot.press(key)
                assert not FORBIDDEN.search(painted(app))
            await press(pilot, *KEYS[mode], "enter")
            assert isinstance(app.screen, SittingScreen)
        assert f"{len(HOSTILE)} rated" in painted(app)


@MODES
async def test_help_comment_guess_and_skipping_live_through_hostile_words(workspace: Path, mode: StudyMode) -> None:
    app = opened(workspace, mode, guess=("[/foo]", "\u202e\x1b[2J"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "c")
        app.screen.query_one("TextArea").insert("\u202e\x1b[2J[/foo]")  # type: ignore[attr-defined]
        await settle(pilot)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "s", *"[/foo]")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "enter", *KEYS[mode], "enter")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "1", "b" if mode is StudyMode.RUBRIC else "p")
        assert not FORBIDDEN.search(painted(app))
        assert "1 rated" in painted(app)


async def test_markup_in_a_text_is_shown_as_it_was_written(workspace: Path) -> None:
    app = opened(workspace, StudyMode.RUBRIC)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for _ in range(2):
            await press(pilot, *KEYS[StudyMode.RUBRIC], "enter")
        for at, keys in ((0, ()), (1, ("3", "4", "enter")), (2, ("3", "4", "enter", "v"))):
            await press(pilot, *keys)
            assert HOSTILE[at] in painted(app)


async def test_a_text_that_is_empty_cannot_be_confused_with_one_that_says_so(workspace: Path) -> None:
    items = [RatingItem(str(n), "", "", text) for n, text in enumerate(["", NO_TEXT, " \n "])]
    workbench = Workbench(Settings(workspace=workspace, rater="ann", role="rater"))
    workbench.__dict__["desk"] = FakeDesk(task(), items)
    app = VivaApp(workbench, "rate:falls")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        reading = app.screen.query_one(Reading)

        def first_line() -> tuple[str, bool]:
            strip = reading.approach.render_line(0)
            return strip.text.strip(), any(s.style is not None and s.style.reverse for s in strip if s.text.strip())

        assert first_line() == (NO_TEXT, True)
        await press(pilot, "3", "3", "enter")
        assert first_line() == (NO_TEXT, False)
        await press(pilot, "3", "3", "enter")
        assert first_line() == ("(nothing but white space)", True)


@pytest.mark.parametrize("rendered", [True, False])
async def test_a_text_of_any_length_is_there_to_its_last_letter(workspace: Path, rendered: bool) -> None:
    app = opened(workspace, StudyMode.RUBRIC)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        pane = app.screen.query_one(Reading).approach
        text = "y" * 100_000 + "\n" + "word " * 3000 + "END"
        pane.show(text, rendered=rendered)
        await settle(pilot)
        lines = [pane._layout_now.lines[n] for n in range(len(pane._layout_now.lines))]
        said = "".join(segment.text for line in lines for segment in line)
        assert said.replace(" ", "") == display_text(text).replace(" ", "").replace("\n", "")
        await press(pilot, "end")
        assert "END" in painted(app)
