"""Loading an adapter over its base, in the way in which it is rated."""

import json
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from viva.generate.hub_errors import readable
from viva.generate.loading import Dtype, load_model, load_tokenizer

SETTINGS = "training.json"
"""What viva's training program leaves beside an adapter's weights."""


def load(location: str, base: str | None, *, dtype: Dtype, device: Any = None) -> Any:
    """Return the model at `location`, or the adapter there over `base`, for writing.

    An adapter that was trained over a quantised base is laid over it quantised in the same way, and stays beside it:
    merged into 4 bits it would be another model. Over any other base it is merged. Raises `BadInput`, `MissingExtra`.
    """
    if base is None:
        return load_model(location, dtype=dtype, device=device).eval()
    quantization = quantization_of(Path(location))
    model = load_model(base, dtype=dtype, device=device, **quantization)
    with readable(location):
        adapted: Any = PeftModel.from_pretrained(model, location)
    return (adapted if quantization else adapted.merge_and_unload()).eval()


def tokenizer_for(location: str, base: str | None, **options: Any) -> Any:
    """Return a model's tokenizer: an adapter's folder holds the one it was trained with; a foreign one may lack it."""
    own = base is None or Path(location, "tokenizer_config.json").is_file()
    return load_tokenizer(location if own else str(base), **options)


def training_of(adapter: Path) -> dict[str, Any]:
    """Return what is known about how an adapter was trained; empty where viva did not train it."""
    try:
        known = json.loads((adapter / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def quantization_of(adapter: Path) -> dict[str, Any]:
    """Return how the base was quantised that an adapter was trained over, as `load_model` takes it; else nothing."""
    recipe = training_of(adapter).get("recipe")
    if not isinstance(recipe, dict) or recipe.get("quantization", "none") == "none":
        return {}
    return {"quantization": recipe["quantization"], "double": bool(recipe.get("double_quantization"))}


def usual_dtype() -> torch.dtype:
    """Return the number format that models write in: bf16 on a GPU, fp32 on the CPU."""
    return torch.bfloat16 if torch.cuda.is_available() else torch.float32
