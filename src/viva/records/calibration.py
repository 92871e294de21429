"""People's ratings and a judge's verdicts put together into one verdict, beside either alone."""

from dataclasses import dataclass

from viva.records.estimate import Estimate
from viva.records.study import Study


@dataclass(frozen=True)
class CalibratedRow:
    """One system's mean on a measure, or where `second` is given by how much it is above that system's, in points.

    `people` is from the `people_n` questions of the study's random sample that people rated, `judge` from all
    `judge_n` questions that the judge judged, `both` from `n` of the first kind and `judged` others that the judge
    alone has seen, by prediction-powered inference. `tuning` is λ, how far the judge is followed; `effective` is how
    many ratings by people alone would be as good, for the `correlation` of people and judge. Where there is no `both`,
    `reason` says why. `highest` ends the scale of the measure, a criterion or `total`.
    """

    measure: str
    first: str
    second: str | None
    highest: float
    people: Estimate
    people_n: int
    judge: Estimate
    judge_n: int
    both: Estimate
    n: int = 0
    judged: int = 0
    tuning: float | None = None
    effective: float | None = None
    correlation: float | None = None
    se: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class CalibratedVerdict:
    """What people of a study and a judge say together: the total first, then each criterion; means before differences.

    `scorer` is the judge with its mode in brackets, empty where no judge has judged; `scorers` are those there are,
    with how many of the questions each has judged. Of `population` questions `drawn` are the study's random sample, in
    `strata` layers, and `rated` of these have a rating; `useful` ones have ratings too but were not drawn at random,
    and are left out of what people say. Nothing is known yet of `unrated_strata`. `refused` says why nothing can be put
    together, empty where it could be; `gap` which criteria the judge does not give, where it has no total for that.
    Intervals of fewer than 30 questions were drawn with `seed`.
    """

    study: Study
    scorer: str
    scorers: tuple[tuple[str, int], ...]
    rows: tuple[CalibratedRow, ...]
    population: int
    drawn: int
    rated: int
    useful: int
    strata: int
    refused: str = ""
    unrated_strata: int = 0
    gap: str = ""
    seed: int = 0
