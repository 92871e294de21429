"""A workspace in which people and judges have scored the same texts, as alike as told.

fill_rated(bench)                                     # the dataset `rated`, 40 questions, 2 systems, 3 raters
add_judge(bench, "oracle", error=0.3)                 # a judge who is seldom far from the truth
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.ids import content_id
from viva.records.judging import JudgeMode, JudgeSettings, Judgment, Protocol, Purpose
from viva.records.model import Decoding, Model, ModelKind, System
from viva.records.rating import RatingEvent
from viva.records.study import StudyRequest
from viva.store import datasets, generations, judgments, models, ratings, rubrics
from viva.workbench import Workbench

DATASET, STUDY = "rated", "rated-test"
SYSTEMS = ("llama-system", "qwen-system")
LOCATIONS = {"llama-system": "meta-llama/Llama-3.2-3B", "qwen-system": "Qwen/Qwen3-4B"}
RATERS = ("ann", "bob", "cem")
NOON = datetime(2026, 1, 2, 12)

Judged = Callable[[str, str, float, int], float]
"""What a judge adds to the truth: (generation, system, truth, words) to a number of levels."""


def truth(generation: str, criterion: str) -> float:
    """Return how good a text really is, from 0 to 5."""
    return random.Random(f"{generation} {criterion}").uniform(0, 5)


def words_of(generation: str) -> int:
    return random.Random(f"words {generation}").randint(20, 400)


def fill_rated(workbench: Workbench, questions: int = 40, raters: Sequence[str] = RATERS) -> None:
    """Put dataset, systems, texts, a study by the default rubric, and people's ratings into the store."""
    examples = [Example(f"Question {n}?", f"Reference {n}.", None, None, "test", {}, f"q{n}") for n in range(questions)]
    with workbench.store.write() as connection:
        datasets.add(connection, "rated-id", DATASET, "rated.csv", examples)
        for name in SYSTEMS:
            models.add(connection, Model(f"{name}-id", name, ModelKind.HUB, LOCATIONS[name]))
            models.add_system(connection, System(name, name, "{question}", Decoding()))
        generations.add(connection, [_text(name, n) for name in SYSTEMS for n in range(questions)])
    workbench.studies.create(StudyRequest(STUDY, DATASET, "test", SYSTEMS, seed=1))
    rate(workbench, raters)


def rate(workbench: Workbench, raters: Sequence[str], minutes: int = 0) -> None:
    """Let people rate all texts, each about the truth."""
    rubric = workbench.rubrics.get("default")
    with workbench.store.write() as connection:
        found = connection.execute(
            "SELECT item_id, study_id, generation_id FROM study_item ORDER BY item_id"
        ).fetchall()
        events = []
        for rater in raters:
            for item, study, generation in found:
                draw = random.Random(f"{rater} {generation}")
                values = {c.name: _level(truth(generation, c.name) + draw.gauss(0, 0.7)) for c in rubric.criteria}
                at = NOON + timedelta(minutes=minutes)
                events.append(
                    RatingEvent(content_id(rater, item, minutes), study, item, rater, values, None, "", False, 9.0, at)
                )
        assert ratings.add(connection, events) == []


def add_judge(
    workbench: Workbench,
    judge: str,
    error: float | None,
    *,
    added: Judged | None = None,
    samples: int = 1,
    only: int | None = None,
    version: str = "1",
    skip: Sequence[str] = (),
) -> Protocol:
    """Let a judge judge all texts with an error of that sd in levels; None for one who guesses.

    `added` is what its value has beyond the truth, `only` so many questions are judged, criteria in `skip` are
    unscored; `version` stands for its prompt.
    """
    rubric = workbench.rubrics.get("default")
    protocol = Protocol(
        judge, Purpose.SCORE, JudgeMode.REFERENCE, rubric.rubric_id, {"url": "http://127.0.0.1", "model": judge},
        {"rubric-reference": content_id(version)}, JudgeSettings(),
    )  # fmt: skip
    said = []
    with workbench.store.write() as connection:
        rubrics.add(connection, rubric)
        judgments.add_protocol(connection, protocol, {"rubric-reference": version})
        found = connection.execute("SELECT generation, system, example FROM generations WHERE dataset = ?", [DATASET])
        for generation, system, example in found.fetchall():
            if only is not None and int(example[1:]) >= only:
                continue
            for sample in range(samples):
                draw = random.Random(f"{judge} {generation} {sample} {version}")
                for criterion in rubric.criteria:
                    value: float | None = _value(generation, system, criterion.name, error, added, draw)
                    value = None if criterion.name in skip else value
                    said.append(
                        Judgment(
                            content_id(judge, generation, sample, version), generation, rubric.rubric_id, judge,
                            JudgeMode.REFERENCE, criterion.name, value, "not said" if value is None else None,
                            sample=sample, protocol_id=protocol.protocol_id,
                        )
                    )  # fmt: skip
        judgments.add(connection, "rated-id", [], said)
    return protocol


def _value(
    generation: str, system: str, criterion: str, error: float | None, added: Judged | None, draw: random.Random
) -> float:
    if error is None:
        return float(draw.randint(0, 5))
    true = truth(generation, criterion)
    more = 0.0 if added is None else added(generation, system, true, words_of(generation))
    return float(_level(true + draw.gauss(0, error) + more))


def _level(value: float) -> int:
    return min(max(round(value), 0), 5)


def _text(system: str, number: int) -> Generation:
    name = f"{system}-{number}"
    system_id = System(system, system, "{question}", Decoding()).system_id
    text = " ".join(["word"] * words_of(name))
    return Generation(name, system_id, f"q{number}", text, "stop", 9, words_of(name), 0.1)
