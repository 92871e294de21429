"""What a model wrote for the same few questions at every evaluation, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from viva.records.training import Probe
from viva.text import display_line, display_text

SOURCES = {
    "train": "From the training data",
    "test": "From the test data",
    "unseen": "In neither",
    "own": "Your own question",
}
"""Where a question is from; in this order they are shown."""

FLAGGED = 0.2
"""A larger share of repeated word sequences than this is flagged."""

LONGEST = 20_000
"""Characters of an answer that are shown; nobody reads more than that here."""

NO_ANSWER = "(it wrote nothing)"
COMING = "The model answers the probe questions at every evaluation; the first is still to come."
NONE = "No probe question was asked: the setting probe_tokens is 0, or the training ended before its first evaluation."


@dataclass(frozen=True)
class Answer:
    """One question with its answer, cleaned.

    `repetition` says how much it repeats itself, `flagged` where that is too much; `since` whether it is another
    answer than at the evaluation before, nothing at the first.
    """

    label: str
    question: str
    text: str
    repetition: str
    flagged: bool
    since: str


def steps(probes: Sequence[Probe]) -> list[int]:
    """Return the steps at which questions were asked, in their order."""
    return sorted({probe.step for probe in probes})


def answers(probes: Sequence[Probe], step: int) -> list[Answer]:
    """Return what was written at a step, in the order of `SOURCES`."""
    order = list(SOURCES)
    asked = [probe for probe in probes if probe.step == step]
    asked.sort(key=lambda probe: order.index(probe.source) if probe.source in order else len(order))
    return [_answer(probe, probes) for probe in asked]


def evaluation_line(found: Sequence[int], step: int) -> str:
    """Return which evaluation is shown."""
    number = found.index(step) + 1
    last = "" if number < len(found) else ", the newest"
    return f"Evaluation {number} of {len(found)} · step {step:,}{last}"


def repetition_text(share: float | None) -> str:
    """Return how much of an answer had been said before."""
    return "too short to repeat itself" if share is None else f"{share:.0%} repeated"


def _answer(probe: Probe, probes: Sequence[Probe]) -> Answer:
    text = display_text(probe.text[:LONGEST]).strip()
    if len(probe.text) > LONGEST:
        text += f"… ({len(probe.text) - LONGEST:,} more characters)"
    flagged = probe.repetition is not None and probe.repetition > FLAGGED
    earlier = [other for other in probes if other.source == probe.source and other.step < probe.step]
    before = max(earlier, key=lambda other: other.step, default=None)
    return Answer(
        SOURCES.get(probe.source) or display_line(probe.source, 40),
        display_line(probe.question, 1000),
        text or NO_ANSWER,
        repetition_text(probe.repetition),
        flagged,
        "" if before is None else ("as before" if before.text == probe.text else "changed"),
    )
