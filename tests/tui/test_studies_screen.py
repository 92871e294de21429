"""Studies for those who look after them: progress, pause, close, who may rate, more of it."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.fakes.calibrated import fill_calibrated
from tests.fakes.filled import SYSTEMS
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.rated_studies import as_person, make_more, rate
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.records.study import StudyMode, StudyRequest, StudyState
from viva.store import studies
from viva.tui.app import VivaApp
from viva.tui.screens.studies import StudiesScreen
from viva.tui.screens.study_form import StudyFormScreen
from viva.workbench import Workbench

STUDY = "tiny-test"


async def opened(pilot: Pilot[Any]) -> StudiesScreen:
    await settle(pilot)
    assert isinstance(pilot.app.screen, StudiesScreen)
    return pilot.app.screen


def state(workbench: Workbench, name: str = STUDY) -> StudyState:
    return workbench.studies.get(name).state


@SIZES
async def test_each_study_tells_how_far_it_and_its_raters_are(filled: Workbench, size: tuple[int, int]) -> None:
    make_more(filled)
    rate(as_person(filled, "bob"), STUDY, 3, flagged=True)
    rate(as_person(filled, "cyd"), STUDY, 2)
    app = VivaApp(filled, "studies")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        await press(pilot, "end")
        text = flowing(app)
        for part in (
            "2 of 4 open", "waiting texts paused", "over texts closed", "pairs pairs open", "5 of 8",
            "8 texts of tiny/test · 1 rater each · rubric default", "Systems: starter, tuned", "Open to: everybody",
            "5 of 8 complete · 3 flagged", "bob 3 verdicts 3 flagged · 42 s each", "cyd 2 verdicts 42 s each",
        ):  # fmt: skip
            assert part in text, part


@SIZES
async def test_without_studies_one_is_told_how_to_make_one(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "studies")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert "n makes one" in flowing(app)
        await press(pilot, "p", "x", "a", "e")
        await press(pilot, "n")
        assert isinstance(app.screen, StudyFormScreen)


async def test_a_study_is_paused_and_goes_on(filled: Workbench) -> None:
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        assert "p Pause" in painted(app)
        await press(pilot, "p")
        assert state(filled) is StudyState.PAUSED
        assert "p Go on" in painted(app)
        await press(pilot, "p")
        assert state(filled) is StudyState.OPEN


async def test_closing_asks_first_and_says_what_is_missing(filled: Workbench) -> None:
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, "x")
        assert "8 verdicts of 8 are still missing" in flowing(app)
        await press(pilot, "n")
        assert state(filled) is StudyState.OPEN
        await press(pilot, "x", "y")
        assert state(filled) is StudyState.CLOSED
        footer = painted(app).splitlines()[-1]
        assert "x Open again" in footer
        assert not any(key in footer for key in ("p Pause", "a Who", "e Extend"))
        await press(pilot, "x")
        assert state(filled) is StudyState.OPEN


async def test_an_imported_study_can_only_be_looked_at(filled: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "paper.csv"
    file.write_text("study,example,system,rater,criterion,value\npaper,example-5,tuned,r1,accuracy,4\n", "utf-8")
    filled.rating_files.import_file(file, "tiny")
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, "home")
        assert "Open to: nobody: it was imported" in flowing(app)
        footer = painted(app).splitlines()[-1]
        assert "m Plan" in footer
        assert not any(key in footer for key in ("x Open", "a Who", "e Extend"))
        await press(pilot, "x", "a", "e")
        assert isinstance(app.screen, StudiesScreen)
        assert state(filled, "paper") is StudyState.CLOSED


async def test_raters_are_ticked_or_typed(filled: Workbench) -> None:
    rate(as_person(filled, "bob"), STUDY, 1)
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, "a")
        assert "Everybody who can reach this workspace" in flowing(app)
        await press(pilot, "space", "ctrl+s")
        assert "Tick at least one rater, or everybody" in flowing(app)
        await press(pilot, "tab", "space", "tab", *"dan, eve", "ctrl+s")
        assert filled.studies.get(STUDY).raters == ("bob", "dan", "eve")
        assert "Open to: bob, dan, eve" in flowing(app)
        await press(pilot, "a", "space", "ctrl+s")
        assert filled.studies.get(STUDY).raters is None


async def test_names_that_cannot_be_are_refused_in_the_window(filled: Workbench) -> None:
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, "a", "space", "tab", *"a/b", "enter")
        assert "cannot name a rater" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, StudiesScreen)
        assert filled.studies.get(STUDY).raters is None


async def test_a_study_is_extended_by_raters_or_by_questions(filled: Workbench) -> None:
    filled.studies.create(StudyRequest("half", "tiny", "test", ("starter",), questions=2))
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        await press(pilot, "e", "ctrl+s")
        assert "Fill in one of the two" in flowing(app)
        await press(pilot, "1", "enter")
        assert filled.studies.get("half").items == 3
        assert "half has 1 further item, 3 in all" in flowing(app)
        await press(pilot, "e")
        assert isinstance(app.focused, Input)
        await press(pilot, "tab", "3", "enter")
        assert filled.studies.get("half").raters_per_item == 3
        await press(pilot, "e", "tab", "2", "enter")
        assert "half wants 3 raters per item already" in flowing(app)


async def test_an_extension_that_adds_no_pair_is_told_as_that(filled: Workbench) -> None:
    pairs = StudyRequest("pairs", "tiny", "test", SYSTEMS, StudyMode.PAIRWISE, questions=3)
    filled.studies.create(pairs)
    with filled.store.write() as connection:
        connection.execute("UPDATE generation SET text = 'the same'")
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        await press(pilot, "e", "1", "enter")
        assert "pairs has 0 further items, 3 in all" in flowing(app)


async def test_a_lead_looks_after_studies_but_makes_none(filled: Workbench) -> None:
    app = VivaApp(as_person(filled, "eve", "lead"), "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        footer = painted(app).splitlines()[-1]
        assert "p Pause" in footer
        assert not any(key in footer for key in ("n New", "e Extend"))
        assert "Systems:" not in flowing(app)
        await press(pilot, "n", "e", "p")
        assert state(filled) is StudyState.PAUSED
        assert isinstance(app.screen, StudiesScreen)
        await press(pilot, "x", "y", "x")
        assert state(filled) is StudyState.CLOSED
        assert "Open again" not in painted(app)


async def test_the_cursor_stays_on_its_study_when_others_come(filled: Workbench) -> None:
    make_more(filled)
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await press(pilot, "end")
        filled.studies.create(StudyRequest("newest", "tiny", "test", ("tuned",)))
        screen.look()
        await settle(pilot)
        assert screen.current is not None
        assert screen.current.name == STUDY


async def test_hostile_names_are_shown_and_do_nothing(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    every = studies.every

    def hostile(connection: Any) -> Any:
        (known,) = every(connection)
        texts = [text[:300].encode("utf-8", "replace").decode() for text in HOSTILE]
        return [replace(known, name=f"{number}{text}", raters=(text,)) for number, text in enumerate(texts)]

    monkeypatch.setattr(studies, "every", hostile)
    monkeypatch.setattr(filled.studies, "progress", lambda name: None)
    app = VivaApp(filled, "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        for _ in HOSTILE:
            assert not FORBIDDEN.search(painted(app))
            await pilot.press("down")
        await press(pilot, "x", "n", "a", "escape", "e")
        assert not FORBIDDEN.search(painted(app))


async def test_a_lead_reads_the_verdict_of_a_closed_study(bench: Workbench) -> None:
    fill_calibrated(bench)
    app = VivaApp(as_person(bench, "lea", "lead"), "studies")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "v Verdict" not in painted(app)
        await press(pilot, "x", "y")
        assert "v Verdict" in painted(app)
        await press(pilot, "v")
        assert "tuned is better than base on the total" in flowing(app)


async def test_a_study_is_extended_from_the_window_by_spread(bench: Workbench) -> None:
    fill_calibrated(bench, rated=24)
    app = VivaApp(bench, "studies")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        await press(pilot, "e", "6", "up", "space", "ctrl+s")
        assert "sample has 12 further items, 72 in all" in flowing(app)
    with bench.store.read() as connection:
        found = connection.execute(
            "SELECT stratum, count(DISTINCT example) FROM study_items GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert len({count for _, count in found}) > 1, "in proportion each of three equal layers would have 12"
