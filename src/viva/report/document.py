"""From results to a document: which sections a report has, and in which order."""

from viva.present.datasets import split_name
from viva.records.report import Report, Section
from viva.records.report_data import ReportData
from viva.report import cells, people, raters, scores, verdicts
from viva.report.cells import command
from viva.report.methods import methods
from viva.text import display_line, plural


def build(data: ReportData) -> Report:
    """Return the report of these results; a section that cannot be had says why."""
    sections = (
        scores.systems(data), scores.means(data), verdicts.comparisons(data), verdicts.calibrated(data),
        verdicts.weights(data), verdicts.rankings(data), scores.fields(data), scores.spreads(data),
        raters.agreement(data), people.judge(data), people.training(data), methods(data), _anew(data),
    )  # fmt: skip
    name = display_line(data.dataset.name, 120)
    where = f"the split {split_name(data.split)} of version {data.dataset.version}" if data.split else (
        f"version {data.dataset.version}"
    )  # fmt: skip
    return Report(
        f"Results on {name}", f"{plural(len(data.systems), 'system')} on {where}", tuple(_facts(data)), sections,
        data.request, data.version,
    )  # fmt: skip


def _facts(data: ReportData) -> list[tuple[str, str]]:
    facts, request = data.facts, data.request
    found = [
        ("Dataset", f"{data.dataset.name}, version {data.dataset.version}, {plural(data.dataset.size, 'example')}"),
        ("Split", f"{split_name(data.split)}, {plural(data.dataset.splits.get(data.split, 0), 'example')}"),
        ("Texts", f"{facts.texts:,} by {plural(len(data.systems), 'system')}"),
        ("People", f"{plural(facts.ratings, 'value')} by {plural(facts.raters, 'rater')}" if facts.ratings else "none"),
        ("Judges", plural(facts.judgments, "value") if facts.judgments else "none"),
    ]
    if data.study is not None:
        found.append(("Study", data.study.name))
    if data.judge is not None:
        found.append(("Judge", f"{data.judge[0]} ({data.judge[1]})"))
    if facts.first_at is not None and facts.last_at is not None:
        days = list(dict.fromkeys(f"{day:%Y-%m-%d}" for day in (facts.first_at, facts.last_at)))
        found.append(("Collected", f"{' to '.join(days)} (UTC)"))
    return [*found, ("Seed", str(request.seed)), ("Written by", f"viva {data.version}")]


def _anew(data: ReportData) -> Section:
    """Return how to compute all of it anew."""
    name = data.dataset.name
    chosen = (*cells.of_split(data.split), *cells.seeded(data.request.seed))
    capsule = command("capsule", "write", name, "CAPSULE", *chosen)
    text = (
        "Below each table and figure stands how to compute it anew: the SQL that reads what it rests on, to be run "
        "with "
        "viva sql in the workspace, and the command and seed of viva that give the numbers.",
        f"{capsule} packs the rows behind this report with it, and viva capsule check CAPSULE computes every number "
        "from "
        "them on another machine and names what differs.",
    )
    return Section("anew", "Computing this anew", text)
