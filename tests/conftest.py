"""Fixtures: a workspace cut off from the developer's own settings and network, empty or filled."""

import csv
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


@pytest.fixture
def filled(bench: Workbench) -> Workbench:
    """A workbench with a dataset, two systems, their texts, scores and a study, hostile texts among them."""
    fill(bench)
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
