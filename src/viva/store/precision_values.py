"""What each rater of a study gave each text or pair of its random sample."""

import duckdb

from viva.records.rating import OVERALL
from viva.records.study import Study
from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Said = tuple[str, str, str, float]
"""An example, a system, a rater, and the points that the rater gave the system's text."""
Preferred = tuple[str, str, str, str, str]
"""An example, two systems, a rater, and which of the texts the rater found better: `a`, `b` or `tie`."""

_DRAWN = "(SELECT item FROM study_items WHERE study = $study AND stream = 'calibration')"


def complete(connection: Connection, study: Study) -> int:
    """Return how many questions of the random sample have a verdict on each of their texts, or pairs."""
    [(count,)] = connection.execute(
        """
        SELECT count(*) FROM (
            SELECT bool_and(v.item_id IS NOT NULL) AS whole
            FROM study_item i JOIN generation g USING (generation_id)
            LEFT JOIN (SELECT DISTINCT item_id FROM item_verdict WHERE study_id = $study AND NOT skipped) v
                   ON v.item_id = i.item_id
            WHERE i.study_id = $study AND i.stream = 'calibration' GROUP BY g.example_id)
        WHERE whole
        """,
        {"study": study.study_id},
    ).fetchall()
    return int(count)


def totals(connection: Connection, study: Study) -> list[Said]:
    """Return the totals of texts of the random sample that raters gave a whole verdict on."""
    return connection.execute(
        """
        SELECT example, system, scorer, total FROM totals
        WHERE source = 'human' AND study = $study AND total IS NOT NULL
          AND generation IN (SELECT generation FROM study_items WHERE study = $study AND stream = 'calibration')
        ORDER BY ALL
        """,
        {"study": rows.storable(study.name)},
    ).fetchall()


def points(connection: Connection, study: Study, criterion: str) -> list[Said]:
    """Return the points that texts of the random sample got on one criterion."""
    return connection.execute(
        f"""
        SELECT example, system, rater, points FROM ratings
        WHERE study = $study AND criterion = $criterion AND points IS NOT NULL AND item IN {_DRAWN} ORDER BY ALL
        """,
        {"study": rows.storable(study.name), "criterion": rows.storable(criterion)},
    ).fetchall()


def preferences(connection: Connection, study: Study, criterion: str = OVERALL) -> list[Preferred]:
    """Return which text of each pair of the random sample raters found better, as a whole or on a criterion."""
    return connection.execute(
        f"""
        SELECT example, system_a, system_b, scorer, winner FROM preferences
        WHERE source = 'human' AND study = $study AND winner IS NOT NULL AND coalesce(criterion, '') = $criterion
          AND item IN {_DRAWN} ORDER BY ALL
        """,
        {"study": rows.storable(study.name), "criterion": rows.storable(criterion)},
    ).fetchall()
