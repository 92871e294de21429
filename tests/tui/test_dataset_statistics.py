"""Statistics: everything that is counted, on a screen that scrolls."""

import pytest

from tests.fakes.hostile import FORBIDDEN
from tests.fakes.mending import add, hostile, plain, shown
from tests.fakes.screen import SIZES, flowing, painted, press
from viva.tui.screens import dataset_statistics
from viva.tui.screens.dataset_statistics import StatisticsScreen
from viva.workbench import Workbench


@SIZES
async def test_everything_that_is_counted_can_be_scrolled_to(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, plain(20))
    async with shown(bench, StatisticsScreen, size=(size[0], 60)) as (app, pilot, ended):
        seen = [painted(app)]
        assert "20 examples · 2 splits · 1 field · 4 subfields" in seen[0]
        for _ in range(6):
            await press(pilot, "pagedown")
            seen.append(painted(app))
        text = "\n".join(seen)
        for heading in (
            "Examples per field and split", "Lengths in words", "Words per split", "Words that another split knows",
            "Examples per subfield and split", "Questions", "References", "█",
        ):  # fmt: skip
            assert heading in text
        await press(pilot, "escape")
        assert ended == [None] or ended == []


async def test_histograms_stand_side_by_side_where_there_is_room(bench: Workbench) -> None:
    add(bench, plain(20))
    async with shown(bench, StatisticsScreen, size=(120, 60)) as (app, _, _):
        assert any("Questions" in line and "References" in line for line in painted(app).splitlines())


async def test_of_a_long_table_the_middle_is_left_out(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_statistics, "MOST_LINES", 6)
    fields = [example for n in range(12) for example in plain(1, field=f"field {n:02}")]
    add(bench, [type(e)(e.question, e.reference, e.field, example_id=f"f{n}") for n, e in enumerate(fields)])
    async with shown(bench, StatisticsScreen) as (app, _, _):
        text = flowing(app)
        assert "field 02" in text
        assert "field 09" not in text
        assert "… 9 more lines all 12 12" in text


async def test_tokens_of_a_large_dataset_are_counted_when_asked(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_statistics, "UNASKED", 3)
    add(bench, plain(4))
    async with shown(bench, StatisticsScreen, size=(80, 90)) as (app, pilot, _):
        assert "Lengths in words" in flowing(app)
        assert "Lengths in tokens" not in flowing(app)
        assert "t Count tokens" in painted(app).splitlines()[-1]
        await press(pilot, "t")
        assert "Lengths in tokens" in flowing(app)
        assert "Count tokens" not in painted(app).splitlines()[-1]


async def test_an_unknown_dataset_is_an_error_that_is_shown(bench: Workbench) -> None:
    async with shown(bench, StatisticsScreen, "nothing") as (app, _, _):
        assert "there is no dataset 'nothing'" in flowing(app)


@SIZES
async def test_hostile_texts_do_no_harm(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, hostile())
    async with shown(bench, StatisticsScreen, size=size) as (app, pilot, _):
        for _ in range(5):
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "pagedown")
