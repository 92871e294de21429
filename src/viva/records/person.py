"""Who somebody is to viva: a name, and what they may see and do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A rater sees their own studies, a lead also progress, agreement and closed studies, an engineer everything."""

    RATER = "rater"
    LEAD = "lead"
    ENGINEER = "engineer"

    def includes(self, other: "Role") -> bool:
        """Tell whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class Person:
    """Somebody at the keyboard."""

    name: str
    role: Role


@dataclass(frozen=True)
class Rater:
    """Somebody who may come in over SSH, as `raters.toml` names them.

    `keys` are public keys as OpenSSH writes them (`ssh-ed25519 AAAA… comment`); `plain` asks for the line-by-line mode,
    which a screen reader can follow.
    """

    name: str
    role: Role = Role.RATER
    keys: tuple[str, ...] = ()
    plain: bool = False
