"""A ranking from pairs, in words, tables and intervals drawn on a line."""

import math
from collections.abc import Mapping, Sequence

from viva.present.leaderboard import system_name
from viva.present.system_names import short_names
from viva.present.tables import Table
from viva.records.estimate import Estimate
from viva.records.ranking import PairSource, RankedPair, RankedSystem, Ranking
from viva.records.results import place_name
from viva.text import display_line, plural

NONE = "–"
ELO = 400 / math.log(10)
"""Points of Elo's scale in a logit: 400 of them are odds of 10 to 1."""
FEW = 20
"""Questions below which the intervals were found to be rough."""
NAME_WIDTH, SAID_NAME, WHOLE_NAME = 18, 40, 200
SHOWN = 5
LEGEND = (
    "● strength: 400 more are odds of 10 to 1 (Elo)  ├─┤ 95% interval  ┊ the mean\n"
    "w/t/l questions won, tied, lost  win rate: a tie is half a win, 95% interval"
)
PAIR_LEGEND = (
    "all from the first one's side  w/t/l questions won, tied, lost\n"
    "win rate: a tie is half a win, 95% interval  equal lengths: of texts as long"
)
CHART = "95% interval"
EXPLAINED = (
    ("Rank", "1–2: any rank from 1 to 2; systems are apart where p (Holm over all pairs) is below .05"),
    ("Strength", "Bradley–Terry's, 0 is the mean of the group; 400 more are odds of 10 to 1 (Elo's scale)"),
    ("├─●─┤", "the strength with its 95% interval: the jackknife over questions; ┊ is 0"),
    ("W/t/l", "won, tied, lost: questions with each other system; several verdicts on one count as their mean"),
    ("Win rate", "wins and half of the ties, each question alike; against the baseline, else all others"),
    ("Equal lengths", "the win rate a logistic regression expects of texts of one length (AlpacaEval 2)"),
)


def source_title(of: PairSource) -> str:
    """Return whose comparisons they are, and on what."""
    if of.source == "human":
        who = f"people in {display_line(of.study, 40)}" if of.study else "people"
    else:
        who = f"{display_line(of.scorer, 40)}{f' ({of.mode})' if of.mode else ''}"
    return f"{who}, {'on the whole' if of.criterion is None else display_line(of.criterion, 40)}"


def source_detail(of: PairSource) -> str:
    """Return how much a source has to say."""
    return f"{plural(of.systems, 'system')}, {of.scored:,}/{of.attempted:,} pairs"


def headline(found: Ranking) -> str:
    """Return one line that says what is ranked by whom."""
    return (
        f"{display_line(place_name(found.dataset, found.split), 60)}: {source_title(found.of)}: {found.scored:,} of "
        f"{plural(found.attempted, 'comparison')} with a verdict, on {plural(found.questions, 'question')}"
    )


def basis(found: Ranking) -> str:
    """Return in a few words what the ranking rests on, and against whom win rates are."""
    if found.baseline is not None:
        return f"against {system_name(found.baseline, 24)}"
    return f"{found.scored:,}/{found.attempted:,} pairs, {plural(found.questions, 'question')}"


def steps(dataset: str) -> list[str]:
    """Return how to come to comparisons where there are none."""
    name = display_line(dataset, 40)
    return [
        "No two systems have been compared in pairs here yet",
        "",
        "1  Let people compare texts, blind",
        f"   viva study create NAME --dataset {name} --split SPLIT --system A --system B --mode pairwise",
        "2  Or ask a judge, in both orders",
        f"   viva judge {name} --split SPLIT --judge MODEL --pairwise",
        "3  Or bring in what was said elsewhere",
        f"   viva preference import FILE --dataset {name}",
    ]


def for_eyes(found: Ranking, name_width: int = NAME_WIDTH) -> Table:
    """Return a line for each system, rounded; a column tells the group where there are several."""
    names = short_names((one.system for one in found.systems), name_width).names
    return Table.of(headings(found), [system_cells(found, one, names[one.system]) for one in found.systems], null=NONE)


def headings(found: Ranking) -> list[str]:
    """Return what stands above the cells of a system."""
    group = ["group"] if found.groups > 1 else []
    return [*group, "rank", "system", "strength", RECORD, "win rate", *(["equal lengths"] if _controls(found) else [])]


def system_cells(found: Ranking, one: RankedSystem, name: str) -> list[str | None]:
    """Return the cells of a system; None where there is nothing to say."""
    group = [str(one.group + 1)] if found.groups > 1 else []
    controlled = [rate(one.controlled)] if _controls(found) else []
    return [*group, rank(one), name, strength(one.strength), _record(one), rate(one.rate), *controlled]


def _controls(found: Ranking) -> bool:
    """Tell whether each system is held against a single one, so that lengths can be controlled for."""
    return found.baseline is not None or len(found.systems) == 2


def _record(one: RankedSystem | RankedPair) -> str | None:
    return f"{one.won:,}/{one.tied:,}/{one.lost:,}" if one.questions else None


def pairs_for_eyes(found: Ranking, name_width: int = NAME_WIDTH) -> Table:
    """Return a line for each two systems that were compared, rounded."""
    names = short_names((one.system for one in found.systems), name_width).names
    return Table.of(PAIR_HEADINGS, [pair_cells(one, names) for one in found.pairs], null=NONE)


RECORD = "w/t/l"
PAIR_HEADINGS = ["system", "against", RECORD, "win rate", "equal lengths"]


def pair_cells(one: RankedPair, names: Mapping[str, str]) -> list[str | None]:
    """Return the cells of two systems; `names` are short ones by system."""
    return [names[one.first], names[one.second], _record(one), rate(one.rate), rate(one.controlled)]


def for_programs(found: Ranking) -> Table:
    """Return all numbers of each system, unrounded; whose verdicts they are stands in every row."""
    columns = [
        *_OF, "baseline", "seed", "system", "group", "rank_first", "rank_last",
        *(f"strength{end}" for end in _ENDS), *(f"elo{end}" for end in _ENDS), "end", "questions", "won", "tied",
        "lost", *(f"win_rate{end}" for end in _ENDS), "win_rate_se", *(f"controlled{end}" for end in _ENDS),
        "not_controlled", *_COUNTS,
    ]  # fmt: skip
    rows = [
        (
            *_of(found), found.baseline, found.seed, one.system, one.group, one.first, one.last, *one.strength,
            *(None if value is None else value * ELO for value in one.strength), one.end, one.questions, one.won,
            one.tied, one.lost, *one.rate, one.se, *one.controlled, one.why_not,
            *(getattr(found, name) for name in _COUNTS),
        )
        for one in found.systems
    ]  # fmt: skip
    return Table.of(columns, rows)


def pairs_for_programs(found: Ranking) -> Table:
    """Return all numbers of each two systems, unrounded; rates are the first one's."""
    columns = [
        *_OF, "seed", "system", "against", "questions", "won", "tied", "lost",
        *(f"win_rate{end}" for end in _ENDS), "win_rate_se", *(f"expected{end}" for end in _ENDS),
        *(f"controlled{end}" for end in _ENDS), "not_controlled", "longer",
    ]  # fmt: skip
    rows = [
        (
            *_of(found), found.seed, one.first, one.second, one.questions, one.won, one.tied, one.lost, *one.rate,
            one.se, *one.expected, *one.controlled, one.why_not, one.longer,
        )
        for one in found.pairs
    ]  # fmt: skip
    return Table.of(columns, rows)


_ENDS = ("", "_low", "_high")
_OF = ("dataset", "version", "split", "source", "study", "judge", "mode", "criterion")
_COUNTS = ("scored", "attempted", "verdicts", "flipped", "inconsistent", "alone", "separated")


def _of(found: Ranking) -> tuple[object, ...]:
    of = found.of
    return (
        found.dataset, found.version, found.split, of.source, of.study or None, of.scorer or None, of.mode or None,
        of.criterion,
    )  # fmt: skip


def rank(one: RankedSystem) -> str:
    """Return `1`, or `1–2` where the verdicts do not tell."""
    return str(one.first) if one.first == one.last else f"{one.first}–{one.last}"


def strength(found: Estimate) -> str | None:
    """Return a strength on Elo's scale with half its interval."""
    if found.value is None:
        return None
    value = f"{round(found.value * ELO) + 0:+d}" if round(found.value * ELO) else "0"
    if found.low is None or found.high is None:
        return value
    return f"{value} ± {(found.high - found.low) / 2 * ELO:.0f}"


def rate(found: Estimate) -> str | None:
    """Return a rate in percent with its interval: `62% 50–73`."""
    if found.value is None:
        return None
    if found.low is None or found.high is None:
        return percent(found.value)
    return f"{percent(found.value)} {100 * found.low:.0f}–{100 * found.high:.0f}"


def percent(value: float | None) -> str | None:
    """Return a share in percent, without decimals."""
    return None if value is None else f"{100 * value:.0f}%"


def drawn(found: Ranking, width: int) -> list[str]:
    """Return a line of `width` characters for each system: its strength and interval on the scale of all."""
    ends = [value for one in found.systems for value in one.strength if value is not None]
    lowest, highest = min([*ends, 0.0]), max([*ends, 0.0])
    if highest - lowest <= 0 or width < 3:
        return ["" for _ in found.systems]

    def place(value: float) -> int:
        return round((value - lowest) / (highest - lowest) * (width - 1))

    lines = []
    for one in found.systems:
        cells = ["·"] * width
        cells[place(0.0)] = "┊"
        low, high = one.strength.low, one.strength.high
        if low is not None and high is not None:
            cells[place(low) : place(high) + 1] = "─" * (place(high) - place(low) + 1)
            if place(low) < place(0.0) < place(high):
                cells[place(0.0)] = "┼"
            cells[place(low)], cells[place(high)] = "├", "┤"
        if one.strength.value is not None:
            cells[place(one.strength.value)] = "●"
        lines.append("".join(cells))
    return lines


def sentence(found: Ranking, one: RankedSystem) -> str:
    """Return what is known of a system in one sentence, with its whole name."""
    name = system_name(one.system)
    if one.system == found.baseline:
        return f"{name}: the baseline, against which the win rates are"
    said = f"{name}: {plural(one.questions, 'question')}, {one.won:,} won, {one.tied:,} tied, {one.lost:,} lost"
    if one.end > 0:
        said += "; lost nothing to the others it is connected with: its strength has no upper end"
    elif one.end < 0:
        said += "; won nothing from the others it is connected with: its strength has no lower end"
    if one.why_not:
        said += f"; no rate at equal lengths: {one.why_not}"
    return said


def _said(found: Ranking) -> Mapping[str, str]:
    """Return names for sentences by system: short ones that are still told apart."""
    return short_names((one.system for one in found.systems), SAID_NAME).names


def pair_sentence(found: Ranking, one: RankedPair) -> str:
    """Return what is known of two systems in one sentence, with their whole names."""
    names = _said(found)
    longer = f"{abs(one.longer):,.0f} characters {'longer' if one.longer >= 0 else 'shorter'}"
    said = (
        f"{names[one.first]} against {names[one.second]} on {plural(one.questions, 'question')}; "
        f"its texts are {longer} on average"
    )
    return f"{said}; no rate at equal lengths: {one.why_not}" if one.why_not else said


def warnings(found: Ranking) -> list[str]:
    """Return what hinders the ranking, or has to be known with it."""
    if not found.systems:
        return [_nothing(found)]
    said = []
    if found.groups > 1:
        said.append(
            f"the systems fall into {found.groups} groups that no comparison connects: ranks and strengths hold within "
            "a group only"
        )
    if found.pairs and all(one.tied == one.questions for one in found.pairs):
        said.append("every comparison ended in a tie: nothing tells the systems apart, and intervals do not exist")
    if found.separated:
        said += _ends(found)
    if found.questions == 1:
        said.append("there is one question only: no interval can be had")
    elif found.questions < FEW:
        said.append(f"{found.questions} questions are few: take the intervals as rough")
    return [*said, *_verdicts(found)]


def _nothing(found: Ranking) -> str:
    if found.attempted:
        return f"none of {plural(found.attempted, 'comparison')} has a verdict: there is nothing to rank by"
    return f"{plural(found.alone, 'verdict')} on two texts of one system: no two systems have been compared"


def _ends(found: Ranking) -> list[str]:
    names = _said(found)
    best = [names[one.system] for one in found.systems if one.end > 0]
    worst = [names[one.system] for one in found.systems if one.end < 0]
    parts = [f"{_listed(best)} lost nothing to the others"] if best else []
    parts += [f"{_listed(worst)} won nothing from them"] if worst else []
    return [
        f"{', '.join(parts)}: strengths have no end; half a win was given to each side of each pair, so read them as "
        "at least so much"
    ]


def _verdicts(found: Ranking) -> list[str]:
    said = []
    if missing := found.attempted - found.scored:
        said.append(f"{plural(missing, 'comparison')} without a verdict do not count" if missing > 1 else
                    "1 comparison without a verdict does not count")  # fmt: skip
    if found.flipped or found.inconsistent:
        told = [f"{found.flipped:,} went to another text in each order"] if found.flipped else []
        told += (
            [f"{found.inconsistent:,} {'was' if found.inconsistent == 1 else 'were'} a tie in one order only"]
            if found.inconsistent
            else []
        )
        said.append(f"of {plural(found.verdicts, 'verdict')} {' and '.join(told)}: they count as ties")
    if found.alone:
        said.append(f"{plural(found.alone, 'verdict')} on two texts of one system left out")
    return said


def notes(found: Ranking, *, by_pair: bool = False) -> list[str]:
    """Return what is to be said below the table, or that of pairs: warnings first, then how the numbers were made."""
    said = warnings(found)
    if not found.systems:
        return said
    names = _said(found)
    if by_pair:
        said += _why_not([(f"{names[one.first]} against {names[one.second]}", one.why_not) for one in found.pairs])
        said.append(f"all rates are the first one's, a tie is half a win; with 95% intervals (seed {found.seed})")
        controlled = any(one.controlled.value is not None for one in found.pairs)
        return [*said, *_last(found, controlled=controlled)]
    said += _why_not([(names[one.system], one.why_not) for one in found.systems])
    if found.baseline is not None:
        said.append(f"win rates are against {system_name(found.baseline)}")
    elif len(found.systems) > 2:
        said.append("win rates are against all others; --baseline SYSTEM holds them against one, at equal lengths too")
    said.append(
        "strength: Bradley–Terry on Elo's scale, 0 is the mean and 400 more are odds of 10 to 1; a tie is half a win; "
        f"± is half the 95% interval, clustered by question; rates with 95% intervals (seed {found.seed})"
    )
    return [*said, *_last(found, controlled=any(one.controlled.value is not None for one in found.systems))]


def _last(found: Ranking, *, controlled: bool) -> list[str]:
    said = []
    if controlled:
        said.append("equal lengths: AlpacaEval 2's length-controlled win rate, without its term for hard instructions")
    if found.of.source == "judge":
        said.append(f"a judge said this: whether people agree tells viva judgment check {display_line(found.dataset)}")
    return said


def _why_not(told: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return for whom there is no rate at equal lengths, by reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in told:
        if reason:
            reasons.setdefault(reason, []).append(name)
    return [f"no rate at equal lengths for {_listed(names)}: {reason}" for reason, names in reasons.items()]


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:SHOWN])
    if len(names) > SHOWN:
        shown.append(f"{len(names) - SHOWN} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
