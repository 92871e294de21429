"""SQL: queries are written, run, paged, cancelled, kept and opened by keyboard, and nothing they show does harm."""

import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, TextArea

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SIZES, SMALL, USUAL, painted, settle
from tests.fakes.screen import press as press_at_once
from viva.errors import UserError
from viva.records.results import QueryPage
from viva.tui.app import VivaApp
from viva.tui.line_filter import HarmlessText
from viva.tui.screens.home import HomeScreen
from viva.tui.screens.row import RowScreen
from viva.tui.screens.save_query import SaveQueryScreen
from viva.tui.screens.sql import SqlScreen
from viva.tui.widgets.choices import ChoiceList
from viva.tui.widgets.chooser import ChooserScreen
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.schema_tree import SchemaTree
from viva.workbench import Workbench


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Type keys, each when what the one before brought is there."""
    for key in keys:
        await press_at_once(pilot, key)


def editor(pilot: Pilot[None]) -> TextArea:
    return pilot.app.screen.query_one("#editor", TextArea)


async def run(pilot: Pilot[None], query: str, key: str = "ctrl+j") -> str:
    editor(pilot).text = query
    await press(pilot, key)
    return painted(pilot.app)


def _blank(_: int) -> Strip:
    return Strip.blank(80)


class Endless:
    """A session whose queries run until they are cancelled."""

    def __init__(self) -> None:
        self.running = threading.Event()
        self.ended = threading.Event()
        self.closed = False
        self.age = 0.0

    def run(self, query: str, page_size: int = 200) -> QueryPage:
        self.running.set()
        assert self.ended.wait(30)
        raise UserError("query cancelled")

    def next_page(self) -> QueryPage:
        raise AssertionError

    def cancel(self) -> None:
        self.ended.set()

    def close(self) -> None:
        self.closed = True
        self.ended.set()


@pytest.fixture
def endless(filled: Workbench, monkeypatch: pytest.MonkeyPatch) -> Endless:
    session = Endless()
    monkeypatch.setattr(filled.sql, "session", lambda: session)
    return session


@SIZES
@pytest.mark.parametrize("key", ["ctrl+j", "f5"])
async def test_the_first_query_is_there_and_runs(filled: Workbench, size: tuple[int, int], key: str) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "nothing here can change the data" in painted(app)
        await press(pilot, key)
        text = painted(app)
        assert "10 rows" in text
        assert "rouge_l_precision" in text
        assert editor(pilot).has_focus


async def test_pages_follow_one_another_and_go_back(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        text = await run(pilot, "SELECT 'n' || range AS name, range AS number FROM range(450)")
        assert "rows 1–200, more follow – Ctrl+N for the next page" in text
        await press(pilot, "ctrl+n", "ctrl+n")
        assert "rows 401–450 of 450" in painted(app)
        assert "n400" in painted(app)
        await press(pilot, "ctrl+n", "ctrl+p")
        assert "rows 201–400, more follow" in painted(app)
        await press(pilot, "ctrl+n")
        assert "rows 401–450 of 450" in painted(app)


async def test_an_error_is_shown_with_its_place_and_the_next_query_clears_it(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        text = await run(pilot, "SELECT *\nFROM leaderbord")
        assert "leaderbord does not exist" in text
        assert "LINE 2: FROM leaderbord" in text
        text = await run(pilot, "SELECT 42 AS answer")
        assert "1 row" in text
        assert "leaderbord" not in text


@pytest.mark.parametrize("query", ["DELETE FROM rating", "COPY rating TO '/tmp/x.csv'", "SELECT 1; DROP TABLE rating"])
async def test_what_would_write_is_refused_and_nothing_is_lost(filled: Workbench, query: str) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        text = await run(pilot, query)
        assert "no result" in text
        assert not app.screen.query_one(RowTable).display
        assert "10 rows" in await run(pilot, "FROM leaderboard")


async def test_a_query_without_rows_says_so(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "no rows" in await run(pilot, "SELECT 1 AS one WHERE false")
        await press(pilot, "tab", "enter")
        assert isinstance(app.screen, SqlScreen)


async def test_an_empty_editor_runs_nothing(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "nothing here can change the data" in await run(pilot, " \n")


async def test_esc_cancels_what_runs_and_only_then_leaves(filled: Workbench, endless: Endless) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("f5")
        assert endless.running.wait(10)
        await pilot.pause()
        assert "running 0." in painted(app)
        assert "Esc cancels" in painted(app)
        await press(pilot, "escape")
        assert "query cancelled" in painted(app)
        assert isinstance(app.screen, SqlScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)
        assert endless.closed


async def test_leaving_ends_a_query_that_runs(filled: Workbench, endless: Endless) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("f5")
        assert endless.running.wait(10)
        app.go("home")
        await settle(pilot)
        assert endless.closed


async def test_a_runaway_query_is_ended_for_real(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        editor(pilot).text = "SELECT count(*) FROM range(10000000000) a, range(1000) b WHERE a.range % 7 = b.range"
        await pilot.press("ctrl+j")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, SqlScreen)
        assert screen.running
        while "cancelled" not in painted(app):
            await pilot.press("escape")
            await pilot.pause(0.05)
        assert "1 row" in await run(pilot, "SELECT 1")


async def test_a_result_of_an_earlier_query_does_not_come_late(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later run makes the first one stale, whichever ends last."""
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await run(pilot, "SELECT 'first' AS word")
        screen = app.screen
        assert isinstance(screen, SqlScreen)
        editor(pilot).text = "SELECT 'second' AS word"
        screen.action_run()
        editor(pilot).text = "SELECT 'third' AS word"
        screen.action_run()
        await settle(pilot)
        assert "third" in [line.strip() for line in painted(app).splitlines()]
        assert not screen.running


@SIZES
async def test_a_row_is_shown_in_full(filled: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        text = await run(pilot, "SELECT range AS n, repeat('word ', 30) || 'end' AS long, NULL AS none FROM range(3)")
        assert "…" in text
        assert "NULL" in text
        app.screen.query_one(RowTable).focus()
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, RowScreen)
        assert "Row 2" in painted(app)
        assert "word end" in painted(app)
        await press(pilot, "n", "n", "escape")
        assert app.screen.query_one(RowTable).cursor_row == 2


async def test_the_schema_is_shown_where_there_is_room_and_inserts_names(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        tree = app.screen.query_one(SchemaTree)
        assert not tree.display
        await press(pilot, "f2")
        assert tree.has_focus
        assert "leaderboard" in painted(app)
        editor(pilot).text = ""
        while tree.cursor_node is None or tree.cursor_node.data != "leaderboard":
            await pilot.press("down")
        await press(pilot, "enter", "right", "down", "enter")
        assert editor(pilot).text == "leaderboarddataset"
        await press(pilot, "left", "left", "f2")
        assert not tree.display
        assert editor(pilot).has_focus
    async with VivaApp(filled, "sql").run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert pilot.app.screen.query_one(SchemaTree).display
        assert editor(pilot).has_focus


async def test_a_query_is_kept_and_opened_again(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        editor(pilot).text = "SELECT 'kept'"
        await press(pilot, "ctrl+s", *"mine", "enter")
        assert isinstance(app.screen, SqlScreen)
        assert filled.sql.saved() == {"mine": "SELECT 'kept'"}
        editor(pilot).text = ""
        await press(pilot, "ctrl+o")
        assert isinstance(app.screen, ChooserScreen)
        assert "worst-rated" in painted(app)
        await press(pilot, "enter")
        assert editor(pilot).text == "SELECT 'kept'"
        await press(pilot, "ctrl+z")
        assert editor(pilot).text == ""


async def test_the_highlighted_choice_is_of_one_colour(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=USUAL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+o", "down")
        choices = app.screen.query_one(ChoiceList)
        assert choices.highlighted == 1
        colours = [
            {segment.style.color for segment in choices.render_line(line) if segment.text.strip() and segment.style}
            for line in range(3)
        ]
        assert [len(found) for found in colours] == [2, 1, 2]


async def test_a_name_that_cannot_be_used_is_refused_on_the_spot(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+s")
        app.screen.query_one(Input).value = "../[/foo]"
        await press(pilot, "enter")
        assert isinstance(app.screen, SaveQueryScreen)
        assert "cannot name a query" in painted(app)
        await press(pilot, "escape")
        assert filled.sql.saved() == {}


async def test_replacing_a_saved_query_is_said_beforehand(filled: Workbench) -> None:
    filled.sql.save("mine", "SELECT 1")
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+s", *"mine")
        assert "replaces the saved query" in painted(app)


async def test_odd_line_ends_in_a_pasted_query_do_not_hide_what_follows_a_comment(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "1 row" in await run(pilot, "-- a comment\rSELECT 1 AS one")


async def test_what_was_typed_is_there_after_leaving(filled: Workbench) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        editor(pilot).text = "SELECT 'not yet done'"
        await press(pilot, "escape")
        app.go("sql")
        await settle(pilot)
        assert editor(pilot).text == "SELECT 'not yet done'"


@SIZES
async def test_hostile_values_names_and_errors_are_cleaned(
    filled: Workbench, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = VivaApp(filled, "sql")
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        hostile = [text.replace("\x00", "").encode("utf-8", "replace").decode()[:5000] for text in HOSTILE]
        values = ", ".join("'" + text.replace("'", "''") + "'" for text in hostile)
        names = ", ".join(f'1 AS "{text[:200]}"' for text in hostile if text.strip())
        monkeypatch.setattr(HarmlessText, "apply", lambda _self, segments, _background: segments)
        for query in (
            f"SELECT unnest([{values}]) AS value",
            f"SELECT {names}",
            f"SELECT error({values.split(', ')[3]})",
        ):
            screen = app.screen
            assert isinstance(screen, SqlScreen)
            monkeypatch.setattr(screen.query_one("#editor", TextArea), "render_line", _blank)
            await run(pilot, query)
            assert not FORBIDDEN.search(painted(app)), query[:40]
        await run(pilot, f"SELECT unnest([{values}]) AS value")
        app.screen.query_one(RowTable).focus()
        await press(pilot, "enter")
        for _ in hostile:
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "n")


async def test_a_hostile_query_in_the_editor_does_not_reach_the_terminal(filled: Workbench) -> None:
    folder: Path = filled.paths.queries
    folder.mkdir(parents=True)
    (folder / "evil.sql").write_text("SELECT '" + "".join(HOSTILE[:10]) + "'", "utf-8")
    app = VivaApp(filled, "sql")
    async with app.run_test() as pilot:
        await settle(pilot)
        editor(pilot).text = "".join(HOSTILE[:12])
        await settle(pilot)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "ctrl+o")
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "enter")
        assert not any(FORBIDDEN.search(line) for line in editor(pilot).document.lines)


async def test_ctrl_a_selects_the_query_so_that_another_takes_its_place(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(SqlScreen(filled))
        await settle(pilot)
        await press(pilot, "ctrl+a", "x")
        assert editor(pilot).text == "x"
