"""Near-duplicates: groups, their texts in full, which one stays, and the version without the others."""

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.mending import add, hostile, near, plain, shown
from tests.fakes.screen import SIZES, flowing, painted, press
from viva.tui.screens import dataset_duplicates
from viva.tui.screens.dataset_duplicates import DuplicatesScreen
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench


def repeated(bench: Workbench) -> None:
    add(bench, [*plain(6), near(1, "one", "train", "a"), near(1, "two", "test", "b"), near(4, "three", "train", "c")])


@SIZES
async def test_groups_come_with_the_largest_first_and_their_members_in_full(
    bench: Workbench, size: tuple[int, int]
) -> None:
    repeated(bench)
    async with shown(bench, DuplicatesScreen, size=size) as (app, pilot, _):
        text = flowing(app)
        assert "2 groups · 3 of 9 examples go" in text
        assert "similarity ≥ 0.9 · keep the first" in text
        assert "3 examples, similarity 0.92" in text
        assert "● stays · example 2 · train · field" in text
        titles = [pane.title for pane in app.screen.query(TextPane) if pane.display]
        assert [title for title in titles if title != "reference"] == [
            "● stays · example 2 · train · field",
            "○ goes · example 7 · train · field",
            "○ goes · example 8 · test · field",
        ]
        await press(pilot, "down")
        assert "● stays · example 5 · train · field" in flowing(app)
        assert len([pane for pane in app.screen.query(TextPane) if pane.display]) == 4


async def test_another_rule_keeps_another_example(bench: Workbench) -> None:
    repeated(bench)
    async with shown(bench, DuplicatesScreen) as (app, pilot, ended):
        await press(pilot, "k", "end", "enter")
        assert "keep one from test" in flowing(app)
        assert "● stays · example 8 · test" in [pane.title for pane in app.screen.query(TextPane)][4]
        await press(pilot, "ctrl+s")
        [dataset] = ended
        assert (dataset.version, dataset.size) == (2, 6)
        kept = bench.datasets.examples("zoo")
        assert sum(example.question.startswith("tunnel1a") for example in kept) == 1
        assert next(e for e in kept if e.question.startswith("tunnel1a")).split == "test"


async def test_the_threshold_decides_what_is_a_duplicate(bench: Workbench) -> None:
    repeated(bench)
    async with shown(bench, DuplicatesScreen) as (app, pilot, _):
        await press(pilot, "t", "up", "enter")
        assert "similarity ≥ 0.95" in flowing(app)
        assert "9 examples, no near-duplicates" in flowing(app)
        assert "no two questions are as similar as this" in flowing(app)
        assert "Apply" not in painted(app).splitlines()[-1]
        await press(pilot, "t", "down", "enter")
        assert "2 groups" in flowing(app)


async def test_a_dataset_without_near_duplicates_says_so(bench: Workbench) -> None:
    add(bench, plain(3))
    async with shown(bench, DuplicatesScreen) as (app, pilot, ended):
        assert "3 examples, no near-duplicates" in flowing(app)
        await press(pilot, "ctrl+s", "tab", "enter", "escape")
        assert ended == [None]
        assert len(bench.datasets.versions("zoo")) == 1


async def test_groups_are_paged(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_duplicates, "PAGE", 2)
    add(bench, [*plain(5), *(near(n, "other", "train", f"n{n}") for n in range(5))])
    async with shown(bench, DuplicatesScreen) as (app, pilot, _):
        assert "groups 1–2" in flowing(app)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "groups 5–5" in flowing(app)
        assert "example 5 · train" in flowing(app)
        await press(pilot, "right_square_bracket", "left_square_bracket")
        assert "groups 3–4" in flowing(app)


async def test_of_a_large_group_the_first_members_are_shown(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_duplicates, "MOST_SHOWN", 2)
    add(bench, [*plain(2), *(near(1, f"w{n}", "train", f"n{n}") for n in range(4))])
    async with shown(bench, DuplicatesScreen) as (app, _, _):
        assert "5 examples, similarity 0.92 · the first 2 are shown" in flowing(app)
        assert len(app.screen.query(TextPane)) == 4


@SIZES
async def test_hostile_texts_do_no_harm(bench: Workbench, size: tuple[int, int]) -> None:
    add(bench, hostile())
    async with shown(bench, DuplicatesScreen, size=size) as (app, pilot, ended):
        assert "groups" in flowing(app)
        for _ in range(len(HOSTILE) // 2):
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "down")
        await press(pilot, "tab", "pagedown", "end")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "ctrl+s")
        assert ended[0].version == 2
