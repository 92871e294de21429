"""The rating screen, driven with keys only, on a real workspace."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.screen import SMALL, USUAL, flowing, painted, press, settle
from viva.errors import StoreBusy
from viva.records.person import Role
from viva.records.rating import Draft, RatingEvent, Sitting
from viva.settings import Settings
from viva.tui.app import VivaApp
from viva.tui.screens.rate import RateScreen
from viva.workbench import Workbench

STUDY = "tiny-test"
BOTH = pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "120x40"])


@pytest.fixture
def filled(filled: Workbench) -> Workbench:
    """The filled workspace, for a rater."""
    return Workbench(replace(filled.settings, role=str(Role.RATER)))


def opened(workbench: Workbench) -> VivaApp:
    return VivaApp(workbench, f"rate:{STUDY}")


def screen(app: VivaApp) -> RateScreen:
    assert isinstance(app.screen, RateScreen)
    return app.screen


def status(app: VivaApp) -> str:
    return str(screen(app).query_one("StatusLine").text)  # type: ignore[attr-defined]


def sitting(workbench: Workbench) -> Sitting:
    """Return what the rater would come back to; nothing is claimed for it."""
    return Workbench(workbench.settings).desk.sit_down(STUDY, 0)


def verdicts(workbench: Workbench) -> list[tuple[dict[str, int], str | None]]:
    said = workbench.desk.history(STUDY)
    return [(verdict.values, verdict.skipped) for verdict in said if isinstance(verdict, RatingEvent)]


def events(workbench: Workbench) -> int:
    with workbench.store.read() as connection:
        return connection.execute("SELECT count(DISTINCT event_id) FROM rating").fetchone()[0]  # type: ignore[index, no-any-return]


VALUES = {"accuracy": 4, "completeness": 3, "relevance": 5, "practicality": 2}
KEYS = ("4", "3", "5", "2")


@BOTH
async def test_four_digits_and_enter_save_a_rating_and_serve_the_next(filled: Workbench, size: tuple[int, int]) -> None:
    app = opened(filled)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "0 rated · 8 left" in painted(app)
        await press(pilot, *KEYS)
        assert "[4]" in painted(app)
        assert "Enter: save and go on" in painted(app)
        await press(pilot, "enter")
        assert "1 rated · 7 left" in painted(app)
        assert "[4]" not in painted(app)
    assert verdicts(filled) == [(VALUES, None)]
    assert filled.desk.undelivered() == 0


async def test_a_rating_is_on_disk_before_the_screen_moves_on(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise StoreBusy("results.duckdb is held open by duckdb (process 77)", "close it there", 77)

    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        monkeypatch.setattr(filled.desk, "serve", refuse)
        await pilot.press(*KEYS, "enter")
        assert filled.desk.undelivered() == 1
        await settle(pilot)
        assert "held open by duckdb (process 77); what you saved is safe" in flowing(app)
        assert "1 rated · 7 left" in painted(app)
        assert "[4]" not in painted(app)
        # The next one was held ahead, so that there is something to do meanwhile.
        await press(pilot, *KEYS, "enter")
        assert filled.desk.undelivered() == 2
        assert "Fetching the next" in painted(app)
        monkeypatch.undo()
        screen(app).claims.start()
        await settle(pilot)
        assert "held open" not in painted(app)
        assert "2 rated · 6 left" in painted(app)
        assert "Accuracy" in painted(app)
    assert filled.desk.undelivered() == 0


async def test_what_waited_is_delivered_with_the_next_save(filled: Workbench) -> None:
    program = f"import duckdb; c = duckdb.connect({str(filled.paths.store)!r}); print(1, flush=True); input()"
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        filled.desk._claiming._patience = 0.1
        with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            await press(pilot, *KEYS, "enter")
            assert "what you saved is safe" in flowing(app)
            holder.communicate(b"\n")
        filled.desk._claiming._patience = 5.0
        assert filled.desk.undelivered() == 1
        await press(pilot, *KEYS, "enter")
        assert "is safe" not in flowing(app)
    assert filled.desk.undelivered() == 0


async def test_it_resumes_where_one_left_with_what_was_entered(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "enter", "s", "1", "5", "1", "f")
    again = opened(Workbench(filled.settings))
    async with again.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "1 rated · 6 left" in painted(again)
        assert "[5]" in painted(again)
        assert "flagged" in painted(again)
        assert "▸ Relevance" in painted(again)


async def test_an_earlier_rating_can_be_revised(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "enter", "b")
        assert "Saved." in status(app)
        await press(pilot, "1", "enter")
        assert "1 rated · 7 left" in painted(app)
        assert "[1]" not in painted(app)
    assert verdicts(filled) == [({**VALUES, "accuracy": 1}, None)]
    assert events(filled) == 2


async def test_a_comment_is_kept_with_its_verdict(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "c", *"no 5 data", "enter", *"at all", "escape")
        assert "comment" in painted(app)
        assert [draft.comment for draft in sitting(filled).drafts.values()] == ["no 5 data\nat all"]
        await press(pilot, *KEYS, "enter")
    after = sitting(filled)
    assert [verdict.comment for verdict in after.done] == ["no 5 data\nat all"]
    assert after.drafts == {}


async def test_help_shows_keys_and_every_level_of_the_rubric(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=(120, 100)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        sheet = painted(app)
        rubric = sitting(filled).task.rubric
        for criterion in rubric.criteria:
            assert criterion.question[:50] in sheet
            assert all(text in sheet for text in criterion.levels.values())
        assert "Skip this one, with a reason" in sheet
        await press(pilot, "escape")
        assert isinstance(app.screen, RateScreen)


async def test_the_screen_never_learns_which_system_wrote_a_text(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=(120, 100)) as pilot:
        await settle(pilot)
        await press(pilot, *KEYS, "enter")
        state = screen(app).state
        assert state is not None
        held = repr(state.__dict__) + repr(state._fetched.__dict__) + painted(app)
        assert not any(f"{name}'" in held or f"{name}_id" in held for name in ("starter", "tuned", "system"))


async def test_what_is_held_is_given_back_when_one_leaves(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        app.go("rate", study=STUDY)
        await settle(pilot)
        assert len(filled.desk._claiming.holds(screen(app).state.task.study_id)) == 2  # type: ignore[union-attr]
        study_id = screen(app).state.task.study_id  # type: ignore[union-attr]
        await press(pilot, "escape")
        assert filled.desk._claiming.holds(study_id) == set()


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


async def test_two_raters_keep_their_own_drafts_and_rate_different_texts(filled: Workbench, workspace: Path) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        other = Workbench(Settings(workspace=workspace, rater="bob")).desk.sit_down(STUDY)
        assert other.drafts == {}
        mine = screen(app).state
        assert mine is not None
        assert not set(mine.held) & {lease.item_id for lease in other.served.leases}
    assert [draft.values for draft in sitting(filled).drafts.values()] == [Draft({"accuracy": 4}).values]


async def test_a_rater_without_any_study_is_told_whom_to_ask(workspace: Path) -> None:
    app = VivaApp(Workbench(Settings(workspace=workspace, rater="ann", role=str(Role.RATER))), "rate")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        assert "no study to rate yet" in flowing(app)
        assert not isinstance(app.screen, RateScreen)
