"""Two systems compared, in words and as tables: which is better, how sure that is, and where they differ most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.present import measures
from viva.present.datasets import split_name
from viva.present.difference import ZERO, bar, digits, interval, interval_words, number, p, reach, shown
from viva.present.leaderboard import field_name, system_name
from viva.present.placing import picked_note
from viva.present.system_names import short_names
from viva.present.tables import Column, Table
from viva.records.browsing import BrowseOrder, BrowsePage, BrowseQuery, BrowseRow
from viva.records.comparison import Apart, Comparison, MeasureDifference
from viva.records.results import MeasureKey
from viva.text import display_line, plural

SURE = 0.05
NARROWEST_NAME, SHORT_NAME, NAME, WHOLE_NAME = 12, 18, 40, 60
FIRST, SECOND, ALIKE = "▲", "▼", "≈"
NONE = measures.NONE
signed = measures.signed
_MARKS = f"{FIRST} the first is better  {SECOND} the second is better  {ALIKE} cannot be told apart"
_COUNTS = "w/t/l: won, tied, lost by the first"
LEGEND = f"{_MARKS}\n{_COUNTS}  █ difference  ▒ its 95% interval  {ZERO} zero"
EXPLAINED = (
    ("Difference", "the first system's mean less the second's, over questions that both have a value for, and its 95%"),
    ("", "interval: a bootstrap from 8 to 29 questions, else t; several texts or raters of a question count as one"),
    ("p", "how often chance alone brings such a difference, if every question's could as well be the other way round"),
    ("p Holm", "p corrected for all main measures (with all shown, for all); below 0.05 the systems are told apart;"),
    ("", "an interval is of its measure alone, so it may leave out 0 where p Holm does not tell them apart"),
    ("d", "Cohen's d_z: the mean difference in standard deviations of the differences; 0.2 is small, 0.8 large"),
    ("w/t/l", "questions on which the first one is better, equal, worse; – where neither direction is better"),
    ("Scored", "questions with a value of both / questions that both were tried on"),
)
_SIZES = ((0.2, "very small"), (0.5, "small"), (0.8, "medium"))
LEAST_WITH_SMALL_P = 6
"""With fewer questions no way of flipping signs gives a p below 0.05."""


@dataclass(frozen=True)
class Line:
    """A measure as a row of the table on the screen."""

    one: MeasureDifference
    mark: str
    cells: tuple[str, ...]


def caption(found: Comparison, width: int = 4 * WHOLE_NAME) -> str:
    """Return what is compared: `tuned − starter · ideas · test`; both names are cut to fit `width` characters."""
    rest = f" · {display_line(found.dataset, 40)} · {where(found)}"
    room = min(max((width - len(rest) - 3) // 2, NARROWEST_NAME), WHOLE_NAME)
    return " − ".join(_names(found, room).values()) + rest


def _names(found: Comparison, width: int = NAME) -> Mapping[str, str]:
    """Return names of the two in at most `width` characters, by system: told apart, the first one's first."""
    first, second = (system_name(name, width) for name in (found.first, found.second))
    if first != second:
        return {found.first: first, found.second: second}
    return short_names((found.first, found.second), width).names


def where(found: Comparison) -> str:
    """Return which questions are compared: the split, and the field where one was named."""
    parts = ["all splits" if found.split is None else split_name(found.split)]
    parts += [field_name(part) for part in (found.field, found.subfield) if part is not None]
    return " · ".join(parts)


def title(one: MeasureDifference, found: Comparison) -> str:
    """Return a measure's name: `Human total /100`, `accuracy /40, judge`, `ROUGE-L`."""
    key = one.key
    if key.source == "metric":
        return measures.title(key.measure)
    total = key.measure == "total"
    name = f"{key.source.capitalize()} total" if total else display_line(key.measure, 24)
    scale = f" /{one.highest:g}" if one.highest else ", points"
    owners = {each.key.scorer or each.key.study for each in found.measures if each.key.source == key.source}
    owner = f" · {system_name(key.scorer or key.study, 24)}" if len(owners) > 1 else ""
    return name + scale + (owner or (", judge" if key.source == "judge" and not total else ""))


def mark(one: MeasureDifference) -> str:
    """Return which system is better on a measure, or that the data do not tell; nothing where that is not known."""
    if one.corrected is None or not one.better:
        return ""
    if one.corrected >= SURE or not one.difference.value:
        return ALIKE
    return FIRST if one.difference.value * one.better > 0 else SECOND


def verdict(one: MeasureDifference, found: Comparison) -> str:
    """Return in words which system is better on a measure."""
    if not one.n:
        tried = "both were tried on none" if not one.attempted else f"both have a value for none of {one.attempted:,}"
        return f"nothing to compare: of the questions {tried}"
    if one.corrected is None or one.corrected >= SURE or not one.difference.value:
        return "the data do not tell the two apart"
    ahead, behind = (found.first, found.second) if one.difference.value > 0 else (found.second, found.first)
    if one.better < 0:
        ahead, behind = behind, ahead
    name = _names(found)[ahead]
    return f"{name} is better" if one.better else f"{name} has the higher value; neither direction is better"


def sentences(one: MeasureDifference, found: Comparison) -> list[str]:
    """Return all that is known of one measure, as lines."""
    head = f"{title(one, found)}: {verdict(one, found)}"
    if not one.n:
        return [head]
    first, second = _names(found, SHORT_NAME).values()
    means = f"{first} {number(one.first, one)}, {second} {number(one.second, one)} on {scored(one)} questions"
    test = _test(one, found)
    size = "" if one.effect is None else f"; d {signed(one.effect, 2)}, {_size(one.effect)}"
    said = [head, f"{means}: {interval_words(one)}", f"{test}{size}; {_counts(one, first, second)}"]
    return [*said, _why_alike([one])] if leaves_out_zero(one) else said


def lines(found: Comparison, bar_width: int = 0) -> list[Line]:
    """Return the rows of the screen's table; with a bar where there is room for one."""
    return [Line(one, mark(one), _cells(one, found, bar_width)) for one in found.measures]


def headings(bar_width: int = 0) -> list[str]:
    """Return what stands above the columns of `lines`."""
    won = "won/tied/lost" if bar_width else "w/t/l"
    return ["", "Measure", "Difference", *([""] if bar_width else []), "p Holm", won, "Scored"]


def counts(one: MeasureDifference) -> str:
    """Return won/tied/lost as the first system did."""
    return f"{one.wins}/{one.equal}/{one.losses}" if one.better else NONE


def scored(one: MeasureDifference) -> str:
    """Return how many questions both have a value for, of how many that they were tried on."""
    return f"{one.n}/{one.attempted}"


def summary(found: Comparison) -> str:
    """Return in one line how many measures tell the two apart, and for whom."""
    tested = [one for one in found.measures if one.p is not None]
    if not tested:
        return "nothing to compare: the two share no scored question"
    told = [mark(one) for one in tested if one.better]
    if not told:
        return "of what is measured neither more nor less is better"
    first, second = (sum(each == which for each in told) for which in (FIRST, SECOND))
    if not first and not second:
        return f"the data do not tell the two apart on any of {plural(len(told), 'measure')}"
    names = _names(found)
    parts = [
        f"{names[name]} is better on {count}" for name, count in ((found.first, first), (found.second, second)) if count
    ]
    rest = len(told) - first - second
    return ", ".join(parts) + (f", not told apart on {rest}" if rest else "") + f" of {plural(len(told), 'measure')}"


def notes(found: Comparison) -> list[str]:
    """Return what is to be known beside the numbers: who gave points, how many tests, what weakens them."""
    said = [
        f"{source}: {', '.join(display_line(one, 40) for one in sorted(owners))}"
        for source, owners in (
            ("people", {one.key.study for one in found.measures if one.key.study}),
            ("judge", {one.key.scorer for one in found.measures if one.key.scorer}),
        )
        if owners
    ]
    if found.tests > 1:
        said.append(f"p Holm: corrected for {family(found)}; intervals and draws with seed {found.seed}")
    if alike := [one for one in found.measures if leaves_out_zero(one)]:
        said.append(_why_alike(alike))
    return [*said, *warnings(found)]


def family(found: Comparison) -> str:
    """Return for which measures p is corrected, whichever are shown: `the 13 main measures`."""
    if found.every:
        return f"all {found.tests} measures"
    if not found.joined:
        return f"the {found.tests} main measures"
    return f"{found.tests} measures: the main ones and {', '.join(display_line(one, 24) for one in found.joined)}"


def leaves_out_zero(one: MeasureDifference) -> bool:
    """Tell whether the interval says that the two differ and p Holm does not."""
    low, high = one.difference.low, one.difference.high
    return mark(one) == ALIKE and low is not None and high is not None and (low > 0 or high < 0)


def legend(wide: bool) -> list[str]:
    """Return what the marks of the printed table mean, and where it is not `wide` how to see the rest."""
    if wide:
        return [_MARKS.replace("  ", " · ")]
    more = "120 columns also show both means, p alone and d; --format json or csv shows all"
    return [_MARKS.replace("  ", " · "), _COUNTS, more]


def warnings(found: Comparison) -> list[str]:
    """Return what makes numbers less than they look: questions that are no random sample."""
    return [picked_note(study, count) for study, count in found.chosen]


def nothing(found: Comparison | None, dataset: str) -> list[str]:
    """Return what stands in place of the table where there is nothing to compare."""
    shown = display_line(dataset, 40)
    if found is None:
        return [
            f"No two systems have written for {shown}, so there is nothing to compare.", "",
            f"Let another model write: viva generate {shown} --split SPLIT --model MODEL",
        ]  # fmt: skip
    return [
        f"{' and '.join(_names(found).values())} share no measure yet.", "",
        f"Compute metrics: viva score {shown}", "Have experts rate both: viva study create …",
        f"Have a judge judge both: viva judge {shown} --judge MODEL",
    ]  # fmt: skip


def for_eyes(found: Comparison, wide: bool = True) -> Table:
    """Return the comparison as people read it; where it is not `wide`, without means, p alone and effect size."""
    first, second = short_names((found.first, found.second), 16).names.values()
    columns = ["", "measure", first, second, "difference", "p", "p Holm", "d", "won/tied/lost", "scored"]
    rows = [
        (
            mark(one), title(one, found), number(one.first, one), number(one.second, one), interval(one), p(one.p),
            p(one.corrected), NONE if one.effect is None else signed(one.effect, 2), counts(one), scored(one),
        )
        for one in found.measures
    ]  # fmt: skip
    if wide:
        return Table.of(columns, rows)
    kept = [0, 1, 4, 6, 8, 9]
    return Table.of(
        ["", "measure", "difference", "p Holm", "w/t/l", "scored"], [[row[at] for at in kept] for row in rows]
    )


def for_programs(found: Comparison) -> Table:
    """Return the comparison with every number unrounded."""
    columns = [
        "dataset", "version", "split", "field", "subfield", "first", "second", "source", "study", "scorer", "measure",
        "n", "attempted", "mean_first", "mean_second", "difference", "low", "high", "interval", "sd", "se", "p",
        "p_holm", "test", "tests", "effect", "better", "wins", "ties", "losses", "seed", "remark",
    ]  # fmt: skip
    rows = [
        (
            found.dataset, found.version, found.split, found.field, found.subfield, found.first, found.second,
            one.key.source, one.key.study or None, one.key.scorer or None, one.key.measure, one.n, one.attempted,
            one.first, one.second, *one.difference, one.interval, one.sd, one.se, one.p, one.corrected, one.test,
            found.tests, one.effect, one.better, one.wins, one.equal, one.losses, found.seed, verdict(one, found),
        )
        for one in found.measures
    ]  # fmt: skip
    return Table.of(columns, rows)


def apart_for_eyes(rows: Sequence[Apart], one: MeasureDifference, found: Comparison) -> Table:
    """Return the questions on which the two differ most, with both texts, as people read them."""
    first, second = system_name(found.first), system_name(found.second)
    columns: list[Column | str] = [
        "question", "field", "reference", f"{first} said", f"{second} said", title(one, found), "difference",
    ]  # fmt: skip
    made = [
        (
            each.question, field_name(each.field), each.reference, each.first_text, each.second_text,
            f"{first} {number(each.first, one)}, {second} {number(each.second, one)}",
            signed(each.difference, digits(one)),
        )
        for each in rows
    ]  # fmt: skip
    return Table.of(columns, made, NONE, upright=True)


def apart_for_programs(rows: Sequence[Apart], key: MeasureKey, found: Comparison) -> Table:
    """Return those questions with whole texts and unrounded numbers."""
    columns = [
        "example", "position", "field", "question", "reference", "first", "second", "source", "study", "scorer",
        "measure", "value_first", "value_second", "difference", "text_first", "text_second",
    ]  # fmt: skip
    made = [
        (
            each.example_id, each.position, each.field, each.question, each.reference, found.first, found.second,
            key.source, key.study or None, key.scorer or None, key.measure, each.first, each.second, each.difference,
            each.first_text, each.second_text,
        )
        for each in rows
    ]  # fmt: skip
    return Table.of(columns, made)


def page(found: Comparison, one: MeasureDifference, rows: Sequence[Apart]) -> BrowsePage:
    """Return the questions on which the two differ most as a page of examples, whose texts can be opened."""
    name = one.key.measure
    if one.key.source != "metric":
        name = measures.HUMAN_TOTAL if one.key.source == "human" else f"judge total {one.key.scorer}"
    query = BrowseQuery(
        found.dataset, found.split, measure=name, order=BrowseOrder.DISAGREEMENT, limit=max(len(rows), 1)
    )
    shown = tuple(
        BrowseRow(each.example_id, each.position, each.question, each.field, (each.first, each.second)) for each in rows
    )
    return BrowsePage(query, (found.first, found.second), (name,), shown, len(rows))


def order_title(one: MeasureDifference, found: Comparison) -> str:
    """Return in words how those questions are ordered."""
    return f"by difference in {title(one, found)}"


def apart_count(count: int, most: int) -> str:
    """Return how many questions stand there, of which no more than `most` are read."""
    return f"the first {most}" if count >= most else plural(count, "question")


def apart_cells(each: Apart, one: MeasureDifference, width: int) -> tuple[str, ...]:
    """Return a question as a row of the screen: position, question, both values, difference."""
    question = display_line(each.question, width) or "(no question)"
    values = number(each.first, one), number(each.second, one)
    return str(each.position + 1), question, *values, signed(each.difference, digits(one))


def _cells(one: MeasureDifference, found: Comparison, bar_width: int) -> tuple[str, ...]:
    drawn = (bar(shown(one), reach(one), bar_width),) if bar_width else ()
    return mark(one), title(one, found), interval(one), *drawn, p(one.corrected), counts(one), scored(one)


def _why_alike(alike: Sequence[MeasureDifference]) -> str:
    """Return why measures do not tell the two apart though their intervals leave out 0."""
    if all(one.n < LEAST_WITH_SMALL_P for one in alike):
        return f"{ALIKE} beside an interval without 0: fewer than {LEAST_WITH_SMALL_P} questions give no p below {SURE}"
    if all(one.p is not None and one.p >= SURE for one in alike):
        return f"{ALIKE} beside an interval without 0: the interval goes by the spread of values, p by sign flips"
    return f"{ALIKE} beside an interval without 0: the interval is of that measure alone, p Holm counts them all"


def _test(one: MeasureDifference, found: Comparison) -> str:
    ways = {
        "exact": "all sign flips",
        "drawn": f"20,000 sign flips, seed {found.seed}",
        "normal": "sign flips, normal limit",
    }
    said = f"p {p(one.p)} ({ways.get(one.test, one.test)})"
    return f"{said}, {p(one.corrected)} corrected for {family(found)}" if found.tests > 1 else said


def _size(effect: float) -> str:
    return next((word for bound, word in _SIZES if abs(effect) < bound), "large")


def _counts(one: MeasureDifference, first: str, second: str) -> str:
    word = "better" if one.better else "higher"
    return f"{first} {word} on {one.wins:,}, {second} on {one.losses:,}, equal on {one.equal:,}"
