"""The scoring program reports every score, or in one line why it cannot."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.metrics.protocol import Row


def run(tmp_path: Path, tasks: list[dict[str, str]], model: str = "minilm") -> tuple[int, list[dict[str, Any]]]:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"tasks": tasks, "embedding_model": model}), "utf-8")
    command = [sys.executable, "-m", "viva.metrics.program", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def write(path: Path, rows: list[Row]) -> str:
    path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows), "utf-8")
    return str(path)


def test_every_row_gets_every_measure(tmp_path: Path, rows: list[Row]) -> None:
    path = write(tmp_path / "rows.jsonl", rows * 30)
    names = ("rouge_l", "semantic_similarity", "context_relevance")
    code, events = run(tmp_path, [{"metric": name, "rows": path} for name in names])
    assert code == 0
    assert events[0] == {"event": "start", "total": 450, "unit": "score"}
    assert events[-1] == {"event": "done"}
    scores = [score for event in events if event["event"] == "scores" for score in event["rows"]]
    assert len(scores) == 450
    assert sum(score["unscored"] == "empty text" for score in scores) == 60
    progress = [event["done"] for event in events if event["event"] == "progress"]
    assert progress == sorted(progress)
    assert progress[-1] == 450


def test_a_task_without_rows_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [])
    code, events = run(tmp_path, [{"metric": "semantic_similarity", "rows": path}])
    assert code == 0
    assert [event["event"] for event in events] == ["start", "done"]


def test_a_metric_that_is_not_there_ends_in_an_error_event(tmp_path: Path) -> None:
    code, events = run(tmp_path, [{"metric": "bleu", "rows": "none"}])
    assert code == 1
    assert events[-1]["event"] == "error"
    assert "no metric 'bleu'" in events[-1]["message"]


def test_rows_that_cannot_be_read_end_in_an_error_event(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"generation_id": "1"}\n', "utf-8")
    code, events = run(tmp_path, [{"metric": "rouge_l", "rows": str(path)}])
    assert code == 1
    assert "cannot be read" in events[-1]["message"]
