"""A full disk is told in one line, whichever way a library puts it."""

import errno
from pathlib import Path
from types import SimpleNamespace

import numpy
import pytest

from viva.errors import BadInput
from viva.train.disk import LITTLE_SPACE, full_disk_told


@pytest.fixture
def no_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=LITTLE_SPACE - 1))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "no room"),
        OSError(errno.EDQUOT, "no more for you"),
        RuntimeError("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_told(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(BadInput, match=r"^the disk is full$") as caught, full_disk_told(tmp_path, "make room"):
        raise error
    assert caught.value.hint == "make room"
    assert caught.value.__cause__ is error


@pytest.mark.usefixtures("no_space")
def test_it_is_told_where_a_library_does_not_say_so(tmp_path: Path) -> None:
    with (
        pytest.raises(BadInput, match="the disk is full") as caught,
        full_disk_told(tmp_path / "not" / "yet", "make room"),
        Path("/dev/full").open("wb") as file,
    ):
        numpy.zeros(100_000).tofile(file)
    assert "requested and 0 written" in str(caught.value.__cause__)


def test_other_errors_surface_as_they_are(tmp_path: Path) -> None:
    for error in (OSError("3 requested and 0 written"), RuntimeError("no"), BadInput("wrong")):
        with pytest.raises(type(error)) as caught, full_disk_told(tmp_path, "make room"):
            raise error
        assert caught.value is error


@pytest.mark.usefixtures("no_space")
def test_a_fault_is_no_full_disk(tmp_path: Path) -> None:
    for error in (KeyError("x"), BadInput("wrong")):
        with pytest.raises(type(error)) as caught, full_disk_told(tmp_path, "make room"):
            raise error
        assert caught.value is error
