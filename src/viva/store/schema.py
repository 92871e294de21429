"""The tables, which hold every event, and the views over them, which hold what counts now.

Times are UTC. Ratings, preferences, judgments and scores are appended, never updated: a view takes the latest.
A verdict or score that could not be had is `unscored` with its reason; `value` is then NULL, never 0 or NaN.
"""

TABLES = """
CREATE SEQUENCE event_order;

CREATE TABLE dataset (
    dataset_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    source TEXT NOT NULL,
    content TEXT NOT NULL,
    change TEXT NOT NULL,
    parent TEXT,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (name, version)
);
CREATE TABLE example (
    example_id TEXT PRIMARY KEY,
    dataset_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    question TEXT NOT NULL,
    reference TEXT NOT NULL,
    field TEXT,
    subfield TEXT,
    split TEXT,
    source TEXT,
    meta JSON NOT NULL,
    messages JSON,
    tools JSON,
    lineage TEXT NOT NULL
);
CREATE TABLE leakage (
    dataset_id TEXT NOT NULL,
    near_duplicates INTEGER NOT NULL,
    copied_references INTEGER NOT NULL,
    threshold DOUBLE NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE leak (
    dataset_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    example_a TEXT NOT NULL,
    example_b TEXT NOT NULL,
    similarity DOUBLE NOT NULL,
    seq BIGINT NOT NULL
);
CREATE TABLE model (
    model_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('starter', 'hub', 'adapter', 'endpoint')),
    location TEXT NOT NULL,
    base TEXT,
    note TEXT NOT NULL,
    settings JSON NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE system (
    system_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    decoding JSON NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE generation (
    generation_id TEXT PRIMARY KEY,
    system_id TEXT NOT NULL,
    example_id TEXT NOT NULL,
    text TEXT NOT NULL,
    finish_reason TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    seconds DOUBLE NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE score (
    generation_id TEXT NOT NULL,
    metric TEXT NOT NULL,
    version TEXT NOT NULL,
    settings TEXT NOT NULL,
    value DOUBLE CHECK (value IS NULL OR isfinite(value)),
    unscored TEXT,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order'),
    CHECK ((value IS NULL) = (unscored IS NOT NULL))
);
CREATE TABLE rubric (
    rubric_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE criterion (
    rubric_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    weight DOUBLE NOT NULL,
    question TEXT NOT NULL,
    lowest INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    levels JSON NOT NULL,
    PRIMARY KEY (rubric_id, name),
    CHECK (lowest < highest)
);
CREATE TABLE study (
    study_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    dataset_id TEXT NOT NULL,
    split TEXT NOT NULL,
    rubric_id TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('rubric', 'pairwise')),
    raters_per_item INTEGER NOT NULL,
    seed BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE study_item (
    item_id TEXT PRIMARY KEY,
    study_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    generation_id TEXT NOT NULL,
    UNIQUE (study_id, generation_id)
);
CREATE TABLE rating (
    event_id TEXT NOT NULL,
    study_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    generation_id TEXT NOT NULL,
    rater TEXT NOT NULL,
    criterion TEXT NOT NULL,
    value DOUBLE CHECK (value IS NULL OR isfinite(value)),
    unscored TEXT,
    comment TEXT NOT NULL,
    flagged BOOLEAN NOT NULL,
    seconds DOUBLE NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order'),
    PRIMARY KEY (event_id, criterion),
    CHECK ((value IS NULL) = (unscored IS NOT NULL))
);
CREATE TABLE preference (
    event_id TEXT PRIMARY KEY,
    study_id TEXT,
    example_id TEXT NOT NULL,
    generation_a TEXT NOT NULL,
    generation_b TEXT NOT NULL,
    scorer TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('human', 'judge')),
    shown_first TEXT NOT NULL CHECK (shown_first IN ('a', 'b')),
    winner TEXT CHECK (winner IN ('a', 'b', 'tie')),
    unscored TEXT,
    comment TEXT NOT NULL,
    seconds DOUBLE,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order'),
    CHECK (generation_a < generation_b),
    CHECK ((winner IS NULL) = (unscored IS NOT NULL))
);
CREATE TABLE judgment (
    event_id TEXT NOT NULL,
    generation_id TEXT NOT NULL,
    rubric_id TEXT NOT NULL,
    judge TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('reference', 'independent')),
    criterion TEXT NOT NULL,
    value DOUBLE CHECK (value IS NULL OR isfinite(value)),
    unscored TEXT,
    rationale TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order'),
    PRIMARY KEY (event_id, criterion),
    CHECK ((value IS NULL) = (unscored IS NOT NULL))
);
CREATE TABLE job (
    job_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    spec JSON NOT NULL,
    status TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE TABLE job_metric (
    job_id TEXT NOT NULL,
    step BIGINT NOT NULL,
    name TEXT NOT NULL,
    value DOUBLE NOT NULL,
    PRIMARY KEY (job_id, step, name)
);
"""

VIEWS = """
CREATE VIEW examples AS
SELECT d.name AS dataset, d.version, e.example_id AS example, e.position, e.split, e.field, e.subfield,
       e.question, e.reference, e.source
FROM example e JOIN dataset d USING (dataset_id);

CREATE VIEW datasets AS
SELECT d.name AS dataset, d.version, count(e.example_id) AS examples, d.source, d.change, d.created_at,
       l.near_duplicates, l.copied_references, l.created_at AS leakage_checked_at
FROM dataset d LEFT JOIN example e USING (dataset_id)
LEFT JOIN (SELECT * FROM leakage QUALIFY row_number() OVER (PARTITION BY dataset_id ORDER BY seq DESC) = 1) l
  USING (dataset_id)
GROUP BY ALL;

CREATE VIEW leaks AS
SELECT d.name AS dataset, d.version, k.kind, k.similarity, a.example_id AS example_a, a.split AS split_a,
       b.example_id AS example_b, b.split AS split_b, a.question AS question_a, b.question AS question_b
FROM leak k
JOIN (SELECT dataset_id, max(seq) AS seq FROM leakage GROUP BY dataset_id) l USING (dataset_id, seq)
JOIN dataset d USING (dataset_id)
JOIN example a ON a.example_id = k.example_a
JOIN example b ON b.example_id = k.example_b;

CREATE VIEW generations AS
SELECT g.generation_id AS generation, s.name AS system, s.model, e.dataset, e.version, e.example, e.split, e.field,
       g.text, g.finish_reason, g.prompt_tokens, g.completion_tokens, g.seconds, g.created_at
FROM generation g JOIN system s USING (system_id) JOIN examples e ON e.example = g.example_id;

CREATE VIEW metrics AS
SELECT g.generation, g.system, g.dataset, g.version, g.example, g.split, g.field,
       l.metric, l.value, l.unscored
FROM (SELECT * FROM score
      QUALIFY row_number() OVER (PARTITION BY generation_id, metric ORDER BY seq DESC) = 1) l
JOIN generations g ON g.generation = l.generation_id;

CREATE VIEW ratings AS
SELECT t.name AS study, r.generation_id AS generation, g.system, g.dataset, g.version, g.example, g.split, g.field,
       r.rater, t.rubric_id AS rubric, r.criterion, r.value,
       c.weight * (r.value - c.lowest) / (c.highest - c.lowest) AS points,
       r.unscored, r.comment, r.flagged, r.seconds, r.created_at
FROM (SELECT * FROM rating
      QUALIFY row_number() OVER (PARTITION BY study_id, generation_id, rater, criterion
                                 ORDER BY created_at DESC, seq DESC) = 1) r
JOIN study t USING (study_id)
JOIN criterion c ON c.rubric_id = t.rubric_id AND c.name = r.criterion
JOIN generations g ON g.generation = r.generation_id;

CREATE VIEW judgments AS
SELECT j.generation_id AS generation, g.system, g.dataset, g.version, g.example, g.split, g.field,
       j.judge, j.mode, j.rubric_id AS rubric, j.criterion, j.value,
       c.weight * (j.value - c.lowest) / (c.highest - c.lowest) AS points,
       j.rationale, j.unscored, j.created_at
FROM (SELECT * FROM judgment
      QUALIFY row_number() OVER (PARTITION BY generation_id, judge, mode, rubric_id, criterion
                                 ORDER BY created_at DESC, seq DESC) = 1
          AND rubric_id = first_value(rubric_id) OVER (PARTITION BY generation_id, judge, mode
                                                       ORDER BY created_at DESC, seq DESC)) j
JOIN criterion c ON c.rubric_id = j.rubric_id AND c.name = j.criterion
JOIN generations g ON g.generation = j.generation_id;

CREATE VIEW preferences AS
SELECT t.name AS study, a.dataset, a.version, a.example, a.system AS system_a, b.system AS system_b,
       p.scorer, p.source, p.shown_first, p.winner, p.unscored, p.comment, p.created_at
FROM (SELECT * FROM preference
      QUALIFY row_number() OVER (PARTITION BY generation_a, generation_b, scorer, shown_first
                                 ORDER BY created_at DESC, seq DESC) = 1) p
JOIN generations a ON a.generation = p.generation_a
JOIN generations b ON b.generation = p.generation_b
LEFT JOIN study t ON t.study_id = p.study_id;

CREATE VIEW rubric_sizes AS
SELECT rubric_id AS rubric, count(*) AS criteria FROM criterion GROUP BY rubric_id;

CREATE VIEW totals AS
SELECT generation, system, dataset, version, example, split, field, 'human' AS source, study, rater AS scorer,
       NULL::TEXT AS mode, CASE WHEN count(points) = any_value(criteria) THEN sum(points) END AS total
FROM ratings JOIN rubric_sizes USING (rubric) GROUP BY ALL
UNION ALL
SELECT generation, system, dataset, version, example, split, field, 'judge' AS source, NULL AS study,
       judge AS scorer, mode, CASE WHEN count(points) = any_value(criteria) THEN sum(points) END AS total
FROM judgments JOIN rubric_sizes USING (rubric) GROUP BY ALL;

CREATE VIEW verdicts AS
SELECT generation, 'metric' AS source, NULL::TEXT AS study, NULL::TEXT AS scorer, metric AS measure, value
FROM metrics
UNION ALL
SELECT generation, 'human', study, NULL, criterion, avg(points) FROM ratings GROUP BY ALL
UNION ALL
SELECT generation, 'human', study, NULL, 'total', avg(total) FROM totals WHERE source = 'human' GROUP BY ALL
UNION ALL
SELECT generation, 'judge', NULL, judge || ' (' || mode || ')', criterion, points FROM judgments
UNION ALL
SELECT generation, 'judge', NULL, scorer || ' (' || mode || ')', 'total', total FROM totals WHERE source = 'judge';

CREATE VIEW leaderboard AS
SELECT g.dataset, g.version, g.split, g.system, v.source, v.study, v.scorer, v.measure,
       count(v.value) AS n, count(*) AS attempted, avg(v.value) AS mean,
       CASE WHEN count(v.value) > 1 THEN stddev_samp(v.value) END AS sd,
       CASE WHEN count(v.value) > 1 THEN stddev_samp(v.value) / sqrt(count(v.value)) END AS se
FROM verdicts v JOIN generations g USING (generation)
GROUP BY ALL;

CREATE VIEW field_leaderboard AS
SELECT g.dataset, g.version, g.split, g.field, g.system, v.source, v.study, v.scorer, v.measure,
       count(v.value) AS n, count(*) AS attempted, avg(v.value) AS mean,
       CASE WHEN count(v.value) > 1 THEN stddev_samp(v.value) END AS sd,
       CASE WHEN count(v.value) > 1 THEN stddev_samp(v.value) / sqrt(count(v.value)) END AS se
FROM verdicts v JOIN generations g USING (generation)
GROUP BY ALL;
"""
