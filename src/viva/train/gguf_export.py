"""Writing a model as a GGUF file, for llama.cpp and Ollama."""

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viva.errors import BadInput, MissingExtra
from viva.text import display_line
from viva.train.disk import full_disk_told
from viva.train.gguf_tokenizer import Vocabulary, read_vocabulary

QUANTIZATIONS = ("f32", "f16", "q8_0")
OTHER_CONVERTER = "llama.cpp's own converter knows more kinds: convert_hf_to_gguf.py DIRECTORY"
LARGEST_HALF = 65504.0
"""The largest number that fp16 can hold."""

MAKE_ROOM = "make room, then export again"
"""What to do where the disk is full."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Tensor:
    """A tensor of the file: its name there, and the one it is made of; queries and keys of Llama are reordered."""

    name: str
    values: Any
    heads: int = 0
    whole: bool = False


def write_gguf(
    model: Any, tokenizer: Any, file: Path, quantize: str, *, name: str, progress: Progress | None = None
) -> None:
    """Write a loaded Llama or Qwen2 model with its byte-level BPE tokenizer to `file`.

    Matrices are stored as `f32`, `f16` or `q8_0` (8 bits, 32 weights to a constant; those whose rows are no multiple
    of 32 as f16), norms and biases always as f32. Tensors are converted one at a time; the file has its name once it
    is whole. Raises `BadInput` for what llama.cpp would read differently and where the disk is full, `MissingExtra`
    without the package gguf.
    """
    gguf = _library()
    if quantize not in QUANTIZATIONS:
        raise BadInput(
            f"GGUF is not written as {display_line(quantize, 20)!r}", f"use one of {', '.join(QUANTIZATIONS)}"
        )
    check_architecture(model)
    vocabulary = read_vocabulary(tokenizer, model)
    tensors = list(_tensors(model, gguf))
    unfinished = file.with_name(file.name + ".part")
    writer = gguf.GGUFWriter(unfinished, gguf.MODEL_ARCH_NAMES[_architecture(model, gguf)])
    try:
        # Told before the unfinished file makes room again.
        with full_disk_told(file.parent, MAKE_ROOM), closing(writer):
            _write_facts(writer, model, name, quantize, gguf)
            _write_vocabulary(writer, vocabulary)
            _write_tensors(writer, tensors, quantize, gguf, progress)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def check_architecture(model: Any) -> None:
    """Raise `BadInput` for a model that this writer would write wrongly."""
    config = model.config
    kind = display_line(str(config.model_type), 40)
    if kind not in ("llama", "qwen2"):
        raise BadInput(f"models of the kind {kind} cannot be written as GGUF here", OTHER_CONVERTER)
    head = _head_size(config)
    oddities = {
        "quantised weights": getattr(config, "quantization_config", None) is not None,
        f"the activation {config.hidden_act}": config.hidden_act != "silu",
        "biases in attention or feed-forward": kind == "llama"
        and (getattr(config, "attention_bias", False) or getattr(config, "mlp_bias", False)),
        "a sliding window": bool(getattr(config, "use_sliding_window", False)),
        "a head size of its own": kind == "qwen2" and head * config.num_attention_heads != config.hidden_size,
        f"positions scaled by {_rope(config)}": _rope(config)
        not in (("default", "linear", "llama3") if kind == "llama" else ("default", "linear")),
    }
    for oddity, there in oddities.items():
        if there:
            raise BadInput(
                f"a {kind} model with {display_line(oddity, 60)} cannot be written as GGUF here", OTHER_CONVERTER
            )


def permute(weights: Any, heads: int) -> Any:
    """Return rows of queries or keys in the order of GGUF's Llama: each head's two halves interleaved.

    transformers rotates the first half of a head against the second, llama.cpp neighbouring rows against each other.
    """
    rows = weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
    return rows.swapaxes(1, 2).reshape(weights.shape)


def _library() -> Any:
    try:
        import gguf
    except ImportError as error:
        raise MissingExtra("writing GGUF needs the package gguf", "pip install 'viva[local]'") from error
    return gguf


def _architecture(model: Any, gguf: Any) -> Any:
    return gguf.MODEL_ARCH.LLAMA if model.config.model_type == "llama" else gguf.MODEL_ARCH.QWEN2


def _head_size(config: Any) -> int:
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def _rope(config: Any) -> str:
    return str((getattr(config, "rope_parameters", None) or {}).get("rope_type", "default"))


def _tensors(model: Any, gguf: Any) -> Iterator[Tensor]:
    """Yield the model's tensors under the names that they have in the file, those of all layers first."""
    config = model.config
    names = gguf.get_tensor_name_map(_architecture(model, gguf), config.num_hidden_layers)
    embedding = model.get_input_embeddings().weight
    for key, values in model.state_dict().items():
        if key == "lm_head.weight" and values.data_ptr() == embedding.data_ptr():
            # Tied: llama.cpp and transformers take the embedding where there is no output layer.
            continue
        name = names.get_name(key, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise BadInput(f"GGUF has no place for {display_line(key, 80)}", OTHER_CONVERTER)
        heads = 0
        if config.model_type == "llama" and key.endswith(("q_proj.weight", "k_proj.weight")):
            heads = config.num_attention_heads if "q_proj" in key else config.num_key_value_heads
        yield Tensor(name, values, heads, whole=values.dim() == 1)
    if _rope(config) == "llama3":
        yield Tensor("rope_freqs.weight", _frequency_divisors(model), whole=True)


def _frequency_divisors(model: Any) -> Any:
    """Return what llama.cpp divides each rotary frequency by: the plain frequencies over those of the model."""
    import torch

    size = _head_size(model.config)
    theta = float(model.config.rope_parameters["rope_theta"])
    plain = theta ** -(torch.arange(0, size, 2, dtype=torch.float64) / size)
    return (plain / model.model.rotary_emb.inv_freq.double().cpu()).float()


def _type(tensor: Tensor, quantize: str, gguf: Any) -> Any:
    types = gguf.GGMLQuantizationType
    if tensor.whole or quantize == "f32":
        return types.F32
    if quantize == "q8_0" and tensor.values.shape[-1] % gguf.GGML_QUANT_SIZES[types.Q8_0][0] == 0:
        return types.Q8_0
    return types.F16


def _announce(writer: Any, tensor: Tensor, kind: Any, gguf: Any) -> None:
    import numpy

    block, size = gguf.GGML_QUANT_SIZES[kind]
    nbytes = math.prod(tensor.values.shape) // block * size
    dtype = {"F32": numpy.float32, "F16": numpy.float16}.get(kind.name, numpy.uint8)
    if kind is gguf.GGMLQuantizationType.Q8_0:
        shape = gguf.quant_shape_to_byte_shape(tuple(tensor.values.shape), kind)
        writer.add_tensor_info(tensor.name, shape, numpy.dtype(dtype), nbytes, raw_dtype=kind)
    else:
        writer.add_tensor_info(tensor.name, tuple(tensor.values.shape), numpy.dtype(dtype), nbytes)


def _data(tensor: Tensor, kind: Any, gguf: Any) -> Any:
    values = tensor.values.detach().to("cpu").float().numpy()
    if tensor.heads:
        values = permute(values, tensor.heads)
    if kind is gguf.GGMLQuantizationType.F16 and abs(values).max(initial=0.0) > LARGEST_HALF:
        raise BadInput(f"{tensor.name} holds numbers that are too large for f16", "use --quantize f32")
    return gguf.quants.quantize(values, kind)


def _write_tensors(writer: Any, tensors: list[Tensor], quantize: str, gguf: Any, progress: Progress | None) -> None:
    types = {tensor.name: _type(tensor, quantize, gguf) for tensor in tensors}
    for tensor in tensors:
        _announce(writer, tensor, types[tensor.name], gguf)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for done, tensor in enumerate(tensors, 1):
        writer.write_tensor_data(_data(tensor, types[tensor.name], gguf))
        if progress is not None:
            progress(done, len(tensors), tensor.name)


def _write_facts(writer: Any, model: Any, name: str, quantize: str, gguf: Any) -> None:
    config = model.config
    writer.add_name(name)
    kinds = {"f32": "ALL_F32", "f16": "MOSTLY_F16", "q8_0": "MOSTLY_Q8_0"}
    writer.add_file_type(gguf.LlamaFileType[kinds[quantize]])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    rope = config.rope_parameters
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    writer.add_rope_dimension_count(_head_size(config))
    if _head_size(config) * config.num_attention_heads != config.hidden_size:
        writer.add_key_length(_head_size(config))
        writer.add_value_length(_head_size(config))
    if _rope(config) == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(float(rope["factor"]))


def _write_vocabulary(writer: Any, vocabulary: Vocabulary) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    ids = {
        "bos": writer.add_bos_token_id, "eos": writer.add_eos_token_id, "eot": writer.add_eot_token_id,
        "unk": writer.add_unk_token_id, "pad": writer.add_pad_token_id,
    }  # fmt: skip
    for role, token in vocabulary.special.items():
        ids[role](token)
    writer.add_add_bos_token(vocabulary.add_bos)
    writer.add_add_eos_token(vocabulary.add_eos)
    if vocabulary.template:
        writer.add_chat_template(vocabulary.template)
