"""What generation in full added: samples, failures and costs, which settings of a metric count, means per example."""

TABLES = """
ALTER TABLE generation ADD COLUMN sample INTEGER DEFAULT 0;
ALTER TABLE generation ADD COLUMN failed TEXT;
ALTER TABLE generation ADD COLUMN cost DOUBLE;
CREATE TABLE metric_choice (
    dataset_id TEXT NOT NULL,
    measure TEXT NOT NULL,
    version TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
INSERT INTO metric_choice (dataset_id, measure, version, settings, created_at)
SELECT e.dataset_id, s.metric, arg_max(s.version, s.seq), arg_max(s.settings, s.seq), max(s.created_at)
FROM score s JOIN generation g USING (generation_id) JOIN example e USING (example_id) GROUP BY ALL;
"""

VIEWS = """
CREATE VIEW current_generation AS
SELECT * FROM generation WHERE failed IS NULL
UNION ALL
SELECT f.* FROM (
    SELECT * FROM generation WHERE failed IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY system_id, example_id, sample
                               ORDER BY created_at DESC, generation_id DESC) = 1) f
ANTI JOIN (SELECT system_id, example_id, sample FROM generation WHERE failed IS NULL) t
  USING (system_id, example_id, sample);

CREATE VIEW metric_choices AS
SELECT d.name AS dataset, d.version, c.measure, c.version AS metric_version, c.settings, c.created_at
FROM (SELECT * FROM metric_choice
      QUALIFY row_number() OVER (PARTITION BY dataset_id, measure ORDER BY seq DESC) = 1) c
JOIN dataset d USING (dataset_id);

CREATE OR REPLACE VIEW generations AS
SELECT g.generation_id AS generation, s.name AS system, s.model, e.dataset, e.version, e.example, e.split, e.field,
       g.sample, g.text, g.failed, g.finish_reason, g.prompt_tokens, g.completion_tokens, g.seconds, g.cost,
       g.created_at
FROM current_generation g JOIN system s USING (system_id) JOIN examples e ON e.example = g.example_id;

CREATE OR REPLACE VIEW metrics AS
SELECT g.generation, g.system, g.dataset, g.version, g.example, g.split, g.field, g.sample,
       l.metric, l.value, l.unscored, l.settings
FROM (SELECT * FROM score
      QUALIFY row_number() OVER (PARTITION BY generation_id, metric, version, settings ORDER BY seq DESC) = 1) l
JOIN generations g ON g.generation = l.generation_id
LEFT JOIN metric_choices c ON c.dataset = g.dataset AND c.version = g.version AND c.measure = l.metric
WHERE c.measure IS NULL OR (c.metric_version = l.version AND c.settings = l.settings);

CREATE VIEW example_verdicts AS
SELECT g.dataset, g.version, g.split, g.field, g.example, g.system, v.source, v.study, v.scorer, v.measure,
       avg(v.value) AS value
FROM verdicts v JOIN generations g USING (generation)
GROUP BY ALL;

CREATE OR REPLACE VIEW leaderboard AS
SELECT dataset, version, split, system, source, study, scorer, measure,
       count(value) AS n, count(*) AS attempted, avg(value) AS mean,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) END AS sd,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) / sqrt(count(value)) END AS se
FROM example_verdicts GROUP BY ALL;

CREATE OR REPLACE VIEW field_leaderboard AS
SELECT dataset, version, split, field, system, source, study, scorer, measure,
       count(value) AS n, count(*) AS attempted, avg(value) AS mean,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) END AS sd,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) / sqrt(count(value)) END AS se
FROM example_verdicts GROUP BY ALL;
"""
