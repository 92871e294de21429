"""Workspaces with next to nothing in them, or the same thing everywhere: what results must have a word for.

fill_odd(bench, "all ties")     # the dataset `odd`, the study `odd-test` of texts and `odd-pairs` of pairs
"""

from dataclasses import dataclass

from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.ids import content_id, utc_now
from viva.records.judging import JudgeMode, Judgment
from viva.records.model import Decoding, Model, ModelKind, System
from viva.records.rating import OVERALL, Choice, PreferenceEvent, RatingEvent
from viva.records.study import StudyMode, StudyRequest
from viva.store import datasets, generations, judgments, models, preferences, ratings
from viva.workbench import Workbench

DATASET, STUDY, PAIRS, JUDGE, METRIC = "odd", "odd-test", "odd-pairs", "examiner", "rouge_l"


@dataclass(frozen=True)
class Odd:
    """How odd a workspace is: `value` None is unscored, "varied" differs by question and system."""

    systems: tuple[str, ...] = ("base", "tuned")
    questions: int = 6
    value: float | str | None = "varied"
    raters: tuple[str, ...] = ("ann", "ben")
    measured: bool = True


STATES: dict[str, Odd | None] = {
    "empty workspace": None,
    "no texts": Odd(systems=()),
    "nothing measured": Odd(measured=False),
    "one system": Odd(systems=("base",)),
    "one question": Odd(questions=1),
    "one rater": Odd(raters=("ann",)),
    "all ties": Odd(questions=30, value=3.0),
    "constant ratings": Odd(value=5.0),
    "nothing but zeros": Odd(value=0.0),
    "all unscored": Odd(value=None),
}
"""By name; None is a workspace without anything."""


def fill_odd(workbench: Workbench, state: str) -> None:
    """Put one of `STATES` into an empty workspace."""
    odd = STATES[state]
    if odd is None:
        return
    examples = [
        Example(f"Question {n}?", f"Reference {n}.", "f", "s", "test", {}, f"q{n}") for n in range(odd.questions)
    ]
    texts = [(system, n) for system in odd.systems for n in range(odd.questions)]
    with workbench.store.write() as connection:
        datasets.add(connection, "odd-id", DATASET, "odd.csv", examples)
        for system in odd.systems:
            models.add(connection, Model(f"{system}-id", system, ModelKind.HUB, f"org/{system}"))
            models.add_system(connection, _system(system))
        generations.add(connection, [_text(system, n) for system, n in texts])
    if not odd.systems or not odd.measured:
        return
    workbench.studies.create(StudyRequest(STUDY, DATASET, "test", odd.systems, raters_per_item=2, seed=1))
    _measure(workbench, odd, texts)
    if len(odd.systems) > 1:
        workbench.studies.create(StudyRequest(PAIRS, DATASET, "test", odd.systems, StudyMode.PAIRWISE, seed=1))
        _compare(workbench, odd)


def _measure(workbench: Workbench, odd: Odd, texts: list[tuple[str, int]]) -> None:
    """Score every text by a metric, a judge and people."""
    study = next(one for one in workbench.studies.list() if one.name == STUDY)
    criteria = [criterion.name for criterion in study.rubric.criteria]
    reason = "empty text" if odd.value is None else None
    with workbench.store.write() as connection:
        items = connection.execute("SELECT item_id, generation_id FROM study_item WHERE study_id = ?", [study.study_id])
        scores, verdicts, rated = [], [], []
        for system, n in texts:
            value = _value(odd, system, n)
            scores.append(Score(f"{system}-{n}", METRIC, "1", "", value, reason))
            verdicts += [
                Judgment(
                    f"j-{system}-{n}", f"{system}-{n}", study.rubric.rubric_id, JUDGE, JudgeMode.REFERENCE, name, value,
                    reason,
                )
                for name in criteria
            ]  # fmt: skip
        for item, text in items.fetchall():
            system, _, n = text.rpartition("-")
            value = _value(odd, system, int(n))
            given = {} if value is None else dict.fromkeys(criteria, value)
            skipped = "cannot tell" if value is None else None
            rated += [
                RatingEvent(
                    content_id(rater, item), study.study_id, item, rater, given, skipped, "", False, 9.0, utc_now()
                )
                for rater in odd.raters
            ]
        generations.add_scores(connection, scores)
        judgments.add(connection, "odd-id", [], verdicts)
        assert ratings.add(connection, rated) == []


def _compare(workbench: Workbench, odd: Odd) -> None:
    """Have people compare every pair: what is the same everywhere is a tie."""
    study = next(one for one in workbench.studies.list() if one.name == PAIRS)
    events = []
    with workbench.store.write() as connection:
        items = connection.execute("SELECT item_id, generation_id FROM study_item WHERE study_id = ?", [study.study_id])
        for place, (item, _) in enumerate(items.fetchall()):
            winner = ("a", "b", "tie")[place % 3] if odd.value == "varied" else "tie"
            events += [
                PreferenceEvent(
                    content_id("pair", rater, item), study.study_id, item, rater, "a",
                    {} if odd.value is None else {OVERALL: Choice(winner)},
                    "cannot tell" if odd.value is None else None, "", False, 9.0, utc_now(),
                )
                for rater in odd.raters
            ]  # fmt: skip
        assert preferences.add(connection, events) == []


def _value(odd: Odd, system: str, number: int) -> float | None:
    if isinstance(odd.value, str):
        return float((number + len(system)) % 6)
    return odd.value


def _system(name: str) -> System:
    return System(name, name, "{question}", Decoding())


def _text(system: str, number: int) -> Generation:
    return Generation(
        f"{system}-{number}", _system(system).system_id, f"q{number}", f"{system} answers.", "stop", 9, 9, 0.1
    )
