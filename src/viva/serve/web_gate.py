"""Who may talk to the web server: whoever came with the one-time token, from the page itself, under a name of ours."""

import hmac
import ipaddress
import re
import secrets
from urllib.parse import urlsplit

from viva.errors import UsageError
from viva.records.serving import WebOptions

_AUTHORITY = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?\Z")
_PATH = re.compile(r"[A-Za-z0-9/._~-]*\Z")
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Gate:
    """Knows one token, which opens once, and the session that it opens.

    `port` is the one that was really bound. Raises `UsageError` for a public address that is none.
    """

    def __init__(self, options: WebOptions, port: int) -> None:
        self._token = secrets.token_urlsafe(32)
        self._burnt = False
        self._session = secrets.token_urlsafe(32)
        self._public = _public(options.public_url) if options.public_url else None
        self._names = _names(options.host, self._public)
        self._any_address = is_everywhere(options.host)
        self.port = port
        self.base = self._public or f"http://{_shown(options.host)}:{port}"

    @property
    def address(self) -> str:
        """The address that opens the workbench, once."""
        return f"{self.base}/?token={self._token}"

    @property
    def cookie(self) -> str:
        """The name of the cookie: browsers keep those of one host together, whatever its port."""
        return f"viva-{self.port}"

    @property
    def path(self) -> str:
        """Where the pages lie under the public address: `/`, or what a proxy puts before them."""
        return urlsplit(self.base).path + "/"

    @property
    def secure(self) -> bool:
        """Whether people come by TLS, through a proxy."""
        return self.base.startswith("https:")

    def exchange(self, token: str) -> str | None:
        """Return what the cookie shall hold, or None for a wrong token and for one that was used before."""
        right = _same(token, self._token)
        if self._burnt or not right:
            return None
        self._burnt = True
        return self._session

    def knows(self, cookie: str | None) -> bool:
        """Tell whether a cookie is that of the session which the token opened."""
        right = _same(cookie or "", self._session)
        return self._burnt and right

    def good_host(self, host: str) -> bool:
        """Tell whether a `Host` is a name of this server; a page elsewhere whose name leads here has another."""
        name = _name(host)
        if name is None:
            return False
        return name in self._names or (self._any_address and _is_address(name))

    def base_for(self, host: str) -> str:
        """Return what stands before every path, for somebody who came to `host`, a good one."""
        return self._public or f"http://{host}"

    def good_origin(self, origin: str | None, host: str) -> bool:
        """Tell whether a websocket was asked for by a page of this server, reached at `host`, a good one."""
        if origin is None:
            return False
        base = urlsplit(self.base_for(host))
        return origin == f"{base.scheme}://{base.netloc}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens at `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_everywhere(host: str) -> bool:
    """Tell whether `host` stands for all addresses of this machine."""
    return host in ("", "0.0.0.0", "::")


def _names(host: str, public: str | None) -> frozenset[str]:
    names = {host.lower()} if host else set()
    if is_loopback(host) or is_everywhere(host) or public:
        names |= _LOOPBACK_NAMES
    if public:
        # A proxy hands on the public name, or asks this machine under one of its own.
        names.add(urlsplit(public).hostname or "")
    return frozenset(names)


def _public(url: str) -> str:
    hint = "write it as people type it, such as https://rating.example.org"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and _AUTHORITY.match(parts.netloc.lower()) and _PATH.match(parts.path)
    except ValueError:
        good = None
    if not good or parts.query or parts.fragment:
        raise UsageError("the public address must be http:// or https://, a name, and perhaps a path", hint)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _shown(host: str) -> str:
    if is_everywhere(host):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _name(host: str) -> str | None:
    found = _AUTHORITY.match(host)
    return found["name"].strip("[]").lower() if found else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
