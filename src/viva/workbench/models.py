"""Models of the workspace."""

from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.paths import shipped
from viva.records.ids import content_id
from viva.records.model import Model, ModelKind
from viva.store import models as table
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

STARTER = "starter"
STARTER_NOTE = "built in, about 2 million parameters, for trying things out: its texts are not clever"


class Models:
    """Register and look up models."""

    def __init__(self, workbench: "Workbench") -> None:
        self._store = workbench.store

    def starter(self) -> Model:
        """Return the built-in model, registering it the first time."""
        location = str(shipped("models", STARTER))
        return self._known_or_added(
            Model(content_id(STARTER), STARTER, ModelKind.STARTER, location, None, STARTER_NOTE)
        )

    def add_hub(self, name: str, location: str) -> Model:
        """Register a Hugging Face model by its id, or a directory with one. Raises `UsageError`."""
        names.checked("model", name)
        if Path(location).expanduser().is_dir():
            location = str(Path(location).expanduser().resolve())
        return self._known_or_added(Model(content_id(name, location), name, ModelKind.HUB, location))

    def add_adapter(self, name: str, directory: Path, base: str, note: str = "") -> Model:
        """Register a LoRA adapter trained over the model `base`. Raises `UsageError`, `NotFound`."""
        names.checked("model", name)
        location = str(directory.expanduser().resolve())
        if not Path(location, "adapter_config.json").is_file():
            raise UsageError(f"{directory.name} is no adapter", "it should hold adapter_config.json")
        self.get(base)
        return self._known_or_added(Model(content_id(name, location), name, ModelKind.ADAPTER, location, base, note))

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
        """Return where a model's weights lie, and for an adapter where its base's lie."""
        if model.kind is not ModelKind.ADAPTER:
            return self._location(model), None
        assert model.base is not None
        return model.location, self._location(self.get(model.base))

    def _location(self, model: Model) -> str:
        # The starter lies where this viva is installed, wherever the workspace was made.
        return str(shipped("models", STARTER)) if model.kind is ModelKind.STARTER else model.location

    def _known_or_added(self, model: Model) -> Model:
        with self._store.read() as connection:
            known = table.by_name(connection, model.name)
        if known is not None:
            if known.model_id != model.model_id:
                raise UsageError(f"there is a model {model.name} already", "choose another name")
            return known
        with self._store.write() as connection:
            table.add(connection, model)
        return model

    def list(self) -> list[Model]:
        """Return all models in the order they came."""
        with self._store.read() as connection:
            return table.every(connection)
