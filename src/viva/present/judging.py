"""Judging in words: what it comes to before it starts, a job that judges, and how the values are spread."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rich.cells import cell_len, set_cell_size

from viva.present.jobs import duration
from viva.present.leaderboard import system_name
from viva.present.rubric import criterion_name
from viva.present.synthesis import money
from viva.records.job import Job, JobStatus
from viva.records.judging import BASELINE, CriterionSpread, JudgeMode, JudgePlan, JudgeRequest, JudgeSettings
from viva.records.rubric import Criterion, Rubric
from viva.text import display_line, plural

TRIAL_ITEMS = 3
"""Questions that a trial takes."""
MODE_NAMES = {JudgeMode.REFERENCE: "against the reference", JudgeMode.INDEPENDENT: "independent"}
MOST_LEVELS = 8
BINS = 5
"""A scale of more levels is shown in so many stretches."""
NARROWEST, WIDEST, GAP = 16, 34, 3
"""Cells of a criterion's column, and between two."""
_BLOCKS = " ▏▎▍▌▋▊▉█"

Row = tuple[str, str, str]


def plan_rows(plan: JudgePlan) -> list[Row]:
    """Return what a plan comes to, a row each: its name, the value, and what is to be known of it."""
    done, cached = sum(one.done for one in plan.judges), sum(one.cached for one in plan.judges)
    there = [f"{done:,} there already"] if done else []
    there += [f"{cached:,} from earlier calls, free"] if cached else []
    rows = [("To do", f"{plural(_left(plan), 'verdict')} by {plural(len(plan.judges), 'judge')}", " · ".join(there))]
    if plan.calls:
        rows += [_calls_row(plan), _tokens_row(plan), _cost_row(plan), _time_row(plan)]
    elif _left(plan):
        rows += [("Calls", "none", "nobody is asked"), ("Cost", "none", "computed on this machine")]
    return rows


def _left(plan: JudgePlan) -> int:
    return sum(one.verdicts - one.done for one in plan.judges)


def _calls_row(plan: JudgePlan) -> Row:
    each = [f"{system_name(one.judge, 20)} {one.calls:,}" for one in plan.judges]
    return "Calls", f"{plan.calls:,}", ", ".join(each[:3]) + (" …" if len(each) > 3 else "") if len(each) > 1 else ""


def _tokens_row(plan: JudgePlan) -> Row:
    read = sum(one.prompt_tokens for one in plan.judges)
    written = sum(one.completion_tokens for one in plan.judges)
    at_most = any(one.at_most for one in plan.judges)
    why = "at most" if at_most else "as long as earlier replies"
    return "Tokens", f"about {read:,} read, {written:,} written", why


def _cost_row(plan: JudgePlan) -> Row:
    unpriced = _unpriced(plan)
    if unpriced:
        return "Cost", "not known", f"no prices are known for {_names(unpriced)}"
    cost = plan.cost or 0.0
    if not cost:
        return "Cost", "none", "by the prices of the judges"
    budget = plan.request.budget
    return "Cost", money(cost), "by the prices of the judges" + (f"; stops at {money(budget)}" if budget else "")


def _time_row(plan: JudgePlan) -> Row:
    asked = [one for one in plan.judges if one.calls]
    untimed = [one.judge for one in asked if one.seconds is None]
    if untimed:
        return "Time", "not known before its first verdicts", f"of {_names(untimed)}"
    seconds = sum(one.seconds or 0.0 for one in asked)
    return "Time", f"about {duration(max(seconds, 1.0))}", "as fast as earlier replies came"


def _unpriced(plan: JudgePlan) -> list[str]:
    return [one.judge for one in plan.judges if one.calls and one.cost is None]


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(system_name(name, 24) for name in names[:2])
    return f"{shown} and {len(names) - 2:,} more" if len(names) > 2 else shown


def plan_warnings(plan: JudgePlan) -> list[str]:
    """Return what whoever starts this should look at first."""
    settings, budget = plan.request.settings, plan.request.budget
    found = [nothing] if (nothing := nothing_left(plan)) else []
    found += [
        f"In results this takes the place of {one.replaces:,} verdicts that {system_name(one.judge, 24)} gave otherwise"
        for one in plan.judges
        if one.replaces
    ]
    if budget is not None and plan.cost is not None and plan.cost > budget:
        found.append(f"The budget of {money(budget)} may not suffice: asking stops before it is exceeded")
    if settings.samples > 1 and settings.temperature == 0 and plan.calls:
        found.append("At temperature 0 samples are mostly alike: 0.7 shows how much verdicts vary")
    return found


def nothing_left(plan: JudgePlan) -> str:
    """Return why a plan cannot be started; nothing where it can."""
    # Judging again as before lets what was said then count once more.
    if _left(plan) or any(judge.replaces for judge in plan.judges):
        return ""
    return "Every verdict of this is there already: nothing is left to ask. v shows them, u those without a value"


def costs_money(plan: JudgePlan) -> bool:
    """Tell whether somebody should be asked first: a judge has its price, or has calls whose price nobody knows."""
    return bool(plan.cost) or bool(_unpriced(plan))


def start_question(plan: JudgePlan) -> tuple[str, str]:
    """Return what is asked before money is spent, and what else is known."""
    request, unpriced = plan.request, _unpriced(plan)
    verb = "Ask again" if request.retry else "Judge"
    what = f"{verb}: {plural(plan.calls, 'call')} to {_names([one.judge for one in plan.judges if one.calls])}"
    if unpriced:
        known = f"No prices are known for {_names(unpriced)}: what it costs is not known."
    else:
        amount = money(plan.cost or 0.0)
        about = "at most " if any(one.at_most for one in plan.judges) else "about "
        known = f"That costs {about if amount[:1].isdigit() else ''}{amount}."
    if request.budget is not None:
        known += f" Asking stops at the budget of {money(request.budget)}."
    return f"{what}?", known


# A job that judges.


def request_of(job: Job) -> JudgeRequest | None:
    """Return what a job was asked for; None where it does not say."""
    given = job.spec.arguments.get("request")
    if not isinstance(given, dict):
        return None
    lists = {name: tuple(given.get(name) or ()) for name in ("judges", "systems")}
    fixed = {"mode": JudgeMode(given["mode"]), "settings": JudgeSettings(**given["settings"])}
    return JudgeRequest(**{**given, **lists, **fixed})


def rubric_of(job: Job) -> Rubric | None:
    """Return the rubric that a job judges by; None where it does not say."""
    given = job.spec.arguments.get("rubric")
    return Rubric.from_json(given) if isinstance(given, dict) else None


def scorers(request: JudgeRequest) -> tuple[str, ...]:
    """Return whose verdicts a job brings: each judge's, and the panel's."""
    return (*request.judges, *([request.panel] if request.panel else []))


def who_line(request: JudgeRequest) -> str:
    """Return who judges, and how."""
    judges = ", ".join(system_name(judge, 24) for judge in request.judges[:3])
    more = f" and {len(request.judges) - 3:,} more" if len(request.judges) > 3 else ""
    parts = [judges + more, MODE_NAMES[request.mode], f"rubric {display_line(request.rubric, 24)}"]
    if request.pairwise:
        parts.append("in pairs")
    if request.settings.samples > 1:
        parts.append(f"{request.settings.samples} samples")
    return " · ".join(parts)


def spent_line(job: Job, events: Iterable[Mapping[str, Any]]) -> str:
    """Return what a job has cost so far, by what it says or said last of each judge, and how many have no value."""
    latest: dict[str, Mapping[str, Any]] = {}
    for event in events:
        if event.get("event") == "progress":
            latest[str(event.get("judge") or "")] = event
    parts = []
    costs = [event.get("cost") for event in latest.values()]
    if not job.status.ended and (job.message or latest):
        parts.append(f"now {display_line(job.message or list(latest)[-1], 40)}")
    if _is_number(job.result.get("cost")):
        parts.append(_cost_text(float(job.result["cost"])))
    elif costs:
        known = all(_is_number(cost) for cost in costs)
        parts.append(_cost_text(sum(float(cost or 0) for cost in costs)) if known else "cost not known")
    if "unscored" in job.result or latest:
        unscored = job.result.get("unscored", sum(_whole(event.get("unscored")) for event in latest.values()))
        parts.append(f"{_whole(unscored):,} unscored" if _whole(unscored) else "none unscored")
    if job.status is JobStatus.RUNNING or not parts:
        return " · ".join(parts)
    tokens = _whole(job.result.get("prompt_tokens")), _whole(job.result.get("completion_tokens"))
    parts += [f"{tokens[0]:,} tokens read, {tokens[1]:,} written"] if any(tokens) else []
    return " · ".join(parts)


def outcome_lines(job: Job) -> list[str]:
    """Return what a job that ended says beside that."""
    result, lines = job.result, []
    cached, no_text = _whole(result.get("cached")), _whole(result.get("no_text"))
    if cached:
        lines.append(f"{plural(cached, 'verdict')} from earlier calls, at no cost")
    if no_text:
        lines.append(f"{plural(no_text, 'verdict')} unscored, for there is no text to judge")
    if result.get("stopped") == "budget":
        left = _whole(result.get("left"))
        missing = f" with {plural(left, 'verdict')} to go" if left else ""
        lines.append(f"It stopped at its budget{missing}. A start with a larger one asks only for what is missing")
    return lines


def _cost_text(cost: float) -> str:
    return f"cost {money(cost)}" if cost else "no cost"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: Any) -> int:
    return int(value) if _is_number(value) else 0


# How the values are spread.


@dataclass(frozen=True)
class Histogram:
    """One criterion: (level or stretch of the scale, how often), highest first, and two lines about all of them."""

    title: str
    levels: tuple[tuple[str, int], ...]
    mean: str
    scored: str


def histograms(spreads: Iterable[CriterionSpread], rubric: Rubric | None) -> list[Histogram]:
    """Return a histogram for each criterion; values between two levels count to the nearest."""
    criteria = {criterion.name: criterion for criterion in rubric.criteria} if rubric else {}
    return [_histogram(spread, criteria.get(spread.criterion)) for spread in spreads]


def _histogram(spread: CriterionSpread, criterion: Criterion | None) -> Histogram:
    values = [value for value, _ in spread.counts]
    lowest = criterion.lowest if criterion else math.floor(min(values, default=0))
    highest = criterion.highest if criterion else math.ceil(max(values, default=1))
    scored = sum(count for _, count in spread.counts)
    title = criterion_name(criterion) if criterion else display_line(spread.criterion, 40)
    return Histogram(
        title,
        tuple(_levels(spread.counts, lowest, max(highest, lowest + 1))),
        "no mean yet" if spread.mean is None else f"mean {spread.mean:.2f}",
        f"{scored:,} of {scored + spread.unscored:,} scored",
    )


def _levels(counts: Iterable[tuple[float, int]], lowest: int, highest: int) -> Iterator[tuple[str, int]]:
    levels = highest - lowest + 1
    each = 1 if levels <= MOST_LEVELS else math.ceil(levels / BINS)
    stretches = [(start, min(start + each - 1, highest)) for start in range(lowest, highest + 1, each)]
    found = [0] * len(stretches)
    for value, count in counts:
        level = min(max(math.floor(value + 0.5), lowest), highest)
        found[(level - lowest) // each] += count
    for (start, end), count in zip(reversed(stretches), reversed(found), strict=True):
        yield (f"{start}" if start == end else f"{start}–{end}"), count


def histogram_lines(found: Sequence[Histogram], width: int) -> list[tuple[str, bool]]:
    """Return the lines that show histograms side by side in `width` cells, each with whether it is a heading."""
    if not found:
        return []
    across = max(min((width + GAP) // (NARROWEST + GAP), len(found)), 1)
    cells = min((width + GAP) // across - GAP, WIDEST)
    lines: list[tuple[str, bool]] = []
    for start in range(0, len(found), across):
        columns = [_column(one, cells) for one in found[start : start + across]]
        height = max(map(len, columns))
        padded = [[*column[:-2], *[""] * (height - len(column)), *column[-2:]] for column in columns]
        for number, parts in enumerate(zip(*padded, strict=True)):
            line = (" " * GAP).join(set_cell_size(part, cells) for part in parts)
            lines.append((line.rstrip(), number == 0))
        lines.append(("", False))
    return lines[:-1]


def _column(one: Histogram, cells: int) -> list[str]:
    labels = max((len(label) for label, _ in one.levels), default=1)
    numbers = max((len(f"{count:,}") for _, count in one.levels), default=1)
    room = max(cells - labels - numbers - 2, 1)
    most = max((count for _, count in one.levels), default=0)
    lines = [f"{label:>{labels}} {_bar(count, most, room)} {count:,}" for label, count in one.levels]
    title = one.title if cell_len(one.title) <= cells else set_cell_size(one.title, cells - 1) + "…"
    return [title, *lines, one.mean, one.scored]


def _bar(count: int, most: int, cells: int) -> str:
    """Return a bar of at most `cells` cells; what is not nothing is seen."""
    if not count:
        return ""
    eighths = max(round(count / most * cells * 8), 1)
    return _BLOCKS[8] * (eighths // 8) + (_BLOCKS[eighths % 8] if eighths % 8 else "")


class Compared(Protocol):
    """What a judge said about two texts shown in one order."""

    @property
    def system_a(self) -> str: ...
    @property
    def system_b(self) -> str: ...
    @property
    def criterion(self) -> str | None: ...
    @property
    def winner(self) -> str | None: ...


def pair_lines(rows: Iterable[Compared]) -> list[tuple[str, bool]]:
    """Return how often each system was preferred, for every two and criterion; each order counts by itself."""
    counts: dict[tuple[str, str], dict[str, dict[str | None, int]]] = {}
    for row in rows:
        criteria = counts.setdefault((row.system_a, row.system_b), {})
        said = criteria.setdefault(row.criterion or "", {})
        said[row.winner] = said.get(row.winner, 0) + 1
    lines: list[tuple[str, bool]] = []
    for (a, b), criteria in counts.items():
        first, second = system_name(a, 24), system_name(b, 24)
        lines.append((f"{first} or {second}", True))
        for criterion, said in criteria.items():
            name = display_line(criterion, 18) or "On the whole"
            parts = [f"{first} {said.get('a', 0):,}", f"{second} {said.get('b', 0):,}", f"tie {said.get('tie', 0):,}"]
            parts += [f"{said[None]:,} unscored"] if said.get(None) else []
            lines.append((f"  {set_cell_size(name[:1].upper() + name[1:], 18)}  {' · '.join(parts)}", False))
    return lines


def scorer_line(scorer: str, scorers: Sequence[str]) -> str:
    """Return whose values are shown, where there are several to look at."""
    return f"{system_name(scorer, 40)} · {scorers.index(scorer) + 1} of {len(scorers)}, j shows the next"


def empty_spread(job: Job, judge: str) -> str:
    """Return what stands in place of a spread."""
    if job.status is JobStatus.RUNNING:
        return f"{system_name(judge, 40)} has given no verdict yet"
    return f"{system_name(judge, 40)} has given no verdict"


def no_calls(job: Job, request: JudgeRequest | None) -> str:
    """Return what stands in place of the calls of a trial."""
    if request is not None and request.judges == (BASELINE,):
        return (
            f"{BASELINE} is no language model: there is no prompt and no reply.\nv shows what it computed for each text"
        )
    if job.status is JobStatus.RUNNING:
        return "No reply has come yet"
    return "No call was made"


def no_rationale(scorer: str, request: JudgeRequest) -> str:
    """Return what stands in place of a scorer's latest words."""
    if scorer == BASELINE:
        return f"{BASELINE} is not asked: v shows what it computed"
    if scorer not in request.judges:
        return "A panel says nothing of its own: j shows its judges"
    return "No reply has come yet"
