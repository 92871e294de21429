"""Having datasets written: by a model after a plan, or drawn by a model from papers. Both are jobs."""

import json
import os
import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.dataset.papers import folder as papers_folder
from viva.dataset.synthesise.estimate import estimate
from viva.dataset.synthesise.questions import read_taxonomy
from viva.dataset.synthesise.run import check_plan, load_prompts
from viva.errors import UsageError
from viva.jobs.directory import JobDirectory
from viva.paths import shipped
from viva.records.job import Job, JobKind, JobSpec
from viva.records.model import Model, ModelKind
from viva.records.papers import PaperFolder, PapersFound, PapersPlan
from viva.records.synthesis import Estimate, Prices, SynthesisPlan, plan_to_json
from viva.text import display_line, plural
from viva.workbench import names
from viva.workbench.files import inside
from viva.workbench.paper_folders import paper_folders

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

TAXONOMIES = "taxonomies"
FAILURES = "failures.jsonl"


class Synthesis:
    """Plan, estimate and start what a model is to write."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def taxonomies(self) -> dict[str, Path]:
        """Return the taxonomies by name: those that viva ships with, and the workspace's own in data/taxonomies."""
        folders = [shipped(TAXONOMIES), self._workbench.paths.taxonomies]
        return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}

    def taxonomy(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return the subfields of each field of a taxonomy, by its name or its file. Raises `NotFound`, `BadInput`."""
        known = self.taxonomies()
        path = known.get(name) or Path(name).expanduser()
        if name not in known and not path.is_file():
            raise names.missing("taxonomy", name, known, "")
        return read_taxonomy(path)

    def prompts(self) -> dict[str, Path]:
        """Return the prompt files in use by name; the workspace's own in data/prompts come before viva's."""
        found = {path.name: path for path in sorted(shipped("prompts").glob("*.txt"))}
        own = {path.name: path for path in sorted(self._workbench.paths.prompts.glob("*.txt")) if path.name in found}
        return found | own

    def copy_prompts(self) -> list[Path]:
        """Copy viva's prompts into the workspace, to be edited there; files that are there already stay."""
        self._workbench.paths.prompts.mkdir(parents=True, exist_ok=True)
        copied = []
        for path in sorted(shipped("prompts").glob("*.txt")):
            target = self._workbench.paths.prompts / path.name
            if not target.exists():
                shutil.copyfile(path, target)
                copied.append(target)
        return copied

    def estimate(self, plan: SynthesisPlan, model: str) -> Estimate:
        """Return how many calls and tokens a plan takes with a model, and what they cost where prices are known."""
        found = self._workbench.models.get(model)
        check_plan(plan)
        prompts = load_prompts(plan, self._workbench.paths.prompts)
        return estimate(plan, prompts, prices(found), self._speed(found))

    def start(self, dataset: str, model: str, plan: SynthesisPlan) -> Job:
        """Have `model` write the dataset `dataset` after a plan. Raises `NotFound`, `UsageError`."""
        names.checked("dataset", dataset)
        check_plan(plan)
        load_prompts(plan, self._workbench.paths.prompts)
        found = self._workbench.models.get(model)
        spec = JobSpec(
            JobKind.SYNTHESISE,
            f"{dataset} by {found.name}",
            {"dataset": dataset, "model": found.name, "plan": plan_to_json(plan)},
        )
        return self._workbench.jobs.start(spec)

    def papers(self, plan: PapersPlan) -> tuple[int, list[tuple[str, str]]]:
        """Return how many PDF files a plan takes, and those that it cannot, each with the reason. Raises `BadInput`."""
        found = self.papers_found(plan)
        return found.papers, list(found.problems)

    def papers_found(self, plan: PapersPlan) -> PapersFound:
        """Return the papers that a plan takes by their field, and the files that it cannot take. Raises `BadInput`."""
        files = papers_folder.chosen(papers_folder.find_pdfs(Path(plan.folder).expanduser()), plan)
        fields = Counter(plan.field or file.field or "" for file in files if not file.problem)
        return PapersFound(dict(sorted(fields.items())), tuple((f.source, f.problem) for f in files if f.problem))

    def paper_folders(self) -> list[PaperFolder]:
        """Return the folders of the workspace that hold PDF files, with their number."""
        return paper_folders(self._workbench)

    def paper_folder(self, path: str) -> Path:
        """Return a folder of the workspace as an absolute path. Raises `UsageError` for one that lies outside."""
        return inside(self._workbench, Path(path))

    def start_papers(self, dataset: str, model: str, plan: PapersPlan) -> Job:
        """Have `model` draw question–approach pairs from a folder of papers. Raises `NotFound`, `UsageError`."""
        names.checked("dataset", dataset)
        found = self._workbench.models.get(model)
        count, problems = self.papers(plan)
        if not count:
            first = f": {problems[0][0]} {problems[0][1]}" if problems else ""
            raise UsageError(f"there is no PDF file to read in {display_line(Path(plan.folder).name, 80)}{first}")
        absolute = {**plan.to_json(), "folder": str(Path(plan.folder).expanduser().resolve())}
        spec = JobSpec(
            JobKind.PAPERS,
            f"{dataset} from {plural(count, 'paper')} by {found.name}",
            {"dataset": dataset, "model": found.name, "plan": absolute},
        )
        return self._workbench.jobs.start(spec)

    def failures(self, job_id: str) -> list[dict[str, Any]]:
        """Return what a job of this kind was asked for and did not bring, each with its reason. Raises `NotFound`."""
        self._workbench.jobs.get(job_id)
        file = JobDirectory(self._workbench.paths.jobs / job_id).path / FAILURES
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip()]

    def key_is_set(self, variable: str) -> bool:
        """Tell whether the environment, which jobs inherit, holds a key under this name; its value stays there."""
        return bool(os.environ.get(variable))

    def _speed(self, model: Model) -> float | None:
        """Return the tokens a second that this model wrote in the last job of this kind; None where there was none."""
        for job in self._workbench.jobs.list():
            if job.spec.arguments.get("model") == model.name and job.result.get("tokens_per_second"):
                return float(job.result["tokens_per_second"])
        return None


def prices(model: Model) -> Prices | None:
    """Return what a model's tokens cost, where that is known."""
    if "price_prompt" not in model.settings:
        return None
    return Prices(float(model.settings["price_prompt"]), float(model.settings["price_completion"]))


def chat_config(workbench: "Workbench", model: Model) -> dict[str, Any]:
    """Return how a worker program reaches a model, and its prices. No key is in it, only where to find it."""
    known = prices(model)
    if model.kind is ModelKind.ENDPOINT:
        names = ("model", "key_env", "concurrency", "timeout")
        chat = {"url": model.location, **{name: model.settings.get(name) for name in names}}
    else:
        location, base = workbench.models.weights(model)
        chat = {"location": location, "base": base, "name": model.name}
    return {"chat": chat, "prices": None if known is None else asdict(known)}
