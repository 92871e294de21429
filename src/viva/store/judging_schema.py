"""What judging in full added: protocols, calls, panels and checks, and views of the verdicts that count.

For each dataset version, split, judge and mode one protocol counts: the one last used that has brought a value; where
none has, the one last used. Verdicts imported from elsewhere have no protocol: those by one rubric count as one of
their own. Of several events for one text and sample the one with the most criteria valued counts, then the newest; of
imported ones the newest row of each criterion. So it is with comparisons: what counts on all criteria was said in one
call, the one that decided the most of them.
"""

TABLES = """
ALTER TABLE judgment ADD COLUMN evidence TEXT DEFAULT '';
ALTER TABLE judgment ADD COLUMN found BOOLEAN;
ALTER TABLE judgment ADD COLUMN sample INTEGER DEFAULT 0;
ALTER TABLE judgment ADD COLUMN call_id TEXT;
ALTER TABLE judgment ADD COLUMN protocol_id TEXT;
ALTER TABLE preference ADD COLUMN criterion TEXT;
ALTER TABLE preference ADD COLUMN mode TEXT;
ALTER TABLE preference ADD COLUMN sample INTEGER DEFAULT 0;
ALTER TABLE preference ADD COLUMN call_id TEXT;
ALTER TABLE preference ADD COLUMN protocol_id TEXT;
CREATE TABLE protocol (
    protocol_id TEXT PRIMARY KEY,
    judge TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('score', 'pair')),
    mode TEXT NOT NULL CHECK (mode IN ('reference', 'independent')),
    rubric_id TEXT NOT NULL,
    model JSON NOT NULL,
    prompts JSON NOT NULL,
    settings JSON NOT NULL,
    per_criterion BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE TABLE protocol_choice (
    dataset_id TEXT NOT NULL,
    split TEXT NOT NULL,
    judge TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('reference', 'independent')),
    rubric_id TEXT NOT NULL,
    protocol_id TEXT,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE judge_prompt (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE judge_call (
    call_id TEXT PRIMARY KEY,
    dataset_id TEXT NOT NULL,
    key TEXT NOT NULL,
    protocol_id TEXT NOT NULL,
    judge TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('score', 'draft', 'pair')),
    example_id TEXT NOT NULL,
    sample INTEGER NOT NULL,
    marker TEXT NOT NULL,
    reply TEXT NOT NULL,
    finish_reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('ok', 'partial', 'unreadable', 'truncated', 'refused', 'empty', 'failed')),
    reason TEXT,
    outcome JSON NOT NULL,
    asked_as TEXT NOT NULL,
    seed BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    estimated BOOLEAN NOT NULL,
    cost DOUBLE CHECK (cost IS NULL OR isfinite(cost)),
    seconds DOUBLE NOT NULL CHECK (isfinite(seconds)),
    attempts INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    draft_call TEXT,
    judged JSON NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE panel (
    name TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('reference', 'independent')),
    judges JSON NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE endpoint_dialect (
    url TEXT NOT NULL,
    model TEXT NOT NULL,
    dialect JSON NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE judge_check (
    dataset_id TEXT NOT NULL,
    split TEXT,
    judge TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('reference', 'independent')),
    rubric_id TEXT NOT NULL,
    protocol_id TEXT NOT NULL,
    basis TEXT NOT NULL,
    content JSON NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
"""

SCORES = """
CREATE VIEW score_protocol AS
SELECT u.*, greatest(u.given_at, c.chosen_at) AS used_at,
       row_number() OVER (
           PARTITION BY u.dataset_id, u.split, u.judge, u.mode
           ORDER BY u.valued DESC, greatest(u.given_at, c.chosen_at) DESC, greatest(u.given, c.chosen) DESC
       ) = 1 AS counts
FROM (
    SELECT e.dataset_id, coalesce(e.split, '') AS split, j.judge, j.mode, j.protocol_id, j.rubric_id,
           count(j.value) > 0 AS valued, max(j.created_at) AS given_at, max(j.seq) AS given
    FROM judgment j JOIN generation g USING (generation_id) JOIN example e USING (example_id) GROUP BY ALL) u
LEFT JOIN (
    SELECT dataset_id, split, judge, mode, rubric_id, protocol_id, max(created_at) AS chosen_at, max(seq) AS chosen
    FROM protocol_choice GROUP BY ALL) c
  ON c.dataset_id = u.dataset_id AND c.split = u.split AND c.judge = u.judge AND c.mode = u.mode
 AND c.rubric_id = u.rubric_id AND c.protocol_id IS NOT DISTINCT FROM u.protocol_id;

CREATE VIEW pair_protocol AS
SELECT u.*, greatest(u.given_at, c.chosen_at) AS used_at,
       row_number() OVER (
           PARTITION BY u.dataset_id, u.split, u.judge, u.mode
           ORDER BY u.valued DESC, greatest(u.given_at, c.chosen_at) DESC, greatest(u.given, c.chosen) DESC
       ) = 1 AS counts
FROM (
    SELECT e.dataset_id, coalesce(e.split, '') AS split, p.scorer AS judge, p.mode, p.protocol_id,
           count(p.winner) > 0 AS valued, max(p.created_at) AS given_at, max(p.seq) AS given
    FROM preference p JOIN example e USING (example_id) WHERE p.source = 'judge' GROUP BY ALL) u
LEFT JOIN (
    SELECT dataset_id, split, protocol_id, max(created_at) AS chosen_at, max(seq) AS chosen
    FROM protocol_choice GROUP BY ALL) c USING (dataset_id, split, protocol_id);

CREATE VIEW judge_protocols AS
SELECT d.name AS dataset, d.version, p.split, p.judge, p.mode, p.purpose, r.name AS rubric, p.protocol_id AS protocol,
       p.counts, p.used_at
FROM (
    SELECT dataset_id, split, judge, mode, 'score' AS purpose, rubric_id, protocol_id, counts, used_at
    FROM score_protocol
    UNION ALL
    SELECT p.dataset_id, p.split, p.judge, p.mode, 'pair', q.rubric_id, p.protocol_id, p.counts, p.used_at
    FROM pair_protocol p LEFT JOIN protocol q USING (protocol_id)) p
JOIN dataset d USING (dataset_id) LEFT JOIN rubric r USING (rubric_id);

CREATE VIEW counting_judgment AS
SELECT j.*
FROM judgment j
JOIN (
    SELECT v.generation_id, v.alone, arg_max(v.event_id, (v.valued, v.created_at, v.seq)) AS event_id
    FROM (
        SELECT event_id, generation_id, any_value(judge) AS judge, any_value(mode) AS mode,
               any_value(rubric_id) AS rubric_id, any_value(protocol_id) AS protocol_id, any_value(sample) AS sample,
               NULL AS alone, count(value) AS valued, max(created_at) AS created_at, max(seq) AS seq
        FROM judgment WHERE protocol_id IS NOT NULL GROUP BY event_id, generation_id
        UNION ALL
        SELECT event_id, generation_id, judge, mode, rubric_id, NULL, sample, criterion, 0, created_at, seq
        FROM judgment WHERE protocol_id IS NULL) v
    JOIN generation g USING (generation_id) JOIN example e USING (example_id)
    JOIN score_protocol p ON p.counts AND p.dataset_id = e.dataset_id AND p.split = coalesce(e.split, '')
      AND p.judge = v.judge AND p.mode = v.mode AND p.rubric_id = v.rubric_id
      AND p.protocol_id IS NOT DISTINCT FROM v.protocol_id
    GROUP BY v.generation_id, v.judge, v.mode, v.sample, v.alone) k
  ON k.event_id = j.event_id AND k.generation_id = j.generation_id AND coalesce(k.alone, j.criterion) = j.criterion;

CREATE VIEW sample_judgments AS
SELECT j.generation_id AS generation, g.system, g.dataset, g.version, g.example, g.split, g.field,
       j.judge, j.mode, j.rubric_id AS rubric, j.criterion, j.sample, j.value,
       c.weight * (j.value - c.lowest) / (c.highest - c.lowest) AS points,
       j.unscored, j.rationale, j.evidence, j.found, j.call_id AS call, j.protocol_id AS protocol,
       j.event_id AS event, j.created_at
FROM counting_judgment j JOIN generations g ON g.generation = j.generation_id
JOIN criterion c ON c.rubric_id = j.rubric_id AND c.name = j.criterion;
"""

VERDICTS = """
CREATE VIEW panel_member AS
SELECT p.name, p.dataset_id, p.mode, unnest(p.judges::TEXT[]) AS judge, len(p.judges::TEXT[]) AS judges
FROM (SELECT * FROM panel
      QUALIFY row_number() OVER (PARTITION BY name, dataset_id, mode ORDER BY seq DESC) = 1) p
WHERE p.name NOT IN (SELECT judge FROM judgment);

CREATE OR REPLACE VIEW judgments AS
WITH own AS (
    SELECT generation_id, judge, mode, any_value(rubric_id) AS rubric_id, criterion,
           avg(value) AS value, arg_min(rationale, first) AS rationale,
           CASE WHEN count(value) = 0 THEN arg_min(unscored, first) END AS unscored, max(created_at) AS created_at,
           CASE WHEN count(value) > 1 THEN stddev_samp(value) END AS spread,
           count(value) AS samples, count(*) AS asked, arg_min(evidence, first) AS evidence,
           arg_min_null(found, first) AS found, arg_min_null(call_id, first) AS call,
           any_value(protocol_id) AS protocol, false AS panel
    FROM (SELECT *, sample + CASE WHEN value IS NULL THEN 4294967296::BIGINT ELSE 0 END AS first
          FROM counting_judgment)
    GROUP BY generation_id, judge, mode, criterion
), panel_rubric AS (
    SELECT m.name, m.dataset_id, m.mode, p.split, arg_max(p.rubric_id, (p.used_at, p.rubric_id)) AS rubric_id
    FROM panel_member m
    JOIN score_protocol p ON p.counts AND p.judge = m.judge AND p.mode = m.mode AND p.dataset_id = m.dataset_id
    GROUP BY ALL
), panels AS (
    SELECT o.generation_id, m.name, o.mode, any_value(o.rubric_id) AS rubric_id, o.criterion,
           CASE WHEN count(o.value) = m.judges THEN avg(o.value) END AS value,
           CASE WHEN count(o.value) < m.judges
                THEN (m.judges - count(o.value)) || ' of ' || m.judges || ' judges gave no value' END AS unscored,
           max(o.created_at) AS created_at, CASE WHEN count(o.value) > 1 THEN stddev_samp(o.value) END AS spread,
           count(o.value) AS samples, m.judges AS asked
    FROM own o JOIN generation g USING (generation_id) JOIN example e USING (example_id)
    JOIN panel_member m ON m.judge = o.judge AND m.mode = o.mode AND m.dataset_id = e.dataset_id
    JOIN panel_rubric r ON r.name = m.name AND r.mode = m.mode AND r.dataset_id = m.dataset_id
      AND r.split = coalesce(e.split, '') AND r.rubric_id = o.rubric_id
    GROUP BY o.generation_id, m.name, o.mode, o.criterion, m.judges
)
SELECT j.generation_id AS generation, g.system, g.dataset, g.version, g.example, g.split, g.field, j.judge, j.mode,
       j.rubric_id AS rubric, j.criterion, j.value, c.weight * (j.value - c.lowest) / (c.highest - c.lowest) AS points,
       j.rationale, j.unscored, j.created_at, j.spread, j.samples, j.asked, j.evidence, j.found, j.call, j.protocol,
       j.panel
FROM (
    FROM own
    UNION ALL
    SELECT generation_id, name, mode, rubric_id, criterion, value, '', unscored, created_at, spread, samples, asked,
           '', NULL, NULL, NULL, true
    FROM panels) j
JOIN generations g ON g.generation = j.generation_id
JOIN criterion c ON c.rubric_id = j.rubric_id AND c.name = j.criterion;
"""

PAIRS = """
CREATE OR REPLACE VIEW preferences AS
SELECT t.name AS study, a.dataset, a.version, a.example, a.system AS system_a, b.system AS system_b,
       p.scorer, p.source, p.shown_first, p.winner, p.unscored, p.comment, p.created_at,
       p.criterion, p.mode, p.sample, a.split, p.generation_a, p.generation_b,
       p.call_id AS call, p.protocol_id AS protocol
FROM (
    SELECT * FROM (
        SELECT *, CASE WHEN protocol_id IS NULL THEN 0 ELSE count(winner) OVER together END AS winners,
               max(created_at) OVER together AS given_at, max(seq) OVER together AS given
        FROM (
            SELECT p.*, CASE WHEN p.protocol_id IS NULL THEN p.event_id ELSE coalesce(p.call_id, '') END AS event,
                   CASE WHEN p.protocol_id IS NULL THEN p.criterion END AS alone
            FROM preference p JOIN example e USING (example_id)
            LEFT JOIN pair_protocol c
              ON c.counts AND p.source = 'judge' AND c.dataset_id = e.dataset_id AND c.split = coalesce(e.split, '')
             AND c.judge = p.scorer
             AND c.mode IS NOT DISTINCT FROM p.mode AND c.protocol_id IS NOT DISTINCT FROM p.protocol_id
            WHERE p.source = 'human' OR c.judge IS NOT NULL)
        WINDOW together AS (
            PARTITION BY generation_a, generation_b, source, scorer, mode, shown_first, sample, event))
    QUALIFY dense_rank() OVER (
            PARTITION BY generation_a, generation_b, source, scorer, mode, shown_first, sample, alone
            ORDER BY winners DESC, given_at DESC, given DESC) = 1
        AND row_number() OVER (
            PARTITION BY generation_a, generation_b, source, scorer, mode, shown_first, sample, event, criterion
            ORDER BY protocol_id IS NOT NULL AND winner IS NULL, created_at DESC, seq DESC) = 1) p
JOIN generations a ON a.generation = p.generation_a
JOIN generations b ON b.generation = p.generation_b
LEFT JOIN study t ON t.study_id = p.study_id;

CREATE VIEW pair_verdicts AS
SELECT study, dataset, version, split, example, generation_a, generation_b, system_a, system_b,
       scorer, source, mode, criterion, sample, winner,
       CASE WHEN winner IS NOT NULL THEN false END AS flipped, NULL AS reason, unscored, created_at
FROM preferences WHERE source = 'human'
UNION ALL
SELECT NULL, dataset, version, split, example, generation_a, generation_b, system_a, system_b,
       scorer, 'judge', mode, criterion, sample,
       CASE WHEN count(winner) < 2 THEN NULL WHEN min(winner) = max(winner) THEN min(winner) ELSE 'tie' END,
       CASE WHEN count(winner) = 2 THEN min(winner) = 'a' AND max(winner) = 'b' END,
       CASE WHEN count(winner) < 2 OR min(winner) = max(winner) THEN NULL
            WHEN max(winner) = 'tie' THEN 'inconsistent: a tie in one order only'
            ELSE 'flipped: another text in each order' END,
       CASE WHEN count(*) < 2 THEN 'judged in one order only' WHEN count(winner) < 2 THEN min(unscored) END,
       max(created_at)
FROM preferences WHERE source = 'judge'
GROUP BY dataset, version, split, example, generation_a, generation_b, system_a, system_b, scorer, mode, criterion,
         sample;
"""

CALLS = """
CREATE VIEW judge_calls AS
SELECT c.call_id AS call, d.name AS dataset, d.version, e.split, c.example_id AS example, c.judge, c.purpose, p.mode,
       r.name AS rubric, c.sample, c.state, c.reason, c.reply, c.finish_reason, c.asked_as, c.attempts, c.retries,
       c.prompt_tokens, c.completion_tokens, c.estimated, c.cost, c.seconds, c.seed,
       (p.settings->>'$.temperature')::DOUBLE AS temperature, c.protocol_id AS protocol, c.created_at
FROM judge_call c JOIN dataset d USING (dataset_id) JOIN example e USING (example_id)
JOIN protocol p USING (protocol_id) LEFT JOIN rubric r USING (rubric_id);

CREATE VIEW judge_spend AS
SELECT dataset, version, judge, mode, purpose, count(*) AS calls, sum(attempts - 1) AS again,
       sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens,
       CASE WHEN count(*) FILTER (cost IS NULL AND prompt_tokens + completion_tokens > 0) = 0
            THEN coalesce(sum(cost), 0) END AS cost,
       sum(seconds) AS seconds
FROM judge_calls GROUP BY dataset, version, judge, mode, purpose;
"""

VIEWS = SCORES + VERDICTS + PAIRS + CALLS
