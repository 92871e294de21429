"""Families of models, told by their names and weights."""

import json
from pathlib import Path

import pytest

from tests.fakes.rated_judge import fill_rated
from viva.records.model import Model, ModelKind
from viva.workbench import Workbench
from viva.workbench.judge_families import Families, family, named


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("meta-llama/Llama-3.2-3B-Instruct", "llama"), ("llama3.2:3b", "llama"), ("Qwen/Qwen3-4B", "qwen"),
        ("gpt-4o-mini", "gpt"), ("openai/gpt-oss-20b", "gpt"), ("o3-mini", "gpt"), ("gpt2-medium", "gpt2"),
        ("mistralai/Mixtral-8x7B", "mistral"), ("google/gemma-3-1b", "gemma"), ("gemini-2.5-pro", "gemini"),
        ("claude-sonnet-4", "claude"), ("microsoft/phi-4", "phi"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek"),
        ("ollama/qwen3:8b", "qwen"), ("ollama_chat/mistral", "mistral"), ("ollama", None), ("codellama-7b", "llama"),
        ("coherent-tutor", None), ("CohereLabs/c4ai-command-r-plus", "command"), ("command-answers", None),
        ("command-a-03-2025", "command"), ("grokking", None), ("graphite", None), ("openai/o1", "gpt"),
        ("my-demo-o1", None), ("gpt-others", None),
        ("starter", "viva-starter"), ("delphi", None), ("my-model", None), ("", None), ("solo1", None),
    ],
)  # fmt: skip
def test_families_are_told_by_names(name: str, found: str | None) -> None:
    assert named(name) == found


def test_families_of_weights_of_adapters_and_of_what_is_not_here(bench: Workbench, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"]}))
    assert family(Model("1", "mine", ModelKind.HUB, str(folder))) == "qwen"
    assert family(Model("2", "mine", ModelKind.HUB, str(tmp_path / "gone"))) is None
    (folder / "config.json").write_text("[]")
    assert family(Model("3", "mine", ModelKind.HUB, str(folder))) is None
    named_after = tmp_path / "SmolLM2-135M"
    named_after.mkdir()
    (named_after / "config.json").write_text(json.dumps({"model_type": "llama"}))
    assert family(Model("4", "mine", ModelKind.HUB, str(named_after))) == "smollm"
    fill_rated(bench, questions=1, raters=())
    (folder / "adapter_config.json").write_text("{}")
    bench.models.add_adapter("tuned", folder, "qwen-system")
    bench.models.starter()
    families = Families(bench)
    assert families.of("tuned") == families.of("qwen-system") == "qwen"
    assert families.of("starter") == "viva-starter"
    assert families.of("gpt-4o texts made elsewhere") == "gpt"
    assert families.of("a panel") is None
    assert families.common(["qwen-system", "tuned"]) == "qwen"
    assert families.common(["qwen-system", "llama-system"]) is None
    assert families.common(["qwen-system", "a stranger"]) is None
