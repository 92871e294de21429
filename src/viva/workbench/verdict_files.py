"""What files of judges' and of people's verdicts have in common: the version they are about, and their rubrics."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from viva.errors import BadInput
from viva.records.dataset import Dataset
from viva.records.rubric import Rubric
from viva.store import judgment_rows, outputs, rubrics
from viva.workbench.row_values import BadValue
from viva.workbench.rubrics import Rubrics

if TYPE_CHECKING:
    from viva.store import Store
    from viva.workbench.workbench import Workbench


def dataset_of(workbench: "Workbench", dataset: str, split: str | None, version: int | None) -> Dataset:
    """Return the version named, else the newest that has results: one made since has no texts to judge.

    Raises `NotFound`, also where it has no such split.
    """
    number = version or workbench.results.version(dataset).version
    if split is None:
        return workbench.datasets.get(dataset, number)
    return workbench.datasets.with_split(dataset, split, number)


def elsewhere(store: "Store", dataset: Dataset) -> Callable[[], dict[str, int]]:
    """Return what finds out which examples other versions have: id to version. It reads only when it is called."""

    def found() -> dict[str, int]:
        with store.read() as connection:
            return outputs.other_versions(connection, dataset.dataset_id)

    return found


def rubric_finder(workbench: "Workbench") -> Callable[[str], Rubric | None]:
    """Return what finds the rubric of an id in the store, or of a name; None where there is none, or `BadValue`."""
    known = Rubrics(workbench)

    def found(name: str) -> Rubric | None:
        with workbench.store.read() as connection:
            if name in judgment_rows.rubric_ids(connection):
                return rubrics.get(connection, name)
        try:
            return known.get(name) if name in known.names() else None
        except BadInput as error:
            raise BadValue(str(error)) from error

    return found


def rubric_names(workbench: "Workbench") -> dict[str, str]:
    """Return the names of rubrics by their ids, of those that stand for that very rubric here."""
    known = Rubrics(workbench)
    names: dict[str, str] = {}
    for name in known.names():
        try:
            names[known.get(name).rubric_id] = name
        except BadInput:
            # A file that is no rubric has no verdicts; whoever lists the rubrics is told what is wrong with it.
            continue
    return names
