"""The program that reads one PDF file, in a process of its own that a hostile file may take down.

    python -m viva.dataset.papers.read_program FILE SECONDS BYTES

It allows itself SECONDS of processor time and BYTES of memory, and writes one line of JSON to stdout:
`{"pages": [text, …]}` or `{"error": message, "hint": hint}`.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from viva.dataset.papers.pdf import read_pdf
from viva.errors import BadInput

NO_MEMORY = "needs too much memory to read"


def main(arguments: list[str]) -> None:
    """Read the file and answer."""
    path, seconds, size = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    # Whatever pdfium prints goes to stderr: stdout carries the answer alone.
    answer = os.dup(1)
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with os.fdopen(answer, "wb") as stream:
        stream.write(json.dumps(_answer(path)).encode("ascii") + b"\n")


def _answer(path: Path) -> dict[str, Any]:
    try:
        return {"pages": read_pdf(path).pages}
    except BadInput as error:
        return {"error": error.message, "hint": error.hint}
    except MemoryError:
        return {"error": NO_MEMORY, "hint": ""}


if __name__ == "__main__":
    main(sys.argv[1:])
