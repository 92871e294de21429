"""What people and a judge say together, in words, tables and bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from viva.present import measures
from viva.present.measures import NONE
from viva.present.system_names import ShortNames, short_names
from viva.present.tables import Table
from viva.records.calibration import CalibratedRow, CalibratedVerdict
from viva.records.estimate import Estimate
from viva.text import display_line, plural

TOTAL = "total"
NAME_WIDTH = 24
BESIDE_BAR = 51
"""Cells of a line of the screen that its numbers take."""
WHO = ("people", "judge", "both")
EXPLAINED = (
    ("people", "what people gave the questions of the random sample; sure, but few"),
    ("judge", "what the judge gave all questions; its interval leaves out the judge's own bias"),
    ("both", "people's mean, sharpened by the judge's (prediction-powered inference, PPI++): free of its bias"),
    ("as good as", "how many ratings by people alone would be as sure as both together"),
    ("├──●──┤", "a number and its 95% interval; │ is 0, where two systems are equal"),
)
LEGEND = (
    "± is half the 95% interval, (low…high) its ends where it is lopsided; as good as: so many ratings by people alone "
    "would be as sure as both together"
)
_COLUMNS = (
    "study", "judge", "measure", "first", "second", "highest", "people", "people_low", "people_high", "people_n",
    "judge_only", "judge_low", "judge_high", "judge_n", "both", "both_low", "both_high", "both_se", "n", "judged",
    "tuning", "effective", "correlation", "reason", "seed",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of the screen: a heading, or one interval with what it says, its picture, and what it rests on."""

    who: str
    number: str = ""
    bounds: str = ""
    bar: str = ""
    rests_on: str = ""

    @property
    def heading(self) -> bool:
        return self.who not in WHO

    @property
    def text(self) -> str:
        """The line in `BESIDE_BAR` cells, and its bar."""
        if self.heading:
            return self.who
        return f"{self.who:<6}{self.number:>8}  {self.bounds:<16}  {self.rests_on:<16} {self.bar}".rstrip()


def headline(found: CalibratedVerdict) -> str:
    """Return one line that says who rated and judged what."""
    study = found.study
    place = display_line(study.dataset, 40) + (f"/{display_line(study.split, 20)}" if study.split else "")
    judge = display_line(found.scorer, 50) if found.scorer else "no judge"
    rated = f"{found.rated:,} of {plural(found.drawn, 'random question')} rated"
    return f"{display_line(study.name, 60)}: {place}, {rated}, {judge}"


def sentence(found: CalibratedVerdict) -> str:
    """Return what follows on the total: which system is better, or why that cannot be said."""
    if found.refused:
        return f"no verdict by people and judge together: {found.refused}"
    apart = [row for row in found.rows if row.measure == TOTAL and row.second is not None and _known(row.both)]
    if not apart and len(found.study.systems) > 1:
        return "no two systems have enough questions in common that are rated and judged"
    if not apart:
        return "there is one system alone, and so nothing to compare"
    if len(apart) == 1:
        return _of_pair(apart[0])
    told = sum(_sign(row.both) != 0 for row in apart)
    means = {
        row.first: row.both.value
        for row in found.rows
        if row.measure == TOTAL and row.second is None and row.both.value is not None
    }
    best = max(means, key=lambda system: means[system]) if means else ""
    others = len(found.study.systems) - 1
    beaten = sum(
        _sign(row.both) * (1 if row.first == best else -1) > 0 for row in apart if best in {row.first, row.second}
    )
    name = display_line(best, 60)
    lead = (
        f"{name} is better than all {others:,} other systems" if beaten == others
        else f"{name} has the highest total, and is better than {beaten:,} of {others:,}"
    )  # fmt: skip
    return f"{lead}; {told} of {plural(len(apart), 'pair')} can be told apart by people and judge together"


def notes(found: CalibratedVerdict) -> list[str]:
    """Return what else is to be known of the verdict."""
    said = []
    if found.useful:
        said.append(
            f"{plural(found.useful, 'more rated question')} chosen as useful {'is' if found.useful == 1 else 'are'} "
            "left out: they are no random sample"
        )
    if found.strata > 1:
        said.append(
            f"the sample was drawn within {found.strata} layers, which people's numbers are weighted by; the "
            "leaderboard counts every rated question alike"
        )
    elif found.useful:
        said.append("the leaderboard counts every rated question, those that were chosen too")
    if 0 < found.unrated_strata < found.strata:
        has, are = ("has", "is") if found.unrated_strata == 1 else ("have", "are")
        said.append(f"{found.unrated_strata} of the layers {has} no rating yet, and {are} left out of people's numbers")
    apart = [row for row in found.rows if row.measure == TOTAL and row.second is not None]
    if sum(_known(row.both) for row in apart) > 1:
        said.append(f"{len(apart)} differences, each with its own 95% interval: their number is not corrected for")
    judge_alone = [row for row in apart if _astray(row)]
    if judge_alone:
        said.append(
            f"the judge alone errs on {plural(len(judge_alone), 'difference')} of the total: its interval and that of "
            "both together have nothing in common"
        )
    # Where people's values are all equal there is no interval, and nothing for a judge to tell.
    unused = [row.measure for row in found.rows if row.second is None and row.tuning == 0 and row.both.low is not None]
    if unused:
        names = ", ".join(display_line(name, 30) for name in dict.fromkeys(unused))
        said.append(f"the judge tells nothing of what people say on {names}, and is not followed there")
    if found.gap and found.gap != found.refused:
        said.append(found.gap)
    if not found.refused:
        reasons = {row.measure: row.reason for row in found.rows if row.reason}
        said += [f"{display_line(measure, 40)}: {reason}" for measure, reason in reasons.items()]
    if others := [name for name, _ in found.scorers if name != found.scorer]:
        said.append(f"other judges: {', '.join(display_line(name, 50) for name in others[:5])}")
    return said


def next_step(found: CalibratedVerdict) -> str:
    """Return what to do where nothing can be put together, empty where it could be."""
    study = display_line(found.study.name, 60)
    if not found.refused:
        return ""
    if not found.drawn:
        return "draw one at random: viva study create …; of ratings made elsewhere say it: --random-sample"
    total = [row for row in found.rows if row.measure == TOTAL]
    if total and all(row.people_n >= found.population for row in total):
        return "people have rated all questions: what they say needs no judge"
    if not found.scorer or any(row.n < row.people_n or row.judge_n <= row.n for row in total):
        place = display_line(found.study.dataset, 60)
        place += f" --split {display_line(found.study.split, 40)}" if found.study.split else ""
        return f"viva judge {place} --judge MODEL"
    if found.study.imported:
        return "nothing can be drawn for an imported study; make a new one: viva study create …"
    if found.rated < found.drawn:
        return f"rate more of it: viva rate {study}"
    return f"viva study extend {study} --questions N"


def sections(found: CalibratedVerdict) -> list[tuple[str, Table]]:
    """Return for each measure its heading and a table for eyes: a line for each system, and for each pair."""
    names = short_names(found.study.systems, NAME_WIDTH)
    return [_section(rows, names) for rows in by_measure(found)]


def _section(rows: Sequence[CalibratedRow], names: ShortNames) -> tuple[str, Table]:
    """Return a measure's heading and table; numbers of questions that are the same in all rows stand in the head."""
    heads, lines = list(_HEADS), [list(_cells(row, names)) for row in rows]
    people, judge = {row.people_n for row in rows}, {row.judge_n for row in rows}
    for at, who, numbers in ((1, "people", people), (2, "judge", judge)):
        if len(numbers) == 1:
            count = f" ({numbers.pop():,})"
            heads[at] = who + count
            for line in lines:
                line[at] = line[at].removesuffix(count)
    return title(rows[0]), Table.of(heads, lines)


def for_papers(found: CalibratedVerdict) -> Table:
    """Return all measures in one table, rounded."""
    names = short_names(found.study.systems, 400)
    return Table.of(
        ["measure", *_HEADS], [(display_line(row.measure, 60), *_cells(row, names)) for row in found.rows], null=NONE
    )


def for_programs(found: CalibratedVerdict) -> Table:
    """Return all numbers, unrounded."""
    rows = [
        (
            found.study.name, found.scorer, row.measure, row.first, row.second, row.highest, *row.people, row.people_n,
            *row.judge, row.judge_n, *row.both, row.se, row.n, row.judged, row.tuning, row.effective, row.correlation,
            row.reason, found.seed,
        )
        for row in found.rows
    ]  # fmt: skip
    return Table.of(_COLUMNS, rows)


def by_measure(found: CalibratedVerdict) -> list[list[CalibratedRow]]:
    """Return the rows of each measure, the total first."""
    return [list(rows) for _, rows in groupby(found.rows, key=lambda row: row.measure)]


def title(row: CalibratedRow) -> str:
    """Return a measure's name with its scale."""
    return f"{display_line(row.measure, 60)}, 0 to {row.highest:g} points"


def lines(rows: Sequence[CalibratedRow], width: int) -> list[Line]:
    """Return the lines of a measure for a screen so many cells wide, differences before means."""
    names = short_names(
        {name for row in rows for name in (row.first, row.second) if name is not None}, max(width // 2 - 4, 8)
    )
    made: list[Line] = []
    for some in ([row for row in rows if row.second is not None], [row for row in rows if row.second is None]):
        ends = _ends(some)
        for row in some:
            made += [Line("")] if made else []
            made.append(Line(_called(row, names)))
            of = (row.people, row.judge, row.both)
            for who, one, rests_on in zip(WHO, of, _rests_on(row), strict=True):
                signed = row.second is not None
                bounds = (
                    "" if one.low is None or one.high is None else f"{_n(one.low, signed)} … {_n(one.high, signed)}"
                )
                bar = bar_of(one, ends, max(width - BESIDE_BAR, 0))
                made.append(Line(who, _n(one.value, signed), bounds, bar, rests_on))
    return made


def bar_of(one: Estimate, ends: tuple[float, float], width: int) -> str:
    """Return the picture of an interval on a scale so many cells wide; nothing where there is no room or no number."""
    low, high = ends
    if width < 8 or one.value is None or high <= low:
        return ""

    def place(value: float) -> int:
        return min(max(round((value - low) / (high - low) * (width - 1)), 0), width - 1)

    cells = [" "] * width
    if low < 0 < high:
        cells[place(0)] = "│"
    if one.low is not None and one.high is not None:
        first, last = place(one.low), place(one.high)
        cells[first : last + 1] = "─" * (last + 1 - first)
        cells[first], cells[last] = "├", "┤"
    cells[place(one.value)] = "●"
    return "".join(cells)


_HEADS = ("of", "people (n)", "judge (n)", "both", "as good as")


def _cells(row: CalibratedRow, names: ShortNames) -> tuple[Any, ...]:
    signed = row.second is not None
    as_good = NONE if row.effective is None else f"{row.effective:.0f}"
    return (
        _called(row, names), f"{_margin(row.people, signed)} ({row.people_n:,})",
        f"{_margin(row.judge, signed)} ({row.judge_n:,})", _margin(row.both, signed), as_good,
    )  # fmt: skip


def _called(row: CalibratedRow, names: ShortNames) -> str:
    return names.names[row.first] if row.second is None else f"{names.names[row.first]} − {names.names[row.second]}"


def _rests_on(row: CalibratedRow) -> tuple[str, str, str]:
    good = "" if row.effective is None else f"as good as {row.effective:,.0f}"
    return f"{row.people_n:,} rated", f"{row.judge_n:,} judged", good or "none"


def _margin(one: Estimate, signed: bool) -> str:
    if one.value is None:
        return NONE
    if one.low is None or one.high is None:
        return _n(one.value, signed)
    if measures.lopsided(one):
        return f"{_n(one.value, signed)} ({_n(one.low, signed)}…{_n(one.high, signed)})"
    return f"{_n(one.value, signed)} ± {(one.high - one.low) / 2:.1f}"


def _n(value: float | None, signed: bool) -> str:
    # Adding 0.0 makes a rounded minus zero a zero.
    return NONE if value is None else f"{round(value, 1) + 0.0:{'+' if signed else ''}.1f}"


def _ends(rows: Sequence[CalibratedRow]) -> tuple[float, float]:
    found = [value for row in rows for one in (row.people, row.judge, row.both) for value in one if value is not None]
    if any(row.second is not None for row in rows):
        found.append(0.0)
    if not found:
        return 0.0, 0.0
    more = max((max(found) - min(found)) / 20, 0.5)
    return min(found) - more, max(found) + more


def _of_pair(row: CalibratedRow) -> str:
    one = row.both
    value, low, high = (0.0 if number is None else number for number in one)
    first, second = display_line(row.first, 60), display_line(row.second or "", 60)
    if value < 0:
        first, second, value, low, high = second, first, -value, -high, -low
    numbers = f"{_n(value, True)} points, {_n(low, True)} to {_n(high, True)}"
    if one.low is None:
        return f"{first} and {second}: all differences are equal, so that how sure this is cannot be told"
    if _sign(one) == 0:
        return f"{first} and {second} cannot be told apart on the total ({numbers})"
    return f"{first} is better than {second} on the total ({numbers})"


def _sign(one: Estimate) -> int:
    if one.low is None or one.high is None:
        return 0
    return 1 if one.low > 0 else -1 if one.high < 0 else 0


def _known(one: Estimate) -> bool:
    return one.value is not None


def _astray(row: CalibratedRow) -> bool:
    judge, both = row.judge, row.both
    if judge.low is None or judge.high is None or both.low is None or both.high is None:
        return False
    return judge.low > both.high or judge.high < both.low
