"""The table `claim`: who holds which item of a study until when, and what is free for a rater.

A slot of an item is taken by every rater whose latest verdict on it counts, by every other rater who holds it, and for
`grace` by whoever has just passed it over. An item is free for a rater while fewer slots are taken by others than the
study wants. A claim lives until `grace` after its time has run out, or as long as its holder is `unheard`: verdicts of
theirs may lie in an outbox that nobody could look into. All functions work inside the caller's transaction; whoever
counts on them to keep a quota brings every outbox into the store in the same one first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import duckdb

from viva.records.claim import Counts, Mark, Place, Terms
from viva.records.study import Stream, StudyState
from viva.store import rows

Connection = duckdb.DuckDBPyConnection

_MARKS = """
WITH said AS (
    SELECT item_id, rater, skipped, created_at FROM item_verdict WHERE study_id = $study
)
SELECT item_id, count(*) FILTER (rater <> $rater AND given), count(*) FILTER (rater <> $rater AND NOT given AND taken),
       any_value(skipped) FILTER (rater = $rater), any_value(answered_at) FILTER (rater = $rater),
       any_value(claimed_at) FILTER (rater = $rater), any_value(until) FILTER (rater = $rater)
FROM (
    SELECT item_id, rater, coalesce(bool_or(NOT skipped), false) AS given, bool_or(taken) AS taken,
           any_value(skipped) AS skipped, max(answered_at) AS answered_at, max(claimed_at) AS claimed_at,
           max(until) AS until
    FROM (
        SELECT item_id, rater, skipped, created_at AS answered_at, created_at > $gone AS taken,
               NULL::TIMESTAMP AS claimed_at, NULL::TIMESTAMP AS until FROM said
        UNION ALL
        SELECT item_id, rater, NULL, NULL, true, claimed_at, until FROM claim
        WHERE study_id = $study AND (until > $gone OR rater IN (SELECT unnest($unheard::TEXT[]))))
    GROUP BY item_id, rater)
GROUP BY item_id
"""
"""A row for each item of a study that somebody holds or has said something about, as one rater stands to it."""

_COUNTS = """
WITH said AS MATERIALIZED (
    SELECT study_id, item_id, rater, skipped, seconds, created_at FROM item_verdict
    WHERE study_id IN (SELECT unnest($studies::TEXT[]))
), mine AS (
    SELECT study_id, item_id, arg_max(skipped, created_at) AS skipped, max(created_at) AS created_at
    FROM (
        SELECT study_id, item_id, skipped, created_at FROM said WHERE rater = $rater
        UNION ALL
        SELECT unnest($waiting_studies::TEXT[]), unnest($waiting_items::TEXT[]), unnest($waiting_skipped::BOOLEAN[]),
               unnest($waiting_at::TIMESTAMP[]))
    GROUP BY study_id, item_id
), others AS (
    SELECT study_id, item_id, count(*) AS verdicts FROM said WHERE NOT skipped AND rater <> $rater
    GROUP BY study_id, item_id
), pace AS (
    SELECT study_id, median(seconds) FILTER (rater = $rater) AS own, count(*) FILTER (rater = $rater) AS owns,
           median(seconds) AS everybody
    FROM said ANTI JOIN (SELECT item_id FROM study_item WHERE known_id IS NOT NULL) USING (item_id)
    WHERE NOT skipped AND seconds > 0 GROUP BY study_id
)
SELECT t.study_id, count(*) FILTER (m.skipped = false), count(*) FILTER (m.skipped),
       count(*) FILTER (i.known_id IS NULL AND m.item_id IS NULL AND coalesce(o.verdicts, 0) < t.raters_per_item),
       count(*) FILTER (i.stream = 'practice' AND m.item_id IS NULL),
       count(*) FILTER (i.stream = 'gold' AND m.item_id IS NULL),
       list(i.stream = 'gold' ORDER BY m.created_at) FILTER (m.item_id IS NOT NULL AND i.stream <> 'practice'),
       any_value(p.own), any_value(p.owns), any_value(p.everybody)
FROM current_study t JOIN study_item i USING (study_id)
LEFT JOIN mine m USING (study_id, item_id) LEFT JOIN others o USING (study_id, item_id)
LEFT JOIN pace p USING (study_id)
WHERE t.study_id IN (SELECT unnest($studies::TEXT[]))
GROUP BY t.study_id
"""


def modest(connection: Connection) -> None:
    """Have what is asked here answered by one thread: many raters ask at once, and several would cost more time."""
    connection.execute("SET threads = 1")


def terms(connection: Connection, study_id: str, rater: str) -> Terms | None:
    """Return on what terms a study is open to a rater, None where it is not."""
    found = connection.execute(
        """
        SELECT state, raters_per_item, coalesce((options->>'$.gold_every')::INTEGER, 0),
               (SELECT count(*) FROM study_item WHERE study_id = $study)
        FROM current_study WHERE study_id = $study
          AND list_contains(coalesce(CAST(raters AS TEXT[]), [$rater]), $rater)
        """,
        {"study": study_id, "rater": rows.storable(rater)},
    ).fetchone()
    return None if found is None else Terms(StudyState(found[0]), *found[1:])


def places(connection: Connection, study_id: str) -> list[Place]:
    """Return a study's items by position; those whose texts the store does not hold are left out."""
    found = connection.execute(
        """
        SELECT i.item_id, i.position, i.stream, hash(coalesce(g.example_id, i.known_id)),
               hash(least(g.system_id, h.system_id), greatest(g.system_id, h.system_id))
        FROM study_item i LEFT JOIN generation g USING (generation_id)
        LEFT JOIN generation h ON h.generation_id = i.generation_b
        WHERE i.study_id = ? AND (i.known_id IS NOT NULL OR g.generation_id IS NOT NULL)
          AND (i.generation_b IS NULL OR h.generation_id IS NOT NULL)
        ORDER BY i.position, i.item_id
        """,
        [study_id],
    ).fetchall()
    return [Place(item_id, position, Stream(stream), *groups) for item_id, position, stream, *groups in found]


def holders(connection: Connection, study_id: str) -> list[str]:
    """Return who has claims on items of a study, those that are over and not forgotten yet included."""
    found = connection.execute("SELECT DISTINCT rater FROM claim WHERE study_id = ?", [study_id]).fetchall()
    return [rater for (rater,) in found]


def marks(
    connection: Connection,
    study_id: str,
    rater: str,
    *,
    now: datetime,
    grace: timedelta,
    unheard: Sequence[str] = (),
) -> dict[str, Mark]:
    """Return what has become of a study's items as a rater stands to them, by item id."""
    found = connection.execute(
        _MARKS,
        {"study": study_id, "rater": rows.storable(rater), "gone": now - grace, "unheard": list(unheard)},
    ).fetchall()
    return {
        item_id: _untouched(verdicts, held) if own == _NOTHING else Mark(verdicts, held, *own)
        for item_id, verdicts, held, *own in found
    }


_NOTHING = [None, None, None, None]


@cache
def _untouched(verdicts: int, held: int) -> Mark:
    """Return the one mark that all items share on which the rater has said nothing, and that they do not hold."""
    return Mark(verdicts, held)


def counts(
    connection: Connection, rater: str, study_ids: Sequence[str], waiting: Sequence[tuple[str, str, bool, datetime]]
) -> dict[str, Counts]:
    """Return how far a rater is in each of these studies, by study id.

    `waiting` are verdicts of the rater that are not in the store yet: (study_id, item_id, skipped, created_at).
    """
    studies, items, skipped, times = map(list, zip(*waiting, strict=True)) if waiting else ([], [], [], [])
    found = connection.execute(
        _COUNTS,
        {
            "rater": rows.storable(rater), "studies": list(study_ids), "waiting_studies": studies,
            "waiting_items": items, "waiting_skipped": skipped, "waiting_at": times,
        },
    ).fetchall()  # fmt: skip
    return {
        study_id: Counts(rated, passed, needed, practice, gold, tuple(gold_had or ()), own, owns or 0, everybody)
        for study_id, rated, passed, needed, practice, gold, gold_had, own, owns, everybody in found
    }


def add(
    connection: Connection, study_id: str, rater: str, items: Sequence[tuple[str, datetime]], until: datetime
) -> None:
    """Have a rater hold items, which must be free, until then; each with the time since when."""
    rows.insert(
        connection,
        "claim",
        ["study_id", "item_id", "rater", "until", "claimed_at"],
        [(study_id, item_id, rater, until, claimed_at) for item_id, claimed_at in items],
    )


def put_off(connection: Connection, study_id: str, rater: str, item_ids: Sequence[str], until: datetime) -> None:
    """Have a rater hold these items, which they hold, until then."""
    connection.execute(
        "UPDATE claim SET until = ? WHERE study_id = ? AND rater = ? AND item_id IN (SELECT unnest(?::TEXT[]))",
        [until, study_id, rows.storable(rater), list(item_ids)],
    )


def clear(
    connection: Connection, study_id: str, *, now: datetime, grace: timedelta, unheard: Sequence[str] = ()
) -> None:
    """Forget the claims on a study's items that are over, whoever held them."""
    connection.execute(
        "DELETE FROM claim WHERE study_id = ? AND until <= ? AND rater NOT IN (SELECT unnest(?::TEXT[]))",
        [study_id, now - grace, list(unheard)],
    )


def give_back(connection: Connection, study_id: str, rater: str, item_ids: Sequence[str] | None = None) -> None:
    """End a rater's claims on these items, on all of the study without them."""
    statement = "DELETE FROM claim WHERE study_id = ? AND rater = ?"
    values: list[Any] = [study_id, rows.storable(rater)]
    if item_ids is not None:
        statement += " AND item_id IN (SELECT unnest(?::TEXT[]))"
        values.append([rows.storable(item_id) for item_id in item_ids])
    connection.execute(statement, values)


def within_reach(
    connection: Connection, study_id: str, rater: str, item_ids: Sequence[str], *, now: datetime, grace: timedelta
) -> set[str]:
    """Return those of the items that a rater holds or has given a verdict on."""
    found = connection.execute(
        """
        SELECT item_id FROM claim WHERE study_id = $study AND rater = $rater AND until > $gone
          AND item_id IN (SELECT unnest($items::TEXT[]))
        UNION
        SELECT item_id FROM item_verdict WHERE study_id = $study AND rater = $rater
          AND item_id IN (SELECT unnest($items::TEXT[]))
        """,
        {
            "study": study_id, "rater": rows.storable(rater), "gone": now - grace,
            "items": [rows.storable(item_id) for item_id in item_ids],
        },
    ).fetchall()  # fmt: skip
    return {item_id for (item_id,) in found}
