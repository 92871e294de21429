"""What a judge's word on a criterion may be used for, and why."""

from dataclasses import dataclass, replace

from viva.records.judge_check import Agreement, AltTest, PairHabits, Standing
from viva.stats.alternative_annotator import ITEMS, RATERS
from viva.stats.intervals import wilson
from viva.text import display_line

ENOUGH = 20
"""Texts that people and the judge must both have scored before anything can be told."""

FLIPS = 0.1
SLOPE = 0.05
PREFERENCE = 0.05


@dataclass(frozen=True)
class Beside:
    """Pearson's r with people of the judge and of the embedding baseline, on the same texts."""

    judge: float | None
    baseline: float


def judged(agreement: Agreement, weight: float, pairs: PairHabits | None, beside: Beside | None) -> Agreement:
    """Return the agreement on one criterion with its standing and the reason; `weight` is its most points.

    - unknown: people and the judge have both scored fewer than `ENOUGH` (20) texts, or all that differs among these is
      the texts for one question, so that r has no interval.
    - not at all: the 95% interval of Pearson's r with people does not lie above 0.
    - with people: it lies above 0. Then prediction-powered inference (Angelopoulos, Duchi & Zrnic 2023, arXiv
      2311.01453) makes people's ratings count for more, whatever the judge's bias.
    - alone: beyond that the judge passes the alternative annotator test, which takes three people with texts for 30
      questions in common; its r is above that of the embedding baseline on the same texts, where that has judged them;
      and it has none of these habits: it prefers another text when two are swapped in more than a tenth of the pairs
      (`FLIPS`, by the lower end of Wilson's 95% interval); its error changes by more than a twentieth of the
      criterion's points per 100 words (`SLOPE`, the interval not holding 0); it gives systems of its own family more
      than a twentieth of the points beyond people (`PREFERENCE`, the interval above 0).

    `beside` is None where the baseline has not judged at least as many texts that people rated.
    """
    standing, reason = _standing(agreement, weight, pairs, beside)
    return replace(agreement, standing=standing, reason=reason)


def _standing(found: Agreement, weight: float, pairs: PairHabits | None, beside: Beside | None) -> tuple[Standing, str]:
    if found.n < ENOUGH:
        return Standing.UNKNOWN, _too_few(found)
    if found.pearson is None:
        return Standing.NOT_AT_ALL, "the judge or the people gave every text the same, so that nothing is told apart"
    if found.pearson_low is None or found.pearson_high is None:
        return Standing.UNKNOWN, f"{_r(found)}, but it rests on one question: without that nothing is told apart"
    if found.pearson_high < 0:
        return Standing.NOT_AT_ALL, f"where people give more, the judge gives less ({_r(found)})"
    if found.pearson_low <= 0:
        return Standing.NOT_AT_ALL, f"chance alone would explain how it goes with people ({_r(found)})"
    if against := _against(found, weight, pairs, beside):
        return Standing.WITH_PEOPLE, f"it goes with people ({_r(found)}), but {against}"
    return Standing.ALONE, f"it goes with people ({_r(found)}) and {_wins(found.alt_test)}"


def _against(found: Agreement, weight: float, pairs: PairHabits | None, beside: Beside | None) -> str:
    """Return the first reason why a judge that goes with people may not stand alone, nothing where there is none."""
    if found.alt_test is None:
        few = f"fewer than {RATERS} people rated texts for {ITEMS} questions in common"
        return f"{few}, so that none can be compared to it"
    if not found.alt_test.passed:
        return f"{_wins(found.alt_test)}, fewer than half"
    if beside is not None and (beside.judge is None or beside.judge <= beside.baseline):
        return f"plain sentence embeddings do so no less (r = {beside.baseline:.2f} on the same texts)"
    bounds = None if pairs is None else wilson(pairs.flips, pairs.pairs)
    if pairs is not None and bounds is not None and bounds[0] > FLIPS:
        who = "it" if pairs.judge is None else display_line(pairs.judge, 60)
        return f"in {pairs.flips} of {pairs.pairs} pairs {who} prefers another text when the two are swapped"
    slope = found.length_slope
    if slope is not None and abs(slope) > SLOPE * weight and _apart(found.length_low, found.length_high):
        longer = "more" if slope > 0 else "less"
        return f"it gives longer texts {abs(slope):.1f} points {longer} per 100 words than people do"
    kin = found.self_preference
    if kin is not None and kin > PREFERENCE * weight and (found.self_low or 0.0) > 0:
        return f"it gives systems of its own family {kin:.1f} points more than people do, next to the others"
    return ""


def _too_few(found: Agreement) -> str:
    if not found.rated:
        return "people have not rated these texts with this rubric yet"
    return f"people and the judge have both scored {found.n} texts, and it takes {ENOUGH} to tell"


def _wins(test: AltTest | None) -> str:
    assert test is not None
    replaced = round(test.winning_rate * test.raters)
    return f"it may stand in for {replaced} of {test.raters} people (alternative annotator test)"


def _r(found: Agreement) -> str:
    if found.pearson_low is None or found.pearson_high is None:
        return f"r = {found.pearson:.2f}"
    return f"r = {found.pearson:.2f}, 95% interval {found.pearson_low:.2f} to {found.pearson_high:.2f}"


def _apart(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and not low <= 0 <= high
