"""Versions of a dataset, and writing it to a file."""

from pathlib import Path

import pytest
from textual.widgets import Input, Select

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.tui.app import VivaApp
from viva.tui.screens.dataset_export import ExportScreen
from viva.tui.screens.dataset_versions import VersionScreen, VersionsScreen
from viva.tui.screens.datasets import DatasetsScreen
from viva.tui.screens.example import ExampleScreen
from viva.workbench import Workbench


@pytest.fixture
def zoo(bench: Workbench, tmp_path: Path) -> Workbench:
    """A workbench with a dataset in two versions."""
    file = tmp_path / "zoo-export.csv"
    file.write_text("question,reference,split\nWhy?,Because,train\nHow?,Thus [/foo],test\n", "utf-8")
    bench.datasets.import_file(file, "zoo")
    bench.datasets.edit(bench.datasets.examples("zoo")[0].example_id, {"question": "Why not?"}, "ann")
    return bench


@SIZES
async def test_an_older_version_is_looked_at_but_not_edited(zoo: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "m", "end", "up", "enter")
        assert isinstance(app.screen, VersionsScreen)
        assert "ann edited the question" in flowing(app)
        assert "made of version 1" in flowing(app)
        await press(pilot, "down")
        assert "Change: imported" in flowing(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, VersionScreen)
        assert "version 1" in flowing(app)
        await press(pilot, "slash", *"why", "enter", "enter")
        assert isinstance(app.screen, ExampleScreen)
        assert "Why?" in painted(app)
        assert "Edit" not in painted(app)
        await press(pilot, "e")
        assert isinstance(app.screen, ExampleScreen)
        await press(pilot, "escape", "escape", "escape")
        assert isinstance(app.screen, DatasetsScreen)
        assert "Why not?" in painted(app)


async def export(app: VivaApp, pilot: object) -> None:
    await settle(pilot)  # type: ignore[arg-type]
    await press(pilot, "m", "end", "enter")  # type: ignore[arg-type]
    assert isinstance(app.screen, ExportScreen)


@SIZES
async def test_a_dataset_is_written_into_the_workspace(zoo: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=size, notifications=True) as pilot:
        await export(app, pilot)
        assert app.screen.query_one("#export-file", Input).value == "zoo-export.csv"
        await press(pilot, "enter")
        assert isinstance(app.screen, DatasetsScreen)
        assert "zoo: 2 examples written to zoo-export.csv" in flowing(app)
    assert "Why not?" in (zoo.paths.root / "zoo-export.csv").read_text("utf-8")


async def test_form_and_split_name_the_file_until_somebody_types_another(zoo: Workbench) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await export(app, pilot)
        form, split = app.screen.query_one("#export-form", Select), app.screen.query_one("#export-split", Select)
        form.value = "jsonl"
        split.value = "=test"
        await settle(pilot)
        file = app.screen.query_one("#export-file", Input)
        assert file.value == "zoo-test-export.jsonl"
        file.value = "out.jsonl"
        form.value = "sharegpt"
        await press(pilot, "ctrl+s")
        assert file.value == "out.jsonl"
    assert "Thus [/foo]" in (zoo.paths.root / "out.jsonl").read_text("utf-8")


async def test_a_file_is_replaced_only_after_a_question(zoo: Workbench) -> None:
    target = zoo.paths.root / "zoo-export.csv"
    target.write_text("mine")
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await export(app, pilot)
        await press(pilot, "enter")
        assert "Replace zoo-export.csv?" in painted(app)
        await press(pilot, "n")
        assert isinstance(app.screen, ExportScreen)
        assert target.read_text() == "mine"
        await press(pilot, "enter", "y")
        assert isinstance(app.screen, DatasetsScreen)
    assert target.read_text("utf-8").startswith("question")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give the file a name"),
        ("../out.csv", "lies outside the workspace"),
        ("/etc/out.csv", "lies outside the workspace"),
        ("nowhere/out.csv", "out.csv cannot be written"),
        ("\x1b[2J/[/foo]\u202e.csv", "cannot be written"),
    ],
)
async def test_a_name_that_cannot_be_written_to_stays_in_the_form(zoo: Workbench, typed: str, said: str) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await export(app, pilot)
        app.screen.query_one("#export-file", Input).value = typed
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ExportScreen)
        assert said in flowing(app)
        assert "--" not in flowing(app)
        assert app.screen.query_one("#export-file", Input).value == typed
        assert not FORBIDDEN.search(painted(app))
