"""Which files may be read and written: a name that leads out of the workspace by a link is not followed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import BadInput, UsageError
from viva.text import display_line

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

DATA_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")


def readable(workbench: "Workbench", path: Path) -> Path:
    """Return the absolute form of `path`. Raises `BadInput` for a link that leads out of the workspace.

    A path given in full, outside of the workspace, is the person's own choice and fine.
    """
    asked = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 (resolve() would follow the links)
    root = workbench.paths.root.resolve()
    inside = asked.is_relative_to(workbench.paths.root) or asked.is_relative_to(root)
    if inside and not Path(os.path.realpath(asked)).is_relative_to(root):
        raise BadInput(
            f"{display_line(path.name, 80)} is a link that leads out of the workspace",
            "give the path of the file itself",
        )
    return asked


def inside(workbench: "Workbench", path: Path) -> Path:
    """Return `path` in the workspace. Raises `UsageError` for one that lies outside, by a link or by its name."""
    root = workbench.paths.root.resolve()
    found = Path(os.path.realpath(root / path.expanduser()))
    if not found.is_relative_to(root):
        raise UsageError(f"{display_line(path.name, 80)} lies outside the workspace", f"choose a file in {root}")
    return found


def data_files(workbench: "Workbench", folder: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Return the folders and the data files in a folder of the workspace, by name; hidden ones are left out.

    Links that lead out of the workspace are left out too. Raises `UsageError` for a folder outside.
    """
    place = inside(workbench, folder or Path())
    root = workbench.paths.root.resolve()
    folders: list[Path] = []
    files: list[Path] = []
    try:
        found = sorted(place.iterdir(), key=lambda path: path.name.lower())
    except OSError as error:
        raise BadInput(f"{display_line(place.name, 80)} cannot be read: {error.strerror}") from error
    for path in found:
        if path.name.startswith(".") or not Path(os.path.realpath(path)).is_relative_to(root):
            continue
        if path.is_dir():
            folders.append(path)
        elif path.suffix.lower() in DATA_SUFFIXES and path.is_file():
            files.append(path)
    return folders, files
