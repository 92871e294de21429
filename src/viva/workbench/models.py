"""Models of the workspace."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from viva.errors import BadInput, UsageError
from viva.generate.fingerprint import fingerprint
from viva.jobs.child import run_child, worker_threads
from viva.paths import shipped
from viva.records.ids import content_id
from viva.records.model import Model, ModelKind
from viva.records.model_check import ModelCheck
from viva.store import models as table
from viva.text import display_line
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

STARTER = "starter"
CHECK = "viva.generate.check"
GGUF = ".gguf"
FINGERPRINT = "fingerprint"
"""The key of a model's settings under which its weights' fingerprint is kept."""
EXTRA_PARAMETERS = ("top_k", "repetition_penalty")
"""Decoding parameters that the chat-completions protocol does not have, and some servers add."""
STARTER_NOTE = "built in, about 2 million parameters, for trying things out: its texts are not clever"


class Models:
    """Register and look up models."""

    def __init__(self, workbench: "Workbench") -> None:
        self._store = workbench.store

    def starter(self) -> Model:
        """Return the built-in model, registering it the first time."""
        return self._known_or_added(_starter())

    def add_hub(self, name: str, location: str, note: str = "") -> Model:
        """Register a Hugging Face model by its id, a directory with one, or a `.gguf` file.

        Weights that lie here are known by their fingerprint from then on. Raises `UsageError`.
        """
        names.checked("model", name)
        path = Path(location).expanduser()
        if path.suffix.lower() == GGUF and not path.exists():
            raise UsageError(f"there is no file {display_line(location, 120)}", "name a .gguf file")
        if path.is_file() and path.suffix.lower() != GGUF:
            raise UsageError(f"{display_line(path.name, 80)} is no model", "name a directory, a .gguf file or a hub id")
        settings: dict[str, Any] = {}
        if path.exists():
            location = str(path.resolve())
            settings = _fingerprinted(location)
        model_id = content_id(name, location)
        return self._known_or_added(Model(model_id, name, ModelKind.HUB, location, None, note, settings))

    def add_adapter(self, name: str, directory: Path, base: str, note: str = "") -> Model:
        """Register a LoRA adapter trained over the model `base`. Raises `UsageError`, `NotFound`."""
        names.checked("model", name)
        location = str(directory.expanduser().resolve())
        if not Path(location, "adapter_config.json").is_file():
            raise UsageError(f"{directory.name} is no adapter", "it should hold adapter_config.json")
        self.get(base)
        model_id = content_id(name, location)
        settings = _fingerprinted(location)
        return self._known_or_added(Model(model_id, name, ModelKind.ADAPTER, location, base, note, settings))

    def add_endpoint(
        self,
        name: str,
        url: str,
        model: str,
        key_env: str | None = None,
        prices: tuple[float, float] | None = None,
        takes: Mapping[str, str] | None = None,
        concurrency: int | None = None,
        timeout: float | None = None,
    ) -> Model:
        """Register a model behind an address that speaks the chat-completions protocol (Ollama, vLLM, OpenAI …).

        `model` is its name there; the key is read from the environment variable `key_env` when a call is made and
        never stored. `prices` are per million tokens read and written. `takes` says what the server calls decoding
        parameters that not every server has, `top_k` and `repetition_penalty`; `concurrency` is how many calls may be
        under way, `timeout` how many seconds an answer may take. Raises `UsageError`.
        """
        names.checked("model", name)
        address = urlsplit(url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise UsageError(f"{display_line(url, 80)} is no address", "such as http://127.0.0.1:11434/v1")
        if address.username or address.password:
            raise UsageError("an address with a password in it would be stored", "name the variable with --key-env")
        if not model.strip():
            raise UsageError("the endpoint's model has no name", "name it with --model")
        settings: dict[str, Any] = {"model": model, "key_env": key_env}
        if prices is not None:
            if min(prices) < 0:
                raise UsageError("a price cannot be negative")
            settings |= {"price_prompt": prices[0], "price_completion": prices[1]}
        if takes:
            if unknown := sorted(set(takes) - set(EXTRA_PARAMETERS)):
                raise UsageError(
                    f"{display_line(unknown[0], 40)} is no parameter that servers differ in",
                    f"those are {' and '.join(EXTRA_PARAMETERS)}",
                )
            settings["takes"] = dict(takes)
        if concurrency is not None:
            if concurrency < 1:
                raise UsageError("at least one call must be under way")
            settings["concurrency"] = concurrency
        if timeout is not None:
            if not (timeout > 0 and math.isfinite(timeout)):
                raise UsageError("an answer must be given some time", "--timeout 600 waits for ten minutes")
            settings["timeout"] = timeout
        model_id = content_id(name, url, settings)
        return self._known_or_added(
            Model(model_id, name, ModelKind.ENDPOINT, url.rstrip("/"), None, f"{model} at {address.netloc}", settings)
        )

    def local(self, name: str) -> Model:
        """Return the model `name`, having made sure that its weights are at hand. Raises `NotFound`, `UsageError`."""
        model = self.get(name)
        if model.kind is ModelKind.ENDPOINT:
            raise UsageError(f"{display_line(name, 40)} is an endpoint: its weights are not here", "use a local model")
        return model

    def check(self, name: str) -> ModelCheck:
        """Return what a local model is, from its configuration and tokenizer, fetched from the hub where need be.

        Takes some seconds, in a process of its own. Raises `NotFound`, and `UserError` with one line that says why the
        model cannot be read.
        """
        model = self.local(name)
        location, base = self.weights(model)
        found = run_child(CHECK, {"location": location, "base": base}, threads=worker_threads())
        return ModelCheck(name=model.name, **found)

    def get(self, name: str) -> Model:
        """Return the model `name`; the starter need not have been registered. Raises `NotFound`."""
        if name == STARTER:
            return self.starter()
        with self._store.read() as connection:
            found = table.by_name(connection, name)
            if found is None:
                known = {STARTER, *(model.name for model in table.every(connection))}
                raise names.missing("model", name, known, "add one: viva model add NAME --hub ID")
        return found

    def unused_name(self, wanted: str) -> str:
        """Return `wanted`, or that with a number behind it where a model has this name already."""
        return names.unused(wanted, [model.name for model in self.list()])

    def weights(self, model: Model) -> tuple[str, str | None]:
        """Return where a model's weights lie, and for an adapter where its base's lie.

        Raises `UsageError` where they are not those that were added under its name.
        """
        if model.kind is not ModelKind.ADAPTER:
            return self._location(model), None
        assert model.base is not None
        return self._location(model), self._location(self.get(model.base))

    def places(self, model: Model) -> tuple[str, str | None]:
        """Return what `weights` returns, without looking at what lies there."""
        if model.kind is ModelKind.STARTER:
            return str(shipped("models", STARTER)), None
        return model.location, None if model.base is None else self.places(self.get(model.base))[0]

    def _location(self, model: Model) -> str:
        if model.kind is ModelKind.STARTER:
            # The starter lies where this viva is installed, wherever the workspace was made.
            return str(shipped("models", STARTER))
        if (known := model.settings.get(FINGERPRINT)) is not None:
            try:
                found = fingerprint(model.location)
            except BadInput as error:
                raise UsageError(f"the weights of {model.name} are gone: {error.message}", "put them back") from error
            if found != known:
                raise _changed(model.name)
        return model.location

    def _known_or_added(self, model: Model) -> Model:
        with self._store.read() as connection:
            known = table.by_name(connection, model.name)
        if known is not None:
            if known.model_id != model.model_id:
                raise UsageError(f"there is a model {model.name} already", "choose another name")
            before, now = (one.settings.get(FINGERPRINT) for one in (known, model))
            if before is not None and now != before:
                raise _changed(model.name)
            return known
        with self._store.write() as connection:
            table.add(connection, model)
        return model

    def list(self) -> list[Model]:
        """Return all models in the order they came; the built-in one first as long as nobody has asked for it."""
        with self._store.read() as connection:
            found = table.every(connection)
        return found if any(model.name == STARTER for model in found) else [_starter(), *found]


def _starter() -> Model:
    location = str(shipped("models", STARTER))
    return Model(content_id(STARTER), STARTER, ModelKind.STARTER, location, None, STARTER_NOTE)


def _fingerprinted(location: str) -> dict[str, Any]:
    """Return the settings that tell a model's weights from others; none where there are no weights yet."""
    try:
        return {FINGERPRINT: fingerprint(location)}
    except BadInput:
        return {}


def _changed(name: str) -> UsageError:
    return UsageError(
        f"the weights of {name} have changed since it was added",
        "add them under a new name, so that what was rated stays apart from what was not",
    )
