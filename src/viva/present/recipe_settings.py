"""Every setting of a recipe, one a line: its value as text, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viva.records.recipe import Recipe, Span
from viva.text import display_line

NOTES = {
    "format": "How an example becomes text: chat, question-approach, prompt-question-approach, approach, "
    "question-and-approach-separately, overfit or base",
    "instruction": "The text before the question in the formats prompt-question-approach and overfit",
    "loss": "What counts in the loss: completion (the approach alone) or all (the prompt too)",
    "packing": "How examples share a row: none, bfd (whole ones, kept apart) or wrapped (one text cut into blocks)",
    "max_length": "Longest row in tokens; longer examples are cut at the end",
    "rank": "How many numbers the adapter may spend per weight matrix",
    "alpha": "The adapter's part is multiplied by alpha / rank",
    "dropout": "Share of the adapter's inputs dropped at random while training, from 0 to below 1",
    "target_modules": "Which layers get an adapter: all-linear, or names separated by commas",
    "quantization": "How the base model's weights are held: none, nf4 or fp4 (4 bits, QLoRA), int8",
    "double_quantization": "Whether the constants of 4-bit weights are quantised too: true or false",
    "compute": "Number format in which 4-bit weights are multiplied: auto, fp32, bf16 or fp16",
    "optimizer": "adamw_torch, adamw_torch_fused, adamw_8bit, paged_adamw_8bit, paged_adamw_32bit, adafactor or sgd",
    "learning_rate": "Peak learning rate: how far a step moves the weights",
    "schedule": "How the rate goes on after the warm-up: cosine, linear, constant or constant_with_warmup",
    "warmup": "Share of all steps during which the learning rate rises to its peak, from 0 to below 1",
    "weight_decay": "Weight decay of the optimiser",
    "max_grad_norm": "Gradients longer than this are shortened to it; 0 leaves them as they are",
    "epochs": "How many times the training split is gone through",
    "batch_size": "Examples (with packing: rows) per step and device",
    "accumulation": "Steps whose gradients are added up before the weights change",
    "batching": "Which examples share a batch: random, or by-length (less is spent on padding)",
    "precision": "Number format of the training: auto, fp32, bf16 or fp16",
    "checkpointing": "Whether activations are computed again instead of kept: auto (on a GPU), on or off",
    "attention": "How attention is computed: auto, sdpa, eager or flash_attention_2",
    "gpus": "How many GPUs share the work",
    "evaluations": "How often the validation loss is computed and a checkpoint kept, evenly spread",
    "patience": "Stop after this many evaluations without a lower validation loss; 0 never stops early",
    "keep": "Which weights become the model: best (lowest validation loss) or last",
    "probe": "A question of your own that the model answers at every evaluation; may be empty",
    "probe_tokens": "Longest answer to a probe question in tokens; 0 asks none",
    "seed": "Seed of the adapter's first values and of the order of examples",
}
"""What each setting means, in the order of the recipe files; the base model is chosen in the form."""

SWEEP_NOTES = {
    "trials": "How many trainings the search makes",
    "parallel": "How many of them at the same time",
    "pruning": "Whether a training that does worse than the median is ended early: true or false",
}

SEARCHED = "searched"


@dataclass(frozen=True)
class Setting:
    """One line of the list; `searched` tells what a sweep chooses from, and `text` is then what stands in its place."""

    key: str
    text: str
    note: str
    changed: bool
    searched: str = ""

    @property
    def shown(self) -> str:
        """The value as the list shows it."""
        return f"{SEARCHED}: {self.searched}" if self.searched else display_line(self.text, 400)


def settings(recipe: Recipe, changed: Mapping[str, str]) -> list[Setting]:
    """Return every setting of `recipe`, which is the recipe with what was `changed` in it."""
    notes = {**(SWEEP_NOTES if recipe.sweep else {}), **NOTES}
    spans = searched(recipe)
    return [
        Setting(key, setting_text(recipe, key), note, key in changed, spans.get(key, "")) for key, note in notes.items()
    ]


def setting_text(recipe: Recipe, key: str) -> str:
    """Return a setting's value as it is typed, as `--set KEY=VALUE` takes it."""
    if key in SWEEP_NOTES:
        return _text(getattr(recipe.sweep, key)) if recipe.sweep else ""
    return _text(getattr(recipe, key))


def searched(recipe: Recipe) -> dict[str, str]:
    """Return what a sweep chooses from, by key; nothing for a recipe without one."""
    return {key: _span_text(span) for key, span in recipe.sweep.space.items()} if recipe.sweep else {}


def typed(text: str) -> tuple[str, str]:
    """Return key and value of a typed `key=value`; the key is empty where there is no sign between them."""
    key, sign, value = text.partition("=")
    return (key.strip(), value.strip()) if sign else ("", text.strip())


def _span_text(span: Span) -> str:
    if span.choices:
        texts = [_text(choice) for choice in span.choices]
        return " or ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]
    return f"{_text(span.low)} to {_text(span.high)}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
