"""The views behind results, made fast for a million texts.

Their rows are those of the views they take the place of. What is repeated is looked for by one number each: rows that
share it with no other need no sorting, and there are few others as long as texts are scored once.
"""

METRICS = """
CREATE VIEW placed_generation AS
SELECT g.generation_id AS generation, s.name AS system, s.model, d.name AS dataset, d.version, e.example_id AS example,
       e.split, e.field, g.sample, g.text, g.failed, g.finish_reason, g.prompt_tokens, g.completion_tokens, g.seconds,
       g.cost, g.created_at, e.subfield, e.rowid AS place
FROM current_generation g JOIN system s USING (system_id) JOIN example e USING (example_id)
JOIN dataset d USING (dataset_id);

CREATE OR REPLACE VIEW generations AS
SELECT * EXCLUDE (subfield, place) FROM placed_generation;

CREATE VIEW placed_metric AS
WITH repeated AS MATERIALIZED (
    SELECT hash(generation_id, metric, version, settings) AS same FROM score GROUP BY same HAVING count(*) > 1
)
SELECT g.generation, g.system, g.dataset, g.version, g.example, g.split, g.field, g.sample,
       l.metric, l.value, l.unscored, l.settings, g.subfield, g.place
FROM (
    SELECT s.generation_id, s.metric, s.version, s.settings, s.value, s.unscored
    FROM score s ANTI JOIN repeated r ON r.same = hash(s.generation_id, s.metric, s.version, s.settings)
    UNION ALL
    SELECT s.generation_id, s.metric, s.version, s.settings, s.value, s.unscored
    FROM score s SEMI JOIN repeated r ON r.same = hash(s.generation_id, s.metric, s.version, s.settings)
    QUALIFY row_number() OVER (PARTITION BY s.generation_id, s.metric, s.version, s.settings
                               ORDER BY s.seq DESC) = 1) l
JOIN placed_generation g ON g.generation = l.generation_id
LEFT JOIN metric_choices c ON c.dataset = g.dataset AND c.version = g.version AND c.measure = l.metric
WHERE c.measure IS NULL OR (c.metric_version = l.version AND c.settings = l.settings);

CREATE OR REPLACE VIEW metrics AS
SELECT * EXCLUDE (subfield, place) FROM placed_metric;
"""

VERDICTS = """
CREATE VIEW scored_verdict AS
SELECT generation, dataset, version, split, field, example, system, 'human' AS source, study, NULL::TEXT AS scorer,
       criterion AS measure, avg(points) AS value
FROM ratings GROUP BY ALL
UNION ALL
SELECT generation, dataset, version, split, field, example, system, 'human', study, NULL, 'total', avg(total)
FROM totals WHERE source = 'human' GROUP BY ALL
UNION ALL
SELECT generation, dataset, version, split, field, example, system, 'judge', NULL, judge || ' (' || mode || ')',
       criterion, points
FROM judgments
UNION ALL
SELECT generation, dataset, version, split, field, example, system, 'judge', NULL, scorer || ' (' || mode || ')',
       'total', total
FROM totals WHERE source = 'judge';

CREATE OR REPLACE VIEW verdicts AS
SELECT generation, 'metric' AS source, NULL::TEXT AS study, NULL::TEXT AS scorer, metric AS measure, value
FROM metrics
UNION ALL
SELECT generation, source, study, scorer, measure, value FROM scored_verdict;
"""

# A number stands for an example while millions of rows are put together; its name is looked up where it is wanted.
EXAMPLES = """
CREATE OR REPLACE VIEW example_verdicts AS
SELECT dataset, version, split, any_value(field) AS field, any_value(example) AS example, system,
       'metric' AS source, NULL::TEXT AS study, NULL::TEXT AS scorer, metric AS measure,
       avg(value) AS value, count(value) AS texts_scored, count(*) AS texts
FROM placed_metric GROUP BY dataset, version, split, place, system, metric
UNION ALL
SELECT dataset, version, split, field, example, system, source, study, scorer, measure,
       avg(value), count(value), count(*)
FROM scored_verdict GROUP BY ALL;
"""

VIEWS = METRICS + VERDICTS + EXAMPLES
