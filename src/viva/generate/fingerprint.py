"""A fingerprint of a model's files, so that a changed model is never taken for the one that was rated."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from viva.errors import BadInput
from viva.text import display_line

WEIGHTS = (".safetensors", ".bin", ".gguf")
WHOLE = ("config.json", "adapter_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
"""Small files that decide what a model writes; they are read whole."""

PIECES = 64
PIECE_BYTES = 64 * 1024


def fingerprint(location: str | Path) -> str:
    """Return 64 hexadecimal digits for a model's directory, or for one file.

    It is the SHA-256 of the names and sizes of the weights' files, and of 64 evenly spaced pieces of 64 KiB of each,
    the first and the last among them, together with the small files of `WHOLE`: quick for many gigabytes. Training
    changes all weights everywhere, so that a sample shows it; a change of single bytes made by hand may go unseen.
    Raises `BadInput` where nothing is there, or a file cannot be read.
    """
    path = Path(location)
    digest = hashlib.sha256()
    try:
        files = list(_files(path))
        if not files:
            raise BadInput(f"{display_line(str(path), 120)} holds no weights", "name a directory with a model")
        for file in files:
            size = file.stat().st_size
            digest.update(f"{file.name}\0{size}\0".encode("utf-8", "surrogateescape"))
            for piece in _pieces(file, size, whole=file.name in WHOLE):
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
        yield from sorted(
            (file for file in files if file.suffix in WEIGHTS or file.name in WHOLE), key=lambda file: file.name
        )


def _pieces(file: Path, size: int, *, whole: bool) -> Iterator[bytes]:
    with file.open("rb") as stream:
        if whole or size <= PIECES * PIECE_BYTES:
            while piece := stream.read(PIECE_BYTES):
                yield piece
            return
        for number in range(PIECES):
            stream.seek(number * (size - PIECE_BYTES) // (PIECES - 1))
            yield stream.read(PIECE_BYTES)
