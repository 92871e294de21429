"""The items of a study with what several raters said of them, to be held against one another and decided."""

from typing import NamedTuple

import duckdb

from viva.records.adjudication import Voice
from viva.records.rating import OVERALL
from viva.records.study import Study, StudyMode
from viva.store import rows
from viva.store.ratings import SKIPPED

Connection = duckdb.DuckDBPyConnection


class Rated(NamedTuple):
    """An item that is to be rated: its text, or its two in the order of their ids, and how many verdicts count."""

    item: str
    number: int
    texts: str
    example: str
    question: str
    verdicts: int
    flagged: int


class Texts(NamedTuple):
    """What an item asks about; of a pair `other` is side b."""

    question: str
    reference: str
    text: str
    other: str | None


def items(connection: Connection, study_id: str) -> list[Rated]:
    """Return a study's items by their numbers; those with known answers are left out.

    `texts` names an item as `viva.store.agreement_rows` does.
    """
    found = connection.execute(
        """
        SELECT i.item_id, i.position + 1,
               CASE WHEN i.generation_b IS NULL THEN i.generation_id
                    ELSE i.generation_id || ' ' || i.generation_b END,
               e.example_id, e.question, coalesce(v.verdicts, 0), coalesce(v.flagged, 0)
        FROM study_item i JOIN generation g USING (generation_id) JOIN example e USING (example_id)
        LEFT JOIN (SELECT item_id, count(*) FILTER (NOT skipped) AS verdicts, count(*) FILTER (flagged) AS flagged
                   FROM item_verdict WHERE study_id = $study GROUP BY item_id) v ON v.item_id = i.item_id
        WHERE i.study_id = $study AND i.known_id IS NULL ORDER BY i.position, i.item_id
        """,
        {"study": study_id},
    ).fetchall()
    return [Rated(*row) for row in found]


def texts(connection: Connection, item_id: str) -> Texts:
    """Return the texts of an item, which must be there and have no known answers."""
    [found] = connection.execute(
        """
        SELECT e.question, e.reference, g.text, h.text
        FROM study_item i JOIN generation g USING (generation_id) JOIN example e USING (example_id)
        LEFT JOIN generation h ON h.generation_id = i.generation_b WHERE i.item_id = ?
        """,
        [item_id],
    ).fetchall()
    return Texts(*found)


def voices(connection: Connection, study: Study, item_id: str) -> list[Voice]:
    """Return what each rater said of an item that counts, by name; criteria come in the rubric's order."""
    pairs = study.mode is StudyMode.PAIRWISE
    query = (
        """
        SELECT scorer, coalesce(criterion, ''), winner, unscored, comment, flagged FROM preferences
        WHERE source = 'human' AND study = $study AND (generation_a, generation_b) =
              (SELECT (generation_id, generation_b) FROM study_item WHERE item_id = $item) ORDER BY ALL
        """
        if pairs
        else """
        SELECT rater, criterion, value, unscored, comment, flagged FROM ratings
        WHERE study = $study AND generation = (SELECT generation_id FROM study_item WHERE item_id = $item) ORDER BY ALL
        """
    )
    order = [OVERALL, *(criterion.name for criterion in study.rubric.criteria)]
    found: dict[str, Voice] = {}
    for rater, criterion, value, unscored, comment, flagged in connection.execute(
        query, {"study": rows.storable(study.name), "item": item_id}
    ).fetchall():
        before = found.get(rater, Voice(rater, {}))
        skipped = unscored.removeprefix(SKIPPED) if (unscored or "").startswith(SKIPPED) else before.skipped
        values = before.values if value is None else {**before.values, criterion: value}
        found[rater] = Voice(
            rater,
            {name: values[name] for name in order if name in values},
            comment or before.comment,
            bool(flagged) or before.flagged,
            skipped,
        )
    return list(found.values())
