"""The comparing screen, driven with keys only, on a real workspace and at a desk in memory."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.rating import FakeDesk, item, task
from tests.fakes.screen import SMALL, USUAL, painted, press, settle
from viva.records.rating import OVERALL, Choice, PreferenceEvent, RatingItem, Strength
from viva.records.study import StudyMode, StudyRequest
from viva.settings import Settings
from viva.tui.app import VivaApp
from viva.tui.screens.compare import CompareScreen
from viva.tui.screens.guess import GuessScreen
from viva.tui.widgets.reading import Reading
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

STUDY = "pairs"
BOTH = pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "120x40"])


@pytest.fixture
def paired(filled: Workbench) -> Workbench:
    """A rater's workbench with a study of pairs that asks for strength."""
    filled.studies.create(
        StudyRequest(STUDY, "tiny", "test", ("starter", "tuned"), mode=StudyMode.PAIRWISE, seed=3, strength=True)
    )
    return Workbench(replace(filled.settings, role="rater"))


def at_desk(workspace: Path, first: str = "a", **options: object) -> tuple[VivaApp, FakeDesk]:
    desk = FakeDesk(task(StudyMode.PAIRWISE, **options), [item(each, pair=True, first=first) for each in "abcd"])
    workbench = Workbench(Settings(workspace=workspace, rater="ann", role="rater"))
    workbench.__dict__["desk"] = desk
    return VivaApp(workbench, "rate:falls"), desk


def status(app: VivaApp) -> str:
    return app.screen.query_one(StatusLine).text


def shown(app: VivaApp) -> set[str]:
    """Return which panes have room on the screen."""
    panes = app.screen.query_one(Reading).query("TextPane")
    return {str(pane.id) for pane in panes if pane.region.area > 0}


@BOTH
async def test_a_letter_a_digit_and_enter_save_a_comparison_by_the_side_that_was_shown(
    paired: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(paired, f"rate:{STUDY}")
    firsts: list[RatingItem] = []
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, CompareScreen)
        for keys in (("a", "2"), ("b", "1"), ("t",)):
            state = app.screen.state
            assert state is not None
            assert state.item is not None
            firsts.append(state.item)
            await press(pilot, *keys)
            assert "Enter: save and go on" in painted(app)
            await press(pilot, "enter")
        assert painted(app).splitlines()[0].rstrip().split("Compare pairs")[1].strip().startswith("3 rated")
    said = paired.desk.history(STUDY)
    other = {"a": "b", "b": "a"}
    wanted = [
        Choice(firsts[0].shown_first, Strength.CLEARLY),
        Choice(other[firsts[1].shown_first], Strength.SLIGHTLY),  # type: ignore[arg-type]
        Choice("tie"),
    ]
    assert [v.choices for v in said if isinstance(v, PreferenceEvent)] == [{OVERALL: choice} for choice in wanted]
    assert [v.shown_first for v in said if isinstance(v, PreferenceEvent)] == [each.shown_first for each in firsts]


async def test_the_screen_never_learns_which_system_wrote_a_text(paired: Workbench) -> None:
    app = VivaApp(paired, f"rate:{STUDY}")
    async with app.run_test(size=(120, 100)) as pilot:
        await settle(pilot)
        await press(pilot, "a", "1", "enter")
        state = app.screen.state  # type: ignore[attr-defined]
        held = repr(state.__dict__) + repr(state._fetched.__dict__) + painted(app)
        assert not any(f"{name}'" in held or f"{name}_id" in held for name in ("starter", "tuned", "system"))


async def test_what_was_chosen_is_there_again_after_a_lost_connection(paired: Workbench) -> None:
    app = VivaApp(paired, f"rate:{STUDY}")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "b", "f")
    again = VivaApp(Workbench(paired.settings), f"rate:{STUDY}")
    async with again.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "[B]" in painted(again)
        assert "flagged" in painted(again)
        assert status(again) == "How much better is B? 1 slightly, 2 clearly"


@pytest.mark.parametrize("first", ["a", "b"])
async def test_the_first_text_stands_under_a_and_a_saved_choice_comes_back_under_its_letter(
    workspace: Path, first: str
) -> None:
    app, desk = at_desk(workspace, first)
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        reading = app.screen.query_one(Reading)
        assert (reading.approach.text, reading.other.text) == ("text of a", "other of a")
        await press(pilot, "a", "enter", "p")
        assert "[A]" in painted(app)
        assert status(app).startswith("Saved.")
        await press(pilot, "b", "enter")
    verdict = desk.done["a"]
    assert isinstance(verdict, PreferenceEvent)
    assert verdict.choices == {OVERALL: Choice("b" if first == "a" else "a")}


@BOTH
async def test_each_criterion_is_asked_and_the_whole(workspace: Path, size: tuple[int, int]) -> None:
    app, desk = at_desk(workspace, per_criterion=True, strength=True)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "a", "2", "t", "enter")
        assert "Still missing: On the whole" in status(app)
        await press(pilot, "b", "1", "enter")
        assert app.screen.state.item_id == "b"  # type: ignore[attr-defined]
    verdict = desk.done["a"]
    assert isinstance(verdict, PreferenceEvent)
    assert verdict.choices == {
        "accuracy": Choice("a", Strength.CLEARLY),
        "brevity": Choice("tie"),
        OVERALL: Choice("b", Strength.SLIGHTLY),
    }


async def test_digits_do_nothing_where_no_strength_is_asked(workspace: Path) -> None:
    app, desk = at_desk(workspace)
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        assert "How much" not in painted(app).splitlines()[-1]
        await press(pilot, "a", "1", "enter")
    verdict = desk.done["a"]
    assert isinstance(verdict, PreferenceEvent)
    assert verdict.choices == {OVERALL: Choice("a")}


async def test_the_texts_stand_side_by_side_below_the_reference_where_there_is_room(workspace: Path) -> None:
    app, _ = at_desk(workspace)
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        assert shown(app) == {"question", "reference", "approach", "other"}
        reading = app.screen.query_one(Reading)
        assert reading.approach.region.y == reading.other.region.y > reading.reference.region.y
        await press(pilot, "r")
        assert shown(app) == {"question", "approach", "other"}
        assert "reference hidden (r)" in painted(app)
        await press(pilot, "r", "right", "z")
        assert shown(app) == {"other"}
        await press(pilot, "z", "tab")
        assert reading.active is reading.reference


async def test_one_text_at_a_time_is_shown_where_there_is_less_room(workspace: Path) -> None:
    app, _ = at_desk(workspace)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert shown(app) == {"question", "approach"}
        assert "A · → B · r reference" in painted(app)
        await press(pilot, "tab")
        assert shown(app) == {"question", "other"}
        await press(pilot, "r")
        assert shown(app) == {"question", "reference"}
        await press(pilot, "r")
        assert shown(app) == {"question", "approach"}
        await press(pilot, "right")
        assert shown(app) == {"question", "other"}
        await press(pilot, "left")
        assert shown(app) == {"question", "approach"}


async def test_skip_comment_flag_undo_and_zoom_work_as_when_rating(workspace: Path) -> None:
    app, desk = at_desk(workspace)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "a", "u")
        assert "[A]" not in painted(app)
        await press(pilot, "c", *"why a", "escape", "f")
        assert "flagged · comment" in painted(app)
        await press(pilot, "s")
        assert "Skip this pair: why?" in painted(app)
        await press(pilot, "1")
    verdict = desk.done["a"]
    assert (verdict.skipped, verdict.comment, verdict.flagged) == ("not my field", "why a", True)


async def test_a_choice_can_be_clicked(workspace: Path) -> None:
    app, _ = at_desk(workspace, strength=True)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        row, line = next((y, line) for y, line in enumerate(painted(app).splitlines()) if "On the whole" in line)
        await pilot.click(offset=(line.index(" B ") + 1, row))
        await settle(pilot)
        line = painted(app).splitlines()[row]
        assert "[B]" in line
        await pilot.click(offset=(line.index("2 clearly"), row))
        await settle(pilot)
        assert "[2 clearly]" in painted(app)


async def test_a_guess_asks_for_the_text_that_stood_first(workspace: Path) -> None:
    app, desk = at_desk(workspace, guess=("base", "tuned"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "a", "enter")
        assert isinstance(app.screen, GuessScreen)
        assert "wrote text A?" in painted(app)
        await press(pilot, "1")
        assert [guess.label for guess in desk.guesses] == ["base"]


async def test_what_is_shared_with_the_reference_is_marked_on_demand_only(workspace: Path) -> None:
    app, desk = at_desk(workspace)
    shared = "a graph network under a normalising flow"
    desk.all["a"] = RatingItem("a", "q", f"We train {shared}.", f"They train {shared}!", "nothing at all", "a")
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        reading = app.screen.query_one(Reading)

        def marked() -> list[bool]:
            panes = (reading.reference, reading.approach, reading.other)
            return [any(s.style and s.style.underline for s in pane.render_line(0)) for pane in panes]

        assert marked() == [False, False, False]
        await press(pilot, "h")
        assert marked() == [True, True, False]
        assert "shared words marked (h)" in painted(app)
        await press(pilot, "h")
        assert marked() == [False, False, False]
