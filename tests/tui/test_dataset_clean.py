"""Cleaning: the preview follows every rule, and nothing is written before Ctrl+S."""

import pytest
from textual.widgets import Input

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.mending import add, hostile, plain, shown
from tests.fakes.screen import SIZES, flowing, painted, press, settle
from viva.records.dataset import Example
from viva.tui.screens import dataset_clean
from viva.tui.screens.dataset_clean import CleanScreen
from viva.tui.widgets.tick import Tick
from viva.workbench import Workbench


def dirty() -> list[Example]:
    examples = plain(4)
    marked = Example("* **Why** does it rain?", "Because  of clouds.", "field", None, "train", example_id="d1")
    return [*examples, marked, Example(examples[0].question, examples[0].reference, example_id="d2")]


@SIZES
async def test_what_would_change_is_counted_and_marked(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, dirty())
    async with shown(bench, CleanScreen, size=size) as (app, _, _):
        text = flowing(app)
        assert "6 examples: 1 changed, 1 dropped" in text
        assert "decoration 1 · white space 1 · duplicate 1" in text
        assert "Example 5 · decoration, white space" in text
        assert "[-**-]Why[-**-]" in text
        assert "dropped: duplicate" in text
        assert len(bench.datasets.versions("zoo")) == 1


async def test_a_rule_switched_off_changes_the_preview(bench: Workbench) -> None:
    add(bench, dirty())
    async with shown(bench, CleanScreen) as (app, pilot, _):
        await press(pilot, "space")
        assert not app.screen.query_one("#decoration", Tick).value
        assert "▐ ▌ Decoration" in painted(app)
        assert "▐X▌ White space" in painted(app)
        assert "decoration 1" not in flowing(app)
        assert "6 examples: 1 changed, 1 dropped" in flowing(app)


async def test_applying_makes_a_version_and_ends_with_it(bench: Workbench) -> None:
    add(bench, dirty())
    async with shown(bench, CleanScreen) as (_, pilot, ended):
        await press(pilot, "ctrl+s")
        [dataset] = ended
        assert (dataset.version, dataset.size) == (2, 5)
        assert bench.datasets.examples("zoo")[4].question == "- Why does it rain?"
        assert bench.datasets.get("zoo", 1).size == 6


async def test_where_nothing_is_to_be_cleaned_it_says_so_and_offers_nothing(bench: Workbench) -> None:
    add(bench, plain(3))
    async with shown(bench, CleanScreen) as (app, pilot, ended):
        assert "3 examples: nothing to clean" in flowing(app)
        assert "every example stays as it is" in flowing(app)
        assert "Apply" not in painted(app).splitlines()[-1]
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, CleanScreen)
        await press(pilot, "escape")
        assert ended == [None]


async def test_limits_drop_and_contradictions_are_told(bench: Workbench) -> None:
    add(bench, [*plain(3), Example("Why?", "So.", example_id="s")])
    async with shown(bench, CleanScreen) as (app, pilot, _):
        app.screen.query_one("#least_question", Input).value = "5"
        await settle(pilot)
        assert "4 examples: 0 changed, 1 dropped" in flowing(app)
        app.screen.query_one("#most_question", Input).value = "2"
        await settle(pilot)
        assert "No preview" in flowing(app)
        assert "no question has at least 5 and at most 2 words" in flowing(app)
        assert "Apply" not in painted(app).splitlines()[-1]
        app.screen.query_one("#most_question", Input).value = ""
        await settle(pilot)
        assert "1 dropped" in flowing(app)
        assert "no question has" not in flowing(app)


async def test_only_digits_can_be_typed_as_limits(bench: Workbench) -> None:
    add(bench, plain(2))
    async with shown(bench, CleanScreen) as (app, pilot, _):
        app.screen.query_one("#least_question").focus()
        await press(pilot, "1", "x", "minus", "2")
        assert app.screen.query_one("#least_question", Input).value == "12"


async def test_of_a_large_dataset_the_first_examples_are_previewed(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_clean, "MOST_PREVIEWED", 3)
    add(bench, dirty())
    async with shown(bench, CleanScreen) as (app, pilot, ended):
        assert "the first 3 of 6 examples: nothing to clean" in flowing(app)
        await press(pilot, "ctrl+s")
        assert ended[0].size == 5


@SIZES
async def test_hostile_texts_do_no_harm(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, hostile())
    async with shown(bench, CleanScreen, size=size) as (app, pilot, ended):
        assert "dropped" in flowing(app)
        assert not FORBIDDEN.search(painted(app))
        samples = app.screen.query_one("#samples")
        samples.focus()
        for _ in range(5):
            await press(pilot, "pagedown")
            assert not FORBIDDEN.search(painted(app))
        await press(pilot, "ctrl+s")
        assert ended[0].version == 2
