"""Generation: which systems write for which examples, and what that takes."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.generate.opening import key_for
from viva.records.dataset import Dataset
from viva.records.generating import GenerationPlan, GenerationRequest, Grid, PlannedSystem
from viva.records.job import Job, JobKind, JobSpec
from viva.records.model import Decoding, Model, ModelKind, System
from viva.records.prompt import PromptFile
from viva.store import generations
from viva.store import models as table
from viva.workbench import generation_estimate, names, prompts
from viva.workbench.default_prompt import default_prompt
from viva.workbench.grids import Impossible, combinations, usual_decoding

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

_SHORT = {
    "max_new_tokens": "n", "temperature": "t", "top_p": "p", "top_k": "k", "repetition_penalty": "r", "seed": "s",
    "samples": "x",
}  # fmt: skip


class Generations:
    """Let systems write."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def prompts(self) -> list[PromptFile]:
        """Return the prompt templates that ship with viva or lie in the workspace. Raises `BadInput`."""
        return prompts.prompt_files(self._workbench)

    def plan(self, request: GenerationRequest) -> GenerationPlan:
        """Return what a request comes to: its systems, what is left to write, tokens, money and time.

        Raises `NotFound`, `BadInput`, and `UsageError` for what cannot be asked for.
        """
        dataset = self._workbench.datasets.with_split(request.dataset, request.split)
        systems, left_out = self._systems(request, dataset)
        with self._workbench.store.read() as connection:
            planned = []
            for system in systems:
                texts = dataset.splits[request.split] * system.decoding.samples
                written = generations.written_texts(connection, system.system_id, dataset.dataset_id, request.split)
                planned.append(PlannedSystem(system, max(texts - written, 0), written))
        estimate = generation_estimate.estimate(self._workbench, dataset, request.split, planned)
        template, _ = prompts.template(self._workbench, request.prompt, request.shots)
        places = prompts.unknown_places(template or "")
        warnings = tuple(f"the prompt has {name} in it, in whose place nothing is put" for name in places)
        return GenerationPlan(tuple(planned), estimate, left_out, warnings)

    def start(self, request: GenerationRequest, score: bool = False) -> Job:
        """Start writing; texts that are there already are kept, not written again. With `score`, they are scored then.

        Raises what `plan` raises, and `UsageError` where an endpoint's key is not in the environment, a model's
        weights are not those that were added, or a job writes for one of the systems already.
        """
        dataset = self._workbench.datasets.with_split(request.dataset, request.split)
        systems, _ = self._systems(request, dataset)
        if writing := self.writing(dataset, request.split, systems):
            raise UsageError(
                f"job {writing[0].job_id} writes this already", f"follow it: viva job follow {writing[0].job_id}"
            )
        for name in request.models:
            self._check_reach(self._workbench.models.get(name))
        then = asdict(self._workbench.scoring.spec(request.dataset, request.split)) if score else None
        arguments = _arguments(request.dataset, dataset.version, request.split, request.models)
        arguments["systems"] = [system.to_json() for system in systems]
        return self._workbench.jobs.start(_spec(arguments, then, len(systems)))

    def writing(self, dataset: Dataset, split: str, systems: Sequence[System]) -> list[Job]:
        """Return the running jobs that let one of these systems write for a split."""
        wanted = {system.system_id for system in systems}
        found = []
        for job in self._workbench.jobs.list():
            said = job.spec.arguments
            if job.spec.kind is JobKind.GENERATE and not job.status.ended:
                same = (said.get("dataset"), said.get("split")) == (dataset.name, split)
                if same and wanted & {System.from_json(system).system_id for system in said.get("systems", [])}:
                    found.append(job)
        return found

    def examination(self, dataset: str, split: str, models: Sequence[str]) -> dict[str, Any]:
        """Return the job that follows a training: write with `models`, make a study of the texts, score them."""
        study = self._workbench.studies.free_name()
        then = asdict(self._workbench.scoring.spec(dataset, split))
        version = self._workbench.datasets.get(dataset).version
        return asdict(_spec({**_arguments(dataset, version, split, models), "study": study}, then, len(models)))

    def systems(self, dataset: str | None = None) -> list[System]:
        """Return the systems in the order they came; those that have written for `dataset` where it is given."""
        with self._workbench.store.read() as connection:
            return table.systems(connection, dataset)

    def system(self, model: Model, decoding: Decoding | None = None, prompt: str | None = None) -> System:
        """Return the system that a model makes with this prompt and decoding, known or not."""
        decoding = decoding or usual_decoding(model)
        text = prompt or self._usual_prompt(model)
        return _known_or_named(System(system_name(model, decoding), model.name, text, decoding), self.systems())

    def _systems(self, request: GenerationRequest, dataset: Dataset) -> tuple[list[System], tuple[str, ...]]:
        """Return the systems that a request makes, and why combinations were left out. Raises `UsageError`."""
        if not request.models:
            raise UsageError("no model is named", "name at least one with --model")
        if request.shots_seed and not request.shots:
            raise UsageError("a seed draws examples to show, but none are asked for", "say how many: --shots 3")
        template, label = prompts.template(self._workbench, request.prompt, request.shots)
        if template is not None and request.shots:
            template = prompts.with_examples(
                self._workbench, dataset, request.split, template, request.shots, request.shots_seed
            )
            label = f"{label}-{request.shots}shot" + (f"-s{request.shots_seed}" if request.shots_seed else "")
        known = self.systems()
        found: list[System] = []
        left_out: list[str] = []
        for name in dict.fromkeys(request.models):
            model = self._workbench.models.get(name)
            possible, impossible = combinations(request.grid, model)
            if impossible and not request.skip_impossible:
                raise _impossible(impossible, request.grid)
            left_out += [f"{name}: {one.reason}" for one in impossible]
            text = template or self._usual_prompt(model)
            if model.kind is not ModelKind.ENDPOINT:
                prompts.check_room(text, name, *self._workbench.models.places(model))
            for decoding in possible:
                wanted = System(system_name(model, decoding, label), name, text, decoding)
                found.append(_known_or_named(wanted, [*known, *found]))
        if not found:
            raise UsageError("no combination is left that makes sense", left_out[0] if left_out else "")
        return found, tuple(dict.fromkeys(left_out))

    def _usual_prompt(self, model: Model) -> str:
        return default_prompt(*self._workbench.models.places(model))

    def _check_reach(self, model: Model) -> None:
        if model.kind is not ModelKind.ENDPOINT:
            self._workbench.models.weights(model)
            return
        key_for(model.settings)


def system_name(model: Model, decoding: Decoding, label: str = "") -> str:
    """Return the model's name with the prompt's label and every decoding parameter that is not the usual one:
    `starter-t0.7-p0.9`.
    """
    usual = usual_decoding(model)
    parts = [
        f"{_SHORT[field.name]}{getattr(decoding, field.name):g}"
        for field in fields(Decoding)
        if getattr(decoding, field.name) != getattr(usual, field.name)
    ]
    return "-".join([model.name, *([label] if label else []), *parts])


def _known_or_named(wanted: System, known: Sequence[System]) -> System:
    """Return the known system that `wanted` is, or `wanted` under a name that no other has."""
    for system in known:
        if system.system_id == wanted.system_id:
            return system
    return replace(wanted, name=names.unused(wanted.name, [system.name for system in known]))


def _impossible(found: Sequence[Impossible], grid: Grid) -> UsageError:
    reason = found[0].reason
    more = f" (and {len(found) - 1:,} more combinations)" if len(found) > 1 else ""
    if not any(grid.temperature) and "greedy" in reason:
        hint = "draw with a temperature above 0: --temperature 0.7"
    elif "is not known to take" in reason:
        hint = "add the endpoint with --takes NAME=ITS-NAME, or leave impossible combinations out: --skip-impossible"
    else:
        hint = "leave impossible combinations out: --skip-impossible"
    return UsageError(reason + more, hint)


def _arguments(dataset: str, version: int, split: str, models: Sequence[str]) -> dict[str, Any]:
    return {"dataset": dataset, "version": version, "split": split, "models": list(models)}


def _spec(arguments: dict[str, Any], then: dict[str, Any] | None, systems: int) -> JobSpec:
    models = ", ".join(arguments["models"])
    if systems == 1 and arguments.get("systems"):
        models = arguments["systems"][0]["name"]
    grid = f" ({systems} systems)" if systems > len(arguments["models"]) else ""
    return JobSpec(
        JobKind.GENERATE, f"{arguments['dataset']}/{arguments['split']} with {models}{grid}", arguments, then
    )
