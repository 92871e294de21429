"""Texts made elsewhere: brought in as generations, listed beside viva's own, and taken out again."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva import jsonl
from viva.errors import BadInput, UsageError
from viva.records.dataset import Dataset
from viva.records.generation import Generation
from viva.records.ids import content_id
from viva.records.model import Decoding, System
from viva.records.outputs import GenerationRow, OutputsImported
from viva.store import generations, models
from viva.store import outputs as table
from viva.store.rows import storable
from viva.text import display_line
from viva.workbench import files, names, output_files, row_files
from viva.workbench.importing import BadRows, Progress
from viva.workbench.models import STARTER
from viva.workbench.output_rows import Examples, Maker, checked_name
from viva.workbench.row_values import BadValue
from viva.workbench.verdict_files import elsewhere

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

PIECE = 200
"""Rows that are put into the store at a time."""


class Outputs:
    """Import, list and export generations."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def import_file(
        self,
        path: Path,
        dataset: str,
        split: str | None = None,
        *,
        system: str | None = None,
        prefix: str = "",
        version: int | None = None,
        strict: bool = False,
        encoding: str | None = None,
        progress: Progress | None = None,
    ) -> OutputsImported:
        """Import texts that systems outside of viva wrote for a dataset, in one transaction.

        `system` names the system of all rows; the names in the file get the `prefix`. Texts that are there already are
        passed over, also those that viva wrote itself. Rows that cannot be used go to a file next to `path`; with
        `strict` one of them is enough to refuse. Raises `NotFound`, `UsageError`, and `BadInput`: also for another text
        where there is one, and for a new one of a system that viva writes with itself.
        """
        if system is not None and prefix:
            raise UsageError("a prefix is for the names in the file, but one name is given for all rows",
                             "leave out --prefix or --system")  # fmt: skip
        found = self._dataset(dataset, split, version)
        path = files.readable(self._workbench, path)
        if system is not None:
            try:
                system = checked_name(system)
            except BadValue as error:
                raise UsageError(str(error), "choose another --system") from error
        with self._store.read() as connection:
            examples = Examples(
                found, table.example_keys(connection, found.dataset_id), split, elsewhere(self._store, found)
            )
        file = display_line(path.name, 80)
        with row_files.staged(
            self._workbench, path, encoding, lambda first: Maker(first, examples, system, file, prefix),
            each="a text", strict=strict, progress=progress,
        ) as (staged, bad):  # fmt: skip
            return self._take(found, path, staged, bad)

    def list(
        self, dataset: str, split: str | None = None, system: str | None = None, version: int | None = None
    ) -> Sequence[GenerationRow]:
        """Return what was written for a dataset, for the version that has results where none is named.

        Raises `NotFound`.
        """
        found = self._written(dataset, split, system, version)
        with self._store.read() as connection:
            return table.listed(connection, found.dataset_id, split, system)

    def count(self, dataset: str, split: str | None = None) -> int:
        """Return how many texts there are for the version that has results. Raises `NotFound`."""
        found = self._written(dataset, split, None, None)
        with self._store.read() as connection:
            return table.count(connection, found.dataset_id, split)

    def export(
        self,
        dataset: str,
        path: Path,
        split: str | None = None,
        system: str | None = None,
        version: int | None = None,
        *,
        overwrite: bool = False,
    ) -> int:
        """Write generations to a file that `import_file` reads, CSV or JSON Lines by its ending; return how many.

        Raises `NotFound`, `UsageError` where the file is there already, `BadInput` where it cannot be written.
        """
        path = output_files.checked(path)
        found = self._written(dataset, split, system, version)
        with self._store.read() as connection:
            rows = table.exported(connection, found.dataset_id, split, system)
            return output_files.write(path, table.EXPORTED, rows, overwrite=overwrite)

    def _dataset(self, dataset: str, split: str | None, version: int | None) -> Dataset:
        datasets = self._workbench.datasets
        return datasets.get(dataset, version) if split is None else datasets.with_split(dataset, split, version)

    def _written(self, dataset: str, split: str | None, system: str | None, version: int | None) -> Dataset:
        found = self._dataset(dataset, split, version or self._workbench.results.version(dataset).version)
        if system is not None:
            known = {one.name for one in self._workbench.generation.systems(dataset)}
            if system not in known:
                raise names.missing("system", system, known, f"let a model write: viva generate {dataset} --help")
        return found

    def _take(self, dataset: Dataset, path: Path, staged: Path, bad: BadRows) -> OutputsImported:
        with self._store.write() as connection:
            taking = _Taking(connection, display_line(path.name, 80))
            for piece in jsonl.pieces(jsonl.read(staged), PIECE):
                taking.add(piece)
        return OutputsImported(
            dataset,
            taking.added,
            taking.known,
            tuple(taking.systems),
            tuple(taking.new),
            bad.count,
            tuple(bad.samples),
            bad.file,
        )


class _Taking:
    """Puts rows into the store, within one transaction."""

    def __init__(self, connection: table.Connection, file: str) -> None:
        self._connection = connection
        self._file = file
        self._known = {system.name: system for system in models.systems(connection)}
        self._models = {STARTER, *(model.name for model in models.every(connection))}
        self._own: set[str] = set()
        self.systems: dict[str, System] = {}
        self.new: list[str] = []
        self.added = 0
        self.known = 0

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add what is not there yet. Raises `BadInput` where there is another text, or for a system of viva's own."""
        keyed = [((self._system(row).system_id, row["example_id"], row["sample"]), row) for row in rows]
        there = table.texts(self._connection, [key for key, _ in keyed])
        added: list[Generation] = []
        for key, row in keyed:
            text = str(storable(row["text"]))
            if key in there and (there[key] is not None or row["failed"] is not None):
                if row["failed"] is None and there[key] != text:
                    raise self._written_here(row) if row["system"] in self._own else self._another(row)
                self.known += 1
                continue
            if row["system"] in self._own:
                raise self._written_here(row)
            there[key] = None if row["failed"] is not None else text
            generation_id = content_id("imported", *key, text, row["failed"])
            added.append(
                Generation(
                    generation_id, key[0], key[1], text, row["finish_reason"], row["prompt_tokens"],
                    row["completion_tokens"], row["seconds"], row["sample"], row["failed"], row["cost"],
                )
            )  # fmt: skip
        generations.add(self._connection, added)
        self.added += len(added)

    def _system(self, row: dict[str, Any]) -> System:
        name = row["system"]
        if name not in self.systems:
            self.systems[name] = self._found(row)
        return self.systems[name]

    def _found(self, row: dict[str, Any]) -> System:
        name = row["system"]
        known = self._known.get(name)
        # A prompt of viva's own has a place for the question; what came from elsewhere has none.
        if name in self._models or (known is not None and known.prompt):
            self._own.add(name)
            if known is None:
                raise self._written_here(row)
        if known is None:
            known = System(name, name, "", Decoding())
            models.add_system(self._connection, known)
            self.new.append(name)
        return known

    def _written_here(self, row: dict[str, Any]) -> BadInput:
        """Return the error for a text that viva has not written, under the name of what it writes with."""
        name = row["system"]
        what = "model" if name in self._models else "system"
        return BadInput(
            f"{self._file}, line {row['line']}: {display_line(name, 60)} is a {what} that viva writes with itself, "
            "and this text is not among its own",
            "give the texts of elsewhere other names: --prefix other-, or --system NAME for one name",
        )

    def _another(self, row: dict[str, Any]) -> BadInput:
        number = f" (sample {row['sample']})" if row["sample"] else ""
        return BadInput(
            f"{self._file}, line {row['line']}: {display_line(row['system'], 60)} has another text for this "
            f"example{number} already, and what may have been rated does not change",
            "import it under another name with --system NAME, or number several texts in a column sample",
        )
