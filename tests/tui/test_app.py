"""The app around the screens: where one gets, how it ends, and what may reach the terminal."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.color import Color
from textual.widgets import Static

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.rated_studies import as_person, make_more
from tests.fakes.screen import SMALL, flowing, painted, press, settle
from viva.errors import NotFound
from viva.tui.app import DARK, LIGHT, PLACES, VivaApp
from viva.tui.line_filter import HarmlessText
from viva.tui.screens.base import VivaScreen
from viva.tui.screens.help import keys_of
from viva.workbench import Workbench


class Probe(VivaScreen[None]):
    """A screen that shows what it is given."""

    TITLE = "Probe"

    def __init__(self, workbench: Workbench, text: str = "", **named: Any) -> None:
        super().__init__(workbench)
        self.text = text
        self.came: list[Any] = []

    def body(self) -> ComposeResult:
        yield Static(self.text, markup=False, id="text")


class OtherProbe(Probe):
    """Another place."""


@pytest.fixture
def app(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> VivaApp:
    """An app whose Home and whose jobs are probes."""
    module = sys.modules[__name__]
    monkeypatch.setitem(PLACES, "home", f"{module.__name__}:Probe")
    monkeypatch.setitem(PLACES, "jobs", f"{module.__name__}:OtherProbe")
    return VivaApp(bench)


def probe(app: VivaApp) -> Probe:
    assert isinstance(app.screen, Probe)
    return app.screen


@pytest.mark.parametrize("place", [place for place in PLACES if place not in {"rate", "compare"}])
async def test_every_place_can_be_reached_and_left(filled: Workbench, place: str) -> None:
    app = VivaApp(filled, place)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        kind = PLACES[place].partition(":")[2]
        assert type(app.screen).__name__ == kind
        await press(pilot, "escape")
        assert type(app.screen).__name__ == "HomeScreen"


@pytest.mark.parametrize(("role", "first"), [("rater", "desk"), ("lead", "desk"), ("engineer", "home")])
async def test_everybody_begins_at_their_own_place(filled: Workbench, role: str, first: str) -> None:
    app = VivaApp(as_person(filled, "eve", role))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert type(app.screen).__name__ == PLACES[first].partition(":")[2]


@pytest.mark.parametrize(
    ("role", "allowed"), [("rater", {"rate", "compare"}), ("lead", {"rate", "compare", "studies"})]
)
async def test_a_place_that_is_not_for_somebody_is_refused_with_a_line(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, role: str, allowed: set[str]
) -> None:
    for place in PLACES:
        monkeypatch.setitem(PLACES, place, f"{__name__}:{'Probe' if place == 'desk' else 'OtherProbe'}")
    app = VivaApp(as_person(bench, "eve", role))
    told: list[str] = []
    monkeypatch.setattr(app, "notify", lambda text, **_: told.append(text))
    async with app.run_test(size=SMALL) as pilot:
        for place in PLACES:
            app.go(place, text=place)
            await settle(pilot)
        shown = {screen.text for screen in app.screen_stack if isinstance(screen, Probe)} - {""}
        assert shown == allowed | {"desk"}
        assert len(told) == len(PLACES) - len(shown)
        assert all("only" in text and "may go to" in text for text in told)


async def test_a_study_of_pairs_opens_on_its_own_screen(filled: Workbench) -> None:
    make_more(filled)
    for study, kind in (("pairs", "CompareScreen"), ("tiny-test", "RateScreen")):
        app = VivaApp(as_person(filled, "bob"), f"rate:{study}")
        async with app.run_test(size=SMALL) as pilot:
            await settle(pilot)
            assert type(app.screen).__name__ == kind
            await press(pilot, "escape")
            assert type(app.screen).__name__ == "DeskScreen"


async def test_home_cannot_be_left_with_escape(app: VivaApp) -> None:
    async with app.run_test() as pilot:
        await press(pilot, "escape", "escape")
        assert type(app.screen) is Probe


async def test_going_where_one_has_been_goes_back_there(app: VivaApp) -> None:
    async with app.run_test() as pilot:
        app.go("jobs")
        await settle(pilot)
        app.go("jobs", text="a second one")
        await settle(pilot)
        assert len(app.screen_stack) == 3
        app.go("home")
        await settle(pilot)
        assert type(app.screen) is Probe
        assert len(app.screen_stack) == 1


async def test_an_unknown_place_is_a_fault(app: VivaApp) -> None:
    async with app.run_test():
        with pytest.raises(ValueError, match="nowhere"):
            app.go("nowhere")


async def test_ctrl_q_ends_it_from_anywhere(app: VivaApp) -> None:
    async with app.run_test() as pilot:
        app.go("jobs")
        await settle(pilot)
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_code == 0


async def test_the_result_of_a_call_comes_back_on_the_event_loop(app: VivaApp) -> None:
    async with app.run_test() as pilot:
        screen = probe(app)
        screen.ask(lambda number: number + 1, 41, then=screen.came.append)
        await settle(pilot)
        assert screen.came == [42]


async def test_a_later_call_of_the_group_makes_an_earlier_one_stale(app: VivaApp) -> None:
    from threading import Event

    hold = Event()
    async with app.run_test(notifications=True) as pilot:
        screen = probe(app)

        def slow() -> str:
            hold.wait(10)
            raise NotFound("old news")

        screen.ask(slow, then=screen.came.append, group="search")
        screen.ask(lambda: "new", then=screen.came.append, group="search")
        screen.ask(lambda: "other", then=screen.came.append, group="else")
        await pilot.pause()
        hold.set()
        await settle(pilot)
        assert sorted(screen.came) == ["new", "other"]
        assert "old news" not in painted(app)


async def test_a_mistake_is_shown_as_a_line_with_its_hint(app: VivaApp) -> None:
    def fail() -> None:
        raise NotFound("no dataset [/foo]\x1b[2J", "import one: \u202eviva dataset import")

    async with app.run_test(size=SMALL, notifications=True) as pilot:
        probe(app).ask(fail)
        await settle(pilot)
        assert "no dataset [/foo]␛[2J" in painted(app)
        assert "import one: ⟨U+202E⟩viva dataset import" in painted(app)
    assert not app.wb.paths.log.exists()


async def test_a_fault_is_shown_as_a_line_and_logged_whole(app: VivaApp) -> None:
    def fail() -> None:
        raise RuntimeError("[/foo] broke")

    async with app.run_test(size=SMALL, notifications=True) as pilot:
        probe(app).ask(fail, doing="count examples")
        await settle(pilot)
        assert "RuntimeError: [/foo] broke" in flowing(app)
        assert isinstance(app.screen, Probe)
    log = app.wb.paths.log.read_text()
    assert "count examples" in log
    assert "in fail" in log


async def test_an_error_can_be_dealt_with_where_it_is_expected(app: VivaApp) -> None:
    errors: list[Exception] = []

    def fail() -> None:
        raise NotFound("nothing there")

    def deal(error: Exception) -> bool:
        errors.append(error)
        return True

    async with app.run_test(size=SMALL, notifications=True) as pilot:
        probe(app).ask(fail, otherwise=deal)
        await settle(pilot)
        assert "nothing there" not in painted(app)
    assert len(errors) == 1


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_line_filter_lets_nothing_through_and_keeps_the_width(text: str) -> None:
    filtered = HarmlessText().apply([Segment(text, Style(bold=True))], Color(0, 0, 0))
    assert not FORBIDDEN.search(filtered[0].text.replace("\n", ""))
    assert filtered[0].style == Style(bold=True)


def test_the_line_filter_leaves_harmless_lines_as_they_are() -> None:
    segments = [Segment("plain 字 👩‍🔬 שלום")]
    assert HarmlessText().apply(segments, Color(0, 0, 0)) is segments


async def test_what_a_screen_forgot_to_clean_is_still_harmless(app: VivaApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        app.go("jobs", text="\x1b]52;c;aGFja2Vk\x07 \x1b[2J \x9b31m \u202e reversed")
        await settle(pilot)
        assert "reversed" in painted(app)
        assert not FORBIDDEN.search(painted(app))


async def test_colours_can_be_switched(app: VivaApp) -> None:
    async with app.run_test() as pilot:
        assert app.theme == DARK.name
        await press(pilot, "ctrl+t")
        assert app.theme == LIGHT.name
        await press(pilot, "ctrl+t")
        assert app.theme == DARK.name


async def test_help_lists_the_keys_of_the_screen(app: VivaApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "question_mark")
        assert "Esc" in painted(app)
        assert "Close this and go back" in painted(app)
        assert "Ctrl+Q" in painted(app)
        await press(pilot, "question_mark")
        assert type(app.screen) is Probe


async def test_help_lists_what_moves_about_in_a_table_last(filled: Workbench) -> None:
    app = VivaApp(filled, "results")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        told = [text for _, text in keys_of(app.screen)]  # type: ignore[arg-type]
        own, everywhere, table = "Read everything again (also F5)", "Close this and go back", "Cursor down"
        assert told.index(own) < told.index(everywhere) < told.index(table)


async def test_the_footer_shows_whole_keys_and_always_help(app: VivaApp) -> None:
    async with app.run_test(size=(20, 10)):
        assert painted(app).splitlines()[-1].strip() == "? Help  Esc Back"


async def test_a_key_in_the_footer_can_be_clicked(app: VivaApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click(offset=(painted(app).splitlines()[-1].index("Help"), SMALL[1] - 1))
        await settle(pilot)
        assert "Close this and go back" in painted(app)


async def test_nothing_offers_to_write_or_open_on_the_server(app: VivaApp) -> None:
    async with app.run_test() as pilot:
        await press(pilot, "ctrl+p")
        assert type(app.screen) is Probe
        assert list(app.get_system_commands(app.screen)) == []
        app.open_url("http://127.0.0.1/")
        app.deliver_screenshot()


@pytest.mark.parametrize(("connection", "level"), [("10.0.0.1 22 10.0.0.2 22", "none"), ("", "full")])
def test_over_ssh_nothing_is_animated(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, connection: str, level: str
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", connection)
    assert VivaApp(bench).animation_level == level


CRASH = """
import sys
from pathlib import Path
from viva.errors import NotFound
from viva.settings import Settings
from viva.tui import app
from viva.tui.screens.base import VivaScreen
from viva.workbench import Workbench

class Broken(VivaScreen):
    def on_mount(self):
        secret = "a rater's text"
        raise {error}

app.screen_class = lambda place: Broken
viva = app.VivaApp(Workbench(Settings(workspace=Path(sys.argv[1]))))
viva.run(headless=True, size=(80, 24))
sys.exit(viva.return_code)
"""


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("RuntimeError('[/foo] broke \\x1b[2J')", "viva ended: RuntimeError: [/foo] broke ␛[2J"),
        ("NotFound('no such thing', 'make one')", "viva: no such thing"),
    ],
)
def test_a_crash_ends_with_a_line_and_leaves_its_story_in_the_log(workspace: Path, error: str, line: str) -> None:
    program = CRASH.format(error=error)
    done = subprocess.run([sys.executable, "-c", program, str(workspace)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == line
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stdout + done.stderr
    log = (workspace / "data" / "viva.log").read_text()
    assert "in on_mount" in log
    assert "a rater's text" not in log.replace('secret = "a rater\'s text"', "")
