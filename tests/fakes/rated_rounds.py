"""A round of rating that is under way: three systems, questions of three fields, a part of them drawn, some rated.

fill_round(bench)                                     # the dataset `round`, 90 questions, 45 drawn, 27 of them rated
judge_round(bench)                                    # a judge who goes with people, on every text
"""

import random

from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.ids import content_id, utc_now
from viva.records.judging import JudgeMode, JudgeSettings, Judgment, Protocol, Purpose
from viva.records.model import Decoding, System
from viva.records.rating import RatingEvent
from viva.records.study import StudyRequest
from viva.store import datasets, generations, judgments, models, ratings, rubrics
from viva.workbench import Workbench

DATASET, STUDY, JUDGE = "round", "round-1", "judge-7b"
SYSTEMS = ("base-3b", "tuned-3b", "tuned-8b")
FIELDS = ("energy", "healthcare", "road traffic")
_LIFT = {"base-3b": 0.0, "tuned-3b": 0.9, "tuned-8b": 1.0}


def fill_round(
    workbench: Workbench,
    questions: int = 90,
    drawn: int = 45,
    rated: int = 27,
    second: int = 0,
    calibration: float = 1.0,
) -> None:
    """Put dataset, systems, texts, scores, a study and people's ratings into the store.

    Ann rates the first `rated` questions of the random sample, Bob the first `second` of these too.
    """
    examples = [
        Example(f"Question {n}?", f"Reference {n}.", FIELDS[n % 3], None, "test", {}, f"q{n}") for n in range(questions)
    ]
    written = [_text(system, n) for system in SYSTEMS for n in range(questions)]
    with workbench.store.write() as connection:
        datasets.add(connection, "round-id", DATASET, "round.csv", examples)
        for system in SYSTEMS:
            models.add_system(connection, System(system, system, "{question}", Decoding()))
        generations.add(connection, written)
        generations.add_scores(connection, [score for one in written for score in _scores(one)])
    workbench.studies.create(
        StudyRequest(
            STUDY, DATASET, "test", SYSTEMS, seed=2, questions=drawn, calibration=calibration, raters_per_item=1
        )
    )
    rate_round(workbench, "ann", rated)
    rate_round(workbench, "bob", second)


def rate_round(workbench: Workbench, rater: str, questions: int, constant: int | None = None) -> None:
    """Let a person rate the first questions of the random sample, in the order in which they come."""
    rubric = workbench.rubrics.get("default")
    with workbench.store.write() as connection:
        found = connection.execute(
            """
            SELECT i.item_id, i.study_id, i.generation_id, g.example_id FROM study_item i
            JOIN generation g USING (generation_id) WHERE i.stream = 'calibration' ORDER BY i.position
            """
        ).fetchall()
        chosen = list(dict.fromkeys(example for *_, example in found))[:questions]
        events = []
        for item, study, generation, example in found:
            if example not in chosen:
                continue
            values = {
                c.name: constant if constant is not None else _level(generation, c.name, rater) for c in rubric.criteria
            }
            event = content_id(rater, item, constant)
            events.append(RatingEvent(event, study, item, rater, values, None, "", False, 30.0, utc_now()))
        assert ratings.add(connection, events) == []


def judge_round(workbench: Workbench) -> None:
    """Let a judge judge every text by the default rubric, a level too high, and near to what people say."""
    rubric = workbench.rubrics.get("default")
    protocol = Protocol(
        JUDGE, Purpose.SCORE, JudgeMode.REFERENCE, rubric.rubric_id, {"url": "http://127.0.0.1", "model": JUDGE},
        {"rubric-reference": content_id("1")}, JudgeSettings(),
    )  # fmt: skip
    with workbench.store.write() as connection:
        rubrics.add(connection, rubric)
        judgments.add_protocol(connection, protocol, {"rubric-reference": "1"})
        texts = [f"{system}-{n}" for system in SYSTEMS for n in range(_count(connection))]
        said = [
            Judgment(
                content_id(text), text, rubric.rubric_id, JUDGE, JudgeMode.REFERENCE, criterion.name,
                float(min(_level(text, criterion.name, "judge") + 1, 5)), None, protocol_id=protocol.protocol_id,
            )
            for text in texts
            for criterion in rubric.criteria
        ]  # fmt: skip
        judgments.add(connection, "round-id", [], said)


def _count(connection: datasets.Connection) -> int:
    [(count,)] = connection.execute("SELECT count(*) FROM example WHERE dataset_id = 'round-id'").fetchall()
    return int(count)


def _level(generation: str, criterion: str, who: str) -> int:
    """Return what somebody says of a text: about its truth, which varies from text to text and by system."""
    system = generation.rsplit("-", 1)[0]
    true = random.Random(f"{generation} {criterion}").gauss(1.8, 1.1) + _LIFT[system]
    return min(max(round(true + random.Random(f"{who} {generation} {criterion}").gauss(0, 0.5)), 0), 5)


def _text(system: str, number: int) -> Generation:
    system_id = System(system, system, "{question}", Decoding()).system_id
    text = f"What {system} says to question {number}."
    return Generation(f"{system}-{number}", system_id, f"q{number}", text, "stop", 9, 7, 0.1)


def _scores(one: Generation) -> list[Score]:
    draw, lift = random.Random(one.generation_id), _LIFT[one.generation_id.rsplit("-", 1)[0]] / 20
    names = ("rouge_l", "semantic_similarity", "length_ratio", "rouge_l_precision")
    return [Score(one.generation_id, name, "1", "", draw.uniform(0.2, 0.5) + lift) for name in names]
