"""Which models the metrics are computed with: those asked for, fetched where that is allowed."""

import os
from collections.abc import Sequence
from dataclasses import replace

from viva.errors import JobError, UserError
from viva.jobs.child import run_child, worker_threads
from viva.metrics.models import AUTO, BEST, MINILM, resolve
from viva.records.metric import METRICS, MetricOptions, Need

FETCH = "viva.metrics.fetch"


def resolved(options: MetricOptions, metrics: Sequence[str]) -> tuple[MetricOptions, list[str]]:
    """Return the options with `auto` made into a model that is here, and what is to be said about that.

    Fetches the usual embedding model the first time, where the hub may be asked.
    """
    if options.embedding_model != AUTO:
        return options, []
    if not any(METRICS[name].needs is Need.EMBEDDING for name in metrics):
        return replace(options, embedding_model=MINILM), []
    model, remark = resolve(AUTO)
    if model == MINILM and not os.environ.get("HF_HUB_OFFLINE"):
        remark = _fetched() or ""
        model = MINILM if remark else BEST
    return replace(options, embedding_model=model), [f"{remark}: {MINILM} is used"] if remark else []


def _fetched() -> str:
    """Fetch the usual embedding model; return why that was not possible, nothing where it was."""
    try:
        done = run_child(FETCH, {"model": BEST}, threads=worker_threads())
    except (UserError, JobError) as error:
        return str(error)
    return "" if done["found"] else str(done["reason"])
