"""The table `equivalence`: how far exported models are from those that they were made of."""

import json
from typing import Any

import duckdb

from viva.records.ids import utc_now
from viva.records.training import Equivalence
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

_FIGURES = "original, artefact, form, prompts, largest, divergence, agreement, same_texts, score, passed, settings"


def add(connection: Connection, found: Equivalence) -> None:
    """Add what a comparison found; the latest of two models counts."""
    rows.insert(
        connection,
        "equivalence",
        [*_FIGURES.split(", "), "created_at"],
        [
            (
                found.original, found.artefact, found.form, found.prompts, found.largest, found.divergence,
                found.agreement, found.same_texts, found.score, found.passed, rows.as_json(found.settings), utc_now(),
            )
        ],
    )  # fmt: skip


def every(connection: Connection, model: str | None = None) -> list[Equivalence]:
    """Return the latest comparison of each two models, newest first: of all, or of those that `model` is one of."""
    found = connection.execute(
        f"""
        SELECT {_FIGURES} FROM equivalence
        WHERE $model IS NULL OR $model IN (original, artefact)
        QUALIFY row_number() OVER (PARTITION BY original, artefact ORDER BY seq DESC) = 1
        ORDER BY seq DESC
        """,
        {"model": None if model is None else rows.storable(model)},
    ).fetchall()
    return [_equivalence(row) for row in found]


def _equivalence(row: tuple[Any, ...]) -> Equivalence:
    names = _FIGURES.split(", ")
    return Equivalence(**{**dict(zip(names, row, strict=True)), "settings": json.loads(row[-1])})
