"""What a report says of which system is better: in pairs of systems, by comparisons of texts, by people and judge."""

from viva.present import difference, measures
from viva.present.ranking import ELO
from viva.present.system_comparison import title
from viva.present.weights import verdict
from viva.records.calibration import CalibratedRow, CalibratedVerdict
from viva.records.comparison import Comparison, MeasureDifference
from viva.records.estimate import Estimate
from viva.records.ranking import Ranking
from viva.records.report import Cell, DotPanel, Dots, Figure, Interval, ReportTable, Section, Source
from viva.records.report_data import ReportData
from viva.report import cells, queries
from viva.report.cells import command
from viva.text import plural


def comparisons(data: ReportData) -> Section:
    """Return each two systems held against each other on the same questions."""
    heading = "Systems compared on the same questions"
    found = data.comparisons.value
    if not found or not any(one.measures for one in found):
        return Section("comparisons", heading, missing=data.comparisons.why or "No two systems share a value.")
    how = (
        "The difference is the first system minus the second, on the questions that both have a value for, with a "
        "paired "
        "95% interval; p is of the sign-flip test, corrected over the measures of the pair by Holm's method; effect is "
        "Cohen's d for paired values."
    )
    tables = []
    for one in found:
        words = command(
            "compare",
            one.first,
            one.second,
            "--dataset",
            data.dataset.name,
            *cells.of_split(data.split),
            *cells.seeded(one.seed),
        )
        source = Source(queries.differences(data, one.first, one.second), words, how, one.seed)
        rows = tuple(_difference(each, one) for each in one.measures)
        columns = (
            "Measure", "First", "Second", "Difference", "95% from", "to", "p corrected", "Effect", "Won / tied / lost",
            "Questions",
        )  # fmt: skip
        tables.append(ReportTable(f"{one.first} against {one.second}", columns, rows, source, tuple(range(1, 10))))
    notes = [
        f"Of the study {study} {plural(picked, 'question')} {'is' if picked == 1 else 'are'} not known to be drawn at "
        "random."
        for study, picked in dict(pair for one in found for pair in one.chosen).items()
        if picked
    ]
    return Section("comparisons", heading, tuple(map(_told, found)), tuple(tables), notes=tuple(notes))


def _difference(one: MeasureDifference, found: Comparison) -> tuple[Cell, ...]:
    digits = measures.digits(one.highest or 1.0)
    return (
        cells.text(title(one, found)), cells.number(one.first, digits), cells.number(one.second, digits),
        cells.signed(one.difference.value, digits),
        *cells.on_scale(one.difference, difference.ends(one), digits, sign=True),
        cells.p_value(one.corrected), cells.number(one.effect),
        Cell(f"{one.wins:,} / {one.equal:,} / {one.losses:,}", f"{one.wins}/{one.equal}/{one.losses}"),
        cells.scored(one.n, one.attempted),
    )  # fmt: skip


def _told(found: Comparison) -> str:
    """Return on which measures two systems are told apart after correction."""
    apart = [
        one for one in found.measures if one.corrected is not None and one.corrected < 0.05 and one.difference.value
    ]
    if not apart:
        return (
            f"{found.first} and {found.second} are not told apart on any of {plural(len(found.measures), 'measure')}."
        )
    said = []
    for name, sign in ((found.first, 1), (found.second, -1)):
        better = [title(one, found) for one in apart if (one.difference.value or 0) * sign * (one.better or 1) > 0]
        if better:
            said.append(f"{name} is better on {cells.listed(better)}")
    return f"After correction {' and '.join(said)}."


def rankings(data: ReportData) -> Section:
    """Return the rankings from pairs, by people of each study and by each judge."""
    heading = "Ranking from pairs"
    found = data.rankings.value
    if not found:
        return Section("ranking", heading, missing=data.rankings.why)
    blocks: list[ReportTable | Figure] = []
    drawn = 0
    for one in found:
        source = Source(queries.preferences(data, one.of), _ranking_command(one), _ranking_how(one), one.seed)
        points = [
            Interval(s.system, strength.value, strength.low, strength.high)
            for s in one.systems
            if (strength := _elo(s.strength)).value is not None
        ]
        if points:
            drawn += 1
            drawing = Dots((DotPanel(f"Strength, by {_whose(one)}", tuple(points), None, zero=True),))
            caption = f"Strength on Elo's scale by {_whose(one)}, with 95% intervals; 0 is the mean of the systems."
            blocks.append(Figure(f"ranking-{drawn}", caption, drawing, source))
        blocks.append(_ranked(one, source))
    return Section("ranking", heading, tuple(map(_counted, found)), tuple(blocks))


def _elo(strength: Estimate) -> Estimate:
    """Return a strength as `viva ranking` shows it: 400 points are odds of 10 to 1."""
    return Estimate(*(None if value is None else value * ELO for value in strength))


def _whose(one: Ranking) -> str:
    where = f", {one.of.criterion}" if one.of.criterion else ""
    if one.of.source == "human":
        return f"people{f' of {one.of.study}' if one.of.study else ''}{where}"
    return f"the judge {one.of.scorer}{f' ({one.of.mode})' if one.of.mode else ''}{where}"


def _ranking_command(one: Ranking) -> str:
    words: list[object] = ["ranking", one.dataset, *cells.of_split(one.split or "")]
    if one.of.source == "judge":
        words += ["--judge", one.of.scorer, *(["--mode", one.of.mode] if one.of.mode else [])]
    elif one.of.study:
        words += ["--study", one.of.study]
    return command(*words, *cells.seeded(one.seed))


def _ranking_how(one: Ranking) -> str:
    against = "the baseline" if one.baseline else "all others" if len(one.systems) > 2 else "the other"
    several = (
        "Both orders of a judge are taken together, one that flips being a tie."
        if one.of.source == "judge"
        else "Several raters of the same two texts count as one verdict, the mean of theirs."
    )
    return (
        "Strengths are Bradley and Terry's on Elo's scale: 0 is the mean, and 400 more are odds of 10 to 1. A tie is "
        f"half a win. {several} Each two systems have one verdict on a question, the mean over their texts, which is "
        "won where it is above one half. Intervals are clustered by question. "
        f"The win rate is against {against}; at equal lengths it is AlpacaEval 2's."
    )


def _counted(one: Ranking) -> str:
    flips = ""
    if one.of.source == "judge" and one.flipped + one.inconsistent:
        flips = f" {one.flipped:,} flipped with the order and {one.inconsistent:,} tied in one order only: ties."
    return (
        f"By {_whose(one)}: {one.scored:,} of {plural(one.attempted, 'comparison')} have a verdict, on "
        f"{plural(one.questions, 'question')}.{flips}"
    )


def _ranked(one: Ranking, source: Source) -> ReportTable:
    rows = []
    for each in one.systems:
        rank = str(each.first) if each.first == each.last else f"{each.first}–{each.last}"
        strength = _elo(each.strength)
        rows.append(
            (
                cells.text(each.system), cells.text(rank), cells.signed(strength.value, 0),
                *cells.span(strength.low, strength.high, 0, sign=True), _rate(each.rate), *_rates(each.rate),
                _rate(each.controlled),
                Cell(f"{each.won:,} / {each.tied:,} / {each.lost:,}", f"{each.won}/{each.tied}/{each.lost}"),
                cells.count(each.questions),
            )
        )  # fmt: skip
    columns = (
        "System", "Rank", "Strength (Elo)", "95% from", "to", "Win rate", "95% from", "to", "At equal lengths",
        "Won / tied / lost", "Questions",
    )  # fmt: skip
    return ReportTable(f"Systems ranked by {_whose(one)}", columns, tuple(rows), source, tuple(range(2, 11)))


def _rate(one: Estimate) -> Cell:
    return cells.NONE if one.value is None else Cell(f"{100 * one.value:.1f}%", one.value)


def _rates(one: Estimate) -> tuple[Cell, Cell]:
    if one.low is None or one.high is None:
        return cells.NONE, cells.NONE
    return Cell(f"{100 * one.low:.1f}%", one.low), Cell(f"{100 * one.high:.1f}%", one.high)


def calibrated(data: ReportData) -> Section:
    """Return what people and judge say together, beside either alone."""
    heading = "People and judge together"
    found = data.verdict.value
    if found is None:
        return Section("verdict", heading, missing=data.verdict.why)
    how = (
        "Prediction-powered inference (PPI++, arXiv 2311.01453), tuned, with quantiles of t: the judge's values of all "
        "questions, corrected by what people say of those drawn at random. λ is how far the judge is followed. The "
        "judge alone may be off by any amount and is shown only beside."
    )
    judge = _by_judge(found.scorer) if found.scorer else []
    words = command("verdict", found.study.name, *judge, *cells.seeded(found.seed))
    source = Source(queries.drawn_values(data, found.study.name, found.scorer), words, how, found.seed)
    main = [row for row in found.rows if row.measure == "total"]
    blocks: list[ReportTable | Figure] = [_calibrated(main, "The total", source)]
    differences = [row for row in main if row.second is not None and row.both.value is not None]
    if differences:
        drawing = Dots(tuple(_three(row) for row in differences))
        caption = (
            "Differences of systems in the total by people alone, by both, and by the judge alone, with 95% intervals."
        )
        blocks.insert(0, Figure("verdict", caption, drawing, source))
    rest = [row for row in found.rows if row.measure != "total"]
    if rest:
        blocks.append(_calibrated(rest, "Each criterion", source, folded=True))
    text = (
        f"{plural(found.rated, 'question')} of the {found.drawn:,} drawn at random from {found.population:,} "
        f"{'is' if found.rated == 1 else 'are'} rated by people."
    )
    refused = f"Both cannot be put together: {found.refused}." if found.refused else ""
    return Section("verdict", heading, (text, *([refused] if refused else [])), tuple(blocks), notes=_useful(found))


def _by_judge(scorer: str) -> list[str]:
    """Return the words that name a judge; `scorer` has its mode in brackets."""
    judge, _, mode = scorer.removesuffix(")").rpartition(" (")
    return ["--judge", judge, "--mode", mode]


def _useful(found: CalibratedVerdict) -> tuple[str, ...]:
    if not found.useful:
        return ()
    return (f"{plural(found.useful, 'question')} not known to be drawn at random, left out.",)


def _three(row: CalibratedRow) -> DotPanel:
    points = [
        Interval(name, one.value, one.low, one.high)
        for name, one in (("people", row.people), ("people and judge", row.both), ("judge alone", row.judge))
        if one.value is not None
    ]
    return DotPanel(f"{row.first} − {row.second}", tuple(points), None, zero=True)


def _calibrated(rows: list[CalibratedRow], heading: str, source: Source, *, folded: bool = False) -> ReportTable:
    made = []
    for row in rows:
        sign = row.second is not None
        shown = cells.signed if sign else cells.number
        what = row.first if row.second is None else f"{row.first} − {row.second}"
        made.append(
            (
                cells.text(what if row.measure == "total" else f"{row.measure}: {what}"), shown(row.people.value, 1),
                *cells.span(row.people.low, row.people.high, 1, sign=sign), cells.count(row.people_n),
                shown(row.both.value, 1), *cells.span(row.both.low, row.both.high, 1, sign=sign),
                cells.number(row.tuning), cells.number(row.effective, 0), shown(row.judge.value, 1),
                cells.count(row.judge_n),
            )
        )  # fmt: skip
    columns = (
        "Points", "People", "95% from", "to", "n", "Both", "95% from", "to", "λ", "Counts as", "Judge alone", "n",
    )  # fmt: skip
    return ReportTable(heading, columns, tuple(made), source, tuple(range(1, 12)), folded=folded)


def weights(data: ReportData) -> Section:
    """Return for what share of weightings each system is first."""
    heading = "What the weights decide"
    found = data.weights.value
    if found is None:
        return Section("weights", heading, missing=data.weights.why)
    exact = "Shares are exact" if found.exact else f"Shares are of {found.draws:,} weightings drawn with the seed"
    whose = f"people of {found.of.study}" if found.of.study else f"the judge {found.of.scorer}"
    whom = ["--study", found.of.study] if found.of.study else _by_judge(found.of.scorer)
    words = command("weights", data.dataset.name, *cells.of_split(data.split), *whom, *cells.seeded(found.seed))
    how = f"All weightings of the criteria are alike likely. {exact}."
    sql = queries.example_values(data, [queries.given_by(found.of.study, found.of.scorer)])
    source = Source(sql, words, how, found.seed)
    names = [one.criterion for one in found.criteria]
    rows = [
        (
            cells.text(one.system),
            cells.number(one.total, 1),
            *(cells.share(share) for share in one.shares),
            cells.share(one.first),
        )
        for one in found.systems
    ]
    systems = ReportTable(
        "What systems reach of each criterion, and the share of weightings under which each is first",
        ("System", "Total", *names, "First under"),
        tuple(rows), source,
        tuple(range(1, len(names) + 3)),
    )  # fmt: skip
    spans = ReportTable(
        "From which to which weight of a criterion the first stays first", ("Criterion", "Weight", "From", "To"),
        tuple((cells.text(c.criterion), *map(cells.share, (c.weight, c.low, c.high))) for c in found.criteria),
        source, (1, 2, 3),
    )  # fmt: skip
    text = f"By {whose}, on {found.n:,} of {plural(found.attempted, 'question')}: {verdict(found)}."
    return Section("weights", heading, (text,), (systems, spans))
