"""Results: from the leaderboard by field, and down to the texts, by keyboard and unharmed by what is shown."""

import re
import threading
from typing import Any

import pytest
from textual.widgets import Select

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.rated_rounds import fill_round, judge_round
from tests.fakes.results import current, press, rate
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
from viva.tui.screens.results_filter import ResultsFilterScreen
from viva.tui.widgets.chooser import ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.workbench import Workbench


@pytest.fixture
def round_(bench: Workbench) -> Workbench:
    fill_round(bench)
    judge_round(bench)
    return bench


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the app's last barrier away, so that what a screen forgets to clean is seen."""
    monkeypatch.setattr(HarmlessText, "apply", lambda _self, segments, _background: segments)


@SIZES
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
        await press(pilot, "m", "o", "slash", "x", "n", "enter")
        current(pilot, DrilldownScreen)


@SIZES
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
        assert "△ 1–2  tuned" in lines[people]
        assert " 80.0 " in lines[people]
        assert "3/4" in lines[people + 1]
        assert "accuracy /40" in text
        similarity = next(line for line in lines if "Semantic similarity" in line)
        assert "tuned" in similarity
        assert "tuned · Human total /100: 80.0 – all 4 values are equal, no interval – highest mean" in flowing(app)
        assert "cannot be told apart from starter" in flowing(app)


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


async def test_by_subfield_where_there_are_some(bench: Workbench) -> None:
    examples = [Example(f"q{n}", "r", "energy", f"part {n % 2}", "test", {}, f"e{n}") for n in range(6)]
    system = System("tuned", "tuned", "{question}", Decoding())
    with bench.store.write() as connection:
        datasets.add(connection, "id", "parts", "parts.csv", examples)
        models.add_system(connection, system)
        generations.add(
            connection, [Generation(f"g{n}", system.system_id, f"e{n}", "x", "stop", 1, 1, 0.1) for n in range(6)]
        )
        generations.add_scores(connection, [Score(f"g{n}", "rouge_l", "1", "", n / 10) for n in range(6)])
    app = VivaApp(bench, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "g")
        assert "by field · ROUGE-L" in painted(app)
        await press(pilot, "g")
        assert "by subfield · ROUGE-L" in painted(app)
        assert "part 1" in painted(app)
        assert "ROUGE-L in part 0 of energy" in flowing(app)
        await press(pilot, "g")
        assert " by " not in painted(app).splitlines()[1]


@SIZES
async def test_results_are_narrowed_down_to_a_field_and_some_systems(filled: Workbench, size: tuple[int, int]) -> None:
    rate(filled)
    app = VivaApp(filled, "results")
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        window = current(pilot, ResultsFilterScreen)
        assert "Show only" in painted(app)
        window.query_one("#field", Select).value = 2
        await press(pilot, "tab", "tab", "space", "ctrl+s")
        current(pilot, ResultsScreen)
        line = painted(app).splitlines()[1]
        assert "only energy · only 1 system" in line
        assert "starter" not in painted(app)
        assert "1/1" in painted(app)
        await press(pilot, "f", "tab", "tab", "down", "space", "ctrl+s")
        assert "Tick at least one system" in painted(app)
        await press(pilot, "escape")
        assert "only energy · only 1 system" in painted(app)
        await press(pilot, "f", "ctrl+r")
        assert "only" not in painted(app).splitlines()[1]
        assert "starter" in painted(app)


async def test_what_is_left_of_nothing_can_be_undone(filled: Workbench) -> None:
    tuned = System("tuned", "tuned", "{question}", Decoding()).system_id
    with filled.store.write() as connection:
        generations.add(connection, [Generation("unscored", tuned, "example-0", "x", "stop", 1, 1, 0.1)])
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        screen = current(pilot, ResultsScreen)
        screen._narrow(Narrowed("healthcare"))
        await settle(pilot)
        assert "There is no result with only healthcare" in painted(app)
        await press(pilot, "f", "ctrl+r")
        assert "tuned" in painted(app)


async def test_the_board_stands_before_its_ranks(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(*_: object, **__: object) -> None:
        raise OSError("ranks take long")

    monkeypatch.setattr(filled.results, "ranks", wait)
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "Semantic similarity" in painted(app)
        assert "Rank " not in painted(app).replace("Rank 1–2", "")
        assert "ranking…" not in painted(app)


async def test_degenerate_texts_are_told_of_all_fields_by_field_too(filled: Workbench) -> None:
    with filled.store.write() as connection:
        flaws = [Score(f"generation-0{n}", "degenerate", "2", "", float(n != 1)) for n in range(4)]
        generations.add_scores(connection, flaws)
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert painted(app).count("3 of 4 texts are degenerate") == 1
        await press(pilot, "g", "down")
        assert "by field" in painted(app)
        assert flowing(app).count("starter: 3 of 4 texts are degenerate") == 1


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


@SIZES
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
            ["down", "enter"],
            ["o"],
            ["down", "enter"],
            ["slash", "e", "enter"],
            ["x"],
            ["enter"],
            ["m"],
            ["m"],
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


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("c", "SystemCompareScreen"), ("v", "CalibratedScreen"), ("k", "RankingScreen"), ("w", "WeightsScreen"),
        ("x", "ReportScreen"), ("e", "DrilldownScreen"),
    ],
)  # fmt: skip
async def test_keys_lead_on_and_escape_leads_back(filled: Workbench, key: str, name: str) -> None:
    rate(filled)
    app = VivaApp(filled, "results")
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, key)
        assert type(app.screen).__name__ == name
        await press(pilot, "escape")
        current(pilot, ResultsScreen)


@SIZES
async def test_by_field_two_systems_are_compared_on_the_questions_of_the_field(
    filled: Workbench, size: tuple[int, int]
) -> None:
    rate(filled)
    app = VivaApp(filled, "results")
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "g")
        line = current(pilot, ResultsScreen).line()
        assert line is not None
        assert line.group.field
        await press(pilot, "c")
        assert type(app.screen).__name__ == "SystemCompareScreen"
        assert f"tiny · test · {line.group.field}" in painted(app)


async def test_questions_that_were_picked_are_told(filled: Workbench) -> None:
    rate(filled)
    with filled.store.write() as connection:
        connection.execute("UPDATE study_item SET stream = 'useful'")
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "4 questions not known to be drawn at random count here" in flowing(app)


@SIZES
async def test_every_column_is_seen_beside_a_judge_of_a_long_name(round_: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(round_, "results")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        line = next(line for line in painted(app).splitlines() if "completeness /30" in line)
        assert "27/27" in line
        judged = next(line for line in painted(app).splitlines() if "Judge total /100" in line)
        assert ("judge-7b" in judged) == (size != SMALL)
        await press(pilot, "g")
        assert re.search(r"\b(\d+)/\1\b", painted(app))


async def test_ranks_of_what_is_no_longer_shown_are_dropped(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await settle(pilot)
        screen = current(pilot, ResultsScreen)
        before = painted(app)
        screen.view = screen.view.of("another")
        screen._rank([])
        await pilot.pause()
        assert painted(app) == before


async def test_nothing_but_that_it_is_read_stands_there_before_it_is(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = threading.Event()
    known = filled.results.leaderboard

    def wait(*arguments: Any, **named: Any) -> Any:
        hold.wait(10)
        return known(*arguments, **named)

    monkeypatch.setattr(filled.results, "leaderboard", wait)
    app = VivaApp(filled, "results")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "reading…" in painted(app)
        assert "Rank" not in painted(app)
        hold.set()
        await settle(pilot)
        assert "reading…" not in painted(app)
        assert "Semantic similarity" in painted(app)
