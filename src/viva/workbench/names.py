"""Names people give: what is allowed, and what they may have meant."""

import difflib
import re
from collections.abc import Iterable

from viva.errors import NotFound, UsageError
from viva.text import display_line

SHOWN = 10
"""Names in a hint."""
_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def checked(kind: str, name: str) -> str:
    """Return `name` where it can name a `kind`. Raises `UsageError`."""
    if not _ALLOWED.fullmatch(name):
        raise UsageError(
            f"{display_line(name, 40)!r} cannot name a {kind}",
            "use up to 64 letters, digits, dots, hyphens and underscores, a letter or digit first",
        )
    return name


def missing(kind: str, name: str, known: Iterable[str], empty_hint: str) -> NotFound:
    """Return the error for a name that is not there, with what was perhaps meant."""
    return NotFound(f"there is no {kind} {display_line(name, 60)!r}", meant(name, known, empty_hint))


def meant(name: str, known: Iterable[str], empty_hint: str) -> str:
    """Return a hint at what was perhaps meant by a name that is not among the `known`."""
    names = sorted(known)
    if not names:
        return empty_hint
    if close := difflib.get_close_matches(name, names, n=1):
        return f"did you mean {display_line(close[0])}?"
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"there is: {', '.join(display_line(known) for known in names[:SHOWN])}{more}"


def unused(wanted: str, taken: Iterable[str]) -> str:
    """Return `wanted`, or the first of `wanted-2`, `wanted-3` … that is not taken."""
    names = set(taken)
    if wanted not in names:
        return wanted
    number = 2
    while f"{wanted}-{number}" in names:
        number += 1
    return f"{wanted}-{number}"
