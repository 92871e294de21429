"""Bytes between a channel and the terminal of a session, never more of them waiting than a moment's worth."""

import asyncio
import errno
import fcntl
import os
import struct
import termios
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncssh

CHUNK = 32_768
"""Bytes read from the terminal at once."""

MOST_TYPED = 65_536
"""Bytes of input that wait for the program before the client is held back."""

MOST_UNSENT = 131_072
"""Bytes in the kernel that the client has not taken before the program is held back.

asyncssh sends as much as the client's window allows, which the client chooses and which may be gigabytes.
"""

LOOK_AGAIN = 0.05
"""Seconds until one looks whether a slow client has taken something."""


class Bridge:
    """Carries bytes both ways between `channel` and the master side of a terminal, which it owns."""

    def __init__(self, master: int, channel: "asyncssh.SSHServerChannel[bytes]") -> None:
        self._master = master
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._typed: deque[memoryview] = deque()
        self._waiting = 0
        self._held_back = False
        self._paused = False
        self._again: asyncio.TimerHandle | None = None
        self._open = True
        os.set_blocking(master, False)
        self._loop.add_reader(master, self._read)

    def feed(self, data: bytes) -> None:
        """Give the program what was typed."""
        if not self._open:
            return
        self._typed.append(memoryview(data))
        self._waiting += len(data)
        self._write()
        if self._waiting > MOST_TYPED and not self._held_back:
            self._held_back = True
            self._channel.pause_reading()

    def pause(self) -> None:
        """Read no more from the program: the channel is full."""
        self._paused = True
        if self._open:
            self._loop.remove_reader(self._master)

    def resume(self) -> None:
        """Go on reading."""
        self._paused = False
        if self._open and self._again is None:
            self._loop.add_reader(self._master, self._read)

    def resize(self, columns: int, rows: int) -> None:
        """Tell the terminal its new size."""
        if self._open:
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def drain(self) -> None:
        """Send what the program, which has ended, wrote last."""
        while self._open and (data := self._take()):
            self._channel.write(data)

    def close(self) -> None:
        """Hang the terminal up."""
        if not self._open:
            return
        self._open = False
        if self._again is not None:
            self._again.cancel()
        self._loop.remove_reader(self._master)
        self._loop.remove_writer(self._master)
        os.close(self._master)

    def _read(self) -> None:
        if self._unsent() > MOST_UNSENT:
            self._loop.remove_reader(self._master)
            self._again = self._loop.call_later(LOOK_AGAIN, self._look_again)
            return
        data = self._take()
        if data:
            self._channel.write(data)
        elif data is not None:
            # The program has closed its side; that it has ended is told elsewhere.
            self._loop.remove_reader(self._master)

    def _look_again(self) -> None:
        self._again = None
        if not self._paused:
            self.resume()

    def _take(self) -> bytes | None:
        """Return bytes of the program, none at its end, None where there are none now."""
        try:
            return os.read(self._master, CHUNK)
        except BlockingIOError:
            return None
        except OSError as error:
            # How Linux says that nobody holds the other side any more.
            if error.errno == errno.EIO:
                return b""
            raise

    def _write(self) -> None:
        while self._typed:
            try:
                written = os.write(self._master, self._typed[0])
            except BlockingIOError:
                self._loop.add_writer(self._master, self._write)
                return
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                # The program is gone: nobody will read it.
                self._typed.clear()
                self._waiting = 0
                break
            self._waiting -= written
            if written == len(self._typed[0]):
                self._typed.popleft()
            else:
                self._typed[0] = self._typed[0][written:]
        self._loop.remove_writer(self._master)
        if self._held_back:
            self._held_back = False
            self._channel.resume_reading()

    def _unsent(self) -> int:
        """Return how many bytes the kernel holds that the client has not acknowledged."""
        connection = self._channel.get_connection().get_extra_info("socket")
        if connection is None or connection.fileno() < 0:
            return 0
        [unsent] = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        return int(unsent)
