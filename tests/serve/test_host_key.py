"""The host key: made once, and refused where others could have had it."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from viva.errors import BadInput
from viva.serve.host_key import NAME, host_key


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "ssh"
    made = host_key(folder)
    assert made.algorithm == b"ssh-ed25519"
    assert host_key(folder).get_fingerprint() == made.get_fingerprint()
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir()] == [NAME]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    host_key(tmp_path)
    (tmp_path / NAME).chmod(mode)
    with pytest.raises(BadInput, match="by others"):
        host_key(tmp_path)


def test_two_servers_that_begin_together_have_one_key(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def begin(_: int) -> str:
        together.wait()
        return str(host_key(tmp_path).get_fingerprint())

    with ThreadPoolExecutor(8) as pool:
        [found] = set(pool.map(begin, range(8)))
    assert found == host_key(tmp_path).get_fingerprint()
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_somebody_else_is_refused(tmp_path: Path) -> None:
    host_key(tmp_path)
    os.chown(tmp_path / NAME, 1, 1)
    with pytest.raises(BadInput, match="somebody else"):
        host_key(tmp_path)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("no key")
    (tmp_path / NAME).chmod(0o600)
    with pytest.raises(BadInput, match="no private key"):
        host_key(tmp_path)


def test_a_link_to_a_key_is_refused(tmp_path: Path) -> None:
    host_key(tmp_path / "other")
    (tmp_path / NAME).symlink_to(tmp_path / "other" / NAME)
    with pytest.raises(BadInput, match="cannot be used"):
        host_key(tmp_path)
