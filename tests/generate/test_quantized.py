"""Quantised layers compute on this machine what they should, or are refused by their shape."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from viva.errors import BadInput
from viva.generate import quantized
from viva.generate.adapted import load, quantization_of
from viva.generate.loading import attention_for, load_model
from viva.generate.quantized import LARGEST_ERROR, check, layer_error, quantization_config, shapes
from viva.paths import shipped

pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning:transformers"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
STARTER = str(shipped("models", "starter"))


@pytest.mark.parametrize("quantization", ["nf4", "fp4", "int8"])
@pytest.mark.parametrize("shape", [(64, 192), (192, 512), (40, 128)])
def test_layers_of_usual_shapes_are_right(quantization: str, shape: tuple[int, int]) -> None:
    for dtype in (torch.float32, torch.bfloat16):
        error = layer_error(*shape, quantization, double=True, compute=dtype, dtype=dtype)
        assert 0 < error < LARGEST_ERROR[quantization]
    check([shape], quantization, double=True)


def test_a_shape_that_comes_out_wrong_is_refused_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantized, "layer_error", lambda *_, **__: 0.4)
    with pytest.raises(BadInput, match=r"computes wrongly .* a layer of 96 to 32 in nf4") as caught:
        check([(32, 96)], "nf4")
    assert "multiples of 64" in caught.value.hint


@pytest.mark.parametrize("fault", [RuntimeError("no kernel"), AssertionError("N must be divisible")])
def test_a_shape_that_the_machine_cannot_compute_is_refused(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fails(*_: object, **__: object) -> float:
        raise fault

    monkeypatch.setattr(quantized, "layer_error", fails)
    with pytest.raises(BadInput, match="this machine cannot compute a layer of 96 to 32 in fp4"):
        check([(32, 96)], "fp4")


def test_no_number_is_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantized, "layer_error", lambda *_, **__: float("nan"))
    with pytest.raises(BadInput, match="computes wrongly"):
        check([(64, 64)], "int8")


def test_an_unknown_quantization_is_refused() -> None:
    assert quantization_config("none") is None
    with pytest.raises(BadInput, match="there is no quantization 'int3'"):
        quantization_config("int3")


@pytest.mark.parametrize("quantization", ["nf4", "fp4", "int8"])
def test_the_starter_is_held_in_few_bits_and_still_finds_much_the_same_words(quantization: str) -> None:
    whole = load_model(STARTER, dtype=torch.float32, device="cpu").eval()
    small = load_model(STARTER, dtype=torch.float32, quantization=quantization, double=True, device="cpu").eval()
    assert shapes(small) == [(64, 192), (192, 192), (192, 512), (512, 192)]
    tokens = torch.tensor([list(range(200, 264))])
    with torch.inference_mode():
        agree = (whole(tokens).logits.argmax(-1) == small(tokens).logits.argmax(-1)).float().mean()
    assert agree > 0.6


def test_a_training_goes_on_after_an_evaluation_with_all_its_gradients() -> None:
    model = load_model(STARTER, dtype=torch.float32, quantization="nf4", device="cpu")
    gradients: list[Any] = []
    for _ in range(2):
        embedded = model.get_input_embeddings()(torch.tensor([[5, 6, 7, 8]])).detach().requires_grad_(True)
        model.train()
        model(inputs_embeds=embedded).logits.square().mean().backward()
        gradients.append(embedded.grad)
        with torch.inference_mode():
            model.eval()(torch.tensor([[5, 6, 7, 8]]))
    assert gradients[0].abs().max() > 0
    assert torch.allclose(gradients[0], gradients[1])


@pytest.mark.parametrize(
    ("training", "found"),
    [
        ('{"recipe": {"quantization": "nf4", "double_quantization": true}}', {"quantization": "nf4", "double": True}),
        ('{"recipe": {"quantization": "none"}}', {}),
        ("{}", {}),
        ("[]", {}),
        ("torn {", {}),
    ],
)
def test_an_adapter_says_how_its_base_was_quantised(tmp_path: Path, training: str, found: dict[str, object]) -> None:
    (tmp_path / "training.json").write_text(training)
    assert quantization_of(tmp_path) == found


def test_an_adapter_stays_beside_the_quantised_base_that_it_was_trained_over(tmp_path: Path) -> None:
    from peft import LoraConfig, PeftModel, get_peft_model

    torch.manual_seed(0)
    base = load_model(STARTER, dtype=torch.float32, device="cpu")
    config = LoraConfig(task_type="CAUSAL_LM", r=2, target_modules=["q_proj"], init_lora_weights=False)
    get_peft_model(base, config).save_pretrained(str(tmp_path))
    assert not isinstance(load(str(tmp_path), STARTER, dtype=torch.float32), PeftModel)
    (tmp_path / "training.json").write_text('{"recipe": {"quantization": "nf4", "double_quantization": false}}')
    assert isinstance(load(str(tmp_path), STARTER, dtype=torch.float32), PeftModel)


def test_attention_is_what_the_device_has() -> None:
    assert attention_for("auto", torch.bfloat16, torch.device("cpu")) is None
    assert attention_for("eager", torch.float32, torch.device("cpu")) == "eager"


def test_weights_that_are_not_there_are_not_made_up(tmp_path: Path) -> None:
    shutil.copytree(STARTER, tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    (tmp_path / "model" / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 4}))
    with pytest.raises(BadInput, match=r"lacks 9 of its weights: model\.layers\.3"):
        load_model(str(tmp_path / "model"), dtype=torch.float32)
