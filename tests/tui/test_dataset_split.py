"""Splitting: presets and amounts of one's own, what each split would get, and the version that comes of it."""

import pytest
from textual.widgets import Input, Select

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.mending import add, hostile, near, plain, shown
from tests.fakes.screen import SIZES, flowing, painted, press, settle
from viva.tui.screens.dataset_split import SplitScreen
from viva.tui.widgets.row_table import RowTable
from viva.workbench import Workbench


def amounts(screen: SplitScreen) -> list[list[str]]:
    table = screen.query_one(RowTable)
    return [[cell.plain.strip() for cell in table.get_row_at(row)] for row in range(table.row_count)]


@SIZES
async def test_wanted_and_got_are_shown_before_anything_is_written(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, plain(20))
    async with shown(bench, SplitScreen, size=size) as (app, _, _):
        assert isinstance(app.screen, SplitScreen)
        assert amounts(app.screen) == [
            ["all", "train", "16", "16", "–"],
            ["all", "validation", "2", "2", "–"],
            ["all", "test", "2", "2", "–"],
        ]
        assert "Now: train 13 · test 7" in flowing(app)
        assert "Every split gets as many as wanted" in flowing(app)
        assert len(bench.datasets.versions("zoo")) == 1


async def test_a_preset_fills_the_form(bench: Workbench) -> None:
    add(bench, plain(20))
    async with shown(bench, SplitScreen) as (app, pilot, ended):
        app.screen.query_one("#preset", Select).value = "two"
        await settle(pilot)
        assert app.screen.query_one("#parts", Input).value == "test=2,train=rest"
        assert app.screen.query_one("#per", Select).value == "subfield"
        assert isinstance(app.screen, SplitScreen)
        assert amounts(app.screen)[:2] == [["all", "test", "8", "8", "–"], ["all", "train", "12", "12", "–"]]
        await press(pilot, "ctrl+s")
        assert ended[0].splits == {"test": 8, "train": 12}


async def test_amounts_of_ones_own_are_previewed_and_made(bench: Workbench) -> None:
    add(bench, plain(20))
    async with shown(bench, SplitScreen) as (app, pilot, ended):
        app.screen.query_one("#parts", Input).value = "train=11,validation=5,test=3"
        await settle(pilot)
        assert app.screen.query_one("#preset", Select).value == "own"
        assert "1 example in no split" in flowing(app)
        await press(pilot, "ctrl+s")
        [dataset] = ended
        assert dataset.splits == {"train": 11, "validation": 5, "test": 3, "": 1}
        assert dataset.change == "split: train=11,validation=5,test=3, stratified by field, seed 0" or (
            dataset.change == "split: train=11,validation=5,test=3, seed 0"
        )


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ("train=lots", "'lots' is not an amount"),
        ("train=0.8,test=0.4", "the fractions add up to 1.2"),
        ("train=400", "the parts ask for 400 examples, and there are 20"),
        ("", "no parts are given"),
        ("[/foo]\u202e=1", "cannot be the name of a split"),
    ],
)
async def test_what_cannot_be_is_told_in_the_form(bench: Workbench, parts: str, complaint: str) -> None:
    add(bench, plain(20))
    async with shown(bench, SplitScreen) as (app, pilot, _):
        app.screen.query_one("#parts", Input).value = parts
        await settle(pilot)
        assert complaint in flowing(app)
        assert not FORBIDDEN.search(painted(app))
        assert "Apply" not in painted(app).splitlines()[-1]
        assert not app.screen.query_one(RowTable).display
        app.screen.query_one("#parts", Input).value = "train=0.5,test=0.5"
        await settle(pilot)
        assert complaint not in flowing(app)
        assert app.screen.query_one(RowTable).display


async def test_near_duplicates_stay_together_unless_that_is_switched_off(bench: Workbench) -> None:
    add(bench, [*plain(4), *(near(1, f"w{n}", "test", f"n{n}") for n in range(4))])
    async with shown(bench, SplitScreen) as (app, pilot, _):
        app.screen.query_one("#parts", Input).value = "train=4,test=4"
        await settle(pilot)
        assert isinstance(app.screen, SplitScreen)
        assert "1 group kept together (near-duplicates, one source), the largest of 5" in flowing(app)
        assert "Not exact: train +1, test -1" in flowing(app)
        assert ["all", "train", "4", "5", "+1"] in amounts(app.screen)
        app.screen.query_one("#together").focus()
        await press(pilot, "space")
        assert "Every split gets as many as wanted" in flowing(app)


async def test_another_seed_draws_other_examples(bench: Workbench) -> None:
    add(bench, plain(20))
    made = []
    for seed in ("1", "2"):
        async with shown(bench, SplitScreen) as (app, pilot, ended):
            app.screen.query_one("#seed", Input).value = seed
            await settle(pilot)
            await press(pilot, "ctrl+s")
            made.append([example.split for example in bench.datasets.examples("zoo")])
            assert ended[0].change.endswith(f"seed {seed}")
    assert made[0] != made[1]


async def test_the_form_can_be_left_without_a_trace(bench: Workbench) -> None:
    add(bench, plain(5))
    async with shown(bench, SplitScreen) as (_, pilot, ended):
        await press(pilot, "tab", "tab", "shift+tab", "escape")
        assert ended == [None]
        assert len(bench.datasets.versions("zoo")) == 1


@SIZES
async def test_hostile_fields_do_no_harm(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, hostile())
    async with shown(bench, SplitScreen, size=size) as (app, pilot, ended):
        assert not FORBIDDEN.search(painted(app))
        app.screen.query_one("#stratify", Select).value = "subfield"
        await settle(pilot)
        app.screen.query_one(RowTable).focus()
        await press(pilot, "end")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "ctrl+s")
        assert ended[0].version == 2
