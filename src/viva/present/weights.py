"""What the weights of criteria decide, in words and tables."""

from collections.abc import Sequence

from viva.present.system_names import short_names
from viva.present.tables import GAP, Table
from viva.records.results import place_name
from viva.records.weights import WeightedCriterion, WeightedSystem, WeightSensitivity, WeightSource
from viva.text import display_line, plural

NONE = "–"
NAME_WIDTH, SAID_NAME, WHOLE_NAME = 24, 60, 200
NARROWEST_CRITERION, CRITERION_WIDTH = 5, 24
OTHERS = ("system", "total", "first")
BAR = "█"
REST = "·"
EXPLAINED = (
    ("First", "the share of all ways of weighing the criteria under which the system has the highest total"),
    ("All weightings", "shares of the total that sum to 1, all of them alike (uniform on the simplex)"),
    ("Criteria", "the mean as a share of the points that the criterion gives"),
    ("Stays first", "while the criterion weighs so much, the others keeping their proportions to one another"),
    ("Not in it", "how sure the means are: see the intervals on the leaderboard"),
)


def source_title(of: WeightSource) -> str:
    """Return whose points they are."""
    return f"people in {display_line(of.study, 40)}" if of.source == "human" else display_line(of.scorer, 60)


def headline(found: WeightSensitivity) -> str:
    """Return one line that says whose points are weighed."""
    place = display_line(place_name(found.dataset, found.split), 60)
    return (
        f"{place}: {source_title(found.of)}, rubric {display_line(found.rubric, 40)}: "
        f"{found.n:,} of {plural(found.attempted, 'question')}"
    )


def basis(found: WeightSensitivity) -> str:
    """Return in a few words what the points rest on."""
    return f"{found.n:,}/{found.attempted:,} questions"


def steps(dataset: str) -> list[str]:
    """Return how to come to points where there are none."""
    name = display_line(dataset, 40)
    return [
        "Nothing has points on several criteria here yet",
        "",
        "1  Let people rate texts on a rubric, blind",
        f"   viva study create NAME --dataset {name} --split SPLIT --system A --system B",
        "2  Or have them judged",
        f"   viva judge {name} --split SPLIT --judge MODEL",
    ]


def verdict(found: WeightSensitivity) -> str:
    """Return one sentence that says whether the winner stays the winner."""
    if not found.systems:
        return "no system has points on every criterion: there is nothing to weigh"
    best = found.systems[0]
    names = short_names((one.system for one in found.systems), SAID_NAME).names
    name = names[best.system]
    if len(found.systems) == 1:
        return f"{name} is the only system with points on every criterion: there is none to be ahead of"
    if len(found.leaders) == len(found.systems) and all(pair.ahead is None for pair in found.pairs):
        return "the systems are equal on every criterion: weights decide nothing"
    if len(found.leaders) > 1:
        shares = ", ".join(f"{names[one]} {_percent(_system(found, one).first)}" for one in found.leaders)
        return f"by the rubric's weights {len(found.leaders)} systems are first together; of all weightings: {shares}"
    if best.first >= 1:
        drawn = "every weighting" if found.exact else f"all {found.draws:,} weightings that were drawn"
        return f"{name} is first by the rubric's weights, and under {drawn}"
    said = f"{name} is first by the rubric's weights, and under {_percent(best.first)} of all weightings"
    most = max(found.systems, key=lambda one: one.first)
    if most.first > best.first:
        said += f"; {names[most.system]} is first under {_percent(most.first)}"
    return said


def for_eyes(found: WeightSensitivity, width: int | None = None) -> Table:
    """Return a line for each system, rounded; in a table of `width` characters names of criteria are cut."""
    rows = [system_cells(found, one, WHOLE_NAME if width is None else NAME_WIDTH) for one in found.systems]
    criteria = CRITERION_WIDTH if width is None else criterion_width(found, rows, width, len(GAP))
    return Table.of(headings(found, criteria), rows, null=NONE)


def criterion_width(found: WeightSensitivity, rows: Sequence[Sequence[str]], width: int, gap: int) -> int:
    """Return how many characters of a criterion's name find room beside the other columns of a table."""
    others = sum(max(len(head), *(len(cells[at]) for cells in rows)) + gap for at, head in enumerate(OTHERS))
    room = (width - others) // max(len(found.criteria), 1) - gap
    return min(max(room, NARROWEST_CRITERION), CRITERION_WIDTH)


def headings(found: WeightSensitivity, width: int = CRITERION_WIDTH) -> list[str]:
    """Return what stands above the cells of a system, criteria in at most `width` characters."""
    return [*OTHERS, *(display_line(one.criterion, width) for one in found.criteria)]


def system_cells(found: WeightSensitivity, one: WeightedSystem, name_width: int = NAME_WIDTH) -> list[str]:
    """Return the cells of a system."""
    names = short_names((each.system for each in found.systems), name_width).names
    return [
        names[one.system], f"{one.total:.1f}", _percent(one.first), *(f"{100 * share:.0f}%" for share in one.shares),
    ]  # fmt: skip


def bar(share: float, width: int) -> str:
    """Return a share as a bar that reads without colour; a share above 0 has at least one cell, one below 1 not all."""
    full = round(share * width)
    full = max(full, 1) if share > 0 else full
    full = min(full, width - 1) if share < 1 else full
    return BAR * full + REST * (width - full)


CRITERION_HEADINGS = ["criterion", "weighs", "the leader stays first"]


def criteria_for_eyes(found: WeightSensitivity) -> Table:
    """Return a line for each criterion: what it weighs, and what it may weigh while the leader stays first."""
    return Table.of(CRITERION_HEADINGS, [criterion_cells(found, one) for one in found.criteria], null=NONE)


def criterion_cells(found: WeightSensitivity, one: WeightedCriterion) -> list[str]:
    """Return the cells of a criterion."""
    return [display_line(one.criterion, 30), f"{100 * one.weight:.0f}%", _room(found, one)]


def pairs_for_eyes(found: WeightSensitivity) -> Table:
    """Return a line for each two systems: the share of weightings under which the first is ahead."""
    return Table.of(PAIR_HEADINGS, pair_rows(found), null=NONE)


PAIR_HEADINGS = ["system", "against", "ahead under"]


def pair_rows(found: WeightSensitivity) -> list[list[str]]:
    """Return the cells of each two systems."""
    names = short_names((one.system for one in found.systems), NAME_WIDTH).names
    return [
        [names[one.first], names[one.second], "equal" if one.ahead is None else _percent(one.ahead)]
        for one in found.pairs
    ]


def for_programs(found: WeightSensitivity) -> Table:
    """Return all numbers of each system, unrounded, with a column `share:CRITERION` for each criterion."""
    columns = [
        *_OF, "system", "total", *(f"share:{one.criterion}" for one in found.criteria), "first", "first_se", "leader",
    ]  # fmt: skip
    rows = [
        (*_of(found), one.system, one.total, *one.shares, one.first, one.se, one.system in found.leaders)
        for one in found.systems
    ]
    return Table.of(columns, rows)


def criteria_for_programs(found: WeightSensitivity) -> Table:
    """Return all numbers of each criterion, unrounded."""
    rows = [
        (*_of(found), *found.leaders[:1], one.criterion, one.weight, one.low, one.high)
        for one in found.criteria
        if found.leaders
    ]
    return Table.of([*_OF, "leader", "criterion", "weight", "low", "high"], rows)


def pairs_for_programs(found: WeightSensitivity) -> Table:
    """Return the share of weightings of each two systems, unrounded."""
    return Table.of(
        [*_OF, "system", "against", "ahead"],
        [(*_of(found), one.first, one.second, one.ahead) for one in found.pairs],
    )


_OF = ("dataset", "version", "split", "source", "study", "judge", "rubric", "n", "attempted", "shared", "draws", "seed")


def _of(found: WeightSensitivity) -> tuple[object, ...]:
    return (
        found.dataset, found.version, found.split, found.of.source, found.of.study or None, found.of.scorer or None,
        found.rubric, found.n, found.attempted, found.shared, found.draws, found.seed,
    )  # fmt: skip


def notes(found: WeightSensitivity) -> list[str]:
    """Return what is to be said below the table: the verdict first, then how the numbers were made."""
    said = [verdict(found), *warnings(found)]
    if len(found.systems) > 1:
        said.append(legend(found))
    if found.of.source == "judge":
        said.append(f"a judge said this: whether people agree tells viva judgment check {display_line(found.dataset)}")
    return said


def warnings(found: WeightSensitivity) -> list[str]:
    """Return what has to be known with the shares."""
    if not found.shared and len(found.systems) > 1:
        return [
            "no question has points of every system: each one's means are of its own questions, which may be harder "
            "for one than for another"
        ]
    if found.n < found.attempted:
        return [f"{plural(found.attempted - found.n, 'question')} without points of every system left out"]
    return []


def legend(found: WeightSensitivity) -> str:
    """Return one line that says how shares of weightings were had."""
    margin = 196 * max((one.se for one in found.systems), default=0.0)
    made = "exact" if found.exact else f"{found.draws:,} drawn, seed {found.seed}"
    made += f", ± {margin:.1f} points" if margin >= 0.05 else ""
    return f"all weightings count alike (uniform on the simplex; {made}); how sure the means are is not in it"


def _room(found: WeightSensitivity, one: WeightedCriterion) -> str:
    if all(pair.ahead is None for pair in found.pairs):
        return NONE
    if one.low <= 0 and one.high >= 1:
        return "whatever it weighs"
    if one.low <= 0:
        return f"up to {_percent(one.high)}"
    if one.high >= 1:
        return f"from {_percent(one.low)}"
    return f"from {_percent(one.low)} to {_percent(one.high)}"


def _system(found: WeightSensitivity, name: str) -> WeightedSystem:
    return next(one for one in found.systems if one.system == name)


def _percent(share: float) -> str:
    """Return a share in percent; one that is not all or nothing never reads as that."""
    for digits in (0, 1):
        shown = f"{100 * share:.{digits}f}%"
        if float(shown[:-1]) not in {0.0, 100.0}:
            return shown
    return "0%" if share <= 0 else "100%" if share >= 1 else "<0.1%" if share < 0.5 else ">99.9%"
