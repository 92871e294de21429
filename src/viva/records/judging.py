"""The LLM judge: how it is asked, what a call to it brought, and what counts as its verdict."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from viva.records.ids import content_id

BASELINE = "embedding-baseline"
"""The judge that is no language model: sentence embeddings, which a real judge must beat."""


class JudgeMode(StrEnum):
    """What a judge holds a text against: the reference, or an approach that it drafted itself before."""

    REFERENCE = "reference"
    INDEPENDENT = "independent"


class Purpose(StrEnum):
    """What a call was for."""

    SCORE = "score"
    DRAFT = "draft"
    PAIR = "pair"


class CallState(StrEnum):
    """How a call ended: all that was asked for is there, a part of it, or why nothing is."""

    OK = "ok"
    PARTIAL = "partial"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True)
class JudgeSettings:
    """How replies are drawn. `samples` verdicts are asked for each item, each with a seed of its own.

    With `expected` a value is the mean over the scale's levels, weighted by their probabilities (G-Eval, Liu et al.
    2023, arXiv 2303.16634); where the endpoint does not tell these it is unscored. `attempts` is how often a reply that
    cannot be used is asked for.
    """

    temperature: float = 0.0
    seed: int = 0
    samples: int = 1
    max_tokens: int = 1536
    expected: bool = False
    attempts: int = 2


@dataclass(frozen=True)
class Protocol:
    """All that decides about a verdict beside the item: a judge whose protocol has changed is another examiner.

    `model` is what is asked: {"url", "model"} of an endpoint, {"location", "base", "fingerprint"} of local weights, or
    {"embedding_model", …} of the baseline. `prompts` maps the names of the prompt files to the hashes of their texts.
    """

    judge: str
    purpose: Purpose
    mode: JudgeMode
    rubric_id: str
    model: dict[str, Any]
    prompts: dict[str, str]
    settings: JudgeSettings
    per_criterion: bool = False

    @property
    def protocol_id(self) -> str:
        """Return the id; how many samples there are, and how often a bad reply is asked for again, change nothing."""
        settings = asdict(self.settings)
        del settings["samples"], settings["attempts"]
        parts = [self.judge, self.purpose, self.mode, self.rubric_id, self.model, self.prompts, settings]
        return content_id(*parts, self.per_criterion)


@dataclass(frozen=True)
class Given:
    """What a judge said on one criterion: a value with its rationale, or with `unscored` why there is none.

    `evidence` is quoted from the text that was judged; `found` tells whether it really stands there (None: no quote).
    """

    value: float | None
    unscored: str | None = None
    rationale: str = ""
    evidence: str = ""
    found: bool | None = None


@dataclass(frozen=True)
class JudgeCall:
    """A call to a judge, all attempts together: tokens, cost and seconds are their sums, `reply` and `seed` are those
    of the attempt that counts.

    `key` is equal where the same was asked of the same judge; `marker` fenced the text that was judged. `asked_as` is
    how structure was asked for: `schema`, `tool`, `object` or `text`. `outcome` holds what was read from the reply:
    {"criteria": {name: Given}}, {"draft": text} or {"winners": {criterion or "overall": …}}. `reason` says why a
    state is not `ok`. `draft_call` is the call that brought the judge's own approach. `judged` are the generations
    whose texts it judged, of a pair the one shown first comes first; equal texts share a call.
    """

    call_id: str
    key: str
    protocol_id: str
    judge: str
    purpose: Purpose
    example_id: str
    sample: int
    marker: str
    reply: str
    finish_reason: str
    state: CallState
    reason: str | None
    outcome: dict[str, Any]
    asked_as: str
    seed: int
    prompt_tokens: int
    completion_tokens: int
    estimated: bool
    cost: float | None
    seconds: float
    attempts: int
    retries: int
    draft_call: str | None = None
    judged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgment:
    """A judge's verdict on one criterion of one generation; those of one event were given together."""

    event_id: str
    generation_id: str
    rubric_id: str
    judge: str
    mode: JudgeMode
    criterion: str
    value: float | None
    unscored: str | None
    rationale: str = ""
    evidence: str = ""
    found: bool | None = None
    sample: int = 0
    call_id: str | None = None
    protocol_id: str | None = None


@dataclass(frozen=True)
class PairVerdict:
    """Which of two generations for one example a judge prefers, with `shown_first` (`a` or `b`) on top.

    `winner` is `a`, `b` or `tie`. `criterion` is None for the verdict on the whole. `generation_a` < `generation_b`.
    """

    event_id: str
    example_id: str
    generation_a: str
    generation_b: str
    judge: str
    mode: JudgeMode
    criterion: str | None
    shown_first: str
    winner: str | None
    unscored: str | None
    rationale: str = ""
    sample: int = 0
    call_id: str | None = None
    protocol_id: str | None = None


@dataclass(frozen=True)
class JudgeRequest:
    """What is to be judged: the texts of `systems` (all that wrote, where empty) for a split, by each of `judges`.

    With `pairwise` every two systems' texts for a question are compared, in both orders; with `per_criterion` on each
    criterion as well. `panel` names the judges taken together. At `budget` (in the currency of the prices) asking
    stops. `limit` takes only so many examples, drawn by the settings' seed. With `retry` those are asked again that
    brought no verdict. Of a `trial` the calls are kept, to be read and used again at no cost, but no verdict counts.
    """

    dataset: str
    split: str
    judges: tuple[str, ...]
    mode: JudgeMode = JudgeMode.REFERENCE
    rubric: str = "default"
    systems: tuple[str, ...] = ()
    pairwise: bool = False
    per_criterion: bool = False
    settings: JudgeSettings = field(default_factory=JudgeSettings)
    panel: str | None = None
    budget: float | None = None
    limit: int | None = None
    retry: bool = False
    trial: bool = False


@dataclass(frozen=True)
class PlannedJudge:
    """What one judge is to do: `verdicts` wanted in all, of which `done` are there, `cached` cost nothing.

    `calls` are to be paid; `completion_tokens` is what the judge's earlier replies were like, else the most it can be
    (`at_most`). `cost` and `seconds` are None where prices or pace are not known. `replaces` verdicts that count now
    were given by another protocol, whose place this one takes in results.
    """

    judge: str
    verdicts: int
    done: int
    cached: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    at_most: bool
    cost: float | None
    seconds: float | None
    replaces: int = 0


@dataclass(frozen=True)
class JudgePlan:
    """What a request comes to, judge by judge."""

    request: JudgeRequest
    judges: tuple[PlannedJudge, ...]

    @property
    def calls(self) -> int:
        return sum(judge.calls for judge in self.judges)

    @property
    def cost(self) -> float | None:
        """Return the cost of all judges, None where one's is not known."""
        costs = [judge.cost for judge in self.judges]
        return None if any(cost is None for cost in costs) else sum(cost for cost in costs if cost is not None)


@dataclass(frozen=True)
class CriterionSpread:
    """How a judge's values on one criterion are spread: (value, how often), lowest first; `unscored` without one."""

    criterion: str
    counts: tuple[tuple[float, int], ...]
    unscored: int
    mean: float | None


@dataclass(frozen=True)
class UnscoredVerdict:
    """An item that a judge was asked about in vain."""

    judge: str
    mode: JudgeMode
    generation_id: str
    system: str
    example_id: str
    question: str
    criterion: str
    reason: str
    call_id: str | None
    created_at: datetime


@dataclass(frozen=True)
class ReadCall:
    """A call as it can be read again: what was asked, word for word, what came back, and what was made of it."""

    call: JudgeCall
    messages: tuple[dict[str, str], ...]
    question: str
    reference: str
    texts: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True)
class JudgeSpend:
    """What a judge has cost so far in one mode and purpose: calls, attempts beyond the first, tokens, money."""

    judge: str
    purpose: Purpose
    mode: JudgeMode
    calls: int
    again: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    seconds: float
