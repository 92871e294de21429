"""The tables `job` and `job_metric`."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import duckdb

from viva.records.job import JobSpec, JobStatus
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, job_id: str, spec: JobSpec, created_at: datetime) -> None:
    """Add a job that has just been started."""
    rows.insert(
        connection,
        "job",
        ["job_id", "kind", "title", "spec", "status", "error", "created_at"],
        [
            (
                job_id,
                str(spec.kind),
                spec.title,
                rows.as_json(asdict(spec)),
                str(JobStatus.RUNNING),
                "",
                created_at,
            )
        ],
        ignore_known=True,
    )


def set_status(
    connection: Connection, job_id: str, status: JobStatus, error: str, finished_at: datetime | None
) -> None:
    """Note where a job is."""
    connection.execute(
        "UPDATE job SET status = ?, error = ?, finished_at = ? WHERE job_id = ?",
        [str(status), error, finished_at, job_id],
    )


def add_metrics(connection: Connection, job_id: str, points: Sequence[tuple[int, str, float]]) -> None:
    """Add (step, name, value) points of a training curve; values not finite are passed over, known points set anew."""
    kept = {(step, name): value for step, name, value in points if math.isfinite(value)}
    rows.insert(
        connection,
        "job_metric",
        ["job_id", "step", "name", "value"],
        [(job_id, step, name, value) for (step, name), value in kept.items()],
        renewed="value",
    )
