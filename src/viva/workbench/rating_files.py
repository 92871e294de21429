"""Files of what people said: ratings, and which of two texts is better, made elsewhere and in viva."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva import jsonl
from viva.errors import UsageError
from viva.records.dataset import Dataset
from viva.records.person import Role
from viva.records.reading import BadRow, RawRow
from viva.records.study import StudyMode, StudyState
from viva.store import judgment_rows, outputs, studies
from viva.store import rating_rows as table
from viva.text import display_line
from viva.workbench import files, names, output_files, rating_rows, row_files, sealed
from viva.workbench.datasets import Datasets
from viva.workbench.imported_verdicts import Kind, Maker, Taking
from viva.workbench.importing import BadRows, Progress
from viva.workbench.output_rows import Examples
from viva.workbench.preference_files import PREFERENCES
from viva.workbench.verdict_files import dataset_of, elsewhere, rubric_finder, rubric_names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

RATINGS = Kind(
    "ratings", StudyMode.RUBRIC, table.RATINGS, rating_rows.Reader, table.ratings, table.add_ratings,
    table.exported_ratings, dict,
)  # fmt: skip


@dataclass(frozen=True)
class VerdictsImported:
    """What an import of people's verdicts brought: `added` ones, each on one criterion; `known` were there already.

    `studies` are those that the rows belong to, `made` those of them that the import made; `raters` counts people.
    `unused` are columns that nothing was made of. `bad` counts the rows that could not be used, the first of them are
    in `samples`, all of them in `bad_file`.
    """

    dataset: Dataset
    added: int
    known: int
    studies: tuple[str, ...]
    made: tuple[str, ...]
    raters: int
    unused: tuple[str, ...] = ()
    bad: int = 0
    samples: tuple[BadRow, ...] = ()
    bad_file: Path | None = None


class RatingFiles:
    """Import and export what people said of single texts; `preferences` does the same for pairs of texts."""

    def __init__(self, workbench: "Workbench", kind: Kind = RATINGS) -> None:
        self._workbench = workbench
        self._store = workbench.store
        self._kind = kind

    @property
    def preferences(self) -> "RatingFiles":
        """The same for pairs of texts."""
        return RatingFiles(self._workbench, PREFERENCES)

    def import_file(
        self,
        path: Path,
        dataset: str,
        split: str | None = None,
        *,
        study: str | None = None,
        rater: str | None = None,
        rubric: str | None = None,
        version: int | None = None,
        strict: bool = False,
        encoding: str | None = None,
        columns: Mapping[str, str] | None = None,
        random_sample: bool = False,
        progress: Progress | None = None,
    ) -> VerdictsImported:
        """Import what people said about texts for a dataset, in one transaction.

        `study` and `rater` name those of all rows, `rubric` is that of rows that name none (else their study's, else
        `default`). A study that is not there is made: closed, and nobody's to rate. One that was made here in another
        way takes nothing that it does not hold already. What is there already is passed over; another verdict in place
        of one that is there counts from now on. Rows that cannot be used go to a file next to `path`; with `strict`
        one of them is enough to refuse. `columns` tells what the file calls a column, such as {"system": "model"}.
        `random_sample` declares all questions of the studies in the file a random sample of their split.
        Raises `Forbidden`, `NotFound`, `UsageError`, `BadInput`.
        """
        self._workbench.require(Role.ENGINEER, f"import {self._kind.noun}")
        found = dataset_of(self._workbench, dataset, split, version)
        path = files.readable(self._workbench, path)
        with self._store.read() as connection:
            keys = outputs.example_keys(connection, found.dataset_id)
            texts = judgment_rows.texts(connection, found.dataset_id)
            held = table.studies(connection)
        examples = Examples(found, keys, split, elsewhere(self._store, found))
        rows = rating_rows.Rows(
            rating_rows.Texts(found, examples, texts, {key.example_id: key.split for key in keys}),
            held,
            rubric_finder(self._workbench),
            self._kind.mode,
            study=study,
            rater=rater,
            rubric=None if rubric is None else self._workbench.rubrics.get(rubric),
            columns=columns,
        )
        reader: Maker | None = None

        def read_as(first: list[RawRow]) -> Maker:
            nonlocal reader
            reader = self._kind.maker(first, display_line(path.name, 80), rows)
            return reader

        with row_files.staged(
            self._workbench, path, encoding, read_as, each="a verdict", strict=strict, progress=progress
        ) as (staged, bad):
            systems = {text: system for (system, _, _), text in texts.items()}
            person = self._workbench.person.name
            taking = Taking(self._kind, found, rows.used, systems, person, path.name, random_sample)
            with self._store.write() as connection:
                taking.take(connection, jsonl.read(staged))
        return _imported(taking, () if reader is None else reader.unused(), bad)

    def export(
        self, path: Path, study: str | None = None, dataset: str | None = None, *, overwrite: bool = False
    ) -> int:
        """Write what counts to a file that `import_file` reads, CSV or JSON Lines by its ending; return how many rows.

        Leads may have studies that are closed, as every other one of such texts is that they may rate in, engineers
        all. Raises `Forbidden`, `NotFound`, `UsageError` where the file is there already, `BadInput` where it cannot be
        written.
        """
        self._workbench.require(Role.LEAD, f"export {self._kind.noun}")
        path = output_files.checked(path)
        if dataset is not None:
            dataset = Datasets(self._workbench).get(dataset).name
        engineer = self._workbench.person.role.includes(Role.ENGINEER)
        with self._store.read() as connection:
            if study is not None:
                self._check(study, table.studies(connection))
            every, person = studies.every(connection), self._workbench.person
            open_to = {one.name for one in every if sealed.open_to(person, one, every)}
            if study is not None and (found := studies.get(connection, study)) is not None:
                sealed.require_open(connection, person, found, "export it")
            rows = self._kind.exported(connection, study, dataset, closed_only=not engineer)
            at = self._kind.columns.index("study")
            seen = (row for row in rows if row[at] in open_to)
            return output_files.write(path, self._kind.columns, self._in_words(seen), overwrite=overwrite)

    def _in_words(self, rows: Iterator[tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
        """Put the name of a rubric in place of its id, where the name stands for that very rubric here."""
        rubric, value = self._kind.columns.index("rubric"), _place(self._kind.columns, "value")
        time, by_id = self._kind.columns.index("created_at"), rubric_names(self._workbench)
        for values in rows:
            row = list(values)
            row[rubric] = by_id.get(row[rubric], row[rubric])
            row[time] = row[time].isoformat()
            if value is not None and row[value] is not None and row[value].is_integer():
                row[value] = int(row[value])
            yield row

    def _check(self, study: str, there: dict[str, table.HeldStudy]) -> None:
        if study not in there:
            raise names.missing("study", study, there, "there is no study yet")
        if there[study].mode != self._kind.mode:
            other = "preference" if there[study].mode == StudyMode.PAIRWISE else "rating"
            raise UsageError(f"the study {study} holds {other}s", f"viva {other} export FILE --study {study}")
        if there[study].state != StudyState.CLOSED:
            self._workbench.require(Role.ENGINEER, "export a study that is not closed")


def _imported(taking: Taking, unused: tuple[str, ...], bad: BadRows) -> VerdictsImported:
    return VerdictsImported(
        taking.dataset, taking.added, taking.known, tuple(taking.studies), tuple(taking.made), len(taking.raters),
        unused, bad.count, tuple(bad.samples), bad.file,
    )  # fmt: skip


def _place(columns: Sequence[str], name: str) -> int | None:
    return columns.index(name) if name in columns else None
