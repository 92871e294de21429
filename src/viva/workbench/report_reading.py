"""Gathering what a report says: each result there is, and for each that is not there the reason."""

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from viva import __version__
from viva.errors import NotFound, UserError
from viva.records.comparison import Comparison
from viva.records.dataset import Dataset
from viva.records.histogram import Histogram
from viva.records.judging import JudgeMode
from viva.records.metric import METRICS
from viva.records.ranking import Ranking
from viva.records.report import ReportRequest
from viva.records.report_data import (
    JudgeBesidePeople,
    Part,
    ReportData,
    RunCurves,
    ScoredText,
    SystemFacts,
)
from viva.records.results import LeaderboardRow
from viva.records.study import Study
from viva.store import judge_checks, report_rows, rubrics
from viva.store.browsing import HUMAN_TOTAL
from viva.store.report_rows import Scope
from viva.text import display_line
from viva.workbench import judge_agreement, names
from viva.workbench.report_raters import numbered

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

STEPS = ("means", "how values spread", "ranks", "raters and judge", "comparisons", "pairs and weights")
"""What is read, in this order, as those who wait are told."""
MOST_PAIRS = 6
"""Pairs of systems that are compared: all of them where there are four systems or fewer."""
_BRIEF = [info.names[0] for info in METRICS.values() if info.brief]

T = TypeVar("T")
Judge = tuple[str, str]


class Chosen(NamedTuple):
    """What a report is of: which split of which version, whose ratings and which judge."""

    dataset: Dataset
    split: str
    study: Study | None
    judge: Judge | None

    @property
    def scope(self) -> Scope:
        return Scope(self.dataset.name, self.dataset.version, self.split)


def choose(workbench: "Workbench", request: ReportRequest) -> Chosen:
    """Return what a report of this request is of. Raises `NotFound`."""
    dataset = workbench.results.version(request.dataset)
    with workbench.store.read() as connection:
        written = report_rows.splits(connection, dataset.name, dataset.version)
    split = _split(workbench, request, dataset, written)
    scope = Scope(dataset.name, dataset.version, split)
    with workbench.store.read() as connection:
        rated, judges = report_rows.studies(connection, scope), report_rows.judges(connection, scope)
    study = _study(workbench, request, [name for name, _ in rated])
    return Chosen(dataset, split, study, _judge(request, [(name, mode) for name, mode, _ in judges]))


def read(workbench: "Workbench", request: ReportRequest, begin: Callable[[str], object] = str) -> ReportData:
    """Return all that a report of this request says; `begin` is told each of `STEPS`. Raises `NotFound`."""
    dataset, split, study, judge = chosen = choose(workbench, request)
    begin("means")
    scope = chosen.scope
    rows = workbench.results.leaderboard(dataset.name, split, seed=request.seed)
    with workbench.store.read() as connection:
        facts = report_rows.counts(connection, scope, study.name if study else None)
        systems = tuple(_system(one) for one in report_rows.systems(connection, scope))
        raters = report_rows.raters(connection, dataset.name, dataset.version)
        curves = report_rows.curves(connection, sorted({one.model for one in systems}))
    by_field = workbench.results.leaderboard(dataset.name, split, by="field", seed=request.seed)
    begin("how values spread")
    histograms = _histograms(workbench, dataset, split, rows)
    begin("ranks")
    ranks = tuple(workbench.results.ranks(dataset.name, split, seed=request.seed))
    begin("raters and judge")
    agreement = _people(study, lambda name: workbench.rater_agreement.of(name, request.seed))
    beside_people = _beside_people(workbench, scope, study, judge)
    begin("comparisons")
    comparisons = _comparisons(workbench, dataset, split, rows, request.seed)
    begin("pairs and weights")
    data = ReportData(
        request, __version__, dataset, split, facts, systems, study, judge, tuple(rows), tuple(by_field),
        tuple(workbench.studies.list()), workbench.results.judge_rubrics(dataset.name), histograms, ranks,
        agreement=agreement, beside_people=beside_people, comparisons=comparisons,
        rankings=_part(lambda: _rankings(workbench, dataset, split, request)),
        verdict=_people(
            study,
            lambda name: workbench.calibration.of(
                dataset.name, name, judge and judge[0], judge and judge[1], split or None, request.seed
            ),
        ),
        weights=_part(
            lambda: workbench.weights.of(dataset.name, split or None, study.name if study else None, seed=request.seed)
        ),
        curves=tuple(RunCurves(*one) for one in curves),
    )  # fmt: skip
    return data if request.names else numbered(data, raters)


def _split(workbench: "Workbench", request: ReportRequest, dataset: Dataset, written: Sequence[str]) -> str:
    """Return the split that is asked for, else `test` where that has texts, else the first that has, or any."""
    if request.split is not None:
        if request.split not in dataset.splits:
            workbench.datasets.with_split(dataset.name, request.split, dataset.version)
        return request.split
    offered = [split for split in dataset.splits if split in written] or list(dataset.splits)
    return "test" if "test" in offered else next(iter(offered), "")


def _study(workbench: "Workbench", request: ReportRequest, rated: Sequence[str]) -> Study | None:
    """Return the study that is asked for, else that with the most rated texts of the split, else none."""
    known = {study.name: study for study in workbench.studies.list()}
    if request.study is not None and request.study not in known:
        raise names.missing("study", request.study, known, "make one: viva study create NAME …")
    wanted = request.study or next(iter(rated), None)
    return None if wanted is None else known[wanted]


def _judge(request: ReportRequest, judges: Sequence[Judge]) -> Judge | None:
    """Return the judge that is asked for with its mode, else the one with the most totals, else none."""
    if request.judge is None:
        return next(iter(judges), None)
    for name, mode in judges:
        if request.judge in {name, f"{name} ({mode})"}:
            return name, mode
    known = [f"{name} ({mode})" for name, mode in judges]
    raise names.missing("judge", request.judge, known, "no judge has judged texts of this split yet")


def _system(one: report_rows.WrittenSystem) -> SystemFacts:
    settings = json.loads(one.decoding)
    decoding = ", ".join(f"{str(name).replace('_', ' ')} {value}" for name, value in settings.items())
    return SystemFacts(
        one.name, one.model, one.kind or "imported", one.base, one.prompt, decoding, one.texts, one.failed
    )


def _part(call: Callable[[], T]) -> Part[T]:
    """Return what a call brings, or why it brings nothing."""
    try:
        return Part(call())
    except UserError as error:
        return Part(None, _sentence(error.message))


def _people(study: Study | None, call: Callable[[str], T]) -> Part[T]:
    if study is None:
        return Part(None, "Nobody has rated texts of this split yet.")
    name = study.name
    return _part(lambda: call(name))


def _sentence(message: str) -> str:
    line = display_line(message)
    return f"{line[:1].upper()}{line[1:]}."


def _histograms(
    workbench: "Workbench", dataset: Dataset, split: str, rows: Sequence[LeaderboardRow]
) -> tuple[Histogram, ...]:
    """Return the histograms of people's totals and of the main metrics, as far as something has a value."""
    there = {row.measure for row in rows if row.source == "metric" and row.n}
    wanted = [HUMAN_TOTAL] if any(row.source == "human" and row.measure == "total" and row.n for row in rows) else []
    wanted += [name for name in _BRIEF if name in there]
    return tuple(workbench.histograms.get(dataset.name, name, split) for name in wanted)


def _beside_people(
    workbench: "Workbench", scope: Scope, study: Study | None, judge: Judge | None
) -> Part[JudgeBesidePeople]:
    """Return a judge held against people's ratings by the same rubric; nothing is stored."""
    if judge is None:
        return Part(None, "No judge has judged texts of this split yet.")
    if study is None:
        return Part(None, "Nobody has rated texts of this split yet.")
    name, mode = judge
    where = scope.dataset, scope.version, scope.split, name, JudgeMode(mode)
    with workbench.store.read() as connection:
        basis = judge_checks.basis(connection, *where)
        rows = judge_checks.people_and_judge(connection, *where)
        counts = judge_checks.judged(connection, *where)
        if basis is None or not rows:
            return Part(None, f"People have rated no text by the rubric of the judge {display_line(name, 40)}.")
        rubric = rubrics.get(connection, basis.rubric_id)
    rated = judge_agreement.by_criterion(rows)
    criteria = [
        judge_agreement.agreement(criterion, rated.get(criterion, []), count, rubric, lambda _model: None)
        for criterion, count in counts.items()
    ]
    texts = [
        ScoredText(row["example"], row["system"], sum(row["people"].values()) / len(row["people"]), row["judge"])
        for row in rated.get(judge_agreement.TOTAL, [])
        if row["people"] and row["judge"] is not None
    ]
    return Part(JudgeBesidePeople(name, mode, rubric, tuple(criteria), tuple(texts)))


def _comparisons(
    workbench: "Workbench", dataset: Dataset, split: str, rows: Sequence[LeaderboardRow], seed: int
) -> Part[tuple[Comparison, ...]]:
    """Return each two systems held against each other; of many systems the one with the best mean against the next."""
    order = _order(rows)
    if len(order) < 2:
        return Part(None, "There are fewer than two systems to compare.")
    pairs = list(combinations(order, 2))
    if len(pairs) > MOST_PAIRS:
        pairs = pairs[:MOST_PAIRS]
    compare = workbench.comparisons.compare
    return _part(lambda: tuple(compare(*pair, dataset.name, split or None, seed=seed) for pair in pairs))


def _order(rows: Sequence[LeaderboardRow]) -> list[str]:
    """Return the systems, the best first by people's total, else by the judge's, else by the first measure."""
    ranked = [row for source in ("human", "judge") for row in rows if row.source == source and row.measure == "total"]
    ranked = [row for row in ranked or rows if row.mean is not None]
    if not ranked:
        return sorted({row.system for row in rows})
    key = ranked[0].key
    best = sorted((row for row in ranked if row.key == key), key=lambda row: (-(row.mean or 0.0), row.system))
    found = [row.system for row in best]
    return found + sorted({row.system for row in rows} - set(found))


def _rankings(workbench: "Workbench", dataset: Dataset, split: str, request: ReportRequest) -> tuple[Ranking, ...]:
    """Return the rankings on the whole by each study's people and each judge that compared pairs."""
    found = workbench.ranking.choices(dataset.name, split or None)
    if not found:
        raise NotFound("no two texts of this split have been compared")
    whole = [one for one in found if one.criterion is None] or found
    return tuple(
        workbench.ranking.of(
            dataset.name, split or None, one.source, one.study or None, one.scorer or None, one.mode or None,
            one.criterion, seed=request.seed,
        )
        for one in whole
    )  # fmt: skip
