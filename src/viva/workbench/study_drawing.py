"""Drawing a study: which questions come in and why, and in which order their texts, or pairs of texts, are served.

The unit that is drawn is the question: all texts of the systems for a question come in together. Of the questions the
`calibration` share is a stratified random sample; the inclusion probability of a question is the share of its stratum
that was drawn. The rest are those not drawn on which the systems differ most; they have no probability.
The order in which a stratum is drawn is kept, so that a study that is extended stays a random sample.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from viva.records.ids import new_id
from viva.records.study import Stream, StudyItem, StudyMode
from viva.stats.precision import neyman
from viva.stats.sampling import allocation, drawing_order, interleaved
from viva.store.study_frame import StudyText

Frame = dict[str, list[str]]
"""The questions of each stratum, by example id, in the order in which they are drawn."""


@dataclass(frozen=True)
class Sample:
    """Which questions a study has: the random ones by stratum, and the useful ones with how useful they are.

    `promoted` are questions that were in the study as useful ones and that the random sample has come upon since.
    """

    calibration: dict[str, tuple[str, ...]]
    useful: dict[str, float | None] = field(default_factory=dict)
    promoted: dict[str, str] = field(default_factory=dict)

    def questions(self) -> int:
        """How many questions are in the sample."""
        return sum(map(len, self.calibration.values())) + len(self.useful)


@dataclass(frozen=True)
class Items:
    """Items in the order they are served, and the pairs left out because both texts are the same."""

    items: list[StudyItem]
    identical: int


def frame(strata: Mapping[str, str], seed: int) -> Frame:
    """Return the frame of questions whose stratum is given by example id."""
    members: dict[str, list[str]] = {}
    for example, stratum in strata.items():
        members.setdefault(stratum, []).append(example)
    return {stratum: drawing_order(members[stratum], seed, stratum) for stratum in sorted(members)}


def draw(
    found: Frame,
    questions: int,
    calibration: float,
    usefulness: Mapping[str, float],
    seed: int,
    taken: Sample | None = None,
    spread: Mapping[str, float] | None = None,
) -> Sample:
    """Draw so many questions, the `calibration` share of them at random; with `taken`, so many further ones.

    Each stratum gets random ones in proportion to its size; with `spread`, the standard deviation of a value by
    stratum, further ones go where they make the variance of a mean least (Neyman).

    The share is that of the whole sample, so that it holds however often a study is extended by a few questions.
    `usefulness` is by example id; questions without any come last, ties are settled by the seed. What is returned is
    the whole sample, `taken` included.
    """
    before = {stratum: len((taken.calibration if taken else {}).get(stratum, ())) for stratum in found}
    chosen = dict(taken.useful) if taken else {}
    there_already = sum(before.values()) + len(chosen)
    questions = min(questions, sum(map(len, found.values())) - there_already)
    at_random = min(round((there_already + questions) * calibration), sum(before.values()) + questions)
    sizes = {stratum: len(order) for stratum, order in found.items()}
    if spread is None:
        counts = allocation(sizes, at_random, before)
    else:
        added = neyman(sizes, spread, before, at_random - sum(before.values()))
        counts = {stratum: before[stratum] + added[stratum] for stratum in found}
    sample = {stratum: tuple(found[stratum][: counts[stratum]]) for stratum in found}
    promoted = {example: stratum for stratum, order in sample.items() for example in order if example in chosen}
    for example in promoted:
        del chosen[example]
    new = sum(counts.values()) - sum(before.values()) - len(promoted)
    there = {example for order in sample.values() for example in order} | chosen.keys()
    left = [example for order in found.values() for example in order if example not in there]
    left = drawing_order(left, seed, "useful")
    left.sort(key=lambda example: -usefulness.get(example, float("-inf")))
    chosen.update({example: usefulness.get(example) for example in left[: questions - new]})
    return Sample(sample, chosen, promoted)


def strata(sample: Sample, found: Frame) -> dict[str, tuple[int, int]]:
    """Return by stratum how many questions were drawn at random, and of how many."""
    return {stratum: (len(sample.calibration.get(stratum, ())), len(order)) for stratum, order in found.items()}


def probabilities(sample: Sample, found: Frame) -> dict[str, float]:
    """Return the inclusion probability of a question by stratum."""
    return {stratum: drawn / many for stratum, (drawn, many) in strata(sample, found).items() if drawn}


def items(
    sample: Sample,
    found: Frame,
    texts: Sequence[StudyText],
    mode: StudyMode,
    seed: int,
    first: int,
    there: frozenset[str],
) -> Items:
    """Return the items of the questions that are not `there` yet, in the order they are served, from position `first`.

    In pairwise mode an item is a pair of systems' texts for a question; pairs of the same text are left out.
    """
    chance = probabilities(sample, found)
    by_question: dict[str, list[StudyText]] = {}
    for text in texts:
        by_question.setdefault(text.example_id, []).append(text)
    units: dict[str, list[tuple[str, str | None]]] = {}
    identical = 0
    stratum_of = {example: stratum for stratum, order in sample.calibration.items() for example in order}
    calibration = [example for example in stratum_of if example not in there]
    useful = [example for example in sample.useful if example not in there]
    for example in calibration + useful:
        units[example], same = _units(by_question.get(example, []), mode)
        identical += same
    order = _serving_order(units, (calibration, useful), seed)
    made = []
    for position, (example, (one, other)) in enumerate(order, first):
        stratum = stratum_of.get(example)
        made.append(
            StudyItem(
                new_id(), position, Stream.USEFUL if stratum is None else Stream.CALIBRATION, one, other, None,
                stratum or "", None if stratum is None else chance[stratum], sample.useful.get(example),
            )
        )  # fmt: skip
    return Items(made, identical)


def differences(texts: Sequence[StudyText], values: Mapping[str, float]) -> dict[str, float]:
    """Return by example id how far apart the systems' values are at most; `values` are by generation id.

    Questions for which fewer than two texts have a value are not there.
    """
    by_question: dict[str, list[float]] = {}
    for text in texts:
        if text.generation_id in values:
            by_question.setdefault(text.example_id, []).append(values[text.generation_id])
    return {example: max(found) - min(found) for example, found in by_question.items() if len(found) > 1}


def eligible(texts: Sequence[StudyText], mode: StudyMode) -> list[StudyText]:
    """Return the texts for questions that can be in a study: in pairwise mode those of at least two systems."""
    if mode is StudyMode.RUBRIC:
        return list(texts)
    counts = Counter(text.example_id for text in texts)
    return [text for text in texts if counts[text.example_id] > 1]


def _units(texts: Sequence[StudyText], mode: StudyMode) -> tuple[list[tuple[str, str | None]], int]:
    """Return what is rated of a question, and how many pairs of the same text were left out."""
    if mode is StudyMode.RUBRIC:
        return [(text.generation_id, None) for text in texts], 0
    found: list[tuple[str, str | None]] = []
    same = 0
    for one, other in combinations(texts, 2):
        if one.fingerprint == other.fingerprint:
            same += 1
        else:
            found.append((min(one.generation_id, other.generation_id), max(one.generation_id, other.generation_id)))
    return found, same


def _serving_order(
    units: Mapping[str, Sequence[tuple[str, str | None]]], streams: Sequence[Sequence[str]], seed: int
) -> list[tuple[str, tuple[str, str | None]]]:
    """Return what is rated, with its question, in the order of serving.

    Every question comes once before any comes again, so that texts for one question lie far apart; which of its texts
    comes in which turn is drawn, so that no system keeps a fixed place. The streams are mixed evenly.
    """
    draw_ = random.Random(f"{seed} order")
    shuffled = []
    for stream in streams:
        questions = sorted(stream)
        draw_.shuffle(questions)
        shuffled.append(questions)
    turns: dict[str, list[tuple[str, str | None]]] = {}
    for example in (example for questions in shuffled for example in questions):
        turns[example] = list(units[example])
        draw_.shuffle(turns[example])
    row = interleaved(*shuffled)
    return [
        (example, turns[example][turn])
        for turn in range(max((len(own) for own in turns.values()), default=0))
        for example in row
        if turn < len(turns[example])
    ]
