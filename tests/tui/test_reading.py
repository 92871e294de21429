"""The panes of the rating screen: which are there, how they scroll, how a text is shown."""

import pytest

from tests.fakes.screen import SMALL, USUAL, painted, press, settle
from viva.tui.app import VivaApp
from viva.tui.widgets.reading import Reading
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

BOTH = pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "120x40"])


def opened(workbench: Workbench) -> VivaApp:
    return VivaApp(workbench, "rate:tiny-test")


def pane(app: VivaApp, name: str) -> TextPane:
    return app.screen.query_one(f"#{name}", TextPane)


def shown(app: VivaApp) -> set[str]:
    """Return which panes have room on the screen."""
    return {name for name in ("question", "reference", "approach") if pane(app, name).region.area > 0}


async def test_both_texts_stand_side_by_side_from_a_hundred_columns_on(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        assert shown(app) == {"question", "reference", "approach"}
        assert pane(app, "reference").region.y == pane(app, "approach").region.y
        await press(pilot, "r")
        assert shown(app) == {"question", "approach"}
        assert "reference hidden" in painted(app)
        await press(pilot, "r")
        assert shown(app) == {"question", "reference", "approach"}


async def test_one_text_at_a_time_is_shown_below_that(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert shown(app) == {"question", "approach"}
        await press(pilot, "t")
        assert shown(app) == {"question", "reference"}
        await press(pilot, "right")
        assert shown(app) == {"question", "approach"}
        await press(pilot, "left")
        assert shown(app) == {"question", "reference"}
        await press(pilot, "r")
        assert shown(app) == {"question", "approach"}
        await press(pilot, "t")
        assert "reference" not in shown(app)


@BOTH
async def test_zooming_leaves_one_text_and_the_criteria(filled: Workbench, size: tuple[int, int]) -> None:
    app = opened(filled)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "left", "z")
        assert shown(app) == {"reference"}
        assert "Accuracy" in painted(app)
        await press(pilot, "z")
        assert "question" in shown(app)


async def test_the_text_scrolls_and_says_how_much_is_below(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        text = pane(app, "approach")
        text.show("\n".join(f"line {number}" for number in range(100)))
        await press(pilot, "pagedown", "j")
        assert text.scroll_offset.y == text.scrollable_content_region.height + 1
        below = 100 - text.scroll_offset.y - text.scrollable_content_region.height
        assert f"↓ {below} more lines" in painted(app)
        await press(pilot, "end")
        assert "line 99" in painted(app)
        assert "more line" not in painted(app)
        await press(pilot, "n")
        assert text.scroll_offset.y == 0


async def test_text_can_be_read_as_it_was_written(filled: Workbench) -> None:
    app = opened(filled)
    async with app.run_test(size=USUAL) as pilot:
        await settle(pilot)
        reading = app.screen.query_one(Reading)
        assert reading.approach.rendered
        await press(pilot, "v", "n")
        assert not reading.approach.rendered
        assert "as written" in painted(app)
