"""What the ROUGE metrics share: the words of the package rouge-score, and F1, precision and recall of an overlap."""

from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from string import ascii_lowercase, digits
from sys import intern

from viva.metrics.protocol import Row, Values

SETTINGS = "use_stemmer=false"
KNOWN_TEXTS = 1024
_KEPT = bytes(code if chr(code) in ascii_lowercase + digits else ord(" ") for code in range(256))


@lru_cache(maxsize=KNOWN_TEXTS)
def words(text: str) -> tuple[str, ...]:
    """Return the words: lower case, letters a to z and digits only.

    The last texts are remembered, since each metric asks for the same ones; equal words are one object in memory.
    """
    # What is not ASCII becomes a question mark, and that a space.
    plain = text.lower().encode("ascii", "replace").translate(_KEPT).decode("ascii")
    return tuple(map(intern, plain.split()))


def overlap(common: int, got: int, wanted: int) -> Values:
    """Return F1, precision and recall, each from 0 to 1, of `common` among `got` and `wanted`; 0 for no overlap."""
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / got, common / wanted
    return 2 * precision * recall / (precision + recall), precision, recall


class RougeN:
    """ROUGE-N (Lin 2004, section 2): how many sequences of `length` words a text shares with its reference."""

    def __init__(self, length: int) -> None:
        self._length = length

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [self._values(row) for row in rows]

    def _values(self, row: Row) -> Values:
        wanted, got = self._sequences(row.reference), self._sequences(row.text)
        common = sum([min(got[each], wanted[each]) for each in got.keys() & wanted.keys()])
        return overlap(common, got.total(), wanted.total())

    def _sequences(self, text: str) -> Counter[Hashable]:
        found = words(text)
        if self._length == 1:
            return Counter(found)
        return Counter(zip(*(found[place:] for place in range(self._length)), strict=False))
