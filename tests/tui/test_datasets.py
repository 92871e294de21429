"""Datasets: the list, the pages of examples, one example in full, and the menus of what can be done."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SIZES, SMALL, USUAL, flowing, painted, press, settle
from viva.records.dataset import Example
from viva.store import datasets
from viva.tui.app import VivaApp
from viva.tui.screens.dataset_export import ExportScreen
from viva.tui.screens.dataset_menu import MEND, NEW, opened
from viva.tui.screens.dataset_versions import VersionsScreen
from viva.tui.screens.datasets import DatasetsScreen
from viva.tui.screens.example import ExampleScreen
from viva.tui.widgets.chooser import ChooserScreen
from viva.tui.widgets.example_table import ExampleTable
from viva.tui.widgets.open_table import OpenTable
from viva.workbench import Workbench


def add(workbench: Workbench, name: str, examples: list[Example]) -> None:
    with workbench.store.write() as connection:
        datasets.add(connection, f"id of {name}", name, f"{name}.csv", examples)


def many(count: int) -> list[Example]:
    return [
        Example(f"question {n}", f"reference {n}", "field", None, "train" if n % 2 else "test", {}, f"e{n}")
        for n in range(1, count + 1)
    ]


def table(app: VivaApp) -> ExampleTable:
    return app.screen.query_one(ExampleTable)


@SIZES
async def test_without_datasets_the_screen_says_how_to_get_one(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "No datasets yet. i brings one in" in flowing(app)
        await press(pilot, "f", "x", "slash", "right_square_bracket", "tab", "m")
        assert isinstance(app.screen, DatasetsScreen)
        assert "No datasets yet" in flowing(app)
        assert "Mend" not in painted(app)


@SIZES
async def test_a_single_dataset_needs_no_list(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "tiny · 9 examples · train 3 · validation 2 · test 4 · 7 fields · from tiny.csv" in flowing(app)
        assert "version 1 · not checked for leaks between its splits" in flowing(app)
        assert "1–9 of 9" in flowing(app)
        assert not app.screen.query_one(OpenTable).display
        assert app.focused is table(app)
        assert not FORBIDDEN.search(painted(app))


@SIZES
async def test_the_list_shows_the_examples_of_the_dataset_under_the_cursor(
    filled: Workbench, size: tuple[int, int]
) -> None:
    add(filled, "zoo", many(3))
    app = VivaApp(filled, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "tiny 9 train 3 · validation 2 · test 4 1 not checked zoo 3 train 2 · test 1 1 not checked" in flowing(
            app
        )
        assert "1–9 of 9" in flowing(app)
        await press(pilot, "down")
        assert "1–3 of 3" in flowing(app)
        await press(pilot, "enter")
        assert app.focused is table(app)
        await press(pilot, "tab")
        assert isinstance(app.focused, OpenTable)


async def test_examples_come_in_pages_of_a_hundred(bench: Workbench) -> None:
    add(bench, "zoo", many(250))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        seen = []
        for key in ("right_square_bracket",) * 3 + ("left_square_bracket",) * 3:
            await press(pilot, key)
            seen.append(next(line for line in painted(app).splitlines() if " of 250" in line).split()[0])
        assert seen == ["101–200", "201–250", "201–250", "101–200", "1–100", "1–100"]


async def test_f_goes_through_the_splits_and_x_shows_all_again(bench: Workbench) -> None:
    add(bench, "zoo", many(7))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "Show all" not in painted(app)
        await press(pilot, "f")
        assert "1–4 of 4 · split train" in flowing(app)
        await press(pilot, "f")
        assert "1–3 of 3 · split test" in flowing(app)
        await press(pilot, "x")
        assert "1–7 of 7" in flowing(app)


async def test_a_search_keeps_the_examples_that_hold_the_text(bench: Workbench) -> None:
    add(bench, "zoo", many(30))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "slash")
        await press(pilot, *"Question 3", "enter")
        assert "1–2 of 2 · containing “Question 3”" in flowing(app)
        assert table(app).row_count == 2
        assert app.focused is table(app)
        await press(pilot, "slash")
        await press(pilot, "q", "escape")
        assert isinstance(app.screen, DatasetsScreen)
        assert "containing “Question 3”" in flowing(app)


async def test_a_search_without_a_find_says_so(bench: Workbench) -> None:
    add(bench, "zoo", many(3))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"nowhere", "enter")
        assert "no example · containing “nowhere”" in flowing(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, DatasetsScreen)


@SIZES
async def test_an_example_opens_in_full_and_leads_to_its_neighbours(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, "zoo", many(130))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "end", "enter")
        assert isinstance(app.screen, ExampleScreen)
        assert "Example 100 · split test · field" in flowing(app)
        await press(pilot, "n")
        assert "question 101" in flowing(app)
        assert "reference 101" in flowing(app)
        await press(pilot, "p", "p")
        assert "question 99" in flowing(app)
        await press(pilot, "n", "n", "n", "escape")
        assert "101–130 of 130" in flowing(app)
        assert table(app).cursor_row == 1


async def test_there_is_no_way_beyond_the_first_and_the_last_example(bench: Workbench) -> None:
    add(bench, "zoo", many(2))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "p")
        assert "question 1" in flowing(app)
        assert "Previous" not in painted(app).splitlines()[-1]
        await press(pilot, "n", "n")
        assert "question 2" in flowing(app)
        assert "Next" not in painted(app).splitlines()[-1]


async def test_a_bundled_dataset_is_brought_in_from_the_menu(bench: Workbench) -> None:
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "i", "end", "enter")
        assert "vad 128 questions on video anomaly detection" in flowing(app)
        await press(pilot, "end", "enter")
        assert isinstance(app.screen, DatasetsScreen)
        assert "Imported vad: 128 examples" in flowing(app)
        assert app.focused is table(app)


@SIZES
async def test_the_menus_show_every_entry_whole(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for key, entries in (("i", NEW), ("m", MEND)):
            await press(pilot, key)
            assert isinstance(app.screen, ChooserScreen)
            for entry in entries:
                assert f"{entry.name} {entry.detail}" in flowing(app)
            await press(pilot, "escape")


@pytest.mark.parametrize("entry", NEW, ids=lambda entry: entry.name)
def test_every_screen_of_the_first_menu_is_there(bench: Workbench, entry: object) -> None:
    assert opened(entry.screen, bench)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("downs", "screen"), [(5, VersionsScreen), (6, ExportScreen)])
async def test_mending_opens_the_screen_of_the_dataset_under_the_cursor(
    filled: Workbench, downs: int, screen: type
) -> None:
    add(filled, "zoo", many(3))
    app = VivaApp(filled, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down", "m", *["down"] * downs, "enter")
        assert isinstance(app.screen, screen)
        assert "zoo" in painted(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, DatasetsScreen)
        assert "1–3 of 3" in flowing(app)


async def test_what_was_mended_is_told_in_one_line_and_stays_chosen(filled: Workbench) -> None:
    add(filled, "zoo", many(3))
    app = VivaApp(filled, "datasets")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "down", "m", "end", "enter")
        filled.datasets.edit("e2", {"split": "train"}, "ann")
        await press(pilot, "escape")
        assert "zoo version 2: ann edited the split of an example" in flowing(app)
        assert "train 3" in flowing(app)
        assert "1–3 of 3" in flowing(app)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_datasets_live_through_hostile_texts(bench: Workbench, number: int) -> None:
    text = HOSTILE[number].encode("utf-8", "replace").decode()
    add(bench, text, [Example(text, text, text, text, text, {}, "1"), Example(text, text, None, None, None, {}, "2")])
    add(bench, "other", many(1))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "up" if sorted([text, "other"])[0] == text else "down")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "tab", "f", "x", "enter")
        assert isinstance(app.screen, ExampleScreen)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "n", "h")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, DatasetsScreen)


@SIZES
async def test_a_conversation_is_shown_turn_by_turn(bench: Workbench, size: tuple[int, int]) -> None:
    call = {"function": {"name": "find", "arguments": '{"what": "rice"}'}}
    messages = [
        {"role": "user", "content": "What can I cook?\nUser"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "[/foo] rice \x1b[2J"},
        {"role": "assistant", "content": "Rice."},
    ]
    example = Example("What?", "Rice.", example_id="1", messages=messages, tools=[{"function": {"name": "find"}}])
    add(bench, "talk", [example, replace(example, example_id="2", messages=None)])
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        shown = painted(app)
        assert "Conversation · 4 messages · 1 tool" in shown
        assert '→ calls find {"what": "rice"}' in shown
        assert "[/foo] rice ␛[2J" in shown
        assert [line.strip() for line in shown.splitlines() if line.startswith("  User")] == ["User"]
        await press(pilot, "n")
        assert "Conversation" not in painted(app)
        assert "What?" in painted(app)


@pytest.mark.parametrize("empty", [True, False])
async def test_a_dataset_that_a_job_brought_meanwhile_is_there_on_return(bench: Workbench, empty: bool) -> None:
    if not empty:
        add(bench, "first", many(3))
    app = VivaApp(bench, "datasets")
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        add(bench, "brought", [Example("Why?", "Because.", example_id="brought-1")])
        await press(pilot, "escape")
        assert isinstance(app.screen, DatasetsScreen)
        assert "brought" in painted(app)
