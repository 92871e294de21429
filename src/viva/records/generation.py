"""Generations and the scores computed from them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Generation:
    """One system's text for one example; `finish_reason` is `stop` or `length`, `sample` counts its texts from 0.

    Where no text could be had, `failed` says why and `finish_reason` is `failed`. `cost` is in the currency of the
    model's prices, None where these are not known.
    """

    generation_id: str
    system_id: str
    example_id: str
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    sample: int = 0
    failed: str | None = None
    cost: float | None = None


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
    sample: int = 0
    failed: str | None = None


@dataclass(frozen=True)
class LatestText:
    """The text that a running generation wrote last, with its question; both may be shortened."""

    system: str
    question: str
    text: str
    failed: str | None = None


@dataclass(frozen=True)
class Pace:
    """What a model's earlier texts were like: how long on average, and how many seconds a token took."""

    completion_tokens: float
    seconds_per_token: float
