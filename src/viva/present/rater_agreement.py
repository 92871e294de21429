"""How far raters agree, in words and tables."""

from typing import Any

from viva.present.tables import Table
from viva.records.rater_agreement import CriterionAgreement, RaterStanding, StudyAgreement
from viva.records.rating import OVERALL
from viva.records.results import place_name
from viva.records.study import StudyMode
from viva.text import display_line, plural

NONE = "–"
WHOLE = "on the whole"
FEWEST = 8
"""Questions with two raters from which on α has an interval."""
SURE = 0.05
"""Guesses that are this improbable by chance, or less, say that raters can tell."""

_CRITERION = (
    "items", "shared", "raters", "values", "alpha", "alpha_low", "alpha_high", "kappa", "kappa_pairs", "same", "spread",
    "ties",
)  # fmt: skip
_TOTAL = ("items", "raters", "values", "item_variance", "rater_variance", "rest_variance", "single", "mean", "k")
_GUESSES = ("n", "unsure", "correct", "expected", "p", "least")


def headline(found: StudyAgreement) -> str:
    """Return one line that says whose agreement it is."""
    study = found.study
    place = place_name(study.dataset, study.split)
    raters = plural(sum(one.rated > 0 for one in found.raters), "rater")
    return f"{study.name}: {display_line(place, 60)}, {plural(study.items, noun(found))}, {raters}, {study.state}"


def for_eyes(found: StudyAgreement) -> Table:
    """Return a line for each criterion, rounded."""
    pairs = found.study.mode is StudyMode.PAIRWISE
    last = "ties" if pairs else "spread"
    rows = [
        (
            one.criterion or WHOLE, f"{one.shared:,} of {one.items:,}", two(one.alpha),
            None if one.alpha_low is None else f"{two(one.alpha_low)} to {two(one.alpha_high)}", two(one.kappa),
            percent(one.same), percent(one.ties) if pairs else two(one.spread),
        )
        for one in found.criteria
    ]  # fmt: skip
    columns = ["criterion", "by several", "α", "95%", "κ", "same", last]
    return Table.of(columns, rows, null=NONE)


def for_programs(found: StudyAgreement) -> Table:
    """Return all numbers of each criterion, unrounded; those of the total and of guesses stand in every row."""
    columns = [
        "study", "mode", "seed", "criterion", *_CRITERION, *(f"total_{name}" for name in _TOTAL),
        *(f"guesses_{name}" for name in _GUESSES),
    ]  # fmt: skip
    total = [None if found.total is None else getattr(found.total, name) for name in _TOTAL]
    guesses = [None if found.guesses is None else getattr(found.guesses, name) for name in _GUESSES]
    rows = [
        (
            found.study.name, str(found.study.mode), found.seed, one.criterion,
            *(getattr(one, name) for name in _CRITERION), *total, *guesses,
        )
        for one in found.criteria
    ]  # fmt: skip
    return Table.of(columns, rows)


def notes(found: StudyAgreement) -> list[str]:
    """Return what is to be said below the table: what the numbers mean, the total, guesses, known answers."""
    return [*of_values(found), *_total(found), guesses(found), *_known(found)]


def guesses(found: StudyAgreement) -> str:
    """Return one line that says whether raters can tell who wrote a text."""
    chance = found.guesses
    unsure = f"; {found.unsure:,} times they said that they cannot tell" if found.unsure else ""
    if found.study.options.guess and not found.study.systems:
        unsure += "; a lead's own count once no study of such texts is open to them"
    if chance is None:
        if found.unsure:
            return f"guesses: none, {found.unsure:,} times raters said that they cannot tell"
        asked = "nobody has guessed yet" if found.study.options.guess else "raters were not asked who wrote a text"
        return f"guesses: {asked}{unsure}"
    numbers = f"{chance.correct:,} of {plural(chance.n, 'guess', 'guesses')} right, {chance.expected:.1f} by chance"
    if chance.least >= SURE:
        return f"guesses: too few to tell whether raters can tell who wrote a text ({numbers}){unsure}"
    if chance.p >= SURE:
        return f"guesses: no sign that raters can tell who wrote a text ({numbers}, p {_p(chance.p)}){unsure}"
    return (
        f"guesses: raters can tell who wrote a text ({numbers}, p {_p(chance.p)}){unsure}: blinding has failed, report "
        "it; values may follow the name instead of the text"
    )


def of_values(found: StudyAgreement) -> list[str]:
    """Return what the numbers of the criteria mean, or why there are none."""
    thing = noun(found)
    if not any(one.items for one in found.criteria):
        return [f"nothing has been {'compared' if thing == 'pair' else 'rated'} yet"]
    if not any(one.shared for one in found.criteria):
        return [f"no {thing} has two raters yet: whether they agree cannot be told"]
    alike = [_name(one) for one in found.criteria if one.shared and one.alpha is None]
    said = [f"{', '.join(alike)}: all values are the same, so that there is no α"] if alike else []
    if any(one.alpha is not None for one in found.criteria):
        scale = "unordered" if thing == "pair" else "ordered"
        said.append(
            f"α is Krippendorff's for {scale} values: 1 where all agree, 0 as by chance; he relies on .80 and more, "
            "with care on .67"
        )
        drawn = any(one.alpha_low is not None for one in found.criteria)
        said.append(
            f"95%: its interval, from drawing questions anew (seed {found.seed})"
            if drawn
            else f"too few questions have two raters for an interval of α: that takes {FEWEST}"
        )
    if any(one.kappa is not None for one in found.criteria):
        weights = "" if thing == "pair" else " with quadratic weights"
        said.append(f"κ is Cohen's{weights}, the mean over pairs of raters")
    spread = "" if thing == "pair" else "; spread is the mean standard deviation in steps of the scale"
    said.append(f"by several: {thing}s with a value from two raters or more, of those with any")
    return [*said, f"same: how often two raters of a {thing} say the same{spread}"]


def _total(found: StudyAgreement) -> list[str]:
    total = found.total
    if found.study.mode is StudyMode.PAIRWISE:
        return []
    if total is None:
        shared = any(one.shared for one in found.criteria)
        return ["total: too little, or nothing that differs, to tell texts from raters"] if shared else []
    whole = total.item_variance + total.rater_variance + total.rest_variance
    shares = [
        f"{100 * part / whole:.0f}% {name}"
        for part, name in (
            (total.item_variance, "texts"), (total.rater_variance, "raters"), (total.rest_variance, "the rest")
        )
    ]  # fmt: skip
    return [
        f"total: ICC (absolute agreement) {two(total.single)} for one rater, {two(total.mean)} for the mean of "
        f"{total.k}; what varies: {', '.join(shares)}"
    ]


def _known(found: StudyAgreement) -> list[str]:
    told = [one for one in found.raters if one.known and one.off is not None]
    if not told:
        return []
    return ["known answers: " + "; ".join(_off(found, one) for one in told[:10]) + (" …" if len(told) > 10 else "")]


def _off(found: StudyAgreement, one: RaterStanding) -> str:
    assert one.off is not None
    missed = f"{100 * one.off:.0f}% missed" if found.study.mode is StudyMode.PAIRWISE else f"off by {one.off:.2f} steps"
    return f"{display_line(one.rater, 30)} {missed} ({plural(one.known, 'item')})"


def _name(one: CriterionAgreement) -> str:
    return WHOLE if one.criterion == OVERALL else display_line(one.criterion, 40)


def noun(found: StudyAgreement) -> str:
    """Return what the study's raters rate."""
    return "pair" if found.study.mode is StudyMode.PAIRWISE else "text"


def two(value: float | None) -> Any:
    """Return a number with two digits behind the point."""
    # Adding 0.0 makes a rounded minus zero a zero.
    return None if value is None else f"{round(value, 2) + 0.0:.2f}"


def percent(value: float | None) -> Any:
    """Return a share in percent."""
    return None if value is None else f"{100 * value:.0f}%"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}" if value < 0.1 else f"= {value:.2f}"
