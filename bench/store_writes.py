"""Many processes writing to one DuckDB file: viva's store beside plain open, insert and close, in the same run.

    python -m bench.store_writes [PROCESSES] [WRITES] [ROUNDS]

Both open the file, insert one row, commit and close for each write. The plain way tries again while DuckDB
refuses to open because another process has the file. Rows lost are those whose commit had succeeded.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb
from rich.console import Console
from rich.table import Table

from viva.store import Store

INSERT = "INSERT INTO job_metric VALUES (?, ?, 'loss', 1.0)"
GIVE_UP = 300.0


class Round(NamedTuple):
    """What one round of writes came to: how long it took, each write's seconds, and the rows then missing."""

    seconds: float
    times: list[float]
    lost: int


def store_in(folder: Path) -> Store:
    return Store(folder / "results.duckdb", folder / "results.duckdb.lock", GIVE_UP)


def write_with_viva(folder: Path, name: str, step: int) -> None:
    with store_in(folder).write() as connection:
        connection.execute(INSERT, [name, step])


def write_plainly(folder: Path, name: str, step: int) -> None:
    deadline = time.monotonic() + GIVE_UP
    while True:
        try:
            connection = duckdb.connect(str(folder / "results.duckdb"))
        except duckdb.IOException:
            if time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.01, 0.1))
            continue
        try:
            connection.execute(INSERT, [name, step])
            return
        finally:
            connection.close()


WAYS = {"viva's store": write_with_viva, "plain, with retries": write_plainly}


def worker(way: str, folder: Path, name: str, writes: int) -> None:
    """Write, and print a line for each write that was acknowledged: whose, which, and the seconds it took."""
    os.write(1, b"ready\n")
    sys.stdin.readline()
    for step in range(writes):
        begun = time.perf_counter()
        WAYS[way](folder, name, step)
        os.write(1, f"{name} {step} {time.perf_counter() - begun}\n".encode())


def measured(way: str, processes: int, writes: int) -> Round:
    """Run one round in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with store_in(folder).write():
            pass
        workers = [
            subprocess.Popen(
                [sys.executable, __file__, "--worker", way, name, f"p{number}", str(writes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for number in range(processes)
        ]
        for process in workers:
            assert process.stdout is not None
            process.stdout.readline()
        begun = time.perf_counter()
        for process in workers:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.communicate()[0] for process in workers]
        seconds = time.perf_counter() - begun
        writes_said = [line.rpartition(" ") for text in said for line in text.splitlines()]
        with store_in(folder).read() as connection:
            found = {row for (row,) in connection.execute("SELECT job_id || ' ' || step FROM job_metric").fetchall()}
    return Round(seconds, [float(time) for _, _, time in writes_said], len({row for row, _, _ in writes_said} - found))


def main() -> None:
    processes, writes, rounds = (
        int(given or usual) for given, usual in zip([*sys.argv[1:4], "", "", ""], ("40", "20", "2"), strict=False)
    )
    table = Table(title=f"{processes} processes × {writes} writes, each its own transaction; {rounds} rounds")
    for column in ("way", "writes/s", "median ms", "95% ms", "acknowledged", "lost"):
        table.add_column(column, justify="left" if column == "way" else "right")
    found: dict[str, list[Round]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            found[way].append(measured(way, processes, writes))
    for way, results in found.items():
        times = sorted(time for result in results for time in result.times)
        table.add_row(
            way,
            f"{len(times) / sum(result.seconds for result in results):.0f}",
            f"{1000 * statistics.median(times):.0f}",
            f"{1000 * times[int(0.95 * len(times))]:.0f}",
            f"{len(times):,} of {processes * writes * rounds:,}",
            " + ".join(str(result.lost) for result in results),
        )
    Console().print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    else:
        main()
