"""A workspace with something for every section of a report: the rated texts, a judge, scores, pairs and a training.

`bob` and `dora` are named wherever a person can be named, and `/home/ann` is a path: for who looks what leaves it.
"""

import json
import math
import random
from datetime import timedelta

import duckdb
import pytest

from tests.fakes.rated_judge import DATASET, NOON, SYSTEMS, add_judge, fill_rated
from viva.records.generation import Score
from viva.records.ids import content_id
from viva.report import figures
from viva.store import generations
from viva.workbench import Workbench

FIELDS = ("arts", "life sciences", "a [field] <b>")
QUESTIONS = 32


def fill_reported(workbench: Workbench) -> None:
    """Fill the workbench: 32 questions of three fields, of which 20 are rated, all judged; one text has no score.

    Of 12 questions the two texts were compared by two people.
    """
    fill_rated(workbench, questions=QUESTIONS)
    add_judge(workbench, "oracle", error=0.5)
    with workbench.store.write() as connection:
        connection.execute("DELETE FROM rating WHERE generation_id LIKE '%-2_' OR generation_id LIKE '%-3_'")
        for place, field in enumerate(FIELDS):
            connection.execute("UPDATE example SET field = ? WHERE position % 3 = ?", [field, place])
        texts = connection.execute("SELECT generation, system FROM generations ORDER BY 1").fetchall()
        generations.add_scores(connection, [_score(*text) for text in texts])
        for place, model in enumerate(SYSTEMS):
            spec = {
                "arguments": {"name": model, "dataset": DATASET, "model": "base", "recipe": {"path": "/home/ann/r"}}
            }
            connection.execute(
                "INSERT INTO job VALUES (?, 'train', 't', ?, 'done', '', ?, ?)",
                [f"job-{place}", json.dumps(spec), NOON + timedelta(minutes=place), NOON],
            )
            for step in range(1, 11):
                value = 2 + math.exp(-step / 3)
                connection.execute("INSERT INTO job_metric VALUES (?, ?, 'loss', ?)", [f"job-{place}", step, value])
                connection.execute("INSERT INTO job_metric VALUES (?, ?, 'eval_loss', ?)", [f"job-{place}", step, 3.0])
        _compare(connection)
        _name_people(connection)
        # Texts are written by the fake as it runs; a report shows when, and must not change from run to run.
        connection.execute("UPDATE generation SET created_at = ?", [NOON])


def draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let figures be empty ones: drawing them takes longer than all else, and most tests do not look at them."""
    made = {"svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>', "png": b"\x89PNG"}
    monkeypatch.setattr(figures, "_drawn", lambda _figure, form: made[form])
    figures.svg.cache_clear()


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(12):
        one, other = sorted(f"{system}-{number}" for system in SYSTEMS)
        for rater in ("ann", "bob"):
            winner = random.Random(f"{rater} {number}").choice(["a", "b", "b", "tie"])
            said = (None, "skipped: bob is my friend") if (rater, number) == ("bob", 5) else (winner, None)
            connection.execute(
                "INSERT INTO preference (event_id, example_id, generation_a, generation_b, scorer, source, shown_first,"
                " winner, unscored, comment, created_at) VALUES (?, ?, ?, ?, ?, 'human', 'a', ?, ?, ?, ?)",
                [content_id(rater, number), f"q{number}", one, other, rater, *said, "ask bob", NOON],
            )


def _name_people(connection: duckdb.DuckDBPyConnection) -> None:
    [(study, item)] = connection.execute("SELECT study_id, item_id FROM study_item LIMIT 1").fetchall()
    connection.execute("UPDATE rating SET comment = 'as bob said' WHERE rater = 'cem'")
    connection.execute(
        "UPDATE study SET design = json_merge_patch(design, ?), options = json_merge_patch(options, ?)",
        [json.dumps({"raters": ["bob", "dora"], "file": "bob.csv"}), json.dumps({"note": "dora leads"})],
    )
    for kind, content in (("raters", {"raters": ["ann", "bob", "cem", "dora"]}), ("items", {"file": "dora.csv"})):
        connection.execute(
            "INSERT INTO study_change (study_id, kind, content, person, created_at) VALUES (?, ?, ?, 'dora', ?)",
            [study, kind, json.dumps(content), NOON],
        )
    connection.execute(
        "INSERT INTO adjudication (event_id, study_id, item_id, criterion, value, note, adjudicator, created_at) "
        "VALUES ('settled', ?, ?, 'accuracy', 3, 'with bob', 'dora', ?)", [study, item, NOON],
    )  # fmt: skip
    connection.execute(
        "INSERT INTO known_verdict (event_id, study_id, item_id, known_id, rater, answers, strengths, "
        "skipped, comment, flagged, seconds, created_at) "
        "VALUES ('known', ?, ?, 'none', 'dora', '{}', '{}', 'bob told me', 'bob', false, 1, ?)", [study, item, NOON],
    )  # fmt: skip


def _score(generation: str, system: str) -> Score:
    draw = random.Random(generation)
    value = None if generation.endswith("-7") and system == SYSTEMS[0] else 0.3 + 0.1 * draw.random()
    return Score(generation, "rouge_l", "1", "", value, "empty text" if value is None else None)
