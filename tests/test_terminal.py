"""The workbench in a real terminal of 80×24: train, leave, come back, rate, be killed, lose nothing."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.tmux import Tmux
from viva.records.job import JobStatus
from viva.records.rating import RatingEvent
from viva.settings import Settings
from viva.workbench import Workbench

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
VIVA = str(Path(sys.executable).with_name("viva"))
RATINGS = [(4, 3, 5, 2), (0, 1, 2, 3), (5, 5, 4, 4)]


@contextmanager
def viva(workspace: Path, *arguments: str) -> Iterator[Tmux]:
    terminal = Tmux([VIVA, "--workspace", str(workspace), "--rater", "ann", *arguments], workspace)
    try:
        yield terminal
    finally:
        terminal.close()


def test_a_training_outlives_the_terminal_and_ratings_outlive_the_app(workspace: Path) -> None:
    workbench = Workbench(Settings(workspace=workspace, rater="ann"))
    workbench.datasets.import_bundled("vad")
    with viva(workspace) as terminal:
        terminal.until("Train a model")
        terminal.type("t")
        terminal.until("choose a recipe")
        terminal.type("Enter")
        terminal.until("Start training")
        terminal.type("C-s")
        terminal.until("running")
    [job] = workbench.jobs.list()
    assert job.status is JobStatus.RUNNING
    with viva(workspace) as terminal:
        terminal.until("running")
        terminal.type("J")
        terminal.until("starter-lora")
        ended = workbench.jobs.wait(job.job_id)
        assert ended.status is JobStatus.DONE
        terminal.until("done")
        while "next_job" in ended.result:
            ended = workbench.jobs.wait(ended.result["next_job"])
            assert ended.status is JobStatus.DONE
    [study] = workbench.studies.list()
    with viva(workspace) as terminal:
        terminal.until("Home")
        terminal.type("t")
        terminal.until("✓ done")
        terminal.type("Tab")
        terminal.type("Enter")
        shown = terminal.until("★ best checkpoint")
        assert "validation loss" in shown
        terminal.type("v")
        terminal.until("From the training data")

    with viva(workspace, "rate") as terminal:
        for number, values in enumerate(RATINGS, start=1):
            terminal.until(f"{number - 1} rated · {39 - number} left" if number > 1 else "38 left")
            terminal.type(*map(str, values), "Enter")
        terminal.until("3 rated · 35 left")
        terminal.kill()
    done = workbench.desk.history(study.name)
    assert sorted(tuple(event.values.values()) for event in done if isinstance(event, RatingEvent)) == sorted(RATINGS)
    workbench.desk.deliver()
    with workbench.store.read() as connection:
        found = connection.execute("SELECT count(*), count(DISTINCT generation) FROM ratings").fetchall()
    assert found == [(12, 3)]
    rows = workbench.results.leaderboard("vad", "test")
    assert sum(row.n for row in rows if row.source == "human" and row.measure == "total") == 3
