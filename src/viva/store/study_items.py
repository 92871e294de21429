"""The tables `study_item` and `known_item`: what raters are given. What is fetched for them tells of no system."""

import hashlib
import json
from collections.abc import Sequence

import duckdb

from viva.records.rating import RatingItem, Side
from viva.records.study import KnownItem, Stream, StudyItem
from viva.store import rows

Connection = duckdb.DuckDBPyConnection


def add(connection: Connection, study_id: str, items: Sequence[StudyItem], known: Sequence[KnownItem] = ()) -> None:
    """Add items to a study, and the items with known answers that they name; those known already are left alone."""
    rows.insert(
        connection,
        "known_item",
        ["known_id", "question", "reference", "text", "text_b", "answers", "why"],
        [(k.known_id, k.question, k.reference, k.text, k.text_b, rows.as_json(k.answers), k.why) for k in known],
        ignore_known=True,
    )
    rows.insert(
        connection,
        "study_item",
        [
            "item_id", "study_id", "position", "stream", "generation_id", "generation_b", "known_id", "stratum",
            "probability", "usefulness",
        ],
        [
            (
                item.item_id, study_id, item.position, str(item.stream), item.generation_id, item.generation_b,
                item.known_id, item.stratum, item.probability, item.usefulness,
            )
            for item in items
        ],
    )  # fmt: skip


def every(connection: Connection, study_id: str) -> list[StudyItem]:
    """Return a study's items by position, known ones included: for those who run the study."""
    found = connection.execute(
        """
        SELECT item_id, position, stream, generation_id, generation_b, known_id, stratum, probability, usefulness
        FROM study_item WHERE study_id = ? ORDER BY position, item_id
        """,
        [study_id],
    ).fetchall()
    return [StudyItem(item_id, position, Stream(stream), *rest) for item_id, position, stream, *rest in found]


def shown_first(seed: int, item_id: str, rater: str) -> Side:
    """Return which side of a pair this rater is shown first: drawn by chance, and always the same."""
    drawn = hashlib.sha256(f"{seed} {item_id} {rater}".encode(errors="surrogatepass")).digest()
    return "a" if drawn[0] & 1 else "b"


def rating_items(connection: Connection, study_id: str, rater: str, item_ids: Sequence[str]) -> dict[str, RatingItem]:
    """Return what a rater may see of each of these items of the study, by item id.

    Unknown ones are left out, and those whose texts the store does not hold.
    """
    # Each table is asked for what is needed of it alone: joined as they are, all texts would be gone through.
    found = connection.execute(
        """
        WITH item AS MATERIALIZED (
            SELECT i.item_id, t.seed, i.stream, i.generation_id, i.generation_b, i.known_id
            FROM study_item i JOIN study t USING (study_id)
            WHERE i.study_id = ? AND i.item_id IN (SELECT unnest(?::TEXT[]))
        ), written AS MATERIALIZED (
            SELECT generation_id, example_id, text FROM generation
            WHERE generation_id IN (SELECT generation_id FROM item UNION ALL SELECT generation_b FROM item)
        ), asked AS MATERIALIZED (
            SELECT example_id, question, reference FROM example WHERE example_id IN (SELECT example_id FROM written)
        )
        SELECT i.item_id, i.seed, coalesce(e.question, k.question), coalesce(e.reference, k.reference),
               coalesce(g.text, k.text), coalesce(h.text, k.text_b), i.stream = 'practice'
        FROM item i LEFT JOIN written g USING (generation_id) LEFT JOIN asked e USING (example_id)
        LEFT JOIN written h ON h.generation_id = i.generation_b
        LEFT JOIN known_item k USING (known_id)
        WHERE (e.example_id IS NOT NULL OR k.known_id IS NOT NULL)
          AND (i.generation_b IS NULL OR h.generation_id IS NOT NULL)
        """,
        [study_id, list(item_ids)],
    ).fetchall()
    items = {}
    for item_id, seed, question, reference, text, other, practice in found:
        side = "a" if other is None else shown_first(seed, item_id, rater)
        first, second = (text, other) if side == "a" else (other, text)
        items[item_id] = RatingItem(item_id, question, reference, first, second, side, practice)
    return items


def practice(connection: Connection, study_id: str, item_ids: Sequence[str]) -> dict[str, KnownItem]:
    """Return those of these items that belong to the study's training round, with their answers, by item id."""
    found = connection.execute(
        """
        SELECT i.item_id, k.known_id, k.question, k.reference, k.text, k.text_b, k.answers, k.why
        FROM study_item i JOIN known_item k USING (known_id)
        WHERE i.study_id = ? AND i.stream = 'practice' AND i.item_id IN (SELECT unnest(?))
        ORDER BY i.position, i.item_id
        """,
        [study_id, list(item_ids)],
    ).fetchall()
    return {
        item_id: KnownItem(known_id, question, reference, text, text_b, json.loads(answers), why)
        for item_id, known_id, question, reference, text, text_b, answers, why in found
    }
