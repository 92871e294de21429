"""Near-duplicates among planted questions: viva's find_pairs beside datasketch and rapidfuzz, in the same run.

    python -m bench.near_duplicates [NUMBER OF QUESTIONS ...]

The questions are word chains drawn from the bundled texts, one in ten from a handful of templates (which are no
duplicates of one another); 5% each are copies with other case and punctuation, edits of one or two words, and
paraphrases (clauses swapped, synonyms). Each tool runs in its own process at a threshold of its own: viva at 0.9;
datasketch's MinHashLSH at the Jaccard index 0.82 that is equal to it, as it comes and with its candidates checked by
rapidfuzz; rapidfuzz alone, every question with every other, up to 15,000 questions. rapidfuzz measures
token_sort_ratio, at 90: of 80, 85, 90 and 93 the best for these questions. Time leaves out making the questions,
memory does not.
"""

import csv
import json
import math
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

DATA = Path(__file__).parents[1] / "data"
SEED = 11
PLANTED = 0.05
TEMPLATED = 0.1
MOST_EXHAUSTIVE = 15_000
RAPIDFUZZ = 90
KINDS = ("copy", "edit", "paraphrase")
TEMPLATES = (
    "How can {0} be detected in {1}?",
    "What is the most reliable way to tell {0} from {1} with few labels?",
    "Which sensors are needed to notice {0} before {1} is harmed?",
    "Why do models that were trained on {0} fail on {1}, and how can this be measured?",
)
SYNONYMS = {
    "can": "could", "detect": "spot", "detected": "spotted", "camera": "video device", "cameras": "video devices",
    "find": "locate", "show": "reveal", "many": "numerous", "often": "frequently", "before": "ahead of",
    "people": "persons", "start": "begin", "need": "require", "enough": "sufficiently", "small": "little",
    "large": "big", "frames": "images", "model": "network", "wrong": "incorrect", "fast": "quick", "use": "employ",
}  # fmt: skip

Found = set[tuple[int, int]]


class Planted(NamedTuple):
    """Questions, and which pairs of them are duplicates of which kind."""

    questions: list[str]
    truth: dict[tuple[int, int], str]


def chain_of_words() -> dict[str, list[str]]:
    """Return for each word of the bundled texts those that follow it somewhere."""
    with (DATA / "datasets" / "vad.csv").open(encoding="utf-8", newline="") as file:
        text = " ".join(f"{row['question']} {row['reference']}" for row in csv.DictReader(file))
    words = f"{text} {(DATA / 'starter' / 'corpus.txt').read_text(encoding='utf-8')}".split()
    chain: dict[str, list[str]] = {}
    for word, following in pairwise(words):
        chain.setdefault(word, []).append(following)
    chain.setdefault(words[-1], words[:1])
    return chain


def planted(count: int) -> Planted:
    """Return `count` questions, in random order, with the truth about them."""
    drawn = random.Random(SEED)
    chain = chain_of_words()
    starts = list(chain)
    each = int(count * PLANTED)
    bases = []
    for _ in range(count - len(KINDS) * each):
        if drawn.random() < TEMPLATED:
            slots = [" ".join(walk(drawn, chain, starts, drawn.randint(1, 3))).strip(".,?:;") for _ in range(2)]
            bases.append(drawn.choice(TEMPLATES).format(*slots))
        else:
            bases.append(" ".join(walk(drawn, chain, starts, drawn.randint(8, 40))) + "?")
    changes: dict[str, Callable[[random.Random, str], str]] = {"copy": copied, "edit": edited, "paraphrase": reworded}
    originals = drawn.sample(range(len(bases)), len(KINDS) * each)
    made = [(index, KINDS[number // each]) for number, index in enumerate(originals)]
    texts = bases + [changes[kind](drawn, bases[index]) for index, kind in made]
    order = drawn.sample(range(len(texts)), len(texts))
    place = {index: number for number, index in enumerate(order)}
    truth = {}
    for number, (index, kind) in enumerate(made):
        one, other = sorted((place[index], place[len(bases) + number]))
        truth[one, other] = kind
    return Planted([texts[index] for index in order], truth)


def walk(drawn: random.Random, chain: dict[str, list[str]], starts: list[str], length: int) -> list[str]:
    words = [drawn.choice(starts)]
    while len(words) < length:
        words.append(drawn.choice(chain[words[-1]]))
    return words


def copied(drawn: random.Random, text: str) -> str:
    return drawn.choice([str.upper, str.lower, str.title])(text).replace(",", " ").replace("?", " ?")


def edited(drawn: random.Random, text: str) -> str:
    """Return the text with one or two words replaced, left out or put in."""
    words = text.split()
    for _ in range(drawn.randint(1, 2)):
        place = drawn.randrange(len(words))
        new = drawn.choice([["rather"], ["another"], [], ["really", words[place]]])
        words[place : place + 1] = new
    return " ".join(words)


def reworded(drawn: random.Random, text: str) -> str:
    """Return the text with its halves swapped and known words replaced by synonyms."""
    words = text.split()
    middle = drawn.randint(len(words) // 3, 2 * len(words) // 3)
    return " ".join(SYNONYMS.get(word, word) for word in words[middle:] + words[:middle])


def find_with_viva(questions: list[str]) -> Found:
    from viva.dataset.near_duplicates import find_pairs

    return {(pair.first, pair.second) for pair in find_pairs(questions).pairs}


def find_with_datasketch(questions: list[str]) -> Found:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.82, num_perm=128)
    found = set()
    for number, question in enumerate(questions):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([word.encode() for word in set(plain(question).split())])
        found.update((other, number) for other in index.query(sketch))
        index.insert(number, sketch)
    return found


def find_with_both(questions: list[str]) -> Found:
    from rapidfuzz import fuzz

    texts = [in_order(question) for question in questions]
    candidates = find_with_datasketch(questions)
    return {(one, other) for one, other in candidates if fuzz.ratio(texts[one], texts[other]) >= RAPIDFUZZ}


def find_with_rapidfuzz(questions: list[str]) -> Found:
    import numpy as np
    from rapidfuzz import fuzz, process

    texts = [in_order(question) for question in questions]
    found = set()
    for start in range(0, len(texts), 500):
        rest = texts[start:]
        scores = process.cdist(rest[:500], rest, scorer=fuzz.ratio, score_cutoff=RAPIDFUZZ, dtype=np.uint8, workers=1)
        rows, columns = np.nonzero(scores)
        found.update(
            (start + row, start + column)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if row < column
        )
    return found


def plain(text: str) -> str:
    from rapidfuzz.utils import default_process

    return default_process(text)


def in_order(text: str) -> str:
    """Return the words of the text in alphabetical order, for which `ratio` is token_sort_ratio."""
    return " ".join(sorted(plain(text).split()))


TOOLS: dict[str, Callable[[list[str]], Found]] = {
    "viva": find_with_viva,
    "datasketch": find_with_datasketch,
    "datasketch, checked": find_with_both,
    "rapidfuzz": find_with_rapidfuzz,
}


def worker(tool: str, count: int) -> None:
    """Run one tool and print what came of it as JSON."""
    questions, truth = planted(count)
    TOOLS[tool](questions[:10])  # loads what it needs
    begun = time.perf_counter()
    found = TOOLS[tool](questions)
    seconds = time.perf_counter() - begun
    right = found & truth.keys()
    totals = {kind: sum(1 for value in truth.values() if value == kind) for kind in KINDS}
    recall = {kind: sum(1 for pair in right if truth[pair] == kind) / max(totals[kind], 1) for kind in KINDS}
    result = {
        "seconds": seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "precision": len(right) / max(len(found), 1),
        "recall": recall,
        "f1": 2 * len(right) / (len(found) + len(truth)),
    }
    print(json.dumps(result))


def measured(tool: str, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.near_duplicates", "--worker", tool, str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    counts = [int(given) for given in sys.argv[1:]] or [15_000, 100_000]
    table = Table(title="near-duplicates among planted questions", caption="ratio: times viva's seconds")
    columns = ("questions", "tool", "seconds", "ratio", "peak MiB", "precision", *KINDS, "F1")
    for column in columns:
        table.add_column(column, justify="left" if column == "tool" else "right")
    seconds: dict[str, dict[int, float]] = {tool: {} for tool in TOOLS}
    for count in counts:
        for tool in TOOLS:
            if tool == "rapidfuzz" and count > MOST_EXHAUSTIVE:
                continue
            result = measured(tool, count)
            seconds[tool][count] = result["seconds"]
            table.add_row(
                f"{count:,}",
                tool,
                f"{result['seconds']:.2f}",
                f"{result['seconds'] / seconds['viva'][count]:.1f}",
                f"{result['memory']:.0f}",
                f"{result['precision']:.3f}",
                *(f"{result['recall'][kind]:.3f}" for kind in KINDS),
                f"{result['f1']:.3f}",
            )
    console = Console()
    console.print(table)
    for tool, times in seconds.items():
        if len(times) > 1:
            low, high = min(times), max(times)
            exponent = math.log(times[high] / times[low]) / math.log(high / low)
            console.print(f"{tool}: time grows with the number of questions to the power {exponent:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], int(sys.argv[3]))
    else:
        main()
