"""The tables and views about benchmarks: questions with a right answer, and what models answered."""

TABLES = """
CREATE TABLE benchmark (
    benchmark_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('choices', 'calls')),
    source TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE benchmark_item (
    benchmark_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    item JSON NOT NULL,
    PRIMARY KEY (benchmark_id, item_id)
);
CREATE TABLE benchmark_answer (
    benchmark_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    model TEXT NOT NULL,
    method TEXT NOT NULL,
    answer JSON,
    measures JSON NOT NULL,
    unscored TEXT,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
"""

VIEWS = """
CREATE VIEW benchmark_answers AS
SELECT b.name AS benchmark, b.kind, a.item_id AS item, i.position, a.model, a.method, a.answer,
       m.key AS measure, CASE WHEN a.unscored IS NULL THEN m.value::DOUBLE END AS value, a.unscored, a.created_at
FROM (SELECT * FROM benchmark_answer
      QUALIFY row_number() OVER (PARTITION BY benchmark_id, item_id, model, method ORDER BY seq DESC) = 1) a
JOIN benchmark b USING (benchmark_id) JOIN benchmark_item i USING (benchmark_id, item_id),
LATERAL (SELECT unnest(map_entries(a.measures::MAP(VARCHAR, DOUBLE)), recursive := true)) m(key, value);

CREATE VIEW benchmarks AS
SELECT benchmark, kind, model, method, measure, count(value) AS n, count(*) AS attempted, avg(value) AS mean
FROM benchmark_answers GROUP BY ALL;
"""
