"""What is known of one model."""

from dataclasses import dataclass, field
from typing import Any

from viva.records.model import Model
from viva.records.training import Equivalence


@dataclass(frozen=True)
class ModelDetails:
    """A model with what it was made of and what was made of it.

    `training` is what its training has written beside an adapter's weights, empty where there is nothing; `there`
    tells whether the directory or file that it should lie in is there, None where it lies in none. `systems` are
    the names of the systems that write with it.
    """

    model: Model
    there: bool | None = None
    training: dict[str, Any] = field(default_factory=dict)
    systems: tuple[str, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()
