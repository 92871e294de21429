"""What the screens of judging read from the workbench, in a thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from viva.errors import BadInput
from viva.present import judging as words
from viva.present.judge_verdicts import JudgedText
from viva.records.browsing import BrowsedExample
from viva.records.dataset import Dataset
from viva.records.judging import CriterionSpread, JudgeCall, JudgeMode, JudgeRequest, Judgment, Purpose
from viva.records.model import Model
from viva.records.rubric import Rubric
from viva.workbench import Workbench

LATEST = 20
"""Calls among which the latest verdict is looked for: drafts come in between."""


@dataclass(frozen=True)
class Known:
    """What the form has to know before it can be shown."""

    datasets: list[Dataset]
    judges: list[str | Model]
    rubrics: list[Rubric]
    problems: tuple[BadInput, ...] = ()


@dataclass(frozen=True)
class Values:
    """How one scorer's values are spread, in lines of text for pairs, and the call that brought its latest verdict."""

    scorer: str
    spreads: Sequence[CriterionSpread]
    pairs: list[tuple[str, bool]]
    latest: JudgeCall | None


@dataclass(frozen=True)
class SaidOfText:
    """A text with its example, what judges said about it, and the rubrics that are known."""

    example: BrowsedExample
    judgments: Sequence[Judgment]
    rubrics: dict[str, Rubric]


def read_known(workbench: Workbench) -> Known:
    """Return datasets, judges and rubrics; files that are no rubrics are among the problems."""
    rubrics = workbench.rubrics
    return Known(workbench.datasets.list(), workbench.judging.judges(), list(rubrics.list()), rubrics.problems())


def read_values(workbench: Workbench, request: JudgeRequest, scorer: str) -> Values:
    """Return what a judge or panel has said so far on what was asked for."""
    judging, place = workbench.judging, (request.dataset, request.split, scorer, request.mode)
    purpose = Purpose.PAIR if request.pairwise else Purpose.SCORE
    found = [call for call in judging.calls(*place, LATEST) if call.purpose is purpose]
    latest = found[0] if found else None
    if request.pairwise:
        return Values(scorer, (), words.pair_lines(judging.listed_pairs(*place)), latest)
    return Values(scorer, judging.spread(*place), [], latest)


def read_judged(
    workbench: Workbench,
    dataset: str,
    split: str,
    examples: Sequence[str] = (),
    judge: str | None = None,
    mode: JudgeMode | None = None,
) -> list[JudgedText]:
    """Return the texts that were judged, in the dataset's order; only those for `examples`, where there are any."""
    found: dict[str, JudgedText] = {}
    for row in workbench.judging.listed(dataset, split, judge, mode):
        if not examples or row.example in examples:
            found.setdefault(row.generation, JudgedText(row.example, row.generation))
    return list(found.values())


def read_text(workbench: Workbench, dataset: str, text: JudgedText) -> SaidOfText:
    """Return a text with everything that judges said about it. Raises `NotFound`."""
    example = workbench.results.browsed(dataset, text.example_id)
    rubrics = {rubric.rubric_id: rubric for rubric in workbench.rubrics.list()}
    return SaidOfText(example, workbench.judging.verdicts(text.generation_id), rubrics)
