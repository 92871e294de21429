"""What a dropped connection means to a dialog in lines: the end of what is typed."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Read = Callable[[], str]


@contextmanager
def hang_up_ends_reading(read: Read) -> Iterator[Read]:
    """Give what reads as `read` does, and raises `EOFError` once the connection is dropped or the process shall end.

    Only reading is interrupted: a hang-up between two lines is noted and ends the next one, so that what is being
    saved or given back then is done in full. In any other thread than the main one only `read`'s own errors count.
    """
    reading, over = False, False

    def end(_signal: int, _frame: object) -> None:
        nonlocal over
        over = True
        if reading:
            raise EOFError("hung up")

    def line() -> str:
        nonlocal reading
        try:
            reading = True
            if over:
                raise EOFError("hung up")
            return read()
        except OSError as error:
            # The terminal is gone, and the signal that says so may still be on its way.
            raise EOFError("nobody types any more") from error
        finally:
            reading = False

    if threading.current_thread() is not threading.main_thread():
        yield line
        return
    before = {number: signal.signal(number, end) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield line
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
