"""The tables `run_facts` and `probe`: what a training runs on, and what its model wrote on the way."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from viva.records.ids import utc_now
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add_facts(connection: Connection, job_id: str, facts: Mapping[str, Any]) -> None:
    """Add what a training said when it started; a resumed one says it again."""
    rows.insert(
        connection, "run_facts", ["job_id", "facts", "created_at"], [(job_id, rows.as_json(dict(facts)), utc_now())]
    )


def add_probes(connection: Connection, job_id: str, probes: Sequence[Mapping[str, Any]]) -> None:
    """Add answers to probe questions; a view takes the latest of a step."""
    rows.insert(
        connection,
        "probe",
        ["job_id", "step", "source", "question", "text", "repetition", "created_at"],
        [
            (job_id, p["step"], p["source"], rows.storable(p["question"]), rows.storable(p["text"]), p["repetition"],
             utc_now())
            for p in probes
        ],
    )  # fmt: skip


def stored_probes(connection: Connection, job_id: str) -> set[tuple[int, str]]:
    """Return the steps and sources of the probes that a training has stored."""
    found = connection.execute("SELECT DISTINCT step, source FROM probe WHERE job_id = ?", [job_id]).fetchall()
    return {(int(step), str(source)) for step, source in found}
