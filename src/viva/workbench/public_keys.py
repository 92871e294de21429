"""Public keys as OpenSSH writes them in one line: which are fit to let somebody in, read without any library.

A line is `TYPE BASE64 COMMENT`; the base64 holds the type again and then the key's numbers, each with its length in
four bytes before it (RFC 4253, section 6.6; RFC 5656, section 3.1; RFC 8709, section 4).
"""

import base64
import binascii
import re
from typing import NamedTuple

from viva.errors import BadInput
from viva.text import display_line

LONGEST = 16_384
"""Characters of a line; an RSA key of 16,384 bits has fewer than 3,000."""
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 16_384
LONGEST_COMMENT = 200
_CURVES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
_SECURITY_KEYS = {"sk-ssh-ed25519@openssh.com": 32, "sk-ecdsa-sha2-nistp256@openssh.com": 65}
KINDS = ("ssh-ed25519", *(f"ecdsa-sha2-{curve}" for curve in _CURVES), "ssh-rsa", *_SECURITY_KEYS)
_HINT = "give the .pub file that ssh-keygen has made, with one key in it: ssh-keygen -t ed25519"
_BODY = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class PublicKey(NamedTuple):
    """A key that may let somebody in: its kind, its body in base64, and what its owner calls it."""

    kind: str
    body: str
    comment: str

    @property
    def line(self) -> str:
        """The key as OpenSSH writes it."""
        return " ".join(part for part in self if part)


def parse(text: str) -> PublicKey:
    """Return the one key that a text holds. Raises `BadInput` for anything else: private keys, options, several."""
    if "PRIVATE KEY" in text or text.lstrip().startswith("PuTTY-User-Key-File"):
        raise BadInput("this is a private key, which never leaves its owner's machine", _HINT)
    if text.lstrip().startswith("---- BEGIN SSH2"):
        raise BadInput("this is a public key of another format", "convert it: ssh-keygen -i -f FILE > KEY.pub")
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if len(lines) != 1:
        raise BadInput("there is no key" if not lines else f"there are {len(lines)} lines, where one key stands", _HINT)
    [line] = lines
    if len(line) > LONGEST:
        raise BadInput(f"a key has fewer than {LONGEST:,} characters", _HINT)
    kind, _, rest = line.partition(" ")
    body, _, comment = rest.strip().partition(" ")
    if kind not in KINDS:
        raise BadInput(*_not_a_kind(kind, rest))
    _check_body(kind, body)
    comment = display_line(comment)
    return PublicKey(kind, body, comment if len(comment) <= LONGEST_COMMENT else "")


def _not_a_kind(kind: str, rest: str) -> tuple[str, str]:
    shown = display_line(kind, 40)
    if any(known in rest.split() for known in KINDS) or "=" in kind or "," in kind:
        return f"options before a key ({shown}) are not taken", "leave the key alone on its line"
    if kind == "ssh-dss" or kind.endswith("-cert-v01@openssh.com"):
        return f"keys of the kind {shown} are not taken", f"take one of {', '.join(KINDS[:4])}"
    return f"{shown} is no kind of key that is taken", _HINT


def _check_body(kind: str, body: str) -> None:
    """Raise `BadInput` where the body is not that of a whole key of its kind."""
    broken = BadInput(f"the body of this {kind} key is broken", "copy the .pub file again, whole")
    if not _BODY.fullmatch(body) or len(body) % 4:
        raise broken
    try:
        parts = _fields(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError) as error:
        raise broken from error
    if not parts or parts[0] != kind.encode():
        raise broken
    sizes = [len(part) for part in parts[1:]]
    if kind == "ssh-ed25519":
        fits = sizes == [32]
    elif kind == "ssh-rsa":
        fits = len(parts) == 3
        if fits:
            _check_rsa(*parts[1:])
    elif kind in _SECURITY_KEYS:
        curve = [b"nistp256"] if "ecdsa" in kind else []
        fits = len(sizes) == len(curve) + 2 and parts[1:-2] == curve and sizes[-2] == _SECURITY_KEYS[kind]
    else:
        curve_name = kind.rpartition("-")[2]
        fits = len(parts) == 3 and parts[1] == curve_name.encode() and sizes[1] == _CURVES[curve_name]
        fits = fits and parts[2][:1] == b"\x04"
    if not fits:
        raise broken


def _check_rsa(exponent: bytes, modulus: bytes) -> None:
    bits = int.from_bytes(modulus).bit_length()
    if bits < LEAST_RSA_BITS:
        raise BadInput(f"an RSA key needs at least {LEAST_RSA_BITS:,} bits, this one has {bits:,}", _HINT)
    power = int.from_bytes(exponent)
    if bits > MOST_RSA_BITS or power < 3 or power % 2 == 0 or len(exponent) > 8 or modulus[:1] > b"\x7f":
        raise BadInput("the body of this ssh-rsa key is broken", "copy the .pub file again, whole")


def _fields(raw: bytes) -> list[bytes]:
    """Return the byte strings of a key's body. Raises `ValueError` where their lengths do not add up."""
    found: list[bytes] = []
    while raw:
        size = int.from_bytes(raw[:4])
        if len(raw) < 4 + size or len(raw) < 4:
            raise ValueError("a length leads out of the key")
        found.append(raw[4 : 4 + size])
        raw = raw[4 + size :]
    return found
