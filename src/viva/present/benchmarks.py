"""What benchmarks look like in words: each model's measures with their intervals, and how far models are apart."""

from typing import Any

from viva.present.tables import Column, Table
from viva.records.benchmark import TITLES, Benchmark, BenchmarkDifference, BenchmarkResults, BenchmarkRow
from viva.text import display_line, plural

NONE = "–"
EMPTY = "no benchmark has been run yet: viva benchmark choices FILE --model MODEL"


def listed(benchmarks: list[Benchmark]) -> Table:
    """Return the list of benchmarks."""
    rows = [(b.name, b.kind.value, b.items, b.source, b.created_at) for b in benchmarks]
    return Table.of(["name", "kind", "items", "source", "created_at"], rows)


def for_eyes(results: BenchmarkResults) -> Table:
    """Return what came of a benchmark, means in per cent."""
    columns: list[Column | str] = ["model", "measure", "mean %", "95% interval", "scored"]
    compared = [row for row in results.rows if row.difference]
    if compared:
        columns += ["difference", "95% interval ", "p", ""]
    return Table.of(columns, [_cells(row, bool(compared)) for row in results.rows], null=NONE)


def for_programs(results: BenchmarkResults) -> Table:
    """Return what came of a benchmark as numbers between 0 and 1, differences between -1 and 1."""
    columns = [
        "benchmark", "model", "method", "measure", "n", "attempted", "mean", "low", "high", "against", "shared",
        "difference", "difference_low", "difference_high", "higher", "lower", "p",
    ]  # fmt: skip
    rows = []
    for row in results.rows:
        found = row.difference
        apart: tuple[Any, ...] = (None,) * 8
        if found is not None:
            apart = (found.other, found.n, found.mean, found.low, found.high, found.higher, found.lower, found.p)
        numbers = (row.n, row.attempted, row.mean, row.low, row.high)
        rows.append((results.benchmark.name, row.model, row.method, row.measure, *numbers, *apart))
    return Table.of(columns, rows)


def notes(results: BenchmarkResults) -> list[str]:
    """Return what is to be said under the table: what the measures are, and why answers have no value."""
    said = [f"{measure}: {TITLES[measure]}" for measure in TITLES if any(r.measure == measure for r in results.rows)]
    methods = {row.method for row in results.rows}
    if len(methods) > 1:
        said.append(f"models answered in different ways ({', '.join(sorted(methods))}), which do not compare")
    others = list(dict.fromkeys(row.difference.other for row in results.rows if row.difference))
    if others:
        said.append(
            f"differences are to {', '.join(display_line(other, 60) for other in others)}, on the items that both have "
            "a value for; p is McNemar's"
        )
    shown = results.unscored[:5]
    said += [
        f"{display_line(model, 60)}: {plural(count, 'item')} unscored: {display_line(reason, 120)}"
        for model, _, reason, count in shown
    ]
    if left := sum(count for *_, count in results.unscored[5:]):
        said.append(f"{plural(left, 'further item')} unscored")
    return said


def verdict(found: BenchmarkDifference) -> str:
    """Return in words what a difference says: `higher`, `lower`, or `within noise` where the interval holds zero."""
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        return "within noise"
    return "higher" if found.mean > 0 else "lower"


def _cells(row: BenchmarkRow, compared: bool) -> tuple[Any, ...]:
    mean = None if row.mean is None else _percent(row.mean)
    cells = (row.model, row.measure, mean, _interval(row.low, row.high), f"{row.n:,}/{row.attempted:,}")
    if not compared:
        return cells
    found = row.difference
    if found is None:
        return (*cells, None, None, None, None)
    p = None if found.p is None else "<0.001" if found.p < 0.001 else f"{found.p:.3f}"
    return (*cells, _percent(found.mean, "+"), _interval(found.low, found.high, "+"), p, verdict(found))


def _interval(low: float | None, high: float | None, sign: str = "") -> str | None:
    return None if low is None or high is None else f"{_percent(low, sign)} to {_percent(high, sign)}"


def _percent(value: float, sign: str = "") -> str:
    # Adding 0.0 makes a rounded minus zero a zero.
    return f"{round(100 * value, 1) + 0.0:{sign}.1f}"
