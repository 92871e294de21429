"""Models in words: their list, what is known of one, whether an exported one is still the same, and the forms."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from viva.present.jobs import duration
from viva.present.runs import value_text
from viva.records.model import Model, ModelKind
from viva.records.model_check import ModelCheck
from viva.records.model_details import ModelDetails
from viva.records.training import Equivalence
from viva.text import display_line, plural

HEADINGS = ("Model", "Kind", "What it is", "Systems")
ONLY_STARTER = "Only the built-in model is here. i adds one; a training makes one"

_SECRET = re.compile(r"key$|token|secret|password|authorization", re.IGNORECASE)
_SETTINGS = {
    "model": "called there",
    "key_env": "key in",
    "price_prompt": "price read",
    "price_completion": "price written",
}
_UNTOLD = {"fingerprint"}
"""Settings that say nothing to people."""
_DASH = "–"


def kind_text(model: Model) -> str:
    """Return where a model's weights come from, in a word or two."""
    if model.kind is ModelKind.HUB and is_gguf(model):
        return "GGUF file"
    if model.kind is ModelKind.HUB:
        return "directory" if model.location.startswith("/") else "hub"
    return {ModelKind.STARTER: "built in", ModelKind.ADAPTER: "adapter", ModelKind.ENDPOINT: "endpoint"}[model.kind]


def is_gguf(model: Model) -> bool:
    """Tell whether a model is one file for llama.cpp."""
    return model.location.lower().endswith(".gguf")


def what_text(model: Model) -> str:
    """Return what a model is: an adapter's base and recipe, else where it lies or who is asked."""
    if model.kind is ModelKind.ADAPTER:
        note = f" · {display_line(model.note, 60)}" if model.note else ""
        return f"over {display_line(model.base or '?', 32)}{note}"
    if model.kind is ModelKind.HUB:
        return short_location(model.location)
    return display_line(model.note or _public(model.location), 80)


def short_location(location: str) -> str:
    """Return a hub id as it is, a directory by its last two parts."""
    parts = location.rstrip("/").split("/")
    if location.startswith("/") and len(parts) > 3:
        return display_line("…/" + "/".join(parts[-2:]), 80)
    return display_line(location, 80)


def _public(location: str) -> str:
    """Return an address without a password that somebody may have put into it."""
    try:
        address = urlsplit(location)
    except ValueError:
        return location
    return location.replace(f"{address.netloc.rpartition('@')[0]}@", "") if "@" in address.netloc else location


def row(model: Model, systems: int) -> list[str]:
    """Return a model's line of the list."""
    return [display_line(model.name, 32) or "(no name)", kind_text(model), what_text(model), str(systems or _DASH)]


@dataclass(frozen=True)
class Section:
    """A heading; lines below it, how something is called and what is told; and paragraphs."""

    title: str
    lines: list[tuple[str, str]]
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What a check of a model has brought: `good` is None as long as it is under way."""

    good: bool | None
    text: str

    @property
    def line(self) -> str:
        """Symbol and words."""
        return f"{ {None: '●', True: '✓', False: '✗'}[self.good] } {self.text}"


CHECKING = Checked(None, "Checking …")


def sections(details: ModelDetails) -> list[Section]:
    """Return all that is known of a model, secrets left out."""
    model = details.model
    what = [("kind", kind_text(model))]
    if model.base:
        what.append(("over", display_line(model.base, 64)))
    if model.kind is not ModelKind.STARTER:
        place = "address" if model.kind is ModelKind.ENDPOINT else "lies in" if details.there is not None else "hub id"
        missing = " (it is not there)" if details.there is False else ""
        what.append((place, display_line(_public(model.location), 400) + missing))
    if model.note:
        what.append(("note", display_line(model.note, 200)))
    what += [(_SETTINGS.get(key, display_line(key, 24)), value_text(value)) for key, value in _settings(model).items()]
    if details.systems:
        what.append(("writes as", display_line(", ".join(details.systems), 200)))
    found = [Section("", what)]
    if details.training and (facts := training_lines(details.training)):
        found.append(Section("Training", facts))
    if details.equivalences:
        told = tuple(f"{_sign(e)} {_exported(e, model.name)}: {equivalence_text(e)}" for e in details.equivalences)
        found.append(Section("Merged or exported", [], told))
    return found


def _settings(model: Model) -> dict[str, Any]:
    told = {key: value for key, value in model.settings.items() if isinstance(value, str | int | float)}
    return {key: value for key, value in told.items() if not _SECRET.search(key) and key not in _UNTOLD}


def _sign(equivalence: Equivalence) -> str:
    return "✓" if equivalence.passed else "✗"


def _exported(equivalence: Equivalence, name: str) -> str:
    other = equivalence.original if equivalence.artefact == name else equivalence.artefact
    return f"{display_line(equivalence.form, 16)} {display_line(other.rpartition('/')[2], 40)}"


def training_lines(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an adapter's `training.json` tells; what is not in it, or has another form, is left out."""
    lines = []
    recipe = facts.get("recipe")
    if isinstance(recipe, Mapping):
        lines.append(
            ("recipe", display_line(f"{recipe.get('name', '?')}: {recipe.get('title', '')}", 160).rstrip(": "))
        )
    if data := facts.get("data"):
        lines.append(("data", display_line(str(data), 160)))
    if (examples := _number(facts.get("train"))) is not None:
        validation = _number(facts.get("validation"))
        also = f", {validation:,.0f} for validation" if validation else ""
        lines.append(("examples", f"{examples:,.0f} for training{also}"))
    if (loss := _number(facts.get("best_eval_loss"))) is not None:
        step = _number(facts.get("best_step"))
        lines.append(("best loss", f"{loss:.4f}" + (f" at step {step:,.0f}" if step is not None else "")))
    if (steps := _number(facts.get("steps"))) is not None:
        seconds = _number(facts.get("seconds"))
        took = f" in {duration(seconds)}" if seconds is not None else ""
        lines.append(("steps", f"{steps:,.0f}{took}"))
    ran = [display_line(str(facts[key]), 40) for key in ("device", "precision") if facts.get(key)]
    if ran:
        lines.append(("on", ", ".join(ran)))
    return lines


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e18 and math.isfinite(value) else None


def equivalence_text(found: Equivalence) -> str:
    """Return in one line whether an artefact is the model that it was made of, and how far it is from it."""
    verdict = "same model for all that can be seen" if found.passed else "NOT the same"
    parts = [
        f"largest logit difference {found.largest:.2g}",
        f"same most likely token at {share_text(found.agreement)} of positions",
        f"{found.same_texts:,} of {plural(found.prompts, 'greedy text')} equal",
    ]
    if not found.passed:
        parts.append(f"log-likelihood of the references differs by {found.score:+.2g} a token")
    return f"{verdict}: {', '.join(parts)}"


def share_text(share: float) -> str:
    """Return a share in percent; 100% is said only of all, 0% only of none."""
    if not math.isfinite(share):
        return "an unknown share"
    percent = min(max(round(100 * share, 1), 0.1), 99.9) if 0 < share < 1 else 100 * share
    return f"{percent:g}%"


def equivalence_of(value: Any) -> Equivalence | None:
    """Return the comparison that a job's result holds as JSON, None where it holds none in this form."""
    names = {field.name for field in fields(Equivalence)}
    if not isinstance(value, Mapping) or not names - {"settings"} <= set(value):
        return None
    found = {name: value[name] for name in names if name in value}
    numbers = ("prompts", "largest", "divergence", "agreement", "same_texts", "score")
    if any(isinstance(found[name], bool) or not isinstance(found[name], int | float) for name in numbers):
        return None
    return Equivalence(**found)


def export_lines(result: Mapping[str, Any]) -> list[str]:
    """Return what an export has made, and whether that is still the same model; for the screen of its job."""
    lines = []
    if model := result.get("model"):
        lines.append(f"Made the model {display_line(str(model), 64)}")
    place = next((result[key] for key in ("path", "file", "artefact") if result.get(key)), None)
    if place is not None:
        lines.append(f"Written to {display_line(str(place), 200)}")
    if found := equivalence_of(result.get("equivalence")):
        text = equivalence_text(found)
        lines.append(f"{_sign(found)} {text[:1].upper()}{text[1:]}")
    return lines


@dataclass(frozen=True)
class Option:
    """Something to choose in a menu."""

    key: str
    name: str
    detail: str


ADD = (
    Option("hub", "Hub or directory", "a Hugging Face id, or weights on this machine"),
    Option("adapter", "Adapter", "a directory with LoRA weights over a model here"),
    Option("endpoint", "Behind an address", "Ollama, vLLM, OpenAI and the like"),
)
_MERGED = Option("merged", "Merged weights", "adapter and base in one, as a model of the list")
_GGUF = (
    Option("gguf:f32", "GGUF, 32 bits", "for llama.cpp and Ollama, unchanged weights"),
    Option("gguf:f16", "GGUF, 16 bits", "half the size, next to no loss"),
    Option("gguf:q8_0", "GGUF, 8 bits (q8_0)", "a quarter of the size, rounded weights"),
)


def exports(model: Model | None) -> Sequence[Option]:
    """Return in which forms a model can be exported: none where its weights are elsewhere."""
    if model is None or model.kind is ModelKind.ENDPOINT or is_gguf(model):
        return ()
    return (_MERGED, *_GGUF) if model.kind is ModelKind.ADAPTER else _GGUF


def export_call(key: str) -> tuple[str, str]:
    """Return the form and the rounding of a choice, as `wb.exports.start` takes them."""
    form, _, quantize = key.partition(":")
    return form, quantize or "f16"


def bases(models: Sequence[Model]) -> list[Model]:
    """Return the models that an adapter can lie over."""
    return [model for model in models if model.kind in {ModelKind.STARTER, ModelKind.HUB}]


def base_label(model: Model) -> str:
    """Return what a base is called in the form."""
    return f"{display_line(model.name, 40)} ({display_line(what_text(model), 48)})"


@dataclass(frozen=True)
class AddForm:
    """What was typed to add a model whose weights are on the hub or on this machine; an adapter names its base."""

    name: str = ""
    location: str = ""
    base: str | None = None

    @property
    def is_path(self) -> bool:
        """Whether a directory or a file is meant: a hub id has one slash at the most, and no dot or tilde in front."""
        return self.location.startswith(("/", "~", "./", "../")) or self.location.count("/") > 1

    def problem(self, adapter: bool) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it."""
        if not self.location:
            return "location", "Type the adapter's directory" if adapter else "Type a hub id or a directory"
        if "\0" in self.location:
            return "location", "A path cannot hold this character"
        if not adapter and not self.is_path and not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", self.location, re.ASCII):
            return "location", "A hub id is like owner/name, a directory like /path/to/it"
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", self.name):
            return "name", "The name here: up to 64 letters, digits, . - _, a letter or digit first"
        if adapter and not self.base:
            return "base", "Choose the model that the adapter was trained over"
        return None


def suggested_name(location: str) -> str:
    """Return a name made of the last part of a hub id or a path."""
    last = location.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-._")[:64]


def checkable(model: Model | None) -> bool:
    """Tell whether a model can be looked at: those behind an address cannot."""
    return model is not None and model.kind is not ModelKind.ENDPOINT


def checked_text(found: ModelCheck) -> str:
    """Return what a check has found out, on one line."""
    parts = [display_line(found.architecture, 60) or "unknown architecture", f"{_short(found.parameters)} parameters"]
    if found.adapter:
        parts.append(f"with the adapter {display_line(found.adapter, 60)}")
    parts.append(f"context {found.context:,} tokens" if found.context is not None else "no limit of context named")
    parts.append(f"vocabulary {found.vocabulary:,}")
    parts.append("a chat template" if found.chat_template else "no chat template")
    return " · ".join(parts)


def _short(number: int) -> str:
    for size, unit in ((10**9, "billion"), (10**6, "million")):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:,}"


def added_text(name: str) -> str:
    """Return what is said when a model has been added."""
    return f"Added {display_line(name, 64)}; c checks whether it can be read"
