"""What judging will take, in words: verdicts, calls, money, time."""

from viva.present.jobs import duration
from viva.present.leaderboard import system_name
from viva.present.tables import Table
from viva.records.judging import BASELINE, JudgePlan, PlannedJudge
from viva.text import plural


def plan_lines(plan: JudgePlan) -> list[str]:
    """Return what a plan comes to, a line for each judge, then what is to be known before it starts."""
    return [*(judge_line(judge) for judge in plan.judges), *notes(plan)]


def judge_line(judge: PlannedJudge) -> str:
    """Return in a line what a judge is to do."""
    there = [f"{judge.done:,} there already"] if judge.done else []
    there += [f"{judge.cached:,} from earlier calls"] if judge.cached else []
    left = judge.verdicts - judge.done - judge.cached
    parts = [f"{system_name(judge.judge)}: {plural(judge.verdicts, 'verdict')}"]
    if there:
        parts[0] += f" ({', '.join(there)})"
    if not left:
        return f"{parts[0]}, nobody is asked"
    if judge.judge == BASELINE:
        return f"{parts[0]}, computed here: no calls, no cost"
    most = "at most " if judge.at_most else "about "
    parts.append(plural(judge.calls, "call"))
    parts.append(f"about {judge.prompt_tokens:,} tokens to read, {most}{judge.completion_tokens:,} to write")
    parts += [cost_text(judge), time_text(judge)]
    return "; ".join(parts)


def cost_text(judge: PlannedJudge) -> str:
    """Return what a judge's calls cost."""
    if judge.cost is None:
        return "cost not known: it has no prices (viva model add … --prices)"
    if not judge.cost:
        return "no cost"
    return f"cost {'at most' if judge.at_most else 'about'} {judge.cost:,.4g}"


def time_text(judge: PlannedJudge) -> str:
    """Return how long a judge takes, where it has judged before."""
    return "time not known yet" if judge.seconds is None else f"about {duration(judge.seconds)}"


def notes(plan: JudgePlan) -> list[str]:
    """Return what whoever starts this should know."""
    settings, budget = plan.request.settings, plan.request.budget
    found = [
        f"in results this takes the place of {plural(judge.replaces, 'verdict')} that {system_name(judge.judge)} gave "
        "when it was asked otherwise"
        for judge in plan.judges
        if judge.replaces
    ]
    if settings.samples > 1 and settings.temperature == 0 and any(judge.calls for judge in plan.judges):
        found.append("at temperature 0 samples are mostly alike: --temperature 0.7 shows how much verdicts vary")
    if budget is not None and plan.cost is not None and plan.cost > budget:
        found.append(f"the budget of {budget:,.4g} may not suffice: asking stops when it is spent")
    return found


def plan_table(plan: JudgePlan) -> Table:
    """Return a row for each judge."""
    rows = [
        (
            one.judge, one.verdicts, one.done, one.cached, one.calls, one.prompt_tokens, one.completion_tokens,
            one.at_most, None if one.cost is None else round(one.cost, 6),
            None if one.seconds is None else round(one.seconds, 1), one.replaces,
        )
        for one in plan.judges
    ]  # fmt: skip
    columns = [
        "judge", "verdicts", "done", "cached", "calls", "prompt_tokens", "completion_tokens", "at_most", "cost",
        "seconds", "replaces",
    ]  # fmt: skip
    return Table.of(columns, rows)
