"""What the screens of rankings and weights read from the workspace in one go."""

from dataclasses import dataclass

from viva.records.ranking import PairSource, Ranking
from viva.records.weights import WeightSensitivity, WeightSource
from viva.workbench import Workbench


@dataclass(frozen=True)
class Ranked:
    """Whose comparisons there are, and the ranking by one of them; None where there are none."""

    choices: list[PairSource]
    ranking: Ranking | None


@dataclass(frozen=True)
class Weighed:
    """Whose points there are, and what their weights decide; None where there are none."""

    choices: list[WeightSource]
    found: WeightSensitivity | None


def read_ranking(
    workbench: Workbench, dataset: str, split: str | None, wanted: PairSource | None, baseline: str | None
) -> Ranked:
    """Return the ranking by `wanted`, where that is still there, else by the first there is."""
    found = workbench.ranking.nearest(dataset, split, wanted, baseline)
    return Ranked(list(found.choices) if found else [], found)


def read_weights(workbench: Workbench, dataset: str, split: str | None, wanted: WeightSource | None) -> Weighed:
    """Return what the weights of `wanted` decide, where that is still there, else of the first there is."""
    found = workbench.weights.nearest(dataset, split, wanted)
    return Weighed(list(found.choices) if found else [], found)
