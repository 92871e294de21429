"""A memory of what was computed for the texts that came last, bounded in bytes however many texts there are."""

from collections import OrderedDict
from hashlib import blake2b
from typing import Generic, TypeVar

Value = TypeVar("Value")

_OVERHEAD = 250
"""Bytes that an entry takes beside its value's own."""


class Recent(Generic[Value]):
    """Keeps values by text, at most `size` bytes of them; those that were asked for longest ago go first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._values: OrderedDict[bytes, tuple[Value, int]] = OrderedDict()

    def get(self, text: str) -> Value | None:
        """Return a text's value, None where it is not kept."""
        key = _key(text)
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, text: str, value: Value, size: int) -> None:
        """Keep a text's value of `size` bytes; one larger than the whole memory is not kept."""
        key, size = _key(text), size + _OVERHEAD
        if size > self._size:
            return
        self._held += size - self._values.pop(key, (value, 0))[1]
        self._values[key] = (value, size)
        while self._held > self._size:
            _, (_, gone) = self._values.popitem(last=False)
            self._held -= gone

    def __len__(self) -> int:
        return len(self._values)


def _key(text: str) -> bytes:
    # A text may be long: its digest is kept in its place.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
