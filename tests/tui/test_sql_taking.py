"""SQL: what one types is completed, what one ran is found again, and results are drawn and taken away."""

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.fakes.screen import SIZES, SMALL, painted, settle
from tests.fakes.screen import press as press_at_once
from viva.tui.app import VivaApp
from viva.tui.screens.sql import SqlScreen
from viva.tui.widgets.chooser import ChooserScreen
from viva.tui.widgets.schema_tree import SchemaTree
from viva.workbench import Workbench


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Type keys, each when what the one before brought is there."""
    for key in keys:
        await press_at_once(pilot, key)


def editor(pilot: Pilot[None]) -> TextArea:
    return pilot.app.screen.query_one("#editor", TextArea)


async def run(pilot: Pilot[None], query: str) -> str:
    editor(pilot).text = query
    await press(pilot, "ctrl+j")
    return painted(pilot.app)


@SIZES
async def test_tab_completes_tables_and_columns_and_goes_on_where_nothing_fits(
    filled: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await run(pilot, "SELECT 1 AS a")
        editor(pilot).text = ""
        await press(pilot, *"from leaderb")
        assert "Tab leaderboard" in painted(app)
        await press(pilot, "tab")
        assert editor(pilot).text == "from leaderboard"
        await press(pilot, *" select meas", "tab")
        assert editor(pilot).text == "from leaderboard select measure"
        await press(pilot, *", s", "tab")
        first = editor(pilot).text
        await press(pilot, "tab")
        assert editor(pilot).text != first
        await press(pilot, "space", "tab")
        assert not editor(pilot).has_focus


@SIZES
async def test_tab_leaves_a_finished_query_alone_and_goes_to_the_rows(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        # Of what this function gives, no name is known.
        editor(pilot).text = query = "FROM test_all_types() SELECT int"
        editor(pilot).move_cursor(editor(pilot).document.end)
        await settle(pilot)
        assert "Tab intersect" in painted(app)
        await press(pilot, "f5")
        assert "Tab intersect" not in painted(app)
        await press(pilot, "tab")
        assert editor(pilot).text == query
        assert not editor(pilot).has_focus
        editor(pilot).focus()
        await press(pilot, "e")
        assert "Tab intersect" in painted(app)


async def test_after_the_only_word_that_fits_tab_goes_on(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await run(pilot, "SELECT 1 AS a")
        editor(pilot).text = ""
        await press(pilot, *"from leaderb", "tab")
        assert editor(pilot).text == "from leaderboard"
        assert editor(pilot).has_focus
        await press(pilot, "tab")
        assert editor(pilot).text == "from leaderboard"
        assert not editor(pilot).has_focus


async def test_views_with_results_are_offered_first(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        editor(pilot).text = ""
        await press(pilot, *"FROM me")
        assert "Tab metrics  memory_checks  metric_choices" in painted(app)
        await press(pilot, "f2")
        text = painted(app)
        assert text.index("leaderboard") < text.index("generations") < text.index("preferences")
        tree = app.screen.query_one(SchemaTree)
        views, own = tree.root.children
        assert (views.is_expanded, own.is_expanded, str(own.label)) == (True, False, "viva's own tables")
        inside = {node.data for node in own.children}
        assert {"scored_verdict", "rating"} <= inside
        assert not inside & {node.data for node in views.children}


async def test_what_was_run_is_found_again(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "f3")
        assert isinstance(app.screen, SqlScreen)
        await run(pilot, "SELECT 1 AS one")
        await run(pilot, "SELEC nonsense")
        await press(pilot, "f3")
        assert isinstance(app.screen, ChooserScreen)
        await press(pilot, "down", "enter")
        assert editor(pilot).text == "SELECT 1 AS one"


async def test_bars_have_the_whole_window_and_scroll(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await run(pilot, "SELECT 'field of industry' AS f, 'n' || range AS s, range + 1 AS x FROM range(38)")
        await press(pilot, "f4")
        text = painted(app)
        assert text.count("█") >= 16
        assert "field of industry · n12" in text
        await press(pilot, "end")
        assert "field of industry · n37" in painted(app)
        await press(pilot, "l", "b")
        assert "field of industry · n12" in painted(app)


async def test_one_row_is_no_line(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await run(pilot, "SELECT 8 AS n")
        await press(pilot, "f4")
        assert "a line needs two rows; the only number is 8" in painted(app)


@SIZES
async def test_a_result_is_drawn_in_three_ways(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await run(pilot, "SELECT 't' || range AS name, range AS x, range * range AS y FROM range(300)")
        await press(pilot, "f4")
        text = painted(app)
        assert "the 200 rows fetched so far, more follow" in text
        assert "x by name" in text
        assert "█" in text
        await press(pilot, "l")
        assert "y along x" in painted(app)
        await press(pilot, "h")
        assert "how x spreads" in painted(app)
        await press(pilot, "n", "n", "p", "escape")
        assert isinstance(app.screen, SqlScreen)
        await run(pilot, "SELECT 'a' AS a")
        await press(pilot, "f4")
        assert "a chart needs rows" in painted(app)


async def test_a_result_is_written_whole_and_never_over_a_file_unasked(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot)
        await run(pilot, "SELECT range AS n FROM range(450)")
        await press(pilot, "f8", "enter")
        assert isinstance(app.screen, SqlScreen)
        assert len((filled.paths.root / "result.csv").read_text().splitlines()) == 451
        await press(pilot, "f8", "enter")
        assert "Replace result.csv?" in painted(app)
        await press(pilot, "escape")
        app.screen.query_one(Input).value = "../out.csv"
        await press(pilot, "enter")
        assert "outside the workspace" in painted(app)


async def test_the_clipboard_gets_the_rows_but_not_over_ssh(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await run(pilot, "SELECT 1 AS a, 'x' || chr(9) || 'y' AS b")
        await press(pilot, "f8", "ctrl+y")
        assert app.clipboard == "a\tb\n1\tx y"
        monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 2")
        app._clipboard = ""
        await press(pilot, "ctrl+y")
        assert "clipboard is out of reach" in painted(app)
        assert app.clipboard == ""


async def test_an_older_look_is_said(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.tui.query_runner.QueryRunner.age", 4.0)
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "as of 4.0 s ago" in await run(pilot, "SELECT 1 AS a")
