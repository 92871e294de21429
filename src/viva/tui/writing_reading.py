"""What the forms that have a dataset written read from the workspace, in a thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from viva.present import writers as words
from viva.records.dataset import Dataset
from viva.records.model import Model
from viva.workbench import Workbench


@dataclass(frozen=True)
class Known:
    """The models in the order they are offered, the datasets, the prompts in use; `keys` are variables with a key."""

    models: list[Model]
    datasets: list[Dataset]
    prompts: Mapping[str, Path]
    keys: frozenset[str]

    def model(self, name: object) -> Model | None:
        return next((model for model in self.models if model.name == name), None)

    def key_is_set(self, model: Model) -> bool:
        """Tell whether a model's key is at hand."""
        return words.key_variable(model) in self.keys


NOTHING = Known([], [], {}, frozenset())


def read_known(workbench: Workbench) -> Known:
    """Read all that."""
    models = words.writers(workbench.models.list())
    variables = {words.key_variable(model) for model in models} - {""}
    keys = frozenset(name for name in variables if workbench.synthesis.key_is_set(name))
    return Known(models, workbench.datasets.list(), workbench.synthesis.prompts(), keys)
