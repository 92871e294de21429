"""What a report says first: the systems, their means on each measure, by field, and how values spread."""

from collections.abc import Sequence

from viva.present import leaderboard, measures
from viva.present.datasets import split_name
from viva.present.leaderboard import Group, Measure
from viva.present.measures import HUMAN_TOTAL
from viva.records.estimate import Estimate
from viva.records.histogram import Histogram
from viva.records.report import (
    Bars,
    Binned,
    BinnedPanel,
    Cell,
    DotPanel,
    Dots,
    Figure,
    Interval,
    ReportTable,
    Section,
    Source,
)
from viva.records.report_data import ReportData
from viva.records.results import LeaderboardRow
from viva.report import cells, queries
from viva.report.cells import command
from viva.text import plural

MOST_PANELS = 12
MOST_FIELD_FIGURES = 6
MOST_FIELDS = 24


def systems(data: ReportData) -> Section:
    """Return which systems there are, and what they are made of."""
    rows = [
        (
            cells.text(one.name), cells.text(one.model), cells.text(one.kind), cells.text(one.base or "–"),
            cells.text(one.decoding), cells.count(one.texts), cells.count(one.failed),
        )
        for one in data.systems
    ]  # fmt: skip
    how = "A system is a model with a prompt and decoding settings. Texts that could not be had count as failed."
    table = ReportTable(
        "The systems and their texts",
        ("System", "Model", "Kind", "Base model", "Decoding", "Texts", "Failed"),
        tuple(rows), Source(queries.systems(data), command("generation", "list", data.dataset.name), how), (5, 6),
    )  # fmt: skip
    return Section("systems", "Systems", (), (table,))


def means(data: ReportData) -> Section:
    """Return the means of all systems on each measure with their intervals; the main measures first."""
    if not data.rows:
        return Section("means", "Results by measure", missing="Nothing has been scored or rated in this split.")
    brief = leaderboard.brief(data.rows)
    board = leaderboard.build(data.rows, data.studies, None, brief, data.judges, data.ranks)
    whole = leaderboard.build(data.rows, data.studies, None, None, data.judges, data.ranks)
    rest = [group for group in whole.groups if group.measure.name not in brief]
    how = (
        "Means over questions; a question's value is the mean over its texts, a text's human value the mean over its "
        "raters. The interval is at 95%: bootstrap from 8 to 29 questions, else t. What is unscored is in no mean. A "
        "rank such as 1–2 says which places a system can have: two by two, systems are compared on the questions they "
        "share (sign flips, Holm's correction), and those that cannot be told apart share their places."
    )
    source = Source(
        queries.leaderboard(data), _board(data, "--all"), how,
        data.request.seed,
    )  # fmt: skip
    figure = Figure(
        "means", "Means with 95% intervals, by measure. Each panel has its own scale.",
        Dots(tuple(_panel(group) for group in board.groups if any(e.row.mean is not None for e in group.entries))),
        source,
    )  # fmt: skip
    tables = [_means(board.groups, "Means on the main measures", source)]
    if rest:
        tables.append(_means(rest, "Means on all other measures", source, folded=True))
    blocks = (*tables[:1], *((figure,) if figure.drawing.panels else ()), *tables[1:])  # type: ignore[union-attr]
    return Section("means", "Results by measure", tuple(_sentences(board.groups)), blocks)


def _panel(group: Group) -> DotPanel:
    points = [_interval(entry.system, entry.row, group.measure) for entry in group.entries]
    return DotPanel(group.measure.short, tuple(filter(None, points)), group.measure.highest)


def _board(data: ReportData, *more: str) -> str:
    """Return the command for the leaderboard of the report's split."""
    return command(
        "leaderboard", data.dataset.name, *cells.of_split(data.split), *more, *cells.seeded(data.request.seed)
    )


def _interval(system: str, row: LeaderboardRow | None, measure: Measure) -> Interval | None:
    """Return a mean with its interval, as far as its scale goes."""
    if row is None or row.mean is None:
        return None
    _, low, high = measures.on_scale(Estimate(row.mean, row.low, row.high), measure.ends)
    return Interval(system, row.mean, low, high)


def _ends(row: LeaderboardRow, measure: Measure) -> tuple[Cell, Cell]:
    digits = measures.digits(measure.highest)
    return cells.on_scale(Estimate(row.mean, row.low, row.high), measure.ends, digits)


def _means(groups: Sequence[Group], title: str, source: Source, *, folded: bool = False) -> ReportTable:
    rows = []
    for group in groups:
        for entry in group.entries:
            row, digits = entry.row, measures.digits(group.measure.highest)
            rows.append(
                (
                    cells.text(group.measure.short), cells.text(entry.rank or "–"), cells.text(entry.system),
                    cells.number(row.mean, digits),
                    *_ends(row, group.measure), cells.number(row.sd, digits), cells.scored(row.n, row.attempted),
                )
            )  # fmt: skip
    columns = ("Measure", "Rank", "System", "Mean", "95% from", "to", "SD", "Scored / attempted")
    return ReportTable(title, columns, tuple(rows), source, (3, 4, 5, 6, 7), grouped=True, folded=folded)


def _sentences(groups: Sequence[Group]) -> list[str]:
    """Return what the totals, or where there are none the first measures, say in words."""
    totals = [group for group in groups if group.measure.name == "total"] or list(groups[:2])
    return [f"{group.measure.short}: {_best(group)}." for group in totals if group.entries]


def _best(group: Group) -> str:
    first, *_ = group.entries
    if first.row.mean is None:
        return "no system has a value"
    value = f"{first.system} has {first.value}, {first.row.n} of {first.row.attempted} questions"
    return f"{value}; {first.remark}" if first.remark else value


def fields(data: ReportData) -> Section:
    """Return bars by field for people's and the judge's totals and the main metrics."""
    named = [row for row in data.by_field if row.field]
    if len({row.field for row in named}) < 2:
        return Section("fields", "Results by field", missing="The examples of this split name fewer than two fields.")
    board = leaderboard.build(named, data.studies, "field", leaderboard.brief(named), data.judges)
    wanted = [one for one in board.measures if one.source == "metric" or one.name == "total"][:MOST_FIELD_FIGURES]
    source = Source(
        queries.leaderboard(data, by_field=True),
        _board(data, "--by", "field"),
        "As in the table of all questions, over the questions of each field alone.", data.request.seed,
    )  # fmt: skip
    figures: list[Figure] = []
    for measure in wanted:
        groups = [group for group in board.groups if group.measure == measure]
        if any(entry.row.mean is not None for group in groups for entry in group.entries):
            figures.append(_by_field(groups, measure, f"fields-{len(figures) + 1}", source))
    shown = [group for group in board.groups if group.measure in wanted]
    table = _field_table(shown, source)
    notes = []
    if any(len(one.drawing.groups) == MOST_FIELDS for one in figures if isinstance(one.drawing, Bars)):
        notes.append(f"The figures show the {MOST_FIELDS} fields with the most questions; the table has all.")
    return Section("fields", "Results by field", (), (*figures, table), notes=tuple(notes))


def _by_field(groups: Sequence[Group], measure: Measure, name: str, source: Source) -> Figure:
    largest = sorted(groups, key=lambda group: -max(entry.row.attempted for entry in group.entries))[:MOST_FIELDS]
    kept = [group for group in groups if group in largest]
    systems = sorted({entry.row.system for group in kept for entry in group.entries})
    rows = {(group.field, entry.row.system): entry.row for group in kept for entry in group.entries}
    series = tuple(
        (system, tuple(_interval(system, rows.get((group.field, system)), measure) for group in kept))
        for system in systems
    )
    drawing = Bars(tuple(group.field or "" for group in kept), series, measure.short, measure.highest)
    caption = (
        f"{measure.short} by field; whiskers are 95% intervals, cut where they leave the scale. A bar without one has "
        "a single question, or all values equal."
    )
    return Figure(name, caption, drawing, source)


def _field_table(groups: Sequence[Group], source: Source) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for group in groups:
        for entry in group.entries:
            row, digits = entry.row, measures.digits(group.measure.highest)
            rows.append(
                (
                    cells.text(f"{group.measure.short}: {leaderboard.field_name(group.field)}"),
                    cells.text(entry.system),
                    cells.number(row.mean, digits), *_ends(row, group.measure),
                    cells.scored(row.n, row.attempted),
                )
            )  # fmt: skip
    columns = ("Measure and field", "System", "Mean", "95% from", "to", "Scored / attempted")
    return ReportTable("Means by field", columns, tuple(rows), source, (2, 3, 4, 5), grouped=True, folded=True)


def spreads(data: ReportData) -> Section:
    """Return the histograms of the main measures, a panel for each system."""
    found = [_spread(data, one, place) for place, one in enumerate((h for h in data.histograms if h.edges), 1)]
    if not found:
        return Section("spreads", "How values spread", missing="No measure of this split has values of single texts.")
    notes = []
    if any(len(one.spreads) > MOST_PANELS for one in data.histograms):
        notes.append(f"Of more than {MOST_PANELS} systems the first {MOST_PANELS} are drawn.")
    return Section("spreads", "How values spread", (), tuple(found), notes=tuple(notes))


def _spread(data: ReportData, histogram: Histogram, place: int) -> Figure:
    name = histogram.measure
    title = measures.title(name)
    panels = tuple(
        BinnedPanel(f"{one.system} ({one.n:,} of {one.attempted:,})", one.counts, one.mean)
        for one in histogram.spreads[:MOST_PANELS]
    )
    source = Source(
        queries.values(data, name, name == HUMAN_TOTAL),
        command("histogram", data.dataset.name, name, *cells.of_split(data.split)),
        "Every text counts once. The number of bins follows Freedman and Diaconis (1981); of two values each has one.",
    )
    bins = plural(len(histogram.edges) - 1, "bin")
    unscored = sum(count for _, count in histogram.unscored)
    left_out = (
        f" {plural(unscored, 'text')} without a value {'is' if unscored == 1 else 'are'} left out." if unscored else ""
    )
    caption = f"{title} of the texts of {split_name(data.split)}, {bins}; the dashed line is the mean.{left_out}"
    return Figure(f"spread-{place}", caption, Binned(histogram.edges, panels, title), source)
