"""chrF (Popović 2015): the F-score, recall counting twice, of sequences of one to six characters, from 0 to 100.

The numbers are those of sacrebleu's sentence_chrf: white space left out, case kept, precision and recall averaged over
the lengths that both texts have. The sequences are counted by sorting numbers instead of cutting strings: each place
of either text becomes one number that holds its next six characters, the first one in the highest bits. Sorted once,
equal sequences of any length lie side by side.
"""

from collections import Counter
from collections.abc import Sequence

from viva.metrics.protocol import Metric, Row, Values
from viva.records.metric import MetricOptions

ORDER = 6
BETA = 2
BITS = 62 // ORDER
"""For one character: six of them and the mark that tells the texts apart fill a number of 64 bits, the sign unused."""


class Chrf:
    """Scores texts against their references; without a common length there is no overlap and the score is 0."""

    def values(self, rows: Sequence[Row]) -> list[Values]:
        return [(score(row.reference, row.text),) for row in rows]


def score(reference: str, text: str) -> float:
    """Return the chrF of two texts, from 0 to 100."""
    wanted, got = "".join(reference.split()), "".join(text.split())
    orders = min(ORDER, len(wanted), len(got))
    if not orders:
        return 0.0
    common = _common(wanted, got, orders)
    precision = sum(count / (len(got) - place) for place, count in enumerate(common)) / orders
    recall = sum(count / (len(wanted) - place) for place, count in enumerate(common)) / orders
    weighted = BETA**2 * precision + recall
    return 100 * ((1 + BETA**2) * precision * recall / weighted) if weighted else 0.0


def _common(wanted: str, got: str, orders: int) -> list[int]:
    """Return for each length up to `orders` how many sequences two texts have in common, each as often as in both."""
    import numpy as np

    characters = np.frombuffer((wanted + got).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    if characters.max() + 1 < 1 << BITS:
        codes = characters + 1
    else:
        different, codes = np.unique(characters, return_inverse=True)
        if len(different) + 1 > 1 << BITS:
            return [_common_strings(wanted, got, order) for order in range(1, orders + 1)]
        codes = codes + 1
    bits = int(codes.max()).bit_length()
    places = np.zeros(len(codes), dtype=np.int64)
    for first, end in ((0, len(wanted)), (len(wanted), len(codes))):
        for place in range(min(ORDER, end - first)):
            # What lies past a text's end stays 0, which is no character's number.
            places[first : end - place] |= codes[first + place : end] << (1 + bits * (ORDER - 1 - place))
    places[len(wanted) :] |= 1
    places.sort()
    of_text = places & 1
    found = []
    for order in range(1, orders + 1):
        keys = places >> (1 + bits * (ORDER - order))
        starts = np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1))
        in_text = np.add.reduceat(of_text, starts)
        in_reference = np.diff(starts, append=len(keys)) - in_text
        whole = keys[starts] & ((1 << bits) - 1) != 0
        found.append(int(np.minimum(in_text, in_reference)[whole].sum()))
    return found


def _common_strings(wanted: str, got: str, order: int) -> int:
    """Return how many sequences two texts have in common; for texts of more characters than the numbers can hold."""
    one, other = (
        Counter(text[place : place + order] for place in range(len(text) - order + 1)) for text in (wanted, got)
    )
    return (one & other).total()


def settings(_options: MetricOptions) -> str:
    return f"char_order={ORDER}, word_order=0, beta={BETA}, case=mixed, white_space=no"


def create(_options: MetricOptions) -> Metric:
    return Chrf()
