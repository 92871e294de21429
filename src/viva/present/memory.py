"""Memory in words: sizes, whether a training fits, and what it needs its memory for."""

from viva.present.jobs import duration
from viva.records.training import DryRun, Estimate, Fit
from viva.text import plural

PARTS = {
    "weights": "weights of the base model",
    "adapter": "weights of the adapter",
    "gradients": "gradients",
    "optimiser": "state of the optimiser",
    "activations": "activations of a batch",
    "runtime": "the program itself",
}
"""What needs memory, and how it reads."""


def size(count: float) -> str:
    """Return bytes as people read them: `512 B`, `23.5 MiB`, `2.1 GiB`."""
    sign, amount = ("-", -count) if count < 0 else ("", count)
    if amount < 1024:
        return f"{sign}{amount:.0f} B"
    for unit in ("KiB", "MiB", "GiB"):
        amount /= 1024
        if amount < 1023.95:
            return f"{sign}{amount:.1f} {unit}"
    return f"{sign}{amount / 1024:,.1f} TiB"


def verdict(estimate: Estimate) -> str:
    """Return in a line whether a training fits, by how much, and with what it would."""
    if estimate.fit is Fit.DOES_NOT_FIT:
        missing = f"does not fit: {size(-estimate.spare)} too much"
        change = changes(estimate)
        return f"{missing}; would fit with {change}" if change else f"{missing}; no smaller setting would fit either"
    needs = f"needs {size(estimate.predicted)} of {size(estimate.available)}, {size(estimate.spare)} to spare"
    return f"{estimate.fit}: {needs}"


def changes(estimate: Estimate) -> str:
    """Return the nearest setting that fits, as `key=value key=value`; empty where there is none or none is needed."""
    return " ".join(f"{key}={value}" for key, value in estimate.nearest.items())


def part_lines(estimate: Estimate) -> list[tuple[str, int]]:
    """Return what needs memory with its bytes, uncorrected; the correction is the last line where there is one."""
    lines = [(PARTS.get(name, name), count) for name, count in estimate.parts.items()]
    correction = estimate.predicted - sum(estimate.parts.values())
    if correction:
        lines.append((f"correction by dry runs (× {estimate.correction:.2f})", correction))
    return lines


def length_line(estimate: Estimate) -> str:
    """Return in a line how long the training examples are, and what is cut or left out."""
    found = estimate.lengths
    parts = [
        f"{plural(found.examples, 'example')}, {found.tokens:,} tokens",
        f"half up to {found.median:,}, longest {found.longest:,}",
    ]
    if found.truncated:
        parts.append(f"{found.truncated:,} cut at the end")
    if found.dropped:
        parts.append(f"{found.dropped:,} left out")
    return " · ".join(parts)


def time_line(estimate: Estimate) -> str:
    """Return in a line how many steps a training has, and how long it takes where that can be known."""
    steps = plural(estimate.steps, "step")
    if estimate.seconds is None:
        return f"{steps}, time not known before a dry run"
    return f"{steps}, about {duration(estimate.seconds)}"


def dry_run_line(outcome: DryRun) -> str:
    """Return in a line what a dry run has shown."""
    return (
        f"tried: {size(outcome.measured)} measured, {size(outcome.predicted)} predicted "
        f"({outcome.measured / max(outcome.predicted, 1):.0%}) · {outcome.tokens_per_second:,.0f} tokens a second · "
        f"about {duration(outcome.seconds)} in all"
    )
