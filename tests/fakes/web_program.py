"""A program for a terminal that tells its size and its keys; `q` ends it, and a hang-up is noted in a file.

python -m tests.fakes.web_program NOTE [stubborn]: the second word makes it live through a hang-up.
"""

import os
import shutil
import signal
import sys
import time
import tty
from pathlib import Path
from types import FrameType


def main() -> None:
    note, stubborn = Path(sys.argv[1]), sys.argv[2:] == ["stubborn"]

    def hung_up(_number: int, _frame: FrameType | None) -> None:
        note.write_text("hung up")
        if not stubborn:
            raise SystemExit

    def paint(*_: object) -> None:
        size = shutil.get_terminal_size((0, 0))
        os.write(1, f"\x1b[2J\x1b[Hsize {size.columns}x{size.lines} on {os.ttyname(0)} keys {keys!r}".encode())

    keys = b""
    signal.signal(signal.SIGHUP, hung_up)
    signal.signal(signal.SIGWINCH, paint)
    tty.setraw(0)
    note.write_text(str(os.getpid()))
    while not keys.endswith(b"q"):
        paint()
        try:
            keys += os.read(0, 1024)
        except OSError:
            # The terminal is gone; the signal that says so comes a moment later.
            while True:
                time.sleep(0.01)


if __name__ == "__main__":
    main()
