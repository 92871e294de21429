"""The table `trial`: what became of each training of a sweep, a row whenever its state changes."""

import json
import math
from collections.abc import Sequence

import duckdb

from viva.records.ids import utc_now
from viva.records.training import Trial
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

_COLUMNS = ("job_id", "number", "state", "parameters", "loss", "step", "seconds", "error", "created_at")


def add(connection: Connection, job_id: str, trials: Sequence[Trial]) -> None:
    """Append how trials stand now; a loss that is not finite becomes none."""
    now = utc_now()
    rows.insert(
        connection,
        "trial",
        _COLUMNS,
        [
            (
                job_id,
                trial.number,
                trial.state,
                rows.as_json(trial.values),
                trial.loss if trial.loss is not None and math.isfinite(trial.loss) else None,
                trial.step,
                trial.seconds,
                trial.error,
                now,
            )
            for trial in trials
        ],
    )


def latest(connection: Connection, job_id: str) -> list[Trial]:
    """Return the trials of a sweep as they stood last, by number."""
    found = connection.execute(
        "SELECT number, state, parameters, loss, step, seconds, error FROM trials WHERE job = ? ORDER BY number",
        [job_id],
    ).fetchall()
    return [Trial(number, state, json.loads(values), *rest) for number, state, values, *rest in found]
