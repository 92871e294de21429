"""What texts will take before they are written: tokens, money and time, from what is known of their models."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from viva.records.dataset import Dataset
from viva.records.generating import GenerationEstimate, PlannedSystem
from viva.records.model import Model, ModelKind
from viva.store import generations
from viva.workbench.synthesis import prices

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

CONCURRENCY = 8
"""Calls to an endpoint that may be under way where nothing else is set."""


def estimate(
    workbench: "Workbench", dataset: Dataset, split: str, planned: Sequence[PlannedSystem]
) -> GenerationEstimate:
    """Return what is left to write takes, by the models' earlier texts; where there are none, by the longest."""
    with workbench.store.read() as connection:
        paces = generations.paces(connection)
        question_tokens = generations.question_tokens(connection, dataset.dataset_id, split)
    prompt_tokens = completion_tokens = cost = seconds = 0.0
    at_most = False
    unpriced, untimed = [], []
    for one in planned:
        if not one.left:
            continue
        model = workbench.models.get(one.system.model)
        pace = paces.get(model.name)
        read = one.left * (question_tokens + len(one.system.prompt) / 5)
        longest = one.system.decoding.max_new_tokens
        written = one.left * (min(pace.completion_tokens, longest) if pace else longest)
        at_most = at_most or pace is None
        prompt_tokens, completion_tokens = prompt_tokens + read, completion_tokens + written
        known = prices(model)
        if known is not None:
            cost += (read * known.prompt + written * known.completion) / 1e6
        elif model.kind is ModelKind.ENDPOINT:
            unpriced.append(model.name)
        if pace is None:
            untimed.append(model.name)
        else:
            seconds += written * pace.seconds_per_token / _at_once(model)
    return GenerationEstimate(
        texts=sum(one.left for one in planned),
        prompt_tokens=round(prompt_tokens),
        completion_tokens=round(completion_tokens),
        at_most=at_most,
        cost=None if unpriced else cost,
        seconds=None if untimed else seconds,
        unpriced=tuple(dict.fromkeys(unpriced)),
        untimed=tuple(dict.fromkeys(untimed)),
    )


def _at_once(model: Model) -> int:
    """Return how many texts are written at a time where each one's seconds are its own, not a share of a batch's."""
    if model.kind is not ModelKind.ENDPOINT:
        return 1
    return int(model.settings.get("concurrency") or CONCURRENCY)
