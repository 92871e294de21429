"""What the keys of the rating screen do, at a desk in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events

from tests.fakes.rating import FakeDesk, item, task
from tests.fakes.screen import SMALL, USUAL, flowing, painted, press, settle
from viva.errors import StoreError
from viva.records.rating import Draft, RatingEvent
from viva.records.rubric import Criterion, Rubric
from viva.settings import Settings
from viva.tui.app import VivaApp
from viva.tui.screens.rate import RateScreen
from viva.tui.screens.skip import SkipScreen
from viva.tui.widgets.criteria import Criteria
from viva.tui.widgets.reading import Reading
from viva.workbench import Workbench

BOTH = pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "120x40"])
KEYS = ("4", "3", "enter")
GIVEN = {"accuracy": 4, "brevity": 3}
Seat = Callable[[FakeDesk], VivaApp]


@pytest.fixture
def seat(workspace: Path) -> Seat:
    """Returns the app of a rater at a desk in memory."""

    def sit(desk: FakeDesk) -> VivaApp:
        workbench = Workbench(Settings(workspace=workspace, rater="ann", role="rater"))
        workbench.__dict__["desk"] = desk
        return VivaApp(workbench, "rate:falls")

    return sit


def desk(count: int = 4, rubric: Rubric | None = None) -> FakeDesk:
    of = task() if rubric is None else task(rubric=rubric)
    return FakeDesk(of, [item(each) for each in "abcdefghijkl"[:count]])


def rubric(count: int, highest: int) -> Rubric:
    criteria = tuple(Criterion(f"way {n}", 1, "", 0, highest, {0: "bad"}) for n in range(count))
    return Rubric("many", "Many", criteria)


def values(held: FakeDesk) -> list[dict[str, int]]:
    return [verdict.values for verdict in held.done.values() if isinstance(verdict, RatingEvent)]


def at_once(app: VivaApp, *keys: str) -> None:
    """Type keys as they come in one packet: all of them before the app has done anything about the first."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


@BOTH
async def test_enter_says_what_is_missing_and_goes_there(seat: Seat, size: tuple[int, int]) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "down", "3", "enter")
        assert "Still missing: Accuracy" in painted(app)
        assert "▸ Accuracy" in painted(app)
    assert held.done == {}


async def test_going_over_a_saved_rating_with_enter_saves_nothing_new(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "b", "enter")
        assert "1 rated · 3 left" in painted(app)
    assert held.saves == 1


async def test_an_entry_can_be_taken_back(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4", "3", "u")
        assert held.drafts["a"].values == {"accuracy": 4}
        await press(pilot, "u")
        assert held.drafts == {}
        await press(pilot, "u")
        assert "Nothing to take back" in painted(app)


async def test_skipping_takes_a_reason_by_digit_or_typed(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "s", "2")
        await press(pilot, "s", *"no 2 nd", "enter")
        assert "0 rated · 2 left" in painted(app)
    assert [verdict.skipped for verdict in held.done.values()] == ["text is broken or empty", "no 2 nd"]


async def test_escape_takes_skipping_back(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "s", "9", "enter", "x", "escape")
        assert "0 rated · 4 left" in painted(app)
    assert held.done == {}


@pytest.mark.parametrize("leave", ["escape", "ctrl+s"])
async def test_a_comment_is_kept_while_it_is_typed_and_however_its_window_is_left(seat: Seat, leave: str) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "c", *"half a")
        assert held.drafts["a"].comment == "half a"
        await press(pilot, leave)
        assert "comment" in painted(app)
        assert held.drafts["a"].comment == "half a"


async def test_backspace_clears_and_the_draft_goes_with_the_last_value(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        assert held.drafts == {"a": Draft({"accuracy": 3}, seconds=held.drafts["a"].seconds)}
        await press(pilot, "backspace")
        assert held.drafts == {}


async def test_after_the_last_text_a_page_tells_how_to_go_on(seat: Seat) -> None:
    held = desk(3)
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for _ in range(3):
            assert "about" not in painted(app).splitlines()[0]
            await press(pilot, *KEYS)
        assert "You rated 3 texts." in painted(app)
        await press(pilot, "3", "f", "s", "c", "enter", "u", "n", "g")
        assert isinstance(app.screen, RateScreen)
        await press(pilot, "b")
        assert "Saved." in painted(app)
        await press(pilot, "n")
        assert "You rated 3 texts." in painted(app)
    assert held.saves == 3


async def test_the_progress_tells_the_time_left_once_it_can_be_known(seat: Seat) -> None:
    app = seat(desk(5))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for _ in range(3):
            assert "about" not in painted(app).splitlines()[0]
            await press(pilot, *KEYS)
        assert "3 rated · 2 left · about 1 min" in painted(app).splitlines()[0]


@pytest.mark.parametrize(("highest", "clicked"), [(5, 3), (10, 3), (10, 10)])
async def test_a_value_can_be_clicked(seat: Seat, highest: int, clicked: int) -> None:
    held = desk(rubric=rubric(3, highest))
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        row, line = next((y, line) for y, line in enumerate(painted(app).splitlines()) if "Way 1" in line)
        await pilot.click(offset=(line.index(f" {clicked} ", 20) + 1, row))
        await settle(pilot)
        assert held.drafts["a"].values == {"way 1": clicked}
        assert "▸ Way 2" in painted(app)


async def test_a_text_that_is_not_here_yet_cannot_be_rated(seat: Seat) -> None:
    held = desk()
    held.all.clear()
    held.holds.append("a")
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "s", "f")
        assert "no longer in the study" in painted(app)
        assert isinstance(app.screen, RateScreen)
    assert held.done == {}


async def test_a_disk_that_is_full_keeps_the_screen_where_it_is(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **named: object) -> None:
        raise StoreError("the verdict could not be saved: No space left on device", "make room")

    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4", "3")
        with monkeypatch.context() as patch:
            patch.setattr(held, "save", full)
            await press(pilot, "enter")
        assert "Not saved: the verdict could not be saved: No space left on device" in flowing(app)
        assert "[4]" in painted(app)
        await press(pilot, "enter")
        assert "1 rated · 3 left" in painted(app)
        assert "Not saved" not in painted(app)


async def test_without_colour_everything_can_still_be_told_apart(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = seat(desk())
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4", "f")
        assert "[4]" in painted(app)
        assert "▸ Brevity" in painted(app)
        assert "flagged" in painted(app)


# Fast typists


async def test_keys_that_come_at_once_act_in_their_order_on_one_text_after_the_other(seat: Seat) -> None:
    held = desk(6)
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        at_once(app, "4", "3", "enter", "5", "2", "enter", "1", "1", "enter", "0", "3", "enter", "2")
        for _ in range(3):
            await settle(pilot)
        assert values(held) == [
            {"accuracy": 4, "brevity": 3}, {"accuracy": 5, "brevity": 2},
            {"accuracy": 1, "brevity": 1}, {"accuracy": 0, "brevity": 3},
        ]  # fmt: skip
        assert list(held.done) == ["a", "b", "c", "d"]
        assert held.drafts["e"].values == {"accuracy": 2}


async def test_keys_after_a_revision_wait_until_it_is_saved(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "b")
        at_once(app, "1", "enter", "5", "2", "enter")
        for _ in range(3):
            await settle(pilot)
        assert values(held) == [{"accuracy": 1, "brevity": 3}, {"accuracy": 5, "brevity": 2}]


async def test_keys_that_were_typed_long_before_the_next_text_came_are_dropped(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva.tui.screens.entering.PATIENCE", -1.0)
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        at_once(app, *KEYS, *KEYS, "5", "2", "enter")
        for _ in range(3):
            await settle(pilot)
        assert values(held) == [GIVEN, GIVEN]
        assert held.drafts == {}
        assert "▸ Accuracy" in painted(app)


async def test_a_reason_and_what_follows_it_at_once_go_where_they_belong(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        at_once(app, "s", "2", "1", "2", "enter")
        for _ in range(3):
            await settle(pilot)
        assert isinstance(app.screen, RateScreen)
        assert [verdict.skipped for verdict in held.done.values()] == ["text is broken or empty", None]
        assert values(held) == [{}, {"accuracy": 1, "brevity": 2}]


async def test_what_is_typed_before_a_window_stands_is_not_lost(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        at_once(app, "c", *"why")
        await settle(pilot)
        assert held.drafts["a"].comment == "why"
        await press(pilot, "escape")
        at_once(app, "s", *"dull")
        await settle(pilot)
        assert isinstance(app.screen, SkipScreen)
        await press(pilot, "enter")
        assert [verdict.skipped for verdict in held.done.values()] == ["dull"]


# Long rubrics


async def test_a_long_rubric_leaves_room_for_the_text_and_follows_the_cursor(seat: Seat) -> None:
    held = desk(rubric=rubric(20, 5))
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "text of a" in painted(app)
        assert "Way 0, type 0–5" in painted(app)
        assert "↓ Way 9" in painted(app)
        await press(pilot, *"543210543210")
        assert "▸ Way 12" in painted(app)
        assert "↑ Way 7" in painted(app)
        assert app.screen.query_one(Reading).approach.size.height > 3
        await press(pilot, *"54321054")
        assert "▸ Way 19" in painted(app)
        await press(pilot, "enter")
    assert len(values(held)[0]) == 20


async def test_after_a_digit_only_the_lines_that_changed_are_painted_again(seat: Seat) -> None:
    app = seat(desk(rubric=rubric(7, 5)))
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        block = app.screen.query_one(Criteria)
        drawn: list[object] = []
        line = block.line
        block.line = lambda row, beyond: drawn.append(row.name) or line(row, beyond)  # type: ignore[method-assign, func-returns-value]
        await press(pilot, "4")
        assert drawn == ["Way 0", "Way 1"]
