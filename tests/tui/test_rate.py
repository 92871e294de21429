"""The rating screen, driven with keys only, on a real workspace."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.screen import SMALL, USUAL, flowing, painted, press, settle
from viva.errors import StoreBusy
from viva.records.study import Draft
from viva.settings import Settings
from viva.tui.app import VivaApp
from viva.tui.screens.rate import RateScreen
from viva.workbench import Workbench

STUDY = "tiny-test"
BOTH = pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "120x40"])


def opened(workbench: Workbench) -> VivaApp:
    return VivaApp(workbench, f"rate:{STUDY}")


def screen(app: VivaApp) -> RateScreen:
    assert isinstance(app.screen, RateScreen)
    return app.screen


def status(app: VivaApp) -> str:
    return str(screen(app).query_one("StatusLine").text)  # type: ignore[attr-defined]


def verdicts(workbench: Workbench) -> list[tuple[dict[str, int], str | None]]:
    queue = workbench.ratings.queue(STUDY, "ann")
    return [(queue.done[item].values, queue.done[item].skipped) for item in queue.item_ids if item in queue.done]


VALUES = {"accuracy": 4, "completeness": 3, "relevance": 5, "practicality": 2}
KEYS = ("4", "3", "5", "2")


@BOTH
async def test_four_digits_and_enter_save_a_rating_and_serve_the_next(filled: Workbench, size: tuple[int, int]) -> None:
    app = opened(filled)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "1 of 8 · 0 rated" in painted(app)
        await press(pilot, *KEYS)
        assert "[4]" in painted(app)
        assert "Enter: save and go on" in painted(app)
        await press(pilot, "enter")
        assert "2 of 8 · 1 rated" in painted(app)
        assert "[4]" not in painted(app)
    assert verdicts(filled) == [(VALUES, None)]
    assert filled.ratings.undelivered("ann") == 0


async def test_a_rating_is_on_disk_before_the_screen_moves_on(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(timeout: float | None = None) -> int:
        raise StoreBusy("results.duckdb is held open by duckdb (process 77)", "close it there", 77)

    monkeypatch.setattr(filled.ratings, "deliver", refuse)
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press(*KEYS, "enter")
        assert filled.ratings.undelivered("ann") == 1
        await settle(pilot)
        assert "held open by duckdb (process 77); your ratings are safe and will be delivered" in flowing(app)
        assert "2 of 8 · 1 rated" in painted(app)


async def test_what_waited_is_delivered_with_the_next_save(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.tui.screens.rate_work.PATIENCE", 0.05)
    program = f"import duckdb; c = duckdb.connect({str(filled.paths.store)!r}); print(1, flush=True); input()"
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            await press(pilot, *KEYS, "enter")
            assert "will be delivered" in flowing(app)
            holder.communicate(b"\n")
        assert filled.ratings.undelivered("ann") == 1
        await press(pilot, *KEYS, "enter")
        assert "will be delivered" not in flowing(app)
    assert filled.ratings.undelivered("ann") == 0


@BOTH
async def test_enter_says_what_is_missing_and_goes_there(filled: Workbench, size: tuple[int, int]) -> None:
    app = opened(filled)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "4", "down", "5", "enter")
        assert "Still missing: Completeness, Practicality" in painted(app)
        assert "▸ Completeness" in painted(app)
        assert "1 of 8 · 0 rated" in painted(app)
    assert verdicts(filled) == []


async def test_it_resumes_where_one_left_with_what_was_entered(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "enter", "s", "1", "5", "1", "f")
    again = opened(Workbench(filled.settings))
    async with again.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "3 of 8 · 1 rated · 1 skipped" in painted(again)
        assert "[5]" in painted(again)
        assert "flagged" in painted(again)
        assert "▸ Relevance" in painted(again)


async def test_an_earlier_rating_can_be_revised(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "enter", "b")
        assert "1 of 8" in painted(app)
        assert "Saved." in status(app)
        await press(pilot, "1", "enter")
        assert "2 of 8 · 1 rated" in painted(app)
    assert verdicts(filled) == [({**VALUES, "accuracy": 1}, None)]
    with filled.store.read() as connection:
        events = connection.execute("SELECT count(DISTINCT event_id) FROM rating").fetchone()
    assert events == (2,)


async def test_going_over_a_saved_rating_with_enter_saves_nothing_new(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "enter", "b", "enter")
        assert "2 of 8 · 1 rated" in painted(app)
    with filled.store.read() as connection:
        events = connection.execute("SELECT count(DISTINCT event_id) FROM rating").fetchone()
    assert events == (1,)


async def test_skipping_takes_a_reason_by_digit_or_typed(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "s", "2")
        await press(pilot, "s", *"too 2 long", "enter")
        assert "3 of 8 · 0 rated · 2 skipped" in painted(app)
    assert verdicts(filled) == [({}, "text is broken or empty"), ({}, "too 2 long")]


async def test_escape_takes_skipping_back(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "s", "9", "enter", "x", "escape")
        assert "1 of 8 · 0 rated" in painted(app)
    assert verdicts(filled) == []


@pytest.mark.parametrize("leave", ["escape", "ctrl+s"])
async def test_a_comment_is_kept_however_its_window_is_left(filled: Workbench, leave: str) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "c", *"no 5 data", "enter", *"at all", leave)
        assert "comment" in painted(app)
        queue = filled.ratings.queue(STUDY, "ann")
        assert queue.drafts[queue.item_ids[0]].comment == "no 5 data\nat all"
        await press(pilot, *KEYS, "enter")
    queue = filled.ratings.queue(STUDY, "ann")
    assert queue.done[queue.item_ids[0]].comment == "no 5 data\nat all"
    assert queue.drafts == {}


async def test_a_comment_is_on_disk_while_it_is_typed(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "c", *"half a sen")
        drafts = filled.ratings.queue(STUDY, "ann").drafts
        assert [draft.comment for draft in drafts.values()] == ["half a sen"]


async def test_backspace_clears_and_the_draft_goes_with_the_last_value(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        queue = filled.ratings.queue(STUDY, "ann")
        assert queue.drafts[queue.item_ids[0]].values == {"accuracy": 3}
        await press(pilot, "backspace")
        assert filled.ratings.queue(STUDY, "ann").drafts == {}


async def test_after_the_last_text_a_page_tells_how_to_go_on(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        for _ in range(8):
            await press(pilot, *KEYS, "enter")
        assert "You rated 8 texts." in painted(app)
        assert "8 items · 8 rated" in painted(app)
        await press(pilot, "3", "f", "s", "c", "enter")
        assert isinstance(app.screen, RateScreen)
        await press(pilot, "b")
        assert "8 of 8 · 8 rated" in painted(app)
    assert len(verdicts(filled)) == 8


async def test_the_closing_page_leads_to_what_is_still_open(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *["n"] * 8)
        assert "8 texts still to rate" in painted(app)
        await press(pilot, "enter")
        assert "1 of 8" in painted(app)


async def test_a_value_can_be_clicked(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        row, line = next((y, line) for y, line in enumerate(painted(app).splitlines()) if "Relevance" in line)
        await pilot.click(offset=(line.index(" 3 ") + 1, row))
        await settle(pilot)
        state = screen(app).state
        assert state is not None
        assert state.values == {"relevance": 3}
        assert state.criterion.name == "practicality"


async def test_help_shows_keys_and_every_level_of_the_rubric(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=(120, 100)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        sheet = painted(app)
        rubric = filled.studies.get(STUDY).rubric
        for criterion in rubric.criteria:
            assert criterion.question[:50] in sheet
            assert all(text in sheet for text in criterion.levels.values())
        assert "Skip this text, with a reason" in sheet
        await press(pilot, "escape")
        assert isinstance(app.screen, RateScreen)


async def test_the_screen_never_learns_which_system_wrote_a_text(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=(120, 100)) as pilot:
        await settle(pilot)
        state = screen(app).state
        assert state is not None
        names = {"starter", "tuned", "system"}
        held = repr(state.__dict__) + repr(screen(app)._texts.__dict__)
        assert not any(f"{name}'" in held or f"{name}_id" in held for name in names)


async def test_texts_are_fetched_ahead_of_the_rater(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.present.rating.WINDOW", 3)
    monkeypatch.setattr("viva.present.rating.NEAR", 1)
    asked: list[int] = []
    fetch = filled.ratings.items
    monkeypatch.setattr(filled.ratings, "items", lambda study, ids: asked.append(len(ids)) or fetch(study, ids))  # type: ignore[func-returns-value]
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert asked == [4]
        for _ in range(6):
            await press(pilot, *KEYS, "enter")
            assert "Fetching" not in status(app)
        assert sum(asked) == 8


async def test_a_text_that_is_not_here_yet_cannot_be_rated(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled.ratings, "items", lambda study, ids: {})
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "enter", "s", "f")
        assert "no longer in the study" in painted(app)
        assert isinstance(app.screen, RateScreen)
    assert verdicts(filled) == []


async def test_a_study_that_is_not_there_leads_home_with_a_line(filled: Workbench) -> None:
    app = VivaApp(filled, "rate:nonesuch")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        assert not isinstance(app.screen, RateScreen)
        assert "nonesuch" in painted(app)


async def test_without_a_name_the_first_study_with_something_left_opens(filled: Workbench) -> None:
    app = VivaApp(filled, "rate")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert f"Rate {STUDY}" in painted(app)


async def test_a_disk_that_is_full_keeps_the_screen_where_it_is(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS)
        monkeypatch.setattr(filled.ratings, "save", full)
        await press(pilot, "enter")
        assert "1 of 8 · 0 rated" in painted(app)
        assert "Not saved: No space left on device" in painted(app)
        assert "[4]" in painted(app)
        monkeypatch.undo()
        await press(pilot, "enter")
        assert "2 of 8 · 1 rated" in painted(app)
        assert "Not saved" not in painted(app)


async def test_two_raters_keep_their_own_drafts(filled: Workbench, workspace: Path) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4")
    other = Workbench(Settings(workspace=workspace, rater="bob"))
    assert other.ratings.queue(STUDY, "bob").drafts == {}
    assert next(iter(filled.ratings.queue(STUDY, "ann").drafts.values())).values == Draft({"accuracy": 4}).values
