"""Who comes in: the key decides, the one that was proved to be held, and nothing else."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh

from viva.errors import BadInput, NotFound, UserError
from viva.records.person import Rater

if TYPE_CHECKING:
    from viva.serve.session import TerminalSession

ANYBODY = "viva"
"""The user name under which everybody may come; whoever comes under another must be the rater of that name."""

MOST_KEYS = 10
"""Keys that one connection may try."""

MOST_NAMES = 10
"""User names that one connection may try."""

ADD = "viva rater add NAME KEYFILE"

Begun = asyncio.Future[asyncio.Task[None]]
"""Done when a session runs, with the task that deals with it to its end."""

_MARK = "viva-key"


@dataclass(frozen=True)
class Identity:
    """A rater, and the fingerprint of the key with which they came in."""

    rater: Rater
    fingerprint: str


class Keyring:
    """The keys of all raters. Raises `BadInput` where one cannot be read, or is the key of two."""

    def __init__(self, raters: Iterable[Rater]) -> None:
        self._holders: dict[str, Rater] = {}
        self._lines: dict[str, list[str]] = {}
        self._authorized: dict[str, asyncssh.SSHAuthorizedKeys] = {}
        for rater in raters:
            for text in rater.keys:
                key = _public_key(text, rater.name)
                fingerprint = key.get_fingerprint()
                if self._holders.setdefault(fingerprint, rater) != rater:
                    raise BadInput(f"two raters have the same key: {self._holders[fingerprint].name}, {rater.name}")
                # Each line carries its fingerprint, which tells afterwards which key it was.
                line = f'{_MARK}="{fingerprint}" {key.export_public_key("openssh").decode("ascii").strip()}'
                self._lines.setdefault(rater.name, []).append(line)

    @property
    def people(self) -> int:
        """How many raters have a key."""
        return len(self._lines)

    def authorized(self, user: str) -> asyncssh.SSHAuthorizedKeys | None:
        """Return the keys with which one may come in under a user name, as asyncssh wants them; None: with no key."""
        if user == ANYBODY:
            lines = [line for each in self._lines.values() for line in each]
        else:
            lines = self._lines.get(user, [])
        if lines and user not in self._authorized:
            self._authorized[user] = asyncssh.import_authorized_keys("\n".join(lines))
        return self._authorized.get(user)

    def holds(self, identity: Identity) -> bool:
        """Tell whether the key with which somebody came in still stands for the same name and role."""
        now, then = self._holders.get(identity.fingerprint), identity.rater
        return now is not None and (now.name, now.role) == (then.name, then.role)

    def holder(self, connection: asyncssh.SSHServerConnection) -> Identity:
        """Return who has come in. To be asked only once the connection is authenticated."""
        found = connection.get_key_option(_MARK)
        assert isinstance(found, list)
        [fingerprint] = found
        return Identity(self._holders[fingerprint], fingerprint)


class RaterList:
    """The file of raters as it is now: looked at whenever somebody knocks, read only when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state: tuple[int, ...] | None = None
        self._found: Keyring | UserError | None = None

    def keyring(self) -> Keyring:
        """Return the keys in it. Raises `NotFound` where there is no file, `BadInput` where it is not in order."""
        # Looked at before it is read: what changes meanwhile is read the next time.
        state = _state(self._path)
        if self._found is None or state != self._state:
            self._found = self._read()
            self._state = state
        if isinstance(self._found, UserError):
            raise self._found.with_traceback(None)
        return self._found

    def _read(self) -> Keyring | UserError:
        from viva.workbench.raters import load

        if not self._path.is_file():
            return NotFound(f"there is no {self._path}: nobody could come in", f"let somebody in: {ADD}")
        try:
            return Keyring(load(self._path).values())
        except UserError as error:
            return error


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def _public_key(text: str, name: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_public_key(text)
    except (asyncssh.KeyImportError, ValueError) as error:
        raise BadInput(f"a key of the rater {name} cannot be read") from error


class Guard(asyncssh.SSHServer):
    """What one connection may do: prove a key, then open one session."""

    def __init__(
        self,
        raters: RaterList,
        unreadable: Callable[[str], None],
        begin_session: Callable[[asyncssh.SSHServerConnection, Identity, "Begun"], "TerminalSession"],
    ) -> None:
        self._raters = raters
        self._unreadable = unreadable
        self._begin_session = begin_session
        self._keyring: Keyring | None = None
        self._names = 0
        self._requested = False
        self.begun: Begun = asyncio.get_running_loop().create_future()
        """The one session of the connection, once it runs."""
        self.user: str | None = None
        """The user name that was given last."""
        self.identity: Identity | None = None
        """Who it is, once that has been proved."""
        self.failed = 0
        """Keys that were offered and are nobody's."""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        """Look up who may come in under this name, as the list is now; always ask for a key."""
        self.user = username
        self._names += 1
        if self._names > MOST_NAMES:
            raise asyncssh.PermissionDenied("Too many names")
        try:
            self._keyring = self._raters.keyring()
        except UserError as error:
            self._keyring = None
            self._unreadable(error.message)
        self._connection.set_authorized_keys(self._keyring.authorized(username) if self._keyring else None)
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        """Refuse a key that is not among those of `begin_auth`, which asyncssh asked before."""
        self.failed += 1
        if self.failed >= MOST_KEYS:
            raise asyncssh.PermissionDenied("Too many keys")
        return False

    def password_auth_supported(self) -> bool:
        return False

    def kbdint_auth_supported(self) -> bool:
        return False

    def host_based_auth_supported(self) -> bool:
        return False

    def auth_completed(self) -> None:
        """Note whose key was proved to be held: merely offered ones never come here."""
        assert self._keyring is not None
        self.identity = self._keyring.holder(self._connection)

    def session_requested(self) -> "TerminalSession | bool":
        if self.identity is None or self._requested:
            return False
        self._requested = True
        return self._begin_session(self._connection, self.identity, self.begun)
