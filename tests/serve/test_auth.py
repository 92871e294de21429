"""Whose key is whose: the list of raters as it is now, and what a connection may try."""

from pathlib import Path

import asyncssh
import pytest

from tests.fakes.ssh import OPTIONS
from viva.errors import BadInput, NotFound
from viva.records.person import Rater, Role
from viva.serve import auth
from viva.serve.auth import ANYBODY, MOST_NAMES, Guard, Identity, Keyring, RaterList
from viva.serve.ssh import connection_options


def new_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


def public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key("openssh").decode().strip()


KEYS = [new_key() for _ in range(3)]
ANN, BOB = Rater("ann", keys=(public(KEYS[0]), public(KEYS[1]))), Rater("bob", Role.LEAD, (public(KEYS[2]),))


def write(path: Path, *names: str) -> None:
    keys = dict(zip(("ann", "bob"), KEYS, strict=False))
    draft = path.with_suffix(".new")
    draft.write_text("".join(f'[raters.{name}]\nkeys = ["{public(keys[name])}"]\n' for name in names))
    draft.chmod(0o600)
    draft.replace(path)


def opens(keyring: Keyring, user: str) -> list[bool]:
    """Tell which keys open the door under a user name."""
    found = keyring.authorized(user)
    return [found is not None and found.validate(key.convert_to_public(), "", "") is not None for key in KEYS]


def test_a_name_is_opened_by_its_own_keys_and_the_common_one_by_all() -> None:
    keyring = Keyring([ANN, BOB, Rater("eve")])
    assert keyring.people == 2
    assert opens(keyring, "ann") == [True, True, False]
    assert opens(keyring, "bob") == [False, False, True]
    assert opens(keyring, ANYBODY) == [True, True, True]
    for nobody in ("eve", "Ann", "", "root"):
        assert keyring.authorized(nobody) is None


def test_a_key_of_two_raters_is_refused() -> None:
    with pytest.raises(BadInput, match="ann, eve"):
        Keyring([ANN, Rater("eve", keys=(public(KEYS[1]),))])


def test_somebody_stays_who_they_are_only_with_the_same_key_name_and_role() -> None:
    first = Identity(ANN, KEYS[0].get_fingerprint())
    for same in (ANN, Rater("ann", keys=(*ANN.keys, public(new_key())), plain=True), Rater("ann", keys=ANN.keys[:1])):
        assert Keyring([BOB, same]).holds(first)
    for changed in (
        Rater("ann", keys=ANN.keys[1:]),
        Rater("anna", keys=ANN.keys),
        Rater("ann", Role.LEAD, ANN.keys),
        Rater("ann", keys=(*ANN.keys[1:], public(new_key()))),
    ):
        assert not Keyring([BOB, changed]).holds(first)


def test_the_list_is_read_when_it_has_changed_and_not_for_everybody_who_knocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "raters.toml"
    found = RaterList(path)
    with pytest.raises(NotFound, match="nobody could come in"):
        found.keyring()
    write(path, "ann")
    first = found.keyring()
    assert first.people == 1
    reads = []
    read = RaterList._read
    monkeypatch.setattr(auth.RaterList, "_read", lambda self: reads.append(1) or read(self))
    assert all(found.keyring() is first for _ in range(100))
    write(path, "ann", "bob")
    assert found.keyring().people == 2
    assert len(reads) == 1
    path.write_text("[raters.ann\n")
    for _ in range(3):
        with pytest.raises(BadInput, match=r"raters\.toml"):
            found.keyring()
    assert len(reads) == 2
    path.chmod(0o666)
    with pytest.raises(BadInput):
        found.keyring()
    assert len(reads) == 3


class Connection:
    """As much of a connection as choosing the keys needs."""

    keys: object = "none asked for"

    def set_authorized_keys(self, keys: object) -> None:
        self.keys = keys


async def test_one_connection_tries_few_names_and_few_keys(tmp_path: Path) -> None:
    path = tmp_path / "raters.toml"
    write(path, "ann")
    guard = Guard(RaterList(path), pytest.fail, pytest.fail)  # type: ignore[arg-type]
    connection = Connection()
    guard.connection_made(connection)  # type: ignore[arg-type]
    for number in range(MOST_NAMES - 1):
        assert guard.begin_auth(f"name {number}")
        assert connection.keys is None
    assert guard.begin_auth("ann")
    assert connection.keys is not None
    with pytest.raises(asyncssh.PermissionDenied):
        guard.begin_auth("one more")
    for _ in range(auth.MOST_KEYS - 1):
        assert not guard.validate_public_key("ann", KEYS[1])
    with pytest.raises(asyncssh.PermissionDenied):
        guard.validate_public_key("ann", KEYS[1])
    assert not guard.session_requested()


async def test_nothing_but_keys_and_terminals_is_on() -> None:
    found = connection_options(OPTIONS, new_key(), lambda: pytest.fail("nobody came"))
    assert found.public_key_auth
    off = (
        found.password_auth, found.kbdint_auth, found.host_based_auth, found.gss_auth, found.gss_kex,
        found.agent_forwarding, found.x11_forwarding, found.allow_scp, found.sftp_factory, found.line_editor,
        found.rdns_lookup,
    )  # fmt: skip
    assert not any(off)
    assert list(found.compression_algs) == [b"none"]
    assert found.login_timeout == OPTIONS.login
    # A client that is gone without a word is noticed within a minute.
    assert 0 < found.keepalive_interval * found.keepalive_count_max <= 60
    guard = Guard(RaterList(Path()), pytest.fail, pytest.fail)  # type: ignore[arg-type]
    asked = (guard.password_auth_supported, guard.kbdint_auth_supported, guard.host_based_auth_supported)
    assert not any(method() for method in asked)
