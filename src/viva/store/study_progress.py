"""How far a study and its raters are: for those who run it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import duckdb

from viva.records.study import RaterProgress, Study, StudyMode, StudyProgress
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

OWN_VERDICTS = 3
"""So many verdicts of a rater's own tell how long they take; before that, everybody's do."""


def of(connection: Connection, study: Study, now: datetime) -> StudyProgress:
    """Return how far a study is at `now` (UTC)."""
    [(complete, given)] = connection.execute(
        """
        SELECT count(*) FILTER (verdicts >= $wanted), coalesce(sum(least(verdicts, $wanted)), 0)::BIGINT
        FROM (SELECT i.item_id, count(v.rater) FILTER (NOT v.skipped) AS verdicts
              FROM study_item i LEFT JOIN (FROM item_verdict WHERE study_id = $study) v USING (item_id)
              WHERE i.study_id = $study AND i.stream IN ('calibration', 'useful') GROUP BY i.item_id)
        """,
        {"study": study.study_id, "wanted": study.raters_per_item},
    ).fetchall()
    [(held,)] = connection.execute(
        """
        SELECT count(DISTINCT (c.item_id, c.rater)) FROM claim c
        ANTI JOIN (FROM item_verdict WHERE study_id = $study) v ON v.item_id = c.item_id AND v.rater = c.rater
        WHERE c.study_id = $study AND c.until > $now
        """,
        {"study": study.study_id, "now": now},
    ).fetchall()
    raters = _raters(connection, study)
    wanted = study.items * study.raters_per_item
    usual = usual_seconds(connection, study.study_id)
    left = 0.0 if given >= wanted else None if usual is None else (wanted - given) * usual
    skipped, flagged = sum(rater.skipped for rater in raters), sum(rater.flagged for rater in raters)
    return StudyProgress(study, complete, given, wanted, held, skipped, flagged, raters, left)


def usual_seconds(
    connection: Connection, study_id: str | None = None, rater: str | None = None, mode: StudyMode | None = None
) -> float | None:
    """Return the median seconds of the verdicts that count: a study's, in a mode, or all; None where there are none.

    With `rater`, of their own once there are `OWN_VERDICTS`, of everybody's until then. Imported verdicts that took no
    time are left out, as are items with known answers.
    """
    [(own, number, usual)] = connection.execute(
        """
        SELECT median(v.seconds) FILTER (v.rater = $rater), count(*) FILTER (v.rater = $rater), median(v.seconds)
        FROM item_verdict v JOIN study t USING (study_id) JOIN study_item i ON i.item_id = v.item_id
        WHERE NOT v.skipped AND v.seconds > 0 AND i.known_id IS NULL
          AND v.study_id = coalesce($study, v.study_id) AND t.mode = coalesce($mode, t.mode)
        """,
        {"study": study_id, "rater": rows.storable(rater), "mode": None if mode is None else str(mode)},
    ).fetchall()
    seconds: float | None = own if number >= OWN_VERDICTS else usual
    return seconds


def _raters(connection: Connection, study: Study) -> tuple[RaterProgress, ...]:
    """Return everybody who has said something, then those who were asked and have not, each by name."""
    found = connection.execute(
        """
        SELECT v.rater, count(*) FILTER (NOT v.skipped AND i.known_id IS NULL),
               count(*) FILTER (v.skipped AND i.known_id IS NULL), count(*) FILTER (v.flagged),
               median(v.seconds) FILTER (NOT v.skipped AND v.seconds > 0 AND i.known_id IS NULL), max(v.created_at),
               count(*) FILTER (NOT v.skipped AND i.known_id IS NOT NULL)
        FROM item_verdict v JOIN study_item i ON i.item_id = v.item_id
        WHERE v.study_id = ? GROUP BY v.rater ORDER BY v.rater
        """,
        [study.study_id],
    ).fetchall()
    off = _off(connection, study.study_id)
    silent = sorted(set(study.raters or ()) - {row[0] for row in found})
    return (
        *(
            RaterProgress(name, rated, skipped, flagged, seconds, last_at, known, off.get(name))
            for name, rated, skipped, flagged, seconds, last_at, known in found
        ),
        *(RaterProgress(name, 0, 0, 0, None, None) for name in silent),
    )


def _off(connection: Connection, study_id: str) -> dict[str, float]:
    """Return by rater how far their values lie from the known ones on average, of pairs how often they differ."""
    found = connection.execute(
        """
        SELECT v.rater, v.answers, k.answers FROM known_verdict v JOIN known_item k USING (known_id)
        WHERE v.study_id = ?
        QUALIFY row_number() OVER (PARTITION BY v.item_id, v.rater ORDER BY v.created_at DESC, v.seq DESC) = 1
        """,
        [study_id],
    ).fetchall()
    missed: dict[str, list[float]] = {}
    for rater, given, known in found:
        missed.setdefault(rater, []).extend(_misses(json.loads(given), json.loads(known)))
    return {rater: sum(misses) / len(misses) for rater, misses in missed.items() if misses}


def _misses(given: dict[str, Any], known: dict[str, Any]) -> Iterable[float]:
    """Return one number per answer that was both known and given: the steps between, or 1 for another text."""
    for criterion, answer in known.items():
        said = given.get(criterion)
        if said is not None:
            numbers = isinstance(answer, int | float) and isinstance(said, int | float)
            yield float(abs(said - answer)) if numbers else float(said != answer)
