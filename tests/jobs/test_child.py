"""A worker that somebody waits for answers, tells why it could not, and does not outlive the one who waits."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from viva.errors import JobError, UserError
from viva.events import OUT_OF_MEMORY
from viva.jobs.child import BROKEN_OFF, end_children, run_child, worker_threads

PROGRAM = "tests.fakes.child_program"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run(does: str, **config: Any) -> dict[str, Any]:
    return run_child(PROGRAM, {"does": does, **config}, threads=3)


def gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" in status.read_text()


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_returns_what_the_program_has_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")
    found = run("answer", given=["ü", 1])
    assert found == {"folder": found["folder"], "threads": "3", "given": ["ü", 1]}
    assert not Path(found["folder"]).exists()


def test_what_the_person_can_mend_comes_with_its_hint() -> None:
    with pytest.raises(UserError) as raised:
        run("error")
    assert (raised.value.message, raised.value.hint) == ("it does not fit", "take less")


def test_a_crash_is_told_by_its_last_line() -> None:
    with pytest.raises(JobError) as raised:
        run("crash")
    assert str(raised.value) == "RuntimeError: the␛[31m library broke"


def test_signal_9_means_that_memory_ran_out() -> None:
    with pytest.raises(JobError) as raised:
        run("die")
    assert str(raised.value) == OUT_OF_MEMORY


def test_ending_without_a_result_is_an_error() -> None:
    with pytest.raises(JobError, match="something that a library says"):
        run("nothing")


def test_ctrl_c_ends_the_program(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = (
        "from viva.jobs.child import run_child\n"
        f"run_child({PROGRAM!r}, {{'does': 'sleep', 'pid': {str(pid)!r}}}, threads=1)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as waiting:
        wait_until(lambda: pid.exists() and pid.read_text().endswith("\n"))
        waiting.send_signal(signal.SIGINT)
        waiting.wait(timeout=30)
    wait_until(lambda: gone(int(pid.read_text())))


def test_all_can_be_ended_from_another_thread(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    found: list[str] = []

    def wait() -> None:
        try:
            run("sleep", pid=str(pid))
        except JobError as error:
            found.append(str(error))

    thread = threading.Thread(target=wait)
    thread.start()
    wait_until(lambda: pid.exists() and pid.read_text().endswith("\n"))
    end_children()
    thread.join(timeout=30)
    assert found == [BROKEN_OFF]
    assert gone(int(pid.read_text()))
    end_children()


def test_several_can_run_at_once() -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda n=n: found.append(run("answer", given=n)["given"])) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 1, 2]


def test_it_is_cheap_to_import() -> None:
    code = "import viva.jobs.child, sys; print(*(m for m in ('torch', 'duckdb', 'transformers') if m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""
    assert worker_threads() >= 1
