"""What the file picker reads from disk, in a thread."""

from datetime import datetime
from pathlib import Path

from viva.errors import BadInput
from viva.present.file_list import FileRow
from viva.text import display_line
from viva.workbench import Workbench


def folder_rows(workbench: Workbench, folder: Path) -> list[FileRow]:
    """Return the folders, then the data files of a folder, given as it lies in the workspace. Raises `UserError`.

    The folder in which viva keeps its own things is left out.
    """
    folders, files = workbench.datasets.files(folder)
    own = workbench.paths.data.resolve()
    rows = [] if folder == Path() else [FileRow(None)]
    return rows + [_row(path, False) for path in folders if path != own] + [_row(path, True) for path in files]


def file_at(path: Path) -> Path:
    """Return `path` where a file lies there. Raises `BadInput`."""
    shown = display_line(path.name, 80)
    try:
        if path.is_dir():
            raise BadInput(f"{shown} is a folder", "give the path of a file")
        if not path.exists():
            raise BadInput(f"there is no file {shown}", "check the path")
    except (OSError, ValueError) as error:
        raise BadInput(f"{shown} cannot be read: {display_line(str(error), 80)}", "check the path") from error
    return path


def _row(path: Path, file: bool) -> FileRow:
    """Return the row of a path; what is gone meanwhile, or may not be asked, has no size and no date."""
    try:
        found = path.stat()
    except OSError:
        return FileRow(path, file)
    return FileRow(path, file, found.st_size, datetime.fromtimestamp(found.st_mtime))
