"""Means are of examples, so what was tried is counted twice: in examples, and in texts where there are several."""

VIEWS = """
CREATE OR REPLACE VIEW example_verdicts AS
SELECT g.dataset, g.version, g.split, g.field, g.example, g.system, v.source, v.study, v.scorer, v.measure,
       avg(v.value) AS value, count(v.value) AS texts_scored, count(*) AS texts
FROM verdicts v JOIN generations g USING (generation)
GROUP BY ALL;

CREATE OR REPLACE VIEW leaderboard AS
SELECT dataset, version, split, system, source, study, scorer, measure,
       count(value) AS n, count(*) AS attempted, avg(value) AS mean,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) END AS sd,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) / sqrt(count(value)) END AS se,
       sum(texts_scored)::BIGINT AS texts_scored, sum(texts)::BIGINT AS texts
FROM example_verdicts GROUP BY ALL;

CREATE OR REPLACE VIEW field_leaderboard AS
SELECT dataset, version, split, field, system, source, study, scorer, measure,
       count(value) AS n, count(*) AS attempted, avg(value) AS mean,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) END AS sd,
       CASE WHEN count(value) > 1 THEN stddev_samp(value) / sqrt(count(value)) END AS se,
       sum(texts_scored)::BIGINT AS texts_scored, sum(texts)::BIGINT AS texts
FROM example_verdicts GROUP BY ALL;
"""
