"""What each rater of a study is like beside the others, and how far they agree on the total."""

import math
from collections.abc import Mapping, Sequence
from statistics import median

from viva.records.rater_agreement import RaterPair, RaterStanding, TotalAgreement, mean_kappa
from viva.records.study import RaterProgress, Study, StudyMode
from viva.stats import guessing, outliers
from viva.stats.guessing import Guess, Writers
from viva.stats.mixed_model import CrossedFit, crossed
from viva.stats.outliers import Likeness
from viva.workbench.disagreement import Said

Totals = dict[str, dict[str, float]]
"""The points of an item's verdicts by rater, of 100 where weights add up to that; only whole verdicts have some."""


def totals(study: Study, said: Mapping[str, Said]) -> Totals:
    """Return the totals by item, none for pairs."""
    if study.mode is StudyMode.PAIRWISE:
        return {}
    criteria = study.rubric.criteria
    found = {}
    for item, of_item in said.items():
        whole = {
            rater: math.fsum(criterion.points(float(values[criterion.name])) for criterion in criteria)
            for rater, values in of_item.items()
            if all(criterion.name in values for criterion in criteria)
        }
        if whole:
            found[item] = whole
    return found


def agreement(found: Totals) -> TotalAgreement | None:
    """Return how far raters agree on the total, None where the model has nothing to go by."""
    fit, shared = _fit(found), [len(of_item) for of_item in found.values() if len(of_item) > 1]
    if fit is None:
        return None
    k = max(round(median(shared)), 2)
    single, mean = fit.agreement(), fit.agreement(k)
    if single is None or mean is None:
        return None
    return TotalAgreement(
        len(found), len(fit.raters), sum(map(len, found.values())),
        fit.item_variance, fit.rater_variance, fit.rest_variance, single, mean, k,
    )  # fmt: skip


def standings(
    study: Study,
    raters: Sequence[RaterProgress],
    said: Mapping[str, Said],
    found: Totals,
    pairs: Sequence[RaterPair],
    told: Sequence[Guess],
    writers: Writers,
    unsure: Mapping[str, int],
) -> tuple[RaterStanding, ...]:
    """Return what each of the raters is like, in their order."""
    fit = _fit(found)
    effects = {} if fit is None else {one.rater: one for one in fit.raters}
    whole = math.fsum(criterion.weight for criterion in study.rubric.criteria)
    rated = list(found.values())
    standing = []
    for rater in raters:
        name = rater.rater
        own = [guess for guess in told if guess.rater == name]
        right, expected = guessing.right(own, writers)
        effect = effects.get(name)
        severity = None if effect is None else 0.0 - effect.effect
        error = None if effect is None else effect.error
        like = outliers.likeness(rated, name)
        shared = sum(name in of_item and len(of_item) > 1 for of_item in said.values())
        kappa = mean_kappa([pair for pair in pairs if name in (pair.first, pair.second)])
        percent = 100 / whole if whole else 1.0
        ways = outliers.outlying(
            # Of pairs there are no totals that could be alike.
            like if found else Likeness(shared, None, None),
            None if severity is None else severity * percent, None if error is None else error * percent, kappa,
        )  # fmt: skip
        standing.append(
            RaterStanding(
                name, rater.rated, rater.skipped, rater.known, rater.off, len(own), unsure.get(name, 0), right,
                expected if own else None, shared, severity, error, like.correlation, like.spread, kappa, ways,
            )
        )  # fmt: skip
    return tuple(standing)


def _fit(found: Totals) -> CrossedFit | None:
    values = [(value, item, rater) for item, of_item in found.items() for rater, value in of_item.items()]
    if not values:
        return None
    points, items, raters = zip(*values, strict=True)
    return crossed(points, items, raters)
