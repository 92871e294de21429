"""Making a study of a request, and extending one: questions drawn, options checked, known answers read."""

import random
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.records.ids import new_id, utc_now
from viva.records.study import (
    KnownItem,
    Stratify,
    Stream,
    Study,
    StudyChange,
    StudyItem,
    StudyOptions,
    StudyPlan,
    StudyRequest,
)
from viva.stats.sampling import quarters
from viva.store import models, study_changes, study_frame, study_items, study_progress
from viva.store import studies as table
from viva.store.study_frame import StudyText
from viva.text import display_line
from viva.workbench import known_items, names, study_drawing, study_requests
from viva.workbench.study_drawing import Sample

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

SIMILARITY = "semantic_similarity"
NOT_JUDGED = "not judged"
NO_FIELD = "no field"


@dataclass(frozen=True)
class Drawing:
    """What a request comes to: the items, those with known answers among them, and how they were drawn."""

    items: list[StudyItem]
    known: list[KnownItem]
    design: dict[str, Any]
    options: StudyOptions
    plan: StudyPlan


class Making:
    """A study that is to be made; what can be known of it without the store is checked at once."""

    def __init__(self, workbench: "Workbench", request: StudyRequest) -> None:
        """Raises `NotFound`, `BadInput`, `UsageError`."""
        study_requests.check_numbers(request)
        self.request = request
        self.raters = study_requests.checked_raters(request.raters, request.raters_per_item)
        self.systems = tuple(dict.fromkeys(request.systems))
        self.rubric = workbench.rubrics.get(request.rubric)
        version = workbench.results.version(request.dataset).version
        self.dataset = workbench.datasets.with_split(request.dataset, request.split, version)
        self.practice, self.gold = (
            []
            if path is None
            else known_items.load(workbench, Path(path), request.mode, self.rubric, request.per_criterion)
            for path in (request.practice, request.gold)
        )

    def draw(self, connection: study_frame.Connection) -> Drawing:
        """Return what comes in; the same for the same seed and texts. Raises `UsageError`."""
        request = self.request
        texts = study_frame.texts(connection, self.dataset.dataset_id, request.split, self.systems)
        self._check_written(connection, texts)
        options, labels = study_requests.options(request, self.rubric, study_frame.models_of(connection, self.systems))
        ready = study_drawing.eligible(texts, request.mode)
        if not ready:
            raise UsageError(
                f"no question of {request.dataset}/{request.split} has texts of two of the systems",
                "let them write for the same questions",
            )
        frame = study_drawing.frame(self._strata(connection, ready), request.seed)
        population = sum(map(len, frame.values()))
        wanted = population if request.questions is None else min(request.questions, population)
        all_random = round(wanted * request.calibration) == wanted
        useful = {} if all_random else _usefulness(connection, ready, request.dataset, request.split)
        sample = study_drawing.draw(frame, wanted, request.calibration, useful, request.seed)
        first = len(self.practice)
        made = study_drawing.items(sample, frame, ready, request.mode, request.seed, first, frozenset())
        if not made.items:
            raise UsageError("nothing is left to compare: the systems wrote the same texts", "choose other systems")
        design = {
            "systems": [*self.systems], "questions": request.questions, "stratify": request.stratify.value,
            "calibration": request.calibration, "labels": labels,
            "raters": None if self.raters is None else [*self.raters],
            "strata": study_drawing.strata(sample, frame), "frame": frame,
        }  # fmt: skip
        items = [*self._known_items(self.practice, Stream.PRACTICE, 0), *made.items]
        items += self._known_items(self.gold, Stream.GOLD, len(items))
        plan = StudyPlan(
            sample.questions(), population, len(made.items),
            sum(item.stream is Stream.CALIBRATION for item in made.items),
            sum(item.stream is Stream.USEFUL for item in made.items),
            len(self.practice), len(self.gold), len(made.items) * request.raters_per_item, made.identical,
            _missing(texts, self.dataset.splits[request.split], len(self.systems)),
            study_drawing.strata(sample, frame), study_progress.usual_seconds(connection, mode=request.mode),
        )  # fmt: skip
        return Drawing(items, [*self.practice, *self.gold], design, options, plan)

    def _check_written(self, connection: study_frame.Connection, texts: Sequence[StudyText]) -> None:
        request, there = self.request, {text.system for text in texts}
        missing = next((system for system in self.systems if system not in there), None)
        if missing is None:
            return
        known = [system.name for system in models.systems(connection, request.dataset)]
        shown = display_line(missing, 60)
        hint = f"viva generate {request.dataset} --split {request.split} --model {shlex.quote(shown)}"
        if known and missing not in known:
            hint = names.meant(missing, known, hint)
        raise UsageError(f"system {shown} has written nothing for {request.dataset}/{request.split}", hint)

    def _strata(self, connection: study_frame.Connection, texts: Sequence[StudyText]) -> dict[str, str]:
        """Return the stratum of each question, by example id."""
        if self.request.stratify is Stratify.NONE:
            return {text.example_id: "" for text in texts}
        if self.request.stratify is Stratify.FIELD:
            return {text.example_id: text.field or NO_FIELD for text in texts}
        totals = study_frame.judge_totals(connection, [text.generation_id for text in texts])
        apart = study_drawing.differences(texts, totals)
        if not apart:
            raise UsageError(
                "no judge has judged texts of two of the systems for one question, so none can be sorted by it",
                f"judge them first: viva judge {self.request.dataset} --split {self.request.split} --judge MODEL",
            )
        quarter = quarters(apart)
        return {
            text.example_id: f"judge apart, quarter {quarter[text.example_id]}"
            if text.example_id in quarter
            else NOT_JUDGED
            for text in texts
        }

    def _known_items(self, known: Sequence[KnownItem], stream: Stream, first: int) -> list[StudyItem]:
        order = list(known)
        if stream is Stream.GOLD:
            random.Random(f"{self.request.seed} gold").shuffle(order)
        return [
            StudyItem(new_id(), position, stream, known_id=item.known_id) for position, item in enumerate(order, first)
        ]


def extend(
    connection: study_frame.Connection,
    study: Study,
    questions: int,
    person: str,
    spread: Mapping[str, float] | None = None,
) -> int:
    """Draw so many further questions of a study, put what is to be rated of them behind what it has; return how many.

    With `spread`, the standard deviation of a value by stratum, they come from where they tell most. Raises
    `UsageError` where nothing is left, or where the study was not drawn.
    """
    if questions < 1:
        raise UsageError(f"at least 1 further question is drawn, not {questions}")
    drawing = table.drawing(connection, study.study_id)
    seed, design = drawing.seed, drawing.design
    frame: study_drawing.Frame = design.get("frame") or {}
    if not frame:
        raise UsageError(f"{study.name} was not drawn, but holds what it was given", "make a new study of the rest")
    there, first = study_frame.drawn(connection, study.study_id)
    taken = _taken(frame, design["strata"], {item.example_id for item in there if item.stream == Stream.USEFUL})
    if taken.questions() >= sum(map(len, frame.values())):
        raise UsageError(f"{study.name} has all questions already", "want more raters per item instead")
    texts = study_frame.texts(connection, drawing.dataset_id, study.split, study.systems)
    ready = study_drawing.eligible(texts, study.mode)
    useful = {} if design["calibration"] == 1 else _usefulness(connection, ready, study.dataset, study.split)
    sample = study_drawing.draw(frame, questions, design["calibration"], useful, seed, taken, spread)
    before = {example for order in taken.calibration.values() for example in order} | taken.useful.keys()
    made = study_drawing.items(sample, frame, ready, study.mode, seed, first, frozenset(before))
    for example, stratum in sample.promoted.items():
        study_frame.promote(connection, [item.item_id for item in there if item.example_id == example], stratum)
    study_frame.reweigh(connection, study.study_id, study_drawing.probabilities(sample, frame))
    study_items.add(connection, study.study_id, made.items)
    added = sample.questions() - taken.questions()
    content = {
        "questions": added, "items": len(made.items), "design": {"strata": study_drawing.strata(sample, frame)}
    }  # fmt: skip
    study_changes.add(connection, study.study_id, StudyChange("items", content, person, utc_now()))
    return len(made.items)


def _taken(frame: study_drawing.Frame, strata: Mapping[str, Sequence[int]], useful: set[str]) -> Sample:
    calibration = {stratum: tuple(order[: strata.get(stratum, (0, 0))[0]]) for stratum, order in frame.items()}
    drawn = {example for order in calibration.values() for example in order}
    return Sample(calibration, dict.fromkeys(sorted(useful - drawn)))


def _usefulness(
    connection: study_frame.Connection, texts: Sequence[StudyText], dataset: str, split: str
) -> dict[str, float]:
    """Return how far apart the systems are on each question: by judges, else by the similarity to the reference."""
    ids = [text.generation_id for text in texts]
    apart = study_drawing.differences(texts, study_frame.judge_totals(connection, ids))
    if not apart:
        apart = study_drawing.differences(texts, study_frame.metric_values(connection, ids, SIMILARITY))
    if not apart:
        raise UsageError(
            "nothing tells on which questions the systems differ most",
            f"viva score {dataset} --split {split} first, or take a random sample alone: --calibration 1",
        )
    return apart


def _missing(texts: Sequence[StudyText], questions: int, systems: int) -> int:
    counts: dict[str, int] = {}
    for text in texts:
        counts[text.example_id] = counts.get(text.example_id, 0) + 1
    return questions - sum(count == systems for count in counts.values())
