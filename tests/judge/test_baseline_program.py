"""The baseline's program: its events, with the packaged embeddings and with none."""

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.common_words import CommonWords
from viva.errors import BadInput
from viva.events import EventWriter, read_events
from viva.judge import at_once, baseline, baseline_program
from viva.judge.sentences import sentences
from viva.metrics.embeddings import shared
from viva.paths import shipped
from viva.workbench.rubrics import load_rubric

RUBRIC = load_rubric(shipped("rubrics", "default.toml"))
REFERENCE = "A depth camera sees skeletons in the ward. A graph network scores how unusual each motion is."


def _config(rows: Path) -> dict[str, Any]:
    return {
        "judge": "embedding-baseline", "mode": "reference", "protocol_id": "p", "rubric": RUBRIC.to_json(),
        "embedding_model": "minilm", "rows": str(rows),
    }  # fmt: skip


def _row(name: str, text: str, **more: Any) -> dict[str, Any]:
    question = "How can a ward camera notice a fall?"
    return {"generation_id": name, "example_id": "e", "question": question, "reference": REFERENCE, "text": text} | more


@pytest.fixture
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.metrics.embeddings.shared", CommonWords)


def _events(path: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    told = io.StringIO()
    baseline_program.judge(EventWriter(told), _config(path))
    return list(read_events(told.getvalue().splitlines()))


@pytest.mark.usefixtures("_words")
def test_a_copy_gets_all_a_stranger_little_and_an_empty_text_nothing(tmp_path: Path) -> None:
    rows = [_row("copy", REFERENCE), _row("other", "Bake the bread at night."), _row("none", "", samples=[0])]
    start, verdicts, progress, done = _events(tmp_path / "rows.jsonl", rows)
    assert (start["event"], start["total"], start["unit"]) == ("start", 3, "verdict")
    assert verdicts["calls"] == verdicts["pairs"] == []
    values = {(one["generation_id"], one["criterion"]): one["value"] for one in verdicts["judgments"]}
    assert values["copy", "accuracy"] == pytest.approx(5, abs=1e-3)
    assert values["copy", "completeness"] == 5
    assert values["other", "accuracy"] < 1
    assert values["other", "completeness"] == 0
    assert values["copy", "practicality"] is values["none", "accuracy"] is None
    assert all((one["value"] is None) == (one["unscored"] is not None) for one in verdicts["judgments"])
    assert all(one["call_id"] is None and one["protocol_id"] == "p" for one in verdicts["judgments"])
    assert (progress["done"], progress["total"], progress["unscored"]) == (3, 3, 1)
    assert done == {
        "event": "done", "calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0, "unscored": 1,
        "stopped": None,
    }  # fmt: skip


@pytest.mark.usefixtures("_words")
def test_judging_again_gives_the_same_verdicts_under_the_same_ids(tmp_path: Path) -> None:
    rows = [_row("a", "A camera sees skeletons.", samples=[0, 1]), _row("b", "A network scores motion.")]
    first, again = _events(tmp_path / "a.jsonl", rows), _events(tmp_path / "b.jsonl", rows[::-1])

    def known(events: list[dict[str, Any]]) -> dict[tuple[str, str], float | None]:
        return {(one["event_id"], one["criterion"]): one["value"] for one in events[1]["judgments"]}

    assert known(first) == known(again)
    assert len({event for event, _ in known(first)}) == 3


def test_no_rows_load_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viva.metrics.embeddings.shared", None)
    start, done = _events(tmp_path / "rows.jsonl", [])
    assert start["total"] == done["unscored"] == 0


@pytest.mark.usefixtures("_words")
def test_a_row_without_a_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a text to be judged has no reference"):
        _events(tmp_path / "rows.jsonl", [{"generation_id": "a", "question": "q", "text": "t"}])


@pytest.mark.usefixtures("_words")
def test_rows_that_somebody_waits_for_are_judged_at_once() -> None:
    config = {key: value for key, value in _config(Path()).items() if key != "rows"}
    told = io.StringIO()
    rows = [_row("a", REFERENCE, samples=[0], drafts={})]
    at_once.judge(
        EventWriter(told), {"program": "viva.judge.baseline_program", "config": config, "rows": rows}
    )  # fmt: skip
    [done] = read_events(told.getvalue().splitlines())
    assert done["event"] == "done"
    assert [one["criterion"] for one in done["judgments"]] == [c.name for c in RUBRIC.criteria]
    assert done["calls"] == []
    assert done["cost"] == 0.0


@pytest.mark.slow
@pytest.mark.parallel
def test_the_packaged_embeddings_know_a_copy_from_a_stranger(tmp_path: Path) -> None:
    rows = [_row("copy", REFERENCE), _row("other", "Bake the bread at night.")]
    [verdicts] = [event for event in _events(tmp_path / "rows.jsonl", rows) if event["event"] == "verdicts"]
    values = {(one["generation_id"], one["criterion"]): one["value"] for one in verdicts["judgments"]}
    assert values["copy", "accuracy"] == values["copy", "completeness"] == 5
    assert values["other", "accuracy"] < 1
    assert values["other", "relevance"] < values["copy", "relevance"]


@pytest.mark.slow
@pytest.mark.parallel
def test_the_threshold_tells_coverage_from_chance_on_the_shipped_data() -> None:
    with shipped("datasets", "vad.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["field"] in {"retail", "healthcare", "energy"}]
    parts = [sentences(row["reference"]) for row in rows]
    embedder = shared("minilm")
    chance = [
        max(embedder.similarity([(sentence, other) for other in parts[second]])) >= baseline.THRESHOLD
        for first, second in itertools.permutations(range(len(rows)), 2)
        if rows[first]["field"] == rows[second]["field"]
        for sentence in parts[first]
    ]
    thinned = [
        (sentence, " ".join(word for place, word in enumerate(sentence.split(), 1) if place % 3))
        for sentence in itertools.chain(*parts)
    ]
    kept = [cosine >= baseline.THRESHOLD for cosine in embedder.similarity(thinned)]
    assert sum(chance) / len(chance) < 0.05
    assert sum(kept) / len(kept) > 0.95
