"""The training program keeps the best adapter, tells its way, can be paused, and goes on where it was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training import configure, evaluations, losses, tiny_recipe, train
from viva.errors import BadInput
from viva.records.model import Decoding
from viva.records.prompt import CHAT, PLAIN
from viva.train import program
from viva.train.building import choose_device, use_one_gpu

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
    pytest.mark.filterwarnings("ignore::FutureWarning:trl"),
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny")
    make_tiny_model(path)
    return path


def named(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == name]


def test_a_run_reports_its_way_and_leaves_an_adapter_that_works_from_anywhere(tmp_path: Path, tiny: Path) -> None:
    config = configure(tmp_path, tiny, probe_tokens=8)
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    command = [sys.executable, "-m", "viva.train.program", str(tmp_path / "config.json")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    start, *middle, done = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (start["event"], start["total"], start["unit"], start["done"]) == ("start", 6, "step", 0)
    assert (start["train"], start["validation"], start["device"]) == (8, 4, "cpu")
    assert {event["event"] for event in middle} == {"log", "best", "probe", "checkpoint"}
    assert done["event"] == "done"
    validation = evaluations(middle)
    assert list(validation) == [2, 4, 6]
    assert done["best_eval_loss"] == min(validation.values()) == validation[done["best_step"]]
    assert list(losses(middle)) == [1, 2, 3, 4, 5, 6]
    logged = next(event["values"] for event in middle if "loss" in event.get("values", {}))
    assert {"learning_rate", "grad_norm", "memory", "tokens_per_second"} <= set(logged)
    assert [event["step"] for event in named(middle, "checkpoint")] == [2, 4, 6]
    assert [(event["step"], event["source"]) for event in named(middle, "probe")] == [(s, "unseen") for s in (2, 4, 6)]

    adapter = Path(done["adapter"])
    assert adapter.is_absolute()
    assert json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"] == str(tiny)
    settings = json.loads((adapter / "training.json").read_text())
    assert settings["recipe"] == config["recipe"]
    assert (settings["base"], settings["prompt"]) == (str(tiny), CHAT)
    card = (adapter / "README.md").read_text("utf-8")
    assert "on pairs, version 1" in card
    assert f"(validation loss {done['best_eval_loss']:.4f})" in card
    assert "| learning_rate | 0.01 |" in card
    pickles = {".bin", ".pt", ".pkl", ".pth"}
    assert not [path for path in adapter.iterdir() if path.suffix in pickles]

    from viva.generate.transformers_backend import TransformersBackend

    backend = TransformersBackend(str(adapter), str(tiny))
    assert list(backend.generate(["What?"], CHAT, Decoding(max_new_tokens=3), 1))


def test_a_run_that_was_cut_off_ends_with_the_same_adapter(tmp_path: Path, tiny: Path) -> None:
    config = configure(tmp_path, tiny)
    whole_events = train(config)
    weights = tmp_path / "out" / "adapter" / "adapter_model.safetensors"
    whole = weights.read_bytes()
    weights.unlink()
    # What a crash in the middle of saving leaves: a checkpoint whose optimiser was written in part.
    torn = tmp_path / "out" / "checkpoints" / "checkpoint-6" / "optimizer.pt"
    torn.write_bytes(torn.read_bytes()[:100])
    events = train({**config, "resume": True})
    assert events[0]["done"] == 4
    assert losses(events) == {step: loss for step, loss in losses(whole_events).items() if step > 4}
    assert weights.read_bytes() == whole


def test_a_paused_run_goes_on_where_it_was(tmp_path: Path, tiny: Path) -> None:
    whole = train(configure(tmp_path, tiny))
    part = tmp_path / "part"
    part.mkdir()
    config = configure(part, tiny)
    Path(config["pause"]).touch()
    paused = train(config)
    assert paused[-1] == {"event": "done", "paused": True, "step": 1}
    assert not (part / "out" / "adapter").exists()
    Path(config["pause"]).unlink()
    rest = train({**config, "resume": True})
    assert rest[0]["done"] == 1
    assert losses(paused) | losses(rest) == losses(whole)
    assert evaluations(rest) == evaluations(whole)


def test_a_changed_recipe_does_not_go_on_from_an_old_checkpoint(tmp_path: Path, tiny: Path) -> None:
    train(configure(tmp_path, tiny, epochs=1))
    with pytest.raises(BadInput, match="made with another recipe"):
        train({**configure(tmp_path, tiny, epochs=2), "resume": True})


def test_a_fresh_run_leaves_nothing_of_an_earlier_one(tmp_path: Path, tiny: Path) -> None:
    stale = tmp_path / "out" / "checkpoints" / "checkpoint-99"
    stale.mkdir(parents=True)
    (stale / "trainer_state.json").write_text("{}")
    events = train(configure(tmp_path, tiny, epochs=1))
    assert events[0]["done"] == 0
    assert not stale.exists()


def test_the_best_step_is_kept_and_a_run_that_gets_worse_stops_early(tmp_path: Path, tiny: Path) -> None:
    changes = {"learning_rate": 2.0, "schedule": "constant", "patience": 1, "epochs": 9, "evaluations": 9}
    events = train(configure(tmp_path, tiny, **changes))
    validation = evaluations(events)
    done = events[-1]
    assert done["steps"] < events[0]["total"]
    assert done["best_step"] == min(validation, key=lambda step: validation[step])
    assert named(events, "best")[-1]["step"] == done["best_step"]


def test_the_last_step_is_kept_where_the_recipe_says_so(tmp_path: Path, tiny: Path) -> None:
    changes = {"learning_rate": 2.0, "schedule": "constant", "keep": "last", "epochs": 2, "evaluations": 2}
    events = train(configure(tmp_path, tiny, **changes))
    done = events[-1]
    assert done["best_step"] == done["steps"] == 4
    assert done["best_eval_loss"] == evaluations(events)[4] > min(evaluations(events).values())


def test_patience_is_not_forgotten_by_a_pause(tmp_path: Path, tiny: Path) -> None:
    changes = {"learning_rate": 2.0, "schedule": "constant", "patience": 2, "epochs": 9, "evaluations": 18}
    whole = train(configure(tmp_path, tiny, **changes))
    stopped = whole[-1]["steps"]
    assert 2 < stopped < 18
    part = tmp_path / "part"
    part.mkdir()
    config = configure(part, tiny, **changes)
    Path(config["pause"]).touch()
    for _ in range(stopped - 1):
        # One step at a time.
        assert train({**config, "resume": True})[-1]["paused"]
    Path(config["pause"]).unlink()
    assert train({**config, "resume": True})[-1]["steps"] == stopped
    # Cut off after it had stopped, before its adapter was written.
    again = train({**config, "resume": True})
    assert (again[-1]["steps"], again[-1]["best_step"]) == (stopped, whole[-1]["best_step"])
    assert losses(again) == {}
    one, other = (folder / "out" / "adapter" / "adapter_model.safetensors" for folder in (tmp_path, part))
    assert one.read_bytes() == other.read_bytes()


def test_a_loss_that_is_no_number_ends_the_run_and_leaves_what_was_saved(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BadInput, match="diverged: the loss is no number at step") as caught:
        train(configure(tmp_path, tiny, learning_rate=1e30, schedule="constant", epochs=50, max_grad_norm=0))
    assert "learning rate" in caught.value.hint


def test_a_model_without_a_chat_template_is_trained_on_plain_text_and_without_validation(tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "plain", chat=False)
    events = train(configure(tmp_path, tmp_path / "plain", validation=0, epochs=1))
    assert evaluations(events) == {}
    assert events[-1]["best_step"] == events[-1]["steps"] == 2
    assert events[-1]["best_eval_loss"] is None


def test_plain_text_over_a_chat_model_is_asked_for_in_plain_text(tmp_path: Path, tiny: Path) -> None:
    done = train(configure(tmp_path, tiny, epochs=1, format="question-approach"))[-1]
    assert done["prompt"] == PLAIN
    adapter = Path(done["adapter"])

    from viva.generate.transformers_backend import TransformersBackend
    from viva.workbench.generation import default_prompt

    assert default_prompt(str(adapter), str(tiny)) == PLAIN
    batch = next(TransformersBackend(str(adapter), str(tiny)).generate(["Why?"], PLAIN, Decoding(max_new_tokens=1), 1))
    from transformers import AutoTokenizer

    asked = AutoTokenizer.from_pretrained(adapter)("Question: Why?\nApproach:")["input_ids"]
    assert batch[0].prompt_tokens == len(asked)


def test_the_format_base_trains_nothing_but_measures_the_same(tmp_path: Path, tiny: Path) -> None:
    start, *middle, done = train(configure(tmp_path, tiny, format="base", probe_tokens=8))
    assert start["total"] == done["steps"] == 0
    assert [event["event"] for event in middle] == ["log", "probe", "log"][: len(middle)]
    assert evaluations(middle)[0] == done["best_eval_loss"]
    assert "adapter" not in done


def test_nothing_to_train_on_is_bad_input(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BadInput, match="nothing to train on"):
        train(configure(tmp_path, tiny, max_length=8))


def test_a_base_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        train(configure(tmp_path, tmp_path / "none"))


def test_a_recipe_of_another_viva_is_bad_input(tmp_path: Path, tiny: Path) -> None:
    config = configure(tmp_path, tiny)
    with pytest.raises(BadInput, match="written by another viva"):
        train({**config, "recipe": {**config["recipe"], "evaluations_per_epoch": 1}})


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes")])
def test_running_out_of_memory_names_the_next_smaller_setting(tmp_path: Path, error: Exception) -> None:
    with (
        pytest.raises(BadInput, match="does not fit into memory") as caught,
        program.explained(tiny_recipe(checkpointing="on"), tmp_path),
    ):
        raise error
    assert "--set batch_size=2 --set accumulation=2" in caught.value.hint


def test_what_else_goes_wrong_surfaces_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="odd"), program.explained(tiny_recipe(), tmp_path):
        raise RuntimeError("odd")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"checkpointing": "off"}, "checkpointing=on"),
        ({"checkpointing": "on", "batch_size": 3, "accumulation": 2}, "batch_size=1 --set accumulation=6"),
        ({"checkpointing": "on", "batch_size": 1}, "quantization=nf4"),
        ({"checkpointing": "on", "batch_size": 1, "quantization": "nf4"}, "max_length=64"),
    ],
)
def test_the_hint_is_the_next_setting_that_needs_less(changes: dict[str, Any], words: str) -> None:
    assert words in program.smaller(tiny_recipe(**changes))


def test_the_precision_fits_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device(tiny_recipe(precision="auto")) == ("cpu", "fp32")
    assert choose_device(tiny_recipe(precision="bf16")) == ("cpu", "bf16")
    with pytest.raises(BadInput, match="fp16 needs a GPU"):
        choose_device(tiny_recipe(precision="fp16"))
    with pytest.raises(BadInput, match="wants 2 GPUs, this machine has none"):
        choose_device(tiny_recipe(gpus=2))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "GPU")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation)
    assert choose_device(tiny_recipe(precision="auto")) == ("cuda (GPU)", "fp16")
    with pytest.raises(BadInput, match="wants 2 GPUs, this machine has 1"):
        choose_device(tiny_recipe(gpus=2))


@pytest.mark.parametrize(
    ("given", "rank", "left"), [(None, None, "0"), ("2,3", None, "2"), ("2,3", "1", "2,3"), ("", None, "")]
)
def test_one_gpu_is_used_unless_a_launcher_shares_them_out(
    monkeypatch: pytest.MonkeyPatch, given: str | None, rank: str | None, left: str
) -> None:
    for name, value in (("CUDA_VISIBLE_DEVICES", given), ("RANK", rank)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    use_one_gpu()
    assert os.environ["CUDA_VISIBLE_DEVICES"] == left
