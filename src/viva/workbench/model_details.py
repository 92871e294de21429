"""Everything that is known of a model, from the store and from what lies beside its weights."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva.records.model import Model, ModelKind
from viva.records.model_details import ModelDetails

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

TRAINING = "training.json"
LARGEST_FILE = 1_000_000
"""No training writes so many bytes: a longer file is somebody else's."""


def details(workbench: "Workbench", name: str) -> ModelDetails:
    """Return what is known of the model `name`. Raises `NotFound`."""
    model = workbench.models.get(name)
    systems = tuple(system.name for system in workbench.generation.systems() if system.model == name)
    equivalences = tuple(workbench.exports.equivalences(name))
    if model.kind is ModelKind.ENDPOINT or (model.kind is ModelKind.HUB and not Path(model.location).is_absolute()):
        return ModelDetails(model, None, {}, systems, equivalences)
    # The built-in model lies where this viva is installed.
    place = Path(model.location)
    there = model.kind is ModelKind.STARTER or place.exists()
    return ModelDetails(model, there, training_facts(model, place), systems, equivalences)


def system_counts(workbench: "Workbench") -> dict[str, int]:
    """Return how many systems write with each model."""
    counts: dict[str, int] = {}
    for system in workbench.generation.systems():
        counts[system.model] = counts.get(system.model, 0) + 1
    return counts


def training_facts(model: Model, directory: Path) -> dict[str, Any]:
    """Return what a training has written beside an adapter's weights, nothing where that is not to be had."""
    path = directory / TRAINING
    if model.kind is not ModelKind.ADAPTER:
        return {}
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        found = json.loads(raw) if len(raw) <= LARGEST_FILE else None
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
