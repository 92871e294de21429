"""A merged model is the adapter over its base, as it was trained and rated."""

import json
from pathlib import Path

import pytest
import torch

from tests.fakes.tiny_model import make_tiny_adapter, make_tiny_model
from viva.errors import BadInput
from viva.generate.adapted import load, tokenizer_for
from viva.generate.loading import load_model, load_tokenizer
from viva.paths import shipped
from viva.train import merge

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning:transformers")

STARTER = str(shipped("models", "starter"))
TOKENS = torch.tensor([[5, 60, 7, 99, 100, 200]])


def logits(model: object) -> torch.Tensor:
    with torch.inference_mode():
        return torch.as_tensor(model(TOKENS).logits)  # type: ignore[operator]


def apart(one: object, other: object) -> float:
    return float((logits(one) - logits(other)).abs().max())


@pytest.fixture
def adapter(tmp_path: Path) -> str:
    path = tmp_path / "adapter"
    make_tiny_adapter(path, Path(STARTER))
    return str(path)


def test_what_is_written_is_the_adapter_over_its_base(tmp_path: Path, adapter: str) -> None:
    model = merge.merged(adapter, STARTER)
    merge.write(model, tokenizer_for(adapter, STARTER), tmp_path / "merged")
    back = load_model(str(tmp_path / "merged"), dtype=torch.float32, device="cpu").eval()
    assert apart(back, load(adapter, STARTER, dtype=torch.float32, device="cpu")) < 1e-4
    assert apart(back, load(STARTER, None, dtype=torch.float32, device="cpu")) > 1
    assert len(load_tokenizer(str(tmp_path / "merged"))) == 4096
    assert list((tmp_path / "merged").glob("*.safetensors"))


@pytest.mark.parametrize("quantization", ["nf4", "fp4"])
def test_a_quantised_base_is_unpacked_before_the_adapter_is_added(adapter: str, quantization: str) -> None:
    recipe = {"quantization": quantization, "double_quantization": True}
    Path(adapter, "training.json").write_text(json.dumps({"recipe": recipe}))
    model = merge.merged(adapter, STARTER)
    assert apart(model, load(adapter, STARTER, dtype=torch.float32, device="cpu")) < 1e-3
    Path(adapter, "training.json").unlink()
    assert apart(model, merge.merged(adapter, STARTER)) > 0.1


def test_a_base_in_bf16_stays_so_where_that_is_wanted(tmp_path: Path) -> None:
    model, _ = make_tiny_model(tmp_path / "base")
    model.bfloat16().save_pretrained(tmp_path / "base")
    make_tiny_adapter(tmp_path / "adapter", tmp_path / "base")
    for half, dtype in ((True, torch.bfloat16), (False, torch.float32)):
        assert merge.merged(str(tmp_path / "adapter"), str(tmp_path / "base"), half=half).dtype is dtype


def test_a_record_says_what_it_was_made_of(tmp_path: Path, adapter: str) -> None:
    Path(adapter, "training.json").write_text('{"steps": 3}')
    merge.write_record(tmp_path, adapter, STARTER, form="merged")
    record = json.loads((tmp_path / "merged_from.json").read_text())
    assert (record["model"], record["base"], record["form"]) == (adapter, STARTER, "merged")
    assert record["training"] == {"steps": 3}
    assert {len(value) for value in record["fingerprints"].values()} == {64}
    merge.write_record(tmp_path, "owner/model", None)
    record = json.loads((tmp_path / "merged_from.json").read_text())
    assert record["fingerprints"] == {"model": None, "base": None}


def test_a_directory_that_holds_no_adapter_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no adapter: adapter_config\.json is missing"):
        merge.merged(str(tmp_path), STARTER)
