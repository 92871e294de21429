"""The form that has a model draw pairs from papers."""

import os
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.records.job import Job, JobKind, JobStatus
from viva.records.papers import PapersPlan
from viva.tui.app import VivaApp
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.job import JobScreen
from viva.tui.screens.papers import PapersScreen
from viva.workbench import Workbench


class Starts:
    """Notes what was to be read, and answers with a job that lies on disk."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, str, PapersPlan]] = []

        def start(dataset: str, model: str, plan: PapersPlan) -> Job:
            self.made.append((dataset, model, plan))
            return add_job(workbench, "1", "x by y", kind=JobKind.PAPERS, status=JobStatus.DONE).job()

        monkeypatch.setattr(workbench.synthesis, "start_papers", start)


@pytest.fixture
def library(bench: Workbench) -> Path:
    """A folder with papers on two fields, and one that is a link out of it; an endpoint to read them."""
    folder = bench.paths.root / "library"
    for field, count in (("botany", 3), ("optics", 2)):
        (folder / field).mkdir(parents=True)
        for number in range(count):
            (folder / field / f"{number}.pdf").write_bytes(b"%PDF")
    (folder / "optics" / "linked.pdf").symlink_to("/etc/hostname")
    bench.models.add_endpoint("gpt", "http://127.0.0.1:9/v1", "gpt-x")
    return folder


async def opened(pilot: Any, bench: Workbench) -> PapersScreen:
    await settle(pilot)
    screen = PapersScreen(bench)
    pilot.app.push_screen(screen)
    await settle(pilot)
    return screen


async def put(pilot: Any, field: str, value: str) -> None:
    pilot.app.screen.query_one(f"#{field}", Input).value = value
    await settle(pilot)


@SIZES
@pytest.mark.usefixtures("library")
async def test_the_folder_with_most_papers_is_chosen_and_told_by_field(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, bench)
        assert screen.query_one("#folder", Input).value == "library"
        for part in (
            "library/botany", "Papers 5 5 pairs at most", "3 botany", "2 optics", "1 file cannot be used:",
            "linked.pdf is a link that leads out of the folder", "gpt (gpt-x", "papers-summary.txt",
        ):  # fmt: skip
            assert part in flowing(app)
        assert screen.query_one("#form").max_scroll_y == 0


@pytest.mark.usefixtures("library")
async def test_another_folder_is_chosen_by_keyboard_and_what_it_holds_follows(bench: Workbench) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        await press(pilot, "down", "enter")
        assert screen.query_one("#folder", Input).value == "library/botany"
        assert screen.query_one("#dataset", Input).value == "botany"
        assert "3 no field" in flowing(app)
        await put(pilot, "field", "plants")
        assert "3 plants" in flowing(app)


async def test_start_asks_first_and_goes_to_the_job(
    bench: Workbench, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = Starts(bench, monkeypatch)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        await put(pilot, "pairs", "2")
        await put(pilot, "per_field", "1")
        assert "4 pairs at most" in flowing(app) or "2 pairs at most" in flowing(app)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Have library written by gpt?" in flowing(app)
        await press(pilot, "y")
        plan = PapersPlan(str(library.resolve()), 2, papers_per_field=1)
        assert starts.made == [("library", "gpt", plan)]
        assert isinstance(app.screen, JobScreen)


@pytest.mark.parametrize("path", ["/etc", "../..", "library/out"])
async def test_a_folder_outside_the_workspace_is_refused_on_the_form(
    bench: Workbench, library: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (library / "out").symlink_to("/etc")
    starts = Starts(bench, monkeypatch)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        await put(pilot, "folder", path)
        assert "lies outside the workspace" in flowing(app)
        await press(pilot, "ctrl+s")
        assert app.screen is screen
        assert "lies outside the workspace" in flowing(app)
        assert screen.query_one("#folder", Input).value == path
        assert starts.made == []


async def test_a_folder_that_is_not_there_is_told(bench: Workbench, library: Path) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        await put(pilot, "folder", f"{library.name}/[/foo]")
        assert "is not a folder" in flowing(app)


async def test_without_any_paper_the_form_says_where_to_put_them(bench: Workbench) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        assert "No folder of this workspace holds PDF files" in flowing(app)
        assert app.focused is screen.query_one("#folder")
        await press(pilot, "ctrl+s")
        assert "Choose the folder with the papers" in flowing(app)
        await press(pilot, "escape")
        assert app.screen is not screen


async def test_papers_live_through_hostile_names(bench: Workbench) -> None:
    for text in HOSTILE:
        name = text.encode("utf-8", "replace").decode().replace("/", "-").replace("\0", "")[:60].strip() or "empty"
        folder = bench.paths.root / name
        folder.mkdir(exist_ok=True)
        (folder / f"{name[:40]}.pdf").write_bytes(b"%PDF")
        if not (link := folder / f"{name[:40]}-link.pdf").is_symlink():
            link.symlink_to("/etc/hostname")
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        assert len(screen._folders) == len(HOSTILE)
        for chosen in screen._folders[1:]:
            screen._choose(chosen)
            await settle(pilot)
            assert "Papers 1" in flowing(app)
            assert "1 file cannot be used:" in flowing(app)
            assert screen.form().folder == chosen.path
            assert not FORBIDDEN.search(painted(app))
        await put(pilot, "field", HOSTILE[0])
        assert "[/foo]" in flowing(app)


async def test_a_name_that_is_no_text_can_be_chosen(bench: Workbench) -> None:
    folder = os.fsencode(bench.paths.root) + b"/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102 (a name in bytes)
    Path(os.fsdecode(folder), "a.pdf").write_bytes(b"%PDF")
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        assert "Papers 1" in flowing(app)
        assert screen.form().folder == os.fsdecode(b"caf\xe9")
        assert not FORBIDDEN.search(painted(app))
