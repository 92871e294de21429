"""Another program holds the store: raters go on with what they hold, and nothing that they said is lost."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.fakes.desk import add_study, query, workbench_of
from tests.fakes.rater_process import RaterProcess

QUOTA = 2


@contextmanager
def held_by_this_process(path: Path) -> Iterator[None]:
    """Hold a store open without viva, as soon as it is free."""
    while True:
        try:
            connection = duckdb.connect(str(path))
        except duckdb.IOException:
            time.sleep(0.01)
        else:
            break
    try:
        yield
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("raters", "seconds"), [(2, 1.0), pytest.param(5, 60.0, marks=[pytest.mark.slow, pytest.mark.parallel])]
)
def test_raters_go_on_while_the_store_is_held_and_catch_up(
    workspace: Path, written: Path, raters: int, seconds: float
) -> None:
    shutil.copytree(written, workspace, dirs_exist_ok=True)
    workbench = workbench_of(workspace, "nobody")
    items = add_study(workbench, 2 * raters, raters_per_item=QUOTA)
    people = [RaterProcess(workspace, f"rater{number}", through=True) for number in range(raters)]
    for person in people:
        person.wait_for(1)
    with held_by_this_process(workbench.store.path):
        before = [len(person.said) for person in people]
        until = time.monotonic() + seconds
        for person, said in zip(people, before, strict=True):
            # The next item, the line on who is in the way, and a verdict revised.
            person.wait_for(said + 3)
        time.sleep(max(until - time.monotonic(), 0.0))
        during = [len(person.said) for person in people]
    said = [line for person in people for line in person.finish()]
    assert all(late >= early + 3 for early, late in zip(before, during, strict=True))
    assert [line for line in said if line.startswith("held by")] == [f"held by {os.getpid()}"] * raters
    acknowledged = {line for line in said if not line.startswith("held by")}
    assert set(query(workbench, "SELECT event_id, count(*) FROM rating GROUP BY ALL")) == {
        (event_id, 2) for event_id in acknowledged
    }
    assert query(workbench, "SELECT item, verdicts FROM study_items ORDER BY ALL") == sorted(
        (item, QUOTA) for item in items
    )
