"""Generations and the scores computed from them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Generation:
    """One system's text for one example; `finish_reason` is `stop` or `length`."""

    generation_id: str
    system_id: str
    example_id: str
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(frozen=True)
class Score:
    """A metric's value for one generation, or the reason why there is none."""

    generation_id: str
    metric: str
    version: str
    settings: str
    value: float | None
    unscored: str | None = None


@dataclass(frozen=True)
class ScoredText:
    """A generation as the browser of results shows it; `metrics` maps a metric to its value (None: unscored)."""

    generation_id: str
    system: str
    text: str
    finish_reason: str
    metrics: dict[str, float | None]
    human_total: float | None
    raters: int


@dataclass(frozen=True)
class ExampleResult:
    """One example with the texts that systems wrote for it."""

    example_id: str
    position: int
    question: str
    reference: str
    field: str | None
    texts: list[ScoredText]
