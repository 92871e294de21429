"""The folders of the workspace that hold PDF files, for choosing one."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from viva.records.papers import PaperFolder

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

MOST_FOLDERS = 20_000
"""So many folders are looked into: a workspace that lies above a whole disk must not be walked for minutes."""


def paper_folders(workbench: "Workbench", most: int = MOST_FOLDERS) -> list[PaperFolder]:
    """Return the folders of the workspace that hold PDF files in or below them, by their path.

    Hidden folders, links and the folder in which viva keeps its own things are left out.
    """
    root = workbench.paths.root.resolve()
    own = workbench.paths.data.resolve()
    counts: dict[Path, int] = {}
    for number, (name, folders, files) in enumerate(os.walk(root)):
        if number >= most:
            break
        place = Path(name)
        folders[:] = sorted(folder for folder in folders if not folder.startswith(".") and place / folder != own)
        count = sum(not file.startswith(".") and file.lower().endswith(".pdf") for file in files)
        if count:
            inner = place.relative_to(root)
            for folder in (inner, *inner.parents):
                counts[folder] = counts.get(folder, 0) + count
    return [PaperFolder(str(folder), count) for folder, count in sorted(counts.items())]
