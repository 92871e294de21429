"""ROUGE, chrF and METEOR beside rouge-score, sacrebleu and nltk, in the same run.

    python -m bench.metrics [NUMBER OF PAIRS]

The pairs are those of the tests: references of the bundled datasets with changed, shortened, mixed and foreign texts,
first without those of 5,000 words, then one of these. viva and the other take turns, 50 pairs at a time. Each gets the
texts as they are and has seen none of them before; loading libraries and WordNet does not count. `difference` is the
largest one between two numbers of a pair. METEOR's row is left out where WordNet is not installed.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fakes.nltk_wordnet import nltk_reader
from tests.fakes.pairs import LONG, long_pair, pairs
from viva.metrics import registry, rouge, wordnet_files
from viva.metrics.protocol import Row, Unscored, Values
from viva.records.metric import METRICS, MetricOptions

PAIRS = 1000
PIECE = 50
ROUGE = {"rouge_l": "rougeL", "rouge_1": "rouge1", "rouge_2": "rouge2"}

Pairs = list[tuple[str, str]]
Scored = list[tuple[float, ...]]


def viva_scorer(name: str) -> Callable[[Pairs], list[Values]]:
    rouge.words.cache_clear()
    metric = registry.create(name, MetricOptions())
    return lambda given: metric.values([Row("", "", reference, text) for reference, text in given])


def rouge_scorer(name: str) -> Callable[[Pairs], Scored]:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer([ROUGE[name]])

    def scored(given: Pairs) -> Scored:
        scores = [scorer.score(reference, text)[ROUGE[name]] for reference, text in given]
        return [(score.fmeasure, score.precision, score.recall) for score in scores]

    return scored


def sacrebleu_scorer(given: Pairs) -> Scored:
    from sacrebleu import sentence_chrf

    return [(sentence_chrf(text, [reference]).score,) for reference, text in given]


@contextmanager
def nltk_scorer() -> Iterator[Callable[[Pairs], Scored]]:
    from nltk.tokenize import wordpunct_tokenize
    from nltk.translate.meteor_score import single_meteor_score

    files = wordnet_files.obtain()
    with tempfile.TemporaryDirectory() as folder, nltk_reader(files, Path(folder)) as reader:
        yield lambda given: [
            (single_meteor_score(wordpunct_tokenize(reference), wordpunct_tokenize(text), wordnet=reader),)
            for reference, text in given
        ]


def difference(some: list[Values], others: Scored) -> float:
    """Return the largest difference between two numbers of the same pair and measure."""
    largest = 0.0
    for values, wanted in zip(some, others, strict=True):
        for value, other in zip(values, wanted, strict=True):
            if isinstance(value, Unscored):
                raise SystemExit(f"unscored: {value.reason}")
            largest = max(largest, abs(value - other))
    return largest


def add_row(table: Table, title: str, given: Pairs, name: str, tool: str, score: Callable[[Pairs], Scored]) -> None:
    """Measure a metric in turns with a tool, so that what else the machine does hits both."""
    mine = viva_scorer(name)
    seconds, longer, largest = 0.0, 0.0, 0.0
    for first in range(0, len(given), PIECE):
        piece = given[first : first + PIECE]
        began = time.perf_counter()
        values = mine(piece)
        middle = time.perf_counter()
        wanted = score(piece)
        longer += time.perf_counter() - middle
        seconds += middle - began
        largest = max(largest, difference(values, wanted))
    ratio = f"{longer / seconds:.1f}"
    table.add_row(title, METRICS[name].title, f"{seconds:.3f}", tool, f"{longer:.2f}", ratio, f"{largest:.1e}")


def add_rows(table: Table, title: str, given: Pairs) -> None:
    """Measure every metric on some pairs."""
    for name in ROUGE:
        add_row(table, title, given, name, "rouge-score", rouge_scorer(name))
    add_row(table, title, given, "chrf", "sacrebleu", sacrebleu_scorer)
    if wordnet_files.find() is not None:
        with nltk_scorer() as score:
            add_row(table, title, given, "meteor", "nltk", score)
    table.add_section()


def main() -> None:
    count = int(sys.argv[1]) if sys.argv[1:] else PAIRS
    given = [pair for pair in pairs(count) if len(pair[0].split()) < LONG]
    words = sum(len(text.split()) for pair in given for text in pair) / (2 * len(given))
    table = Table(title="metrics of words and characters", caption="ratio: times viva's seconds")
    for column in ("pairs", "metric", "viva, s", "beside", "its s", "ratio", "difference"):
        table.add_column(column, justify="left" if column in ("pairs", "metric", "beside") else "right")
    add_rows(table, f"{len(given):,} of {words:.0f} words on average", given)
    add_rows(table, f"1 of {LONG:,} words", [long_pair(random.Random(0))])
    Console().print(table)


if __name__ == "__main__":
    main()
