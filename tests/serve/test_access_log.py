"""The access log: who may read it, what foreign text does in it, when a new file is begun."""

import json
import resource
import signal
import stat
from pathlib import Path

import pytest

from tests.fakes.hostile import HOSTILE
from viva.errors import BadInput
from viva.serve.access_log import LONGEST, AccessLog


def test_events_are_lines_that_only_the_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    log = AccessLog(path)
    log.write("accepted", rater="ann", address=None, seconds=1.23456)
    log.close()
    again = AccessLog(path)
    again.write("end", status=0)
    again.close()
    first, second = map(json.loads, path.read_text("ascii").splitlines())
    assert first == {"time": first["time"], "event": "accepted", "rater": "ann", "seconds": 1.235}
    assert second["event"] == "end"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_foreign_text_stays_on_its_line_and_is_cut(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "access.jsonl")
    texts = [*HOSTILE, "\n{}\x1b]0;title\x07\u202e", "é" * 10_000]
    for text in texts:
        log.write("denied", user=text)
    log.close()
    lines = (tmp_path / "access.jsonl").read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line)["user"] for line in lines] == [text[:LONGEST] for text in texts]
    assert all(0x20 <= byte < 0x7F for line in lines for byte in line)


def test_a_new_file_is_begun_when_one_is_full_and_the_oldest_goes(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "access.jsonl", limit=200, kept=2)
    for number in range(20):
        log.write("event", status=number)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["access.jsonl", "access.jsonl.1", "access.jsonl.2"]
    numbers = [json.loads(line)["status"] for file in reversed(files) for line in file.read_text().splitlines()]
    assert numbers == list(range(numbers[0], 20))
    assert all(file.stat().st_size <= 200 for file in files)


def test_a_full_disk_ends_nothing_and_the_log_tells_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    log = AccessLog(path)
    log.write("first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # Room for a few bytes more: a line that is cut off is taken back.
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 5, hard))
    try:
        log.write("second")
        log.write("third")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    log.write("fourth")
    log.write("fifth")
    log.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["event"], line.get("lost")) for line in lines] == [("first", None), ("fourth", 2), ("fifth", None)]


def test_a_log_that_cannot_be_begun_anew_ends_nothing(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "access.jsonl", limit=1)
    (tmp_path / "access.jsonl.5").mkdir()
    (tmp_path / "access.jsonl.4").write_text("")
    log.write("first")
    (tmp_path / "access.jsonl.5").rmdir()
    log.write("second")
    log.close()
    assert json.loads((tmp_path / "access.jsonl").read_text())["lost"] == 1


def test_a_log_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "access.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="cannot be written"):
        AccessLog(tmp_path / "access.jsonl")
