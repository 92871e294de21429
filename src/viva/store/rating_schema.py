"""What human rating in full added: how a study asks, pairs and known answers, claims, guesses, and who is how far.

A study's state, raters and raters per item are what its last change said. A verdict counts toward an item's quota
when it is a rater's latest on it and not a skip. Verdicts on items with known answers lie apart, in `known_verdict`,
so that none can reach `ratings`, `preferences` or a mean over them. A person's comparison is an event of one row for
the whole and one per criterion: a later whole takes the place of every row before it.
"""

TABLES = """
ALTER TABLE study ADD COLUMN options JSON DEFAULT '{}';
ALTER TABLE study ADD COLUMN design JSON DEFAULT '{}';
ALTER TABLE preference ADD COLUMN item_id TEXT;
ALTER TABLE preference ADD COLUMN strength TEXT;
ALTER TABLE preference ADD COLUMN flagged BOOLEAN DEFAULT false;
CREATE TABLE known_item (
    known_id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    reference TEXT NOT NULL,
    text TEXT NOT NULL,
    text_b TEXT,
    answers JSON NOT NULL,
    why TEXT NOT NULL
);
CREATE TABLE study_change (
    study_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('state', 'raters', 'raters_per_item', 'items')),
    content JSON NOT NULL,
    person TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE claim (
    study_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    rater TEXT NOT NULL,
    until TIMESTAMP NOT NULL,
    claimed_at TIMESTAMP NOT NULL
);
CREATE TABLE guess (
    event_id TEXT PRIMARY KEY,
    study_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    generation_id TEXT,
    rater TEXT NOT NULL,
    label TEXT,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
CREATE TABLE known_verdict (
    event_id TEXT PRIMARY KEY,
    study_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    known_id TEXT NOT NULL,
    rater TEXT NOT NULL,
    shown_first TEXT CHECK (shown_first IN ('a', 'b')),
    answers JSON NOT NULL,
    strengths JSON NOT NULL,
    skipped TEXT,
    comment TEXT NOT NULL,
    flagged BOOLEAN NOT NULL,
    seconds DOUBLE NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order')
);
"""

# A column cannot lose its NOT NULL nor a table its UNIQUE while an index lies on it, so the table is made anew.
ITEMS = """
CREATE TEMP TABLE moved_item AS SELECT item_id, study_id, position, generation_id FROM study_item;
DROP TABLE study_item;
CREATE TABLE study_item (
    item_id TEXT PRIMARY KEY,
    study_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    stream TEXT NOT NULL CHECK (stream IN ('calibration', 'useful', 'practice', 'gold')),
    generation_id TEXT,
    generation_b TEXT,
    known_id TEXT,
    stratum TEXT NOT NULL,
    probability DOUBLE,
    usefulness DOUBLE,
    CHECK ((generation_id IS NULL) <> (known_id IS NULL)),
    CHECK ((known_id IS NOT NULL) = (stream IN ('practice', 'gold'))),
    CHECK (generation_b IS NULL OR generation_id < generation_b)
);
INSERT INTO study_item
SELECT item_id, study_id, position, 'calibration', generation_id, NULL, NULL, '', 1, NULL
FROM moved_item ORDER BY study_id, position;
DROP TABLE moved_item;
UPDATE study SET design = json_object('systems', w.systems) FROM (
    SELECT i.study_id, list(DISTINCT s.name ORDER BY s.name) AS systems
    FROM study_item i JOIN generation g USING (generation_id) JOIN system s USING (system_id) GROUP BY i.study_id) w
WHERE w.study_id = study.study_id;
"""

STUDIES = """
CREATE VIEW current_study AS
SELECT t.study_id, t.name, t.dataset_id, t.split, t.rubric_id, t.mode, t.seed, t.options, t.design, t.created_at,
       coalesce(c.content->>'$.state', 'open') AS state,
       coalesce((n.content->>'$.raters_per_item')::INTEGER, t.raters_per_item) AS raters_per_item,
       CASE WHEN r.study_id IS NULL THEN t.design->'$.raters' ELSE r.content->'$.raters' END AS raters
FROM study t
LEFT JOIN (SELECT study_id, arg_max(content, seq) AS content FROM study_change WHERE kind = 'state'
           GROUP BY study_id) c USING (study_id)
LEFT JOIN (SELECT study_id, arg_max(content, seq) AS content FROM study_change WHERE kind = 'raters_per_item'
           GROUP BY study_id) n USING (study_id)
LEFT JOIN (SELECT study_id, arg_max(content, seq) AS content FROM study_change WHERE kind = 'raters'
           GROUP BY study_id) r USING (study_id);

CREATE VIEW item_verdict AS
SELECT study_id, item_id, rater, arg_max(skipped, place) AS skipped, arg_max(flagged, place) AS flagged,
       arg_max(seconds, place) AS seconds, max(created_at) AS created_at
FROM (
    -- One number for when and in what order: the last of a million pairs takes twice as long to find.
    SELECT *, epoch_us(created_at)::HUGEINT * 9223372036854775808 + seq AS place
    FROM (
        SELECT study_id, item_id, rater, coalesce(starts_with(unscored, 'skipped: '), false) AS skipped, flagged,
               seconds, created_at, seq
        FROM rating
        UNION ALL
        SELECT study_id, item_id, scorer, coalesce(starts_with(unscored, 'skipped: '), false), flagged, seconds,
               created_at, seq
        FROM preference WHERE source = 'human' AND item_id IS NOT NULL
        UNION ALL
        SELECT study_id, item_id, rater, skipped IS NOT NULL, flagged, seconds, created_at, seq FROM known_verdict))
GROUP BY study_id, item_id, rater;

CREATE VIEW studies AS
SELECT t.name AS study, d.name AS dataset, d.version, t.split, t.mode, r.name AS rubric, t.state,
       coalesce(i.items, 0) AS items, t.raters_per_item, t.created_at
FROM current_study t JOIN dataset d USING (dataset_id) JOIN rubric r USING (rubric_id)
LEFT JOIN (SELECT study_id, count(*) AS items FROM study_item WHERE stream IN ('calibration', 'useful')
           GROUP BY study_id) i USING (study_id);

CREATE VIEW study_items AS
SELECT t.name AS study, i.item_id AS item, i.position, i.stream, i.stratum, i.probability, i.usefulness,
       i.generation_id AS generation, i.generation_b, g.example_id AS example, s.name AS system, z.name AS system_b,
       coalesce(v.verdicts, 0) AS verdicts
FROM study_item i JOIN study t USING (study_id)
LEFT JOIN generation g USING (generation_id) LEFT JOIN system s USING (system_id)
LEFT JOIN generation h ON h.generation_id = i.generation_b LEFT JOIN system z ON z.system_id = h.system_id
LEFT JOIN (SELECT study_id, item_id, count(*) AS verdicts FROM item_verdict WHERE NOT skipped
           GROUP BY study_id, item_id) v ON v.study_id = i.study_id AND v.item_id = i.item_id;
"""

VERDICTS = """
CREATE OR REPLACE VIEW ratings AS
SELECT t.name AS study, r.generation_id AS generation, g.system, g.dataset, g.version, g.example, g.split, g.field,
       r.rater, t.rubric_id AS rubric, r.criterion, r.value,
       c.weight * (r.value - c.lowest) / (c.highest - c.lowest) AS points,
       r.unscored, r.comment, r.flagged, r.seconds, r.created_at, r.item_id AS item
FROM (SELECT * FROM rating
      QUALIFY row_number() OVER (PARTITION BY study_id, generation_id, rater, criterion
                                 ORDER BY created_at DESC, seq DESC) = 1) r
JOIN study t USING (study_id)
JOIN criterion c ON c.rubric_id = t.rubric_id AND c.name = r.criterion
JOIN generations g ON g.generation = r.generation_id;

CREATE VIEW counting_preference AS
SELECT study_id, generation_a, generation_b, scorer, source, shown_first, winner, unscored, comment, created_at,
       criterion, mode, sample, call_id, protocol_id, strength, flagged, item_id
FROM (
    SELECT * FROM (
        SELECT *, CASE WHEN protocol_id IS NULL THEN 0 ELSE count(winner) OVER together END AS winners,
               max(created_at) OVER together AS given_at, max(seq) OVER together AS given
        FROM (
            SELECT p.*, CASE WHEN p.protocol_id IS NULL THEN p.event_id ELSE coalesce(p.call_id, '') END AS event,
                   CASE WHEN p.protocol_id IS NULL THEN p.criterion END AS alone
            FROM preference p JOIN example e USING (example_id)
            JOIN pair_protocol c
              ON c.counts AND c.dataset_id = e.dataset_id AND c.split = coalesce(e.split, '')
             AND c.judge = p.scorer
             AND c.mode IS NOT DISTINCT FROM p.mode AND c.protocol_id IS NOT DISTINCT FROM p.protocol_id
            WHERE p.source = 'judge')
        WINDOW together AS (
            PARTITION BY generation_a, generation_b, scorer, mode, shown_first, sample, event))
    QUALIFY dense_rank() OVER (
            PARTITION BY generation_a, generation_b, scorer, mode, shown_first, sample, alone
            ORDER BY winners DESC, given_at DESC, given DESC) = 1
        AND row_number() OVER (
            PARTITION BY generation_a, generation_b, scorer, mode, shown_first, sample, event, criterion
            ORDER BY protocol_id IS NOT NULL AND winner IS NULL, created_at DESC, seq DESC) = 1)
UNION ALL
SELECT study_id, generation_a, generation_b, scorer, source, shown_first, winner, unscored, comment, created_at,
       criterion, mode, sample, call_id, protocol_id, strength, flagged, item_id
FROM (
    SELECT *, max(created_at) FILTER (criterion IS NULL) OVER pair AS whole_at, max(created_at) OVER pair AS last_at,
           row_number() OVER (PARTITION BY study_id, generation_a, generation_b, scorer, criterion
                              ORDER BY created_at DESC, seq DESC) AS place
    FROM preference WHERE source = 'human'
    WINDOW pair AS (PARTITION BY study_id, generation_a, generation_b, scorer))
WHERE place = 1 AND created_at >= coalesce(whole_at, created_at)
  AND (created_at = last_at OR NOT coalesce(starts_with(unscored, 'skipped: '), false));

CREATE OR REPLACE VIEW preferences AS
SELECT t.name AS study, a.dataset, a.version, a.example, a.system AS system_a, b.system AS system_b,
       p.scorer, p.source, p.shown_first, p.winner, p.unscored, p.comment, p.created_at,
       p.criterion, p.mode, p.sample, a.split, p.generation_a, p.generation_b,
       p.call_id AS call, p.protocol_id AS protocol, p.strength, p.flagged, p.item_id AS item
FROM counting_preference p
JOIN generations a ON a.generation = p.generation_a
JOIN generations b ON b.generation = p.generation_b
LEFT JOIN study t ON t.study_id = p.study_id;

CREATE VIEW guesses AS
SELECT t.name AS study, q.item_id AS item, q.generation_id AS generation, s.name AS system, q.rater,
       q.label AS guessed, CAST(t.design->'$.labels' AS MAP(TEXT, TEXT))[s.name] AS label,
       q.label = CAST(t.design->'$.labels' AS MAP(TEXT, TEXT))[s.name] AS correct, q.created_at
FROM (SELECT * FROM guess
      QUALIFY row_number() OVER (PARTITION BY study_id, item_id, rater ORDER BY created_at DESC, seq DESC) = 1) q
JOIN study t USING (study_id) JOIN generation g USING (generation_id) JOIN system s USING (system_id);

CREATE VIEW known_verdicts AS
SELECT t.name AS study, v.item_id AS item, i.stream, v.rater, nullif(k.criterion, '') AS criterion,
       CAST(v.answers AS MAP(TEXT, TEXT))[k.criterion] AS value, k.answers[k.criterion] AS known,
       CASE WHEN v.skipped IS NOT NULL THEN 'skipped: ' || v.skipped
            WHEN CAST(v.answers AS MAP(TEXT, TEXT))[k.criterion] IS NULL THEN 'not given' END AS unscored,
       v.created_at
FROM (SELECT * FROM known_verdict
      QUALIFY row_number() OVER (PARTITION BY study_id, item_id, rater ORDER BY created_at DESC, seq DESC) = 1) v
JOIN study t USING (study_id) JOIN study_item i USING (item_id)
JOIN (SELECT known_id, answers::MAP(TEXT, TEXT) AS answers, unnest(map_keys(answers::MAP(TEXT, TEXT))) AS criterion
      FROM known_item) k ON k.known_id = v.known_id;
"""

VIEWS = STUDIES + VERDICTS
