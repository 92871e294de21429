"""Fixtures: a room with texts to be rated, two raters at their desks, and a clock that stands still."""

import shutil
from pathlib import Path

import pytest

from tests.fakes.desk import Clock, desk_of, make_texts, workbench_of
from viva.workbench import Workbench
from viva.workbench.desk import Desk


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the texts of three systems for ten questions, to be copied."""
    path = tmp_path_factory.mktemp("written")
    make_texts(workbench_of(path, "nobody"), 10)
    return path


@pytest.fixture
def room(workspace: Path, written: Path) -> Workbench:
    """A workspace with the texts of three systems for ten questions."""
    shutil.copytree(written, workspace, dirs_exist_ok=True)
    return workbench_of(workspace, "nobody")


@pytest.fixture
def ann(room: Workbench, clock: Clock) -> Desk:
    return desk_of(room.paths.root, "ann", clock)


@pytest.fixture
def bob(room: Workbench, clock: Clock) -> Desk:
    return desk_of(room.paths.root, "bob", clock)
