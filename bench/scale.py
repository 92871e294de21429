"""Results of 10,000 and of 1,000,000 texts with five scores each: time and memory, and how they grow.

    python -m bench.scale [--sizes 10000,1000000] [--folder DIR] [--rounds 3]

Each thing is done in a process of its own; the first round counts too. Memory is the peak of that process, or of the
query's own process where that is larger. Beside the leaderboard stands the same table from the views as they were
before they were made fast. With `--folder` the stores are kept there (1.4 GB), and used again.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bench.scale_store import DATASET, STUDY, make
from viva.settings import Settings
from viva.train import machine
from viva.workbench import Workbench

FIRST, SECOND = "system-0", "system-1"


class Measured(NamedTuple):
    """The median seconds of the rounds, the peak of memory in MiB, and how many rows came."""

    seconds: float
    memory: float
    rows: int


def workbench_in(root: Path) -> Workbench:
    return Workbench(Settings(workspace=root, rater="engineer", lock_timeout=120.0))


def timed(work: Callable[[], int], rounds: int) -> tuple[float, int]:
    """Do something so often; return the median seconds and what it returned last."""
    taken, rows = [], 0
    for _ in range(rounds):
        begun = time.perf_counter()
        rows = work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), rows


def leaderboard(root: Path, rounds: int) -> tuple[float, int]:
    """Read the board of the dataset, with intervals."""
    results = workbench_in(root).results
    return timed(lambda: len(results.leaderboard(DATASET)), rounds)


def leaderboard_by_field(root: Path, rounds: int) -> tuple[float, int]:
    results = workbench_in(root).results
    return timed(lambda: len(results.leaderboard(DATASET, by="field")), rounds)


def view_now(root: Path, rounds: int) -> tuple[float, int]:
    """Read the view `leaderboard` alone."""
    store = workbench_in(root).store

    def read() -> int:
        with store.read() as connection:
            return len(connection.execute("SELECT * FROM leaderboard WHERE dataset = ?", [DATASET]).fetchall())

    return timed(read, rounds)


def view_before(root: Path, rounds: int) -> tuple[float, int]:
    """Read the view `leaderboard` as it was defined before: over the same tables, from another catalogue."""
    import duckdb

    from viva.store import counted_schema, generation_schema, judging_schema, rating_schema, schema

    path = workbench_in(root).store.path
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{path}' AS kept (READ_ONLY)")
        connection.execute("SET search_path = 'memory.main,kept.main'")
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'kept'").fetchall()
        for (name,) in tables:
            connection.execute(f"CREATE VIEW {name} AS FROM kept.main.{name}")
        for part in (schema, generation_schema, judging_schema, counted_schema, rating_schema):
            connection.execute(part.VIEWS)
        query = "SELECT * FROM leaderboard WHERE dataset = ?"
        return timed(lambda: len(connection.execute(query, [DATASET]).fetchall()), rounds)


def compare(root: Path, rounds: int) -> tuple[float, int]:
    """Hold two systems against each other on every measure."""
    comparisons = workbench_in(root).comparisons
    return timed(lambda: len(comparisons.compare(FIRST, SECOND, DATASET).measures), rounds)


def next_item(root: Path, rounds: int) -> tuple[float, int]:
    """Hand a rater two items that nobody holds, with their texts."""
    desk = Workbench(Settings(workspace=root, rater="dora", role="rater", lock_timeout=120.0)).desk
    study_id = desk.sit_down(STUDY).task.study_id

    def serve() -> int:
        served = desk.serve(study_id)
        return len(desk.items(study_id, [lease.item_id for lease in served.leases]))

    taken, rows = [], 0
    for _ in range(max(rounds, 10)):
        desk.release(study_id)
        seconds, rows = timed(serve, 1)
        taken.append(seconds)
    desk.release(study_id)
    return statistics.median(taken), rows


def sql_texts(root: Path, rounds: int) -> tuple[float, int]:
    """Show the first page of the texts."""
    return _page(root, rounds, "SELECT * FROM generations")


def sql_leaderboard(root: Path, rounds: int) -> tuple[float, int]:
    """Show the first page of the board."""
    return _page(root, rounds, "SELECT * FROM leaderboard")


def _page(root: Path, rounds: int, query: str) -> tuple[float, int]:
    with workbench_in(root).sql.session() as session:
        return timed(lambda: len(session.run(query).rows), rounds)


WORK: dict[str, Callable[[Path, int], tuple[float, int]]] = {
    "leaderboard": leaderboard,
    "leaderboard by field": leaderboard_by_field,
    "view leaderboard": view_now,
    "view leaderboard, before": view_before,
    "compare two systems": compare,
    "next item": next_item,
    "SQL: first page of texts": sql_texts,
    "SQL: the leaderboard": sql_leaderboard,
}


def child(name: str, root: Path, rounds: int) -> None:
    """Do one thing and print what it took as one line of JSON."""
    seconds, rows = WORK[name](root, rounds)
    # What `getrusage` says of a process itself can be its parent's from before it began.
    peak = max(machine.peak_bytes(cuda=False), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
    print(json.dumps(Measured(seconds, peak / (1 << 20), rows)))


def measured(name: str, root: Path, rounds: int) -> Measured | str:
    """Do one thing in a process of its own; return what it took, or the last line of why it could not be done."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale", "--child", name, "--folder", str(root), "--rounds", str(rounds)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it was killed"])[-1]
    return Measured(*json.loads(done.stdout))


def show(sizes: list[int], found: dict[str, list[Measured | str]]) -> None:
    table = Table(title="Results of a store with five scores a text")
    table.add_column("")
    for size in sizes:
        table.add_column(f"{size:,} texts: s", justify="right")
        table.add_column("MiB", justify="right")
    table.add_column("rows", justify="right")
    table.add_column(f"time grows (texts × {sizes[-1] / sizes[0]:g})", justify="right")
    for name, each in found.items():
        if any(isinstance(one, str) for one in each):
            table.add_row(name, *(one if isinstance(one, str) else f"{one.seconds:.3f}" for one in each))
            continue
        taken = [one for one in each if isinstance(one, Measured)]
        cells = [cell for one in taken for cell in (f"{one.seconds:.3f}", f"{one.memory:,.0f}")]
        table.add_row(name, *cells, str(taken[-1].rows), f"× {taken[-1].seconds / taken[0].seconds:.1f}")
    Console(width=140).print(table)


def run(sizes: list[int], folder: Path, rounds: int, names: list[str]) -> None:
    for size in sizes:
        root = folder / str(size)
        if not root.exists():
            begun = time.perf_counter()
            store = make(root, size).store
            megabytes = store.path.stat().st_size / 1e6
            print(f"{size:,} texts: made in {time.perf_counter() - begun:.0f} s, {megabytes:,.0f} MB", file=sys.stderr)
    show(sizes, {name: [measured(name, folder / str(size), rounds) for size in sizes] for name in names})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=WORK, action="append")
    parser.add_argument("--child", choices=WORK, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.folder, given.rounds)
        return
    sizes = [int(size) for size in given.sizes.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        run(sizes, given.folder or Path(temporary), given.rounds, given.only or list(WORK))


if __name__ == "__main__":
    main()
