"""The scoring program reports every score, or in one line why it cannot."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_model import make_tiny_model
from viva import jsonl
from viva.errors import BadInput
from viva.events import EventWriter
from viva.metrics import program, registry
from viva.metrics.protocol import Row, Unscored, Values
from viva.records.metric import METRICS, MetricOptions
from viva.records.prompt import CHAT

Events = list[dict[str, Any]]


class Heard(EventWriter):
    """Keeps events instead of writing them."""

    def __init__(self) -> None:
        self.events: Events = []

    def emit(self, event: str, **values: Any) -> None:
        self.events.append({"event": event, **json.loads(json.dumps(values))})

    @property
    def scores(self) -> Events:
        return [score for event in self.events if event["event"] == "scores" for score in event["rows"]]


def run(config: dict[str, Any], tmp_path: Path) -> tuple[int, Events]:
    """Run the program in a process of its own."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config), "utf-8")
    command = [sys.executable, "-m", "viva.metrics.program", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def scored(config: dict[str, Any]) -> Heard:
    """Run the program in this process."""
    heard = Heard()
    program.score(heard, config)
    return heard


def write(path: Path, rows: Sequence[Row], measures: Sequence[str], failed: str | None = None) -> str:
    jsonl.write(path, ({**asdict(row), "failed": failed, "measures": list(measures)} for row in rows))
    return str(path)


def config(rows: str | None, *names: str, **more: Any) -> dict[str, Any]:
    settings = {name: registry.settings(name, MetricOptions()) for name in names}
    return {"rows": rows, "metrics": settings, "options": asdict(MetricOptions()), **more}


class Counting:
    """A metric with the value that the text spells, which remembers how many rows came at a time."""

    def __init__(self) -> None:
        self.pieces: list[int] = []

    def values(self, rows: Sequence[Row]) -> list[Values]:
        self.pieces.append(len(rows))
        return [(float(row.text) if row.text else Unscored("empty text"),) for row in rows]


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    metric = Counting()
    monkeypatch.setattr(registry, "create", lambda name, options: metric)
    return metric


def numbered(count: int) -> list[Row]:
    return [Row(f"g{number}", "?", "!", str(number)) for number in range(count)]


def test_every_row_gets_every_measure_of_the_metrics_that_are_wanted(tmp_path: Path, rows: list[Row]) -> None:
    path = write(tmp_path / "rows.jsonl", rows * 50, ["rouge_l_recall", "semantic_similarity"])
    code, events = run(config(path, "semantic_similarity", "rouge_l", "chrf"), tmp_path)
    assert code == 0
    assert events[0] == {"event": "start", "total": 600, "unit": "score"}
    assert events[-1] == {"event": "done"}
    scores = [score for event in events if event["event"] == "scores" for score in event["rows"]]
    assert len(scores) == 600
    assert {score["metric"] for score in scores} == {*METRICS["rouge_l"].names, "semantic_similarity"}
    assert sum(score["unscored"] == "empty text" for score in scores if score["metric"] == "semantic_similarity") == 50
    assert all((score["value"] is None) != (score["unscored"] is None) for score in scores)
    similar = next(score for score in scores if score["metric"] == "semantic_similarity")
    assert (similar["version"], similar["settings"]) == ("1", "embedding_model=minilm")
    progress = [event["done"] for event in events if event["event"] == "progress"]
    assert progress == sorted(progress)
    assert progress[-1] == 600


def test_a_metric_is_computed_only_where_one_of_its_measures_is_wanted(tmp_path: Path, counting: Counting) -> None:
    first, second = numbered(2)
    path = tmp_path / "rows.jsonl"
    jsonl.write(
        path,
        [{**asdict(first), "failed": None, "measures": ["chrf"]}, {**asdict(second), "failed": None, "measures": []}],
    )
    heard = scored(config(str(path), "chrf", "meteor"))
    assert [(score["generation_id"], score["metric"]) for score in heard.scores] == [("g0", "chrf")]
    assert heard.events[0]["total"] == 1


def test_rows_without_a_text_are_unscored_with_the_reason_and_no_metric_is_asked(
    tmp_path: Path, counting: Counting
) -> None:
    path = write(tmp_path / "rows.jsonl", numbered(3), ["chrf", "degenerate"], failed="the server was busy")
    heard = scored(config(path, "chrf", "degenerate"))
    assert len(heard.scores) == heard.events[0]["total"] == 3 * (1 + len(METRICS["degenerate"].measures))
    assert {score["unscored"] for score in heard.scores} == {"no text: the server was busy"}
    assert counting.pieces == []


def test_nothing_is_loaded_for_rows_without_a_text(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", numbered(1), ["bertscore"], failed="refused")
    options = {"bertscore_model": str(tmp_path / "none"), "embedding_model": "minilm", "bertscore_layer": 0}
    heard = scored({**config(path, "bertscore"), "options": options})
    assert [score["unscored"] for score in heard.scores] == ["no text: refused"] * 3


def test_rows_are_read_a_piece_at_a_time(tmp_path: Path, counting: Counting) -> None:
    count = 2 * program.PIECE + 5
    heard = scored(config(write(tmp_path / "rows.jsonl", numbered(count), ["chrf"]), "chrf"))
    assert counting.pieces == [program.PIECE, program.PIECE, 5]
    assert [score["value"] for score in heard.scores] == [float(number) for number in range(count)]


def test_many_scores_are_reported_before_the_end(
    tmp_path: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "MOST_SCORES", 100)
    heard = scored(config(write(tmp_path / "rows.jsonl", numbered(300), ["chrf"]), "chrf"))
    kinds = [event["event"] for event in heard.events]
    assert kinds == ["start", *["scores", "progress"] * 3, "done"]
    assert [event["done"] for event in heard.events if event["event"] == "progress"] == [128, 256, 300]
    assert {event["message"] for event in heard.events if event["event"] == "progress"} == {"chrF"}


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_a_value_that_is_no_number_is_unscored(tmp_path: Path, counting: Counting, text: str) -> None:
    heard = scored(config(write(tmp_path / "rows.jsonl", [Row("g", "?", "!", text)], ["chrf"]), "chrf"))
    assert [(score["value"], score["unscored"]) for score in heard.scores] == [(None, "the value is not finite")]


def test_no_rows_give_no_scores(tmp_path: Path) -> None:
    heard = scored(config(write(tmp_path / "rows.jsonl", [], []), "semantic_similarity"))
    assert [event["event"] for event in heard.events] == ["start", "done"]


def test_the_perplexity_of_references_comes_from_the_weights(tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "model")
    examples = [
        {"generation_id": f"{system}{number}", "question": f"Why {number}?", "reference": "It is dark.", "failed": None}
        for system in "ab"
        for number in range(3)
    ]
    jsonl.write(tmp_path / "first.jsonl", [*examples, {**examples[0], "generation_id": "f", "failed": "refused"}])
    jsonl.write(tmp_path / "second.jsonl", examples[:1])
    task = {"location": str(tmp_path / "model"), "base": None, "prompt": CHAT, "rows": str(tmp_path / "first.jsonl")}
    other = {**task, "prompt": "Briefly: {question}", "rows": str(tmp_path / "second.jsonl")}
    heard = scored(config(None, "reference_perplexity", weights=[task, other]))
    assert heard.events[0]["total"] == len(heard.scores) == 8
    values = [score["value"] for score in heard.scores]
    assert values[:3] == values[3:6]
    assert heard.scores[6]["unscored"] == "no text: refused"
    assert values[7] != values[0]
    assert {score["metric"] for score in heard.scores} == {"reference_perplexity"}


def test_a_metric_that_is_not_there_ends_in_an_error_event(tmp_path: Path) -> None:
    code, events = run({"rows": "none", "metrics": {"bleu": ""}, "options": {}}, tmp_path)
    assert code == 1
    assert events[-1]["event"] == "error"
    assert "no metric 'bleu'" in events[-1]["message"]


@pytest.mark.parametrize(
    ("content", "message"),
    [('{"generation_id": "1"}\n', "row 1: there is no question"), ("{\n", "line 1"), (None, "cannot be read")],
)
def test_rows_that_cannot_be_read_are_bad_input(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "rows.jsonl"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(BadInput, match=message):
        scored(config(str(path), "chrf"))
