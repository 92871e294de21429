"""What a generation will take, in words: tokens, money, time."""

from viva.present.jobs import duration
from viva.present.leaderboard import system_name
from viva.present.tables import Table
from viva.records.generating import GenerationEstimate, GenerationPlan
from viva.text import display_line, plural


def estimate_lines(plan: GenerationPlan) -> list[str]:
    """Return what a plan comes to, a line for each thing that is to be known before it starts."""
    known = plan.estimate
    written = sum(one.written for one in plan.systems)
    there = f"; {written:,} are there already" if written else ""
    lines = [f"{plural(len(plan.systems), 'system')} and {plural(plan.texts, 'text')} to write{there}"]
    if plan.texts:
        most = "at most " if known.at_most else "about "
        lines.append(f"about {known.prompt_tokens:,} tokens to read, {most}{known.completion_tokens:,} to write")
        lines.append(f"{cost_text(known)}; {time_text(known)}")
    return lines


def cost_text(known: GenerationEstimate) -> str:
    """Return what texts cost; local models cost nothing but time."""
    if known.unpriced:
        return f"cost not known: {_names(known.unpriced)} has no prices (viva model add … --prices)"
    if not known.cost:
        return "no cost"
    return f"cost {'at most' if known.at_most else 'about'} {known.cost:,.4g}"


def time_text(known: GenerationEstimate) -> str:
    """Return how long it takes, where the models have written before."""
    if known.seconds is None:
        return f"time not known before the first texts of {_names(known.untimed)}"
    return f"about {duration(known.seconds)}"


def plan_table(plan: GenerationPlan, *, totals: bool = False) -> Table:
    """Return a row for each system; with `totals`, for programs, what all of them take is in each row too."""
    known = plan.estimate
    takes = {
        "total_texts": plan.texts, "total_prompt_tokens": known.prompt_tokens,
        "total_completion_tokens": known.completion_tokens, "at_most": known.at_most, "total_cost": known.cost,
        "total_seconds": known.seconds,
    } if totals else {}  # fmt: skip
    rows = [
        (
            one.system.name,
            one.system.model,
            one.left,
            one.written,
            one.system.decoding.temperature,
            one.system.decoding.top_p,
            one.system.decoding.top_k,
            one.system.decoding.max_new_tokens,
            one.system.decoding.repetition_penalty,
            one.system.decoding.seed,
            one.system.decoding.samples,
            *takes.values(),
        )
        for one in plan.systems
    ]
    columns = [
        "system", "model", "to_write", "written", "temperature", "top_p", "top_k", "max_tokens", "repetition_penalty",
        "seed", "samples", *takes,
    ]  # fmt: skip
    return Table.of(columns, rows)


def _names(models: tuple[str, ...]) -> str:
    shown = ", ".join(display_line(system_name(name), 40) for name in models[:3])
    return shown + (" …" if len(models) > 3 else "")
