"""Starting processes that outlive the terminal, and ending them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from viva.jobs.directory import JobDirectory

GRACE_SECONDS = 5.0


def start(directory: JobDirectory, module: str, arguments: Sequence[str]) -> bool:
    """Start `python -m module … directory LOCK` in a session of its own; False where the job is alive already.

    The child is born holding the job's lock: there is no moment at which it could be taken for dead.
    """
    with directory.hold() as lock:
        if lock is None:
            return False
        directory.forget_end()
        with directory.log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments, str(directory.path), str(lock)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
            )
        directory.note_supervisor(process.pid)
    # Collects the exit status, so that a job that ends while its starter lives leaves no zombie.
    threading.Thread(target=process.wait, daemon=True, name=f"reap {directory.job_id}").start()
    return True


def cancel(directory: JobDirectory) -> bool:
    """Ask a living job to stop, and end it by force where it does not; False where it was not alive."""
    pid = directory.pid()
    if pid is None or not directory.alive:
        return False
    _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while directory.alive and time.monotonic() < deadline:
        time.sleep(0.05)
    if directory.alive:
        _signal(pid, signal.SIGKILL)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to the job's whole process group, of which the supervisor is the leader."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        # It ended between the look at its lock and the signal.
        return
