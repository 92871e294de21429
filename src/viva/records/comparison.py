"""Two systems held against each other on the same questions."""

from dataclasses import dataclass

from viva.records.estimate import Estimate
from viva.records.results import MeasureKey


@dataclass(frozen=True)
class MeasureDifference:
    """How two systems differ on one measure; `difference` is the first one's mean less the second one's.

    Both means are over the `n` questions on which both have a value, of `attempted` that both were tried on. `p` is of
    the sign-flip test, made as `test` says (`exact`, `drawn`, `normal`, `none`), `corrected` is p after Holm's
    correction over the comparison's family of measures. `effect` is Cohen's d_z. `higher`, `equal` and `lower` count
    the questions on which the first one's value is. `highest` ends the scale, None where that is not known. What does
    not exist is None.
    """

    key: MeasureKey
    n: int
    attempted: int
    first: float | None
    second: float | None
    difference: Estimate
    sd: float | None
    se: float | None
    interval: str
    p: float | None
    corrected: float | None
    test: str
    effect: float | None
    higher: int
    equal: int
    lower: int
    highest: float | None = None

    @property
    def better(self) -> int:
        """1 where more is better, -1 where less is, 0 where neither is."""
        return self.key.better

    @property
    def wins(self) -> int:
        """On how many questions the first one is better; where neither direction is, where its value is higher."""
        return self.lower if self.better < 0 else self.higher

    @property
    def losses(self) -> int:
        """On how many questions the second one is better; where neither direction is, where its value is higher."""
        return self.higher if self.better < 0 else self.lower


@dataclass(frozen=True)
class Comparison:
    """Two systems on every measure that was asked for, in the order in which they are shown.

    Holm's correction was made for the `tests` of a family that does not hang on what is shown: the main measures, with
    `every` all of them, and those of the names `joined` that were asked for besides. `hidden` counts measures that were
    left out because they are much like others; `chosen` says by study how many of the questions that count were picked
    as useful and are no random sample. A split, field or subfield of None is all of them.
    """

    dataset: str
    version: int
    split: str | None
    first: str
    second: str
    measures: tuple[MeasureDifference, ...]
    seed: int
    hidden: int = 0
    chosen: tuple[tuple[str, int], ...] = ()
    field: str | None = None
    subfield: str | None = None
    tests: int = 0
    every: bool = False
    joined: tuple[str, ...] = ()


@dataclass(frozen=True)
class Apart:
    """A question on which two systems differ: the values of both, and what both wrote (None where there is no text)."""

    example_id: str
    position: int
    question: str
    reference: str
    field: str | None
    first: float
    second: float
    first_text: str | None
    second_text: str | None

    @property
    def difference(self) -> float:
        return self.first - self.second
