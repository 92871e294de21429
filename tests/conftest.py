"""Fixtures: a workspace cut off from the developer's own settings and network, empty or filled."""

import csv
import gc
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes.filled import fill
from viva.settings import Settings
from viva.store import file, migrations
from viva.workbench import Workbench

# Under nohup, or in the background of a script, these are ignored, and every child would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The hub's library reads this when it is imported, which a test module may do before any fixture runs.
os.environ["HF_HUB_OFFLINE"] = "1"

# Where several processes test side by side, as many threads each as there are cores would stand in one another's way.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says something about the machine, nothing about viva.
settings.register_profile("viva", deadline=None)
settings.load_profile("viva")

CSV_LIMIT = csv.field_size_limit()


def pytest_collection_finish() -> None:
    """Leave all that has been imported and collected out of every later walk of the garbage collector."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _csv_limit() -> Iterator[None]:
    """Undo what reading a file sets for the whole process."""
    yield
    csv.field_size_limit(CSV_LIMIT)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep tests away from the hub and from the settings of whoever runs them."""
    for name in (
        "VIVA_WORKSPACE",
        "VIVA_RATER",
        "VIVA_ROLE",
        "VIVA_LEASE",
        "VIVA_EMBEDDING_MODEL",
        "VIVA_LOCK_TIMEOUT",
        "NO_COLOR",
        "SSH_CONNECTION",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    # Several tests compute at the same time: more threads than cores only wait for one another.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-config"))


@pytest.fixture(scope="session", autouse=True)
def _one_new_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make an empty store once, and copy it wherever this process makes one: all its views take a third of a second."""
    made = tmp_path_factory.mktemp("store") / "results.duckdb"
    create, known = file._create, list(migrations.MIGRATIONS)
    create(made)

    def copied(path: Path) -> None:
        whole = shutil.disk_usage(path.parent).free > made.stat().st_size
        if whole and known == migrations.MIGRATIONS and not file._log(path).exists():
            shutil.copyfile(made, path)
        else:
            create(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file, "_create", copied)
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty directory."""
    path = tmp_path / "workspace"
    path.mkdir()
    return path


@pytest.fixture
def bench(workspace: Path) -> Workbench:
    """A workbench on an empty workspace."""
    return Workbench(Settings(workspace=workspace, rater="ann", lock_timeout=10.0))


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled workspace, to be copied: filling one takes half a second."""
    path = tmp_path_factory.mktemp("filled")
    fill(Workbench(Settings(workspace=path, rater="ann", lock_timeout=10.0)))
    return path


@pytest.fixture
def filled(bench: Workbench, filled_once: Path) -> Workbench:
    """A workbench with a dataset, two systems, their texts, scores and a study, hostile texts among them."""
    shutil.copytree(filled_once, bench.paths.root, dirs_exist_ok=True)
    return bench


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 MB, where this machine lets one be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=32m", "tmpfs", str(disk)]
    if mount is None or subprocess.run([mount, *options], capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)
