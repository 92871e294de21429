"""The window that writes a report: a name that follows the form, a question before it replaces, what came of it."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from tests.fakes.reported import draw_nothing
from tests.fakes.screen import SIZES, flowing, press, settle
from viva.tui.app import VivaApp
from viva.tui.screens.report import ReportScreen
from viva.workbench import Workbench


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch)


async def opened(app: VivaApp, pilot: Pilot[Any]) -> ReportScreen:
    screen = ReportScreen(app.wb, "tiny", "test")
    app.push_screen(screen)
    await settle(pilot)
    return screen


@SIZES
async def test_enter_writes_the_report_and_says_what_is_missing(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=size, notifications=True) as pilot:
        await opened(app, pilot)
        assert "Report on tiny, test" in flowing(app)
        await press(pilot, "enter")
        assert "tiny-test-report.html: " in flowing(app)
        assert "without" in flowing(app)
        await press(pilot, "escape")
        assert not isinstance(app.screen, ReportScreen)
    assert (filled.paths.root / "tiny-test-report.html").read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("form", "name"), [("md", "tiny-test-report.md"), ("capsule", "tiny-test-capsule/manifest.json")]
)
async def test_the_name_follows_the_form(filled: Workbench, form: str, name: str) -> None:
    app = VivaApp(filled)
    async with app.run_test(notifications=True) as pilot:
        screen = await opened(app, pilot)
        screen.query_one("#report-form", Select).value = form
        await settle(pilot)
        assert screen.query_one("#report-file", Input).value == name.split("/")[0]
        await press(pilot, "ctrl+s")
        assert screen.query_one("#told").has_class("problem") is False
    assert (filled.paths.root / name).is_file()


async def test_a_file_that_is_there_is_asked_about_first(filled: Workbench) -> None:
    path = filled.paths.root / "tiny-test-report.html"
    path.write_text("mine")
    app = VivaApp(filled)
    async with app.run_test(notifications=True) as pilot:
        await opened(app, pilot)
        await press(pilot, "enter")
        assert "Replace tiny-test-report.html?" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, ReportScreen)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../out.html", "report.pdf"])
async def test_a_name_that_cannot_be_is_told_in_the_window(filled: Workbench, name: str) -> None:
    app = VivaApp(filled)
    async with app.run_test(notifications=True) as pilot:
        screen = await opened(app, pilot)
        screen.query_one("#report-file", Input).value = name
        await press(pilot, "enter")
        assert screen.query_one("#told").has_class("problem")
        assert isinstance(app.screen, ReportScreen)
    assert not (filled.paths.root.parent / "out.html").exists()


async def test_each_step_is_told_while_it_is_under_way(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    tell = ReportScreen._tell

    def noted(screen: ReportScreen, lines: list[str], *, problem: bool = False) -> None:
        said.extend(lines)
        tell(screen, lines, problem=problem)

    monkeypatch.setattr(ReportScreen, "_tell", noted)
    app = VivaApp(filled)
    async with app.run_test(notifications=True) as pilot:
        await opened(app, pilot)
        await press(pilot, "enter")
    steps = [line for line in said if line.startswith("Step ")]
    assert steps[0] == "Step 1 of 7: means"
    assert steps[-1] == "Step 7 of 7: figures"
    assert said.index(steps[-1]) < next(place for place, line in enumerate(said) if "sections" in line)
