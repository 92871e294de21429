"""Systems of one base write from one load what each writes from its own."""

import json
import os
from pathlib import Path

import pytest
import torch

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.errors import BadInput
from viva.generate.shared_base import SharedBase, load_of
from viva.generate.transformers_backend import TransformersBackend
from viva.records.model import Decoding
from viva.records.prompt import CHAT

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

QUESTIONS = ["How?", "Why is the camera blind at night?", "What " * 20, ""]
DECODING = Decoding(max_new_tokens=12)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base and two adapters over it, the second with other weights, a template of its own, and a dot in its name."""
    path = tmp_path_factory.mktemp("models")
    _, tokenizer = make_tiny_model(path / "base")
    make_tiny_adapter(path / "one", path / "base")
    make_tiny_adapter(path / "two.1", path / "base")
    weights = path / "two.1" / "adapter_model.safetensors"
    from safetensors.torch import load_file, save_file

    save_file({name: -2 * tensor for name, tensor in load_file(weights).items()}, weights)
    tokenizer.chat_template = "{% for m in messages %}Asked: {{ m.content }} {% endfor %}"
    tokenizer.save_pretrained(path / "two.1")
    return path


def texts(models: Path, name: str, shared: SharedBase | None = None, decoding: Decoding = DECODING) -> list[str]:
    base = None if name == "base" else str(models / "base")
    backend = TransformersBackend(str(models / name), base, shared=shared)
    found = [item for batch in backend.generate(QUESTIONS, CHAT, decoding, 3) for item in batch]
    return [item.text for item in sorted(found, key=lambda item: item.index)]


def test_every_system_of_a_base_writes_from_one_load_what_it_writes_alone(models: Path) -> None:
    alone = {name: texts(models, name) for name in ("base", "one", "two.1")}
    assert len({tuple(found) for found in alone.values()}) == 3
    shared = SharedBase(load_of(str(models / "base"), None))
    for name in ("base", "one", "base", "two.1", "one", "base", "two.1"):
        assert texts(models, name, shared) == alone[name], name


def test_a_base_under_a_switched_off_adapter_computes_bit_for_bit_what_it_does_alone(models: Path) -> None:
    given = torch.tensor([[1, 5, 9, 2]])
    shared = SharedBase(load_of(str(models / "base"), None))
    with torch.inference_mode():
        with shared.switched(None) as model:
            before = model(given).logits
        with shared.switched(str(models / "one")) as model:
            assert not torch.equal(model(given).logits, before)
        with shared.switched(None) as model:
            assert torch.equal(model(given).logits, before)


def test_one_adapter_is_in_memory_at_a_time(models: Path) -> None:
    shared = SharedBase(load_of(str(models / "base"), None))
    counts = []
    for name in ("one", "two.1", "one"):
        with shared.switched(str(models / name)) as model:
            counts.append(sum(weights.numel() for weights in model.parameters()))
    assert len(set(counts)) == 1


def test_a_base_and_its_adapters_are_one_load_however_its_place_is_written(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models)
    expected = load_of(str(models / "base"), None)
    assert load_of("base", None) == expected
    assert load_of(str(models / "one"), str(models / "base")) == expected
    assert load_of("two.1", os.path.join(str(models), "one", "..", "base")) == expected  # noqa: PTH118


def test_a_quantised_base_is_another_load(models: Path, tmp_path: Path) -> None:
    make_tiny_adapter(tmp_path, models / "base")
    recipe = {"quantization": "nf4", "double_quantization": True}
    (tmp_path / "training.json").write_text(json.dumps({"recipe": recipe}), "utf-8")
    load = load_of(str(tmp_path), str(models / "base"))
    assert json.loads(load.quantization) == {"quantization": "nf4", "double": True}
    assert load.base == load_of(str(models / "base"), None).base


@pytest.mark.parametrize(
    "change",
    [
        {"bias": "all"},
        {"init_lora_weights": "pissa"},
        {"layer_replication": [[0, 2]]},
        {"modules_to_save": ["embed_tokens"]},
        {"trainable_token_indices": [5]},
    ],
)
def test_an_adapter_that_changes_its_base_has_a_load_of_its_own(
    models: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    make_tiny_adapter(tmp_path, models / "base")
    config = tmp_path / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), **change}), "utf-8")
    load = load_of(str(tmp_path), str(models / "base"))
    assert load.alone
    assert load != load_of(str(models / "base"), None)


def test_what_cannot_be_laid_over_a_base_is_bad_input(models: Path, tmp_path: Path) -> None:
    config = {"peft_type": "PROMPT_TUNING", "task_type": "CAUSAL_LM", "num_virtual_tokens": 4}
    (tmp_path / "adapter_config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(BadInput, match="PROMPT_TUNING"):
        load_of(str(tmp_path), str(models / "base"))
    with pytest.raises(BadInput):
        load_of(str(tmp_path / "none"), str(models / "base"))
