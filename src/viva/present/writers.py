"""The models that can write a dataset, the prompts they get, and the form that adds one behind an address, in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from viva.errors import UserError
from viva.records.dataset import Dataset
from viva.records.model import Model, ModelKind
from viva.text import display_line, plural

STARTER_NOTE = "Far too small: it cannot write such replies usefully"
NO_KEY = "Never the key itself; without a variable none is sent"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMAND = re.compile(r"\bviva [a-z]|(^|\s)--[a-z]")


def writers(models: Iterable[Model]) -> list[Model]:
    """Return the models in the order in which they are offered: endpoints first, the starter last."""
    order = [ModelKind.ENDPOINT, ModelKind.HUB, ModelKind.ADAPTER, ModelKind.STARTER]
    return sorted(models, key=lambda model: order.index(model.kind))


def writer_label(model: Model) -> str:
    """Return what a model is called in a list."""
    name = display_line(model.name, 40)
    kinds = {ModelKind.STARTER: "built in", ModelKind.ADAPTER: f"tuned from {display_line(model.base or '', 24)}"}
    detail = kinds.get(model.kind) or display_line(model.note or model.location, 40)
    return f"{name} ({detail})"


def hopeless(model: Model) -> bool:
    """Tell whether a model is too small to write anything of use."""
    return model.kind is ModelKind.STARTER or model.base == "starter"


def key_variable(model: Model) -> str:
    """Return the environment variable that holds a model's key, nothing where it needs none."""
    return str(model.settings.get("key_env") or "")


def writer_note(model: Model | None, key_is_set: bool) -> tuple[str, bool]:
    """Return what is said about the model that is chosen, and whether it is a warning."""
    if model is None:
        return "", False
    if hopeless(model):
        return STARTER_NOTE, True
    if variable := key_variable(model):
        return _key_text(variable, key_is_set), not key_is_set
    if model.kind is ModelKind.ENDPOINT:
        return "No key is sent to this model", False
    return "Runs on this machine", False


def key_missing(model: Model) -> str:
    """Return why a model cannot be asked."""
    return f"{_key_text(key_variable(model), False)}. Set it where viva is started, and open viva again"


def _key_text(variable: str, key_is_set: bool) -> str:
    shown = display_line(variable, 40)
    return f"{shown} is set: the key is there" if key_is_set else f"{shown} is not set: viva was started without it"


def dataset_problem(name: str) -> str:
    """Return what is wrong with the name of a dataset to be written, nothing where it can be used."""
    if not name:
        return "Give the dataset a name"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        return "The dataset's name: up to 64 letters, digits, . - _, a letter or digit first"
    return ""


def dataset_note(name: str, datasets: Sequence[Dataset]) -> str:
    """Return what a name that is taken means."""
    there = next((dataset for dataset in datasets if dataset.name == name), None)
    return "" if there is None else f"is there: this adds version {there.version + 1}"


def prompts_text(prompts: Mapping[str, Path], names: Iterable[str], folder: Path) -> str:
    """Return which prompt files are in use and where they lie."""
    chosen = {name: prompts[name] for name in names if name in prompts}
    own = [name for name, path in chosen.items() if path.is_relative_to(folder)]
    shipped = [name for name in chosen if name not in own]
    parts = [f"{', '.join(own)} in data/prompts"] if own else []
    parts += [f"{', '.join(shipped)} as viva ships {'it' if len(shipped) == 1 else 'them'}"] if shipped else []
    return "; ".join(parts)


def copied_text(count: int) -> str:
    """Return what copying the prompts has brought."""
    if not count:
        return "They lie in data/prompts already"
    return f"{plural(count, 'prompt')} copied to data/prompts, to be edited there"


def start_question(dataset: str, model: str) -> str:
    """Return what is asked before the start."""
    return f"Have {display_line(dataset, 64)} written by {display_line(model, 64)}?"


def refusal(error: UserError) -> str:
    """Return an error on one line, its hint behind it unless that is about commands."""
    message, hint = display_line(error.message, 240), display_line(error.hint, 160)
    return f"{message}: {hint}" if hint and not _COMMAND.search(hint) else message


@dataclass(frozen=True)
class EndpointForm:
    """What was typed about a model behind an address, without the white space around it."""

    name: str = ""
    url: str = ""
    model: str = ""
    key_env: str = ""
    price_prompt: str = ""
    price_completion: str = ""

    @property
    def prices(self) -> tuple[float, float] | None:
        """What a million tokens cost, read and written; None where nothing was typed."""
        if not (self.price_prompt and self.price_completion):
            return None
        return float(self.price_prompt.replace(",", ".")), float(self.price_completion.replace(",", "."))

    def problem(self) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", self.name):
            return "name", "The name here: up to 64 letters, digits, . - _, a letter or digit first"
        if found := _address_problem(self.url):
            return "url", found
        if not self.model:
            return "model", "Say what the model is called there"
        if self.key_env and not _VARIABLE.fullmatch(self.key_env):
            return "key_env", "No variable's name; the key never belongs here"
        for field, price in (("price_prompt", self.price_prompt), ("price_completion", self.price_completion)):
            if price and not re.fullmatch(r"[0-9]{1,9}([.,][0-9]{1,9})?", price):
                return field, "A price per million tokens is a number such as 0.15"
        if bool(self.price_prompt) != bool(self.price_completion):
            missing = "price_completion" if self.price_prompt else "price_prompt"
            return missing, "Give both prices, or none"
        return None


def key_line(variable: str, key_is_set: bool) -> tuple[str, bool]:
    """Return what is said below the name of the variable, and whether it is a warning."""
    if not variable:
        return NO_KEY, False
    if not _VARIABLE.fullmatch(variable):
        return "No variable's name; the key never belongs here", True
    return _key_text(variable, key_is_set), not key_is_set


def _address_problem(url: str) -> str:
    wrong = "The address is like http://127.0.0.1:11434/v1"
    try:
        address = urlsplit(url)
        there = address.scheme in {"http", "https"} and bool(address.hostname)
        if address.port == 0:
            return wrong
    except ValueError:
        return wrong
    if there and (address.username or address.password):
        return "An address with a password in it would be stored: name a variable with the key instead"
    return "" if there else wrong
