"""A file of multiple-choice questions in ARC's form."""

import json
from pathlib import Path

from viva.records.benchmark import BenchmarkAnswer
from viva.store import benchmarks
from viva.workbench import Workbench

CHOICES = ["a fall", "nothing at all", "the sun, which is noise", "a camera's light"]


def make_arc(path: Path, count: int = 6) -> Path:
    """Write `count` questions with four choices each; the right one is A, B, C, D, A …."""
    rows = [
        {
            "id": f"q{number}",
            "question": f"What is seen at night {number}?",
            "choices": {"text": CHOICES[number % 2 :] + CHOICES[: number % 2], "label": list("ABCD")},
            "answerKey": "ABCD"[number % 4],
        }
        for number in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def add_benchmarks(bench: Workbench, folder: Path) -> None:
    """Put the file `arc.jsonl` into `folder`, its benchmark `arc` with two models' answers, and a dataset `chats`."""
    bench.benchmarks.choices(str(make_arc(folder / "arc.jsonl")), ["starter"])
    answers = [
        BenchmarkAnswer(f"q{number}", model, "likelihood", {"choice": 0}, {"acc": acc, "acc_norm": 1.0}, None)
        for model, acc in (("starter", 0.0), ("tuned", 1.0))
        for number in range(6)
    ]
    benchmark = bench.benchmarks.get("arc")
    with bench.store.write() as connection:
        benchmarks.add_answers(connection, benchmark.benchmark_id, answers)
    chat = {
        "conversations": [
            {"from": "human", "value": "How warm is it?"},
            {"from": "function_call", "value": '{"name": "weather", "arguments": {"where": "here"}}'},
        ],
        "tools": '[{"name": "weather", "parameters": {}}]',
    }
    file = folder / "chats.jsonl"
    file.write_text(json.dumps(chat), "utf-8")
    bench.datasets.import_file(file, "chats", split="test")
