"""Importing: choosing a file, the preview with its columns, what came in, the hub."""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Select

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SIZES, SMALL, USUAL, flowing, painted, press, settle
from viva.errors import BadInput
from viva.records.imports import Imported
from viva.tui.app import VivaApp
from viva.tui.screens.dataset_file import ChooseFileScreen
from viva.tui.screens.dataset_hub import HubScreen
from viva.tui.screens.dataset_imported import ImportedScreen
from viva.tui.screens.dataset_preview import PreviewScreen
from viva.tui.screens.datasets import DatasetsScreen
from viva.tui.widgets.open_table import OpenTable
from viva.workbench import Workbench


def select(app: VivaApp, word: str) -> Select[Any]:
    return app.screen.query_one(f"#{word}", Select)


def put(app: VivaApp, name: str, text: str) -> None:
    app.screen.query_one(f"#{name}", Input).value = text


@pytest.fixture
def data(workspace: Path) -> Path:
    """A workspace with a file at the top and one in a folder."""
    (workspace / "pairs.csv").write_text("question,reference,split\nWhy?,Because,train\nHow?,Thus,test\n", "utf-8")
    (workspace / "raw").mkdir()
    (workspace / "raw" / "odd.csv").write_text("Frage,Antwort,Fach\nWarum?,Darum,Leben\n", "utf-8")
    (workspace / "note.txt").write_text("nothing")
    return workspace


@SIZES
async def test_a_file_is_chosen_looked_at_and_imported(bench: Workbench, data: Path, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "i", "enter")
        assert isinstance(app.screen, ChooseFileScreen)
        assert "raw/" in painted(app)
        assert "note.txt" not in painted(app)
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, PreviewScreen)
        assert "pairs.csv: a table with columns, 3 columns" in flowing(app)
        assert "First rows as they will come in Question Reference Field Split Why? Because train" in flowing(app)
        assert app.screen.query_one("#name", Input).value == "pairs"
        assert [select(app, word).value for word in ("question", "reference", "split")] == [
            "question",
            "reference",
            "split",
        ]
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, DatasetsScreen)
        assert "Imported pairs: 2 examples" in flowing(app)
        assert bench.datasets.get("pairs").splits == {"train": 1, "test": 1}
    assert data.is_dir()


async def test_folders_are_gone_into_and_left_again(bench: Workbench, data: Path) -> None:
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "i", "enter", "enter")
        assert f"{data.name}/raw" in painted(app)
        assert "odd.csv" in painted(app)
        await press(pilot, "backspace")
        assert "pairs.csv" in painted(app)
        assert app.screen.query_one(OpenTable).cursor_row == 0
        await press(pilot, "enter", "up", "enter")
        assert "pairs.csv" in painted(app)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "Type the path of a data file"),
        ("/nowhere/x.csv", "there is no file x.csv"),
        ("raw", "raw is a folder"),
        ("\x1b[2J[/foo].csv", "there is no file"),
        ("x" * 5000, "cannot be read"),
    ],
)
async def test_a_typed_path_that_leads_nowhere_is_told_and_stays(
    bench: Workbench, data: Path, typed: str, complaint: str
) -> None:
    assert data.is_dir()
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "i", "enter", "slash")
        put(app, "path", typed)
        await press(pilot, "enter")
        assert isinstance(app.screen, ChooseFileScreen)
        assert complaint in flowing(app)
        assert app.screen.query_one("#path", Input).value == typed
        assert not FORBIDDEN.search(painted(app))


async def open_file(app: VivaApp, pilot: Any, path: Path) -> None:
    await settle(pilot)
    await press(pilot, "i", "enter", "slash")
    put(app, "path", str(path))
    await press(pilot, "enter")


async def test_columns_that_are_not_found_have_to_be_chosen(bench: Workbench, data: Path) -> None:
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, data / "raw" / "odd.csv")
        assert "Which column holds the question and reference?" in flowing(app)
        assert "First rows of the file Frage Antwort Fach Warum? Darum Leben" in flowing(app)
        await press(pilot, "ctrl+s")
        assert "Choose the column that holds the question" in flowing(app)
        assert app.focused is select(app, "question")
        select(app, "question").value = "Frage"
        await settle(pilot)
        select(app, "reference").value = "Antwort"
        await settle(pilot)
        select(app, "field").value = "Fach"
        await settle(pilot)
        assert "Question Reference Field Split Warum? Darum Leben" in flowing(app)
        await press(pilot, "ctrl+s")
        assert [(e.question, e.field) for e in bench.datasets.examples("odd")] == [("Warum?", "Leben")]


async def test_what_is_unsure_is_marked_and_must_be_confirmed(bench: Workbench, workspace: Path) -> None:
    file = workspace / "two.csv"
    file.write_text("prompt,input,answer\np,i,a\n", "utf-8")
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, file)
        assert "prompt or input?" in painted(app)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, PreviewScreen)
        assert bench.datasets.list() == []
        await press(pilot, "enter", "down", "enter", "ctrl+s")
        assert [e.question for e in bench.datasets.examples("two")] == ["p"]


async def test_a_column_that_was_found_can_be_left_out(bench: Workbench, workspace: Path) -> None:
    file = workspace / "labels.csv"
    file.write_text("question,reference,field\nq,r,physics\n", "utf-8")
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, file)
        select(app, "field").clear()
        await settle(pilot)
        put(app, "split_of_all", "train")
        await press(pilot, "ctrl+s")
        [example] = bench.datasets.examples("labels")
        assert (example.field, example.split, example.meta) == (None, "train", {"field": "physics"})


async def test_another_encoding_is_asked_for_in_the_form(bench: Workbench, workspace: Path) -> None:
    file = workspace / "latin.csv"
    file.write_bytes("question,reference\nWofür?,Dafür\n".encode("latin-1"))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, file)
        assert "latin.csv is not UTF-8" in flowing(app)
        assert app.focused is app.screen.query_one("#encoding")
        assert "--encoding" not in painted(app)
        await press(pilot, *"nonsense", "enter")
        assert "there is no encoding nonsense" in flowing(app)
        put(app, "encoding", "latin-1")
        await press(pilot, "enter")
        assert "Wofür? Dafür" in flowing(app)
        await press(pilot, "ctrl+s")
        assert bench.datasets.examples("latin")[0].question == "Wofür?"


async def test_rows_left_out_are_shown_with_line_reason_and_file(bench: Workbench, workspace: Path) -> None:
    file = workspace / "some.csv"
    file.write_text("question,reference\nq,r\n,r\nq\n", "utf-8")
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=USUAL) as pilot:
        await open_file(app, pilot, file)
        assert "2 rows of the first 3 cannot be used; line 3" in flowing(app)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ImportedScreen)
        assert "2 rows left out" in flowing(app)
        assert "line 3:" in flowing(app)
        assert "line 4:" in flowing(app)
        assert "some.csv.bad-rows.jsonl" in "".join(flowing(app).split())
        await press(pilot, "enter")
        assert isinstance(app.screen, DatasetsScreen)


async def test_what_is_known_already_is_said(bench: Workbench, data: Path) -> None:
    bench.datasets.import_file(data / "pairs.csv", "pairs")
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, data / "pairs.csv")
        await press(pilot, "ctrl+s")
        assert "it holds exactly this already" in flowing(app)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("cut.json", b'[{"question": "a", "refe'),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0"),
        ("zip.csv", b"PK\x03\x04xxxx"),
        ("bad.parquet", b"PAR1 not really"),
        ("head.csv", b"question,reference\n"),
        ("twice.csv", b"question,question\na,b\n"),
        ("[bold]\x1b[2J.csv", b"\xff\xfe\xfa"),
    ],
)
async def test_a_broken_file_gives_a_line_and_stays_on_the_form(
    bench: Workbench, workspace: Path, name: str, content: bytes
) -> None:
    file = workspace / name
    file.write_bytes(content)
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, file)
        assert isinstance(app.screen, PreviewScreen)
        said = str(app.screen.query_one("#problem").render())
        assert said.strip()
        assert len(said.splitlines()) <= 2
        assert "--" not in said
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, PreviewScreen)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape")
        assert isinstance(app.screen, ChooseFileScreen)
    assert bench.datasets.list() == []


async def test_a_name_that_cannot_be_one_stays_in_the_form(bench: Workbench, data: Path) -> None:
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, data / "pairs.csv")
        put(app, "name", "")
        await press(pilot, "ctrl+s")
        assert "Give the dataset a name" in flowing(app)
        put(app, "name", "a b")
        await press(pilot, "ctrl+s")
        assert "cannot name a dataset" in flowing(app)
        assert app.screen.query_one("#name", Input).value == "a b"


async def test_hostile_columns_and_cells_are_shown_harmlessly(bench: Workbench, workspace: Path) -> None:
    file = workspace / "hostile.csv"
    texts = [text.encode("utf-8", "replace").decode().replace("\0", "") for text in HOSTILE if text.strip()]
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(
            [["question", "reference", *texts], *([text] * (len(texts) + 2) for text in texts)]
        )
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, file)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "tab", "tab", "tab", "tab", "tab", "tab", "enter", "down", "down")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "ctrl+s")
        assert not FORBIDDEN.search(painted(app))


async def test_an_import_shows_how_far_it_is_and_can_be_stopped(
    bench: Workbench, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await open_file(app, pilot, data / "pairs.csv")

        def slow(*_: object, progress: Callable[[int], None], **__: object) -> Imported:
            rows = 0
            while True:
                rows += 1000
                progress(rows)
                time.sleep(0.01)

        monkeypatch.setattr(bench.datasets, "import_file", slow)
        await pilot.press("ctrl+s")
        while "rows read" not in painted(app):
            await pilot.pause(0.05)
        await pilot.press("escape")
        await pilot.pause()
        assert "Stop the import?" in painted(app)
        await press(pilot, "y")
        assert isinstance(app.screen, PreviewScreen)
        assert "The import was stopped" in flowing(app)
        assert bench.datasets.list() == []


@SIZES
async def test_the_hub_form_says_what_is_missing_and_what_went_wrong(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    asked: list[Any] = []

    def import_hub(hub_id: str, name: str, **named: Any) -> Imported:
        asked.append((hub_id, name, named["config"], named["hub_split"], named["limit"]))
        raise BadInput("the hub cannot be reached", "is there a network? [/foo]\x1b[2J")

    monkeypatch.setattr(bench.datasets, "import_hub", import_hub)
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "i", "down", "enter")
        assert isinstance(app.screen, HubScreen)
        await press(pilot, "ctrl+s")
        assert "Type the id of a dataset" in flowing(app)
        await press(pilot, *"tatsu-lab/alpaca")
        assert app.screen.query_one("#name", Input).value == "alpaca"
        put(app, "limit", "many")
        await press(pilot, "enter")
        assert "a whole number from 1" in flowing(app)
        put(app, "limit", "1,000")
        await press(pilot, "enter")
        assert "the hub cannot be reached" in flowing(app)
        assert not FORBIDDEN.search(painted(app))
        assert asked == [("tatsu-lab/alpaca", "alpaca", None, None, 1000)]
        assert app.screen.query_one("#hub_id", Input).value == "tatsu-lab/alpaca"
