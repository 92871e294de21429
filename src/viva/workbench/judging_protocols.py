"""What is to be judged, and by what protocol each judge judges it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from viva.errors import BadInput
from viva.generate.fingerprint import fingerprint
from viva.judge import prompts as templates
from viva.records.dataset import Dataset
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, JudgeSettings, Protocol, Purpose
from viva.records.model import Model, ModelKind
from viva.records.rubric import Rubric
from viva.workbench.models import FINGERPRINT

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


@dataclass(frozen=True)
class Commission:
    """A request with what it stands for: the version, the rubric, the prompt files' texts, and the examples.

    `systems` are the names of those whose texts are judged, `examples` the ids where only some were asked for.
    `embedding_model` is what the baseline computes with.
    """

    request: JudgeRequest
    dataset: Dataset
    rubric: Rubric
    prompts: dict[str, str]
    systems: tuple[str, ...]
    examples: tuple[str, ...] | None
    embedding_model: str

    @property
    def purpose(self) -> Purpose:
        return Purpose.PAIR if self.request.pairwise else Purpose.SCORE

    def used_prompts(self, judge: str) -> dict[str, str]:
        """Return the texts of the prompt files that a judge is asked with."""
        if judge == BASELINE:
            return {}
        what = "pair" if self.request.pairwise else "rubric"
        drafts = ["draft"] if self.request.mode is JudgeMode.INDEPENDENT else []
        return {name: self.prompts[name] for name in [*drafts, f"{what}-{self.request.mode}"]}

    def samples(self, judge: str) -> int:
        """Return how many verdicts a judge gives on each item; the baseline's are all the same."""
        return 1 if judge == BASELINE else self.request.settings.samples


def protocol_of(workbench: "Workbench", commission: Commission, judge: str) -> Protocol:
    """Return the protocol of one judge. Raises `NotFound`, and `UsageError` where a local model's weights changed."""
    request = commission.request
    baseline = judge == BASELINE
    used = commission.used_prompts(judge)
    return Protocol(
        judge,
        commission.purpose,
        request.mode,
        commission.rubric.rubric_id,
        baseline_model(commission.embedding_model) if baseline else _model(workbench, workbench.models.get(judge)),
        {name: templates.digest(text) for name, text in used.items()},
        JudgeSettings() if baseline else replace(request.settings, samples=1),
        request.per_criterion and request.pairwise,
    )


def baseline_model(embedding_model: str) -> dict[str, Any]:
    """Return what identifies the baseline."""
    from viva.judge import baseline

    return {"embedding_model": embedding_model, "threshold": baseline.THRESHOLD}


def _model(workbench: "Workbench", model: Model) -> dict[str, Any]:
    if model.kind is ModelKind.ENDPOINT:
        return {"url": model.location, "model": model.settings["model"]}
    location, base = workbench.models.weights(model)
    under = workbench.models.get(model.base) if model.base is not None else None
    return {
        "location": _place(model, location),
        "fingerprint": _fingerprint(model, location),
        "base": None if under is None or base is None else _place(under, base),
        "base_fingerprint": None if under is None or base is None else _fingerprint(under, base),
    }


def _place(model: Model, location: str) -> str:
    """Return where weights lie; where the starter does depends on where viva is installed."""
    return model.name if model.kind is ModelKind.STARTER else location


def _fingerprint(model: Model, location: str) -> str | None:
    """Return the fingerprint of weights that lie here; None for a model of the hub."""
    if (known := model.settings.get(FINGERPRINT)) is not None:
        return str(known)
    try:
        return fingerprint(location)
    except BadInput:
        return None
