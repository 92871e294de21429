"""What a report says of a judge beside people, and of trainings."""

from collections.abc import Sequence

from viva.present.measures import NONE
from viva.records.judge_check import Agreement
from viva.records.report import Cell, Figure, LinePanel, Lines, ReportTable, Scatter, Section, Source
from viva.records.report_data import JudgeBesidePeople, ReportData
from viva.report import cells, queries
from viva.report.cells import command
from viva.text import plural

LOSSES = ("loss", "eval_loss")
MOST_RUNS = 8
_TITLES = {"loss": "Training loss", "eval_loss": "Loss on held-out examples"}


def judge(data: ReportData) -> Section:
    """Return how far a judge goes with people, criterion by criterion, and a figure of all texts that both scored."""
    title = "Human against judge"
    found = data.beside_people.value
    if found is None:
        return Section("judge", title, missing=data.beside_people.why)
    source = Source(
        queries.both(data, found.judge, found.mode),
        command(
            "judgment",
            "check",
            data.dataset.name,
            *cells.of_split(data.split),
            "--judge",
            found.judge,
            "--mode",
            found.mode,
        ),
        "Points of texts that both scored, people in any study by the judge's rubric; a text's human value is the mean "
        "over its raters. r is Pearson's with a 95% "
        "interval that takes the texts of a question as one cluster; bias is judge minus people; κ is quadratic; α is "
        "Krippendorff's for ordered values, the judge being one rater more.",
    )
    table = ReportTable(
        f"The judge {found.judge} ({found.mode}) beside people",
        ("Criterion", "Texts", "r", "95% from", "to", "Kendall's τ", "κ", "α", "Bias", "95% from", "to", "Mean error"),
        tuple(_row(one) for one in found.criteria), source, tuple(range(1, 12)),
    )  # fmt: skip
    blocks: tuple[Figure | ReportTable, ...] = (table,)
    if found.texts:
        blocks = (_scatter(found, source), table)
    text = (
        f"{plural(len(found.texts), 'text')} {'has' if len(found.texts) == 1 else 'have'} a total by people and one by "
        f"the judge {found.judge} ({found.mode})."
    )
    left_out = ungiven([one.criterion for one in found.criteria if one.criterion != "total" and not one.judged])
    said = (f"The judge {found.judge} ({found.mode}) {left_out}.",) if left_out else (text,)
    return Section("judge", title, said, blocks)


def ungiven(criteria: Sequence[str]) -> str:
    """Return in words that a judge gives no values on criteria, empty for none: without them it has no total."""
    return f"gives nothing on {cells.listed(criteria)}, and so no total" if criteria else ""


def _row(one: Agreement) -> tuple[Cell, ...]:
    return (
        cells.text(one.criterion), cells.count(one.n), cells.number(one.pearson),
        *cells.span(one.pearson_low, one.pearson_high, 2), cells.number(one.kendall), cells.number(one.kappa),
        cells.number(one.alpha), cells.signed(one.bias, 1), *cells.span(one.bias_low, one.bias_high, 1, sign=True),
        cells.number(one.error, 1),
    )  # fmt: skip


def _scatter(found: JudgeBesidePeople, source: Source) -> Figure:
    systems = list(dict.fromkeys(one.system for one in found.texts))
    groups = tuple(
        (system, tuple((one.human, one.judge) for one in found.texts if one.system == system)) for system in systems
    )
    highest = sum(criterion.weight for criterion in found.rubric.criteria)
    drawing = Scatter(groups, "People, points", f"Judge {found.judge}, points", highest)
    return Figure(
        "judge", "Each text's total by people and by the judge; the dashed line is equality.", drawing, source
    )


def training(data: ReportData) -> Section:
    """Return the curves of the trainings that made the report's models."""
    title = "Training"
    if not data.curves:
        why = "No model of these systems was trained in this workspace, so there are no curves."
        return Section("training", title, missing=why)
    panels, rows = [], []
    for run in data.curves:
        lines = [(name, run.lines[name]) for name in LOSSES if run.lines.get(name)]
        if lines:
            panels.append(LinePanel(run.model, tuple((_TITLES[name], points) for name, points in lines)))
        loss, held = run.lines.get("loss", ()), run.lines.get("eval_loss", ())
        best = min(held, key=lambda point: (point[1], point[0]), default=None)
        rows.append(
            (
                cells.text(run.model),
                cells.count(max((points[-1][0] for points in run.lines.values() if points), default=0)),
                cells.number(loss[-1][1] if loss else None, 3), cells.number(best[1] if best else None, 3),
                Cell(f"{best[0]:,}", best[0]) if best else Cell(NONE),
            )
        )  # fmt: skip
    source = Source(queries.curves(data), command("run", "list"), "As the trainings told while they ran.")
    columns = ("Model", "Steps", "Last training loss", "Best loss on held-out examples", "at step")
    table = ReportTable("Trainings", columns, tuple(rows), source, (1, 2, 3, 4))
    notes = (f"The first {MOST_RUNS} of {len(panels)} trainings are drawn.",) if len(panels) > MOST_RUNS else ()
    if not panels:
        return Section("training", title, (), (table,))
    figure = Figure("curves", "Loss by step.", Lines(tuple(panels[:MOST_RUNS]), "Loss"), source)
    return Section("training", title, (), (figure, table), notes=notes)
