"""Leaks: the check is stored, each finding shows both texts, and what helps is offered."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.mending import add, hostile, near, plain, question, reference, shown
from tests.fakes.screen import SIZES, USUAL, flowing, painted, press
from viva.records.dataset import Example
from viva.tui.screens import dataset_leaks
from viva.tui.screens.dataset_duplicates import DuplicatesScreen
from viva.tui.screens.dataset_leaks import LeaksScreen
from viva.tui.screens.dataset_split import SplitScreen
from viva.workbench import Workbench


def leaking(bench: Workbench) -> None:
    copied = Example(f"Given {reference(3)} what follows?", "Nothing.", None, None, "train", example_id="c")
    add(bench, [*plain(6), near(1, "one", "test", "a"), copied])


@SIZES
async def test_findings_are_summed_up_and_shown_with_both_texts(bench: Workbench, size: tuple[int, int]) -> None:
    leaking(bench)
    async with shown(bench, LeaksScreen, size=size) as (app, pilot, _):
        text = flowing(app)
        assert "1 near-duplicate, 1 reference inside a question similarity ≥ 0.9" in text
        assert "test ↔ train: 1 near-duplicate question, 1 reference inside a question" in text
        assert "Nearly the same question: similarity 0.92" in text
        assert "Question of example 2 · train · field" in text
        assert "Question of example 7 · test · field" in text
        assert "Split anew, near-duplicates kept together" in text
        await press(pilot, "down")
        assert "14 words in a row, 100% of the reference: “answer3a answer3b" in flowing(app)
        assert "Reference of example 4 · test · field" in flowing(app)
        assert "Question of example 8 · train" in flowing(app)


@SIZES
async def test_texts_stand_side_by_side_where_there_is_room(bench: Workbench, size: tuple[int, int]) -> None:
    leaking(bench)
    async with shown(bench, LeaksScreen, size=size) as (app, _, _):
        first, second = app.screen.query_one("#first").region, app.screen.query_one("#second").region
        if size == USUAL:
            assert (first.y, first.right <= second.x) == (second.y, True)
        else:
            assert (first.x, first.bottom <= second.y) == (second.x, True)


async def test_the_finding_is_stored_with_the_dataset(bench: Workbench) -> None:
    leaking(bench)
    async with shown(bench, LeaksScreen) as (_, pilot, ended):
        await press(pilot, "escape")
        [dataset] = ended
        assert dataset.version == 1
        assert dataset.leakage.near_duplicates == 1
        assert dataset.leakage.copied_references == 1


async def test_splitting_anew_mends_near_duplicates_and_is_checked_again(bench: Workbench) -> None:
    add(bench, [*plain(6), near(1, "one", "test", "a")])
    async with shown(bench, LeaksScreen) as (app, pilot, ended):
        await press(pilot, "s")
        assert isinstance(app.screen, SplitScreen)
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, LeaksScreen)
        assert "No leaks" in flowing(app)
        assert "version 2: split: train=0.8" in flowing(app)
        await press(pilot, "escape")
        assert ended[0].version == 2


async def test_near_duplicates_can_be_dropped_from_here(bench: Workbench) -> None:
    add(bench, [*plain(6), near(1, "one", "test", "a")])
    async with shown(bench, LeaksScreen) as (app, pilot, ended):
        await press(pilot, "d")
        assert isinstance(app.screen, DuplicatesScreen)
        await press(pilot, "ctrl+s")
        await press(pilot, "escape")
        assert (ended[0].version, ended[0].size) == (2, 6)


async def test_a_copied_reference_is_not_mended_by_other_splits(bench: Workbench) -> None:
    copied = Example(f"Given {reference(3)} what follows?", "Nothing.", None, None, "train", example_id="c")
    add(bench, [*plain(6), copied])
    async with shown(bench, LeaksScreen) as (app, pilot, _):
        assert "Edit questions that hold a reference" in flowing(app)
        assert "Split anew" not in flowing(app)
        await press(pilot, "s", "d")
        assert isinstance(app.screen, LeaksScreen)


async def test_no_leaks_and_no_splits_are_said(bench: Workbench) -> None:
    add(bench, plain(4))
    add(bench, [replace(example, split=None, example_id=f"x{n}") for n, example in enumerate(plain(4))], "bare")
    async with shown(bench, LeaksScreen) as (app, pilot, _):
        assert "the splits give nothing away about one another" in flowing(app)
        await press(pilot, "z", "tab", "s", "d", "right_square_bracket")
        assert isinstance(app.screen, LeaksScreen)
    async with shown(bench, LeaksScreen, "bare") as (app, _, _):
        assert "fewer than two splits" in flowing(app)


async def test_the_texts_can_have_the_whole_screen(bench: Workbench) -> None:
    leaking(bench)
    async with shown(bench, LeaksScreen) as (app, pilot, ended):
        await press(pilot, "z")
        assert not app.screen.query_one("#leaks").region
        assert app.screen.query_one("#first").region.height > 8
        await press(pilot, "tab", "tab", "escape")
        assert app.screen.query_one("#leaks").has_focus
        assert ended == []


async def test_findings_are_paged(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_leaks, "PAGE", 2)
    add(bench, [*plain(6), *(near(n, "other", "train" if n % 3 == 0 else "test", f"n{n}") for n in range(5))])
    async with shown(bench, LeaksScreen) as (app, pilot, _):
        assert "1–2 of 5" in flowing(app)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "5–5 of 5" in flowing(app)
        assert "Question of example 5" in flowing(app)


@SIZES
async def test_hostile_texts_do_no_harm(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, hostile())
    async with shown(bench, LeaksScreen, size=size) as (app, pilot, _):
        assert "near-duplicates" in flowing(app)
        for _ in range(8):
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "down", "down", "down")
        await press(pilot, "z", "end")
        assert not FORBIDDEN.search(painted(app))


async def test_examples_with_the_same_reference_are_split_together(bench: Workbench) -> None:
    same = [Example(question(20 + n), reference(1), None, None, "test", example_id=f"s{n}") for n in range(2)]
    add(bench, [*plain(6), *same])
    async with shown(bench, LeaksScreen) as (app, pilot, _):
        assert "2 near-duplicate references" in flowing(app)
        assert "Drop duplicates" not in flowing(app)
        await press(pilot, "s", "ctrl+s")
        assert "No leaks" in flowing(app)
