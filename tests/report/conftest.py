"""A reported workspace, made once and copied."""

import shutil
from pathlib import Path

import pytest

from tests.fakes.reported import fill_reported
from viva.records.report import Report, ReportRequest
from viva.settings import Settings
from viva.workbench import Workbench


@pytest.fixture(scope="session")
def reported_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reported")
    fill_reported(Workbench(Settings(workspace=path, rater="ann", lock_timeout=10.0)))
    return path


@pytest.fixture(scope="session")
def report_once(reported_once: Path) -> Report:
    """The report of that workspace, which no test may change."""
    return Workbench(Settings(workspace=reported_once, rater="ann", lock_timeout=10.0)).reports.make(
        ReportRequest("rated")
    )


@pytest.fixture
def reported(bench: Workbench, reported_once: Path) -> Workbench:
    """A workbench with something for every section of a report."""
    shutil.copytree(reported_once, bench.paths.root, dirs_exist_ok=True)
    return bench
