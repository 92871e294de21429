"""Frames: every result as a table for a notebook, as rows, pandas or Arrow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from viva.records.calibration import CalibratedRow
from viva.records.comparison import Apart, MeasureDifference
from viva.records.frame import Frame, Kind
from viva.records.precision import PrecisionRow
from viva.records.ranking import RankedPair, RankedSystem
from viva.records.rater_agreement import CriterionAgreement, RaterStanding
from viva.records.results import LeaderboardRow, MeasureKey
from viva.store import result_rows
from viva.workbench import names
from viva.workbench.frame_rows import frame_of, kind_of, plain

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench


class Frames:
    """Read results as tables: `Workbench.open(folder).frames.leaderboard("vad").pandas()`.

    Each table has what the method of the same name in `results`, `comparisons`, `rater_agreement`, `ranking`,
    `calibration`, `weights` or `precision` gives, and raises what that does. An estimate `x` has its 95% interval in
    the columns `x_low` and `x_high`.
    """

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def leaderboard(
        self,
        dataset: str,
        split: str | None = None,
        by: Literal["field", "subfield"] | None = None,
        *,
        field: str | None = None,
        subfield: str | None = None,
        systems: Sequence[str] | None = None,
        seed: int = 0,
    ) -> Frame:
        """Return a row for each system on each measure, with its mean and interval, n and attempted."""
        rows = self._workbench.results.leaderboard(
            dataset, split, by, field=field, subfield=subfield, systems=systems, seed=seed
        )
        return frame_of(LeaderboardRow, rows)

    def compare(self, first: str, second: str, dataset: str, split: str | None = None, **options: Any) -> Frame:
        """Return a row for each measure: the paired difference first − second, p, corrected p, and how often which."""
        found = self._workbench.comparisons.compare(first, second, dataset, split, **options)
        frame = frame_of(MeasureDifference, found.measures)
        return _with(
            frame, {"wins": [one.wins for one in found.measures], "losses": [one.losses for one in found.measures]}
        )

    def apart(self, first: str, second: str, dataset: str, key: MeasureKey, **options: Any) -> Frame:
        """Return the questions on which two systems differ most on a measure, with both texts."""
        return frame_of(Apart, self._workbench.comparisons.apart(first, second, dataset, key, **options))

    def agreement(self, study: str, seed: int = 0) -> Frame:
        """Return a row for each criterion: α with its interval, κ, and how many values there are."""
        return frame_of(CriterionAgreement, self._workbench.rater_agreement.of(study, seed).criteria)

    def raters(self, study: str, seed: int = 0) -> Frame:
        """Return a row for each rater of a study: how many items, how severe, how like the others."""
        return frame_of(RaterStanding, self._workbench.rater_agreement.of(study, seed).raters)

    def ranking(self, dataset: str, split: str | None = None, **options: Any) -> Frame:
        """Return a row for each system compared in pairs: its rank, strength and win rates."""
        return frame_of(RankedSystem, self._workbench.ranking.of(dataset, split, **options).systems)

    def pairs(self, dataset: str, split: str | None = None, **options: Any) -> Frame:
        """Return a row for each two systems compared in pairs: how often the first was better."""
        return frame_of(RankedPair, self._workbench.ranking.of(dataset, split, **options).pairs)

    def verdict(self, dataset: str, study: str, **options: Any) -> Frame:
        """Return means and differences by people, by a judge and by both; a row has the reason where there is none."""
        return frame_of(CalibratedRow, self._workbench.calibration.of(dataset, study, **options).rows)

    def weights(self, dataset: str, split: str | None = None, **options: Any) -> Frame:
        """Return for each system under what share of weightings it is first, and its share of each criterion's points.

        The column of a criterion is `share_` with its name.
        """
        found = self._workbench.weights.of(dataset, split, **options)
        columns = ("system", "total", "first", "se", *(f"share_{one.criterion}" for one in found.criteria))
        rows = tuple((one.system, one.total, one.first, one.se, *one.shares) for one in found.systems)
        return Frame(columns, (Kind.TEXT, *[Kind.NUMBER] * (len(columns) - 1)), rows)

    def plan(self, study: str, margin: float | None = None, **options: Any) -> Frame:
        """Return how sure a study is of each system and pair, and how many more rated questions would settle it."""
        return frame_of(PrecisionRow, self._workbench.precision.of(study, margin, **options).rows)

    def generations(self, dataset: str, split: str | None = None, system: str | None = None) -> Frame:
        """Return a row for each text that systems wrote for a dataset, as in the view `generations`."""
        return self._of_view("generations", "example, system, sample", dataset, split, system=system)

    def metrics(self, dataset: str, split: str | None = None, system: str | None = None) -> Frame:
        """Return a row for each text and metric, as in the view `metrics`."""
        return self._of_view("metrics", "metric, example, system, sample", dataset, split, system=system)

    def judgments(self, dataset: str, split: str | None = None, judge: str | None = None) -> Frame:
        """Return a row for each text, judge, mode and criterion, as in the view `judgments`."""
        return self._of_view(
            "judgments", "judge, mode, example, system, generation, criterion", dataset, split, judge=judge
        )

    def ratings(self, study: str) -> Frame:
        """Return a row for each text, rater and criterion of a study, as in the view `ratings`. Raises `NotFound`."""
        known = [one.name for one in self._workbench.studies.list()]
        if study not in known:
            raise names.missing("study", study, known, "there is no study yet")
        with self._workbench.store.read() as connection:
            found = result_rows.of_view(connection, "ratings", "example, generation, rater, criterion", study=study)
        return _frame(found)

    def sql(self, query: str) -> Frame:
        """Return all rows of one query that reads; lists and other nested values come as text. Raises `UserError`."""
        with self._workbench.sql.session() as session:
            page = session.run(query, _PAGE)
            columns, types, rows = page.columns, page.types, list(page.rows)
            while page.more:
                page = session.next_page()
                rows += page.rows
        return _frame(result_rows.ViewRows(columns, types, tuple(rows)))

    def _of_view(self, view: str, order: str, dataset: str, split: str | None, **equal: str | None) -> Frame:
        version = self._workbench.results.version(dataset)
        with self._workbench.store.read() as connection:
            found = result_rows.of_view(
                connection, view, order, dataset=version.name, version=version.version, split=split, **equal
            )
        return _frame(found)


_PAGE = 20_000


def _frame(found: result_rows.ViewRows) -> Frame:
    kinds = tuple(kind_of(name) for name in found.types)
    return Frame(found.columns, kinds, tuple(plain(row, kinds) for row in found.rows))


def _with(frame: Frame, more: dict[str, Sequence[int]]) -> Frame:
    rows = tuple((*row, *extra) for row, *extra in zip(frame.rows, *more.values(), strict=True))
    return Frame((*frame.columns, *more), (*frame.kinds, *[Kind.INTEGER] * len(more)), rows)
