"""Merging an adapter into its base: a model of its own, which needs neither of them any more."""

import json
from pathlib import Path
from typing import Any

from viva.errors import BadInput
from viva.generate.fingerprint import fingerprint

RECORD = "merged_from.json"


def merged(location: str, base: str, *, half: bool = True) -> Any:
    """Return the adapter at `location` merged into `base`, on the CPU, in fp32.

    With `half` a base that is stored in bf16 stays so, and takes half the room. A base that was
    quantised for the training is quantised in the same way, and unpacked before the adapter is added: that is the model
    that was trained and rated. Merged into the weights as they were before, it would be another.
    Raises `BadInput`, `MissingExtra`.
    """
    import torch
    from peft import PeftModel

    from viva.generate.adapted import quantization_of
    from viva.generate.hub_errors import readable
    from viva.generate.loading import load_config, load_model

    stored = getattr(load_config(base), "dtype", None)
    dtype = torch.bfloat16 if half and stored in (torch.bfloat16, "bfloat16") else torch.float32
    quantization = quantization_of(Path(location))
    model = load_model(base, dtype=dtype, device="cpu", **quantization)
    if quantization:
        model = model.dequantize()
    with readable(location):
        adapted: Any = PeftModel.from_pretrained(model, location)
        return adapted.merge_and_unload().eval()


def write(model: Any, tokenizer: Any, output: Path) -> None:
    """Write a model as safetensors, with its tokenizer, to a directory."""
    output.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(str(output))
    tokenizer.save_pretrained(str(output))


def write_record(output: Path, location: str, base: str | None, **more: Any) -> None:
    """Write beside an artefact what it was made of: where that lay, its fingerprint, and how it was trained."""
    from viva.generate.adapted import training_of

    record = {
        "model": location,
        "base": base,
        "fingerprints": {"model": known_fingerprint(location), "base": known_fingerprint(base)},
        "training": training_of(Path(location)) if base is not None else {},
        **more,
    }
    (output / RECORD).write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def known_fingerprint(location: str | None) -> str | None:
    """Return the fingerprint of what lies here; None for what lies on the hub."""
    if location is None:
        return None
    try:
        return fingerprint(location)
    except BadInput:
        return None
