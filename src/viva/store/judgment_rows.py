"""Verdicts of judges on their way in from elsewhere and on their way out to a file."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import duckdb

from viva.records.judging import BASELINE, JudgeMode
from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Text = tuple[str, str, int]
"""A system's name, an example's id, and which of the system's texts for it: the first is 0."""

EXPORTED = (
    "dataset", "example", "position", "split", "system", "sample", "judge", "mode", "rubric", "criterion",
    "judge_sample", "value", "unscored", "rationale", "evidence", "found",
)  # fmt: skip
"""The columns of a file of verdicts."""
_PIECE = 1000


class Slot(NamedTuple):
    """What a verdict is about; of several under one slot the newest counts."""

    generation_id: str
    judge: str
    mode: str
    rubric_id: str
    criterion: str
    sample: int


class Said(NamedTuple):
    """What a verdict says."""

    value: float | None
    unscored: str | None
    rationale: str
    evidence: str
    found: bool | None


def texts(connection: Connection, dataset_id: str) -> dict[Text, str]:
    """Return the ids of the texts that were written for a version."""
    found = connection.execute(
        """
        SELECT s.name, g.example_id, coalesce(g.sample, 0), g.generation_id
        FROM current_generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
        WHERE e.dataset_id = ?
        """,
        [dataset_id],
    ).fetchall()
    return {(system, example, sample): generation_id for system, example, sample, generation_id in found}


def names_of_viva(connection: Connection) -> set[str]:
    """Return the judges that viva asks itself, or could: models, who has a protocol, panels, the baseline."""
    found = connection.execute(
        "SELECT name FROM model UNION SELECT judge FROM protocol UNION SELECT name FROM panel"
    ).fetchall()
    return {BASELINE, *(name for (name,) in found)}


def rubric_ids(connection: Connection) -> set[str]:
    """Return the ids of the rubrics that are in the store."""
    return {rubric_id for (rubric_id,) in connection.execute("SELECT rubric_id FROM rubric").fetchall()}


def newest(connection: Connection, slots: Sequence[Slot]) -> dict[Slot, tuple[Said, int]]:
    """Return what counts under each of these slots that has a verdict of elsewhere, and how many there were."""
    found = connection.execute(
        """
        SELECT generation_id, judge, mode, rubric_id, criterion, j.sample, value, unscored, rationale, evidence, found,
               count(*) OVER same
        FROM judgment j JOIN (
            SELECT unnest($generations) AS generation_id, unnest($judges) AS judge, unnest($modes) AS mode,
                   unnest($rubrics) AS rubric_id, unnest($criteria) AS criterion, unnest($samples) AS sample
        ) k USING (generation_id, judge, mode, rubric_id, criterion)
        WHERE protocol_id IS NULL AND j.sample = k.sample
        WINDOW same AS (PARTITION BY generation_id, judge, mode, rubric_id, criterion, j.sample)
        QUALIFY row_number() OVER (PARTITION BY generation_id, judge, mode, rubric_id, criterion, j.sample
                                   ORDER BY created_at DESC, seq DESC) = 1
        """,
        {
            "generations": [slot.generation_id for slot in slots], "judges": [slot.judge for slot in slots],
            "modes": [slot.mode for slot in slots], "rubrics": [slot.rubric_id for slot in slots],
            "criteria": [slot.criterion for slot in slots], "samples": [slot.sample for slot in slots],
        },
    ).fetchall()  # fmt: skip
    return {Slot(*row[:6]): (Said(*row[6:11]), row[11]) for row in found}


def exported(
    connection: Connection,
    dataset: str,
    version: int,
    split: str | None = None,
    judge: str | None = None,
    mode: JudgeMode | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Yield the verdicts that count, each sample by itself, with the values of `EXPORTED`; the rubric is its id."""
    found = connection.execute(
        """
        SELECT j.dataset, j.example, e.position + 1, coalesce(j.split, ''), j.system, g.sample, j.judge, j.mode,
               j.rubric, j.criterion, j.sample, j.value, j.unscored, j.rationale, j.evidence, j.found
        FROM sample_judgments j JOIN example e ON e.example_id = j.example
        JOIN generation g ON g.generation_id = j.generation
        JOIN criterion c ON c.rubric_id = j.rubric AND c.name = j.criterion
        WHERE j.dataset = $dataset AND j.version = $version AND ($split IS NULL OR coalesce(j.split, '') = $split)
          AND ($judge IS NULL OR j.judge = $judge) AND ($mode IS NULL OR j.mode = $mode)
        ORDER BY e.position, j.system, g.sample, j.generation, j.judge, j.mode, j.sample, c.position
        """,
        {
            "dataset": dataset, "version": version, "split": split, "judge": rows.storable(judge),
            "mode": None if mode is None else str(mode),
        },
    )  # fmt: skip
    while piece := found.fetchmany(_PIECE):
        yield from piece
