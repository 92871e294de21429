"""The examples behind the leaderboard and their texts: paged, searched, ordered, read; samples and failures too."""

import pytest

from tests.fakes.filled import SYSTEMS
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.results import current, press, rate, rate_again
from tests.fakes.screen import SIZES, SMALL, flowing, painted, settle
from viva.present.results import Narrowed
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


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the app's last barrier away, so that what a screen forgets to clean is seen."""
    monkeypatch.setattr(HarmlessText, "apply", lambda _self, segments, _background: segments)


@SIZES
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
        assert "starter − tuned" in text
        assert "-60.0" in text
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


@SIZES
async def test_the_examples_of_a_study_have_its_total_as_its_row_has(filled: Workbench, size: tuple[int, int]) -> None:
    rate(filled)
    rate_again(filled, "ext", 3)
    app = VivaApp(filled, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "Human total /100 · ext" in painted(app)
        await press(pilot, "enter")
        assert "Human total · ext · in the dataset's order" in painted(app)
        assert painted(app).count(" 60.0 ") == 8
        await press(pilot, "enter", "3")
        assert "Human total · ext    60.0" in painted(app)
        assert "Human total          70.0 (2 raters)" in painted(app)
        await press(pilot, "escape", "m", "home", "enter")
        assert "Human total · in the dataset's order" in painted(app)
        assert painted(app).count(" 70.0 ") == 4
        await press(pilot, "escape", "g", "m", "enter")
        assert "Human total · ext · in the dataset's order" in painted(app), "a criterion leads to the total"


@SIZES
async def test_the_examples_of_a_line_are_those_it_is_made_of(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "g")
        line = current(pilot, ResultsScreen).line()
        assert line is not None
        await press(pilot, "enter")
        assert "1–1 of 1" in painted(app)
        assert f"tiny · test · only {line.group.field}" in painted(app)
        await press(pilot, "escape", "g")
        screen = current(pilot, ResultsScreen)
        screen._narrow(Narrowed("energy", None, ("tuned",)))
        await settle(pilot)
        await press(pilot, "e")
        assert "1–1 of 1" in painted(app)
        assert "tuned" in painted(app)
        assert "starter" not in painted(app)
        assert "tiny · test · only energy · only 1" in painted(app)
        await press(pilot, "enter")
        assert [column.system for column in app.screen.query(TextColumn)] == ["Reference", "tuned"]


async def test_examples_are_ordered_and_looked_at_by_another_measure(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "e")
        assert "Semantic similarity · in the dataset's order" in painted(app)
        await press(pilot, "m")
        current(pilot, ChooserScreen)
        await press(pilot, "down", "enter", "o", "down", "enter")
        assert "Context relevance · lowest Context relevance first" in painted(app)
        await press(pilot, "o", "end", "enter")
        assert "by difference in Context relevance" in painted(app)
        await press(pilot, "o", "escape")
        assert "by difference in Context relevance" in painted(app)


@SIZES
async def test_a_text_is_looked_for_in_everything_and_all_are_shown_again(
    filled: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "e", "slash")
        await pilot.press(*"honestly", "enter")
        await settle(pilot)
        assert "with “honestly”" in painted(app)
        assert "1–1 of 1" in painted(app)
        assert "How early can crowd pressure" in painted(app)
        await press(pilot, "slash", "end", *"x", "enter")
        assert "No example holds “honestlyx”" in painted(app)
        await press(pilot, "x")
        assert "1–4 of 4" in painted(app)
        assert app.focused is app.screen.query_one(RowTable)
        await press(pilot, "slash", "escape")
        assert "1–4 of 4" in painted(app)
        current(pilot, DrilldownScreen)


@SIZES
async def test_samples_stand_one_after_the_other_and_a_failed_one_says_why(
    filled: Workbench, size: tuple[int, int], unfiltered: None
) -> None:
    tuned = System("tuned", "tuned", "{question}", Decoding()).system_id
    reason = f"status 500 from the server {HOSTILE[5]} {HOSTILE[7]}"
    with filled.store.write() as connection:
        generations.add(
            connection,
            [
                Generation("second", tuned, "example-5", "the second text", "stop", 1, 1, 0.1, 1),
                Generation("third", tuned, "example-5", "", "failed", 0, 0, 0.1, 2, reason),
            ],
        )
        generations.add_scores(connection, [Score("second", "semantic_similarity", "1", "", 0.8)])
    app = VivaApp(filled, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "e", "enter", "3")
        assert "tuned · 1 of 3" in painted(app)
        assert "Semantic similarity, mean of 2 of 3" in painted(app)
        assert "samples: 0.700" in painted(app)
        await press(pilot, "s")
        assert "the second text" in painted(app)
        assert "tuned · 2 of 3" in painted(app)
        await press(pilot, "s")
        assert "(no text could be had)" in painted(app)
        assert "No text: status 500 from the server" in flowing(app)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "s")
        assert "tuned · 1 of 3" in painted(app)
        await press(pilot, "n", "s")
        assert "of 3" not in painted(app)


@SIZES
async def test_every_number_is_shown_where_it_is_asked_for(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "e", "enter", "3")
        assert "ROUGE-L" in painted(app)
        assert "ROUGE-L recall" not in painted(app)
        await press(pilot, "m")
        assert "ROUGE-L recall" in painted(app)
        await press(pilot, "m")
        assert "ROUGE-L recall" not in painted(app)


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
        assert painted(app).count("ROUGE-L ") == 2
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
        assert "1–100 of 450" in painted(app)
        await press(pilot, "p", "n", "n", "n", "n", "n")
        assert "401–450 of 450" in painted(app)
        await press(pilot, "enter")
        assert "question 400" in painted(app)
        await press(pilot, *["p"], "escape")
        assert "301–400 of 450" in painted(app)
        assert app.screen.query_one(RowTable).cursor_row == 99
        await press(pilot, "enter", "n")
        assert "401 of 450" in painted(app)


async def test_many_systems_of_long_names_are_told_apart_on_a_small_screen(bench: Workbench) -> None:
    names = [
        f"starter-steps-with-thoughts-few-shot-t{t}-n{n}" for t in ("0", "0.5", "0.7") for n in (64, 128, 256, 320)
    ]
    systems = [System(name, "starter", "{question}", Decoding(seed=seed)) for seed, name in enumerate(names)]
    with bench.store.write() as connection:
        examples = [Example("Why?", "So.", split="test", example_id="e0")]
        datasets.add(connection, "grid", "grid", "grid.csv", examples)
        for system in systems:
            models.add_system(connection, system)
        written = [
            Generation(f"g{n}", s.system_id, "e0", f"text {n}", "stop", 1, 1, 0.1) for n, s in enumerate(systems)
        ]
        generations.add(connection, written)
        scores = [("rouge_l", 0.5), ("degenerate", 1.0), ("repetitive", 1.0)]
        found = [Score(g.generation_id, name, "1", "", value) for g in written for name, value in scores]
        generations.add_scores(connection, found)
    app = VivaApp(bench, "results")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        lines = painted(app).splitlines()
        assert sum("12 of 12 systems have degenerate texts" in line for line in lines) == 1
        assert " starter-steps-with-thoughts-few-…" in painted(app)
        shown = [line for line in lines if "1/1" in line]
        assert len({line[line.index("…") :] for line in shown}) == len(shown) >= 8
        assert f"{min(names)} · ROUGE-L" in painted(app)
        assert "1 of 1 text is degenerate (1 repetitive)" in painted(app)
        await press(pilot, "e")
        assert "systems starter-steps-with-" in painted(app)
        await press(pilot, "enter")
        assert "▸1 Reference" in painted(app)
        read = set()
        for number in range(2, len(names) + 2):
            await press(pilot, "right_square_bracket")
            assert f"▸{number} " in painted(app)
            read |= {name for name in names if name in painted(app)}
        assert read == set(names)
        assert "‹ " in painted(app)
        await press(pilot, "left_square_bracket")
        assert "▸12 " in painted(app)


@SIZES
async def test_four_systems_and_their_difference_fit_beside_the_question(
    bench: Workbench, size: tuple[int, int]
) -> None:
    names = [f"hub/mistral-7b-instruct-step-{step}" for step in (1200, 2400)] + ["starter", "starter-tuned"]
    with bench.store.write() as connection:
        question = "How early can crowd pressure at a stadium gate be seen?"
        datasets.add(connection, "id", "wide", "x", [Example(question, "r", "sports", None, "test", {}, "e")])
        for name in names:
            system = System(name, name, "{question}", Decoding())
            models.add_system(connection, system)
            generations.add(connection, [Generation(name, system.system_id, "e", "t", "stop", 1, 1, 0.1)])
            generations.add_scores(connection, [Score(name, "rouge_l", "1", "", 0.5)])
    app = VivaApp(bench, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        table = current(pilot, DrilldownScreen).query_one(RowTable)
        assert table.virtual_size.width <= size[0]
        assert "Difference" in painted(app)
        assert "How early can" in painted(app)
