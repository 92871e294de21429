"""What was settled of items on which raters disagree: events, the last of which counts for an item.

A decision is an event of one row for each criterion that was settled; of a pair the row without a criterion is about
the whole. It stands beside what raters said: no rating, mean or total is made of it.
"""

TABLES = """
CREATE TABLE adjudication (
    event_id TEXT NOT NULL,
    study_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    criterion TEXT NOT NULL,
    value DOUBLE CHECK (value IS NULL OR isfinite(value)),
    winner TEXT CHECK (winner IN ('a', 'b', 'tie')),
    note TEXT NOT NULL,
    adjudicator TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL DEFAULT nextval('event_order'),
    PRIMARY KEY (event_id, criterion),
    CHECK ((value IS NULL) <> (winner IS NULL))
);
"""

VIEWS = """
CREATE VIEW adjudications AS
SELECT t.name AS study, i.item_id AS item, i.position + 1 AS number, g.dataset, g.version, g.example, g.split, g.field,
       i.generation_id AS generation, g.system, i.generation_b, h.system AS system_b,
       nullif(a.criterion, '') AS criterion, a.value,
       c.weight * (a.value - c.lowest) / (c.highest - c.lowest) AS points, a.winner, a.note, a.adjudicator, a.created_at
FROM (SELECT * FROM adjudication
      -- The rows of an event are numbered one after the other: all of the last event's stand together.
      QUALIFY event_id = last_value(event_id) OVER (PARTITION BY study_id, item_id ORDER BY seq
                                                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) a
JOIN study t USING (study_id) JOIN study_item i ON i.item_id = a.item_id
JOIN generations g ON g.generation = i.generation_id
LEFT JOIN generations h ON h.generation = i.generation_b
LEFT JOIN criterion c ON c.rubric_id = t.rubric_id AND c.name = a.criterion;
"""
