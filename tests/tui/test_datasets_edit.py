"""Editing an example: drafts that survive, saving as a new version, its history, conversations."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.records.dataset import Example
from viva.store import datasets
from viva.tui.app import VivaApp
from viva.tui.screens.datasets import DatasetsScreen
from viva.tui.screens.example import ExampleScreen
from viva.tui.screens.example_edit import PAUSE, ExampleEditScreen
from viva.workbench import Workbench


@pytest.fixture
def zoo(bench: Workbench, tmp_path: Path) -> Workbench:
    """A workbench with a dataset of three examples."""
    file = tmp_path / "zoo.csv"
    rows = [f"Why {n}?,Because of {n} things,animals,{'test' if n == 2 else 'train'}" for n in (1, 2, 3)]
    file.write_text("\n".join(["question,reference,field,split", *rows]) + "\n", "utf-8")
    bench.datasets.import_file(file, "zoo")
    return bench


async def edit(app: VivaApp, pilot: Pilot[Any]) -> None:
    await settle(pilot)
    await press(pilot, "enter", "e")
    assert isinstance(app.screen, ExampleEditScreen)


def put(app: VivaApp, word: str, text: str) -> None:
    widget = app.screen.query_one(f"#{word}")
    if isinstance(widget, TextArea):
        widget.load_text(text)
    else:
        assert isinstance(widget, Input)
        widget.value = text


def text(app: VivaApp, word: str) -> str:
    widget = app.screen.query_one(f"#{word}")
    return widget.text if isinstance(widget, TextArea) else app.screen.query_one(f"#{word}", Input).value


@SIZES
async def test_an_edit_makes_a_version_and_comes_back_to_the_example(zoo: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=size, notifications=True) as pilot:
        await edit(app, pilot)
        await press(pilot, *"Tell me: ", "ctrl+s")
        assert isinstance(app.screen, ExampleScreen)
        assert "Tell me: Why 1?" in flowing(app)
        assert "Saved: zoo version 2: ann edited the question" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, DatasetsScreen)
        assert "version 2" in flowing(app)
        assert "Tell me: Why 1?" in flowing(app)
    assert zoo.datasets.examples("zoo", version=1)[0].question == "Why 1?"


async def test_labels_are_edited_and_an_empty_one_is_taken_away(zoo: Workbench) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        assert "Splits so far: train, test" in flowing(app)
        put(app, "field", " ")
        put(app, "split", "test")
        await press(pilot, "ctrl+s")
        example = zoo.datasets.examples("zoo")[0]
        assert (example.field, example.split) == (None, "test")


async def test_an_example_that_moves_out_of_the_filter_leaves_its_neighbour(zoo: Workbench) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "f", "f")
        await edit(app, pilot)
        put(app, "split", "train")
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, DatasetsScreen)
        assert "no example · split test" in flowing(app)


async def test_what_is_empty_is_refused_and_nothing_typed_is_lost(zoo: Workbench) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        put(app, "question", "  ")
        put(app, "reference", "something new")
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ExampleEditScreen)
        assert "The question is empty" in flowing(app)
        assert text(app, "reference") == "something new"
    assert zoo.datasets.get("zoo").version == 1


async def test_a_store_that_refuses_keeps_the_form(zoo: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    from viva.errors import UsageError

    def refuse(*_: object) -> None:
        raise UsageError("version 2 of zoo does not hold this example any more [/foo]", "it was dropped in between")

    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        monkeypatch.setattr(zoo.datasets, "edit", refuse)
        await press(pilot, *"X", "ctrl+s")
        assert "does not hold this example any more [/foo]" in flowing(app)
        assert text(app, "question") == "XWhy 1?"


async def test_what_was_typed_comes_back_after_a_crash(zoo: Workbench) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        await press(pilot, *"Oh, ")
        await pilot.pause(PAUSE + 0.1)
        await settle(pilot)
        [draft] = zoo.paths.drafts.rglob("*.json")
        kept = draft.read_text()
    # As the file was before the app had a chance to end well.
    draft.write_text(kept)
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        assert text(app, "question") == "Oh, Why 1?"
        assert "and did not save is back; Ctrl+R takes the saved texts" in flowing(app)
        await press(pilot, "ctrl+r")
        assert text(app, "question") == "Why 1?"
        await press(pilot, "escape")
        assert isinstance(app.screen, ExampleScreen)
    assert list(zoo.paths.drafts.rglob("*.json")) == []


async def test_quitting_in_the_middle_of_a_word_keeps_it(zoo: Workbench) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        await pilot.press(*"Oh, ")
        await pilot.press("ctrl+q")
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        assert text(app, "question") == "Oh, Why 1?"


@pytest.mark.parametrize(
    ("choice", "version", "drafts"),
    [([], 2, 0), (["down"], 1, 1), (["down", "down"], 1, 0)],
    ids=["save", "keep", "drop"],
)
async def test_leaving_with_something_unsaved_asks(
    zoo: Workbench, choice: list[str], version: int, drafts: int
) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        await press(pilot, *"Oh, ", "escape")
        assert "Not saved yet" in painted(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, ExampleEditScreen)
        await press(pilot, "escape", *choice, "enter")
        assert isinstance(app.screen, ExampleScreen)
    assert zoo.datasets.get("zoo").version == version
    assert len(list(zoo.paths.drafts.rglob("*.json"))) == drafts


async def test_saving_without_a_change_makes_no_version(zoo: Workbench) -> None:
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ExampleScreen)
    assert zoo.datasets.get("zoo").version == 1


@SIZES
async def test_the_history_shows_who_changed_what(zoo: Workbench, size: tuple[int, int]) -> None:
    first = zoo.datasets.examples("zoo")[0]
    zoo.datasets.edit(first.example_id, {"reference": "Because of many things [/foo]\x1b[2J"}, "ann")
    app = VivaApp(zoo, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "h")
        shown = flowing(app)
        assert "ann edited the reference" in shown
        assert "Changed here: [-taken out-] {+put in+}" in shown
        assert "Reference Because of [-1-]{+many+} things{+ [/foo]␛[2J+}" in shown
        await press(pilot, "down")
        assert "This is how it came in." in flowing(app)
        assert "Because of 1 things" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, ExampleScreen)


async def test_of_a_conversation_only_the_labels_can_be_edited(bench: Workbench) -> None:
    messages = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because"}]
    with bench.store.write() as connection:
        datasets.add(connection, "d", "talk", "t.json", [Example("Why?", "Because", example_id="1", messages=messages)])
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        assert "Conversation · 2 messages" in painted(app)
        assert not app.screen.query(TextArea)
        await press(pilot, *"maths", "ctrl+s")
    [example] = bench.datasets.examples("talk")
    assert (example.field, example.messages) == ("maths", messages)


@pytest.mark.parametrize("number", [0, 3, 7, 12])
async def test_hostile_texts_are_edited_harmlessly(bench: Workbench, number: int) -> None:
    hostile = HOSTILE[number].encode("utf-8", "replace").decode()
    with bench.store.write() as connection:
        datasets.add(connection, "d", "zoo", "z", [Example(hostile, hostile, hostile, hostile, hostile, {}, "1")])
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await edit(app, pilot)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ExampleScreen)
    assert bench.datasets.get("zoo").version == 1
