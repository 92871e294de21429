"""Histograms: how the values of a measure spread, for each system."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from viva.errors import UsageError
from viva.records.histogram import Histogram, Spread
from viva.stats.histogram import common_edges, counts, mean_and_median
from viva.store import measured
from viva.store.browsing import HUMAN_TOTAL
from viva.workbench import names

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

LARGEST = 200
"""Bins of a histogram: more than this nobody reads."""


class Histograms:
    """Make histograms of what was measured and rated."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def get(
        self,
        dataset: str,
        measure: str,
        split: str | None = None,
        bins: int | None = None,
        systems: Sequence[str] | None = None,
    ) -> Histogram:
        """Return how the values of a measure spread, of the version that `results.version` tells; all samples count.

        People's totals are the measure `human total`, or `total` as elsewhere. With `systems` only theirs count, in
        this order. Raises `NotFound`, and `UsageError` for a number of bins that cannot be.
        """
        if bins is not None and not 1 <= bins <= LARGEST:
            raise UsageError(f"{bins:,} bins cannot be", f"from 1 to {LARGEST}")
        measure = HUMAN_TOTAL if measure == "total" else measure
        found = self._workbench.results.version(dataset)
        if split is not None:
            self._workbench.datasets.with_split(found.name, split, found.version)
        with self._workbench.store.read() as connection:
            texts, reasons = measured.values(connection, found.name, found.version, split, measure, systems)
            known = [] if texts else measured.measures(connection, found.name, found.version, split)
        if not texts and measure not in known:
            raise names.missing("measure", measure, known, f"score first: viva score {found.name}")
        if systems is not None:
            texts.sort(key=lambda one: systems.index(one.system))
        edges = common_edges([one.values for one in texts], bins)
        spreads = tuple(
            Spread(
                one.system, len(one.values), one.attempted, *mean_and_median(one.values), counts(one.values, edges)
            )
            for one in texts
        )  # fmt: skip
        return Histogram(found.name, found.version, split, measure, edges, spreads, tuple(reasons))
