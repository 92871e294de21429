"""Every shipped recipe trains the starter model for real, on the CPU, as it is but for its length and its data."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.training import configure, train
from viva.dataset.conversations import from_sharegpt
from viva.paths import shipped
from viva.records.recipe import Format
from viva.train.recipes import apply_overrides, load_recipe

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parallel,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
    pytest.mark.filterwarnings("ignore::FutureWarning:trl"),
    pytest.mark.filterwarnings("ignore:Paged optimizers are not supported on CPU"),
]

GLAIVE = Path(__file__).parents[2].parent / "shared" / "data" / "glaive_toolcall_en_demo.json"
STARTER = shipped("models", "starter")
SINGLE = ("starter-lora", "vad-qlora", "fields-lora", "papers-packed")


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def bundled(split: str, count: int) -> list[dict[str, Any]]:
    with shipped("datasets", "vad.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    return [{"question": row["question"], "reference": row["reference"]} for row in rows[:count]]


def config(folder: Path, name: str, **changes: str) -> dict[str, Any]:
    recipe = apply_overrides(load_recipe(shipped("recipes", f"{name}.toml")), {"probe_tokens": "4", **changes})
    told = configure(folder, STARTER, recipe=recipe)
    told["train"] = write(folder / "train.jsonl", bundled("train", 8))
    told["validation"] = write(folder / "validation.jsonl", bundled("validation", 2))
    return told


def check(events: list[dict[str, Any]], name: str) -> dict[str, Any]:
    done = events[-1]
    assert done["event"] == "done"
    assert done["steps"] == events[0]["total"] > 0
    settings = json.loads(Path(done["adapter"], "training.json").read_text("utf-8"))
    assert settings["recipe"]["name"] == name
    assert any("loss" in event.get("values", {}) for event in events)
    assert any(event["event"] == "probe" for event in events)
    return settings


@pytest.mark.parametrize("name", SINGLE)
def test_a_recipe_trains_the_starter(tmp_path: Path, name: str) -> None:
    settings = check(train(config(tmp_path, name, epochs="1")), name)
    assert settings["trainable"] > 0


def test_qlora_holds_the_base_in_four_bits_and_learns(tmp_path: Path) -> None:
    import torch
    from bitsandbytes.nn import Linear4bit  # type: ignore[import-not-found,unused-ignore]

    from viva.train.building import build

    built = build(config(tmp_path, "vad-qlora"))
    layers = [module for module in built.model.modules() if isinstance(module, Linear4bit)]
    assert len(layers) == 7 * built.model.config.num_hidden_layers
    [state] = {
        (layer.weight.quant_state.quant_type, layer.weight.quant_state.nested, layer.compute_dtype) for layer in layers
    }
    assert state == ("nf4", True, torch.float16)
    told = config(tmp_path, "vad-qlora", epochs="6", accumulation="1", learning_rate="3e-3", evaluations="2")
    events = train(told)
    losses = [event["values"]["loss"] for event in events if "loss" in event.get("values", {})]
    assert sum(losses[-8:]) < sum(losses[:8])


@pytest.mark.parametrize("form", [str(form) for form in Format if form != Format.CHAT])
def test_each_of_the_six_formats_runs(tmp_path: Path, form: str) -> None:
    events = train(config(tmp_path, "papers-packed", format=form, epochs="1"))
    assert events[-1]["event"] == "done"
    assert ("adapter" in events[-1]) is (form != "base")


@pytest.mark.skipif(not GLAIVE.exists(), reason="the shared data are not here")
def test_chat_lora_trains_on_conversations_with_function_calls(tmp_path: Path) -> None:
    rows = []
    for row in json.loads(GLAIVE.read_text("utf-8"))[:12]:
        messages, tools, _ = from_sharegpt(row["conversations"], row.get("system"), row.get("tools"))
        rows.append({"question": "q", "reference": "r", "messages": messages, "tools": tools})
    assert any(message.get("tool_calls") for row in rows for message in row["messages"])
    told = config(tmp_path, "chat-lora", epochs="1")
    told["train"], told["validation"] = write(tmp_path / "a.jsonl", rows[:10]), write(tmp_path / "b.jsonl", rows[10:])
    events = train(told)
    check(events, "chat-lora")
    assert events[0]["dropped"] == {"train": 0, "validation": 0}


def test_the_search_runs_for_real(tmp_path: Path) -> None:
    told = {**config(tmp_path, "cs-qlora-sweep", epochs="1", trials="2"), "output": str(tmp_path / "sweep")}
    path = tmp_path / "config.json"
    path.write_text(json.dumps(told), "utf-8")
    command = [sys.executable, "-m", "viva.train.sweep", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    states = {event["number"]: event["state"] for event in events if event["event"] == "trial"}
    assert set(states) == {0, 1}
    assert "failed" not in states.values()
    settings = json.loads(Path(events[-1]["adapter"], "training.json").read_text("utf-8"))
    assert settings["recipe"]["name"] == "cs-qlora-sweep"
    assert settings["recipe"]["target_modules"] == ["q_proj", "v_proj"]
