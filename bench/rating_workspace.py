"""A workspace with a study to rate, for what measures rating."""

import random
from pathlib import Path

from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.model import Decoding, System
from viva.records.study import StudyRequest
from viva.settings import Settings
from viva.store import datasets, generations, models
from viva.workbench import Workbench

STUDY = "load"
SYSTEMS = "system-one", "system-two"
WORDS = ["the camera", "sees", "a fall", "when", "the skeleton", "leaves", "its usual path", "and", "nobody", "stands"]


def fill(root: Path, questions: int, raters_per_item: int) -> Workbench:
    """Make a workspace with texts of about 300 words by two systems, and a study of them."""
    root.mkdir()
    workbench = Workbench(Settings(workspace=root, rater="engineer"))
    chance = random.Random(1)

    def prose(words: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(words))

    examples = [
        Example(f"Question {n}: {prose(25)}?", prose(300), "field", None, "test", {}, f"example-{n}")
        for n in range(questions)
    ]
    systems = [System(name, name, "{question}", Decoding()) for name in SYSTEMS]
    written = [
        Generation(
            f"g-{place}-{n}", system.system_id, f"example-{n}", f"TEXT-{2 * n + place:05} {prose(300)}",
            "stop", 10, 300, 1.0,
        )
        for place, system in enumerate(systems)
        for n in range(questions)
    ]  # fmt: skip
    with workbench.store.write() as connection:
        datasets.add(connection, "wards-id", "wards", "wards.csv", examples)
        for system in systems:
            models.add_system(connection, system)
        generations.add(connection, written)
    workbench.studies.create(
        StudyRequest(STUDY, "wards", "test", SYSTEMS, raters_per_item=raters_per_item, calibration=1.0)
    )
    return workbench
