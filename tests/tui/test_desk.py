"""The desk of raters and leads, and a rater's own verdicts."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.rated_studies import as_person, make_more, rate
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.errors import StoreBusy
from viva.records.study import StudyRequest
from viva.settings import Settings
from viva.store import study_items
from viva.tui.app import VivaApp
from viva.tui.screens.desk import DeskScreen
from viva.tui.screens.own_verdicts import OwnVerdictScreen, OwnVerdictsScreen
from viva.tui.screens.practice_report import PracticeReportScreen
from viva.tui.screens.studies import StudiesScreen
from viva.workbench import Workbench

STUDY = "tiny-test"


def gone_to(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Note where the app is told to go, instead of going there."""
    gone: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(VivaApp, "go", lambda _app, place, **named: gone.append((place, named)))
    return gone


@SIZES
async def test_a_rater_begins_at_a_desk_that_says_what_waits(filled: Workbench, size: tuple[int, int]) -> None:
    make_more(filled)
    bob = as_person(filled, "bob")
    rate(bob, STUDY, 3)
    app = VivaApp(bob)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, DeskScreen)
        text = flowing(app)
        for part in ("3 of 8", "about 4 min", "0 of 4", "paused", "closed", "Enter goes on where you were."):
            assert part in text
        assert "A text takes about 42 s." in text
        assert ("compare two texts" in text) == (size != SMALL)
        assert not any(name in text for name in ("starter", "tuned", "tiny/test", "S Studies"))


async def test_enter_rates_on_the_screen_of_the_study(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    make_more(filled)
    gone = gone_to(monkeypatch)
    app = VivaApp(as_person(filled, "bob"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "down", "enter")
        assert gone == [("rate", {"study": STUDY}), ("compare", {"study": "pairs"})]


async def test_a_study_that_is_not_open_shows_what_one_gave(filled: Workbench) -> None:
    filled.studies.close(STUDY)
    app = VivaApp(as_person(filled, "bob"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "This study is closed. h shows what you gave." in flowing(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, OwnVerdictsScreen)
        assert "You have not rated anything in this study yet." in flowing(app)


@SIZES
async def test_a_desk_without_a_study_says_so(workspace: Path, size: tuple[int, int]) -> None:
    app = VivaApp(Workbench(Settings(workspace=workspace, rater="bob", role="rater")))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "No study is open to you yet." in flowing(app)
        await press(pilot, "enter", "h", "p", "S", "escape")
        assert isinstance(app.screen, DeskScreen)
        assert "Rate" not in painted(app).splitlines()[-1]


async def test_a_lead_also_sees_how_far_the_studies_are(filled: Workbench) -> None:
    rate(as_person(filled, "bob"), STUDY, 3, flagged=True)
    app = VivaApp(as_person(filled, "eve", "lead"))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "tiny-test ████░░░░░░ 3 of 8 verdicts · 1 rater · 3 flagged" in flowing(app)
        await press(pilot, "S")
        assert isinstance(app.screen, StudiesScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, DeskScreen)


async def test_a_store_that_is_held_is_told_calmly_and_asked_again(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = as_person(filled, "bob")
    tasks = bob.desk.tasks

    def busy() -> None:
        raise StoreBusy("results.duckdb is held open by duckdb (process 77)")

    monkeypatch.setattr(bob.desk, "tasks", busy)
    app = VivaApp(bob)
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        assert "held open by duckdb (process 77); trying again" in flowing(app)
        monkeypatch.setattr(bob.desk, "tasks", tasks)
        assert isinstance(app.screen, DeskScreen)
        app.screen.look()
        await settle(pilot)
        assert "held open" not in flowing(app)
        assert "0 of 8" in flowing(app)


@SIZES
async def test_own_verdicts_are_shown_newest_first_and_nobody_elses(filled: Workbench, size: tuple[int, int]) -> None:
    bob = as_person(filled, "bob")
    rate(bob, STUDY, 2, comment="[/foo] mine", flagged=True)
    rate(as_person(filled, "cyd"), STUDY, 2, comment="not mine")
    app = VivaApp(bob)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        text = flowing(app)
        assert text.count("3 3 3 3") == 2
        assert "⚑ [/foo] mine" in text
        assert "not mine" not in text
        assert "2 verdicts" in text
        await press(pilot, "enter")
        assert isinstance(app.screen, OwnVerdictScreen)
        text = flowing(app)
        assert "Accuracy 3 Completeness 3" in text
        assert "Took 42 s" in text
        await press(pilot, "h", "v", "2", "escape", "escape")
        assert isinstance(app.screen, DeskScreen)


async def test_a_pair_is_told_by_the_letters_under_which_it_was_shown(filled: Workbench) -> None:
    make_more(filled)
    bob = as_person(filled, "bob")
    rate(bob, "pairs", 3)
    app = VivaApp(bob)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down", "h")
        assert "A better" in flowing(app) or "B better" in flowing(app)
        await press(pilot, "enter")
        assert "2 Text A" in painted(app)
        assert "On the whole" in flowing(app)


async def test_the_training_round_can_be_looked_at_again(filled: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "practice.csv"
    file.write_text("question,reference,text,accuracy,completeness,relevance,practicality\nWhy?,Because.,So.,4,3,2,1\n")
    filled.studies.create(StudyRequest("trained", "tiny", "test", ("starter",), practice=str(file)))
    filled.studies.close(STUDY)
    bob = as_person(filled, "bob")
    app = VivaApp(bob)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down")
        assert "First 1 training text with known answers" in flowing(app)
        assert "p Training" not in painted(app)
        rate(bob, "trained", 1)
        screen = app.screen
        assert isinstance(screen, DeskScreen)
        screen.look()
        await settle(pilot)
        await press(pilot, "p")
        assert isinstance(app.screen, PracticeReportScreen)
        assert "Accuracy 1.0 lower on average" in flowing(app)


async def test_verdicts_come_in_pages(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.present.desk.PAGE", 3)
    bob = as_person(filled, "bob")
    rate(bob, STUDY, 8)
    app = VivaApp(bob)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        assert "1–3 of 8" in flowing(app)
        await press(pilot, "n", "n", "n")
        assert "7–8 of 8" in flowing(app)
        await press(pilot, "b")
        assert "4–6 of 8" in flowing(app)


async def test_nothing_that_raters_see_names_a_system(filled: Workbench) -> None:
    make_more(filled)
    bob = as_person(filled, "bob")
    rate(bob, STUDY, 2)
    seen: list[object] = []
    original = study_items.rating_items
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_items, "rating_items", lambda *given: [seen.append(original(*given)), original(*given)][1])
        app = VivaApp(bob)
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            await press(pilot, "h")
            held = repr([screen.__dict__ for screen in app.screen_stack]) + repr(seen)
            assert not any(f"{name}'" in held for name in ("starter", "tuned"))


async def test_the_desk_lives_through_hostile_notes_and_comments(filled: Workbench) -> None:
    note = "\n".join(text[:60].encode("utf-8", "replace").decode() for text in HOSTILE)
    filled.studies.create(StudyRequest("hostile", "tiny", "test", ("starter",), note=note))
    filled.studies.close(STUDY)
    bob = as_person(filled, "bob")
    rate(bob, "hostile", 3, comment=note)
    app = VivaApp(bob)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "h")
        assert not FORBIDDEN.search(painted(app))
        for _ in range(3):
            await press(pilot, "enter")
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "escape", "down")
