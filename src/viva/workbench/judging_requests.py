"""Requests to judges: what they stand for, and what is refused before anything starts."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from viva.errors import NotFound, UsageError
from viva.judge import prompts as templates
from viva.metrics.models import resolve
from viva.records.dataset import Dataset
from viva.records.ids import content_id
from viva.records.job import JobKind, JobSpec
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings
from viva.records.model import Model, ModelKind
from viva.records.rubric import Rubric
from viva.store import judge_calls, judgment_list, judgments
from viva.text import display_line
from viva.workbench import names
from viva.workbench.judging_protocols import Commission
from viva.workbench.synthesis import prices

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

FOLDER = "judge"
"""The folder below `data/prompts/` with the prompts that judges are asked with."""


def commissioned(workbench: "Workbench", request: JudgeRequest) -> Commission:
    """Return what a request stands for. Raises `NotFound`, `BadInput`, and `UsageError` for what cannot work."""
    check_values(request)
    request = replace(request, judges=tuple(dict.fromkeys(request.judges)))
    for judge in request.judges:
        check_judge(workbench, judge, request)
    rubric = workbench.rubrics.get(request.rubric)
    dataset = workbench.datasets.with_split(
        request.dataset, request.split, workbench.results.version(request.dataset).version
    )
    if request.panel is not None:
        _check_panel(workbench, request.panel, dataset)
    texts = templates.load(workbench.paths.prompts / FOLDER)
    systems, examples = _scope(workbench, request, dataset)
    embedding, _ = resolve(workbench.settings.embedding_model)
    return Commission(request, dataset, rubric, texts, systems, examples, embedding)


def _check_panel(workbench: "Workbench", panel: str, dataset: Dataset) -> None:
    """Raise `UsageError` where a judge has the panel's name already."""
    names.checked("panel", panel)
    with workbench.store.read() as connection:
        known = judgments.judges(connection, dataset.name, dataset.version, None)
    judges = {BASELINE, *(model.name for model in workbench.models.list()), *(j.judge for j in known if not j.panel)}
    if panel in judges:
        raise UsageError(f"{panel} is a judge already", "give the panel another name")


def _scope(
    workbench: "Workbench", request: JudgeRequest, dataset: Dataset
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Return whose texts are judged, and for which examples where only some are. Raises `UsageError`."""
    with workbench.store.read() as connection:
        written = judgment_list.writers(connection, dataset.dataset_id, request.split)
    place = f"{display_line(request.dataset, 40)}/{display_line(request.split, 40)}"
    hint = f"viva generate {request.dataset} --split {request.split} --model MODEL"
    if not written:
        raise UsageError(f"nothing was written for {place}", hint)
    for name in request.systems:
        if name not in written:
            shown = display_line(name, 40)
            raise UsageError(f"system {shown} has written nothing for {place}", names.meant(name, written, hint))
    systems = tuple(dict.fromkeys(request.systems)) or tuple(written)
    if request.pairwise and len(systems) < 2:
        raise UsageError(
            f"only {display_line(systems[0], 40)} has written for {place}: a pair needs two systems"
            if not request.systems
            else "a pair needs two systems",
            "name two or more with --system, or none for all",
        )
    if request.limit is None:
        return systems, None
    with workbench.store.read() as connection:
        together = 2 if request.pairwise else 1
        every = judgment_list.written_examples(connection, dataset.dataset_id, request.split, systems, together)
    return systems, drawn(every, request.limit, request.settings.seed)


def check_judge(workbench: "Workbench", judge: str, request: JudgeRequest) -> None:
    """Raise `NotFound` or `UsageError` where a judge is not there, or cannot do what is asked."""
    if judge == BASELINE:
        if request.pairwise or request.mode is JudgeMode.INDEPENDENT:
            what = "compare two texts" if request.pairwise else "draft an approach of its own"
            raise UsageError(f"{BASELINE} cannot {what}", "it is no language model: name another judge")
        if request.settings.expected:
            raise UsageError(f"{BASELINE} tells no probabilities", "it is no language model: leave out --expected")
        return
    try:
        model = workbench.models.get(judge)
    except NotFound as error:
        raise NotFound(
            f"there is no judge {display_line(judge, 60)!r}", f"{error.hint}; without a model: --judge {BASELINE}"
        ) from error
    if request.budget is not None and model.kind is ModelKind.ENDPOINT and prices(model) is None:
        raise UsageError(
            f"a budget needs prices, and {judge} has none",
            f"add it again under another name: viva model add NAME --endpoint {model.location} … --prices IN OUT",
        )
    if model.kind is not ModelKind.ENDPOINT:
        if request.settings.expected:
            raise _silent(model)
        workbench.models.weights(model)
    elif request.settings.expected:
        _check_probabilities(workbench, model)


def _check_probabilities(workbench: "Workbench", model: Model) -> None:
    """Raise `UsageError` where it is known that an endpoint does not tell how likely its words were."""
    with workbench.store.read() as connection:
        known = judge_calls.dialect(connection, model.location, model.settings["model"])
    if known is not None and "logprobs" in (known.get("without") or ()):
        raise _silent(model)


def _silent(model: Model) -> UsageError:
    return UsageError(
        f"{model.name} does not tell how likely its words were", "leave out --expected, or name another judge"
    )


def check_values(request: JudgeRequest) -> None:
    """Raise `UsageError` for values that make no sense, alone or together."""
    settings = request.settings
    wrong: Iterable[tuple[bool, str, str]] = [
        (not request.judges, "no judge is named", f"name one with --judge, such as {BASELINE}"),
        (settings.samples < 1, "at least one verdict on each item must be asked for", "--samples 1"),
        (not 0 <= settings.temperature <= 2, "the temperature must lie between 0 and 2", "0 is usual for judges"),
        (settings.max_tokens < 1, "a reply needs at least one token", ""),
        (settings.attempts < 1, "each verdict must be asked for at least once", ""),
        (request.limit is not None and request.limit < 1, "at least one example must be judged", "--limit 1 or more"),
        (
            request.budget is not None and not (request.budget > 0 and math.isfinite(request.budget)),
            "a budget must be above 0",
            "it is in the currency of the judge's prices",
        ),
        (
            request.per_criterion and not request.pairwise,
            "texts are always judged by criterion",
            "--per-criterion goes with --pairwise",
        ),
        (
            settings.expected and request.pairwise,
            "comparisons have no levels whose probabilities could be weighed",
            "--expected does not go with --pairwise",
        ),
        (
            request.panel is not None and len(set(request.judges)) < 2,
            "a panel needs two judges",
            "repeat --judge, or leave out --panel",
        ),
        (
            request.panel is not None and request.pairwise,
            "a panel takes points together, and comparisons have none",
            "--panel does not go with --pairwise",
        ),
    ]
    for is_wrong, message, hint in wrong:
        if is_wrong:
            raise UsageError(message, hint)


def drawn(examples: Sequence[str], limit: int, seed: int) -> tuple[str, ...] | None:
    """Return `limit` of the examples, drawn by `seed`; None where all are meant.

    A larger limit adds to a smaller one, and examples that come later change no other's place in the draw.
    """
    if limit >= len(examples):
        return None
    return tuple(sorted(examples, key=lambda example_id: content_id(seed, example_id))[:limit])


def spec_of(commission: Commission) -> JobSpec:
    """Return the job that a commission is; rubric and prompts are kept in it as they were when it was started."""
    request = commission.request
    arguments: dict[str, Any] = {
        "dataset": request.dataset,
        "version": commission.dataset.version,
        "split": request.split,
        "judges": list(request.judges),
        "request": asdict(request),
        "rubric": commission.rubric.to_json(),
        "prompts": commission.prompts,
        "systems": list(commission.systems),
        "examples": None if commission.examples is None else list(commission.examples),
    }
    judges = ", ".join(request.judges)
    return JobSpec(JobKind.JUDGE, f"{request.dataset}/{request.split}{_how(request)} by {judges}", arguments)


def _how(request: JudgeRequest) -> str:
    """Return what tells a request from others of the same judge, for a title."""
    parts = [
        ("in pairs", request.pairwise),
        ("independently", request.mode is JudgeMode.INDEPENDENT),
        (f"by rubric {request.rubric}", request.rubric != "default"),
        (f"{request.settings.samples} samples", request.settings.samples > 1),
        (f"{request.limit} questions", request.limit is not None),
        ("retry", request.retry),
    ]
    said = ", ".join(words for words, there in parts if there)
    return (" as a trial" if request.trial else "") + (f" ({said})" if said else "")


def commission_of(workbench: "Workbench", arguments: dict[str, Any], embedding_model: str) -> Commission:
    """Return what the arguments of a job say, the inverse of `spec_of`."""
    given = arguments["request"]
    settings = JudgeSettings(**given["settings"])
    request = JudgeRequest(
        **{
            **given,
            "judges": tuple(given["judges"]),
            "systems": tuple(given["systems"]),
            "mode": JudgeMode(given["mode"]),
            "settings": settings,
        }
    )
    examples = arguments["examples"]
    return Commission(
        request,
        workbench.datasets.with_split(arguments["dataset"], arguments["split"], arguments["version"]),
        Rubric.from_json(arguments["rubric"]),
        arguments["prompts"],
        tuple(arguments["systems"]),
        None if examples is None else tuple(examples),
        embedding_model,
    )
