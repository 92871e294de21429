"""What the weights of criteria decide: for what share of all weightings a system is first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WeightedSystem:
    """One system: its total, and its mean on each criterion as a share, 0 to 1, of the points that criterion gives.

    `first` is the share of weightings under which it is first, `se` the standard error of that share where it was
    drawn, 0 where it is exact.
    """

    system: str
    total: float
    shares: tuple[float, ...]
    first: float
    se: float


@dataclass(frozen=True)
class WeightedPair:
    """The share of weightings, exact, under which `first` is ahead of `second`; None where they are equal on all."""

    first: str
    second: str
    ahead: float | None


@dataclass(frozen=True)
class WeightedCriterion:
    """One criterion: its weight as a share of all, 0 to 1, and from which to which share the leader stays first.

    The other criteria keep their proportions to one another.
    """

    criterion: str
    weight: float
    low: float
    high: float


@dataclass(frozen=True)
class WeightSource:
    """Points by a rubric: those of a study's people, or of a judge (`scorer`, its mode in brackets)."""

    source: str
    study: str
    scorer: str


@dataclass(frozen=True)
class WeightSensitivity:
    """Systems, the best by the rubric's own weights first, on `n` of `attempted` questions.

    Those are the questions on which each system has points on every criterion; where there is none (`shared` is False)
    each system has its own, and `n` is the fewest of them. `leaders` are the systems that share the highest total.
    `exact` tells that shares were computed, not drawn: of two systems, or where `draws` were not needed. `choices` tell
    whose points there are, `of` among them.
    """

    dataset: str
    version: int
    split: str | None
    of: WeightSource
    rubric: str
    criteria: tuple[WeightedCriterion, ...]
    systems: tuple[WeightedSystem, ...]
    pairs: tuple[WeightedPair, ...]
    leaders: tuple[str, ...]
    n: int
    attempted: int
    shared: bool
    exact: bool
    draws: int
    seed: int
    choices: tuple[WeightSource, ...] = ()
