"""How far a judge and people agree, criterion by criterion, computed from the rows of both."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from viva.records.estimate import Estimate
from viva.records.judge_check import Agreement, AltTest, Consistency, Standing
from viva.records.rubric import Criterion, Rubric
from viva.stats import clusters
from viva.stats.alternative_annotator import alternative_test
from viva.stats.correlation import kendall, pearson, spearman
from viva.stats.judge_habits import repeats
from viva.stats.kappa import level, quadratic_kappa
from viva.stats.krippendorff_alpha import ordinal_alpha
from viva.workbench.judge_standing import ENOUGH, Beside

TOTAL = "total"

Row = dict[str, Any]
"""generation, example, system, model, words, criterion, judge (points or None), people {rater: points}"""


def by_criterion(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each criterion, criteria in the order in which they come."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["criterion"]].append(row)
    return dict(found)


def agreement(
    criterion: str, rows: Sequence[Row], judged: int, rubric: Rubric, kin: Callable[[str], bool | None]
) -> Agreement:
    """Return how a judge and people agree on one criterion, or `total`; its standing is unknown yet.

    `rows` are the texts that people rated, `judged` counts all that the judge gave a value. `kin` tells of a system's
    model whether it is of the judge's family, None where that cannot be told.
    """
    shared = _shared(rows)
    judge, people = [row["judge"] for row in shared], [_mean(row["people"]) for row in shared]
    examples = [row["example"] for row in shared]
    errors = [said - rated for said, rated in zip(judge, people, strict=True)]
    r, bias = pearson(judge, people, examples), clusters.mean(errors, examples)
    length = clusters.slope(errors, [row["words"] / 100 for row in shared], examples)
    own = _preference(shared, errors, kin)
    return Agreement(
        criterion=criterion, n=len(shared), judged=judged,
        rated=sum(bool(row["people"]) for row in rows),
        pearson=r.value, pearson_low=r.low, pearson_high=r.high,
        spearman=spearman(judge, people), kendall=kendall(judge, people),
        kappa=_kappa(_find(rubric, criterion), judge, people), alpha=_alpha(shared),
        bias=bias.value, bias_low=bias.low, bias_high=bias.high,
        error=math.fsum(map(abs, errors)) / len(errors) if errors else None,
        length_slope=length.value, length_low=length.low, length_high=length.high,
        self_preference=own.value, self_low=own.low, self_high=own.high,
        alt_test=_alternative(rows), standing=Standing.UNKNOWN, reason="",
    )  # fmt: skip


def beside_baseline(rows: Sequence[Row], baseline: Sequence[Row]) -> Beside | None:
    """Return how judge and baseline go with people on the texts that all three scored; None for too few of them."""
    values = {row["generation"]: row["judge"] for row in baseline if row["judge"] is not None}
    common = [row for row in _shared(rows) if row["generation"] in values]
    if len(common) < ENOUGH:
        return None
    people = [_mean(row["people"]) for row in common]
    plain = pearson([values[row["generation"]] for row in common], people).value
    return None if plain is None else Beside(pearson([row["judge"] for row in common], people).value, plain)


def weight_of(rubric: Rubric, criterion: str) -> float:
    """Return the most points that a criterion, or `total`, gives."""
    found = _find(rubric, criterion)
    return sum(one.weight for one in rubric.criteria) if found is None else found.weight


def consistency(samples: Sequence[tuple[str, str, list[float], int, int]]) -> tuple[Consistency, ...]:
    """Return how alike repeated verdicts are, of (generation, criterion, values, lowest, highest) per item."""
    groups: dict[str, list[list[float]]] = defaultdict(list)
    for _generation, criterion, values, _lowest, _highest in samples:
        groups[criterion].append(values)
    found = ((criterion, repeats(values)) for criterion, values in groups.items())
    return tuple(Consistency(criterion, *alike) for criterion, alike in found if alike is not None)


def _shared(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["judge"] is not None and row["people"]]


def _mean(points: Mapping[str, float]) -> float:
    return math.fsum(points.values()) / len(points)


def _preference(shared: Sequence[Row], errors: Sequence[float], kin: Callable[[str], bool | None]) -> Estimate:
    """Return by how much the judge's error is larger on systems of its own family."""
    told = [(error, bool(own), row["example"]) for error, row in zip(errors, shared, strict=True)
            if (own := kin(row["model"])) is not None]  # fmt: skip
    if not told:
        return clusters.NONE
    values, chosen, examples = zip(*told, strict=True)
    return clusters.difference(values, chosen, examples)


def _kappa(criterion: Criterion | None, judge: Sequence[float], people: Sequence[float]) -> float | None:
    """Return the quadratic-weighted κ over a criterion's levels; the total has none."""
    if criterion is None:
        return None

    def levels(points: Sequence[float]) -> list[int]:
        reach = criterion.highest - criterion.lowest
        values = (criterion.lowest + value / criterion.weight * reach for value in points)
        return [level(value, criterion.lowest, criterion.highest) for value in values]

    return quadratic_kappa(levels(judge), levels(people))


def _alpha(shared: Sequence[Row]) -> float | None:
    return ordinal_alpha([[row["judge"] for row in shared], *_by_rater(shared)])


def _alternative(rows: Sequence[Row]) -> AltTest | None:
    judge = [math.nan if row["judge"] is None else row["judge"] for row in rows]
    return alternative_test(judge, _by_rater(rows), questions=[row["example"] for row in rows])


def _by_rater(rows: Sequence[Row]) -> list[list[float]]:
    """Return what each person gave each text, NaN for nothing."""
    raters = sorted({rater for row in rows for rater in row["people"]})
    return [[row["people"].get(rater, math.nan) for row in rows] for rater in raters]


def _find(rubric: Rubric, name: str) -> Criterion | None:
    return next((criterion for criterion in rubric.criteria if criterion.name == name), None)
