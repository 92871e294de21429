"""Loading models and tokenizers: directories, hub ids and GGUF files, whole or in 4 or 8 bits."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from viva.errors import BadInput
from viva.generate.hub_errors import readable
from viva.generate.quantized import check, keep_unpacked, quantization_config, shapes
from viva.text import display_line

Dtype = torch.dtype | str
FLASH = "flash_attention_2"


def load_tokenizer(location: str, **options: Any) -> Any:
    """Return the tokenizer of the model at `location` (see `load_model`); `options` go to transformers.

    Raises `BadInput`, `MissingExtra`.
    """
    with readable(location):
        return AutoTokenizer.from_pretrained(trust_remote_code=False, **source(location), **options)


def load_config(location: str) -> Any:
    """Return the configuration of the model at `location`. Raises `BadInput`, `MissingExtra`."""
    with readable(location):
        return AutoConfig.from_pretrained(trust_remote_code=False, **source(location))


def load_model(
    location: str,
    *,
    dtype: Dtype,
    quantization: str = "none",
    double: bool = False,
    compute: torch.dtype | None = None,
    attention: str = "auto",
    device: Any = None,
) -> Any:
    """Return the causal language model at `location`: a directory, a `.gguf` file or a hub id.

    `dtype` is the number format of the weights, `auto` that in which they are stored. With `quantization` (`nf4`,
    `fp4`, `int8`) the linear layers are held in 4 or 8 bits, with `double` their constants too, and products are
    computed in `compute` (else in `dtype`). `attention` `auto` takes FlashAttention 2 where it can be had, else what
    transformers prefers. `device` is a GPU where there is one, else the CPU, unless it is given.

    Raises `BadInput` for what cannot be loaded, for files that lack some of the weights, and for a processor that
    computes the quantised layers wrongly; `MissingExtra` for what is not installed.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu") if device is None else torch.device(device)
    if quantization != "none" and compute is None:
        compute = dtype if isinstance(dtype, torch.dtype) else torch.bfloat16
    quantized = quantization_config(quantization, double=double, compute=compute)
    options: dict[str, Any] = {}
    if not is_gguf(location):
        # What is wrong with a model shows in its configuration first.
        options["config"] = load_config(location)
    if quantized is not None:
        options |= {"quantization_config": quantized, "device_map": {"": device}}
    with readable(location):
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            dtype=dtype,
            attn_implementation=attention_for(attention, dtype, device),
            trust_remote_code=False,
            output_loading_info=True,
            **source(location),
            **options,
        )
    model, report = loaded
    _check_whole(location, report)
    if is_gguf(location):
        _restore_positions(model, Path(location))
    if quantized is None:
        return model.to(device)
    if device.type == "cpu":
        keep_unpacked(model)
        check(shapes(model), quantization, double=double, compute=compute or torch.float32)
    return model


def source(location: str) -> dict[str, Any]:
    """Return how transformers is told where a model is."""
    if not is_gguf(location):
        return {"pretrained_model_name_or_path": location}
    path = Path(location)
    return {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}


def is_gguf(location: str) -> bool:
    """Tell whether `location` names a GGUF file."""
    return location.lower().endswith(".gguf") and not Path(location).is_dir()


def attention_for(attention: str, dtype: Dtype, device: torch.device) -> str | None:
    """Return the attention implementation to ask transformers for, None for the one that it prefers."""
    if attention != "auto":
        return attention
    from transformers.utils.import_utils import is_flash_attn_2_available

    half = dtype in (torch.float16, torch.bfloat16)
    return FLASH if half and device.type == "cuda" and is_flash_attn_2_available() else None


def _check_whole(location: str, report: dict[str, Any]) -> None:
    # The library fills what is missing with random numbers and only logs it.
    missing = sorted(report["missing_keys"])
    if missing:
        shown = display_line(location, 120)
        raise BadInput(
            f"{shown} lacks {len(missing):,} of its weights: {display_line(missing[0], 80)} first",
            "fetch the model again; the config may also be that of another model",
        )


def _restore_positions(model: Any, path: Path) -> None:
    """Scale the rotary frequencies as the GGUF file says, which transformers passes over.

    `rope_freqs` holds a divisor for each frequency (Llama 3.1 and later); linear scaling divides all by one factor.
    """
    from gguf import GGUFReader
    from transformers.integrations.gguf.reader import read_gguf_metadata

    facts, tensors = read_gguf_metadata(str(path))
    architecture = facts["general.architecture"]
    scaling = facts.get(f"{architecture}.rope.scaling.type", "none")
    divisor: Any = None
    if scaling == "linear":
        divisor = float(facts[f"{architecture}.rope.scaling.factor"])
    elif scaling != "none":
        kind = display_line(str(scaling), 20)
        raise BadInput(
            f"{display_line(path.name, 80)} scales its positions by {kind}, which transformers does not read",
            "use the model's directory, or serve the file with llama.cpp or Ollama and add it as an endpoint",
        )
    if "rope_freqs.weight" in tensors:
        found = next(tensor for tensor in GGUFReader(path).tensors if tensor.name == "rope_freqs.weight")
        divisor = torch.tensor(found.data.copy())
    if divisor is not None:
        rotary = model.model.rotary_emb
        rotary.inv_freq = rotary.inv_freq / divisor
        rotary.original_inv_freq = rotary.inv_freq
