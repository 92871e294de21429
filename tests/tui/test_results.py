"""Results: from the leaderboard by field, and down to the texts, by keyboard and unharmed by what is shown."""

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fakes.filled import SYSTEMS
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SMALL, SMALL_FIRST, USUAL, painted, settle
from tests.fakes.screen import press as press_at_once
from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.model import Decoding, System
from viva.store import datasets, generations, models
from viva.tui.app import VivaApp
from viva.tui.line_filter import HarmlessText
from viva.tui.screens.drilldown import DrilldownScreen
from viva.tui.screens.results import ResultsScreen
from viva.tui.screens.texts import TextsScreen
from viva.tui.widgets.chooser import ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.text_column import TextColumn
from viva.tui.widgets.text_pane import TextPane
from viva.workbench import Workbench

SIZES = [SMALL, USUAL]


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Type keys, each when what the one before brought is there."""
    for key in keys:
        await press_at_once(pilot, key)


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the app's last barrier away, so that what a screen forgets to clean is seen."""
    monkeypatch.setattr(HarmlessText, "apply", lambda _self, segments, _background: segments)


def rate(workbench: Workbench) -> None:
    """Rate every text of the small study: `tuned` high, but for one that is skipped."""
    study = workbench.studies.list()[0]
    queue = workbench.ratings.queue(study.name, "ann")
    with workbench.store.read() as connection:
        found = connection.execute("SELECT item_id, generation_id FROM study_item").fetchall()
    texts: dict[str, str] = dict(found)
    for item_id in queue.item_ids:
        if texts[item_id] == "generation-02":
            workbench.ratings.save(study, item_id, "ann", {}, skipped="empty")
            continue
        value = 4 if texts[item_id].startswith("generation-1") else 1
        workbench.ratings.save(study, item_id, "ann", {criterion.name: value for criterion in study.rubric.criteria})
    workbench.ratings.deliver()


def current(pilot: Pilot[None], kind: type[Any]) -> Any:
    assert isinstance(pilot.app.screen, kind)
    return pilot.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_workspace_says_how_to_get_results(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = painted(app)
        assert "Nothing is measured or rated here yet" in text
        assert "viva dataset import" in text
        assert not app.screen.query_one(RowTable).display
        await press(pilot, "e", "g", "m", "s", "d", "R")
        current(pilot, ResultsScreen)


async def test_a_dataset_without_results_names_its_own_commands(bench: Workbench) -> None:
    with bench.store.write() as connection:
        datasets.add(connection, "id", "bare", "bare.csv", [Example("q", "r", split="test", example_id="e")])
    app = VivaApp(bench, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "viva generate bare --split test" in painted(app)
        await press(pilot, "e")
        current(pilot, DrilldownScreen)
        assert "No system has written anything" in painted(app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_leaderboard_shows_people_and_metrics_with_intervals(
    filled: Workbench, size: tuple[int, int]
) -> None:
    rate(filled)
    app = VivaApp(filled, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = painted(app)
        lines = text.splitlines()
        people = next(number for number, line in enumerate(lines) if "Human total /100" in line)
        assert "▲  tuned" in lines[people]
        assert "80.0 ± 0.0" in lines[people]
        assert "3/4" in lines[people + 1]
        assert "accuracy /40" in text
        similarity = next(line for line in lines if "Semantic similarity" in line)
        assert "tuned" in similarity
        assert "tuned · Human total /100: 80.0 ± 0.0 – highest mean" in text


async def test_by_field_one_measure_at_a_time_and_back(filled: Workbench) -> None:
    rate(filled)
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "g")
        text = painted(app)
        assert "by field · Human total /100" in text
        assert "sports and crowds" in text
        assert "(no field)" in text
        assert "energy" in text
        await press(pilot, "m")
        assert "by field · accuracy /40" in painted(app)
        await press(pilot, "g")
        assert "by field" not in painted(app)


async def test_a_dataset_is_chosen_by_keyboard(filled: Workbench) -> None:
    with filled.store.write() as connection:
        datasets.add(connection, "id", "another", "another.csv", [Example("q", "r", split="test", example_id="e")])
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "tiny · test" in painted(app)
        await press(pilot, "d")
        current(pilot, ChooserScreen)
        await press(pilot, "up", "enter")
        assert "another · test" in painted(app)
        assert "Nothing is measured" in painted(app)


async def test_splits_with_results_go_round(filled: Workbench) -> None:
    tuned = System("tuned", "tuned", "{question}", Decoding()).system_id
    with filled.store.write() as connection:
        generations.add(connection, [Generation("g-train", tuned, "example-0", "x", "stop", 1, 1, 0.1)])
        generations.add_scores(connection, [Score("g-train", "rouge_l", "1", "", 0.7)])
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "tiny · test" in painted(app)
        await press(pilot, "s")
        assert "tiny · train" in painted(app)
        assert "one value, no interval" in painted(app)
        await press(pilot, "s")
        assert "tiny · test" in painted(app)


async def test_refresh_shows_new_ratings_and_keeps_the_cursor(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "Human" not in painted(app)
        await press(pilot, "down", "down")
        rate(filled)
        await press(pilot, "R")
        assert "Human total" in painted(app)
        assert app.screen.query_one(RowTable).cursor_row == 2


@pytest.mark.parametrize("size", SIZES)
async def test_the_way_down_to_the_texts_and_back(filled: Workbench, size: tuple[int, int]) -> None:
    rate(filled)
    app = VivaApp(filled, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        current(pilot, DrilldownScreen)
        text = painted(app)
        assert "Human total · in the dataset's order" in text
        assert "How early can crowd pressure" in text
        assert "not rated" in text
        assert "Difference" in text
        await press(pilot, "enter")
        screen = current(pilot, TextsScreen)
        assert "crowd pressure at a stadium gate" in painted(app)
        await press(pilot, "n", "n")
        assert screen.query_one("#question", TextPane).text.startswith("\x1b[2J")
        assert "3 of 4" in painted(app)
        await press(pilot, "p", "n", "escape")
        assert current(pilot, DrilldownScreen).query_one(RowTable).cursor_row == 2
        await press(pilot, "escape")
        current(pilot, ResultsScreen)


async def test_examples_are_sorted_and_looked_at_by_another_measure(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e")
        assert "Semantic similarity · in the dataset's order" in painted(app)
        assert "unscored" in painted(app)
        await press(pilot, "m", "o")
        assert "Context relevance · lowest Context relevance first" in painted(app)
        await press(pilot, "o")
        assert "by difference in Context relevance" in painted(app)


async def test_texts_stand_side_by_side_where_there_is_room_and_behind_one_another_below(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "enter")
        columns = list(app.screen.query(TextColumn))
        assert [column.system for column in columns] == ["Reference", *SYSTEMS]
        assert len({column.region.y for column in columns}) == 1
        assert all(column.region.width >= 36 for column in columns)
        assert "rouge_l" not in painted(app)
        assert painted(app).count("ROUGE-L recall") == 2
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert [column.display and column.region.width > 0 for column in columns] == [True, False, False]
        await press(pilot, "tab")
        assert app.focused is columns[1].pane
        assert [column.region.width > 0 for column in columns] == [False, True, False]
        await press(pilot, "3")
        assert app.focused is columns[2].pane
        assert "▸3 tuned" in painted(app)


async def test_a_text_is_given_the_whole_screen_and_back(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "enter", "shift+tab")
        question = app.screen.query_one("#question", TextPane)
        columns = list(app.screen.query(TextColumn))
        assert app.focused is question
        await press(pilot, "z")
        assert not question.region
        assert [column.region.width for column in columns] == [120, 0, 0]
        await press(pilot, "shift+tab")
        assert app.focused is columns[2].pane
        await press(pilot, "tab", "z")
        assert question.region
        assert [column.region.width for column in columns] == [40, 40, 40]


async def test_a_system_that_wrote_nothing_for_an_example_is_said_to(filled: Workbench) -> None:
    with filled.store.write() as connection:
        connection.execute("DELETE FROM generation WHERE generation_id = 'generation-00'")
    app = VivaApp(filled, "results")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "enter")
        assert "not generated for this example" in painted(app)
        await press(pilot, "n", "n")
        assert "It wrote nothing" in painted(app)


async def test_long_lists_of_examples_come_in_pages(bench: Workbench) -> None:
    examples = [Example(f"question {number}", "r", split="test", example_id=f"e{number}") for number in range(450)]
    system = System("alone", "alone", "{question}", Decoding())
    with bench.store.write() as connection:
        datasets.add(connection, "many", "many", "many.csv", examples)
        models.add_system(connection, system)
        written = [Generation(f"g{n}", system.system_id, f"e{n}", "x", "stop", 1, 1, 0.1) for n in range(450)]
        generations.add(connection, written)
        generations.add_scores(connection, [Score(f"g{n}", "rouge_l", "1", "", n / 450) for n in range(450)])
    app = VivaApp(bench, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "e")
        assert "1–200 of 450" in painted(app)
        await press(pilot, "p", "n", "n", "n")
        assert "401–450 of 450" in painted(app)
        await press(pilot, "enter")
        assert "question 400" in painted(app)
        await press(pilot, *["p"], "escape")
        assert "201–400 of 450" in painted(app)
        assert app.screen.query_one(RowTable).cursor_row == 199


@SMALL_FIRST
async def test_hostile_names_and_texts_are_cleaned_on_every_screen(
    bench: Workbench, size: tuple[int, int], unfiltered: None
) -> None:
    """Raw names go straight to the store, as an older or a foreign program might have written them."""
    examples = [
        Example(text, text, field=text or None, split="test", example_id=f"e{n}") for n, text in enumerate(HOSTILE)
    ]
    systems = [System(text or "(empty)", str(n), "{question}", Decoding()) for n, text in enumerate(HOSTILE[1:12:3])]
    with bench.store.write() as connection:
        datasets.add(connection, "h", HOSTILE[5], "h.csv", examples)
        for system in systems:
            models.add_system(connection, system)
        written = [
            Generation(f"{s}-{n}", system.system_id, f"e{n}", HOSTILE[(n + s) % len(HOSTILE)], "length", 1, 1, 0.1)
            for s, system in enumerate(systems)
            for n in range(len(HOSTILE))
        ]
        generations.add(connection, written)
        generations.add_scores(
            connection,
            [
                Score(g.generation_id, name, "1", "", 0.5)
                for g in written
                for name in ("rouge_l", HOSTILE[3], HOSTILE[0])
            ],
        )
    app = VivaApp(bench, "results")
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        for keys in (
            ["down"],
            ["g"],
            ["m"],
            ["g"],
            ["e"],
            ["m"],
            ["o"],
            ["enter"],
            *[["n"]] * (len(HOSTILE) - 1),
            ["v"],
        ):
            await press(pilot, *keys)
            assert not FORBIDDEN.search(painted(app)), keys
        for number in range(len(systems) + 2):
            await press(pilot, "tab")
            assert not FORBIDDEN.search(painted(app)), number


async def test_an_error_is_shown_and_the_screen_lives(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot)

        def fail(*_: object) -> None:
            raise OSError(HOSTILE[5] + "[/foo]")

        monkeypatch.setattr(filled.results, "leaderboard", fail)
        await press(pilot, "R")
        current(pilot, ResultsScreen)
        assert not FORBIDDEN.search(painted(app))
        assert "tuned" in painted(app)
