"""A full disk, told in one line."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viva.errors import BadInput, UserError

LITTLE_SPACE = 1 << 20
"""Bytes: what fails to be written with less than this left on the disk failed for want of space."""

FULL = {errno.ENOSPC, errno.EDQUOT}
SAID = ("No space left on device", "Disk quota exceeded")


@contextmanager
def full_disk_told(folder: Path, hint: str) -> Iterator[None]:
    """Turn what fails because the disk of `folder` is full into `BadInput`, one line and `hint`.

    Everything else surfaces as it is. `folder` need not be there yet.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if not is_full(error, folder):
            raise
        raise BadInput("the disk is full", hint) from error


def is_full(error: Exception, folder: Path) -> bool:
    """Tell whether a full disk is what `error` is about: libraries say it in different ways, some in no way at all.

    numpy tells how many bytes it wrote of how many, torch that its file is not where it expected it.
    """
    if getattr(error, "errno", None) in FULL or any(said in str(error) for said in SAID):
        return True
    if not isinstance(error, OSError | RuntimeError):
        return False
    there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), None)
    return there is not None and shutil.disk_usage(there).free < LITTLE_SPACE
