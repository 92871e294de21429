"""Training runs: whether one fits, what was measured, and how it went."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from viva.records.job import JobStatus
from viva.records.recipe import Recipe


class Fit(StrEnum):
    """Whether a training fits into a device's memory; `tight` leaves less than a tenth."""

    FITS = "fits"
    TIGHT = "tight"
    DOES_NOT_FIT = "does not fit"


@dataclass(frozen=True)
class Lengths:
    """The examples of a dataset as a recipe's model reads them, in tokens.

    `truncated` are cut at the end, `dropped` left out because nothing that counts in the loss would be left.
    """

    examples: int
    tokens: int
    median: int
    p95: int
    longest: int
    truncated: int
    dropped: int


@dataclass(frozen=True)
class Estimate:
    """What a training is predicted to need.

    `parts` are bytes by what needs them; `predicted` is their sum times `correction`, the measured over the
    predicted of the dry runs made on this kind of device before (1 where there were none). `available` is the
    device's memory in bytes. `nearest` are the overrides, as `--set` takes them, of the nearest setting that fits,
    empty where it fits already or nothing would. `seconds` is None where nothing like it has been timed.
    """

    device: str
    parts: dict[str, int]
    correction: float
    predicted: int
    available: int
    fit: Fit
    nearest: dict[str, str]
    steps: int
    lengths: Lengths
    seconds: float | None = None

    @property
    def spare(self) -> int:
        """Bytes that are left over, negative where they are missing."""
        return self.available - self.predicted


@dataclass(frozen=True)
class DryRun:
    """Two steps on the longest batch: bytes predicted and measured at the peak, and how fast it went.

    `seconds` is how long the whole training would take at this pace.
    """

    device: str
    predicted: int
    measured: int
    tokens_per_second: float
    seconds_per_step: float
    seconds: float


@dataclass(frozen=True)
class Probe:
    """A text that the model wrote for a fixed question at one evaluation.

    `source` is where the question is from: `train`, `test`, `unseen` or `own`. `repetition` is the share of the
    text's 4-word sequences that had occurred in it before, None for texts shorter than that.
    """

    step: int
    source: str
    question: str
    text: str
    repetition: float | None


@dataclass(frozen=True)
class Run:
    """One training as a row to sort and compare; what nobody has measured is None."""

    job_id: str
    status: JobStatus
    created_at: datetime
    dataset: str
    base: str
    model: str
    recipe: Recipe
    steps: int = 0
    total: int = 0
    seconds: float | None = None
    loss: float | None = None
    best_loss: float | None = None
    best_step: int | None = None
    tokens_per_second: float | None = None
    peak_memory: int | None = None
    device: str = ""
    sweep: str | None = None


@dataclass(frozen=True)
class Trial:
    """One training of a sweep. `state` is `running`, `complete`, `pruned`, `failed` or `waiting`."""

    number: int
    state: str
    values: dict[str, Any]
    loss: float | None = None
    step: int | None = None
    seconds: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Equivalence:
    """How far an artefact (merged weights, GGUF) is from the model it was made of, on the same prompts.

    `largest` is the largest absolute difference of two logits, `divergence` the mean Kullback–Leibler divergence
    of the next-token distributions in nats, `agreement` the share of positions with the same most likely token,
    `same_texts` of `prompts` greedy texts are equal, and `score` is the mean difference in the log-likelihood per
    token of the references. `passed` tells whether it is the same model for all that ratings can see.
    """

    original: str
    artefact: str
    form: str
    prompts: int
    largest: float
    divergence: float
    agreement: float
    same_texts: int
    score: float
    passed: bool
    settings: dict[str, Any] = field(default_factory=dict)
