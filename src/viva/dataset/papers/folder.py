"""The PDF files of a folder."""

import os
import random
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from viva.errors import BadInput
from viva.records.papers import PapersPlan
from viva.text import display_line


@dataclass(frozen=True)
class Found:
    """A file: where it is, its path within the folder as `source`, its field; `problem` says why it is not read."""

    path: Path
    source: str
    field: str | None
    problem: str = ""


def find_pdfs(folder: Path) -> list[Found]:
    """Return the PDF files in `folder` and below, sorted by path; the field is the sub-folder that a file lies in.

    Hidden files and folders are passed over. A link that leads out of the folder has a `problem`, and is not
    followed; a link to a folder within it is passed over, since its files are found anyway.
    Raises `BadInput` where the folder is none or cannot be read.
    """
    if not folder.is_dir():
        raise BadInput(f"{_shown(folder.name)} is not a folder", "give a folder that holds PDF files")
    root = folder.resolve()
    return sorted(_walk(root, root), key=lambda found: found.source)


def chosen(files: Sequence[Found], plan: PapersPlan) -> list[Found]:
    """Return the files that the plan takes: all, or so many of each field, drawn with its seed."""
    if plan.papers_per_field == 0:
        return list(files)
    groups: dict[str, list[Found]] = {}
    for file in files:
        groups.setdefault(file.field or "", []).append(file)
    taken: set[str] = set()
    for name, group in sorted(groups.items()):
        drawn = random.Random(f"{plan.seed} {name}").sample(group, min(plan.papers_per_field, len(group)))
        taken.update(file.source for file in drawn)
    return [file for file in files if file.source in taken]


def _walk(directory: Path, root: Path) -> Iterator[Found]:
    try:
        entries = list(os.scandir(directory))
    except OSError as error:
        if directory == root:
            raise BadInput(f"{_shown(root.name)} cannot be read: {error.strerror}") from error
        yield _found(directory, root, f"the folder cannot be read: {error.strerror}")
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root)
        elif entry.is_symlink():
            yield from _linked(path, root)
        elif path.suffix.lower() == ".pdf":
            regular = entry.is_file(follow_symlinks=False)
            yield _found(path, root, "" if regular else f"{_shown(entry.name)} is not a regular file")


def _linked(path: Path, root: Path) -> Iterator[Found]:
    try:
        target = path.resolve(strict=True)
        directory = stat.S_ISDIR(target.stat().st_mode)
    except (OSError, RuntimeError):
        if path.suffix.lower() == ".pdf":
            yield _found(path, root, f"{_shown(path.name)} is a link that leads nowhere")
        return
    if not directory and path.suffix.lower() != ".pdf":
        return
    if not target.is_relative_to(root):
        yield _found(path, root, f"{_shown(path.name)} is a link that leads out of the folder")
    elif target.is_file():
        yield _found(target, root, source=path)
    elif not directory:
        yield _found(path, root, f"{_shown(path.name)} is not a regular file")


def _found(path: Path, root: Path, problem: str = "", source: Path | None = None) -> Found:
    relative = PurePosixPath((source or path).relative_to(root).as_posix())
    text = str(relative).encode("utf-8", "backslashreplace").decode()
    parent = relative.parent.name.encode("utf-8", "backslashreplace").decode()
    return Found(path, text, parent or None, problem)


def _shown(name: str) -> str:
    return display_line(name, 80)
