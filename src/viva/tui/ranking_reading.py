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
    choices = workbench.ranking.choices(dataset, split)
    if not choices:
        return Ranked([], None)
    keys = [_key(one) for one in choices]
    of = choices[keys.index(_key(wanted)) if wanted is not None and _key(wanted) in keys else 0]
    found = workbench.ranking.of(
        dataset, split, of.source, of.study or None, of.scorer or None, of.mode or None, of.criterion, baseline
    )
    return Ranked(choices, found)


def read_weights(workbench: Workbench, dataset: str, split: str | None, wanted: WeightSource | None) -> Weighed:
    """Return what the weights of `wanted` decide, where that is still there, else of the first there is."""
    choices = workbench.weights.choices(dataset, split)
    if not choices:
        return Weighed([], None)
    of = wanted if wanted in choices else choices[0]
    assert of is not None
    return Weighed(choices, workbench.weights.of(dataset, split, of.study or None, of.scorer or None))


def _key(of: PairSource) -> tuple[str, str, str, str, str | None]:
    return of.source, of.study, of.scorer, of.mode, of.criterion
