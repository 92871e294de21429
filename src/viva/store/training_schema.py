"""The tables and views about training: runs and their curves, probes, sweeps, memory, and exported models."""

TABLES = """
CREATE TABLE run_facts (
    job_id TEXT NOT NULL,
    facts JSON NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE probe (
    job_id TEXT NOT NULL,
    step BIGINT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('train', 'test', 'unseen', 'own')),
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    repetition DOUBLE CHECK (repetition IS NULL OR isfinite(repetition)),
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE trial (
    job_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'pruned', 'failed')),
    parameters JSON NOT NULL,
    loss DOUBLE CHECK (loss IS NULL OR isfinite(loss)),
    step BIGINT,
    seconds DOUBLE,
    error TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE memory_check (
    device TEXT NOT NULL,
    model TEXT NOT NULL,
    recipe JSON NOT NULL,
    longest INTEGER NOT NULL,
    predicted BIGINT NOT NULL,
    measured BIGINT NOT NULL,
    tokens_per_second DOUBLE NOT NULL,
    seconds_per_step DOUBLE NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE equivalence (
    original TEXT NOT NULL,
    artefact TEXT NOT NULL,
    form TEXT NOT NULL,
    prompts INTEGER NOT NULL,
    largest DOUBLE NOT NULL,
    divergence DOUBLE NOT NULL,
    agreement DOUBLE NOT NULL,
    same_texts INTEGER NOT NULL,
    score DOUBLE NOT NULL,
    passed BOOLEAN NOT NULL,
    settings JSON NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
"""

VIEWS = """
CREATE VIEW curves AS
SELECT m.job_id AS job, j.kind, j.spec->>'$.arguments.name' AS model, m.step, m.name, m.value
FROM job_metric m JOIN job j USING (job_id);

CREATE VIEW runs AS
SELECT j.job_id AS job, j.status, j.spec->>'$.arguments.dataset' AS dataset, j.spec->>'$.arguments.model' AS base,
       j.spec->>'$.arguments.name' AS model, j.spec->>'$.arguments.recipe.name' AS recipe,
       c.steps, c.loss, c.best_eval_loss, c.best_step, c.tokens_per_second, c.peak_memory,
       f.facts->>'$.device' AS device, j.error, j.created_at, j.finished_at
FROM job j
LEFT JOIN (
    SELECT job_id, max(step) AS steps,
           arg_max(value, step) FILTER (name = 'loss') AS loss,
           min(value) FILTER (name = 'eval_loss') AS best_eval_loss,
           arg_min(step, value) FILTER (name = 'eval_loss') AS best_step,
           avg(value) FILTER (name = 'tokens_per_second') AS tokens_per_second,
           max(value) FILTER (name = 'memory') AS peak_memory
    FROM job_metric GROUP BY job_id
) c USING (job_id)
LEFT JOIN (SELECT * FROM run_facts QUALIFY row_number() OVER (PARTITION BY job_id ORDER BY seq DESC) = 1) f
  USING (job_id)
WHERE j.kind = 'train';

CREATE VIEW probes AS
SELECT p.job_id AS job, j.spec->>'$.arguments.name' AS model, p.step, p.source, p.question, p.text, p.repetition,
       p.created_at
FROM (SELECT * FROM probe
      QUALIFY row_number() OVER (PARTITION BY job_id, step, source ORDER BY seq DESC) = 1) p
JOIN job j USING (job_id);

CREATE VIEW trials AS
SELECT t.job_id AS job, j.spec->>'$.arguments.dataset' AS dataset, t.number, t.state, t.parameters, t.loss, t.step,
       t.seconds, t.error, t.created_at
FROM (SELECT * FROM trial QUALIFY row_number() OVER (PARTITION BY job_id, number ORDER BY seq DESC) = 1) t
JOIN job j USING (job_id);

CREATE VIEW memory_checks AS
SELECT device, model, recipe->>'$.name' AS recipe, longest, predicted, measured, measured / predicted AS ratio,
       tokens_per_second, seconds_per_step, created_at
FROM memory_check;

CREATE VIEW equivalences AS
SELECT original, artefact, form, prompts, largest, divergence, agreement, same_texts, score, passed, created_at
FROM (SELECT * FROM equivalence QUALIFY row_number() OVER (PARTITION BY original, artefact ORDER BY seq DESC) = 1);
"""
