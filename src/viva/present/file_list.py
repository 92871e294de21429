"""The folders and data files to choose from, in words."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from viva.text import display_line

NO_FILES = (
    "No data file in this folder of the workspace. viva reads CSV, TSV, JSON, JSON Lines and Parquet; "
    "type the path of a file that lies elsewhere above."
)
ABOVE = ".."


@dataclass(frozen=True)
class FileRow:
    """A folder or a file; without a path it is the way to the folder above."""

    path: Path | None
    file: bool = False
    size: int = 0
    changed: datetime | None = None

    @property
    def name(self) -> str:
        return ABOVE if self.path is None else self.path.name


def cells(row: FileRow) -> tuple[str, str, str]:
    """Return a row's cells: name, size, date."""
    if row.path is None:
        return ABOVE, "", ""
    name = display_line(row.name) or "(no name)"
    changed = f"{row.changed:%Y-%m-%d %H:%M}" if row.changed else ""
    return (name, size_text(row.size), changed) if row.file else (f"{name}/", "", changed)


def size_text(size: int) -> str:
    """Return a number of bytes in the unit that fits: `812 B`, `1.4 MB`."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5 or unit == "GB":
            break
    return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"


def folder_line(workspace: str, folder: Path) -> str:
    """Return where one is."""
    inner = "" if folder == Path() else f"/{folder.as_posix()}"
    return display_line(f"{workspace}{inner}", 76)
