"""What a report says of the raters of a study: how far they agree, who is unlike the others, on what they differ."""

from viva.records.rater_agreement import RaterStanding, StudyAgreement
from viva.records.rating import OVERALL
from viva.records.report import Cell, Figure, Heat, ReportTable, Section, Source
from viva.records.report_data import ReportData
from viva.records.study import StudyMode
from viva.report import cells, queries
from viva.report.cells import command
from viva.text import display_line, plural

TITLE = "Agreement of raters"
MOST_ITEMS = 10


def agreement(data: ReportData) -> Section:
    """Return how far the raters agree, with the heat map of each two of them."""
    found = data.agreement.value
    if found is None:
        return Section("agreement", TITLE, missing=data.agreement.why)
    source = Source(
        queries.ratings(found.study.name) if found.study.mode is StudyMode.RUBRIC else
        queries.study_pairs(found.study.name),
        command("agreement", found.study.name, *cells.seeded(found.seed)), _how(found), found.seed,
    )  # fmt: skip
    blocks = [_heat(found, source), _criteria(found, source), _raters(found, source), _apart(found, source)]
    return Section("agreement", TITLE, tuple(_text(found)), tuple(block for block in blocks if block is not None))


def _how(found: StudyAgreement) -> str:
    if found.study.mode is StudyMode.PAIRWISE:
        return "α is Krippendorff's for unordered values, its interval a bootstrap over items; κ is Cohen's."
    return (
        "α is Krippendorff's for ordered values, its interval a bootstrap over items; κ is Cohen's with quadratic "
        "weights, "
        "the mean over pairs of raters; the ICC and severities are those of a model in which items and raters both "
        "vary."
    )


def _text(found: StudyAgreement) -> list[str]:
    study, total = found.study, found.total
    unit = "pairs" if study.mode is StudyMode.PAIRWISE else "texts"
    began = [one for one in found.raters if one.rated]
    said = [f"The study {study.name} has {plural(study.items, 'item')}, {unit} of {study.split or 'no split'}; "
            f"{plural(len(began), 'person has', 'people have')} rated in it."]  # fmt: skip
    if total is not None:
        said.append(
            f"Of the total, the ICC for absolute agreement is {total.single:.2f} for one rater and {total.mean:.2f} "
            "for the "
            f"mean of {plural(total.k, 'rater')} ({total.items:,} items, {total.values:,} values)."
        )
    if found.guesses is not None:
        one = found.guesses
        p = cells.p_value(one.p).shown
        said.append(
            f"Of {plural(one.n, 'guess', 'guesses')} at who wrote a text {one.correct:,} were right, "
            f"{one.expected:.1f} "
            f"would be by chance (p {p if p.startswith('<') else f'= {p}'})."
        )
    return said


def _criteria(found: StudyAgreement, source: Source) -> ReportTable:
    rows = [
        (
            cells.text("the whole" if one.criterion == OVERALL else one.criterion), cells.count(one.items),
            cells.count(one.shared), cells.count(one.raters), cells.number(one.alpha),
            *cells.span(one.alpha_low, one.alpha_high, 2), cells.number(one.kappa), cells.share(one.same),
        )
        for one in found.criteria
    ]  # fmt: skip
    columns = ("Criterion", "Items", "Shared", "Raters", "α", "95% from", "to", "κ", "Same value")
    return ReportTable("Agreement by criterion", columns, tuple(rows), source, tuple(range(1, 9)))


def _raters(found: StudyAgreement, source: Source) -> ReportTable | None:
    if not found.raters:
        return None
    columns = ("Rater", "Rated", "Passed over", "Severity", "SE", "r with others", "Spread", "κ", "Unlike the others")
    rows = tuple(_rater(one) for one in found.raters)
    return ReportTable("Raters", columns, rows, source, tuple(range(1, 8)))


def _rater(one: RaterStanding) -> tuple[Cell, ...]:
    return (
        cells.text(one.rater), cells.count(one.rated), cells.count(one.skipped), cells.signed(one.severity, 1),
        cells.number(one.severity_error, 1), cells.number(one.correlation), cells.number(one.spread),
        cells.number(one.kappa), cells.text(", ".join(one.outlying) or "–"),
    )  # fmt: skip


def _apart(found: StudyAgreement, source: Source) -> ReportTable | None:
    if not found.disagreements:
        return None
    shown = found.disagreements[:MOST_ITEMS]
    places = 2 if found.study.mode is StudyMode.PAIRWISE else 1
    rows = [
        (
            cells.count(one.number), cells.text(display_line(one.question, 90)), cells.count(one.raters),
            cells.number(one.apart, places), cells.text("the whole" if one.widest == OVERALL else one.widest),
            cells.text("yes" if one.settled else "no"),
        )
        for one in shown
    ]  # fmt: skip
    columns = ("Item", "Question", "Raters", "Apart", "Most on", "Settled")
    return ReportTable(
        "Items on which raters differ most", columns, tuple(rows), source, (0, 2, 3), folded=True
    )  # fmt: skip


def _heat(found: StudyAgreement, source: Source) -> Figure | None:
    """Return κ of each two raters, the mean over criteria, each weighing as many items as the two share."""
    names = [one.rater for one in found.raters if any(one.rater in (p.first, p.second) for p in found.pairs)]
    if len(names) < 2:
        return None
    rows = [tuple(found.kappa(first, second) if first != second else None for second in names) for first in names]
    known = [value for row in rows for value in row if value is not None]
    if not known:
        return None
    drawing = Heat(tuple(names), tuple(rows), min(0.0, *known), 1.0, "Cohen's κ")
    caption = "Agreement of each two raters: Cohen's κ, the mean over criteria; a dash where they share too little."
    return Figure("agreement", caption, drawing, source)
