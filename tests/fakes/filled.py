"""A small workspace with everything in it: `tiny`, written for by the systems `starter` and `tuned`."""

from tests.fakes.hostile import HOSTILE
from viva.records.dataset import Example
from viva.records.generation import Generation, Score
from viva.records.model import Decoding, Model, ModelKind, System
from viva.records.study import StudyRequest
from viva.store import datasets, generations, models
from viva.workbench import Workbench

STUDY = "tiny-test"
SYSTEMS = ("starter", "tuned")

_QUESTIONS = [
    ("How can a ward camera notice a fall without storing faces?", "train", "healthcare"),
    ("What would it take to spot a stalled conveyor before parcels pile up?", "train", "logistics"),
    ("Can drones flag hot spots on solar panels in gusty wind?", "train", "energy"),
    ("Which cues give away a shopper who swaps labels?", "validation", "retail"),
    ("Is it possible to warn of wrong-way drivers within two seconds?", "validation", "road traffic"),
    ("How early can crowd pressure at a stadium gate be seen?", "test", "sports and crowds"),
    ("Why do smoke detectors on video fail in fog, and what would help?", "test", "energy"),
    ("\x1b[2J[/foo] How should a hostile question be shown? \u202eyes", "test", "a [field]"),
    ("How can a lathe's tool wear be seen from sparks alone?", "test", None),
]
_REFERENCE = (
    "Skeletons from a depth camera feed a graph network trained on normal motion of forty volunteers; the score is the "
    "negative log-likelihood under a normalising flow. Evaluation holds out two wards, reports frame-level AUC and "
    "false alarms per day, and compares with a plain autoencoder. It runs on a small edge box; no picture leaves it."
)


def fill(workbench: Workbench) -> None:
    """Put the small workspace into the store of `workbench`."""
    examples = [
        Example(question, f"{_REFERENCE} ({number})", field, None, split, {}, f"example-{number}")
        for number, (question, split, field) in enumerate(_QUESTIONS)
    ]
    base = workbench.models.starter()
    with workbench.store.write() as connection:
        datasets.add(connection, "tiny-id", "tiny", "tiny.csv", examples)
        models.add(connection, Model("tuned-id", "tuned", ModelKind.ADAPTER, "/nowhere/tuned", base.name, "by hand"))
        for system in SYSTEMS:
            models.add_system(connection, System(system, system, "{question}", Decoding()))
        written = [
            _generation(system, number, example)
            for system in SYSTEMS
            for number, example in enumerate(e for e in examples if e.split == "test")
        ]
        generations.add(connection, written)
        generations.add_scores(connection, [score for g in written for score in _scores(g)])
    workbench.studies.create(StudyRequest(STUDY, "tiny", "test", SYSTEMS, seed=1))


def _generation(system: str, number: int, example: Example) -> Generation:
    texts = {
        "starter": ["honestly I would start with a camera and see.", HOSTILE[3], "", HOSTILE[12][:5000]],
        "tuned": [
            _REFERENCE.replace("forty", "thirty"),
            HOSTILE[5] + HOSTILE[7],
            HOSTILE[13],
            "A **graph** network.",
        ],
    }
    system_id = System(system, system, "{question}", Decoding()).system_id
    text = texts[system][number]
    return Generation(
        f"generation-{SYSTEMS.index(system)}{number}",
        system_id,
        example.example_id,
        text,
        "stop",
        20,
        len(text.split()),
        0.1,
    )


def _scores(generation: Generation) -> list[Score]:
    lift = 0.2 if generation.generation_id.startswith("generation-1") else 0.0
    number = int(generation.generation_id[-1])
    found = [
        Score(generation.generation_id, measure, "1", "", 0.2 + lift + number / 50)
        for measure in ("rouge_l", "rouge_l_precision", "rouge_l_recall", "context_relevance")
    ]
    value = None if not generation.text else 0.4 + lift + number / 50
    reason = "empty text" if value is None else None
    return [*found, Score(generation.generation_id, "semantic_similarity", "1", "", value, reason)]
