"""The host key: made once, kept for good, readable by its owner only."""

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import BadInput

if TYPE_CHECKING:
    from asyncssh import SSHKey

NAME = "host_key"


def host_key(folder: Path) -> "SSHKey":
    """Return the Ed25519 key in `folder`, made where there is none.

    Raises `BadInput` where others could have read or replaced it, and where it is no private key.
    """
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Whoever could write here could put a key of their own in its place.
        folder.chmod(0o700)
        if not (path.exists() or path.is_symlink()):
            _make(path)
        return _read(path)
    except OSError as error:
        raise BadInput(f"the host key {path} cannot be used: {error.strerror}", "mend its permissions") from error


def _make(path: Path) -> None:
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519", comment="viva")
    draft = path.with_name(f"{NAME}.{secrets.token_hex(8)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(file, "wb") as out:
            out.write(key.export_private_key("openssh"))
            out.flush()
            os.fsync(out.fileno())
        # A link, not a rename: of two servers that start together, the second takes the key of the first.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _read(path: Path) -> "SSHKey":
    import asyncssh

    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(file, "rb") as content:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise BadInput(f"the host key {path} belongs to somebody else", "move it away; a new one is made")
        if stat.S_IMODE(found.st_mode) & 0o077:
            hint = f"if nobody has read it: chmod 600 {path}; else delete it, and a new one is made"
            raise BadInput(f"the host key {path} can be read by others", hint)
        data = content.read()
    try:
        return asyncssh.import_private_key(data)
    except asyncssh.KeyImportError as error:
        raise BadInput(f"the host key {path} is no private key", "move it away; a new one is made") from error
