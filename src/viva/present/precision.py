"""How sure a study is and what would settle it: as tables and in words."""

from collections.abc import Sequence

from viva.present import measures
from viva.present.leaderboard import system_name
from viva.present.system_names import short_names
from viva.present.tables import Table
from viva.records.estimate import Estimate
from viva.records.precision import PrecisionPlan, PrecisionRow, Projection, StratumNeed
from viva.records.study import StudyMode, StudyState
from viva.text import display_line, plural

NONE = measures.NONE
NARROWEST = 19
"""Characters that a pair's name gets at least."""
_MARGINS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2)
GUESS, FIRM = 10, 30
"""Rated questions from which on a forecast is more than a guess, and from which on it is not likely to be off by half.

A variance of 10 values is known to between 0.5 and 3.3 times what it is, of 30 to between 0.6 and 1.8 times."""
NEVER = "never"
DONE = "done"
EXPLAINED = (
    ("Rated", "questions of the random sample that have a rating; picked ones tell nothing of the others"),
    (
        "Now",
        "the mean, or the difference of two systems, with half its 95% interval, or (low…high) where that reaches "
        "further to one side, by people alone; of a study that is not closed leads see that half alone",
    ),
    ("With judge", "the same by people and judge together (prediction-powered inference); from 20 rated questions on"),
    ("To ±", "how many more rated questions bring half the interval to the margin, values spreading as they do now"),
    ("Judge", "the same by people and judge together"),
    ("Apart", "how many more take the interval off zero, if the difference stays what it is now: an estimate"),
    (DONE, "it is so already"),
    (NEVER, "not within this split: not even all its questions would do it"),
)


def caption(plan: PrecisionPlan) -> str:
    """Return which study it is, on what measure, and how far it is."""
    name = measure(plan)
    judge = f", judge {display_line(plan.scorer, 40)}" if plan.scorer else ""
    return f"{display_line(plan.study.name, 60)} · {name}{judge} · {rated(plan)}"


def measure(plan: PrecisionPlan) -> str:
    """Return the name of what is rated, with the end of its scale."""
    if plan.study.mode is StudyMode.PAIRWISE:
        return "share won − share lost" if plan.measure == "total" else f"{display_line(plan.measure, 24)}: won − lost"
    return f"{'total' if plan.measure == 'total' else display_line(plan.measure, 24)} /{plan.highest:g}"


def title(plan: PrecisionPlan) -> str:
    """Return which study it is, on what measure, and the margin that is wished for."""
    return f"{display_line(plan.study.name, 40)} · {measure(plan)} · wished for: ±{margin(plan)}"


def measures_of(plan: PrecisionPlan) -> list[tuple[str, str]]:
    """Return what a study can be planned for: names, and what they are called."""
    whole = "as a whole" if plan.study.mode is StudyMode.PAIRWISE else "the total"
    return [("total", whole), *((one.name, display_line(one.name, 40)) for one in plan.study.rubric.criteria)]


def next_margin(plan: PrecisionPlan, step: int) -> float:
    """Return the next margin that is wider (1) or narrower (-1), in shares of the scale that are easily read."""
    choices = [share * plan.highest for share in _MARGINS]
    wider = [one for one in choices if one > plan.margin * (1 + 1e-9)]
    narrower = [one for one in choices if one < plan.margin * (1 - 1e-9)]
    return min(wider, default=plan.margin) if step > 0 else max(narrower, default=plan.margin)


def numbers_width(plan: PrecisionPlan) -> int:
    """Return how many cells the columns of numbers take."""
    table = [headings(plan), *(cells(row, plan, NARROWEST) for row in plan.rows)]
    return sum(max(len(line[at]) for line in table) + 2 for at in range(1, len(table[0])))


def rated(plan: PrecisionPlan) -> str:
    """Return how many questions are rated, of how many that were drawn at random from how many."""
    return f"{plan.rated:,} rated of {plan.drawn:,} drawn from {plan.population:,}"


def headings(plan: PrecisionPlan) -> list[str]:
    """Return what stands above the columns of `cells`."""
    judge = ["With judge"] if plan.scorer else []
    return ["", "Rated", "Now", *judge, f"To ±{margin(plan)}", *(["Judge"] if plan.scorer else []), "Apart"]


def cells(row: PrecisionRow, plan: PrecisionPlan, width: int = 40) -> list[str]:
    """Return a system, or a pair, as a row: how sure it is, and what it still needs."""
    joint = row.judge
    judge = [value(joint, plan) if joint else NONE] if plan.scorer else []
    margins = [needed(row.people, row.people.to_margin)]
    if plan.scorer:
        margins.append(needed(joint, joint.to_margin) if joint else NONE)
    apart = NONE if row.second is None else needed(row.best, row.best.to_zero)
    return [name(row, plan, width), f"{row.people.n:,}", value(row.people, plan), *judge, *margins, apart]


def name(row: PrecisionRow, plan: PrecisionPlan, width: int = 40) -> str:
    """Return what a row is about: a system, or a difference of two."""
    each = width if row.second is None else (width - 3) // 2
    systems = [*dict.fromkeys(one for row in plan.rows for one in (row.first, row.second) if one is not None)]
    short = short_names(systems, each).names
    return short[row.first] if row.second is None else f"{short[row.first]} − {short[row.second]}"


def value(one: Projection, plan: PrecisionPlan) -> str:
    """Return an estimate with half its interval, or both ends of a lopsided one; of a blind plan that half alone."""
    if plan.blind:
        return NONE if one.half is None else f"± {size(one.half, plan)}"
    shown = number(one.estimate.value, plan)
    if measures.lopsided(one.estimate):
        return f"{shown} ({number(one.estimate.low, plan)}…{number(one.estimate.high, plan)})"
    return shown if one.half is None else f"{shown} ± {size(one.half, plan)}"


def needed(one: Projection, more: int | None) -> str:
    """Return how many more questions something needs."""
    if not one.foretold:
        return NONE
    return NEVER if more is None else DONE if not more else f"+{more:,}"


def margin(plan: PrecisionPlan) -> str:
    """Return the margin that is wished for."""
    return f"{plan.margin:g}"


def number(value: float | None, plan: PrecisionPlan) -> str:
    """Return a value with the decimals that suit the scale."""
    if value is None:
        return NONE
    places = 2 if plan.highest <= 1 else 1
    return f"{value:.{places}f}"


def size(value: float, plan: PrecisionPlan) -> str:
    """Return a width with the decimals that suit the scale."""
    return f"{value:.{3 if plan.highest <= 1 else 1}f}"


def sentences(row: PrecisionRow, plan: PrecisionPlan) -> list[str]:
    """Return in words what is known of one row, and what would buy more."""
    subject = system_name(row.first, 40) if row.second is None else name(row, plan, 83)
    people = row.people
    if people.half is None:
        return [f"{subject}: {people.reason}"]
    if not people.foretold:
        return [f"{subject}: {value(people, plan)}; {people.reason}"]
    said = [f"{subject}: {value(people, plan)} of {plural(people.n, 'rated question')}. {_to_margin(row, plan)}"]
    if row.second is not None:
        said.append(_to_zero(row))
    return [*said, *_second_raters(row, plan), *_where(row, plan)]


def least_sure(plan: PrecisionPlan, most: int = 2) -> Sequence[PrecisionRow]:
    """Return the pairs, or without any the systems, with the widest intervals."""
    rows = plan.pairs or plan.rows
    return sorted(rows, key=lambda row: -(row.best.half or 0.0))[:most]


def notes(plan: PrecisionPlan) -> list[str]:
    """Return what is to be known beside the numbers."""
    said = []
    if plan.blind:
        said.append(
            f"until {_awaited(plan)} leads see neither names nor which is better, and their own ratings are left out"
        )
    if plan.useful:
        picked = plural(plan.useful, "question")
        said.append(f"{picked} picked as useful count for nothing here: they are no random sample")
    unseen = max((sum(not one.rated for one in row.strata) for row in plan.rows), default=0)
    if unseen and plan.rated:
        verb, them = ("has", "it") if unseen == 1 else ("have", "them")
        said.append(
            f"{plural(unseen, 'layer')} of the split {verb} no rated question yet: nothing here is about {them}"
        )
    reasons = {row.judge.reason for row in plan.rows if row.judge is not None and row.judge.reason}
    said += [f"no numbers with the judge: {reason}" for reason in sorted(reasons)]
    if not plan.scorer and plan.study.mode is StudyMode.RUBRIC:
        said.append("no judge has judged these systems by the study's rubric: people stand alone")
    return said


def _awaited(plan: PrecisionPlan) -> str:
    closed = plan.study.state is StudyState.CLOSED
    return "they may rate such texts in no other study any more," if closed else "the study is closed"


def for_eyes(plan: PrecisionPlan) -> Table:
    """Return the plan as people read it."""
    head = headings(plan)
    columns = ["system or pair", *(one.lower() for one in head[1:])]
    return Table.of(columns, [cells(row, plan) for row in plan.rows], NONE)


def for_programs(plan: PrecisionPlan) -> Table:
    """Return the plan with every number unrounded; None of `more` is not within this split where there is a `half`."""
    columns = [
        "study", "measure", "margin", "population", "drawn", "rated", "complete", "first", "second", "n", "value",
        "low", "high", "half", "half_at_end", "more_to_margin", "more_to_zero", "reason", "judge", "judge_n",
        "judge_value", "judge_low", "judge_high", "judge_half", "judge_half_at_end", "judge_more_to_margin",
        "judge_more_to_zero", "judge_reason", "shared", "raters", "sd_between", "sd_within", "half_more_raters",
        "half_more_questions", "half_more_raters_at_end",
    ]  # fmt: skip
    return Table.of(columns, [_plain(row, plan) for row in plan.rows])


def strata_for_eyes(plan: PrecisionPlan) -> Table:
    """Return where the next questions belong, by layer of the pair that spreads most."""
    columns = ["layer", "questions", "rated", "sd", f"next {plan.following} in proportion", "by spread"]
    rows = [
        (
            display_line(one.name, 40) or "(none)", one.questions, one.rated,
            NONE if one.deviation is None else number(one.deviation, plan), one.proportional, one.best,
        )
        for one in widest(plan)
    ]  # fmt: skip
    return Table.of(columns, rows, NONE)


def strata_for_programs(plan: PrecisionPlan) -> Table:
    """Return the layers of every pair with unrounded numbers."""
    columns = ["study", "first", "second", "stratum", "questions", "rated", "sd", "following", "proportional", "best"]
    rows = [
        (
            plan.study.name, row.first, row.second, one.name, one.questions, one.rated, one.deviation, plan.following,
            one.proportional, one.best,
        )
        for row in plan.rows
        for one in row.strata
    ]  # fmt: skip
    return Table.of(columns, rows)


def widest(plan: PrecisionPlan) -> Sequence[StratumNeed]:
    """Return the layers as the pair sees them that is least sure."""
    rows = [row for row in plan.rows if row.strata]
    return max(rows, key=lambda row: row.people.half or 0.0).strata if rows else ()


def _to_margin(row: PrecisionRow, plan: PrecisionPlan) -> str:
    people, joint = row.people, row.judge
    alone = f"To ±{margin(plan)}: {_more(people.to_margin)} by people alone"
    if joint is None or joint.half is None:
        return alone
    return f"{alone}; with the judge ({value(joint, plan)}) {_more(joint.to_margin)}"


def _to_zero(row: PrecisionRow) -> str:
    best, alone = row.best, row.people.to_zero
    beside = f" (by people alone {_more(alone)})" if best is not row.people and alone != best.to_zero else ""
    if best.to_zero == 0:
        return f"The interval excludes zero already{beside}"
    if best.to_zero is None:
        return "A difference as small as this one is cannot be told from zero within this split"
    return (
        f"To tell the two apart, if the difference stays as it is: {_more(best.to_zero)}{beside}; this is an estimate"
    )


def _more(more: int | None) -> str:
    return "not within this split" if more is None else "done" if not more else f"{plural(more, 'more question')}"


def _second_raters(row: PrecisionRow, plan: PrecisionPlan) -> list[str]:
    found = row.raters
    assert row.people.half is not None
    if found is None:
        return [
            "No question has two raters: a verdict on a new question buys more than a second one, where any is left"
        ]
    now = size(row.people.half, plan)
    new = f"as many verdicts on new ones to ±{size(found.more_questions, plan)}"
    if row.people.n >= plan.population:
        new = "and no question is left for new ones"
    return [
        f"Values spread by {number(found.between, plan)} between questions and {number(found.within, plan)} between "
        f"raters of one ({plural(found.shared, 'shared question')}): one more rater for each rated question takes "
        f"±{now} to ±{size(found.more_raters, plan)}, {new}"
    ]


def _where(row: PrecisionRow, plan: PrecisionPlan) -> list[str]:
    most = sorted((one for one in row.strata if one.best), key=lambda one: (-one.best, one.name))[:3]
    if not most:
        return []
    shown = ", ".join(
        f"{display_line(one.name, 24) or '(none)'} {one.best} (in proportion {one.proportional})" for one in most
    )
    return [f"Where the next {plan.following:,} tell most: {shown}"]


def _plain(row: PrecisionRow, plan: PrecisionPlan) -> tuple[object, ...]:
    def told(one: Projection) -> tuple[object, ...]:
        return one.n, *one.estimate, one.half, one.at_end, one.to_margin, one.to_zero, one.reason or None

    raters = row.raters
    spread: tuple[object, ...] = (0, None, None, None, None, None, None)
    if raters is not None:
        spread = (
            raters.shared, raters.raters, raters.between, raters.within, raters.more_raters, raters.more_questions,
            raters.at_end,
        )  # fmt: skip
    return (
        plan.study.name, plan.measure, plan.margin, plan.population, plan.drawn, plan.rated, plan.complete,
        row.first, row.second, *told(row.people), plan.scorer or None,
        *told(row.judge or Projection(Estimate(None), 0)), *spread,
    )  # fmt: skip
