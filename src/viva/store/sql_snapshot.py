"""The copy of the store that a session of queries looks at: nameless, and brought up to date before each query."""

import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from viva.errors import StoreBusy, StoreError, UserError
from viva.store.file import Store
from viva.store.snapshot import SLICE, Copier, LogBehind

PATIENCE = 120.0
"""Seconds that a first copy waits for a store that others are busy with."""
SHORT_PATIENCE = 3.0
"""Seconds that a later copy waits; then the one that is there is looked at once more."""


class LatestCopy:
    """A copy that is gone when nobody holds its descriptors, whatever ends the process.

    `age` is how many seconds ago the copy was last known to be the store as it stands, as of the last `refresh`.
    """

    def __init__(self, store: Store, folder: Path, patience: float = PATIENCE) -> None:
        self._store = store
        self._folder = folder
        self._patience = patience
        self._guard = threading.Lock()
        self._stopped = False
        self._copier: Copier | None = None
        self._files: tuple[int, int] | None = None
        self._known = 0.0
        self.age = 0.0
        self.longest_hold = 0.0
        with suppress(OSError):
            sweep(folder)

    def begin(self) -> None:
        """Forget an earlier `stop`."""
        self._stopped = False

    def refresh(self) -> None:
        """Make the copy the store as it stands.

        Where others keep the store busy, an earlier copy is kept after a few seconds, and without one it is waited
        for. Raises `StoreBusy` after that, `StoreError` where nothing can be written, `UserError` when stopped.
        """
        try:
            if not (self._files is not None and self._updated(self._files[1])):
                self._made()
        except OSError as error:
            raise StoreError(f"{self._folder} cannot be used: {error.strerror}") from error

    @contextmanager
    def current(self) -> Iterator[int]:
        """Lend a descriptor of the copy that can be read only."""
        if self._files is None:
            raise StoreError("there is no copy of the store to look at")
        yield self._files[0]

    def stop(self) -> None:
        """End a `refresh` under way, from any thread."""
        with self._guard:
            self._stopped = True
            if self._copier is not None:
                self._copier.stop()

    def close(self) -> None:
        """Give the copy up."""
        files, self._files = self._files, None
        for descriptor in files or ():
            os.close(descriptor)

    def _updated(self, copy: int) -> bool:
        """Bring the copy up to date; tell whether there is one to look at."""
        store = self._store.or_empty()
        with Copier(store.path, copy) as copier:
            self._began(copier)
            try:
                self._hold(copier.run(store.quiet, SHORT_PATIENCE, self._patience).held)
            except StoreBusy:
                if copier.touched:
                    # Some blocks are new, others old.
                    self.close()
                    raise
                self.age = time.monotonic() - self._known
            except LogBehind:
                self.close()
                return False
            except BaseException:
                self.close()
                raise
            else:
                self._whole()
        return True

    def _made(self) -> None:
        """Make a first copy under a name, and take the name away."""
        self._wait_until_there()
        store = self._store.or_empty()
        with ExitStack() as claim:
            if store is self._store:
                self._folder.mkdir(parents=True, exist_ok=True)
                folder = claim.enter_context(claimed_folder(self._folder))
            else:
                folder = Path(claim.enter_context(tempfile.TemporaryDirectory()))
            path = folder / store.path.name
            self._hold(store.copy_to(path, self._patience, self._began).held)
            reading = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                self._files = reading, os.open(path, os.O_RDWR | os.O_CLOEXEC)
            except OSError:
                os.close(reading)
                raise
        self._whole()

    def _wait_until_there(self) -> None:
        """See that the store is there, of this version and not damaged, in slices, so that this can be stopped."""
        deadline = time.monotonic() + self._patience
        while not self._stopped:
            left = deadline - time.monotonic()
            try:
                with self._store.read(max(min(left, SLICE), 0.0)):
                    return
            except StoreBusy:
                if left <= SLICE:
                    raise
        raise UserError("query cancelled")

    def _began(self, copier: Copier) -> None:
        with self._guard:
            self._copier = copier
            if self._stopped:
                copier.stop()

    def _hold(self, seconds: float) -> None:
        self.longest_hold = max(self.longest_hold, seconds)

    def _whole(self) -> None:
        self._known, self.age = time.monotonic(), 0.0


@contextmanager
def claimed_folder(parent: Path) -> Iterator[Path]:
    """Make a folder that is locked as long as this process uses it, and removed afterwards."""
    with ExitStack() as claim:
        with _locked(parent, fcntl.LOCK_EX):
            folder = Path(tempfile.mkdtemp(dir=parent))
            claim.enter_context(_locked(folder, fcntl.LOCK_EX))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove the folders whose process died before it could: nobody holds their lock."""
    with _locked(parent, fcntl.LOCK_EX):
        for folder in [path for path in parent.iterdir() if path.is_dir()]:
            with suppress(BlockingIOError), _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path, mode: int) -> Iterator[None]:
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, mode)
        yield
    finally:
        os.close(descriptor)
