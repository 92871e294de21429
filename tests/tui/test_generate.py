"""The form that lets models write: what it asks for, what it says that comes to, and how it starts."""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, Select

from tests.fakes.generating import FixedPlans, plan
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from tests.fakes.train_form import until
from viva.errors import BadInput, UsageError
from viva.records.dataset import Example
from viva.records.generating import GenerationRequest, Grid
from viva.records.model import Model, ModelKind
from viva.records.prompt import PromptFile
from viva.store import datasets, models
from viva.tui.app import VivaApp
from viva.tui.screens import counting
from viva.tui.screens.drilldown import DrilldownScreen
from viva.tui.screens.generate import GenerateScreen
from viva.tui.screens.generate_job import GenerationJobScreen
from viva.tui.screens.home import HomeScreen
from viva.tui.widgets.tick_list import TickList
from viva.workbench import Workbench

USUAL_REQUEST = GenerationRequest("tiny", "test", ("starter", "tuned"))


@pytest.fixture(autouse=True)
def plans(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> FixedPlans:
    monkeypatch.setattr(counting, "SECONDS", 0.01)
    return FixedPlans(bench, monkeypatch)


async def opened(pilot: Pilot[Any]) -> GenerateScreen:
    await settle(pilot)
    assert isinstance(pilot.app.screen, GenerateScreen)
    return pilot.app.screen


@SIZES
async def test_the_form_fits_on_the_screen_and_says_what_it_comes_to(
    filled: Workbench, plans: FixedPlans, size: tuple[int, int]
) -> None:
    app = VivaApp(filled, "generate")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        text = flowing(app)
        for part in (
            "tiny (9 examples)",
            "test (4 questions)",
            "[x] starter built in",
            "[x] tuned adapter · over starter · by hand",
            "What suits the model",
            "Temperature 0 Top-p 1",
            "Top-k 0 Max tokens 320",
            "Repetition 1.1, endpoint 1 Seed 0",
            "Samples 1",
            "Score the texts",
            "Leave impossible combinations out",
            "Texts 8 by 2 systems",
            "about 1,234 read, 2,560 written at most",
            "Cost none",
            "Time not known before the first run",
        ):
            assert part in text
        footer = painted(app).splitlines()[-1]
        for key in ("Ctrl+S Start", "Ctrl+T Browse", "Tab Next field", "? Help", "Esc Back"):
            assert key in footer
        assert plans.asked == [USUAL_REQUEST]


async def test_home_leads_to_the_form_with_g(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "g Generate" in painted(app).splitlines()[-1]
        await press(pilot, "g")
        await opened(pilot)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_what_was_typed_goes_along_by_keyboard_alone_and_the_job_is_shown(
    filled: Workbench, plans: FixedPlans
) -> None:
    app = VivaApp(filled, "generate")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        # Past dataset and split, the second model off, the second prompt, then the fields.
        await press(pilot, "tab", "tab", "down", "space", "tab", "enter", "down", "enter")
        await press(pilot, "tab", "tab", *"0, 0.7", "tab", *"0.9", "tab", "tab", *"64", "tab", "tab", "tab", *"3")
        await press(pilot, "tab", "space", "tab", "space", "ctrl+s")
        [(request, score)] = plans.started
        grid = Grid(temperature=(0.0, 0.7), top_p=(0.9,), max_new_tokens=(64,), samples=3)
        assert request == GenerationRequest("tiny", "test", ("starter",), grid, "steps", skip_impossible=True)
        assert not score
        assert isinstance(app.screen, GenerationJobScreen)
        assert "✓ done" in flowing(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, GenerateScreen)


async def test_a_change_is_counted_and_an_older_count_is_never_shown(filled: Workbench, plans: FixedPlans) -> None:
    app = VivaApp(filled, "generate")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        plans.gate.clear()
        plans.answer = plan(16)
        screen.query_one("#seed", Input).value = "1"
        while len(plans.asked) < 2:
            await pilot.pause(0.01)
        assert "counting" in painted(app)
        plans.answer = plan(24)
        screen.query_one("#seed", Input).value = "1, 2"
        await pilot.pause(0.05)
        assert len(plans.asked) == 2
        plans.gate.set()
        await until(pilot, lambda: "Texts 24 by 2 systems" in flowing(app))
        assert [asked.grid.seed for asked in plans.asked] == [(), (1,), (1, 2)]
        assert "counting" not in painted(app)


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("temperature", "[/foo]", "Temperature must be a number, not [/foo]"),
        ("top_k", "0.5", "Top-k must be a whole number, 0 or more, not 0.5"),
        ("samples", "1, 2", "Samples takes one number"),
    ],
)
async def test_a_field_that_cannot_be_right_is_named_and_gone_to(
    filled: Workbench, plans: FixedPlans, field: str, typed: str, complaint: str
) -> None:
    app = VivaApp(filled, "generate")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        screen.query_one(f"#{field}", Input).value = typed
        await press(pilot, "ctrl+s")
        assert complaint in flowing(app)
        assert app.focused is screen.query_one(f"#{field}")
        assert plans.started == []
        screen.query_one(f"#{field}", Input).value = ""
        await until(pilot, lambda: "Texts 8 by 2 systems" in flowing(app))


async def test_without_a_model_nothing_starts(filled: Workbench, plans: FixedPlans) -> None:
    app = VivaApp(filled, "generate")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await press(pilot, "tab", "tab", "x", "ctrl+s")
        assert "Tick at least one model" in flowing(app)
        assert app.focused is screen.query_one(TickList)
        assert plans.started == []


@SIZES
async def test_an_impossible_combination_is_refused_with_what_to_tick(
    filled: Workbench, plans: FixedPlans, size: tuple[int, int]
) -> None:
    hint = "leave impossible combinations out: --skip-impossible"
    plans.answer = UsageError("temperature 0 is greedy: top-p 0.9 changes nothing", hint)
    app = VivaApp(filled, "generate")
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        said = "top-p 0.9 changes nothing. Change it, or tick: leave impossible combinations out"
        assert said in flowing(app)
        assert "Texts" not in flowing(app)
        await press(pilot, "ctrl+s")
        assert said in flowing(app)
        assert plans.started == []
        plans.answer = plan(4, names=("starter",))
        screen.query_one("#skip", Checkbox).value = True
        await until(pilot, lambda: "Texts 4 by 1 system" in flowing(app))
        assert plans.asked[-1].skip_impossible


async def test_where_all_is_written_nothing_starts_and_b_shows_it(filled: Workbench, plans: FixedPlans) -> None:
    plans.answer = plan(0, written=8)
    app = VivaApp(filled, "generate")
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot)
        assert "8 are there already and stay" in flowing(app)
        await press(pilot, "ctrl+s")
        assert "nothing is left to write" in flowing(app)
        assert plans.started == []
        await press(pilot, "ctrl+t")
        assert isinstance(app.screen, DrilldownScreen)
        assert "How early can crowd pressure" in flowing(app)


@SIZES
async def test_without_a_dataset_the_form_says_how_to_get_one(bench: Workbench, size: tuple[int, int]) -> None:
    app = VivaApp(bench, "generate")
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        assert "There is no dataset to write for yet" in flowing(app)
        footer = painted(app).splitlines()[-1]
        assert "Start" not in footer
        assert "Browse" not in footer
        await press(pilot, "ctrl+s", "b", "tab")
        assert isinstance(app.screen, GenerateScreen)


async def test_another_dataset_brings_its_own_splits(filled: Workbench, plans: FixedPlans) -> None:
    with filled.store.write() as connection:
        examples = [Example("q", "r", split=split, example_id=str(split)) for split in (None, "dev")]
        datasets.add(connection, "other", "a-other", "o.csv", examples)
    app = VivaApp(filled, "generate")
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert screen.query_one("#dataset", Select).value == "a-other"
        assert screen.query_one("#split", Select).value == ""
        assert plans.asked[-1].split == ""
        screen.query_one("#dataset", Select).value = "tiny"
        await until(pilot, lambda: plans.asked[-1].dataset == "tiny")
        assert plans.asked[-1].split == "test"
        assert "test (4 questions)" in flowing(app)


async def test_a_place_can_be_asked_for_with_a_dataset_and_a_split(filled: Workbench, plans: FixedPlans) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        app.go("generate", dataset="tiny", split="train")
        await opened(pilot)
        assert (plans.asked[-1].dataset, plans.asked[-1].split) == ("tiny", "train")


async def test_a_prompt_that_cannot_be_read_is_said_and_the_screen_lives(filled: Workbench, plans: FixedPlans) -> None:
    plans.files = BadInput(f"steps.txt cannot be read {HOSTILE[5]}", "mend it")
    app = VivaApp(filled, "generate")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        assert "steps.txt cannot be read" in flowing(app)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "ctrl+s", "b", "escape")
        assert isinstance(app.screen, HomeScreen)


@SIZES
async def test_the_form_lives_through_hostile_texts(bench: Workbench, plans: FixedPlans, size: tuple[int, int]) -> None:
    plans.files = [PromptFile(text.encode("utf-8", "replace").decode(), text) for text in HOSTILE if text]
    with bench.store.write() as connection:
        for number, raw in enumerate(HOSTILE):
            text = raw.encode("utf-8", "replace").decode()
            datasets.add(connection, f"d{number}", text, text, [Example("q", "r", text, text, text, {}, f"e{number}")])
            models.add(connection, Model(f"m{number}", f"{number} {text}", ModelKind.ENDPOINT, text, None, text))
    plans.answer = plan(18, names=tuple(text.encode("utf-8", "replace").decode() for text in HOSTILE))
    app = VivaApp(bench, "generate")
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        for keys in (["enter"], ["end"], ["enter"], ["tab"], ["enter"], ["escape"], ["tab"], ["end", "x"],
                     ["tab"], ["enter"], ["end"], ["enter"]):  # fmt: skip
            await press(pilot, *keys)
            assert not FORBIDDEN.search(painted(app)), keys
        for number, text in enumerate(HOSTILE):
            plans.answer = UsageError(text, text)
            asked = len(plans.asked)
            screen.query_one("#seed", Input).value = str(number + 1)
            await until(pilot, lambda: len(plans.asked) > asked)  # noqa: B023
            assert not FORBIDDEN.search(painted(app)), number
        for text in HOSTILE[2:13:5]:
            screen.query_one("#temperature", Input).value = text.encode("utf-8", "replace").decode()[:80]
            await settle(pilot)
            assert "Temperature must be a number" in flowing(app)
            assert not FORBIDDEN.search(painted(app)), text[:20]
