"""How far raters agree, in words and tables."""

from typing import Any

from viva.present.tables import Table
from viva.records.rater_agreement import CriterionAgreement, RaterStanding, StudyAgreement
from viva.records.rating import OVERALL
from viva.records.study import StudyMode
from viva.text import display_line, plural

NONE = "–"
WHOLE = "on the whole"
SURE = 0.05
"""Guesses that are this improbable by chance, or less, say that raters can tell."""

_CRITERION = ("items", "shared", "raters", "values", "alpha", "same", "spread", "ties")
_GUESSES = ("n", "unsure", "correct", "expected", "p", "least")
_RATER = ("rater", "rated", "skipped", "known", "off", "guesses", "unsure", "correct", "expected")


def headline(found: StudyAgreement) -> str:
    """Return one line that says whose agreement it is."""
    study = found.study
    place = f"{study.dataset}/{study.split}" if study.split else study.dataset
    return f"{study.name}: {display_line(place, 60)}, {plural(study.items, _noun(found))}, {study.state}"


def for_eyes(found: StudyAgreement) -> Table:
    """Return a line for each criterion, rounded."""
    pairs = found.study.mode is StudyMode.PAIRWISE
    last = "ties" if pairs else "spread"
    rows = [
        (
            one.criterion or WHOLE, one.items, one.shared, one.raters, _two(one.alpha), _percent(one.same),
            _percent(one.ties) if pairs else _two(one.spread),
        )
        for one in found.criteria
    ]  # fmt: skip
    columns = ["criterion", _noun(found) + "s", "by two or more", "raters", "α", "same", last]
    return Table.of(columns, rows, null=NONE)


def for_programs(found: StudyAgreement) -> Table:
    """Return all numbers of each criterion, unrounded; those of the guesses stand in every row."""
    columns = ["study", "mode", "criterion", *_CRITERION, *(f"guesses_{name}" for name in _GUESSES)]
    guesses = [None if found.guesses is None else getattr(found.guesses, name) for name in _GUESSES]
    rows = [
        (
            found.study.name, str(found.study.mode), one.criterion, *(getattr(one, name) for name in _CRITERION),
            *guesses,
        )
        for one in found.criteria
    ]  # fmt: skip
    return Table.of(columns, rows)


def raters_for_eyes(found: StudyAgreement) -> Table:
    """Return a line for each rater, rounded."""
    off = _percent if found.study.mode is StudyMode.PAIRWISE else _two
    rows = [
        (
            one.rater, one.rated, one.skipped, one.known or None, off(one.off), one.guesses or None,
            one.correct if one.guesses else None, _one(one.expected),
        )
        for one in found.raters
    ]  # fmt: skip
    missed = "missed" if found.study.mode is StudyMode.PAIRWISE else "off by"
    return Table.of(["rater", "rated", "skipped", "known", missed, "guesses", "right", "by chance"], rows, null=NONE)


def raters_for_programs(found: StudyAgreement) -> Table:
    """Return all numbers of each rater, unrounded."""
    return Table.of(
        ["study", *_RATER], [(found.study.name, *(getattr(one, name) for name in _RATER)) for one in found.raters]
    )


def notes(found: StudyAgreement) -> list[str]:
    """Return what is to be said below the table: what the numbers mean, guesses, known answers."""
    return [*_of_values(found), guesses(found), *_known(found)]


def guesses(found: StudyAgreement) -> str:
    """Return one line that says whether raters can tell who wrote a text."""
    chance = found.guesses
    unsure = f"; {found.unsure:,} times they said that they cannot tell" if found.unsure else ""
    if chance is None:
        if found.unsure:
            return f"guesses: none, {found.unsure:,} times raters said that they cannot tell"
        asked = "nobody has guessed yet" if found.study.options.guess else "raters were not asked who wrote a text"
        return f"guesses: {asked}"
    numbers = f"{chance.correct:,} of {plural(chance.n, 'guess', 'guesses')} right, {chance.expected:.1f} by chance"
    if chance.least >= SURE:
        return f"guesses: too few to tell whether raters can tell who wrote a text ({numbers}){unsure}"
    if chance.p >= SURE:
        return f"guesses: no sign that raters can tell who wrote a text ({numbers}, p {_p(chance.p)}){unsure}"
    return (
        f"guesses: raters can tell who wrote a text ({numbers}, p {_p(chance.p)}){unsure}: blinding has failed, report "
        "it; values may follow the name instead of the text"
    )


def _of_values(found: StudyAgreement) -> list[str]:
    noun = _noun(found)
    if not any(one.items for one in found.criteria):
        return [f"nothing has been {'compared' if noun == 'pair' else 'rated'} yet"]
    if not any(one.shared for one in found.criteria):
        return [f"no {noun} has two raters yet: whether they agree cannot be told"]
    alike = [_name(one) for one in found.criteria if one.shared and one.alpha is None]
    said = [f"{', '.join(alike)}: all values are the same, so that there is no α"] if alike else []
    if any(one.alpha is not None for one in found.criteria):
        scale = "unordered" if noun == "pair" else "ordered"
        said.append(
            f"α is Krippendorff's for {scale} values: 1 where all agree, 0 as by chance; he relies on .80 and more, "
            "with care on .67"
        )
    spread = "" if noun == "pair" else "; spread is the mean standard deviation in steps of the scale"
    return [*said, f"same: how often two raters of a {noun} say the same{spread}"]


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


def _noun(found: StudyAgreement) -> str:
    return "pair" if found.study.mode is StudyMode.PAIRWISE else "text"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}" if value < 0.1 else f"= {value:.2f}"


def _two(value: float | None) -> Any:
    # Adding 0.0 makes a rounded minus zero a zero.
    return None if value is None else f"{round(value, 2) + 0.0:.2f}"


def _one(value: float | None) -> Any:
    return None if value is None else f"{value:.1f}"


def _percent(value: float | None) -> Any:
    return None if value is None else f"{100 * value:.0f}%"
