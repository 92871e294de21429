"""Generation in words: the form that starts one, what it comes to, and a job that writes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from viva.errors import UserError
from viva.present.datasets import split_name
from viva.present.jobs import duration
from viva.present.models import kind_text, what_text
from viva.present.synthesis import money
from viva.present.system_names import short_names
from viva.records.dataset import Dataset
from viva.records.generating import USUAL, GenerationPlan, GenerationRequest, Grid
from viva.records.generation import LatestText
from viva.records.job import Job, JobKind, JobStatus
from viva.records.model import Model, ModelKind
from viva.records.prompt import PromptFile
from viva.text import display_line, plural

TEST = "test"
SUITS = ""
"""The choice of a prompt that leaves it to the model; no file has this name."""
NO_DATASET = "There is no dataset to write for yet. Import one first: on Home, d and then i"
LOOKING = "counting what this comes to …"
PROMPT_WIDTH, SPLIT_WIDTH = 60, 20
"""Characters of a prompt and of a split in their menus."""
LINE_WIDTH = 66
"""The cells that a line has for the names of systems at 80 columns."""
SHORTEST_RATE = 0.05
"""Texts a second; slower is told as seconds a text."""


@dataclass(frozen=True)
class GridField:
    """A decoding parameter that takes several values, each combination of which makes a system."""

    key: str
    label: str
    note: str
    usual: str
    whole: bool = False
    many: bool = True
    least: int = 0


FIELDS = (
    GridField("temperature", "Temperature", "0 takes the likeliest word always; several: 0, 0.7",
              f"{USUAL.temperature:g}"),
    GridField("top_p", "Top-p", "Draws from the likeliest words that make up this share; 1 is all",
              f"{USUAL.top_p:g}"),
    GridField("top_k", "Top-k", "Draws from so many of the likeliest words; 0 is all", f"{USUAL.top_k}", whole=True),
    GridField("max_new_tokens", "Max tokens", "A text is cut off there", f"{USUAL.max_new_tokens}", whole=True,
              least=1),
    GridField("repetition_penalty", "Repetition", "Above 1 holds a model back from repeating itself",
              f"{USUAL.repetition_penalty:g}, endpoint 1"),
    GridField("seed", "Seed", "Another seed draws other texts", f"{USUAL.seed}", whole=True),
    GridField("samples", "Samples", "Texts for each question from each system; needs a temperature above 0", "1",
              whole=True, many=False, least=1),
)  # fmt: skip
SCORE, SKIP = "Score the texts", "Leave impossible combinations out"
NOTES = {
    "dataset": "Whose questions are put to the models",
    "split": "The test split is for comparing; no model was trained on it",
    "models": "Space ticks one, x all or none; each writes with every combination below",
    "prompt": "How a question is put; your own: data/prompts/generate in the workspace",
    "shots": "So many training examples are shown in the prompt; empty: none",
    **{known.key: known.note for known in FIELDS},
    "skip": "Such as a top-p at temperature 0; without the tick they are refused",
    "score": "Every metric is computed when all texts are there",
}
"""What is said about the field one is in."""


@dataclass(frozen=True)
class GenerateForm:
    """What the form holds; `values` as typed, by decoding parameter, an empty one meaning the usual value."""

    dataset: str = ""
    split: str = ""
    models: tuple[str, ...] = ()
    prompt: str = SUITS
    shots: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    skip: bool = False

    def problem(self, datasets: Sequence[Dataset]) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it in one sentence."""
        chosen = next((dataset for dataset in datasets if dataset.name == self.dataset), None)
        if chosen is None:
            return "dataset", "Choose a dataset"
        if not chosen.splits.get(self.split):
            return "split", f"{display_line(chosen.name, 40)} has no examples in this split"
        if not self.models:
            return "models", "Tick at least one model"
        if self.shots and not re.fullmatch(r"[0-9]{1,6}", self.shots):
            return "shots", f"Shots must be a whole number, not {display_line(self.shots, 20)}"
        for known in FIELDS:
            typed = _parts(self.values.get(known.key, ""))
            for part in typed:
                if _number(part, known) is None:
                    kind = f"a whole number, {known.least} or more" if known.whole else "a number"
                    several = "; a comma parts several" if known.many else ""
                    return known.key, f"{known.label} must be {kind}, not {display_line(part, 20)}{several}"
            if len(typed) > 1 and not known.many:
                return known.key, f"{known.label} takes one number"
        return None

    def request(self) -> GenerationRequest:
        """Return what a form without problems asks for."""
        values: dict[str, Any] = {
            known.key: tuple(_number(part, known) for part in _parts(self.values.get(known.key, "")))
            for known in FIELDS
        }
        [samples] = values.pop("samples") or (1,)
        return GenerationRequest(
            self.dataset,
            self.split,
            self.models,
            Grid(**values, samples=samples),
            self.prompt or None,
            int(self.shots or 0),
            skip_impossible=self.skip,
        )


def dataset_choice(dataset: Dataset) -> str:
    """Return how a dataset reads in the form's menu."""
    return f"{display_line(dataset.name, 40)} ({plural(dataset.size, 'example')})"


def split_choices(dataset: Dataset | None) -> list[tuple[str, str]]:
    """Return a dataset's splits as (label, split); one without a name is that of examples without a split."""
    splits = dataset.splits.items() if dataset else ()
    found = []
    for split, count in splits:
        whole = f"{split_name(split)} ({plural(count, 'question')})"
        if count:
            found.append((whole if len(whole) <= SPLIT_WIDTH else f"{split_name(split)} ({count:,})", split))
    return found


def first_split(dataset: Dataset | None, wanted: str | None = None) -> str:
    """Return the split to offer first: the one that is wanted, the test split, or the last one there is."""
    splits = [split for _, split in split_choices(dataset)]
    for split in (wanted, TEST):
        if split is not None and split in splits:
            return split
    return splits[-1] if splits else ""


def first_models(models: Sequence[Model]) -> tuple[str, ...]:
    """Return the models to tick first: the newest adapter with the base it is compared with, else the first model."""
    adapters = [model for model in models if model.kind is ModelKind.ADAPTER]
    if adapters:
        return tuple(model.name for model in models if model.name in {adapters[-1].base, adapters[-1].name})
    return tuple(model.name for model in models[:1])


def model_rows(models: Iterable[Model]) -> list[tuple[str, str, str]]:
    """Return the models to tick: the key, the name as it is shown, and what each is."""
    rows = []
    for model in models:
        kind, what = kind_text(model), display_line(what_text(model), 60)
        said = what if what.startswith(kind) else f"{kind} · {what}"
        rows.append((model.name, display_line(model.name, 30) or "(no name)", said))
    return rows


def prompt_choices(files: Iterable[PromptFile]) -> list[tuple[str, str]]:
    """Return the prompts as (label, name), what suits the model first."""
    return [
        ("What suits the model", SUITS),
        *((_one_line(file), file.name) for file in files),
    ]


def _one_line(file: PromptFile) -> str:
    """Return a prompt's name and how it begins, with … where it goes on."""
    first, _, rest = file.text.strip().partition("\n")
    said = display_line(f"{display_line(file.name, 24)}: {display_line(first)}", PROMPT_WIDTH)
    return said if said.endswith("…") or not rest.strip() else f"{said[: PROMPT_WIDTH - 2]} …"


def plan_rows(
    plan: GenerationPlan, models: Mapping[str, Model], width: int = LINE_WIDTH, lines: int = 1
) -> list[tuple[str, str, str]]:
    """Return what a plan comes to, a row each: its name, the value, and what is to be known of it.

    The names of the systems take as many as `lines` of `width` cells, the others have a row without a name.
    """
    estimate = plan.estimate
    written = sum(planned.written for planned in plan.systems)
    there = f"{written:,} are there already and stay" if written else ""
    rows = [("Texts", f"{estimate.texts:,} by {plural(len(plan.systems), 'system')}", there)]
    if estimate.texts:
        most = "at most: no earlier texts are known" if estimate.at_most else "as long as earlier texts"
        tokens = f"about {estimate.prompt_tokens:,} read, {estimate.completion_tokens:,} written"
        rows += [
            *((("" if place else "Systems"), line, "") for place, line in enumerate(systems_lines(plan, width, lines))),
            ("Tokens", tokens, most),
            _cost_row(plan, models),
            _time_row(plan),
        ]
    return rows


def _cost_row(plan: GenerationPlan, models: Mapping[str, Model]) -> tuple[str, str, str]:
    estimate = plan.estimate
    if estimate.unpriced:
        return "Cost", "not known", f"no prices are known for {_names(estimate.unpriced)}"
    kinds = {models[planned.system.model].kind for planned in plan.systems if planned.system.model in models}
    if not estimate.cost and ModelKind.ENDPOINT not in kinds:
        return "Cost", "none", "written on this machine"
    return "Cost", money(estimate.cost or 0.0), "by the prices of the model"


def _time_row(plan: GenerationPlan) -> tuple[str, str, str]:
    estimate = plan.estimate
    if estimate.seconds is not None:
        return "Time", f"about {duration(max(estimate.seconds, 1.0))}", "as fast as earlier texts came"
    return "Time", "not known before the first run", f"of {_names(estimate.untimed)}" if estimate.untimed else ""


def left_out_line(plan: GenerationPlan) -> str:
    """Return which combinations are left out; nothing where none is."""
    if not plan.left_out:
        return ""
    more = f" (and {len(plan.left_out) - 1:,} more)" if len(plan.left_out) > 1 else ""
    return f"Left out: {display_line(plan.left_out[0], 140)}{more}"


def nothing_left(plan: GenerationPlan) -> str:
    """Return why a plan cannot be started: it has all been written; nothing where it has not."""
    if plan.texts:
        return ""
    return "Every text of this is there already: nothing is left to write. Ctrl+T shows them"


def systems_lines(plan: GenerationPlan, width: int = LINE_WIDTH, most: int = 1) -> list[str]:
    """Return the names of the systems, each with how many texts it has still to write, and how many have no room."""
    short = short_names((one.system.name for one in plan.systems), width // 2).names
    parts = [f"{short[one.system.name]} {one.left:,}" for one in plan.systems]
    lines = [""]
    for place, part in enumerate(parts):
        rest = len(parts) - place - 1
        more = f" and {rest + 1:,} more" if lines[-1] else ""
        joined = f"{lines[-1]}, {part}" if lines[-1] else part
        # The last line keeps room for how many have none.
        room = width - 1 if len(lines) < most or not rest else width - len(f" and {rest:,} more")
        if len(joined) <= room:
            lines[-1] = joined
        elif len(lines) < most:
            lines[-1] += ","
            lines.append(part)
        else:
            lines[-1] += more
            break
    return lines


_COMMAND = re.compile(r"\bviva [a-z]|(^|\s)--[a-z]|\bexport ")


def refusal(error: UserError) -> str:
    """Return why something is refused, its hint behind it unless that is about commands."""
    message, hint = display_line(error.message, 240), display_line(error.hint, 160)
    if "--skip-impossible" in hint:
        return f"{message}. Change it, or tick: {SKIP.lower()}"
    if "--temperature" in hint:
        return f"{message}. Give a temperature above 0, such as 0.7"
    return f"{message}: {hint}" if hint and not _COMMAND.search(hint) else message


def is_generation(job: Job) -> bool:
    """Tell whether a job writes texts for a split."""
    return job.spec.kind is JobKind.GENERATE


def systems_of(job: Job) -> int:
    """Return with how many systems a job writes."""
    found = job.result.get("systems") or job.spec.arguments.get("systems") or job.spec.arguments.get("models")
    return len(found) if isinstance(found, list) else 0


def writing_line(job: Job, events: Sequence[Mapping[str, Any]]) -> str:
    """Return how a job writes: with how many systems, how fast, what failed, and who is at it."""
    parts = [plural(systems_of(job), "system")] if systems_of(job) else []
    progress = _since_start(events)
    if rate := _rate(progress):
        parts.append(rate)
    latest = progress[-1] if progress else {}
    failed = _integer(job.result["failed"] if "failed" in job.result else latest.get("failed"))
    if "failed" in job.result or "failed" in latest:
        parts.append(f"{failed:,} failed" if failed else "none failed")
    if job.status is JobStatus.RUNNING and latest.get("message"):
        parts.append(f"now {display_line(str(latest['message']), 50)}")
    return " · ".join(parts)


def outcome_lines(job: Job) -> list[str]:
    """Return what a finished job took and made."""
    result = job.result
    tokens = _integer(result.get("prompt_tokens")), _integer(result.get("completion_tokens"))
    parts = [f"{tokens[0]:,} tokens read, {tokens[1]:,} written"] if any(tokens) else []
    cost = result.get("cost")
    if isinstance(cost, int | float) and not isinstance(cost, bool):
        parts.append(f"cost {money(cost)}")
    return [" · ".join(parts)] if parts else []


def latest_title(latest: LatestText) -> str:
    """Return what stands above the text that was written last."""
    return f"{display_line(latest.system, 50) or '(no name)'} wrote"


def latest_empty(latest: LatestText | None, job: Job) -> str:
    """Return what stands in place of a text."""
    if latest is not None:
        return f"no text: {display_line(latest.failed, 120)}" if latest.failed else "(it wrote nothing)"
    return "Nothing has been written yet" if job.status is JobStatus.RUNNING else "Nothing was written"


def _since_start(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return how far the job was, again and again, since it was last started; the first is that start."""
    found: list[Mapping[str, Any]] = []
    for event in events:
        if event.get("event") == "start":
            found = [{"time": event.get("time")}]
        elif event.get("event") == "progress":
            found.append(event)
    return found


def _rate(progress: Sequence[Mapping[str, Any]]) -> str:
    """Return how many texts come in a second, or how long one takes; nothing where that cannot be told yet.

    It counts from the first texts on, and only where there is nothing else from the start, when a model is loaded too.
    """
    known = progress[1:] if len(progress) > 2 else progress
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    done = _integer(last.get("done")) - _integer(first.get("done"))
    seconds = _real(last.get("time")) - _real(first.get("time"))
    if done <= 0 or seconds <= 0:
        return ""
    rate = done / seconds
    if rate < SHORTEST_RATE:
        return f"{duration(1 / rate)} a text"
    return f"{rate:,.{0 if rate >= 100 else 1 if rate >= 10 else 2}f} texts a second"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(display_line(name, 24) for name in names[:2])
    return f"{shown} and {len(names) - 2:,} more" if len(names) > 2 else shown


def _parts(typed: str) -> list[str]:
    return [part for part in (piece.strip() for piece in typed.split(",")) if part]


def _number(part: str, known: GridField) -> float | int | None:
    """Return a typed number, None where it is none: no infinity, no digits of other scripts."""
    if known.whole:
        return int(part) if re.fullmatch(r"[0-9]{1,10}", part) else None
    return float(part) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{0,9})?|\.[0-9]{1,9}", part) else None


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _real(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
