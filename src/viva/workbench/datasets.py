"""Datasets of the workspace: bring in, look at, mend, split, take out."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import NotFound
from viva.paths import shipped
from viva.records.cleaning import CleanReport, CleanRules
from viva.records.dataset import Dataset, Example, Leakage
from viva.records.duplicates import KeepRule, Leak, LeakageReport
from viva.records.first_look import FirstLook
from viva.records.imports import Imported, Preview
from viva.records.mending import DuplicateReport, LeakingTexts
from viva.records.reading import ColumnMatch, ExportForm, ReadOptions
from viva.records.split import SplitPlan, SplitResult
from viva.records.statistics import DatasetStatistics
from viva.store import datasets as table
from viva.text import display_line
from viva.workbench import curation, exporting, files, first_look, importing, names, versions
from viva.workbench.searches import Searches

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Datasets:
    """Every change of a dataset makes a new version; what was written and rated keeps pointing at the old one."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store
        self._searches = Searches()

    def files(self, folder: Path | None = None) -> tuple[Sequence[Path], Sequence[Path]]:
        """Return the folders and the data files in a folder of the workspace, by name. Raises `UsageError`."""
        return files.data_files(self._workbench, folder)

    def preview(self, path: Path, options: ReadOptions | None = None, rows: int = 5) -> Preview:
        """Return how a file would be understood, with its first rows; nothing is written.

        Raises `BadInput`, `UsageError`.
        """
        return importing.preview(files.readable(self._workbench, path), options or ReadOptions(), rows)

    def look(
        self, path: Path, options: ReadOptions | None = None, without: Collection[str] = (), shown: int = 50
    ) -> FirstLook:
        """Return a file's first rows and columns, also where it is not clear which of them is what.

        The words in `without` are left without a column. Raises `BadInput`, `UsageError`.
        """
        return first_look.look(self._workbench, path, options or ReadOptions(), without, shown)

    def import_file(
        self,
        path: Path,
        name: str,
        columns: Mapping[str, str] | None = None,
        split: str | None = None,
        *,
        options: ReadOptions | None = None,
        strict: bool = False,
        match: ColumnMatch | None = None,
        progress: importing.Progress | None = None,
    ) -> Imported:
        """Import a data file as the dataset `name`, in one transaction.

        Rows that cannot be used go to a file next to it; with `strict` one of them is enough to refuse. The same
        content under the same name is recognised and not imported again; other content becomes the next version.
        `match` is what a preview found, or the person corrected. Raises `BadInput`, `UsageError`.
        """
        options = options or ReadOptions(columns or {}, split)
        return importing.import_file(
            self._workbench,
            files.readable(self._workbench, path),
            name,
            options,
            strict=strict,
            match=match,
            progress=progress,
        )

    def import_hub(
        self,
        hub_id: str,
        name: str,
        *,
        config: str | None = None,
        hub_split: str | None = None,
        limit: int | None = None,
        options: ReadOptions | None = None,
        strict: bool = False,
        progress: importing.Progress | None = None,
    ) -> Imported:
        """Import a dataset of the Hugging Face hub, read as a stream. Raises `BadInput`, `MissingExtra`."""
        return importing.import_hub(
            self._workbench,
            hub_id,
            name,
            config,
            hub_split,
            limit,
            options or ReadOptions(),
            strict=strict,
            progress=progress,
        )

    def bundled(self) -> list[str]:
        """Return the names of the datasets that viva ships with."""
        return sorted(path.stem for path in shipped("datasets").glob("*.csv"))

    def import_bundled(self, name: str) -> Dataset:
        """Import a dataset that viva ships with. Raises `NotFound`."""
        if name not in self.bundled():
            raise names.missing("bundled dataset", name, self.bundled(), "")
        return self.import_file(shipped("datasets", f"{name}.csv"), name).dataset

    def get(self, name: str, version: int | None = None) -> Dataset:
        """Return the newest version of the dataset `name`, or the one asked for. Raises `NotFound`."""
        return versions.found(self._workbench, name, version)

    def versions(self, name: str) -> Sequence[Dataset]:
        """Return all versions of a dataset, the newest first. Raises `NotFound`."""
        self.get(name)
        with self._store.read() as connection:
            return table.versions(connection, name)

    def with_split(self, name: str, split: str, version: int | None = None) -> Dataset:
        """Return a version of a dataset, having made sure that it has examples in `split`. Raises `NotFound`."""
        dataset = self.get(name, version)
        if split not in dataset.splits:
            known = [known for known in dataset.splits if known]
            make = f"make splits: viva dataset split {name} train=0.8,validation=0.1,test=rest"
            message = f"there is no split {display_line(split, 40)} in {display_line(name, 60)!r}"
            raise NotFound(message, names.meant(split, known, make))
        return dataset

    def examples(
        self,
        name: str,
        split: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        search: str | None = None,
        version: int | None = None,
    ) -> Sequence[Example]:
        """Return examples in their order; `search` keeps those whose text holds it, upper or lower case."""
        dataset = self.get(name, version)
        with self._store.read() as connection:
            return table.examples(connection, dataset.dataset_id, split, limit, offset, search)

    def history(self, example_id: str) -> Sequence[tuple[Example, Dataset]]:
        """Return the states of an example with the versions that brought them, the newest first. Raises `NotFound`."""
        with self._store.read() as connection:
            found = table.history(connection, example_id)
        if not found:
            raise names.missing("example", example_id, [], "see: viva dataset show NAME")
        return found

    def edit(self, example_id: str, changes: Mapping[str, str | None], by: str) -> Example:
        """Change texts of an example; return it as the new version of its dataset holds it.

        `changes` maps question, reference, field, subfield or split to their new text. Raises `NotFound`,
        `UsageError`.
        """
        return curation.edit(self._workbench, example_id, changes, by)

    def preview_clean(self, name: str, rules: CleanRules, samples: int = 5, limit: int | None = None) -> CleanReport:
        """Return what cleaning would change, with samples; nothing is written.

        With `limit` only the first examples are looked at. Raises `NotFound`, `UsageError`.
        """
        return curation.preview_clean(self._workbench, self.get(name), rules, samples, limit)

    def clean(self, name: str, rules: CleanRules) -> tuple[Dataset, CleanReport]:
        """Clean a dataset; where that changes anything the result is its next version. Raises `NotFound`."""
        return curation.clean(self._workbench, self.get(name), rules)

    def duplicates(
        self, name: str, threshold: float | None = None, rule: KeepRule = KeepRule.FIRST, prefer: str | None = None
    ) -> DuplicateReport:
        """Return the groups of examples whose questions nearly repeat one another, and which of each stays.

        That is decided by `rule`, among the members in the split `prefer` where a group has any there.
        Raises `NotFound`, `UsageError`.
        """
        return curation.duplicates(self._workbench, self._searches, self.get(name), threshold, rule, prefer)

    def dedupe(
        self, name: str, threshold: float | None = None, rule: KeepRule = KeepRule.FIRST, prefer: str | None = None
    ) -> tuple[Dataset, DuplicateReport]:
        """Keep one example of each group of near-duplicates; the result is the dataset's next version."""
        return curation.dedupe(self._workbench, self._searches, self.get(name), threshold, rule, prefer)

    def check_leakage(self, name: str, threshold: float | None = None) -> tuple[Leakage, LeakageReport]:
        """Look for near-duplicates between splits and references inside questions; the finding is stored."""
        return curation.check_leakage(self._workbench, self.get(name), threshold)

    def leaking(self, leak: Leak) -> LeakingTexts:
        """Return the two examples that a finding is about, and what was copied. Raises `NotFound`."""
        return curation.leaking(self._workbench, leak)

    def split_plan(
        self,
        parts: str,
        per: str | None = None,
        stratify: str | None = None,
        seed: int = 0,
        together: bool = True,
    ) -> SplitPlan:
        """Return the plan that `parts` (`train=0.75,test=0.25`, counts, `rest`) and the strata's names say.

        With `together` near-duplicates, and all examples of one source, stay in one split. Raises `UsageError`.
        """
        return curation.split_plan(parts, per, stratify, seed, together)

    def preview_split(self, name: str, plan: SplitPlan) -> SplitResult:
        """Return how a plan would split a dataset; nothing is written. Raises `NotFound`, `UsageError`."""
        return curation.preview_split(self._workbench, self._searches, self.get(name), plan)

    def split(self, name: str, plan: SplitPlan) -> tuple[Dataset, SplitResult]:
        """Split a dataset anew; the result is its next version. Raises `NotFound`, `UsageError`."""
        return curation.split(self._workbench, self._searches, self.get(name), plan)

    def statistics(self, name: str, tokens: bool = True) -> DatasetStatistics:
        """Return counts, length distributions and the overlap of vocabularies. Raises `NotFound`.

        Lengths in tokens are those of the built-in model's tokenizer, where the library for it is installed.
        """
        return curation.statistics(self._workbench, self.get(name), tokens)

    def export(
        self,
        name: str,
        path: Path,
        form: ExportForm | None = None,
        split: str | None = None,
        version: int | None = None,
        overwrite: bool = False,
    ) -> int:
        """Write a dataset to a file; return how many examples. The suffix tells the form where none is given.

        Raises `NotFound`, `UsageError` where the file is there already.
        """
        dataset = self.get(name, version) if split is None else self.with_split(name, split, version)
        return exporting.export(self._workbench, dataset, path, form, split, overwrite)

    def list(self) -> list[Dataset]:
        """Return the newest version of each dataset, by name."""
        with self._store.read() as connection:
            return table.every(connection)
