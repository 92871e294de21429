import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Viva, program_command
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.errors import JobError, NotFound, StoreBusy, UsageError, UserError
from viva.jobs.directory import JobDirectory
from viva.records.job import JobKind, JobSpec
from viva.workbench import Workbench

Program = Callable[..., "subprocess.CompletedProcess[str]"]
SPEC = JobSpec(JobKind.SCORE, "tiny/test", {})


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr("viva.workbench.jobs.Jobs.list", fail)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UserError("it is so", "mend it"), 1, "error: it is so\nhint: mend it\n"),
        (UserError("it is so"), 1, "error: it is so\n"),
        (UsageError("not like this", "like that"), 2, "error: not like this\nhint: like that\n"),
        (NotFound("there is no x"), 1, "error: there is no x\n"),
        (StoreBusy("held by editor (process 7)", "close it"), 1, "error: held by editor (process 7)\nhint: close it\n"),
        (JobError("train failed: no memory\nuse less"), 1, "error: train failed: no memory\nhint: use less\n"),
        (KeyError("x"), 1, "error: KeyError: 'x'\nhint: run with --debug for the traceback\n"),
        (RuntimeError(), 1, "error: RuntimeError\nhint: run with --debug for the traceback\n"),
        (
            PermissionError(13, "Permission denied", "data/jobs"),
            1,
            "error: data/jobs: Permission denied\nhint: run with --debug for the traceback\n",
        ),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
    ],
)
def test_an_error_is_one_line_with_a_hint_below(
    viva: Viva, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    failing(monkeypatch, error)
    outcome = viva("job", "list")
    assert (outcome.code, outcome.out, outcome.err) == (code, "", said)


@pytest.mark.parametrize("text", HOSTILE)
def test_an_error_about_hostile_text_is_harmless_and_still_one_line(
    viva: Viva, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    failing(monkeypatch, UserError(f"wrong: {text}", f"hint {text}"))
    outcome = viva("job", "list")
    assert len(outcome.err.splitlines()) == 2
    assert not FORBIDDEN.search(outcome.err)


def test_hostile_words_on_the_command_line_are_harmless(viva: Viva) -> None:
    outcome = viva("\x1b[31mred", "x")
    assert outcome.code == 2
    assert not FORBIDDEN.search(outcome.err)


def test_a_traceback_is_shown_with_debug_only(viva: Viva, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, KeyError("x"))
    assert "Traceback" not in viva("job", "list").err
    outcome = viva("job", "list", "--debug")
    assert "Traceback" in outcome.err
    assert outcome.err.endswith("error: KeyError: 'x'\nhint: run with --debug for the traceback\n")


def test_a_wrong_option_is_told_with_the_way_to_help(viva: Viva) -> None:
    outcome = viva("dataset", "show")
    assert outcome.code == 2
    assert outcome.err == "error: Missing argument 'NAME'\nhint: viva dataset show --help shows how it is used\n"


def test_exit_codes_of_the_program(filled: Workbench, program: Program) -> None:
    assert program("dataset", "list").returncode == 0
    assert program("dataset", "show", "nothing").returncode == 1
    assert program("dataset", "nonsense").returncode == 2
    assert program("rate").returncode == 2


def test_stdout_is_data_and_stderr_narration(filled: Workbench, program: Program) -> None:
    done = program("dataset", "show", "tiny", "--limit", "1", "--format", "csv")
    assert done.stdout.splitlines()[0] == "example,split,field,subfield,question,reference"
    assert len(done.stdout.splitlines()) == 2
    assert "--limit 0 shows all" in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(filled: Workbench) -> None:
    pipe = "| { head -n 1 >/dev/null; }"
    command = f"set -o pipefail; {' '.join(program_command())} dataset show tiny --limit 0 --format csv {pipe}"
    environment = {**os.environ, "VIVA_WORKSPACE": str(filled.paths.root), "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_reader_is_no_error(filled: Workbench) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "VIVA_WORKSPACE": str(filled.paths.root)}
    try:
        done = subprocess.run(
            program_command("dataset", "list"),
            env=environment,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(filled: Workbench) -> None:
    environment = {**os.environ, "VIVA_WORKSPACE": str(filled.paths.root)}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            program_command("dataset", "list"),
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: OSError: [Errno 28]")
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_a_terminal_that_knows_only_ascii_gets_what_it_can_show(filled: Workbench, program: Program, form: str) -> None:
    done = program("leaderboard", "tiny", "--format", form, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "tuned" in done.stdout


def test_rules_are_drawn_with_hyphens_where_there_is_only_ascii(filled: Workbench, program: Program) -> None:
    lines = program("dataset", "list", PYTHONIOENCODING="ascii").stdout.splitlines()
    assert set(lines[1]) == {"-"}


def test_an_interrupt_while_following_leaves_the_job_running(bench: Workbench) -> None:
    directory = JobDirectory.create(bench.paths.jobs, SPEC)
    directory.add_event({"event": "start", "total": 2, "unit": "score"})
    with directory.hold() as lock:
        assert lock is not None
        process = subprocess.Popen(
            program_command("job", "follow", directory.job_id, "--workspace", bench.paths.root),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith("start")
        process.send_signal(signal.SIGINT)
        _, narration = process.communicate()
        assert directory.alive
    assert process.returncode == 130
    assert f"job {directory.job_id} goes on" in narration
