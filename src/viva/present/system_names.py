"""Names of systems where there is little room: shorter, and still told apart."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from viva.text import display_line

NARROWEST = 8
"""Characters below which no name is cut."""
_LONGEST = 400


@dataclass(frozen=True)
class ShortNames:
    """Names that fit: `names` by system; `start` is what the names that begin with … have left out, or nothing."""

    names: Mapping[str, str] = field(default_factory=dict)
    start: str = ""

    def heading(self, width: int = _LONGEST) -> str:
        """Return what stands above the names: the word and what they leave out, or that alone where it is much."""
        whole = f"System {self.start}…" if self.start else "System"
        return whole if len(whole) <= width else display_line(f"{self.start}…", width)


def short_names(systems: Iterable[str], width: int) -> ShortNames:
    """Return names of at most `width` characters, and never fewer than `NARROWEST`; different systems differ in them.

    Where a name does not fit, what all of them share up to a hyphen is dropped; what is still too long loses its
    middle, or where that does not tell names apart another part, and gets a number where nothing else does.
    """
    width = max(width, NARROWEST)
    whole = {system: display_line(system, _LONGEST) or "(no name)" for system in dict.fromkeys(systems)}
    start = _common_start(list(whole.values())) if any(len(name) > width for name in whole.values()) else ""
    # A name that is no longer than the others' start stays as it is.
    wanted = {
        system: f"…{name.removeprefix(start)}" if start and name.startswith(start) else name
        for system, name in whole.items()
    }
    found: dict[str, str] = {}
    for system, name in wanted.items():
        if len(name) <= width and name not in found.values():
            found[system] = name
    alike: dict[str, list[str]] = {}
    for system in (system for system in wanted if system not in found):
        alike.setdefault(without_middle(wanted[system], width), []).append(system)
    for group in alike.values():
        found.update(_apart({system: wanted[system] for system in group}, width, set(found.values())))
    return ShortNames({system: found[system] for system in whole}, start)


def tabs_that_fit(widths: Sequence[int], selected: int, room: int) -> range:
    """Return the places of the tabs to show in `room` cells: the selected one, and as many around it as fit."""
    first = last = selected
    left = room - widths[selected]
    while True:
        if last + 1 < len(widths) and widths[last + 1] <= left:
            last += 1
            left -= widths[last]
        elif first > 0 and widths[first - 1] <= left:
            first -= 1
            left -= widths[first]
        else:
            return range(first, last + 1)


def _common_start(names: Sequence[str]) -> str:
    """Return what the names share up to a hyphen; a name that is just that, without the hyphen, does not hinder."""
    first, last = min(names), max(names)
    length = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    # A name may be the start of all others.
    shared = first if length == len(first) and last.startswith(f"{first}-") else first[:length]
    start = f"{shared}-" if last.startswith(f"{shared}-") else shared[: shared.rfind("-") + 1]
    there = [name for name in names if name != start.removesuffix("-")]
    fits = len(there) > 1 and all(name.startswith(start) and name != start for name in there)
    return start if fits else ""


def without_middle(name: str, width: int, tail: int = 0) -> str:
    """Return a name of at most `width` characters: one that is longer loses its middle, for many differ at the end."""
    tail = tail or (width - 1) // 2
    return name if len(name) <= width else f"{name[: width - 1 - tail]}…{name[len(name) - tail :]}"


def _apart(group: Mapping[str, str], width: int, taken: Collection[str]) -> dict[str, str]:
    """Return names for systems that look alike without their middles."""
    names = list(group.values())
    head = (width - 2) // 3
    room = width - head - 2
    for ways in (
        [without_middle(name, width) for name in names],
        _where_they_differ(names),
        *([without_middle(name, width, width - 1 - begin) for name in names] for begin in range(head, 0, -1)),
        *([_window(name, head, place, room) for name in names] for place in range(head + 1, max(map(len, names)))),
    ):
        if len(set(ways)) == len(ways) and not set(ways) & set(taken) and max(map(len, ways)) <= width:
            return dict(zip(group, ways, strict=True))
    found: dict[str, str] = {}
    number = 1
    for system, name in group.items():
        while (short := f"{name[: width - 1 - len(str(number))]}…{number}") in taken or short in found.values():
            number += 1
        found[system] = short
    return found


def _where_they_differ(names: Sequence[str]) -> list[str]:
    """Return the names without the parts between hyphens that all share, where they have as many parts."""
    parts = [name.split("-") for name in names]
    if len({len(these) for these in parts}) > 1:
        return list(names)
    differ = [len(set(column)) > 1 for column in zip(*parts, strict=True)]
    runs = [(kept, [place for place, _ in run]) for kept, run in groupby(enumerate(differ), key=lambda one: one[1])]
    return ["".join("-".join(these[at] for at in places) if kept else "…" for kept, places in runs) for these in parts]


def _window(name: str, head: int, place: int, room: int) -> str:
    """Return the beginning of a name and what it is from `place` on."""
    end = "…" if place + room < len(name) else ""
    return f"{name[:head]}…{name[place : place + room]}{end}" if place < len(name) else name[: head + 1 + room]
