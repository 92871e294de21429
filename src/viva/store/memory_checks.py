"""The table `memory_check`: what dry runs measured, against what had been predicted."""

from dataclasses import dataclass

import duckdb

from viva.records.ids import utc_now
from viva.records.recipe import Recipe
from viva.records.training import DryRun
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class MemoryCheck:
    """A dry run of a model with a recipe; `longest` is the longest row in tokens."""

    model: str
    recipe: Recipe
    longest: int
    outcome: DryRun


def add(connection: Connection, check: MemoryCheck) -> None:
    """Add what a dry run measured."""
    found = check.outcome
    rows.insert(
        connection,
        "memory_check",
        ["device", "model", "recipe", "longest", "predicted", "measured", "tokens_per_second", "seconds_per_step",
         "created_at"],
        [
            (found.device, check.model, rows.as_json(check.recipe.to_json()), check.longest, found.predicted,
             found.measured, found.tokens_per_second, found.seconds_per_step, utc_now())
        ],
    )  # fmt: skip


def corrections(connection: Connection) -> dict[str, dict[str, float]]:
    """Return the median of measured over predicted bytes, by device and by quantization."""
    found = connection.execute(
        """
        SELECT device, recipe->>'$.quantization', median(measured / predicted) FROM memory_check
        WHERE predicted > 0 GROUP BY ALL
        """
    ).fetchall()
    ratios: dict[str, dict[str, float]] = {}
    for device, quantization, ratio in found:
        ratios.setdefault(device, {})[quantization] = ratio
    return ratios


def paces(connection: Connection, model: str, settings: Recipe) -> dict[str, float]:
    """Return the tokens a second at which `model` was trained, by device.

    The median of what trainings with the same quantization and checkpointing reported counts, or else that of the
    latest dry run with these: a training has run for longer, and on rows of all lengths.
    """
    runs = connection.execute(
        """
        SELECT f.facts->>'$.device', median(m.value)
        FROM job j
        JOIN job_metric m ON m.job_id = j.job_id AND m.name = 'tokens_per_second'
        JOIN (SELECT * FROM run_facts QUALIFY row_number() OVER (PARTITION BY job_id ORDER BY seq DESC) = 1) f
          ON f.job_id = j.job_id
        WHERE j.kind = 'train' AND j.spec->>'$.arguments.model' = $model
          AND j.spec->>'$.arguments.recipe.quantization' = $quantization
          AND j.spec->>'$.arguments.recipe.checkpointing' = $checkpointing
        GROUP BY ALL
        """,
        _key(model, settings),
    ).fetchall()
    tried = connection.execute(
        """
        SELECT device, arg_max(tokens_per_second, seq) FROM memory_check
        WHERE model = $model AND recipe->>'$.quantization' = $quantization
          AND recipe->>'$.checkpointing' = $checkpointing
        GROUP BY device
        """,
        _key(model, settings),
    ).fetchall()
    return {device: pace for device, pace in [*tried, *runs] if device and pace and pace > 0}


def _key(model: str, settings: Recipe) -> dict[str, str]:
    return {
        "model": rows.storable(model),
        "quantization": settings.quantization,
        "checkpointing": settings.checkpointing,
    }
