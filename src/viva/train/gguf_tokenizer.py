"""A byte-level BPE tokenizer as GGUF stores it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from viva.errors import BadInput
from viva.generate.prompting import end_tokens
from viva.text import display_line

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
"""GGUF's token types (gguf.TokenType)."""

OTHER_CONVERTER = "llama.cpp's own converter knows more tokenizers: convert_hf_to_gguf.py DIRECTORY"

_GENERATION = re.compile(r"\{%(-?)\s*(?:end)?generation\s*(-?)%\}")
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_PRE = {_SPLIT.replace("DIGITS", r"\p{N}{1,3}"): "llama-bpe", _SPLIT.replace("DIGITS", r"\p{N}"): "qwen2"}
"""llama.cpp knows how a text is cut before merging by a name, a tokenizer.json by its expression."""


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer: tokens by id with their types, merges in order, the name of its splitting, and special tokens.

    `special` holds token ids under `bos`, `eos`, `eot` (ends a turn), `unk` and `pad`.
    """

    pre: str
    tokens: list[str]
    types: list[int]
    merges: list[str]
    special: dict[str, int]
    add_bos: bool
    add_eos: bool
    template: str


def read_vocabulary(tokenizer: Any, model: Any) -> Vocabulary:
    """Return the tokenizer of `model` in GGUF's form. Raises `BadInput` where that would cut texts differently."""
    if getattr(tokenizer, "backend_tokenizer", None) is None:
        raise _refused("is none of the library tokenizers")
    form = json.loads(tokenizer.backend_tokenizer.to_str())
    bpe = form["model"]
    if bpe["type"] != "BPE" or bpe.get("byte_fallback"):
        raise _refused("is no byte-level BPE")
    if (form.get("normalizer") or {}).get("type") not in (None, "NFC"):
        raise _refused("changes the text before it is cut")
    size = int(model.get_input_embeddings().weight.shape[0])
    added = {token["id"]: token for token in form["added_tokens"]}
    by_id = {number: token for token, number in bpe["vocab"].items()}
    by_id.update({number: token["content"] for number, token in added.items()})
    if max(by_id) >= size:
        raise _refused(f"has {max(by_id) + 1:,} tokens, the model {size:,}")
    types = [
        UNUSED if number not in by_id
        else NORMAL if number not in added
        else CONTROL if added[number]["special"]
        else USER_DEFINED
        for number in range(size)
    ]  # fmt: skip
    encoded = tokenizer("a")["input_ids"]
    return Vocabulary(
        pre=_pre(form.get("pre_tokenizer")),
        tokens=[by_id.get(number, f"[PAD{number}]") for number in range(size)],
        types=types,
        merges=[merge if isinstance(merge, str) else " ".join(merge) for merge in bpe["merges"]],
        special=_special(tokenizer, model),
        add_bos=tokenizer.bos_token_id is not None and encoded[:1] == [tokenizer.bos_token_id],
        add_eos=tokenizer.eos_token_id is not None and encoded[-1:] == [tokenizer.eos_token_id],
        template=plain_template(tokenizer.chat_template),
    )


def plain_template(template: str | dict[str, str] | None) -> str:
    """Return a chat template without the marks around what an assistant says, which only training libraries know."""
    if isinstance(template, dict):
        template = template.get("default")
    # An empty comment takes away the same white space as the mark did.
    return _GENERATION.sub(r"{#\1 \2#}", template or "")


def _special(tokenizer: Any, model: Any) -> dict[str, int]:
    ends = end_tokens(model, tokenizer)
    found = {
        "bos": tokenizer.bos_token_id,
        "eos": ends[0] if ends else None,
        # llama.cpp ends a text at this one too.
        "eot": ends[1] if len(ends) > 1 else None,
        "unk": tokenizer.unk_token_id,
        "pad": tokenizer.pad_token_id,
    }
    return {role: int(token) for role, token in found.items() if token is not None}


def _pre(form: dict[str, Any] | None) -> str:
    """Return llama.cpp's name for how a tokenizer cuts a text before it merges."""
    steps = [] if form is None else form["pretokenizers"] if form["type"] == "Sequence" else [form]
    kinds = [step["type"] for step in steps]
    if "ByteLevel" not in kinds or any(step.get("add_prefix_space") for step in steps):
        raise _refused("is no byte-level BPE, or puts a space before each text")
    if kinds == ["ByteLevel"] and steps[0].get("use_regex", True):
        return "gpt-2"
    if kinds == ["Split", "ByteLevel"] and not steps[1].get("use_regex", True):
        expression = steps[0]["pattern"].get("Regex", "")
        if expression in _PRE and steps[0]["behavior"] == "Isolated" and not steps[0].get("invert"):
            return _PRE[expression]
    raise _refused("cuts texts in a way of its own")


def _refused(why: str) -> BadInput:
    return BadInput(
        f"the model's tokenizer {display_line(why, 80)}: it cannot be written as GGUF here", OTHER_CONVERTER
    )
