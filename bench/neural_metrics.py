"""Metrics that ask a network: viva's embeddings beside a plain loop, its BERTScore beside bert-score, in the same run.

    python -m bench.neural_metrics [EXAMPLES]
    python -m bench.neural_metrics --memory [METRIC,METRIC,...] [ROWS ...]

Three systems have each written a text for each example: edits of references of the bundled datasets, some 200 tokens
long, so that questions and references come back with each system. Everything computes with the packaged MiniLM on two
threads, each tool in a process of its own; loading is left out of the time. The embeddings are those of
semantic_similarity and context_relevance together. The loop calls `encode([text])` for text, reference and question of
each row; one call of `encode` gets all these in one list. bert-score runs with one pair in a batch and with its usual
64. `difference` is the largest from the loop, and from bert-score with one pair in a batch.

With `--memory` the scoring program computes four cheap metrics (unless others are given) for 1,000 and 100,000 rows,
and its peak memory is compared.
"""

import contextlib
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.fakes.pairs import changed, references, vocabulary

THREADS = 2
SYSTEMS = 3
EXAMPLES = 20
PIECE = 128
SEED = 7
LAYER = 5
CHEAP = "rouge_l,length_ratio,distinct_2,repetition"

Row = tuple[str, str, str]
"""Question, reference and text."""

Values = list[list[float]]
Tool = Callable[[list[Row]], Values]


def made(count: int, seed: int = SEED) -> list[Row]:
    """Return the rows of one system after the other."""
    drawn = random.Random(seed)
    words = vocabulary()
    examples = [
        (" ".join(drawn.choices(words, k=drawn.randint(8, 25))) + "?", drawn.choice(references())) for _ in range(count)
    ]
    return [
        (question, reference, changed(drawn, reference)) for _ in range(SYSTEMS) for question, reference in examples
    ]


def rows_of(rows: list[Row]) -> list[Any]:
    from viva.metrics.protocol import Row as MetricRow

    return [MetricRow(str(place), *row) for place, row in enumerate(rows)]


def with_viva(*names: str) -> Tool:
    """Return viva's metrics as the scoring program asks them: a piece of rows at a time."""
    from viva.metrics import registry
    from viva.records.metric import MetricOptions

    metrics = [registry.create(name, MetricOptions(bertscore_layer=LAYER)) for name in names]

    def compute(rows: list[Row]) -> Values:
        found: Values = []
        for first in range(0, len(rows), PIECE):
            piece = rows_of(rows[first : first + PIECE])
            parts = [metric.values(piece) for metric in metrics]
            found += [[float(value) for values in row for value in values] for row in zip(*parts, strict=True)]
        return found

    return compute


def sentence_transformer() -> Any:
    from sentence_transformers import SentenceTransformer

    from viva.metrics.models import location_of

    model = SentenceTransformer(location_of("minilm"))
    model.max_seq_length = 512
    return model


def in_a_loop() -> Tool:
    model = sentence_transformer()

    def compute(rows: list[Row]) -> Values:
        found = []
        for row in rows:
            question, reference, text = (model.encode([part], normalize_embeddings=True)[0] for part in row)
            found.append([float(text @ reference), float(text @ question)])
        return found

    return compute


def in_one_list() -> Tool:
    model = sentence_transformer()

    def compute(rows: list[Row]) -> Values:
        vectors = model.encode([part for row in rows for part in row], normalize_embeddings=True)
        triples = zip(vectors[0::3], vectors[1::3], vectors[2::3], strict=True)
        return [[float(text @ reference), float(text @ question)] for question, reference, text in triples]

    return compute


def with_bert_score(batch_size: int) -> Tool:
    from bert_score import BERTScorer

    from viva.metrics.models import location_of

    scorer = BERTScorer(model_type=location_of("minilm"), num_layers=LAYER, batch_size=batch_size, device="cpu")

    def compute(rows: list[Row]) -> Values:
        found = scorer.score(
            [text for *_, text in rows], [reference for _, reference, _ in rows], batch_size=batch_size
        )
        precision, recall, f1 = (part.tolist() for part in found)
        return [list(values) for values in zip(f1, precision, recall, strict=True)]

    return compute


TOOLS: dict[str, dict[str, Callable[[], Tool]]] = {
    "embeddings": {
        "viva": lambda: with_viva("semantic_similarity", "context_relevance"),
        "encode, one by one": in_a_loop,
        "encode, one list": in_one_list,
    },
    "BERTScore": {
        "viva": lambda: with_viva("bertscore"),
        "bert-score, batch 1": lambda: with_bert_score(1),
        "bert-score, batch 64": lambda: with_bert_score(64),
    },
}
EXACT = {"embeddings": "encode, one by one", "BERTScore": "bert-score, batch 1"}


def worker(metric: str, tool: str, count: int) -> None:
    """Run one tool and print its values and what they took as JSON."""
    import torch

    torch.set_num_threads(THREADS)
    with contextlib.redirect_stdout(io.StringIO()):
        compute = TOOLS[metric][tool]()
        compute(made(2, SEED + 1))
        rows = made(count)
        begun, used = time.perf_counter(), time.process_time()
        values = compute(rows)
        seconds, used = time.perf_counter() - begun, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": used, "memory": memory, "values": values}))


def measured(metric: str, tool: str, count: int) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.neural_metrics", "--worker", metric, tool, str(count)]
    offline = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(THREADS), "TOKENIZERS_PARALLELISM": "false"}
    # A thread that waits for another one must not count as work.
    offline["OMP_WAIT_POLICY"] = "PASSIVE"
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **offline})
    return dict(json.loads(done.stdout.splitlines()[-1]))


def furthest(one: Values, other: Values) -> float:
    return max(abs(a - b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=True))


def compare(count: int) -> None:
    table = Table(
        title=f"{count * SYSTEMS} texts of {SYSTEMS} systems, {THREADS} threads",
        caption="ratio: times viva's CPU seconds",
    )
    for column in ("metric", "tool", "seconds", "CPU s", "ratio", "peak MiB", "difference"):
        table.add_column(column, justify="left" if column in ("metric", "tool") else "right")
    for metric, tools in TOOLS.items():
        results = {tool: measured(metric, tool, count) for tool in tools}
        exact = results[EXACT[metric]]["values"]
        for tool, result in results.items():
            table.add_row(
                metric,
                tool,
                f"{result['seconds']:.2f}",
                f"{result['cpu']:.2f}",
                f"{result['cpu'] / results['viva']['cpu']:.2f}",
                f"{result['memory']:.0f}",
                f"{furthest(result['values'], exact):.1e}",
            )
    Console().print(table)


def write_rows(path: Path, count: int, names: list[str]) -> None:
    """Write rows for the scoring program, texts and references of 5 to 15 words."""
    from viva import jsonl
    from viva.records.metric import METRICS

    drawn = random.Random(SEED)
    words = vocabulary()
    measures = [name for metric in names for name in METRICS[metric].names]

    def some() -> str:
        return " ".join(drawn.choices(words, k=drawn.randint(5, 15)))

    jsonl.write(
        path,
        (
            {"generation_id": f"{number:032x}", "question": some(), "reference": some(), "text": some()}
            | {"finish_reason": "stop", "failed": None, "measures": measures}
            for number in range(count)
        ),
    )


def scored(folder: Path, count: int, names: list[str]) -> tuple[int, float, float]:
    """Return how many scores the scoring program gave for `count` rows, its seconds and its peak in MiB."""
    from viva.metrics import registry
    from viva.records.metric import MetricOptions

    rows, config = folder / f"{count}.jsonl", folder / f"{count}.json"
    write_rows(rows, count, names)
    options = MetricOptions()
    settings = {name: registry.settings(name, options) for name in names}
    config.write_text(json.dumps({"rows": str(rows), "metrics": settings, "options": asdict(options)}), "utf-8")
    begun = time.perf_counter()
    command = [sys.executable, "-m", "viva.metrics.program", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        events = (json.loads(line) for line in child.stdout)
        scores = sum(len(event["rows"]) for event in events if event["event"] == "scores")
        # The only call that tells what this one child took.
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"the scoring program ended with {child.returncode}")
    return scores, time.perf_counter() - begun, usage.ru_maxrss / 1024


def compare_memory(given: list[str]) -> None:
    named = [part for part in given if not part.isdigit()]
    names = (named[0] if named else CHEAP).split(",")
    counts = [int(part) for part in given if part.isdigit()] or [1_000, 100_000]
    table = Table(title=f"the scoring program on {len(names)} metrics")
    for column in ("rows", "scores", "seconds", "rows/s", "peak MiB"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            scores, seconds, memory = scored(Path(folder), count, names)
            table.add_row(f"{count:,}", f"{scores:,}", f"{seconds:.1f}", f"{count / seconds:,.0f}", f"{memory:.1f}")
    Console().print(table)


def main() -> None:
    if sys.argv[1:2] == ["--memory"]:
        compare_memory(sys.argv[2:])
    else:
        compare(int(sys.argv[1]) if sys.argv[1:] else EXAMPLES)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
