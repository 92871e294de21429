"""The expected value over a scale's levels, from the probabilities of the tokens that could have stood as the value.

G-Eval (Liu et al. 2023, arXiv 2303.16634, equation 1): the sum over the levels of probability × level.
"""

import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from viva.generate.chat import TokenChoices
from viva.judge.objects import Number, number_spans
from viva.judge.parsing import answer_in, level, value_of
from viva.records.judging import Given
from viva.records.rubric import Criterion, Rubric

LEAST_MASS = 0.9
"""The share of the probability told that must lie on levels of the scale."""
NOT_TOLD = "its probabilities were not told"
"""Why a criterion has no expected value though the judge gave one."""
# How endpoints write a token that is a part of a character: its bytes. Within JSON it would be a false escape.
_BYTES = re.compile(r"(\s*)(?:bytes:)?(?:\\x[0-9a-fA-F]{2})+")


def weighed(given: Mapping[str, Given], tokens: Sequence[TokenChoices], rubric: Rubric) -> dict[str, Given]:
    """Return what a judge said with the expected value in the place of each plain one.

    Where there is none, or the tokens name another level than was read, the criterion is unscored: a whole level among
    means of levels would be a value of another kind.
    """
    told = _told(tokens, rubric)
    found = dict(given)
    for name, said in given.items():
        if said.value is not None:
            number, mean = told.get(name, (None, None))
            same = number == said.value
            found[name] = replace(said, value=mean if same else None, unscored=None if same else NOT_TOLD)
    return found


def expected_values(tokens: Sequence[TokenChoices], rubric: Rubric) -> dict[str, float]:
    """Return the expected value of each criterion whose probabilities allow one.

    That is where the reply holds one verdict with the value as a number of one token, each level among the alternatives
    is one token too, and levels hold at least nine tenths of the alternatives' probability. The result is renormalised
    over the levels among the alternatives.
    """
    return {name: mean for name, (_, mean) in _told(tokens, rubric).items()}


def _told(tokens: Sequence[TokenChoices], rubric: Rubric) -> dict[str, tuple[int, float]]:
    """Return of each criterion that has one the level that the tokens name, and the expected value."""
    pieces = [_BYTES.sub(r"\1?", token.token) for token in tokens]
    text = "".join(pieces)
    answer = answer_in(text, [criterion.name for criterion in rubric.criteria])
    if answer.broken or len(answer.found) != 1:
        return {}
    spans = number_spans(text, answer.found[0].place)
    starts = list(itertools.accumulate((len(piece) for piece in pieces), initial=0))
    told = {}
    for criterion in rubric.criteria:
        value = value_of(answer.found[0].pairs, criterion)
        number = level(value, criterion)
        if not isinstance(value, Number) or isinstance(number, str):
            continue
        position = bisect_right(starts, spans[value.index][0]) - 1
        if pieces[position].strip() == value.literal:
            mean = _mean(tokens[position], criterion)
            if mean is not None:
                told[criterion.name] = number, mean
    return told


def _mean(choices: TokenChoices, criterion: Criterion) -> float | None:
    """Return the mean level over the alternatives, None where they do not tell enough."""
    names = {str(number): number for number in range(criterion.lowest, criterion.highest + 1)}
    masses = dict.fromkeys(names, 0.0)
    total = 0.0
    seen = set()
    for token, logarithm in choices.top:
        mass = math.exp(min(logarithm, 0.0)) if not math.isnan(logarithm) else 0.0
        total += mass
        if token.strip() in names:
            seen.add(token.strip())
            masses[token.strip()] += mass
    # Where `1` may be the beginning of `10`, its probability is that of both, unless `10` is a token of its own.
    longer = {name for name in names for one in seen if name != one and name.startswith(one)}
    inside = sum(masses.values())
    if not longer <= seen or inside <= 0 or inside < LEAST_MASS * total:
        return None
    return sum(names[name] * mass for name, mass in masses.items()) / inside
