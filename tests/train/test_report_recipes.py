"""Each shipped recipe says what the report it comes from says: the numbers are read out of the report's own text."""

import re
from pathlib import Path

import pytest

from viva.paths import shipped
from viva.records.recipe import Format, Recipe
from viva.train.recipes import CHOICES, apply_overrides, load_recipe

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
PROJECTIONS = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the reports do not lie beside the project")


def recipe(name: str) -> Recipe:
    return load_recipe(shipped("recipes", f"{name}.toml"))


def report(number: str) -> str:
    [path] = SEEDS.glob(f"{number}_*.txt")
    return " ".join(path.read_text("utf-8").split())


def number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found, pattern
    return float(found.group(1))


def test_vad_qlora_is_that_of_report_000() -> None:
    text, it = report("000"), recipe("vad-qlora")
    assert it.rank == number(text, r"LoRA rank=(\d+)")
    assert it.alpha == number(text, r"and alpha=(\d+)")
    assert it.epochs == number(text, r"The (\d+)-epoch training regimen")
    assert it.accumulation == number(text, r"(\d+)-step gradient accumulation")
    assert it.effective_batch == number(text, r"effective batch size=(\d+)")
    assert it.batch_size == number(text, r"Per-device batch_size=(\d+)")
    assert it.learning_rate == number(text, r"(5e-5) learning rate with cosine decay")
    assert it.schedule == "cosine"
    assert "NF4 quantization with double quantization for weight storage" in text
    assert (it.quantization, it.double_quantization) == ("nf4", True)
    assert "paired with float16 compute dtype" in text
    assert it.compute == "fp16"
    assert "Paged AdamW 8-bit optimizer" in text
    assert it.optimizer == "paged_adamw_8bit"
    assert len(set(it.target_modules)) == number(text, r"targeting (\d) critical layers")
    assert set(it.target_modules) == PROJECTIONS
    assert 'prefixing questions with "Question: " and approaches with "Approach: "' in text
    assert it.format == Format.QUESTION_APPROACH
    assert "Llama-3.2-3B base model" in text
    assert it.base.endswith("/Llama-3.2-3B")


def test_fields_lora_is_that_of_report_001() -> None:
    text, it = report("001"), recipe("fields-lora")
    assert it.rank == number(text, r"LoRA attention dimension was set to (\d+)")
    assert it.dropout == number(text, r"dropout for LoRA layers was set to (0\.\d+)")
    assert it.learning_rate == number(text, r"learning rate to \$(\d)\*10\^\{-4\}\$") * 1e-4
    assert "applied cosine annealing" in text
    assert it.schedule == "cosine"
    assert it.effective_batch == number(text, r"effective batch size to (\d+)")
    assert it.epochs == number(text, r"trained for (\d+) epochs")
    assert "all the projection layers" in text
    assert set(it.target_modules) == PROJECTIONS
    assert it.quantization == "none"
    assert it.base.endswith("/Llama-3.2-3B-Instruct")


def test_cs_qlora_sweep_is_that_of_report_002() -> None:
    text, it = report("002"), recipe("cs-qlora-sweep")
    assert it.sweep is not None
    assert it.sweep.trials == number(text, r"we set (\d+) attempts to find the optimal parameters")
    assert it.epochs == number(text, r"the number of training rounds is (\d+)")
    assert "such as Query and Value of the Attention layer" in text
    assert it.target_modules == ["q_proj", "v_proj"]
    assert "LoRA and QLoRA" in text
    assert it.sweep.space["quantization"].choices == ("none", "nf4")
    assert set(it.sweep.space) == {"rank", "alpha", "dropout", "learning_rate", "quantization"}
    assert "LLaMA2-7B" in text
    assert "Llama-2-7b" in it.base


def test_papers_packed_is_that_of_report_003() -> None:
    text, it = report("003"), recipe("papers-packed")
    assert "training for two epochs" in text
    assert it.epochs == 2
    assert it.evaluations == 100 / number(text, r"every (\d+)% of the total steps")
    assert "concatenated and then split into segments based on the max model length" in text
    assert (it.packing, it.loss) == ("wrapped", "all")
    assert "save the model weights each time a new lowest loss was found" in text
    assert it.keep == "best"
    assert "a mere 1.5B parameters" in text
    assert "Qwen" in it.base
    assert "1.5B" in it.base
    overfit = apply_overrides(it, {"format": "overfit"})
    assert overfit.epochs == number(text, r"allowed to overfit the data for (\d) epochs")


def test_the_six_formats_of_report_003_are_one_switch() -> None:
    text = report("003")
    rows = {
        "Base Model N/A": Format.BASE,
        "Prompt + Question + Approach, allowed to overfit": Format.OVERFIT,
        "“PromptQA” Model Prompt + Question + Approach": Format.PROMPT_QUESTION_APPROACH,
        "“QA” Model Question + Approach": Format.QUESTION_APPROACH,
        "“Approach” Model Approach": Format.APPROACH,
        "“QandA” Model Question, Approach": Format.SEPARATELY,
    }
    for words, form in rows.items():
        assert words in text
        assert form in CHOICES["format"]


def test_chat_lora_is_that_of_report_004() -> None:
    text, it = report("004"), recipe("chat-lora")
    assert "20000 samples for 2 epochs" in text
    assert it.epochs == 2
    assert "5000 samples for 3 epochs" in text
    assert "finetune only for 1 epoch" in text
    assert "LoRA-adapted model" in text
    assert (it.quantization, it.format, it.loss) == ("none", Format.CHAT, "completion")
    assert it.base.endswith("/Llama-3.2-3B-Instruct")
