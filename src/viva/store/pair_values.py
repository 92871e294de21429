"""Comparisons of systems in pairs, question by question: what rankings are made of."""

from typing import Any, NamedTuple

import duckdb
import numpy as np

from viva.records.ranking import PairSource
from viva.store import rows

Connection = duckdb.DuckDBPyConnection
Numbers = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

_OF = """
    source = $source AND study = $study AND scorer_of = $scorer AND mode = $mode
    AND criterion IS NOT DISTINCT FROM $criterion
"""


class PairValues(NamedTuple):
    """n comparisons of two systems on a question, those that have a verdict.

    `first` and `second` (n,) are places in `systems`, `questions` (n,) places of examples in their dataset. `scores`
    (n,) are what the first got, 0 to 1, a tie being one half: the mean over pairs of texts of the mean over people.
    `longer` (n,) is by how many characters its texts are longer on average.
    """

    systems: list[str]
    first: Places
    second: Places
    questions: Places
    scores: Numbers
    longer: Numbers


class PairCounts(NamedTuple):
    """How many comparisons were tried, and how many verdicts there are; see `Ranking`."""

    attempted: int
    verdicts: int
    flipped: int
    inconsistent: int
    alone: int


class PairReader:
    """Reads the comparisons of a version of a dataset, of one split or (None) of all.

    The view they come from takes longer to plan than to run, so it is gone through once.
    """

    def __init__(self, connection: Connection, dataset: str, version: int, split: str | None) -> None:
        self._connection = connection
        connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE gathered_pair AS
            SELECT source, CASE WHEN source = 'human' THEN coalesce(study, '') ELSE '' END AS study,
                   CASE WHEN source = 'human' THEN '' ELSE scorer END AS scorer_of,
                   CASE WHEN source = 'human' THEN '' ELSE coalesce(mode, '') END AS mode, criterion, scorer, example,
                   generation_a, generation_b, least(system_a, system_b) AS one, greatest(system_a, system_b) AS other,
                   system_a < system_b AS ordered, system_a = system_b AS alone, winner, flipped, reason
            FROM pair_verdicts
            WHERE dataset = $dataset AND version = $version AND ($split IS NULL OR coalesce(split, '') = $split)
            """,
            {"dataset": rows.storable(dataset), "version": version, "split": split},
        )

    def sources(self) -> list[PairSource]:
        """Return whose comparisons there are: people's first, those on the whole first, then those with most."""
        found = self._connection.execute(
            """
            WITH pairs AS (
                SELECT source, study, scorer_of, mode, criterion, one, other, count(*) FILTER (scored) AS scored,
                       count(*) AS attempted
                FROM (SELECT source, study, scorer_of, mode, criterion, one, other, example,
                             bool_or(winner IS NOT NULL) AS scored
                      FROM gathered_pair WHERE NOT alone GROUP BY ALL)
                GROUP BY ALL)
            SELECT source, study, scorer_of, mode, criterion, len(list_distinct(list(one) || list(other))),
                   sum(scored)::BIGINT, sum(attempted)::BIGINT
            FROM pairs GROUP BY source, study, scorer_of, mode, criterion
            """
        ).fetchall()

        def order(one: PairSource) -> tuple[bool, bool, int, str]:
            named = "\0".join((one.study, one.scorer, one.mode, one.criterion or ""))
            return one.source != "human", one.criterion is not None, -one.scored, named

        return sorted((PairSource(*row) for row in found), key=order)

    def values(self, of: PairSource) -> PairValues:
        """Return the comparisons of a source that have a verdict; systems in the order in which they came."""
        found = self._connection.execute(
            f"""
            WITH said AS (
                SELECT example, generation_a, generation_b, ordered, one, other, scorer,
                       avg(CASE winner WHEN 'a' THEN 1.0 WHEN 'b' THEN 0.0 ELSE 0.5 END) AS score
                FROM gathered_pair WHERE {_OF} AND winner IS NOT NULL AND NOT alone
                GROUP BY ALL
            ), texts AS (
                SELECT example, generation_a, generation_b, ordered, one, other, avg(score) AS score
                FROM said GROUP BY ALL)
            SELECT t.one, t.other, e.position,
                   avg(CASE WHEN t.ordered THEN t.score ELSE 1 - t.score END) AS score,
                   avg((length(a.text) - length(b.text)) * CASE WHEN t.ordered THEN 1.0 ELSE -1.0 END) AS longer
            FROM texts t JOIN example e ON e.example_id = t.example
            JOIN generation a ON a.generation_id = t.generation_a JOIN generation b ON b.generation_id = t.generation_b
            GROUP BY t.one, t.other, e.position ORDER BY e.position, t.one, t.other
            """,
            _parameters(of),
        ).fetchnumpy()
        there = {str(name) for side in ("one", "other") for name in np.unique(np.asarray(found[side], dtype=object))}
        came = self._connection.execute("SELECT name FROM system ORDER BY created_at, name").fetchall()
        systems = [name for (name,) in came if name in there]
        place = {name: at for at, name in enumerate(systems)}
        first, second = (np.asarray([place[name] for name in found[side]], dtype=np.intp) for side in ("one", "other"))
        questions = np.asarray(found["position"], dtype=np.intp)
        scores, longer = (np.asarray(found[name], dtype=np.float64) for name in ("score", "longer"))
        return PairValues(systems, first, second, questions, scores, longer)

    def counts(self, of: PairSource) -> PairCounts:
        """Return how many comparisons of a source were tried, and what became of their verdicts."""
        [row] = self._connection.execute(
            f"""
            SELECT count(DISTINCT (example, one, other)) FILTER (NOT alone), count(winner) FILTER (NOT alone),
                   count(*) FILTER (flipped AND NOT alone),
                   count(*) FILTER (NOT flipped AND reason IS NOT NULL AND NOT alone), count(winner) FILTER (alone)
            FROM gathered_pair WHERE {_OF}
            """,
            _parameters(of),
        ).fetchall()
        return PairCounts(*row)


def _parameters(of: PairSource) -> dict[str, str | None]:
    return {
        "source": of.source, "criterion": of.criterion, "study": of.study, "scorer": of.scorer, "mode": of.mode,
    }  # fmt: skip
