"""The tables `model` and `system`."""

import json
from dataclasses import asdict
from typing import Any

import duckdb

from viva.records.ids import utc_now
from viva.records.model import Decoding, Model, ModelKind, System
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

_MODEL = "model_id, name, kind, location, base, note, settings"


def add(connection: Connection, model: Model) -> None:
    """Add a model; one of the same id is left as it is."""
    rows.insert(
        connection,
        "model",
        [*_MODEL.split(", "), "created_at"],
        [
            (
                model.model_id, model.name, str(model.kind), model.location, model.base, model.note,
                rows.as_json(model.settings), utc_now(),
            )
        ],
        ignore_known=True,
    )  # fmt: skip


def every(connection: Connection) -> list[Model]:
    """Return all models in the order they came."""
    found = connection.execute(f"SELECT {_MODEL} FROM model ORDER BY created_at, name").fetchall()
    return [_model(row) for row in found]


def by_name(connection: Connection, name: str) -> Model | None:
    row = connection.execute(f"SELECT {_MODEL} FROM model WHERE name = ?", [rows.storable(name)]).fetchone()
    return None if row is None else _model(row)


def add_system(connection: Connection, system: System) -> None:
    """Add a system; one of the same model, prompt and decoding is left as it is."""
    known = connection.execute("SELECT 1 FROM system WHERE system_id = ?", [system.system_id]).fetchone()
    if known is None:
        rows.insert(
            connection,
            "system",
            ["system_id", "name", "model", "prompt", "decoding", "created_at"],
            [
                (
                    system.system_id, system.name, system.model, system.prompt,
                    rows.as_json(asdict(system.decoding)), utc_now(),
                )
            ],
        )  # fmt: skip


def systems(connection: Connection, dataset: str | None = None) -> list[System]:
    """Return the systems in the order they came; those that have written for `dataset` where it is given."""
    found = connection.execute(
        """
        SELECT name, model, prompt, decoding FROM system
        WHERE $dataset IS NULL OR name IN (SELECT system FROM generations WHERE dataset = $dataset)
        ORDER BY created_at, name
        """,
        {"dataset": dataset},
    ).fetchall()
    return [System(name, model, prompt, Decoding(**json.loads(decoding))) for name, model, prompt, decoding in found]


def _model(row: tuple[Any, ...]) -> Model:
    model_id, name, kind, location, base, note, settings = row
    return Model(model_id, name, ModelKind(kind), location, base, note, json.loads(settings))
