"""What judges said in an experiment as tables: points by criterion, and how pairs of systems did."""

from viva.present import measures
from viva.present.leaderboard import system_name
from viva.present.tables import Column, Table
from viva.records.experiment import CriterionPoints, ExperimentTable, PairCount, SystemPoints
from viva.records.judging import JudgeMode
from viva.text import display_line, plural

MOST_REASONS = 5
TOTAL, OVERALL = "total", "overall"
MODES = {JudgeMode.REFERENCE: "against the reference", JudgeMode.INDEPENDENT: "against the judge's own approach"}


def points_table(table: ExperimentTable) -> Table:
    """Return a row for each criterion and the total, a column for each system, and for two how the second differs."""
    alike = all(len({_scored(one) for one in row.systems}) <= 1 for row in table.points)
    two = len(table.systems) == 2
    columns = [
        "criterion", "weight", *map(system_name, table.systems), *(["difference"] if two else []),
        *(["scored"] if alike else []),
    ]  # fmt: skip
    rows = [
        (
            TOTAL if row.criterion is None else display_line(row.criterion, 40), f"{row.weight:g}",
            *(_points(one, row.weight, with_count=not alike) for one in row.systems),
            *([_difference(row)] if two else []), *([_scored(row.systems[0])] if alike else []),
        )
        for row in table.points
    ]  # fmt: skip
    return Table.of(columns, rows)


def pairs_table(table: ExperimentTable) -> Table:
    """Return a row for each two systems, and for each criterion where texts were compared on those too."""
    several = any(row.criterion is not None for row in table.pairs)
    columns: list[Column | str] = [
        "system", "against", *(["on"] if several else []), "wins", "ties", "losses", "flips", "unscored", "win rate",
        "first",
    ]  # fmt: skip
    rows = [
        (
            system_name(row.system), system_name(row.against), *([_criterion(row)] if several else []), row.wins,
            row.ties, row.losses, row.flips, row.unscored, _share(row.win_rate), _share(row.first_rate),
        )
        for row in table.pairs
    ]  # fmt: skip
    return Table.of(columns, rows)


def judged_by(table: ExperimentTable) -> str:
    """Return who judged, and against what."""
    mode = "" if table.mode is None else f", {MODES[table.mode]}"
    return f"judge {system_name(table.judge)}{mode}"


def explained(table: ExperimentTable) -> list[str]:
    """Return what is to be known about the numbers of a table."""
    found = []
    if table.shown.pairs:
        found.append("ties: both orders say so, or they disagree (flips); win rate: wins and half of the ties, of all")
        found.append("first: how often the text shown first won, of all verdicts of one order that name a winner")
    if shared := {row.shared for row in table.points if row.shared}:
        before, after = (system_name(system, 40) for system in table.systems)
        over = plural(max(shared), "question") if len(shared) == 1 else "the questions"
        found.append(f"difference: {after} less {before}, over {over} with points for both; ± half the 95% interval")
    if table.missing:
        found.append(
            f"{table.missing:,} of {plural(table.wanted, 'verdict')} not asked for: the same command asks for these "
            "alone, with a higher --budget where that ended it"
        )
    return found


def unscored_verdicts(table: ExperimentTable) -> list[str]:
    """Return why verdicts have no value, and how often; criteria that lack it alike stand together."""
    noun = "pair" if table.shown.pairs else "text"
    alike: dict[tuple[int, str], list[str]] = {}
    for criterion, reason, count in table.unscored:
        alike.setdefault((count, reason), []).append(display_line(criterion, 40))
    most = sorted(alike.items(), key=lambda one: -one[0][0])
    found = []
    for (count, reason), criteria in most[:MOST_REASONS]:
        on = "" if table.shown.pairs else f"{', '.join(criteria)}: "
        found.append(f"{on}{plural(count, noun)} unscored: {display_line(reason, 120)}")
    if len(most) > MOST_REASONS:
        found.append(f"and {plural(len(most) - MOST_REASONS, 'more reason')}: viva judgment unscored has them all")
    return found


def _points(points: SystemPoints, weight: float, *, with_count: bool) -> str:
    text = measures.NONE if points.mean is None else f"{points.mean:.1f} / {weight:g}"
    return f"{text} ({_scored(points)})" if with_count else text


def _difference(row: CriterionPoints) -> str:
    if row.difference is None:
        return measures.NONE
    return f"{row.difference:+.1f} {measures.margin(row.difference_half_width, 10)}".rstrip()


def _scored(points: SystemPoints) -> str:
    return f"{points.n}/{points.attempted}"


def _criterion(row: PairCount) -> str:
    return OVERALL if row.criterion is None else display_line(row.criterion, 40)


def _share(value: float | None) -> str:
    return measures.NONE if value is None else f"{value:.0%}"
