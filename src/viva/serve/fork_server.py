"""The fork server: one process without threads that has loaded the screens and forks once for each session.

`python -m viva.serve.fork_server FD`: FD is a socket whose other end the SSH server holds. The first message names what
opens a session (`module:function`, called once; what it returns is called in each child) and the settings. After that,
each message asks for a session and carries its terminal. Answers carry the number of the request and a file descriptor
of the child's process, later its exit status.
"""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import threading
from typing import Any

from viva.serve import child
from viva.serve.request import LARGEST, decoded, encoded, opening_of, settings_of
from viva.settings import Settings

SECONDS_AFTER_HANG_UP = 10.0
"""How long the sessions may take to end once the SSH server is gone; the kernel has hung their terminals up."""


class ForkServer:
    """Forks sessions, and tells how they end."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._children: dict[int, tuple[int, int]] = {}
        """By the file descriptor of each child's process: its pid and the number of the request."""

    def serve(self) -> int:
        """Work until the SSH server is gone and all sessions have ended; return the exit code."""
        message = decoded(self._socket.recv(LARGEST))
        module, _, name = message["opener"].partition(":")
        opener: child.OpenSession = getattr(importlib.import_module(module), name)()
        settings = settings_of(message["settings"])
        if threading.active_count() > 1:
            raise RuntimeError(f"threads run before the first fork: {[each.name for each in threading.enumerate()]}")
        # What is loaded now is shared with all children as long as the collector leaves it alone.
        gc.collect()
        gc.freeze()
        self._socket.send(encoded({"ready": os.getpid()}))
        while True:
            ready = self._wait(None)
            if self._socket.fileno() in ready and not self._asked(opener, settings):
                break
            self._reap(ready)
        self._let_end()
        return 0

    def _wait(self, seconds: float | None) -> set[int]:
        poll = select.poll()
        for descriptor in (self._socket.fileno(), *self._children):
            poll.register(descriptor, select.POLLIN)
        return {descriptor for descriptor, _ in poll.poll(None if seconds is None else seconds * 1000)}

    def _asked(self, opener: child.OpenSession, settings: Settings) -> bool:
        """Answer one request; False where there will be no more."""
        data, descriptors, _, _ = socket.recv_fds(self._socket, LARGEST, 1)
        if not data:
            return False
        opening = opening_of(decoded(data))
        [terminal] = descriptors
        try:
            pid = os.fork()
        except OSError as error:
            os.close(terminal)
            self._tell({"number": opening.number, "error": error.strerror}, [])
            return True
        if pid == 0:
            code = 1
            try:
                self._socket.detach()
                code = child.run(opening, terminal, settings, opener)
            finally:
                # Whatever happens, a child never goes on as the fork server.
                os._exit(code & 0xFF)
        os.close(terminal)
        process = os.pidfd_open(pid)
        self._children[process] = (pid, opening.number)
        self._tell({"number": opening.number, "pid": pid}, [process])
        return True

    def _reap(self, ready: set[int]) -> None:
        for process in ready & self._children.keys():
            pid, number = self._children.pop(process)
            _, status = os.waitpid(pid, 0)
            os.close(process)
            self._tell({"number": number, "status": os.waitstatus_to_exitcode(status)}, [])

    def _tell(self, message: dict[str, Any], descriptors: list[int]) -> None:
        try:
            socket.send_fds(self._socket, [encoded(message)], descriptors)
        except (BrokenPipeError, ConnectionResetError):
            # The SSH server is gone, which the next look at the socket tells.
            return

    def _let_end(self) -> None:
        """Wait for the children, whose terminals are gone, and end by force those that stay."""
        self._socket.close()
        poll = select.poll()
        for process in self._children:
            poll.register(process, select.POLLIN)
        waited = 0.0
        while self._children and waited < SECONDS_AFTER_HANG_UP:
            ended = {descriptor for descriptor, _ in poll.poll(500)}
            for process in ended:
                poll.unregister(process)
                os.waitpid(self._children.pop(process)[0], 0)
            waited += 0.0 if ended else 0.5
        for pid, _ in self._children.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    code = ForkServer(socket.socket(fileno=int(sys.argv[1]))).serve()
    # Nothing is left to be done, and libraries complain about what was kept from the collector.
    os._exit(code)
