"""How viva is offered to others: over SSH, and to a browser."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SshOptions:
    """Where and how `viva serve ssh` listens. Times are seconds; rates are per minute.

    `idle` ends a session without a key, `longest` any session; `sessions` is how many run at once, `waiting` how many
    connections may be unauthenticated at once, `per_address` new connections of one address a minute, `failures` failed
    keys of one address a minute before it is turned away.
    """

    host: str = "0.0.0.0"
    port: int = 2222
    idle: float = 1800.0
    longest: float = 12 * 3600.0
    sessions: int = 100
    waiting: int = 30
    per_address: int = 60
    failures: int = 20
    login: float = 30.0
    grace: float = 5.0


@dataclass(frozen=True)
class WebOptions:
    """Where `viva serve web` listens; another address than loopback has to be asked for by name."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
