"""What happens around a verdict: claims, signs of life, lost items, pages without an item, guesses, training."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.rating import LATER, FakeDesk, item, task
from tests.fakes.screen import SMALL, flowing, painted, press, settle
from viva.errors import NotFound, StoreBusy
from viva.records.rating import GuessEvent, Lease, RatingEvent
from viva.records.study import StudyMode, StudyState
from viva.settings import Settings
from viva.tui.app import VivaApp
from viva.tui.screens.compare import CompareScreen
from viva.tui.screens.guess import GuessScreen
from viva.tui.screens.known import KnownScreen
from viva.tui.screens.practice_report import PracticeReportScreen
from viva.tui.screens.rate import RateScreen
from viva.tui.screens.sitting import SittingScreen, screen_for
from viva.tui.widgets.status import StatusLine
from viva.workbench import Workbench

BUSY = StoreBusy("results.duckdb is held open by duckdb (process 77)", "close it there", 77)
KEYS = ("4", "3", "enter")
Seat = Callable[[FakeDesk], VivaApp]


@pytest.fixture
def seat(workspace: Path) -> Seat:
    """Returns the app of a rater at a desk in memory."""

    def sit(desk: FakeDesk) -> VivaApp:
        workbench = Workbench(Settings(workspace=workspace, rater="ann", role="rater"))
        workbench.__dict__["desk"] = desk
        return VivaApp(workbench, "rate:falls")

    return sit


def desk(count: int = 4, practice: int = 0, **options: object) -> FakeDesk:
    ids = "abcdefghijkl"[:count]
    of = replace(task(**options), practice=practice)  # type: ignore[arg-type]
    return FakeDesk(of, [item(each, practice=at < practice) for at, each in enumerate(ids)])


def screen(app: VivaApp) -> RateScreen:
    found = next(each for each in app.screen_stack if isinstance(each, RateScreen))
    assert isinstance(found, RateScreen)
    return found


def on_screen(app: VivaApp) -> str | None:
    state = screen(app).state
    assert state is not None
    return state.item_id


# Claims


async def test_two_items_are_held_and_the_next_is_claimed_behind_the_one_that_is_read(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert held.holds == ["a", "b"]
        await press(pilot, *KEYS)
        assert on_screen(app) == "b"
        assert held.holds == ["b", "c"]
        assert "text of b" in painted(app)


async def test_one_call_after_a_save_is_enough_however_fast_one_is(seat: Seat) -> None:
    held = desk(8)
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        before = held.served
        await pilot.press(*KEYS, *KEYS)
        await settle(pilot)
        assert sorted(held.done) == ["a", "b"]
        assert held.served - before <= 3
        assert on_screen(app) == "c"


async def test_a_sign_of_life_is_given_only_while_somebody_is_there(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, clock = desk(), [1000.0]
    monkeypatch.setattr("viva.tui.screens.rate_work.monotonic", lambda: clock[0])
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        before = held.served
        screen(app).claims._beat()
        await settle(pilot)
        assert held.served == before + 1
        clock[0] += 601
        screen(app).claims._beat()
        await settle(pilot)
        assert held.served == before + 1
        await press(pilot, "4")
        assert held.served == before + 2
        await press(pilot, "3")
        assert held.served == before + 2


async def test_what_is_held_is_given_back_once_on_leaving(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4", "escape")
        assert held.released == 1
        assert not isinstance(app.screen, RateScreen)
    assert held.released == 1
    assert held.drafts["a"].values == {"accuracy": 4}


async def test_ending_the_app_gives_back_what_is_held(seat: Seat) -> None:
    held = desk()
    async with seat(held).run_test(size=SMALL) as pilot:
        await settle(pilot)
    assert held.released == 1


# A lost item, a busy store


def run_out(app: VivaApp, item_id: str) -> None:
    """Let the lease of an item run out, as far as the screen knows."""
    state = screen(app).state
    assert state is not None
    leases = tuple(
        replace(lease, until=LATER - timedelta(days=9999)) if lease.item_id == item_id else lease
        for lease in state._served.leases
    )
    assert all(isinstance(lease, Lease) for lease in leases)
    state._served = replace(state._served, leases=leases)


async def test_an_item_whose_time_ran_out_is_saved_where_it_can_be_had_again(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4", "3")
        run_out(app, "a")
        await press(pilot, "enter")
        assert list(held.done) == ["a"]
        assert on_screen(app) == "b"


async def test_an_item_that_others_have_by_now_is_left_with_a_calm_line_and_its_draft(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4", "3")
        run_out(app, "a")
        held.taken.add("a")
        await press(pilot, "enter")
        assert held.done == {}
        assert "Another rater has that text by now" in painted(app)
        assert on_screen(app) == "b"
        assert held.drafts["a"].values == {"accuracy": 4, "brevity": 3}
        await press(pilot, *KEYS)
        assert list(held.done) == ["b"]
        assert "Another rater" not in painted(app)


async def test_a_busy_store_where_only_it_could_tell_leaves_the_entry_on_the_screen(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4", "3")
        run_out(app, "a")
        held.holds.remove("a")
        held.refuse = BUSY
        await press(pilot, "enter")
        assert "press Enter again in a moment" in flowing(app)
        assert on_screen(app) == "a"
        held.refuse = None
        await press(pilot, "enter")
        assert list(held.done) == ["a"]


async def test_a_store_that_is_busy_for_a_while_is_a_notice_that_goes_away_by_itself(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva.tui.screens.rate_work.RETRY", 0.05)
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        held.refuse = BUSY
        await press(pilot, *KEYS, *KEYS)
        assert sorted(held.done) == ["a", "b"]
        assert "held open by duckdb (process 77); what you saved is safe" in flowing(app)
        assert "Fetching the next" in painted(app)
        held.refuse = None
        for _ in range(100):
            await pilot.pause(0.02)
            if on_screen(app) is not None:
                break
        await settle(pilot)
        assert "held open" not in painted(app)
        assert on_screen(app) == "c"


async def test_a_study_that_is_taken_away_ends_with_a_line(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        held.refuse = NotFound("this study is not open to you", "ask whoever runs it")  # type: ignore[assignment]
        await press(pilot, *KEYS)
        assert "this study is not open to you" in flowing(app)
        assert not isinstance(app.screen, RateScreen)


# Pages without an item


async def test_the_last_texts_with_others_are_waited_for(seat: Seat) -> None:
    held = desk(2)
    held.elsewhere.add("b")
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS)
        assert "The last 1 text is with another rater right now" in painted(app)
        assert "Enter Look now" in painted(app)
        await press(pilot, "enter")
        assert on_screen(app) is None
        held.elsewhere.clear()
        screen(app).claims._look()
        await settle(pilot)
        assert on_screen(app) == "b"
        assert "text of b" in painted(app)


async def test_a_study_that_is_paused_says_so_and_goes_on(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        held.task = replace(held.task, state=StudyState.PAUSED)
        await press(pilot, *KEYS, *KEYS)
        assert len(held.done) == 2
        assert "This study is paused" in painted(app)
        held.task = replace(held.task, state=StudyState.OPEN)
        await press(pilot, "enter")
        assert on_screen(app) == "c"


async def test_a_study_that_is_closed_while_somebody_rates_thanks_them_and_changes_nothing(seat: Seat) -> None:
    held = desk()
    app = seat(held)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS)
        held.task = replace(held.task, state=StudyState.CLOSED)
        await press(pilot, *KEYS)
        assert list(held.done) == ["a"]
        assert "This study is closed. Thank you." in painted(app)
        assert "1 rated · closed" in painted(app)
        await press(pilot, "b", "1", "c", "s")
        assert isinstance(app.screen, RateScreen)
        assert on_screen(app) == "a"
        await press(pilot, "1")
        assert "can be looked at, not changed" in screen(app).query_one(StatusLine).text
        await press(pilot, "enter")
        assert "Thank you" in painted(app)
    verdict = held.done["a"]
    assert isinstance(verdict, RatingEvent)
    assert verdict.values == {"accuracy": 4, "brevity": 3}


async def test_what_raters_are_told_stands_there_until_the_first_verdict(seat: Seat) -> None:
    held = desk(note="Rate what it says,\nnot how.")
    app = seat(held)
    async with app.run_test(size=(80, 60)) as pilot:
        await settle(pilot)
        assert "Rate what it says, not how." in painted(app)
        await press(pilot, "question_mark")
        assert "About this study" in painted(app)
        await press(pilot, "escape", *KEYS)
        assert "Rate what it says" not in painted(app)


# After saving


async def test_a_guess_is_asked_after_the_verdict_is_on_disk_and_then_one_goes_on(seat: Seat) -> None:
    held = desk(guess=("base", "tuned"))
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS)
        assert isinstance(app.screen, GuessScreen)
        assert list(held.done) == ["a"]
        await press(pilot, "2")
        assert on_screen(app) == "b"
        await press(pilot, *KEYS, "0")
        assert on_screen(app) == "c"
        await press(pilot, "s", "1")
        assert isinstance(app.screen, RateScreen)
    assert [(guess.item_id, guess.label) for guess in held.guesses] == [("a", "tuned"), ("b", None)]


async def test_a_guess_can_be_made_again_but_a_revision_does_not_ask_for_one(seat: Seat) -> None:
    held = desk(guess=("base", "tuned"))
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "g")
        assert isinstance(app.screen, RateScreen)
        await press(pilot, *KEYS, "1", "b", "1", "enter")
        assert isinstance(app.screen, RateScreen)
        assert on_screen(app) == "b"
        await press(pilot, "b", "g", "2")
        assert on_screen(app) == "a"
    assert [guess.label for guess in held.guesses] == ["base", "tuned"]
    assert all(isinstance(guess, GuessEvent) for guess in held.guesses)


async def test_the_training_round_shows_what_is_known_and_in_the_end_how_far_off_one_was(seat: Seat) -> None:
    held = desk(4, practice=2, guess=("base", "tuned"))
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "practice" in painted(app)
        await press(pilot, *KEYS)
        assert isinstance(app.screen, KnownScreen)
        assert "because it is" in painted(app)
        await press(pilot, "enter")
        assert on_screen(app) == "b"
        await press(pilot, *KEYS)
        assert isinstance(app.screen, KnownScreen)
        await press(pilot, "enter")
        assert isinstance(app.screen, PracticeReportScreen)
        await press(pilot, "enter")
        assert on_screen(app) == "c"
        assert "practice" not in painted(app)
        await press(pilot, *KEYS)
        assert isinstance(app.screen, GuessScreen)
    assert held.guesses == []


async def test_digits_typed_while_the_known_answers_are_looked_up_do_not_change_what_was_saved(seat: Seat) -> None:
    held = desk(3, practice=1)
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press(*KEYS, "1", "1")
        await settle(pilot)
        await press(pilot, "enter", "enter")
        state = screen(app).state
        assert state is not None
        assert state.values == {}
    verdict = held.done["a"]
    assert isinstance(verdict, RatingEvent)
    assert verdict.values == {"accuracy": 4, "brevity": 3}


# The right screen


async def test_a_study_of_pairs_opens_the_screen_for_comparing(seat: Seat) -> None:
    held = FakeDesk(task(StudyMode.PAIRWISE), [item("a", pair=True)])
    app = seat(held)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, CompareScreen)
        await press(pilot, "escape")
        assert not isinstance(app.screen, SittingScreen)


def test_the_mode_says_which_screen_it_is() -> None:
    assert screen_for(task()) is RateScreen
    assert screen_for(task(StudyMode.PAIRWISE)) is CompareScreen
