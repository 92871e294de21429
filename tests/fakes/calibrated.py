"""A study of which people have rated a random part, and judges who have judged all of it.

fill_calibrated(bench)                   # 60 questions in 3 fields, 30 of them drawn, a judge too kind to `tuned`
"""

import random
from dataclasses import replace
from datetime import datetime

from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.ids import content_id
from viva.records.judging import JudgeMode, JudgeSettings, Judgment, Protocol, Purpose
from viva.records.model import Decoding, System
from viva.records.rating import RatingEvent
from viva.records.study import StudyRequest
from viva.store import datasets, generations, judgments, models, ratings, rubrics
from viva.workbench import Workbench

DATASET, STUDY, JUDGE = "many", "sample", "kind"
SCORER = "kind (reference)"
SYSTEMS = ("base", "tuned")
FIELDS = ("energy", "retail", "health")
NOON = datetime(2026, 1, 2, 12)


def truth(system: str, number: int) -> float:
    """Return how good a text really is, from 0 to 5: `tuned` is better, and both are better at easy questions."""
    easy = random.Random(f"question {number}").uniform(0.5, 3)
    return easy + random.Random(f"{system} {number}").uniform(0, 1) + (0.7 if system == "tuned" else 0)


def fill_calibrated(
    workbench: Workbench, questions: int = 60, drawn: int = 30, rated: int | None = None, *, judged: bool = True
) -> None:
    """Put in dataset, texts, a judge's verdicts on all, a study of those drawn, and ratings of the first `rated`."""
    examples = [
        Example(f"Question {n}?", f"Reference {n}.", FIELDS[n % 3], None, "test", {}, f"q{n}") for n in range(questions)
    ]
    with workbench.store.write() as connection:
        datasets.add(connection, "many-id", DATASET, "many.csv", examples)
        for name in SYSTEMS:
            system = System(name, name, "{question}", Decoding())
            models.add_system(connection, system)
            generations.add(
                connection,
                [
                    Generation(f"{name}-{n}", system.system_id, f"q{n}", f"Text {n} of {name}.", "stop", 9, 4, 0.1)
                    for n in range(questions)
                ],
            )
    if judged:
        add_judge(workbench, JUDGE, questions, {"base": 0.0, "tuned": 1.0})
    workbench.studies.create(StudyRequest(STUDY, DATASET, "test", SYSTEMS, seed=1, questions=drawn))
    rate(workbench, drawn if rated is None else rated)


def add_judge(
    workbench: Workbench, judge: str, questions: int, kindness: dict[str, float], title: str | None = None
) -> None:
    """Let a judge judge the texts for the first questions, each system by so many levels too high.

    With a `title` it is by a rubric of its own, which is called so.
    """
    rubric = workbench.rubrics.get("default")
    rubric = rubric if title is None else replace(rubric, name="own", title=title)
    protocol = Protocol(
        judge, Purpose.SCORE, JudgeMode.REFERENCE, rubric.rubric_id, {"url": "http://127.0.0.1", "model": judge},
        {"rubric-reference": content_id("1")}, JudgeSettings(),
    )  # fmt: skip
    said = [
        Judgment(
            content_id(judge, system, str(n)), f"{system}-{n}", rubric.rubric_id, judge, JudgeMode.REFERENCE,
            one.name, level(truth(system, n) + more + random.Random(f"{judge} {system} {n} {one.name}").gauss(0, 0.4)),
            None, protocol_id=protocol.protocol_id,
        )
        for system, more in kindness.items()
        for n in range(questions)
        for one in rubric.criteria
    ]  # fmt: skip
    with workbench.store.write() as connection:
        rubrics.add(connection, rubric)
        judgments.add_protocol(connection, protocol, {"rubric-reference": "1"})
        judgments.add(connection, "many-id", [], said)


def rate(workbench: Workbench, questions: int, rater: str = "ann") -> None:
    """Let somebody rate the texts for so many of the questions of the study."""
    rubric = workbench.rubrics.get("default")
    events = []
    with workbench.store.write() as connection:
        found = connection.execute(
            "SELECT item_id, study_id, generation_id FROM study_item WHERE generation_id IS NOT NULL ORDER BY position"
        ).fetchall()
        chosen = list(dict.fromkeys(text.partition("-")[2] for _, _, text in found))[:questions]
        for item, study, text in found:
            system, _, number = text.partition("-")
            if number in chosen:
                draw = random.Random(f"{rater} {text}")
                values = {one.name: level(truth(system, int(number)) + draw.gauss(0, 0.3)) for one in rubric.criteria}
                event = content_id(rater, item)
                events.append(RatingEvent(event, study, item, rater, values, None, "", False, 9.0, NOON))
        assert ratings.add(connection, events) == []


def level(value: float) -> int:
    return min(max(round(value), 0), 5)
