"""The training program learns completions only, keeps the best adapter, counts what it cuts, and can go on."""

import io
import json
import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from viva.errors import BadInput
from viva.events import EventWriter
from viva.records.model import Decoding
from viva.records.prompt import CHAT
from viva.train import program
from viva.train.program import IGNORED, Rows, choose_device, encode, last_checkpoint

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

RECIPE: dict[str, Any] = {
    "name": "tiny", "title": "Tiny", "description": "For tests", "base": "tiny", "rank": 4, "alpha": 8,
    "dropout": 0.0, "target_modules": "all-linear", "learning_rate": 0.01, "schedule": "cosine", "warmup": 0.1,
    "epochs": 3.0, "batch_size": 4, "accumulation": 1, "max_length": 128, "weight_decay": 0.0,
    "precision": "fp32", "evaluations_per_epoch": 1, "patience": 0, "seed": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny")
    make_tiny_model(path)
    return path


def pairs(path: Path, count: int) -> str:
    rows = [{"question": f"What about {i}?", "reference": f"A camera waits {i} times."} for i in range(count)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def configure(folder: Path, base: Path, *, validation: int = 4, resume: bool = False, **recipe: Any) -> dict[str, Any]:
    return {
        "base": str(base),
        "prompt": CHAT,
        "recipe": {**RECIPE, **recipe},
        "train": pairs(folder / "train.jsonl", 8),
        "validation": pairs(folder / "validation.jsonl", validation) if validation else None,
        "output": str(folder / "out"),
        "resume": resume,
    }


def train(config: dict[str, Any]) -> list[dict[str, Any]]:
    stream = io.StringIO()
    program.train(EventWriter(stream), config)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def evaluations(events: list[dict[str, Any]]) -> dict[int, float]:
    logs = [event for event in events if event["event"] == "log"]
    return {log["step"]: log["values"]["eval_loss"] for log in logs if "eval_loss" in log["values"]}


def test_a_run_reports_its_way_and_leaves_an_adapter_that_works_from_anywhere(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(configure(tmp_path, tiny)), "utf-8")
    command = [sys.executable, "-m", "viva.train.program", str(tmp_path / "config.json")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    start, *middle, done = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (start["event"], start["total"], start["unit"], start["done"]) == ("start", 6, "step", 0)
    assert (start["train"], start["validation"]) == (8, 4)
    assert {event["event"] for event in middle} == {"log", "best"}
    assert done["event"] == "done"
    losses = evaluations(middle)
    assert list(losses) == [2, 4, 6]
    assert done["best_eval_loss"] == min(losses.values()) == losses[done["best_step"]]

    adapter = Path(done["adapter"])
    assert adapter.is_absolute()
    assert json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"] == str(tiny)
    settings = json.loads((adapter / "training.json").read_text())
    assert settings["recipe"] == RECIPE
    assert (settings["base"], settings["prompt"]) == (str(tiny), CHAT)
    pickles = {".bin", ".pt", ".pkl", ".pth"}
    assert not [path for path in adapter.iterdir() if path.suffix in pickles]

    from viva.generate.transformers_backend import TransformersBackend

    backend = TransformersBackend(str(adapter), str(tiny))
    assert list(backend.generate(["What?"], CHAT, Decoding(max_new_tokens=3), 1))


def test_a_run_that_was_cut_off_ends_with_the_same_adapter(tmp_path: Path, tiny: Path) -> None:
    config = configure(tmp_path, tiny)
    train(config)
    weights = tmp_path / "out" / "adapter" / "adapter_model.safetensors"
    whole = weights.read_bytes()
    checkpoints = tmp_path / "out" / "checkpoints"
    weights.unlink()
    for file in (checkpoints / "checkpoint-6").iterdir():
        # What a crash in the middle of saving leaves: a checkpoint without its last file.
        if file.name == "trainer_state.json":
            file.unlink()
    events = train({**config, "resume": True})
    assert events[0]["done"] == 4
    assert next(event["step"] for event in events if event["event"] == "log") == 5
    assert weights.read_bytes() == whole


def test_a_fresh_run_leaves_nothing_of_an_earlier_one(tmp_path: Path, tiny: Path) -> None:
    stale = tmp_path / "out" / "checkpoints" / "checkpoint-99"
    stale.mkdir(parents=True)
    (stale / "trainer_state.json").write_text("{}")
    events = train(configure(tmp_path, tiny, epochs=1.0))
    assert events[0]["done"] == 0
    assert not stale.exists()


def test_the_best_step_is_kept_and_a_run_that_gets_worse_stops_early(tmp_path: Path, tiny: Path) -> None:
    events = train(configure(tmp_path, tiny, learning_rate=2.0, schedule="constant", patience=1, epochs=9.0))
    losses = evaluations(events)
    done = events[-1]
    assert done["steps"] < events[0]["total"]
    assert done["best_step"] == min(losses, key=lambda step: losses[step])
    assert [event["step"] for event in events if event["event"] == "best"][-1] == done["best_step"]


def test_a_model_without_a_chat_template_is_trained_on_plain_text_and_without_validation(tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "plain", chat=False)
    events = train(configure(tmp_path, tmp_path / "plain", validation=0, epochs=1.0))
    assert evaluations(events) == {}
    assert events[-1]["best_step"] == events[-1]["steps"] == 2
    assert events[-1]["best_eval_loss"] is None


def test_nothing_to_train_on_is_bad_input(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(BadInput, match="nothing to train on"):
        train(configure(tmp_path, tiny, max_length=8))


def test_a_base_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be loaded"):
        train(configure(tmp_path, tmp_path / "none"))


@pytest.mark.parametrize("chat", [True, False])
def test_only_the_completion_and_its_end_mark_count(tmp_path: Path, chat: bool) -> None:
    _, tokenizer = make_tiny_model(tmp_path / "model", chat=chat)
    rows = Rows(pairs(tmp_path / "pairs.jsonl", 1), tokenizer, CHAT, 128)
    labels = rows.kept[0]["labels"]
    counted = [token for token in labels if token != IGNORED]
    text = tokenizer.decode(counted)
    assert text.strip() == "A camera waits 0 times.<|im_end|>"
    assert labels.index(counted[0]) == len(labels) - len(counted)


@pytest.mark.parametrize("chat", [True, False])
def test_the_prompt_in_training_is_the_prompt_in_generation(tmp_path: Path, chat: bool) -> None:
    from viva.generate.transformers_backend import TransformersBackend

    _, tokenizer = make_tiny_model(tmp_path, chat=chat)
    tokens, start = encode(tokenizer, CHAT, "Why?", "Because.")
    batch = next(TransformersBackend(str(tmp_path)).generate(["Why?"], CHAT, Decoding(max_new_tokens=1), 1))
    assert start == batch[0].prompt_tokens
    prompt = "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n" if chat else "Question: Why?\nApproach:"
    assert tokenizer.decode(tokens[:start]) == prompt


def test_rows_that_are_cut_or_dropped_are_counted(tmp_path: Path) -> None:
    _, tokenizer = make_tiny_model(tmp_path / "model")
    path = pairs(tmp_path / "pairs.jsonl", 3)
    tokens, start = encode(tokenizer, CHAT, "What about 0?", "A camera waits 0 times.")
    whole = Rows(path, tokenizer, CHAT, len(tokens))
    assert (len(whole.kept), whole.truncated, whole.dropped) == (3, 0, 0)
    cut = Rows(path, tokenizer, CHAT, start + 1)
    assert (len(cut.kept), cut.truncated, cut.dropped) == (3, 3, 0)
    assert {len(row["input_ids"]) for row in cut.kept} == {start + 1}
    dropped = Rows(path, tokenizer, CHAT, start)
    assert (len(dropped.kept), dropped.truncated, dropped.dropped) == (0, 0, 3)


def test_a_file_of_pairs_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_text("{", "utf-8")
    with pytest.raises(BadInput, match=r"pairs\.jsonl cannot be read"):
        program.read_pairs(tmp_path / "pairs.jsonl")


def test_a_checkpoint_counts_only_when_it_was_written_whole(tmp_path: Path) -> None:
    for step in (2, 10, 12):
        (tmp_path / f"checkpoint-{step}").mkdir()
    for step in (2, 10):
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-10"
    assert last_checkpoint(tmp_path / "none") is None


def test_the_precision_fits_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == ("cpu", "fp32")
    assert choose_device("bf16") == ("cpu", "bf16")
    with pytest.raises(BadInput, match="fp16 needs a GPU"):
        choose_device("fp16")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "GPU")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    assert choose_device("auto") == ("cuda (GPU)", "fp16")


def test_a_loss_that_is_no_number_ends_the_run() -> None:
    from viva.train.reporter import Reporter

    state = SimpleNamespace(global_step=7, epoch=1.0)
    with pytest.raises(BadInput, match="diverged: the loss is no number at step 7"):
        Reporter(EventWriter(io.StringIO())).on_log(None, state, None, logs={"loss": math.nan})
