"""A fingerprint of a model's files, so that a changed model is never taken for the one that was rated."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from viva.errors import BadInput
from viva.text import display_line

WEIGHTS = (".safetensors", ".bin", ".gguf")
WHOLE = {
    "added_tokens.json", "chat_template.jinja", "config.json", "generation_config.json", "merges.txt",
    "special_tokens_map.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json",
}  # fmt: skip
"""Files that decide what a model writes, and are read whole."""

ADAPTER = "adapter_config.json"
"""Read as what it says: PEFT writes the names in it in another order each time."""

TOLD: dict[str, tuple[tuple[str, ...], ...]] = {
    "training.json": (
        ("base",), ("prompt",), ("recipe", "quantization"), ("recipe", "double_quantization"),
    ),
    "merged_from.json": (("prompt",),),
}  # fmt: skip
"""What counts of viva's own records, by where it stands in them; the rest tells when and where, not what."""

PIECES = 64
PIECE_BYTES = 64 * 1024


def fingerprint(location: str | Path) -> str:
    """Return 64 hexadecimal digits for a model's directory, or for one file.

    It is the SHA-256 of the names and sizes of the weights' files, and of 64 evenly spaced pieces of 64 KiB of each,
    the first and the last among them, together with the files that decide how weights are used: quick for many
    gigabytes. Training changes all weights everywhere, so that a sample shows it; a change of single bytes made by hand
    may go unseen. Raises `BadInput` where nothing is there, or a file cannot be read.
    """
    path = Path(location)
    digest = hashlib.sha256()
    try:
        files = list(_files(path))
        if not files:
            raise BadInput(f"{display_line(str(path), 120)} holds no weights", "name a directory with a model")
        for file in files:
            said = _said(file)
            if said == b"":
                continue
            size = file.stat().st_size if said is None else len(said)
            digest.update(f"{file.name}\0{size}\0".encode("utf-8", "surrogateescape"))
            for piece in _pieces(file, size, whole=file.name in WHOLE) if said is None else (said,):
                digest.update(piece)
    except OSError as error:
        raise BadInput(f"{display_line(str(path), 120)} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        return
    files = [file for file in path.iterdir() if file.is_file()]
    if any(file.suffix in WEIGHTS for file in files):
        counting = WHOLE | TOLD.keys() | {ADAPTER}
        yield from sorted(
            (file for file in files if file.suffix in WEIGHTS or file.name in counting), key=lambda file: file.name
        )


def _said(file: Path) -> bytes | None:
    """Return what counts of a file that is read for what it says, empty where nothing does; None for any other."""
    if file.name != ADAPTER and file.name not in TOLD:
        return None
    content = file.read_bytes()
    try:
        value = json.loads(content)
        if file.name != ADAPTER:
            value = {".".join(keys): found for keys in TOLD[file.name] if (found := _at(value, keys)) is not None}
        return json.dumps(_ordered(value), sort_keys=True).encode() if value else b""
    except (ValueError, RecursionError):
        # Nothing that viva or PEFT could read: as an adapter's it counts as it stands.
        return content if file.name == ADAPTER else b""


def _at(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _ordered(value: Any) -> Any:
    """Return a value of JSON with the lists of nothing but texts sorted."""
    if isinstance(value, dict):
        return {key: _ordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(value) if all(isinstance(item, str) for item in value) else [_ordered(item) for item in value]
    return value


def _pieces(file: Path, size: int, *, whole: bool) -> Iterator[bytes]:
    with file.open("rb") as stream:
        if whole or size <= PIECES * PIECE_BYTES:
            while piece := stream.read(PIECE_BYTES):
                yield piece
            return
        for number in range(PIECES):
            stream.seek(number * (size - PIECE_BYTES) // (PIECES - 1))
            yield stream.read(PIECE_BYTES)
