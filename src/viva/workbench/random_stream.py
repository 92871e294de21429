"""The random sample of a study's questions: how each came to be rated, and how much each stands for."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from viva.records.rubric import Rubric
from viva.store import calibration_values, studies
from viva.text import display_line

TOTAL = "total"


@dataclass(frozen=True)
class Sample:
    """How questions came to be rated: the stratum of each that was drawn, the size of each stratum, and all others.

    `frame` are the questions that could have been drawn, None where that is not known. `picked` counts the study's
    questions that were not drawn at random.
    """

    strata: Mapping[str, str]
    sizes: Mapping[str, float]
    frame: frozenset[str] | None
    picked: int = 0

    @property
    def population(self) -> int:
        """How many questions the sample stands for."""
        return round(sum(self.sizes.values()))

    def weights(self, examples: Sequence[str]) -> tuple[list[float] | None, list[str] | None]:
        """Return the weights and strata of drawn questions, None where it is a simple sample.

        The questions of a stratum stand for it together, however many of those drawn have been rated so far.
        """
        strata = [self.strata[example] for example in examples]
        counts = Counter(strata)
        if len(counts) < 2:
            return None, None
        return [self.sizes[stratum] / counts[stratum] for stratum in strata], strata

    def judged(self, examples: Sequence[str]) -> list[str]:
        """Return those of the questions a judge has judged that could have been drawn."""
        return [example for example in examples if self.frame is None or example in self.frame]


def of(connection: studies.Connection, study_id: str) -> Sample:
    """Return how a study's questions were drawn; a stratum's size is what was drawn of it over the chance of that.

    Strata of which nothing was drawn have a size too, where it is known.
    """
    questions = calibration_values.questions(connection, study_id)
    drawn = [question for question in questions if question.probability is not None]
    counts = Counter(question.stratum for question in drawn)
    frame = studies.drawing(connection, study_id).design.get("frame") or {}
    sizes = {stratum: float(len(order)) for stratum, order in frame.items()} if drawn else {}
    return Sample(
        {question.example: question.stratum for question in drawn},
        {**sizes, **{one.stratum: counts[one.stratum] / one.probability for one in drawn if one.probability}},
        frozenset(example for order in frame.values() for example in order) if frame else None,
        len(questions) - len(drawn),
    )


def gap(measure: str, scorer: str, judged: Collection[str], rubric: Rubric) -> str:
    """Return that a judge gives no value of a measure, and of a total why; empty where it does, or there is no judge.

    `judged` are the measures of which it gives any value.
    """
    if not scorer or measure in judged:
        return ""
    name = display_line(scorer, 60)
    if measure != TOTAL:
        return f"{name} gives no {display_line(measure, 40)}"
    missing = [display_line(one.name, 40) for one in rubric.criteria if one.name not in judged]
    lacks = f"no {' and no '.join(missing)}" if missing else "no text a value of every criterion"
    return f"{name} gives {lacks}, and so has no total"


def difference(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Return by how much the first of two systems has more, on each question that both have a value for."""
    return {example: value - second[example] for example, value in first.items() if example in second}
