"""A language model of a few thousand random weights, made on the spot."""

from pathlib import Path
from typing import Any

from viva.train.starter import Document, Plan, make_model, make_tokenizer

PLAN = Plan(vocabulary=320, hidden=32, layers=2, heads=2, key_value_heads=1, intermediate=64, context=256)
TEXTS = [
    Document("How does a camera find a fall?", "It watches the height of the head and waits."),
    Document("Why is the camera blind at night?", "It has no light, so the score is noise."),
]


def make_tiny_model(directory: Path, *, chat: bool = True, stops_at: int | None = None) -> tuple[Any, Any]:
    """Write a tiny Llama and its tokenizer to `directory`; return both.

    Its weights are large, so that texts differ from prompt to prompt and the choice of a token is never close.
    `stops_at` is one more token that ends a text.
    """
    import torch

    tokenizer = make_tokenizer(TEXTS * 4, PLAN)
    if not chat:
        tokenizer.chat_template = None
    torch.manual_seed(1)
    model = make_model(tokenizer, PLAN)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.normal_(std=0.4)
    if stops_at is not None:
        model.generation_config.eos_token_id = [tokenizer.eos_token_id, stops_at]
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return model, tokenizer


def make_tiny_adapter(directory: Path, base: Path) -> None:
    """Write a LoRA adapter of random weights over the model in `base`."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(2)
    config = LoraConfig(task_type="CAUSAL_LM", r=4, target_modules="all-linear", init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(directory)
