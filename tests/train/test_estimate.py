"""An estimate says what a training needs, whether that is there, and the nearest setting that fits."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training import configure, tiny_recipe
from viva.errors import BadInput
from viva.events import EventWriter
from viva.records.recipe import Recipe
from viva.records.training import Fit
from viva.train import estimate, machine
from viva.train.estimate import Question, changes, nearest, verdict
from viva.train.lengths import Dataset

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")


class Shape:
    hidden_size, intermediate_size = 64, 128


class Priced(Question):
    """A question whose answer is simple: so many bytes a token in a batch, less for each saving."""

    def parts(self, recipe: Recipe) -> dict[str, int]:
        length = min(max(self.rows.train), recipe.max_length)
        activations = recipe.batch_size * length * (1 if recipe.checkpointing == "on" else 4)
        weights = {"none": 4000, "int8": 2000, "nf4": 1000}[recipe.quantization]
        return {"weights": weights, "activations": activations, "optimiser": 100 if "8bit" in recipe.optimizer else 400}


def priced(available: int, **corrections: float) -> Priced:
    rows = Dataset([100] * 95 + [200] * 5, [], None)
    return Priced(Shape(), rows, 100, False, "fp32", available, corrections)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny")
    make_tiny_model(path)
    return path


def estimated(config: dict[str, Any]) -> dict[str, Any]:
    stream = io.StringIO()
    estimate.estimate(EventWriter(stream), config)
    (event,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert isinstance(event, dict)
    return event


def test_it_says_what_a_training_needs_without_loading_weights(tmp_path: Path, tiny: Path) -> None:
    folder = tmp_path / "no-weights"
    folder.mkdir()
    for file in tiny.iterdir():
        if file.suffix != ".safetensors":
            (folder / file.name).write_bytes(file.read_bytes())
    found = estimated(configure(tmp_path, folder))
    assert found["device"] == "cpu"
    assert found["predicted"] == sum(found["parts"].values())
    assert (found["fit"], found["nearest"], found["correction"]) == ("fits", {}, 1.0)
    assert found["available"] > found["predicted"]
    assert (found["steps"], found["seconds"]) == (6, None)
    assert found["lengths"]["examples"] == 8


def test_earlier_measurements_correct_it_and_tell_the_time(tmp_path: Path, tiny: Path) -> None:
    config = configure(tmp_path, tiny)
    plain = estimated(config)
    known = {"corrections": {"cpu": {"none": 1.5, "nf4": 9.0}, "gpu": {"none": 7.0}}, "paces": {"cpu": 100.0}}
    found = estimated({**config, **known})
    assert found["correction"] == 1.5
    assert found["predicted"] == pytest.approx(1.5 * plain["predicted"], abs=1)
    assert found["seconds"] == pytest.approx(plain["lengths"]["tokens"] * 3 / 100)


@pytest.mark.slow
@pytest.mark.parallel
def test_what_does_not_fit_comes_with_a_setting_that_does(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configure(tmp_path, tiny, rows=64, batch_size=64)
    needed = estimated(config)["predicted"]
    monkeypatch.setattr(machine, "available_bytes", lambda cuda: needed - (1 << 20))
    found = estimated(config)
    assert found["fit"] == "does not fit"
    assert found["nearest"] == {"checkpointing": "on"}


def test_nothing_to_train_on_is_an_error(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BadInput, match="nothing to train on"):
        estimated(configure(tmp_path, tiny, max_length=8))


@pytest.mark.parametrize(("predicted", "fit"), [
    (0, Fit.FITS), (90, Fit.FITS), (91, Fit.TIGHT), (100, Fit.TIGHT), (101, Fit.DOES_NOT_FIT),
])  # fmt: skip
def test_less_than_a_tenth_to_spare_is_tight(predicted: int, fit: Fit) -> None:
    assert verdict(predicted, 100) is fit


@pytest.mark.parametrize(("available", "expected"), [
    # 4,400 bytes stand; 8 rows of 200 tokens take 6,400 more, with checkpointing 1,600.
    (6000, {"checkpointing": "on"}),
    (5200, {"checkpointing": "on", "batch_size": "4", "accumulation": "4"}),
    (4600, {"checkpointing": "on", "batch_size": "1", "accumulation": "16"}),
    # Four bits alone would do with the batch as it is: the smaller batch is taken back, not what saves more.
    (3100, {"checkpointing": "on", "quantization": "nf4", "double_quantization": "true"}),
    (1350, {"checkpointing": "on", "batch_size": "1", "accumulation": "16", "quantization": "nf4",
            "double_quantization": "true", "optimizer": "paged_adamw_8bit"}),
    (1220, {"checkpointing": "on", "batch_size": "1", "accumulation": "16", "quantization": "nf4",
            "double_quantization": "true", "optimizer": "paged_adamw_8bit", "max_length": "100"}),
    (1000, {}),
])  # fmt: skip
def test_the_nearest_setting_is_the_least_harmful_that_fits(available: int, expected: dict[str, str]) -> None:
    pytest.importorskip("bitsandbytes")
    recipe = tiny_recipe(batch_size=8, accumulation=2, max_length=512, checkpointing="off")
    question = priced(available)
    found = nearest(question, recipe)
    assert found == expected
    if found:
        assert question.fits(replace(recipe, **_typed(found)))


def test_corrections_count_by_the_quantization_that_was_measured() -> None:
    recipe = tiny_recipe(batch_size=1, max_length=512, checkpointing="on")
    assert priced(4600).fits(recipe)
    assert not priced(4600, none=1.1).fits(recipe)
    assert priced(4600, nf4=1.1).fits(recipe)


def test_a_processor_that_cannot_is_not_asked_for_four_bits() -> None:
    question = priced(0)
    question.config.__class__.hidden_size = 96
    try:
        tried = [change for change in changes(tiny_recipe(), question) if "quantization" in change]
    finally:
        question.config.__class__.hidden_size = 64
    assert tried == []


def test_the_memory_left_is_that_of_the_tightest_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proc, groups = tmp_path / "proc", tmp_path / "groups"
    (proc / "self").mkdir(parents=True)
    (proc / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable: 8000 kB\n")
    (proc / "self" / "status").write_text("Name: python\nVmHWM: 300 kB\nRssAnon: 100 kB\n")
    (groups / "job" / "step").mkdir(parents=True)
    monkeypatch.setattr(machine, "PROC", proc)
    monkeypatch.setattr(machine, "CGROUPS", groups)
    assert machine.available_bytes(cuda=False) == 8100 * 1024
    assert machine.peak_bytes(cuda=False) == 300 * 1024

    (proc / "self" / "cgroup").write_text("0::/job/step\n")
    (groups / "job" / "memory.max").write_text(f"{5000 * 1024}\n")
    (groups / "job" / "memory.current").write_text(f"{2000 * 1024}\n")
    (groups / "job" / "memory.stat").write_text(f"anon 1\ninactive_file {500 * 1024}\n")
    (groups / "job" / "step" / "memory.max").write_text("max\n")
    (groups / "job" / "step" / "memory.current").write_text("1\n")
    assert machine.available_bytes(cuda=False) == 3600 * 1024

    (proc / "self" / "cgroup").write_text("4:cpu,memory:/\n3:pids:/\n")
    (groups / "memory").mkdir()
    (groups / "memory" / "memory.limit_in_bytes").write_text(f"{1000 * 1024}")
    (groups / "memory" / "memory.usage_in_bytes").write_text(f"{1 * 1024}")
    assert machine.available_bytes(cuda=False) == 1099 * 1024
    (groups / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712")
    assert machine.available_bytes(cuda=False) == 8100 * 1024


def _typed(found: dict[str, str]) -> dict[str, Any]:
    whole = {"batch_size", "accumulation", "max_length"}
    return {key: int(value) if key in whole else value == "true" if value in ("true", "false") else value
            for key, value in found.items()}  # fmt: skip
