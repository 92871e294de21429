"""The list of models: details, adding, checking, exporting."""

import json
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Select

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.jobs_on_disk import add_job
from tests.fakes.screen import SIZES, SMALL, USUAL, flowing, painted, press, settle
from viva.errors import BadInput
from viva.records.job import Job, JobKind, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.model_check import ModelCheck
from viva.records.training import Equivalence
from viva.store import models
from viva.tui.app import VivaApp
from viva.tui.screens.endpoint_add import EndpointAddScreen
from viva.tui.screens.job import JobScreen
from viva.tui.screens.model_add import ModelAddScreen
from viva.tui.screens.models import ModelsScreen
from viva.workbench import Workbench

SAME = Equivalence("tuned", "tuned-merged", "merged", 20, 3.1e-6, 1e-9, 1.0, 20, 0.0, True)
FACTS = {
    "recipe": {"name": "starter-lora", "title": "Starter"}, "data": "vad", "train": 93, "validation": 15,
    "best_eval_loss": 1.23456, "best_step": 120, "steps": 138, "seconds": 43.2,
}  # fmt: skip


class FakeExports:
    """Notes what is to be exported; the job is one that has ended."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.made: list[tuple[str, str, str]] = []

    def start(self, model: str, form: str, name: str | None = None, quantize: str = "f16") -> Job:
        self.made.append((model, form, quantize))
        return add_job(self.workbench, "20260101-1", "tuned", kind=JobKind.EXPORT, status=JobStatus.DONE).job()

    def equivalences(self, model: str | None = None) -> list[Equivalence]:
        return [SAME] if model == "tuned" else []


@pytest.fixture
def exports(bench: Workbench) -> FakeExports:
    """A workspace with an adapter, a hub model and an endpoint beside the built-in model."""
    adapter = bench.paths.root / "adapter"
    adapter.mkdir()
    (adapter / "training.json").write_text(json.dumps(FACTS))
    bench.models.starter()
    settings = {"model": "llama3", "key_env": "OPENAI_KEY", "api_key": "sk-secret"}
    with bench.store.write() as connection:
        models.add(connection, Model("a", "tuned", ModelKind.ADAPTER, str(adapter), "starter", "starter-lora on vad"))
        models.add(connection, Model("h", "llama", ModelKind.HUB, "meta-llama/Llama-3.2-3B"))
        models.add(connection, Model("e", "gpt", ModelKind.ENDPOINT, "http://127.0.0.1:9/v1", None, "", settings))
    bench.__dict__["exports"] = FakeExports(bench)
    return bench.__dict__["exports"]  # type: ignore[no-any-return]


def footer(app: VivaApp) -> str:
    return painted(app).splitlines()[-1]


def pane(app: VivaApp) -> str:
    """Return what the pane of details says, beside the list or below it."""
    return " ".join(" ".join(line.rpartition("│")[2] for line in painted(app).splitlines()).split())


@SIZES
async def test_the_list_says_what_each_model_is_and_the_pane_what_is_known(
    bench: Workbench, exports: FakeExports, size: tuple[int, int]
) -> None:
    app = VivaApp(bench)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "m")
        assert isinstance(app.screen, ModelsScreen)
        shown = flowing(app)
        assert "tuned adapter over starter · starter-lora on" in shown
        assert "llama hub meta-llama/Llama-3.2-3B" in shown
        await press(pilot, "down")
        await press(pilot, "enter", "end")
        shown = pane(app)
        if size == USUAL:
            assert "starter-lora: Starter" in shown
            assert "1.2346 at step 120" in shown
        assert "largest logit difference 3.1e-06" in shown
        await press(pilot, "tab", "down", "down")
        assert "OPENAI_KEY" in pane(app)
        assert "sk-secret" not in painted(app)


async def test_systems_are_counted(filled: Workbench) -> None:
    filled.__dict__["exports"] = FakeExports(filled)
    app = VivaApp(filled, "models")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "2 models" in painted(app)
        assert all(line.rstrip().endswith("1") for line in painted(app).splitlines()[3:5])


async def test_a_real_adapter_without_exports_is_told(filled: Workbench) -> None:
    app = VivaApp(filled, "models")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down")
        assert "/nowhere/tuned (it is not there)" in pane(app)
        assert "Merged or exported" not in pane(app)


async def test_an_empty_workspace_has_the_built_in_model_and_says_how_to_add_more(bench: Workbench) -> None:
    bench.__dict__["exports"] = FakeExports(bench)
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "starter" in painted(app)
        assert "i adds one" in flowing(app)


async def test_only_models_with_weights_here_are_exported(bench: Workbench, exports: FakeExports) -> None:
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down", "e")
        assert "Merged weights" in painted(app)
        await press(pilot, "escape", "down", "e")
        assert "Merged weights" not in painted(app)
        assert "GGUF, 8 bits" in painted(app)
        await press(pilot, "escape", "down")
        assert "Export" not in footer(app)
        await press(pilot, "e")
        assert isinstance(app.screen, ModelsScreen)


async def test_an_export_starts_a_job_and_shows_it(bench: Workbench, exports: FakeExports) -> None:
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "down", "e", "end", "enter")
        assert exports.made == [("tuned", "gguf", "q8_0")]
        assert isinstance(app.screen, JobScreen)


async def test_an_export_that_cannot_start_is_told(
    bench: Workbench, exports: FakeExports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any, **named: Any) -> Job:
        raise BadInput("the weights of [/foo] are gone", "train it again")

    monkeypatch.setattr(exports, "start", refuse)
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "down", "e", "enter")
        assert isinstance(app.screen, ModelsScreen)
        assert "the weights of [/foo] are gone" in flowing(app)


@SIZES
async def test_a_check_says_in_a_line_what_a_model_is_or_what_is_wrong(
    bench: Workbench, exports: FakeExports, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    def check(name: str) -> ModelCheck:
        if name == "llama":
            raise BadInput("meta-llama/Llama-3.2-3B is gated", "ask for access on its page")
        return ModelCheck(name, "LlamaForCausalLM", 2_000_000, 512, False, 4096, "LoRA")

    monkeypatch.setattr(bench.models, "check", check)
    app = VivaApp(bench, "models")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "down", "c")
        assert "✓ LlamaForCausalLM · 2.0 million parameters" in pane(app)
        await press(pilot, "down", "c")
        assert "✗ meta-llama/Llama-3.2-3B is gated: ask for access on its page" in pane(app)
        await press(pilot, "up")
        assert "✓ LlamaForCausalLM" in pane(app)
        await press(pilot, "down", "down")
        assert "Check" not in footer(app)


async def chosen(pilot: Any, *keys: str) -> None:
    await settle(pilot)
    await press(pilot, "i", *keys, "enter")


async def test_a_hub_model_is_added_with_a_name_made_of_its_id(bench: Workbench, exports: FakeExports) -> None:
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await chosen(pilot)
        assert isinstance(app.screen, ModelAddScreen)
        await press(pilot, *"org/small-1", "enter")
        assert isinstance(app.screen, ModelsScreen)
        assert "Added small-1; c checks whether it can be read" in flowing(app)
        assert "small-1" in painted(app)
    assert bench.models.get("small-1").location == "org/small-1"


WRONG = [
    ("", None, "Type a hub id or a directory"),
    ("a b", None, "A hub id is like owner/name, a directory like /path/to/it"),
    ("/nowhere/at/all", None, "there is no /nowhere/at/all on this machine"),
    ("org/other", "tuned", "there is a model tuned already: choose another name"),
    ("org/other", "-x", "The name here: up to 64 letters"),
    ("\x1b[2J[/foo]\u202e/", "x", "on this machine: type its full path"),
    ("\x1b[2J[foo]\u202e", "x", "A hub id is like owner/name"),
]


async def test_what_cannot_be_added_stays_in_the_form(bench: Workbench, exports: FakeExports) -> None:
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL) as pilot:
        await chosen(pilot)
        for location, name, said in WRONG:
            app.screen.query_one("#location", Input).value = location
            if name is not None:
                app.screen.query_one("#name", Input).value = name
            await settle(pilot)
            await press(pilot, "ctrl+s")
            assert isinstance(app.screen, ModelAddScreen)
            assert said in flowing(app)
            assert app.screen.query_one("#location", Input).value == location
            assert not FORBIDDEN.search(painted(app))


async def test_an_adapter_names_the_model_it_lies_over(bench: Workbench, exports: FakeExports, tmp_path: Path) -> None:
    directory = tmp_path / "mine"
    directory.mkdir()
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL) as pilot:
        await chosen(pilot, "down")
        app.screen.query_one("#location", Input).value = str(directory)
        await settle(pilot)
        await press(pilot, "ctrl+s")
        assert "Choose the model that the adapter was trained over" in flowing(app)
        base = app.screen.query_one("#base", Select)
        assert [value for _, value in base._options if isinstance(value, str)] == ["starter", "llama"]
        base.value = "starter"
        await press(pilot, "ctrl+s")
        assert "mine is no adapter" in flowing(app)
        (directory / "adapter_config.json").write_text("{}")
        (directory / "adapter_model.safetensors").write_bytes(b"x")
        await press(pilot, "ctrl+s")
        assert isinstance(app.screen, ModelsScreen)
    assert bench.models.get("mine").base == "starter"


async def test_an_endpoint_has_its_own_form(bench: Workbench, exports: FakeExports) -> None:
    app = VivaApp(bench, "models")
    async with app.run_test(size=SMALL) as pilot:
        await chosen(pilot, "end")
        assert isinstance(app.screen, EndpointAddScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, ModelsScreen)


@SIZES
async def test_hostile_models_live_in_the_list_and_the_details(bench: Workbench, size: tuple[int, int]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in HOSTILE if text]
    with bench.store.write() as connection:
        for number, text in enumerate(texts):
            kind = list(ModelKind)[1 + number % 3]
            models.add(connection, Model(str(number), text, kind, text, text, text, {"model": text, "key_env": text}))
    bench.__dict__["exports"] = FakeExports(bench)
    app = VivaApp(bench, "models")
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for _ in texts:
            assert not FORBIDDEN.search(painted(app))
            await press(pilot, "down")
