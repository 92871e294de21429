"""Studies that several raters have rated, who differ: one is severe, one orders texts otherwise, one says little."""

import random

from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.ids import new_id, utc_now
from viva.records.model import Decoding, System
from viva.records.rating import OVERALL, Choice, PreferenceEvent, RatingEvent, Winner
from viva.records.study import StudyMode, StudyRequest
from viva.store import datasets, generations, models, preferences, ratings, study_items
from viva.workbench import Workbench

RUBRIC, PAIRS = "seminar", "duel"
RATERS = ("ann", "bob", "cyd", "severe")
QUESTIONS = 12
SYSTEMS = ("plain", "better")
_LIFT = {"plain": 0, "better": 1}


def make(bench: Workbench, comment: str = "the second half is about something else") -> None:
    """Make a dataset of twelve questions, two systems, and two closed studies: of texts and of pairs."""
    examples = [
        Example(
            f"Question {number}: how can a camera see it?", f"With a graph network ({number}).", None, None, "test", {},
            f"q{number}",
        )
        for number in range(QUESTIONS)
    ]  # fmt: skip
    with bench.store.write() as connection:
        datasets.add(connection, "seminar-id", "seminar", "seminar.csv", examples)
        for name in SYSTEMS:
            system = System(name, name, "{question}", Decoding())
            models.add_system(connection, system)
            texts = [
                Generation(
                    f"{name}-{one.example_id}", system.system_id, one.example_id, f"By {name}.", "stop", 1, 1, 0.1
                )
                for one in examples
            ]  # fmt: skip
            generations.add(connection, texts)
    for name, mode in ((RUBRIC, StudyMode.RUBRIC), (PAIRS, StudyMode.PAIRWISE)):
        bench.studies.create(StudyRequest(name, "seminar", "test", SYSTEMS, mode, raters_per_item=len(RATERS)))
    _rate(bench, comment)
    _compare(bench)
    for name in (RUBRIC, PAIRS):
        bench.studies.close(name)


def _rate(bench: Workbench, comment: str) -> None:
    study, draw, events = bench.studies.get(RUBRIC), random.Random(3), []
    with bench.store.write() as connection:
        for item in study_items.every(connection, study.study_id):
            name, _, example = (item.generation_id or "").partition("-")
            true = int(example.removeprefix("q")) % 4 + _LIFT[name]
            for rater in RATERS:
                off = -2 if rater == "severe" else draw.choice((-1, 0, 0, 1))
                given = 5 - true if rater == "cyd" else true + off
                values = {one.name: min(max(given, one.lowest), one.highest) for one in study.rubric.criteria}
                said = comment if rater == "bob" and true == 4 else ""
                event = (new_id(), study.study_id, item.item_id, rater, values, None, said)
                events.append(RatingEvent(*event, rater == "ann", 20.0, utc_now()))
        assert ratings.add(connection, events) == []


def _compare(bench: Workbench) -> None:
    study, draw, events = bench.studies.get(PAIRS), random.Random(5), []
    with bench.store.write() as connection:
        for item in study_items.every(connection, study.study_id):
            better: Winner = "a" if (item.generation_id or "").startswith("better") else "b"
            for rater in RATERS:
                winner: Winner = draw.choice((better, better, "tie"))
                if rater == "cyd":
                    winner = "b" if better == "a" else "a"
                events.append(
                    PreferenceEvent(
                        new_id(), study.study_id, item.item_id, rater, "a", {OVERALL: Choice(winner)}, None, "", False,
                        9.0, utc_now(),
                    )
                )  # fmt: skip
        assert preferences.add(connection, events) == []
