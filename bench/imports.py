"""Importing a large file: viva's whole import beside readers that only load it, in the same run.

    python -m bench.imports [ROWS] [FOLDER]

A CSV and a JSON Lines file of ROWS questions (12 words) and references (60 words) are made once in FOLDER (else a
temporary one). Each tool reads each file in a process of its own; seconds and the greatest memory of that process.
viva checks every row, keeps line numbers for the bad ones, hashes the content and stores it under its lock in a
database with a key on each example; `datasets` (Hugging Face) converts to Arrow files; DuckDB's own reader fills a
table without looking at the rows.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

WORDS = 20_000
QUESTION, REFERENCE = 12, 60


def make_files(folder: Path, rows: int) -> list[Path]:
    """Write the two files, unless they are there; return their paths."""
    files = [folder / f"{rows}.csv", folder / f"{rows}.jsonl"]
    if all(file.exists() for file in files):
        return files
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 11))) for _ in range(WORDS)]
    with files[0].open("w") as csv, files[1].open("w") as lines:
        csv.write("question,reference,field\n")
        for number in range(rows):
            question = " ".join(draw.choices(words, k=QUESTION)) + "?"
            reference = " ".join(draw.choices(words, k=REFERENCE)) + "."
            field = f"field {number % 40}"
            csv.write(f'"{question}","{reference}",{field}\n')
            lines.write(json.dumps({"question": question, "reference": reference, "field": field}) + "\n")
    return files


def with_viva(file: Path, folder: Path) -> int:
    from viva.workbench import Workbench

    return Workbench.open(folder).datasets.import_file(file, "large").dataset.size


def with_datasets(file: Path, folder: Path) -> int:
    from datasets import load_dataset

    kind = "csv" if file.suffix == ".csv" else "json"
    return len(load_dataset(kind, data_files=str(file), cache_dir=str(folder), split="train"))


def with_duckdb(file: Path, folder: Path) -> int:
    import duckdb

    reader = "read_csv" if file.suffix == ".csv" else "read_json"
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        connection.execute(f"CREATE TABLE example AS SELECT * FROM {reader}(?)", [str(file)])
        return int(connection.execute("SELECT count(*) FROM example").fetchall()[0][0])


TOOLS: dict[str, Callable[[Path, Path], int]] = {
    "viva": with_viva,
    "datasets": with_datasets,
    "DuckDB's reader alone": with_duckdb,
}


def worker(tool: str, file: Path) -> None:
    """Import once and print rows, seconds, and the greatest memory of this process in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        rows = TOOLS[tool](file, Path(folder))
        seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps([rows, seconds, memory]) + "\n")


def measured(tool: str, file: Path) -> tuple[int, float, float]:
    command = [sys.executable, "-m", "bench.imports", "worker", tool, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return rows, seconds, memory


def main(rows: int, folder: Path) -> None:
    """Measure every tool on both files and print the table."""
    table = Table(title=f"{rows:,} rows")
    for column in ("file", "MB", "tool", "rows", "seconds", "rows/s", "peak MiB", "time / viva's"):
        table.add_column(column, justify="left" if column in {"file", "tool"} else "right")
    for file in make_files(folder, rows):
        own = 0.0
        for tool in TOOLS:
            count, seconds, memory = measured(tool, file)
            own = own or seconds
            size = file.stat().st_size / 1e6
            table.add_row(
                file.suffix, f"{size:,.0f}", tool, f"{count:,}", f"{seconds:.1f}", f"{count / seconds:,.0f}",
                f"{memory:,.0f}", f"{seconds / own:.2f}",
            )  # fmt: skip
    Console(width=110).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2], Path(sys.argv[3]))
    else:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
        if len(sys.argv) > 2:
            main(count, Path(sys.argv[2]))
        else:
            with tempfile.TemporaryDirectory() as place:
                main(count, Path(place))
