"""Who may come in over SSH: raters.toml, and the keys in it."""

import base64
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.hostile import HOSTILE
from viva.errors import BadInput, NotFound, UsageError
from viva.records.person import Rater, Role
from viva.workbench import Workbench, public_keys, raters


def packed(*parts: bytes) -> str:
    return base64.b64encode(b"".join(len(part).to_bytes(4) + part for part in parts)).decode()


def ed25519(number: int = 1) -> str:
    return "ssh-ed25519 " + packed(b"ssh-ed25519", bytes([number]) * 32)


def rsa(bits: int = 3072, exponent: bytes = b"\x01\x00\x01") -> str:
    return "ssh-rsa " + packed(b"ssh-rsa", exponent, b"\x00" + ((1 << bits) - 1).to_bytes((bits + 7) // 8))


ECDSA = "ecdsa-sha2-nistp256 " + packed(b"ecdsa-sha2-nistp256", b"nistp256", b"\x04" + bytes(64))
SK = "sk-ssh-ed25519@openssh.com " + packed(b"sk-ssh-ed25519@openssh.com", bytes(32), b"ssh:")
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com " + packed(
    b"sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", b"\x04" + bytes(64), b"ssh:"
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "ann.pub"
    file.write_text(f"{ed25519()} ann@home\n", "utf-8")
    return file


def raters_toml(bench: Workbench, text: str) -> None:
    bench.paths.raters_file.write_text(text, "utf-8")


@pytest.mark.parametrize("line", [ed25519(), ECDSA, SK, SK_ECDSA, rsa(), rsa(2048), rsa(4096)])
def test_keys_of_the_kinds_that_openssh_makes_are_taken(line: str) -> None:
    assert public_keys.parse(f"# a comment\n\n {line} ann at home \r\n").line == f"{line} ann at home"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "there is no key"),
        (f"{ed25519()}\n{ed25519(2)}", "2 lines"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "private key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519", "private key"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "another format"),
        (f'command="sh" {ed25519()}', "options before a key"),
        (f"no-pty {ed25519()}", "options before a key"),
        (f"cert-authority,no-pty {ed25519()}", "options before a key"),
        ("ssh-dss AAAA", "ssh-dss are not taken"),
        ("ssh-ed25519-cert-v01@openssh.com AAAA", "are not taken"),
        ("hello", "hello is no kind of key"),
        ("ssh-ed25519", "broken"),
        (ed25519()[:-4], "broken"),
        (ed25519()[:-1], "broken"),
        (ed25519().replace("ssh-ed25519 ", "ssh-rsa "), "broken"),
        ("ssh-ed25519 " + packed(b"ssh-ed25519", bytes(31)), "broken"),
        ("ssh-ed25519 " + packed(b"ssh-ed25519", bytes(32), b"more"), "broken"),
        ("ecdsa-sha2-nistp256 " + packed(b"ecdsa-sha2-nistp256", b"nistp384", b"\x04" + bytes(64)), "broken"),
        ("ecdsa-sha2-nistp256 " + packed(b"ecdsa-sha2-nistp256", b"nistp256", b"\x02" + bytes(64)), "broken"),
        (rsa(1024), "at least 2,048 bits, this one has 1,024"),
        (rsa(2048, b"\x02"), "broken"),
        (f"ssh-ed25519 {'A' * 20_000}", "fewer than"),
    ],
)
def test_anything_else_is_refused_in_one_line(text: str, match: str) -> None:
    with pytest.raises(BadInput, match=match) as caught:
        public_keys.parse(text)
    assert "\n" not in caught.value.message


@given(st.text(max_size=200) | st.binary(max_size=90).map(lambda raw: f"ssh-rsa {base64.b64encode(raw).decode()}"))
def test_no_text_is_taken_for_a_key_nor_breaks_the_reading(text: str) -> None:
    with pytest.raises(BadInput):
        public_keys.parse(text)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")
@pytest.mark.parametrize(("kind", "bits"), [("ed25519", None), ("ecdsa", 256), ("ecdsa", 521), ("rsa", 2048)])
def test_keys_of_the_real_ssh_keygen_are_taken_as_they_are(tmp_path: Path, kind: str, bits: int | None) -> None:
    file = tmp_path / "key"
    size = ["-b", str(bits)] if bits else []
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", "ann@home", "-f", file], check=True)
    text = Path(f"{file}.pub").read_text("utf-8")
    found = public_keys.parse(text)
    assert (found.line, found.comment) == (text.strip(), "ann@home")
    with pytest.raises(BadInput, match="private key"):
        public_keys.parse(file.read_text("utf-8"))


def test_who_is_let_in_stands_in_a_file_for_its_owner_alone(bench: Workbench, key: Path) -> None:
    made = bench.raters.add("ann", key, Role.LEAD, plain=True)
    assert made == Rater("ann", Role.LEAD, (f"{ed25519()} ann@home",), True)
    assert raters.load(bench.paths.raters_file) == {"ann": made}
    assert (bench.raters.list(), bench.raters.get("ann")) == ([made], made)
    assert stat.S_IMODE(bench.paths.raters_file.stat().st_mode) == 0o600
    assert [file.name for file in bench.paths.root.iterdir() if file.name.startswith(".")] == []


def test_a_further_key_is_added_and_the_same_one_is_not(bench: Workbench, key: Path) -> None:
    bench.raters.add("ann", key)
    bench.raters.add("ann", key)
    key.write_text(rsa(), "utf-8")
    assert len(bench.raters.add("ann", key).keys) == 2
    assert bench.raters.add("ann", role=Role.ENGINEER) == replaced(bench, Role.ENGINEER)
    assert bench.raters.add("ann", plain=True).role is Role.ENGINEER


def replaced(bench: Workbench, role: Role) -> Rater:
    found = bench.raters.get("ann")
    return Rater("ann", role, found.keys, found.plain)


def test_a_key_of_somebody_else_is_refused(bench: Workbench, key: Path) -> None:
    bench.raters.add("ann", key)
    with pytest.raises(UsageError, match="this key is ann's already"):
        bench.raters.add("bob", key)
    with pytest.raises(UsageError, match="bob needs a key"):
        bench.raters.add("bob")
    assert [rater.name for rater in bench.raters.list()] == ["ann"]


def test_who_is_shut_out_is_out(bench: Workbench, key: Path) -> None:
    bench.raters.add("ann", key)
    bench.raters.remove("ann")
    assert bench.raters.list() == []
    with pytest.raises(NotFound, match="there is no rater 'ann'"):
        bench.raters.remove("ann")


def test_what_people_wrote_into_the_file_stays(bench: Workbench, tmp_path: Path) -> None:
    text = (
        f'# our raters\n\n[raters.ann]\n# since May\nrole = "lead"\nkeys = [\n  "{ed25519()}",\n]\n\n'
        f'# the new one\n[raters."bob b."]  # in Rome\nkeys = ["{ed25519(2)}"]\n# the end\n'
    )
    raters_toml(bench, text)
    file = tmp_path / "new.pub"
    file.write_text(ed25519(3), "utf-8")
    bench.raters.add("cem", file)
    assert bench.paths.raters_file.read_text("utf-8").startswith(text)
    bench.raters.add("ann", plain=True)
    changed = bench.paths.raters_file.read_text("utf-8")
    for comment in ("# our raters", "# since May", "# the new one", "# in Rome", "# the end"):
        assert comment in changed
    assert changed.index("# since May") < changed.index("# the new one") < changed.index("bob b.")
    assert [(rater.name, rater.plain) for rater in bench.raters.list()] == [
        ("ann", True), ("bob b.", False), ("cem", False),
    ]  # fmt: skip
    bench.raters.remove("ann")
    left = bench.paths.raters_file.read_text("utf-8")
    assert "# our raters" in left
    assert "# the new one" in left
    assert "ann" not in left


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[raters.ann", "not valid TOML"),
        ("[rater.ann]\nkeys = []", "line 1: rater is not known"),
        ("raters = 3", "raters is no table"),
        ("[raters]\nann = 3", "ann: there is no table"),
        ('[raters.ann]\nkey = "x"', "line 1: ann: key is not known"),
        ('[raters.ann]\nrole = "root"', "ann: the role is rater, lead, engineer, not root"),
        ("[raters.ann]\nrole = 3", "ann: the role is"),
        ("[raters.ann]\nplain = 1", "ann: plain is true or false"),
        ('[raters.ann]\nkeys = "x"', "ann: keys is no list"),
        ('[raters.ann]\nkeys = ["x"]', "ann: x is no kind of key"),
        (f'[raters.ann]\nkeys = ["command=\\"sh\\" {ed25519()}"]', "ann: options before a key"),
        ('[raters."a/b"]\nkeys = []', "cannot name a rater"),
        ('[raters."a\\u001b[2J"]\nkeys = []', "cannot name a rater"),
        (f'[raters.ann]\nkeys = ["{ed25519()}"]\n[raters.bob]\nkeys = ["{ed25519()} x"]', "ann and bob have the same"),
        (f'[raters.ann]\nkeys = ["{ed25519()}", "{ed25519()} x"]', "ann has a key twice"),
        ("[raters.ann]\nkeys = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    ],
)
def test_a_file_that_is_not_understood_lets_nobody_in(bench: Workbench, key: Path, text: str, match: str) -> None:
    raters_toml(bench, text)
    with pytest.raises(BadInput, match=match) as caught:
        bench.raters.list()
    assert "\n" not in caught.value.message
    with pytest.raises(BadInput):
        bench.raters.add("cem", key)
    assert bench.paths.raters_file.read_text("utf-8") == text


def test_a_rater_without_a_table_of_their_own_is_left_to_be_changed_by_hand(bench: Workbench) -> None:
    raters_toml(bench, f'[raters]\nann = {{keys = ["{ed25519()}"]}}\n')
    with pytest.raises(BadInput, match="ann has no table of their own"):
        bench.raters.add("ann", plain=True)


def test_a_heading_within_a_text_is_no_heading(bench: Workbench, key: Path) -> None:
    text = f'[raters.bob]\nkeys = [\n"""\n{ed25519(2)} \\\n[raters.ann]""",\n]\n'
    raters_toml(bench, text)
    bench.raters.add("ann", key)
    assert bench.paths.raters_file.read_text("utf-8").startswith(text)
    bench.raters.add("bob", plain=True)
    assert [(rater.name, len(rater.keys)) for rater in bench.raters.list()] == [("bob", 1), ("ann", 1)]


def test_a_heading_behind_a_character_that_ends_no_line_of_toml_is_no_heading(bench: Workbench, key: Path) -> None:
    raters_toml(bench, f'[raters.bob]\n# was\u2028[raters.ann]\nkeys = ["{ed25519(2)}"]\n')
    bench.raters.add("ann", key)
    bench.raters.add("bob", plain=True)
    assert [(rater.name, len(rater.keys)) for rater in bench.raters.list()] == [("bob", 1), ("ann", 1)]


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "x" * 65, " ann", "a\nb", *HOSTILE[:6]])
def test_a_name_that_is_none_is_refused(bench: Workbench, key: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a rater"):
        bench.raters.add(name, key)
    assert not bench.paths.raters_file.exists()


@pytest.mark.parametrize("name", ['a"b', "a.b", "# ann", "[x]", "José", "王", "a b", "=", "''"])
def test_names_that_toml_could_misread_come_back_as_they_were(bench: Workbench, key: Path, name: str) -> None:
    bench.raters.add(name, key)
    bench.raters.add(name, plain=True)
    assert [(rater.name, rater.plain) for rater in bench.raters.list()] == [(name, True)]
    bench.raters.remove(name)
    assert bench.raters.list() == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=12), comment=st.text(max_size=40))
def test_no_name_and_no_comment_of_a_key_breaks_the_file(bench: Workbench, key: Path, name: str, comment: str) -> None:
    bench.paths.raters_file.unlink(missing_ok=True)
    key.write_text(f"{ed25519()} {comment}", "utf-8", "replace", newline="")
    try:
        made = bench.raters.add(name, key)
    except (UsageError, BadInput):
        return
    assert bench.raters.list() == [made]


def test_files_that_hold_no_key_are_refused_by_name(bench: Workbench, tmp_path: Path) -> None:
    for content, match in ((b"\xff\xfe", "is no text"), (b"x" * 100_000, "too large")):
        (tmp_path / "x.pub").write_bytes(content)
        with pytest.raises(BadInput, match=f"x.pub.*{match}"):
            bench.raters.add("ann", tmp_path / "x.pub")
    with pytest.raises(BadInput, match=r"missing.pub cannot be read"):
        bench.raters.add("ann", tmp_path / "missing.pub")
    with pytest.raises(BadInput, match="cannot be read"):
        bench.raters.add("ann", tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_cannot_be_written_is_told(bench: Workbench, key: Path) -> None:
    bench.paths.ssh.mkdir(parents=True)
    bench.paths.root.chmod(0o500)
    try:
        with pytest.raises(BadInput, match="cannot be written"):
            bench.raters.add("ann", key)
    finally:
        bench.paths.root.chmod(0o700)
