"""The tables `generation`, `score` and `metric_choice`."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from viva.records.generation import Generation, Pace, Score
from viva.records.ids import utc_now
from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Choice = tuple[str, str, str]
"""A measure with the metric's version and settings."""

FIRST_PIECE = 64
"""Rows to read first, before it is known how large they are."""


def add(connection: Connection, generations: Sequence[Generation]) -> None:
    """Add generations; those known by id, and second texts of one sample, are passed over."""
    now = utc_now()
    examples = list({g.example_id for g in generations})
    written = set(
        connection.execute(
            "SELECT system_id, example_id, sample FROM generation "
            "WHERE failed IS NULL AND example_id IN (SELECT unnest(?))",
            [examples],
        ).fetchall()
    )
    rows.insert(
        connection,
        "generation",
        [
            "generation_id", "system_id", "example_id", "text", "finish_reason", "prompt_tokens",
            "completion_tokens", "seconds", "sample", "failed", "cost", "created_at",
        ],
        [
            (
                g.generation_id, g.system_id, g.example_id, g.text, g.finish_reason, g.prompt_tokens,
                g.completion_tokens, g.seconds, g.sample, g.failed, g.cost, now,
            )
            for g in generations
            if (g.system_id, g.example_id, g.sample) not in written
        ],
        ignore_known=True,
    )  # fmt: skip


def written_texts(connection: Connection, system_id: str, dataset_id: str, split: str) -> int:
    """Return how many texts a system has written for a split; those that failed do not count."""
    [(count,)] = connection.execute(
        """
        SELECT count(*) FROM generation g JOIN example e USING (example_id)
        WHERE g.system_id = ? AND g.failed IS NULL AND e.dataset_id = ? AND coalesce(e.split, '') = ?
        """,
        [system_id, dataset_id, split],
    ).fetchall()
    return int(count)


def to_write(
    connection: Connection, system_id: str, dataset_id: str, split: str, samples: int
) -> Iterator[dict[str, Any]]:
    """Yield what a system has still to write, in the dataset's order and a piece at a time.

    Each is example_id, question, and the `samples` that are missing, counted from 0.
    """
    after, size = -1, FIRST_PIECE
    while True:
        found = connection.execute(
            """
            WITH piece AS (
                SELECT example_id, position, question FROM example
                WHERE dataset_id = $dataset AND coalesce(split, '') = $split AND position > $after
                ORDER BY position LIMIT $size)
            SELECT p.position, p.example_id, p.question,
                   list(g.sample) FILTER (g.generation_id IS NOT NULL)
            FROM piece p LEFT JOIN generation g
              ON g.example_id = p.example_id AND g.system_id = $system AND g.failed IS NULL
            GROUP BY ALL ORDER BY p.position
            """,
            {"dataset": dataset_id, "split": split, "system": system_id, "after": after, "size": size},
        ).fetchall()
        for _position, example_id, question, written in found:
            missing = [sample for sample in range(samples) if sample not in (written or ())]
            if missing:
                yield {"example_id": example_id, "question": question, "samples": missing}
        if len(found) < size:
            return
        after = found[-1][0]
        size = rows.next_piece(len(found), sum(len(row[2]) for row in found))


def paces(connection: Connection) -> dict[str, Pace]:
    """Return what each model's texts were like so far, by the model's name."""
    found = connection.execute(
        """
        SELECT s.model, avg(g.completion_tokens), sum(g.seconds) / sum(g.completion_tokens)
        FROM generation g JOIN system s USING (system_id) WHERE g.failed IS NULL
        GROUP BY s.model HAVING sum(g.completion_tokens) > 0 AND sum(g.seconds) > 0
        """
    ).fetchall()
    return {model: Pace(tokens, seconds) for model, tokens, seconds in found}


def question_tokens(connection: Connection, dataset_id: str, split: str) -> float:
    """Return about how many tokens a question of a split has on average: one in four and a half characters."""
    [(mean,)] = connection.execute(
        "SELECT avg(length(question)) FROM example WHERE dataset_id = ? AND coalesce(split, '') = ?",
        [dataset_id, split],
    ).fetchall()
    return float(mean or 0) / 4.5


def add_scores(connection: Connection, scores: Sequence[Score]) -> None:
    """Append scores."""
    now = utc_now()
    rows.insert(
        connection,
        "score",
        ["generation_id", "metric", "version", "settings", "value", "unscored", "created_at"],
        [(s.generation_id, s.metric, s.version, s.settings, s.value, s.unscored, now) for s in scores],
    )


def with_values(connection: Connection, dataset_id: str, choices: Sequence[Choice]) -> list[Choice]:
    """Return those versions and settings of measures under which some text of a dataset has a value."""
    found = connection.execute(
        """
        SELECT DISTINCT s.metric, s.version, s.settings
        FROM score s JOIN generation g USING (generation_id) JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND s.value IS NOT NULL AND s.metric IN (SELECT unnest(?))
        """,
        [dataset_id, [measure for measure, _, _ in choices]],
    ).fetchall()
    return [choice for choice in choices if choice in set(found)]


def choose(connection: Connection, dataset_id: str, choices: Sequence[Choice], *, only_new: bool = False) -> list[str]:
    """Let these versions and settings of measures count for a dataset from now on.

    Return the measures for which something else counted before. With `only_new` these are left as they are.
    """
    known = connection.execute(
        """
        SELECT measure, arg_max(version, seq), arg_max(settings, seq) FROM metric_choice
        WHERE dataset_id = ? GROUP BY measure
        """,
        [dataset_id],
    ).fetchall()
    now, counting, chosen = utc_now(), set(known), {measure for measure, _, _ in known if only_new}
    rows.insert(
        connection,
        "metric_choice",
        ["dataset_id", "measure", "version", "settings", "created_at"],
        [(dataset_id, *choice, now) for choice in choices if choice not in counting and choice[0] not in chosen],
    )
    before = {measure for measure, _, _ in known}
    return [choice[0] for choice in choices if choice[0] in before and choice not in counting]


def to_score(
    connection: Connection, dataset_id: str, split: str | None, wanted: Sequence[Choice]
) -> Iterator[dict[str, Any]]:
    """Yield the generations that have no value for some of the `wanted` measures, a piece at a time.

    Each is generation_id, system_id, example_id, question, reference, text, finish_reason, failed, and `measures`:
    those without a value from this version with these settings.
    """
    columns = ("generation_id", "system_id", "example_id", "question", "reference", "text", "finish_reason", "failed")
    measures = [measure for measure, _, _ in wanted]
    # Looked up once: there are many scores, and each piece would go through all of them.
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE scored AS
        SELECT s.generation_id, list(DISTINCT s.metric) AS measures
        FROM score s JOIN (
            SELECT unnest($measures) AS metric, unnest($versions) AS version, unnest($settings) AS settings) w
          USING (metric, version, settings)
        WHERE s.value IS NOT NULL GROUP BY s.generation_id
        """,
        {"measures": measures, "versions": [v for _, v, _ in wanted], "settings": [s for _, _, s in wanted]},
    )
    after, size = (-1, ""), FIRST_PIECE
    while True:
        found = connection.execute(
            f"""
            WITH piece AS (
                SELECT e.position, {", ".join(columns)}
                FROM current_generation g JOIN example e USING (example_id)
                WHERE e.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
                  AND (e.position, g.generation_id) > ($position, $generation)
                ORDER BY e.position, g.generation_id LIMIT $size)
            SELECT p.*, scored.measures FROM piece p LEFT JOIN scored USING (generation_id)
            ORDER BY p.position, p.generation_id
            """,
            {"dataset": dataset_id, "split": split, "position": after[0], "generation": after[1], "size": size},
        ).fetchall()
        for _position, *values, scored in found:
            if missing := [measure for measure in measures if measure not in (scored or ())]:
                yield {**dict(zip(columns, values, strict=True)), "measures": missing}
        if len(found) < size:
            return
        after = (found[-1][0], found[-1][1])
        size = rows.next_piece(len(found), sum(len(row[5]) + len(row[6]) for row in found))


def without_scores(connection: Connection, dataset_id: str, split: str) -> int:
    """Return how many generations of a split no metric has been tried on."""
    [(count,)] = connection.execute(
        """
        SELECT count(*) FROM current_generation g JOIN example e USING (example_id)
        WHERE e.dataset_id = ? AND coalesce(e.split, '') = ?
          AND NOT EXISTS (SELECT 1 FROM score s WHERE s.generation_id = g.generation_id)
        """,
        [dataset_id, split],
    ).fetchall()
    return int(count)
