"""From the start of the process to the first painted screen: viva beside posting and harlequin, in the same run.

viva is started twice: at Home in an empty workspace, and at the rating of a study of 200 texts of some 300 words, until
the first of them can be read.

    python -m bench.first_paint [ROUNDS]

posting and harlequin are installed into virtual environments of their own (bench/.venv-…) the first time.
The time runs from exec until a text that belongs to the first screen has been written to the terminal.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.rating_workspace import STUDY, fill
from tests.fakes.terminal import Terminal

HERE = Path(__file__).parent
OTHERS = {"posting": b"Collection", "harlequin": b"Catalog"}


def installed(name: str) -> Path:
    """Return the program `name`, installing it where it is not."""
    folder = HERE / f".venv-{name}"
    program = folder / "bin" / name
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        # Textual's editor crashes with newer versions of tree-sitter.
        subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", name, "tree-sitter<0.26"], check=True)
    return program


def measure(command: list[str], wanted: bytes, cwd: Path) -> tuple[float, float]:
    """Return seconds to the first paint and MiB of resident memory then."""
    terminal = Terminal(command, cwd)
    try:
        seconds = terminal.read_until(wanted)
        terminal.read_until_quiet()
        return seconds, terminal.memory_kib() / 1024
    finally:
        terminal.close()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    viva = [str(Path(sys.executable).with_name("viva"))]
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder, "rated"), questions=100, raters_per_item=2)
        rate = [*viva, "rate", STUDY, "--workspace", str(Path(folder, "rated")), "--role", "rater", "--rater", "ann"]
        programs = {"viva": (viva, b"Next"), "viva rate": (rate, b"TEXT-")} | {
            name: ([str(installed(name))], wanted) for name, wanted in OTHERS.items()
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for number in range(rounds + 1):
            for name, (command, wanted) in programs.items():
                result = measure(command, wanted, Path(folder))
                if number:  # the first round warms the disk cache and makes bytecode
                    found[name].append(result)
    reference = statistics.median(seconds for seconds, _ in found["viva"])
    table = Table(title=f"first paint at 120×40, {rounds} rounds", caption="ratio: times viva's median")
    for column in ("program", "median s", "fastest s", "slowest s", "ratio", "memory MiB"):
        table.add_column(column, justify="left" if column == "program" else "right")
    for name, results in found.items():
        times = [seconds for seconds, _ in results]
        median = statistics.median(times)
        memory = statistics.median(memory for _, memory in results)
        table.add_row(
            name,
            f"{median:.2f}",
            f"{min(times):.2f}",
            f"{max(times):.2f}",
            f"{median / reference:.2f}",
            f"{memory:.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
