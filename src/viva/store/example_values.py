"""The value of every example, by system, on the measures of a dataset: what all statistics are made of."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np

from viva.records.results import MeasureKey
from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Array = np.ndarray[Any, np.dtype[np.float64]]

_SCOPE = """
    v.dataset = $dataset AND v.version = $version
    AND ($split IS NULL OR coalesce(v.split, '') = $split)
    AND ($field IS NULL OR coalesce(v.field, '') = $field)
    AND ($systems IS NULL OR list_contains($systems::VARCHAR[], v.system))
"""


class ExampleValues(NamedTuple):
    """The values of a measure: a row for each example (its id), a column for each system; NaN where there is none.

    `tried` has the same shape and tells what was attempted. Examples are in the order of their dataset, systems in the
    order in which they came. An example that no system was tried on is not there.
    """

    key: MeasureKey
    examples: list[str]
    systems: list[str]
    values: Array
    tried: np.ndarray[Any, np.dtype[np.bool_]]


def every(
    connection: Connection,
    dataset: str,
    version: int,
    split: str | None = None,
    *,
    field: str | None = None,
    subfield: str | None = None,
    systems: Sequence[str] | None = None,
    key: MeasureKey | None = None,
    metrics: bool = True,
) -> list[ExampleValues]:
    """Return the values of each measure of a dataset's version, or of the measure `key` alone, ordered by key.

    Without `metrics` they are those of people and judges, which is quick where millions of texts are scored.
    A split, field or subfield of None is all of them, `""` those without one.
    """
    found = connection.execute(
        f"""
        SELECT v.source, v.measure, coalesce(v.study, '') AS study, coalesce(v.scorer, '') AS scorer, v.system,
               list(e.position), list(coalesce(v.value, 'nan'::DOUBLE))
        FROM example_verdicts v JOIN example e ON e.example_id = v.example
        WHERE {_SCOPE} AND ($subfield IS NULL OR coalesce(e.subfield, '') = $subfield)
          AND {"true" if metrics else "v.source <> 'metric'"}
          AND ($source IS NULL OR (v.source = $source AND v.measure = $measure
               AND coalesce(v.study, '') = $study AND coalesce(v.scorer, '') = $scorer))
        GROUP BY ALL ORDER BY ALL
        """,
        {
            "dataset": rows.storable(dataset), "version": version, "split": split, "field": field,
            "subfield": subfield, "systems": None if systems is None else [rows.storable(one) for one in systems],
            "source": key and key.source, "measure": key and key.measure, "study": key and key.study,
            "scorer": key and key.scorer,
        },
    ).fetchnumpy()  # fmt: skip
    keys = [MeasureKey(*parts) for parts in zip(*(found[name] for name in _KEY), strict=True)]
    positions, values = (list(found.values())[place] for place in (5, 6))
    examples = _examples(connection, dataset, version)
    order = {name: place for place, name in enumerate(_systems(connection))}
    made = []
    for one in sorted(set(keys)):
        places = [place for place, each in enumerate(keys) if each == one]
        places.sort(key=lambda place: order[str(found["system"][place])])
        made.append(
            _table(
                one, [str(found["system"][place]) for place in places], [positions[place] for place in places],
                [values[place] for place in places], examples,
            )
        )  # fmt: skip
    return made


_KEY = ("source", "measure", "study", "scorer")


def _table(
    key: MeasureKey, systems: list[str], positions: Sequence[Any], values: Sequence[Any], examples: dict[int, str]
) -> ExampleValues:
    there = np.unique(np.concatenate([np.asarray(each, dtype=np.int64) for each in positions]))
    filled = np.full((there.size, len(systems)), np.nan)
    tried = np.zeros(filled.shape, dtype=np.bool_)
    for column, (at, what) in enumerate(zip(positions, values, strict=True)):
        places = np.searchsorted(there, np.asarray(at, dtype=np.int64))
        filled[places, column] = np.asarray(what, dtype=np.float64)
        tried[places, column] = True
    return ExampleValues(key, [examples[int(position)] for position in there], systems, filled, tried)


def _examples(connection: Connection, dataset: str, version: int) -> dict[int, str]:
    found = connection.execute(
        """
        SELECT e.position, e.example_id FROM example e JOIN dataset d USING (dataset_id)
        WHERE d.name = ? AND d.version = ?
        """,
        [rows.storable(dataset), version],
    ).fetchall()
    return dict(found)


def _systems(connection: Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM system ORDER BY created_at, name").fetchall()]
