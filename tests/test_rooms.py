"""Sizes of files and functions, and what may be loaded where."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(
    [*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("bench/*.py"), *ROOT.glob("docs/*.py")]
)
HEAVY = ("torch", "duckdb", "textual", "transformers", "pandas", "pyarrow")


def budget(path: Path) -> int:
    relative = path.relative_to(ROOT).as_posix()
    if relative == "src/viva/tui/app.py":
        return 300
    return 250 if relative.startswith("src/viva/tui/screens/") else 400


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_keep_their_budget(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= budget(path)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, f"{path.name}: {node.name} is too long"


@pytest.mark.parametrize("path", [path for path in FILES if "src" in path.parts], ids=lambda p: p.as_posix()[-40:])
def test_modules_say_what_they_are_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def loaded(code: str) -> set[str]:
    """Return the heavy libraries that a fresh process has loaded after running `code`."""
    program = f"{code}\nimport sys; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_the_workbench_loads_nothing_heavy_until_asked() -> None:
    assert loaded("import viva.workbench; viva.workbench.Workbench.open('.')") == set()


def test_the_supervisor_of_jobs_loads_neither_torch_nor_a_screen() -> None:
    assert loaded("import viva.workbench.run_job") == {"duckdb"}


def test_every_screen_loads_without_torch_and_without_the_database() -> None:
    code = "import importlib, pkgutil, viva.tui\n" + (
        "for found in pkgutil.walk_packages(viva.tui.__path__, 'viva.tui.'): importlib.import_module(found.name)"
    )
    assert loaded(code) & {"torch", "duckdb", "transformers", "pandas", "pyarrow"} == set()
