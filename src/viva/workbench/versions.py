"""Versions of a dataset: reading one in pieces, and making the next of it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from viva.errors import BadInput, Outdated
from viva.records.dataset import Dataset, Example
from viva.store import datasets as table
from viva.store.rows import next_piece
from viva.store.staging import stage
from viva.text import display_line
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

_FIRST_PIECE = 100


def found(workbench: "Workbench", name: str, version: int | None = None) -> Dataset:
    """Return a version of the dataset `name`, the newest where none is asked for. Raises `NotFound`."""
    with workbench.store.read() as connection:
        dataset = table.by_name(connection, name, version)
        if dataset is not None:
            return dataset
        known = [dataset.name for dataset in table.every(connection)]
        if version is not None and name in known:
            there = [str(dataset.version) for dataset in table.versions(connection, name)]
            raise names.missing(f"version of {display_line(name, 40)}", str(version), there, "")
    raise names.missing("dataset", name, known, "import one: viva dataset import FILE --name NAME")


def examples(workbench: "Workbench", dataset: Dataset) -> Iterator[Example]:
    """Yield the examples of a version in their order, reading some megabytes at a time.

    The store is let go of between two pieces: a version never changes.
    """
    first, count = 0, _FIRST_PIECE
    while first < dataset.size:
        with workbench.store.read() as connection:
            piece = table.examples_between(connection, dataset.dataset_id, first, first + count)
        yield from piece
        first += count
        count = next_piece(len(piece), sum(len(e.question) + len(e.reference) + len(str(e.messages)) for e in piece))


def derive(workbench: "Workbench", parent: Dataset, rows: Iterable[Example], change: str) -> Dataset:
    """Make the next version of `parent` out of `rows`; return `parent` itself where they are what it holds.

    What was written and rated for an earlier version keeps pointing at it. Raises `BadInput` where nothing is left,
    `Outdated` where somebody else has made a version meanwhile: what they did would be lost.
    """
    with stage(workbench.paths.staging) as staging:
        for row in rows:
            staging.add(row)
        if not staging.count:
            raise BadInput(f"no example of {display_line(parent.name, 40)} would be left", "nothing was changed")
        staged = staging.finish()
        with workbench.store.write() as connection:
            if table.content(connection, parent.dataset_id) == staged.content:
                return parent
            newest = table.by_name(connection, parent.name)
            if newest is not None and newest.dataset_id != parent.dataset_id:
                raise Outdated(
                    f"{display_line(parent.name, 40)} was changed meanwhile: {display_line(newest.change, 80)}",
                    "nothing is lost; do it again on the new version",
                )
            dataset_id = table.add_staged(connection, parent.name, parent.source, staged, change, parent.dataset_id)
            made = table.by_id(connection, dataset_id)
    assert made is not None
    return made
