"""The form that has a model write a dataset, the small one that adds a model, and the job they lead to."""

from typing import Any

import pytest
from textual.widgets import Input, Select, TextArea

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job, alive
from tests.fakes.screen import SIZES, SMALL, flowing, painted, press, settle
from viva.errors import UsageError
from viva.records.job import Job, JobKind, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.synthesis import DomainPlan, SynthesisPlan, TaxonomyPlan
from viva.store import models
from viva.tui.app import VivaApp
from viva.tui.screens.confirm import ConfirmScreen
from viva.tui.screens.endpoint_add import EndpointAddScreen
from viva.tui.screens.home import HomeScreen
from viva.tui.screens.job import JobScreen
from viva.tui.screens.synthesise import SynthesiseScreen
from viva.tui.widgets.tick_list import TickList
from viva.workbench import Workbench

PROGRESS = {"event": "progress", "done": 3, "total": 9, "tokens": 1200, "spend": 0.5, "failed": 1, "retries": 2}


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVA_TEST_KEY", raising=False)


class Starts:
    """Notes what was to be written, and answers with a job that lies on disk."""

    def __init__(self, workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, str, SynthesisPlan]] = []

        def start(dataset: str, model: str, plan: SynthesisPlan) -> Job:
            self.made.append((dataset, model, plan))
            return add_job(workbench, "1", "x by y", kind=JobKind.SYNTHESISE, status=JobStatus.DONE).job()

        monkeypatch.setattr(workbench.synthesis, "start", start)


def endpoint(bench: Workbench, key: str | None = None, prices: tuple[float, float] | None = (1.0, 2.0)) -> None:
    bench.models.add_endpoint("gpt", "http://127.0.0.1:9/v1", "gpt-x", key, prices)


async def opened(pilot: Any, bench: Workbench) -> SynthesiseScreen:
    await settle(pilot)
    screen = SynthesiseScreen(bench)
    pilot.app.push_screen(screen)
    await settle(pilot)
    return screen


async def put(pilot: Any, **values: str) -> None:
    """Set fields, whatever their kind."""
    for field, value in values.items():
        widget = pilot.app.screen.query_one(f"#{field}")
        if isinstance(widget, TextArea):
            widget.load_text(value)
        else:
            widget.value = value
    await settle(pilot)


@SIZES
async def test_the_whole_form_and_what_it_takes_are_seen_at_once(bench: Workbench, size: tuple[int, int]) -> None:
    endpoint(bench)
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, bench)
        for part in (
            "research-fields", "[x] arts", "[x] social sciences", "× 61 subfields = 1,220 examples at most",
            "gpt (gpt-x at 127.0.0.1:9)", "No key is sent", "questions.txt, approach.txt as viva ships them",
            "Calls about 1,281", "Tokens about", "by the prices of the model", "Time unknown until this model",
        ):  # fmt: skip
            assert part in flowing(app)
        assert screen.query_one("#form").max_scroll_y == 0
        await put(pilot, way="domains")
        for part in ("Domains, one a line · 16", "Swin Transformer", "over 16 domains", "Calls about 32", "pairs.txt"):
            assert part in flowing(app)
        assert screen.query_one("#form").max_scroll_y == 0


async def test_fields_are_ticked_by_keyboard_and_the_cost_follows(bench: Workbench) -> None:
    endpoint(bench)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        await press(pilot, "tab", "tab", "x", "down", "space")
        assert screen.query_one(TickList).ticked == ("engineering",)
        assert "× 9 subfields = 180 examples at most" in flowing(app)
        assert "Calls about 189" in flowing(app)
        await press(pilot, "space")
        assert "Tick at least one field" in flowing(app)
        assert "Calls" not in flowing(app)


async def test_start_asks_with_the_cost_then_goes_to_the_job(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint(bench)
    starts = Starts(bench, monkeypatch)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        await press(pilot, "tab", "tab", "x", "space", "tab", "ctrl+k", "3", "ctrl+s")
        assert isinstance(app.screen, ConfirmScreen)
        assert "Have research-fields written by gpt?" in flowing(app)
        assert "Calls about 28" in flowing(app)
        assert "Cost 0.04 to 0.06" in flowing(app)
        await press(pilot, "n")
        assert starts.made == []
        await press(pilot, "ctrl+s", "y")
        ((dataset, model, plan),) = starts.made
        assert (dataset, model) == ("research-fields", "gpt")
        assert isinstance(plan, TaxonomyPlan)
        assert (list(plan.taxonomy), plan.questions) == (["arts"], 3)
        assert isinstance(app.screen, JobScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


async def test_lists_are_edited_one_a_line(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint(bench)
    starts = Starts(bench, monkeypatch)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        await put(pilot, way="domains", topic="bees of the north", pairs="5")
        await put(pilot, domains="fields\n[/foo]\n\n", components="a\nb\nc")
        assert "Domains, one a line · 2" in flowing(app)
        await press(pilot, "ctrl+s", "y")
        plan = DomainPlan("bees of the north", ("fields", "[/foo]"), ("a", "b", "c"), 5)
        assert starts.made == [("bees-of-the-north", "gpt", plan)]


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("dataset", "", "Give the dataset a name"),
        ("dataset", "[/foo]", "The dataset's name: up to 64 letters"),
        ("questions", "0", "Questions per subfield: a whole number from 1"),
    ],
)
async def test_what_cannot_be_right_is_said_and_gone_to(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, field: str, value: str, complaint: str
) -> None:
    endpoint(bench)
    starts = Starts(bench, monkeypatch)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        await put(pilot, taxonomy="research-fields")
        await put(pilot, **{field: value})
        if field == "dataset" and not value:
            screen._suggested = "not this"
        await press(pilot, "ctrl+s")
        assert complaint in flowing(app)
        assert app.focused is screen.query_one(f"#{field}")
        assert starts.made == []


async def test_a_refusal_stands_on_the_form_and_nothing_typed_is_lost(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint(bench)

    def refuse(*_: Any) -> Job:
        raise UsageError("no room [/foo]", "free some space")

    monkeypatch.setattr(bench.synthesis, "start", refuse)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        await put(pilot, dataset="mine")
        await press(pilot, "ctrl+s", "y")
        assert app.screen is screen
        assert "no room [/foo]: free some space" in flowing(app)
        assert screen.query_one("#dataset", Input).value == "mine"
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ConfirmScreen)


async def test_the_starter_is_said_to_be_too_small_for_this(bench: Workbench) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        assert "Far too small: it cannot write such replies usefully" in flowing(app)
        assert "Cost none the model runs on this machine" in flowing(app)


async def test_a_model_whose_key_is_not_there_is_not_started(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint(bench, "VIVA_TEST_KEY", None)
    starts = Starts(bench, monkeypatch)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        assert "VIVA_TEST_KEY is not set: viva was started without it" in flowing(app)
        assert "Cost unknown the prices of this model are not known here" in flowing(app)
        await press(pilot, "ctrl+s")
        assert "open viva again" in flowing(app)
        assert starts.made == []


async def test_a_name_that_is_taken_means_the_next_version(filled: Workbench) -> None:
    app = VivaApp(filled)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, filled)
        await put(pilot, dataset="tiny")
        assert "is there: this adds version 2" in flowing(app)


async def test_prompts_are_copied_and_a_broken_one_is_told(bench: Workbench) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, bench)
        await press(pilot, "p")
        assert "questions.txt, approach.txt in data/prompts" in flowing(app)
        (bench.paths.prompts / "questions.txt").write_text("nothing [/foo] {{what}}")
        await put(pilot, questions="7")
        assert "{{what}} is not known here" in flowing(app)


async def test_an_endpoint_is_added_by_keyboard_and_chosen(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_TEST_KEY", "secret-value")
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        await press(pilot, "a")
        assert isinstance(app.screen, EndpointAddScreen)
        assert "Never the key itself" in flowing(app)
        await put(pilot, url="http://127.0.0.1:9/v1")
        await pilot.press("tab", *"large", "tab", *"mine", "tab")
        await put(pilot, key_env="VIVA_TEST_KEY")
        await press(pilot, "tab", *"0.15", "tab", *"0.6")
        assert "VIVA_TEST_KEY is set: the key is there" in flowing(app)
        await press(pilot, "ctrl+s")
        assert app.screen is screen
        assert screen.query_one("#model", Select).value == "mine"
        assert "secret-value" not in painted(app)
        model = bench.models.get("mine")
        assert model.settings == {
            "model": "large", "key_env": "VIVA_TEST_KEY", "price_prompt": 0.15, "price_completion": 0.6,
        }  # fmt: skip


async def test_an_endpoint_that_cannot_be_added_is_told_and_kept(bench: Workbench) -> None:
    endpoint(bench)
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        await press(pilot, "a", "enter")
        assert "The name here: up to 64 letters" in flowing(app)
        await put(pilot, url="http://h/v1", model="m", name="gpt", key_env="sk-123")
        assert "the key never belongs here" in flowing(app)
        await put(pilot, key_env="")
        await press(pilot, "ctrl+s")
        assert "there is a model gpt already: choose another name" in flowing(app)
        assert app.screen.query_one("#url", Input).value == "http://h/v1"
        await press(pilot, "escape")
        assert app.screen is screen


@pytest.mark.slow
async def test_the_forms_live_through_hostile_texts(bench: Workbench) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in HOSTILE]
    with bench.store.write() as connection:
        for number, text in enumerate(texts):
            settings = {"model": text, "key_env": "X" + text[:40]}
            models.add(connection, Model(str(number), text, ModelKind.ENDPOINT, text, None, text, settings))
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        screen = await opened(pilot, bench)
        assert [model.name for model in screen.known.models] == [*texts, "starter"]
        for text in texts:
            screen._show_fields({text: (text,), "good": ("one",)})
            await put(pilot, way="taxonomy", model=text, dataset=text)
            assert not FORBIDDEN.search(painted(app))
            await put(pilot, way="domains", topic=text, domains=text, components=text)
            await press(pilot, "ctrl+s")
            assert app.screen is screen
            assert not FORBIDDEN.search(painted(app))


@SIZES
async def test_a_running_job_tells_calls_tokens_cost_and_what_went_wrong(
    bench: Workbench, size: tuple[int, int]
) -> None:
    app = VivaApp(bench)
    events = [{"event": "start", "total": 9, "unit": "call"}, PROGRESS]
    with alive(bench, "1", "bees by gpt", kind=JobKind.SYNTHESISE, events=events) as job:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            app.push_screen(JobScreen(bench, job))
            await settle(pilot)
            assert "3 of 9 calls · 1,200 tokens · cost 0.50 · 1 failed · 2 asked again" in flowing(app)
            assert "Nothing so far" in flowing(app)


@SIZES
async def test_a_finished_job_tells_what_came_in_and_why_the_rest_did_not(
    bench: Workbench, size: tuple[int, int]
) -> None:
    result = {"examples": 20, "failed": 1, "calls": 24, "dataset": "bees", "version": 1}
    directory = add_job(
        bench, "1", "bees by gpt", kind=JobKind.SYNTHESISE, status=JobStatus.DONE, result=result, log="printed"
    )
    failure = '{"what": "a question", "reason": "no JSON [/foo]", "reply": "I am \\u001b]52;c;x\\u0007 sorry"}\n'
    (directory.path / "failures.jsonl").write_text(failure)
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        app.push_screen(JobScreen(bench, directory.job()))
        await settle(pilot)
        assert "20 examples came in: the dataset bees 1 failed, see below · 24 calls" in flowing(app)
        assert "1 × no JSON [/foo] a question The model said: I am ␛]52;c;x␇ sorry" in flowing(app)
        assert not FORBIDDEN.search(painted(app))
        await press(pilot, "v")
        assert "printed" in flowing(app)
        assert "no JSON" not in flowing(app)
        await press(pilot, "v")
        assert "no JSON" in flowing(app)


async def test_a_failed_job_without_failures_shows_its_log(bench: Workbench) -> None:
    directory = add_job(
        bench, "1", "bees by gpt", kind=JobKind.PAPERS, status=JobStatus.FAILED, error="out of memory", log="printed"
    )
    app = VivaApp(bench)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        app.push_screen(JobScreen(bench, directory.job()))
        await settle(pilot)
        await settle(pilot)
        assert "printed" in flowing(app)
