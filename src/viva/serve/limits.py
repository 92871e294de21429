"""How often somebody may knock: connections and failed keys of one address in a minute."""

import ipaddress
import time
from collections import deque
from collections.abc import Callable

from viva.records.serving import SshOptions

WINDOW = 60.0
"""Seconds that are looked back over."""

ADDRESSES = 10_000
"""How many addresses are remembered; beyond it the one that was heard from longest ago is forgotten."""

NETWORK_BITS = 64
"""Whoever has one IPv6 address has all that share these leading bits."""


def origin(address: str) -> str:
    """Return what counts as one address: an IPv4 address, the network of an IPv6 address, else the text itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, NETWORK_BITS), strict=False))


class Limits:
    """Counts, for each origin, connections that were let in and keys that failed in the last minute."""

    def __init__(self, options: SshOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self._connections = _Counts(options.per_address, clock)
        self._failures = _Counts(options.failures, clock)

    def refuse(self, address: str) -> str | None:
        """Count a new connection and return None, or return why it is turned away; that one does not count."""
        whence = origin(address)
        if self._failures.full(whence):
            return "too many failed keys"
        if self._connections.full(whence):
            return "too many connections"
        self._connections.add(whence)
        return None

    def failed(self, address: str, keys: int) -> None:
        """Count `keys` that were offered on a connection on which none was accepted."""
        whence = origin(address)
        for _ in range(keys):
            self._failures.add(whence)


class _Counts:
    """Times of the last events of each origin, at most `most` of them."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def full(self, whence: str) -> bool:
        times = self._times.get(whence)
        if times is None:
            return self._most <= 0
        oldest = self._clock() - WINDOW
        while times and times[0] <= oldest:
            times.popleft()
        if not times:
            del self._times[whence]
        return len(times) >= self._most

    def add(self, whence: str) -> None:
        # Taken out and put back, the origins stand in the order in which they were heard from.
        times = self._times.pop(whence, None) or deque(maxlen=max(self._most, 1))
        times.append(self._clock())
        self._times[whence] = times
        if len(self._times) > ADDRESSES:
            del self._times[next(iter(self._times))]
