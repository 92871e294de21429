"""Datasets of the workspace."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from viva.dataset.reading import read_examples
from viva.paths import shipped
from viva.records.dataset import Dataset, Example
from viva.records.ids import content_id
from viva.store import datasets as table
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Datasets:
    """Import and read datasets."""

    def __init__(self, workbench: "Workbench") -> None:
        self._store = workbench.store

    def import_file(
        self, path: Path, name: str, columns: Mapping[str, str] | None = None, split: str | None = None
    ) -> Dataset:
        """Import a CSV or JSON Lines file as the dataset `name`, all of it or nothing.

        The same content under the same name is recognised and not imported again; other content becomes
        the next version. Raises `BadInput`, `UsageError`.
        """
        names.checked("dataset", name)
        examples = read_examples(path, columns, split)
        rows = [[e.question, e.reference, e.field, e.subfield, e.split, e.meta] for e in examples]
        dataset_id = content_id(name, rows)
        named = [
            replace(example, example_id=content_id(dataset_id, position)) for position, example in enumerate(examples)
        ]
        with self._store.write() as connection:
            found = table.by_id(connection, dataset_id)
            if found is None:
                table.add(connection, dataset_id, name, path.name, named)
                found = table.by_id(connection, dataset_id)
        assert found is not None
        return found

    def bundled(self) -> list[str]:
        """Return the names of the datasets that viva ships with."""
        return sorted(path.stem for path in shipped("datasets").glob("*.csv"))

    def import_bundled(self, name: str) -> Dataset:
        """Import a dataset that viva ships with. Raises `NotFound`."""
        if name not in self.bundled():
            raise names.missing("bundled dataset", name, self.bundled(), "")
        return self.import_file(shipped("datasets", f"{name}.csv"), name)

    def get(self, name: str) -> Dataset:
        """Return the newest version of the dataset `name`. Raises `NotFound`."""
        with self._store.read() as connection:
            found = table.by_name(connection, name)
            if found is None:
                known = [dataset.name for dataset in table.every(connection)]
                raise names.missing("dataset", name, known, "import one: viva dataset import FILE --name NAME")
        return found

    def split(self, name: str, split: str) -> Dataset:
        """Return the dataset `name`, having made sure that it has examples in `split`. Raises `NotFound`."""
        dataset = self.get(name)
        if split not in dataset.splits:
            raise names.missing(f"split of {name}", split, [s or "(none)" for s in dataset.splits], "it is empty")
        return dataset

    def examples(
        self,
        name: str,
        split: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        search: str | None = None,
    ) -> list[Example]:
        """Return examples in their order; `search` keeps those whose text holds it, upper or lower case."""
        dataset = self.get(name)
        with self._store.read() as connection:
            return table.examples(connection, dataset.dataset_id, split, limit, offset, search)

    def list(self) -> list[Dataset]:
        """Return the newest version of each dataset, by name."""
        with self._store.read() as connection:
            return table.every(connection)
