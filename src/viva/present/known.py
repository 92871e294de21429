"""Answers that are known, beside those that a rater gave: one text at a time, and all of a training round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from viva.present.rubric import criterion_name
from viva.records.rating import OVERALL, KnownAnswer, RatingTask, Side
from viva.records.study import StudyMode
from viva.text import display_line, plural

ALIKE = 0.25
"""Steps of the scale: whoever lies closer to the known values on average is neither strict nor generous."""
NOTHING = "–"
AFTER_PRACTICE = "What you rate from now on is asked in the same way, without the answers."
NO_PRACTICE = "You have not done a training text of this study yet."


@dataclass(frozen=True)
class KnownRow:
    """What a rater gave and what is known, of a criterion or of the choice as a whole; `remark` compares them."""

    name: str
    given: str
    known: str
    remark: str
    same: bool


@dataclass(frozen=True)
class SpreadRow:
    """How far a rater lies from the known values of a criterion over `count` texts.

    `difference` is the mean of given − known and `distance` that of its size, in steps of the scale; in pairs
    `difference` is None and `distance` the share of pairs answered otherwise. `same` counts equal answers.
    """

    name: str
    count: int
    same: int
    difference: float | None
    distance: float


def known_rows(answer: KnownAnswer, task: RatingTask, shown_first: Side = "a") -> list[KnownRow]:
    """Return the known answers to one item, in the order of the rubric; `shown_first` is the side that stood first."""
    rows = []
    for key, name in _keys(task):
        if key not in answer.answers:
            continue
        known, given = answer.answers[key], answer.given.get(key)
        if given is None:
            rows.append(KnownRow(name, NOTHING, _said(known, shown_first), "no answer", False))
        else:
            remark = _remark(given, known)
            same = given == known
            rows.append(KnownRow(name, _said(given, shown_first), _said(known, shown_first), remark, same))
    return rows


def known_headline(rows: Sequence[KnownRow]) -> str:
    """Return how many answers are the known ones."""
    same = sum(row.same for row in rows)
    if not rows:
        return "Nothing is known of this text"
    if same == len(rows):
        return "The same as known" if len(rows) == 1 else "All the same as known"
    return f"{same} of {len(rows)} the same as known"


def why_text(answer: KnownAnswer) -> str:
    """Return the reason that was given for the known answers."""
    return answer.why.strip()


def spreads(answers: Sequence[KnownAnswer], task: RatingTask) -> list[SpreadRow]:
    """Return how far the given answers lie from the known ones, in the rubric's order; skipped texts are left out."""
    rows = []
    for key, name in _keys(task):
        both = [(one.given[key], one.answers[key]) for one in answers if key in one.given and key in one.answers]
        if not both:
            continue
        same = sum(given == known for given, known in both)
        steps = [given - known for given, known in both if isinstance(given, int) and isinstance(known, int)]
        if steps:
            rows.append(SpreadRow(name, len(both), same, fmean(steps), fmean(map(abs, steps))))
        else:
            rows.append(SpreadRow(name, len(both), same, None, 1 - same / len(both)))
    return rows


def spread_words(row: SpreadRow) -> str:
    """Return in words how a rater lies to the known values."""
    same = f"{row.same} of {row.count} exactly"
    if row.difference is None:
        return f"the known answer in {row.same} of {row.count}"
    if row.distance == 0:
        return f"as known, {same}"
    if abs(row.difference) < ALIKE:
        lean = "neither strict nor generous"
    else:
        lean = f"{abs(row.difference):.1f} {'higher' if row.difference > 0 else 'lower'} on average"
    return f"{lean}, {row.distance:.1f} off either way, {same}"


def spread_summary(answers: Sequence[KnownAnswer], rows: Sequence[SpreadRow]) -> str:
    """Return in a sentence or two what a training round showed."""
    if not rows:
        return NO_PRACTICE
    steps = [row for row in rows if row.difference is not None]
    noun = "training text" if steps else "training pair"
    done = f"You did {plural(sum(bool(one.given) for one in answers), noun)}."
    if not steps:
        same, count = sum(row.same for row in rows), sum(row.count for row in rows)
        return f"{done} Of {plural(count, 'answer')}, {same} {'was' if same == 1 else 'were'} as known."
    lean = fmean(row.difference or 0.0 for row in steps)
    off = fmean(row.distance for row in steps)
    if abs(lean) < ALIKE:
        how = "On the whole you are neither stricter nor more generous than the known values"
    else:
        how = f"On the whole you give {abs(lean):.1f} {'more' if lean > 0 else 'less'} than the known values"
    return f"{done} {how}, and lie {off:.1f} {'step' if f'{off:.1f}' == '1.0' else 'steps'} from them."


def _keys(task: RatingTask) -> list[tuple[str, str]]:
    """Return what can be known, as (key, name): the choice as a whole in pairs, and the criteria."""
    criteria = [(criterion.name, criterion_name(criterion)) for criterion in task.rubric.criteria]
    if task.mode is StudyMode.PAIRWISE:
        return [(OVERALL, "On the whole"), *(criteria if task.options.per_criterion else [])]
    return criteria


def _said(value: int | str, shown_first: Side) -> str:
    if isinstance(value, int):
        return str(value)
    if value in ("a", "b"):
        return "text A" if value == shown_first else "text B"
    return display_line(value, 20)


def _remark(given: int | str, known: int | str) -> str:
    if given == known:
        return "the same"
    if isinstance(given, int) and isinstance(known, int):
        return f"{abs(given - known)} {'higher' if given > known else 'lower'}"
    return "not the same"
