"""Verdicts of judges made elsewhere: brought in beside viva's own, and taken out again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva import jsonl
from viva.errors import UsageError
from viva.records.dataset import Dataset
from viva.records.ids import content_id
from viva.records.judging import JudgeMode, Judgment
from viva.records.reading import BadRow, RawRow
from viva.records.rubric import Rubric
from viva.store import judgment_rows as table
from viva.store import judgments, outputs, rubrics
from viva.text import display_line
from viva.workbench import files, output_files, row_files
from viva.workbench.importing import Progress
from viva.workbench.judgment_rows import Reader, checked_judge
from viva.workbench.output_rows import Examples
from viva.workbench.row_values import BadValue
from viva.workbench.verdict_files import dataset_of, elsewhere, rubric_finder, rubric_names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

PIECE = 500
"""Rows that are put into the store at a time."""


@dataclass(frozen=True)
class JudgmentsImported:
    """What an import of verdicts brought: `added` ones of `judges`; `known` ones were there already.

    `bad` counts the rows that could not be used, the first of them are in `samples`, all of them in `bad_file`.
    """

    dataset: Dataset
    added: int
    known: int
    judges: tuple[str, ...] = ()
    bad: int = 0
    samples: tuple[BadRow, ...] = ()
    bad_file: Path | None = None


class JudgmentFiles:
    """Import and export what judges said."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench
        self._store = workbench.store

    def import_file(
        self,
        path: Path,
        dataset: str,
        split: str | None = None,
        *,
        judge: str | None = None,
        rubric: str = "default",
        version: int | None = None,
        strict: bool = False,
        encoding: str | None = None,
        progress: Progress | None = None,
    ) -> JudgmentsImported:
        """Import verdicts of judges outside of viva on texts for a dataset, in one transaction.

        `judge` names the judge of all rows, `rubric` is that of rows that name none. Verdicts that are there already
        are passed over; another one in place of one that is there counts from now on. Of a judge and mode the rubric
        counts that was imported last, and a file holds one. Rows that cannot be used, those of judges that viva asks
        itself among them, go to a file next to `path`; with `strict` one of them is enough to refuse. Raises
        `NotFound`, `UsageError`, `BadInput`.
        """
        found = dataset_of(self._workbench, dataset, split, version)
        path = files.readable(self._workbench, path)
        shown = display_line(path.name, 80)
        if judge is not None:
            try:
                judge = checked_judge(judge)
            except BadValue as error:
                raise UsageError(str(error), "choose another --judge") from error
        default = self._workbench.rubrics.get(rubric)
        with self._store.read() as connection:
            keys = outputs.example_keys(connection, found.dataset_id)
            examples = Examples(found, keys, split, elsewhere(self._store, found))
            texts = table.texts(connection, found.dataset_id)
            own = table.names_of_viva(connection)
        splits = {key.example_id: key.split for key in keys}
        find = rubric_finder(self._workbench)
        reader: Reader | None = None

        def read_as(first: list[RawRow]) -> Reader:
            nonlocal reader
            reader = Reader(first, found.name, examples, texts, find, default, judge, shown, splits, own)
            return reader

        with row_files.staged(
            self._workbench, path, encoding, read_as, each="a verdict", strict=strict, progress=progress
        ) as (staged, bad):
            taking = _Taking(found, reader.used if reader else {})
            with self._store.write() as connection:
                for piece in jsonl.pieces(jsonl.read(staged), PIECE):
                    taking.add(connection, piece)
                taking.choose(connection)
        return JudgmentsImported(
            found, taking.added, taking.known, tuple(taking.judges), bad.count, tuple(bad.samples), bad.file
        )

    def export(
        self,
        dataset: str,
        path: Path,
        split: str | None = None,
        judge: str | None = None,
        mode: JudgeMode | None = None,
        version: int | None = None,
        *,
        overwrite: bool = False,
    ) -> int:
        """Write the verdicts that count to a file that `import_file` reads, CSV or JSON Lines by its ending.

        Each sample of a judge is a row; panels, which are made of judges, have none. Return how many. Raises
        `NotFound`, `UsageError` where the file is there already, `BadInput` where it cannot be written.
        """
        path = output_files.checked(path)
        found = dataset_of(self._workbench, dataset, split, version)
        with self._store.read() as connection:
            rows = table.exported(connection, found.name, found.version, split, judge, mode)
            return output_files.write(path, table.EXPORTED, self._named(rows), overwrite=overwrite)

    def _named(self, rows: Iterator[tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
        """Put the name of a rubric in place of its id, where the name stands for that very rubric here."""
        place, by_id = table.EXPORTED.index("rubric"), rubric_names(self._workbench)
        for row in rows:
            yield [*row[:place], by_id.get(row[place], row[place]), *row[place + 1 :]]


@dataclass
class _Taking:
    """Puts verdicts into the store, within one transaction."""

    dataset: Dataset
    rubrics: dict[str, Rubric]
    judges: dict[str, None] = field(default_factory=dict)
    chosen: dict[tuple[str, str, str, str], None] = field(default_factory=dict)
    added: int = 0
    known: int = 0

    def add(self, connection: table.Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Add what is not there yet."""
        for rubric in self.rubrics.values():
            rubrics.add(connection, rubric)
        self.rubrics = {}
        found = [(row["split"], table.Slot(*row["slot"]), table.Said(*row["said"])) for row in rows]
        there = table.newest(connection, [slot for _, slot, _ in found])
        new: list[Judgment] = []
        for split, slot, said in found:
            self.judges[slot.judge] = None
            self.chosen[slot.judge, slot.mode, slot.rubric_id, split] = None
            before, times = there.get(slot, (None, 0))
            if before == said:
                self.known += 1
                continue
            new.append(
                Judgment(
                    content_id("imported", *slot, times), slot.generation_id, slot.rubric_id, slot.judge,
                    JudgeMode(slot.mode), slot.criterion, said.value, said.unscored, said.rationale, said.evidence,
                    said.found, slot.sample,
                )
            )  # fmt: skip
        judgments.add(connection, self.dataset.dataset_id, [], new)
        self.added += len(new)

    def choose(self, connection: table.Connection) -> None:
        """Let the rubrics of the file count, also where all of its verdicts were there already."""
        for judge, mode, rubric_id, split in self.chosen:
            judgments.choose_imported(connection, self.dataset.dataset_id, judge, JudgeMode(mode), rubric_id, split)
