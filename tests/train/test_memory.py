"""The memory of a training is known from the model's shape: weights to the byte, the rest close to what is measured."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.training import tiny_recipe
from viva.errors import BadInput
from viva.paths import shipped
from viva.records.recipe import Recipe
from viva.train import rehearsal
from viva.train.lengths import Dataset, load_of
from viva.train.memory import MIB, PARTS, Load, batch_of, build_on_meta, optimiser_bytes, predict
from viva.train.recipes import load_recipe

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
    pytest.mark.filterwarnings("ignore:Paged optimizers are not supported on CPU"),
]

LLAMA_3B = {
    "hidden_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 24, "num_key_value_heads": 8, "head_dim": 128,
    "intermediate_size": 8192, "vocab_size": 128256, "tie_word_embeddings": True, "max_position_embeddings": 131072,
}  # fmt: skip


def llama(**changes: Any) -> Any:
    from transformers import LlamaConfig

    return LlamaConfig(**{**LLAMA_3B, **changes})


def small(**changes: Any) -> Any:
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1}
    return llama(**{**shape, "head_dim": 32, "intermediate_size": 128, "vocab_size": 256, **changes})


def vad() -> Recipe:
    return load_recipe(shipped("recipes", "vad-qlora.toml"))


@cache
def parts_of_3b(checkpointing: str) -> dict[str, int]:
    recipe = replace(vad(), checkpointing=checkpointing, compute="auto")
    return predict(llama(), recipe, Load(1024), cuda=True, precision="bf16")


def test_weights_adapter_and_optimiser_of_a_3b_model_are_known_to_the_byte() -> None:
    parts = parts_of_3b("on")
    assert tuple(parts) == PARTS
    assert parts["weights"] / MIB == pytest.approx(2138.7, abs=0.05)
    # 12,156,928 parameters, which TRL keeps in bf16 over quantised weights.
    assert parts["adapter"] == parts["gradients"] == 2 * 12_156_928
    assert parts["optimiser"] / MIB == pytest.approx(23.5, abs=0.1)


def test_activations_of_a_3b_model_are_those_that_were_counted_by_hand() -> None:
    off, on = (parts_of_3b(checkpointing)["activations"] / MIB for checkpointing in ("off", "on"))
    assert off == pytest.approx(3478, rel=0.03)
    # 180 MiB are kept; on the way back one of the 28 layers is there in full, and what its gradients pass through.
    assert 180 + 3478 / 28 < on < 1.25 * (180 + 3478 / 28)


def test_qlora_of_a_3b_model_needs_what_the_report_says() -> None:
    parts = predict(llama(), vad(), Load(1024), cuda=True, precision="bf16")
    assert 3.0e9 < sum(parts.values()) < 4.2e9


@pytest.mark.parametrize(("quantization", "double"), [("none", False), ("nf4", True), ("fp4", False), ("int8", False)])
def test_weights_are_those_of_the_model_that_is_loaded(tmp_path: Path, quantization: str, double: bool) -> None:
    import torch
    from transformers import LlamaForCausalLM

    from viva.generate.loading import load_model

    config = small()
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    recipe = tiny_recipe(quantization=quantization, double_quantization=str(double).lower())
    model = load_model(
        str(tmp_path),
        dtype=torch.float32,
        quantization=quantization,
        double=double,
        compute=torch.float32,
        device="cpu",
    )
    tensors = {id(t): t for t in [*model.parameters(), *model.buffers()]}.values()
    held = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    for tensor in tensors:
        state = getattr(tensor, "quant_state", None)
        if state is not None:
            constants = state.as_dict(packed=False)
            held += sum(t.numel() * t.element_size() for t in constants.values() if isinstance(t, torch.Tensor))
        if quantization == "int8" and tensor.dtype == torch.int8:
            held += 4 * tensor.shape[0]
    _, weights = build_on_meta(config, recipe, cuda=False, precision="fp32")
    # What bitsandbytes keeps beside (a mean as a number, not a tensor) is a few bytes a layer.
    assert weights == pytest.approx(held, abs=16 * 14)


@pytest.mark.parametrize(
    "name", ["adamw_torch", "adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit", "adafactor", "sgd"]
)
@pytest.mark.parametrize("shape", [(8, 64), (64, 256)])
def test_optimiser_states_are_those_that_the_optimiser_keeps(name: str, shape: tuple[int, int]) -> None:
    import torch
    from transformers import Trainer, TrainingArguments

    arguments = TrainingArguments(output_dir="unused", optim=name, use_cpu=True, report_to="none")
    kind, options = Trainer.get_optimizer_cls_and_kwargs(arguments)
    weights = torch.nn.Parameter(torch.ones(shape))
    optimizer = kind([weights], **options)
    weights.grad = torch.ones(shape)
    optimizer.step()
    # Tables and counters that do not grow with the parameters are left out.
    state = optimizer.state[weights]
    kept = [t for key, t in state.items() if isinstance(t, torch.Tensor) and t.dim() and not key.startswith("qmap")]
    assert optimiser_bytes(shape, 4, name) == sum(t.numel() * t.element_size() for t in kept)


@pytest.mark.parametrize("cuda", [True, False])
@pytest.mark.parametrize("checkpointing", [True, False])
def test_walking_through_a_few_layers_tells_what_all_of_them_need(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, checkpointing: bool
) -> None:
    model, _ = build_on_meta(small(num_hidden_layers=6), tiny_recipe(), cuda=cuda, precision="fp32")

    def peak() -> int:
        return rehearsal.peak_of_step(
            model, rehearsal.Batch(2, 64, True), cuda=cuda, autocast=None, checkpointing=checkpointing
        )

    few = peak()
    monkeypatch.setattr(rehearsal, "FEW", 6)
    assert few == peak()


def test_what_autograd_keeps_is_what_a_real_step_keeps() -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    config, batch = small(num_hidden_layers=4, attn_implementation="sdpa"), rehearsal.Batch(2, 64, False)
    recipe = tiny_recipe(target_modules="all-linear", rank=4)
    meta, _ = build_on_meta(config, recipe, cuda=False, precision="fp32")
    counted = rehearsal.kept_by_layers(meta, batch, autocast=None)
    lora = LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, target_modules="all-linear")
    real = get_peft_model(LlamaForCausalLM(config), lora)
    weights = {p.untyped_storage().data_ptr() for p in real.parameters()}
    kept: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = torch.zeros(batch.rows, batch.length, dtype=torch.long)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        real.get_base_model().model(input_ids=ids, use_cache=False)
    assert counted == pytest.approx(sum(kept.values()), rel=0.05)


@pytest.mark.slow
@pytest.mark.parallel
def test_smaller_settings_need_less() -> None:
    config, recipe = small(), tiny_recipe(rank=64)

    def total(length: int = 64, **changes: Any) -> int:
        return sum(predict(config, replace(recipe, **changes), Load(length), cuda=True, precision="bf16").values())

    usual = total()
    assert total(checkpointing="on") < total(checkpointing="off")
    assert total(batch_size=2) < usual
    assert total(length=32) < usual
    assert total(quantization="nf4") < usual
    assert total(optimizer="paged_adamw_8bit") < usual
    assert total(attention="eager") > usual
    assert total(gpus=2) > usual


def test_a_model_that_is_only_measured_has_no_adapter() -> None:
    parts = predict(small(), replace(tiny_recipe(), format="base"), Load(64, 64), cuda=False, precision="fp32")
    assert (parts["adapter"], parts["gradients"], parts["optimiser"]) == (0, 0, 0)
    assert parts["activations"] > 0


def test_evaluating_longer_rows_than_are_trained_on_can_need_the_most() -> None:
    short = predict(small(), tiny_recipe(), Load(16), cuda=False, precision="fp32")
    long = predict(small(), tiny_recipe(), Load(16, 2048), cuda=False, precision="fp32")
    assert long["activations"] > short["activations"]
    assert {**long, "activations": 0} == {**short, "activations": 0}


def test_a_mask_is_counted_where_rows_are_padded_or_packed() -> None:
    recipe = tiny_recipe(batch_size=4)
    assert batch_of(recipe, 100, uneven=True, flash=False) == rehearsal.Batch(4, 100, True)
    assert batch_of(recipe, 100, uneven=True, flash=True) == rehearsal.Batch(4, 100, False)
    assert batch_of(recipe, 100, uneven=False, flash=False) == rehearsal.Batch(4, 100, False)
    assert batch_of(replace(recipe, batch_size=1), 100, uneven=True, flash=False) == rehearsal.Batch(1, 100, False)
    packed = replace(recipe, packing="bfd")
    assert batch_of(packed, 100, uneven=False, flash=False) == rehearsal.Batch(1, 400, True)
    wrapped = load_of(Dataset([50, 300], [], None), replace(recipe, packing="wrapped", max_length=128))
    assert wrapped.longest == 128


def test_a_batch_holds_no_more_rows_than_there_are() -> None:
    few = predict(small(), tiny_recipe(batch_size=2), Load(32), cuda=False, precision="fp32")
    many = predict(small(), tiny_recipe(batch_size=512), Load(32, rows=2), cuda=False, precision="fp32")
    assert many == few


def test_adapters_that_fit_no_layer_are_refused() -> None:
    with pytest.raises(BadInput, match="cannot be built"):
        predict(small(), tiny_recipe(target_modules="nowhere"), Load(16), cuda=False, precision="fp32")
