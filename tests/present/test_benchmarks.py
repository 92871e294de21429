"""Benchmarks in words: per cent, intervals, and whether a difference is noise."""

from datetime import datetime

import pytest

from viva.present import benchmarks
from viva.present.tables import Format, write
from viva.records.benchmark import (
    Benchmark,
    BenchmarkDifference,
    BenchmarkKind,
    BenchmarkResults,
    BenchmarkRow,
)

ARC = Benchmark("b1", "arc", BenchmarkKind.CHOICES, "arc.jsonl", 1000, datetime(2026, 1, 1, 12))
BASE = BenchmarkRow("base", "likelihood", "acc", 1000, 1000, 0.412, 0.3818, 0.4428)
NOISE = BenchmarkDifference("base", 1000, -0.016, -0.0462, 0.0143, 100, 116, 0.3081)
TUNED = BenchmarkRow("tuned", "likelihood", "acc", 1000, 1000, 0.396, 0.3661, 0.4267, NOISE)
MUTE = BenchmarkRow("mute\x1b[2J", "letters", "acc", 0, 3, None, None, None)
RESULTS = BenchmarkResults(ARC, (BASE, TUNED, MUTE), (("mute\x1b[2J", "letters", "no single letter", 3),))


def text(results: BenchmarkResults, form: Format = Format.TABLE) -> str:
    return "".join(write(benchmarks.for_eyes(results), form, width=200))


def test_a_table_has_per_cent_with_intervals_and_says_what_is_noise() -> None:
    lines = text(RESULTS).splitlines()
    assert lines[2].split() == ["base", "acc", "41.2", "38.2", "to", "44.3", "1,000/1,000", *["–"] * 4]
    assert lines[3].split()[6:] == ["1,000/1,000", "-1.6", "-4.6", "to", "+1.4", "0.308", "within", "noise"]
    assert "0/3" in lines[4]
    assert "\x1b" not in text(RESULTS)


def test_a_model_alone_is_compared_to_nobody() -> None:
    alone = BenchmarkResults(ARC, (BASE,))
    assert "difference" not in text(alone)
    assert benchmarks.notes(alone) == ["acc: the right choice"]


@pytest.mark.parametrize(
    ("mean", "low", "high", "said"),
    [(0.1, 0.05, 0.15, "higher"), (-0.1, -0.15, -0.05, "lower"), (0.1, -0.05, 0.25, "within noise"),
     (0.0, None, None, "within noise"), (0.1, 0.0, 0.2, "within noise")],
)  # fmt: skip
def test_a_verdict(mean: float, low: float | None, high: float | None, said: str) -> None:
    assert benchmarks.verdict(BenchmarkDifference("base", 9, mean, low, high, 1, 0, None)) == said


def test_notes_say_what_is_unscored_and_what_does_not_compare() -> None:
    notes = benchmarks.notes(RESULTS)
    assert any("do not compare" in note for note in notes)
    assert any(note.startswith("differences are to base") for note in notes)
    assert notes[-1] == "mute␛[2J: 3 items unscored: no single letter"
    many = BenchmarkResults(ARC, (BASE,), tuple(("base", "letters", f"reason {n}", 2) for n in range(7)))
    assert benchmarks.notes(many)[-1] == "4 further items unscored"


def test_programs_get_numbers() -> None:
    table = benchmarks.for_programs(RESULTS)
    [rows] = table.pages
    found = [dict(zip((column.name for column in table.columns), row, strict=True)) for row in rows]
    assert (found[1]["mean"], found[1]["difference"], found[1]["p"]) == (0.396, -0.016, 0.3081)
    assert (found[0]["against"], found[1]["against"], found[2]["mean"]) == (None, "base", None)


def test_benchmarks_are_listed() -> None:
    out = "".join(write(benchmarks.listed([ARC]), Format.TABLE, width=120))
    assert out.splitlines()[2].split()[:4] == ["arc", "choices", "1000", "arc.jsonl"]
