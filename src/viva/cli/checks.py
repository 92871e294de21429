"""What `viva doctor` looks at; every check returns findings and changes nothing."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from viva import __version__
from viva.errors import StoreError, UserError
from viva.paths import WorkspacePaths
from viva.settings import Settings
from viva.text import plural

OLDEST_PYTHON = (3, 11)
SMALLEST_TERMINAL = (80, 24)
LITTLE_SPACE, TOO_LITTLE_SPACE = 5 * 1024**3, 512 * 1024**2
STORE_TIMEOUT = 2.0
"""Seconds to wait for a store that another program holds: the doctor only wants to know who it is."""

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<bounds>[^;]*)(?:;\s*extra == ['\"](?P<extra>\w+)['\"])?")


class State(StrEnum):
    """How something is: `note` is worth knowing, `wrong` must be mended."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was found of one thing, and how to mend it where that is needed."""

    check: str
    state: State
    detail: str
    hint: str = ""


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield what was found, the machine first, then the workspace."""
    yield python()
    yield from packages()
    yield gpu()
    yield from terminal()
    yield workspace(settings.workspace)
    yield disk(settings.workspace)
    yield store(settings)
    yield from outboxes(settings.paths)


def python() -> Finding:
    """Look at the interpreter."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}, viva {__version__}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding("python", State.WRONG, found, "viva needs Python 3.11 or newer")
    return Finding("python", State.OK, found)


def packages() -> Iterator[Finding]:
    """Look at the packages that viva needs, and at those that training and generation need on this machine."""
    missing = []
    for requirement in importlib.metadata.requires("viva") or []:
        match = _REQUIREMENT.match(requirement)
        if match is None or match["extra"] not in {None, "local"}:
            continue
        name, needed = match["name"], match["extra"] is None
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            if needed:
                yield Finding(f"package {name}", State.WRONG, "missing", "install viva again: pip install viva")
            else:
                missing.append(name)
            continue
        if too_old(version, match["bounds"]):
            hint = f'pip install -U "{name}{match["bounds"].strip()}"'
            yield Finding(f"package {name}", State.WRONG, f"{version}, needs {match['bounds'].strip()}", hint)
        else:
            yield Finding(f"package {name}", State.OK, version)
    if missing:
        detail = f"not on this machine; missing: {', '.join(missing)}"
        hint = 'to train here: pip install "viva[local]" (rating and SQL do not need it)'
        yield Finding("training, generation and metrics", State.NOTE, detail, hint)


def too_old(version: str, bounds: str) -> bool:
    """Tell whether a version is below the `>=` bound of a requirement."""
    bound = re.search(r">=\s*([0-9.]+)", bounds)
    return bound is not None and _numbers(version) < _numbers(bound[1])


def _numbers(version: str) -> list[int]:
    leading = re.match(r"[0-9.]*", version)
    return [int(part) for part in (leading[0] if leading else "").split(".") if part]


def gpu() -> Finding:
    """Ask the driver which GPUs there are."""
    none = Finding("gpu", State.NOTE, "none found: training and generation run on the CPU")
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader"],
            capture_output=True, text=True, errors="replace", timeout=20, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return none
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("gpu", State.WRONG, f"nvidia-smi gives no answer: {error}", "is the driver all right?")
    devices = [line.strip() for line in answer.stdout.splitlines() if line.strip()]
    if answer.returncode != 0:
        said = " ".join(answer.stdout.split()) or "nvidia-smi fails"
        return Finding("gpu", State.WRONG, said, "is the driver all right?")
    return Finding("gpu", State.OK, "; ".join(f"{device} free" for device in devices)) if devices else none


def terminal() -> Iterator[Finding]:
    """Look at size, colours and encoding of the terminal."""
    encoding = sys.stdout.encoding or "unknown"
    if not sys.stdout.isatty():
        yield Finding("terminal", State.NOTE, f"stdout is no terminal (encoding {encoding})")
        return
    size = shutil.get_terminal_size()
    shown = f"{size.columns}×{size.lines}"
    if size.columns < SMALLEST_TERMINAL[0] or size.lines < SMALLEST_TERMINAL[1]:
        yield Finding("terminal size", State.WRONG, shown, "make the window at least 80×24")
    else:
        yield Finding("terminal size", State.OK, shown)
    kind = os.environ.get("TERM", "")
    if kind in {"", "dumb", "unknown"}:
        hint = "set TERM, for example: export TERM=xterm-256color"
        yield Finding("terminal colours", State.WRONG, f"TERM={kind}", hint)
    elif os.environ.get("NO_COLOR"):
        yield Finding("terminal colours", State.NOTE, "switched off by NO_COLOR")
    else:
        yield Finding("terminal colours", State.OK, os.environ.get("COLORTERM") or kind)
    if encoding.lower().replace("-", "") == "utf8":
        yield Finding("terminal encoding", State.OK, encoding)
    else:
        hint = "set a UTF-8 locale, for example: export LANG=C.UTF-8"
        yield Finding("terminal encoding", State.WRONG, encoding, hint)


def workspace(root: Path) -> Finding:
    """Try whether a file can be made in the workspace."""
    if not root.is_dir():
        return Finding("workspace", State.WRONG, f"{root} is no directory", "make it, or name another with --workspace")
    try:
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        detail = f"{root} cannot be written to: {error.strerror}"
        return Finding("workspace", State.WRONG, detail, "mend its permissions")
    return Finding("workspace", State.OK, str(root))


def disk(root: Path) -> Finding:
    """Look at the space that is left where the workspace is."""
    place = next((path for path in (root, *root.parents) if path.is_dir()), Path("/"))
    free = shutil.disk_usage(place).free
    detail = f"{free / 1024**3:.1f} GiB free"
    if free < TOO_LITTLE_SPACE:
        return Finding("disk", State.WRONG, detail, "free some space: ratings and checkpoints need it")
    return Finding("disk", State.NOTE if free < LITTLE_SPACE else State.OK, detail)


def store(settings: Settings) -> Finding:
    """Open the store for a moment."""
    from viva.workbench import Workbench

    path = settings.paths.store
    if not path.exists():
        return Finding("store", State.NOTE, "no results.duckdb yet: it is made when something is stored")
    try:
        datasets = Workbench(replace(settings, lock_timeout=STORE_TIMEOUT)).datasets.list()
    except StoreError as error:
        return Finding("store", State.WRONG, error.message, error.hint)
    except OSError as error:
        return Finding("store", State.WRONG, f"{path.name} cannot be opened: {error.strerror}", "mend its permissions")
    return Finding("store", State.OK, f"{path.stat().st_size / 1024**2:.1f} MiB, {plural(len(datasets), 'dataset')}")


def outboxes(paths: WorkspacePaths) -> Iterator[Finding]:
    """Count ratings that are not in the store, and lines that no store accepts."""
    waiting = sum(_lines(file) for file in paths.outboxes.glob("*.jsonl"))
    if waiting:
        detail = f"{plural(waiting, 'rating')} not in the store yet"
        yield Finding("ratings", State.NOTE, detail, "they are delivered by the next viva that rates or reads ratings")
    else:
        yield Finding("ratings", State.OK, "all delivered")
    rejected = [file for file in paths.outboxes.glob("*.rejected") if _lines(file)]
    if rejected:
        detail = f"{plural(sum(map(_lines, rejected)), 'line')} that the store does not accept"
        yield Finding("rejected ratings", State.WRONG, detail, f"look at {', '.join(file.name for file in rejected)}")


def _lines(file: Path) -> int:
    with file.open("rb") as content:
        return sum(1 for line in content if line.strip())


def settings_finding(error: UserError) -> Finding:
    """Return the finding for settings that cannot be read."""
    return Finding("settings", State.WRONG, error.message, error.hint)
