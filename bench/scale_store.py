"""A large workspace made inside DuckDB, for what measures results: texts, scores, a judge's verdicts and people's."""

from pathlib import Path

from viva.records.ids import new_id
from viva.records.model import Decoding, System
from viva.records.study import StudyRequest
from viva.settings import Settings
from viva.store import models
from viva.workbench import Workbench

DATASET, STUDY, SYSTEMS = "large", "large-study", 10
METRICS = ("rouge_l", "rouge_1", "rouge_2", "chrf", "semantic_similarity")
JUDGED, RATED = 5, 20
"""Of so many questions one has been judged, and one lies in the study; two systems are."""

_WORDS = """
['a', 'camera', 'above', 'the', 'belt', 'sees', 'parcels', 'that', 'stand', 'still', 'while', 'others', 'move', 'past',
 'score', 'frames', 'by', 'their', 'distance', 'from', 'what', 'a', 'small', 'network', 'learned', 'on', 'quiet',
 'days', 'and', 'raise', 'one', 'alarm', 'for', 'each', 'event', 'held', 'out', 'sites', 'show', 'whether', 'it',
 'travels', 'report', 'false', 'alarms', 'per', 'day', 'with', 'an', 'interval']
"""
_PROSE = "array_to_string(list_transform(range({words}), lambda w: ({all})[1 + (hash({seed}, w) % 50)::INTEGER]), ' ')"
_ID = "md5({0})[:16]"


def prose(seed: str, words: int) -> str:
    """Return the SQL of so many words that follow from `seed`, an SQL expression."""
    return _PROSE.format(words=words, all=_WORDS, seed=seed)


def dense(seed: str, pieces: int) -> str:
    """Return the SQL of so many words of 43 letters each in which a compressor finds nothing."""
    return f"array_to_string(list_transform(range({pieces}), lambda w: to_base64(unhex(sha256({seed} || w)))), ' ')"


def make(root: Path, generations: int) -> Workbench:
    """Make a workspace of so many texts by ten systems, five scores each, with a judge's and people's verdicts."""
    root.mkdir(parents=True)
    workbench = Workbench(Settings(workspace=root, rater="engineer", lock_timeout=120.0))
    questions = generations // SYSTEMS
    _write_texts(workbench, questions)
    with workbench.store.write() as connection:
        for place, metric in enumerate(METRICS):
            connection.execute(
                """
                INSERT INTO score (generation_id, metric, version, settings, value, unscored, created_at)
                SELECT generation_id, $metric, '1', '{}', CASE WHEN chance > 0.01 THEN chance END,
                       CASE WHEN chance <= 0.01 THEN 'empty text' END, TIMESTAMP '2026-01-01'
                FROM (SELECT generation_id, (hash(generation_id, $place) % 100000) / 100000 AS chance FROM generation)
                """,
                {"metric": metric, "place": place},
            )
            connection.execute(
                "INSERT INTO metric_choice (dataset_id, measure, version, settings, created_at) "
                "VALUES ('large-id', ?, '1', '{}', TIMESTAMP '2026-01-01')",
                [metric],
            )
    names = tuple(f"system-{number}" for number in range(2))
    workbench.studies.create(
        StudyRequest(STUDY, DATASET, "test", names, questions=questions // RATED, raters_per_item=3, calibration=1.0)
    )
    _write_verdicts(workbench)
    return workbench


def _write_texts(workbench: Workbench, questions: int) -> None:
    systems = [System(f"system-{n}", f"model-{n}", "{question}", Decoding()) for n in range(SYSTEMS)]
    with workbench.store.write() as connection:
        connection.execute(
            "INSERT INTO dataset (dataset_id, name, version, source, content, change, created_at) "
            "VALUES ('large-id', ?, 1, 'bench', 'bench', 'imported', TIMESTAMP '2026-01-01')",
            [DATASET],
        )
        connection.execute(
            f"""
            INSERT INTO example (example_id, dataset_id, position, question, reference, field, subfield, split, meta,
                                 lineage)
            SELECT {_ID.format("'e' || i")}, 'large-id', i, {prose("'q' || i", 25)}, {prose("'r' || i", 90)},
                   'field ' || (i % 8), 'subfield ' || (i % 61), 'test', '{{}}', {_ID.format("'e' || i")}
            FROM range(?) t(i)
            """,
            [questions],
        )
        for system in systems:
            models.add_system(connection, system)
    place = "$number || '-' || i || ':'"
    text = f"{prose(place, 60)} || ' ' || {dense(place, 30)}"
    for number, system in enumerate(systems):
        with workbench.store.write() as connection:
            connection.execute(
                f"""
                INSERT INTO generation (generation_id, system_id, example_id, text, finish_reason, prompt_tokens,
                                        completion_tokens, seconds, created_at, sample, cost)
                SELECT {_ID.format("'g' || $number || '-' || i")}, $system, {_ID.format("'e' || i")}, {text},
                       'stop', 40, 120, 1.5, TIMESTAMP '2026-01-01', 0, NULL
                FROM range($questions) t(i)
                """,
                {"number": str(number), "system": system.system_id, "questions": questions},
            )


def _write_verdicts(workbench: Workbench) -> None:
    """Have a judge judge a fifth of the questions, and three people rate half of the study."""
    study = workbench.studies.list()[0]
    rubric = study.rubric
    with workbench.store.write() as connection:
        connection.execute(
            """
            INSERT INTO judgment (event_id, generation_id, rubric_id, judge, mode, criterion, value, rationale,
                                  created_at)
            SELECT $run || g.generation_id, g.generation_id, $rubric, 'examiner', 'reference', c.name,
                   (hash(g.generation_id, c.name) % 6)::DOUBLE, 'as the levels say', TIMESTAMP '2026-01-02'
            FROM generation g JOIN system s USING (system_id) JOIN example e USING (example_id), criterion c
            WHERE s.name IN ('system-0', 'system-1') AND e.position % $judged = 0 AND c.rubric_id = $rubric
            """,
            {"run": new_id(), "rubric": rubric.rubric_id, "judged": JUDGED},
        )
        connection.execute(
            """
            INSERT INTO rating (event_id, study_id, item_id, generation_id, rater, criterion, value, comment, flagged,
                                seconds, created_at)
            SELECT r.rater || i.item_id, i.study_id, i.item_id, i.generation_id, r.rater, c.name,
                   (hash(i.item_id, r.rater, c.name) % 6)::DOUBLE, '', false, 40, TIMESTAMP '2026-01-03'
            FROM study_item i, criterion c, (VALUES ('ann'), ('ben'), ('cho')) r(rater)
            WHERE i.study_id = $study AND i.position % 2 = 0 AND c.rubric_id = $rubric
            """,
            {"study": study.study_id, "rubric": rubric.rubric_id},
        )
