"""SQL results and saved queries as they are shown: cells, pages, a row in full, examples to begin with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viva.records.results import QueryPage
from viva.text import display_line

CELL_WIDTH = 48
COLUMNS = 60
"""So many columns are painted; the caption says when there are more, and a row in full has them all."""
LONGEST_VALUE = 200_000
"""Characters of one value that a row in full shows; it says when there are more."""
NULL = "NULL"
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "UTINYINT",
            "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")  # fmt: skip

EXAMPLES: Mapping[str, tuple[str, str]] = {
    "leaderboard": (
        "mean of every measure per system",
        """\
SELECT measure, system, round(mean, 3) AS mean, round(se, 3) AS se,
       n, attempted, source, dataset, split
FROM leaderboard
ORDER BY dataset, split, source, measure, mean DESC""",
    ),
    "worst-rated": (
        "the texts that people gave the fewest points",
        """\
SELECT round(t.total, 1) AS total, t.scorer AS rater, t.system, e.question, g.text
FROM totals t
JOIN generations g USING (generation)
JOIN examples e ON e.example = g.example
WHERE t.source = 'human' AND t.total IS NOT NULL
ORDER BY t.total
LIMIT 20""",
    ),
    "disagreement": (
        "where a metric and people rank a text most differently",
        """\
WITH people AS (
    SELECT generation, avg(total) AS total FROM totals WHERE source = 'human' GROUP BY generation),
ranked AS (
    SELECT m.generation, m.system, m.example, m.value, p.total,
           percent_rank() OVER (PARTITION BY m.dataset, m.version ORDER BY m.value) AS by_metric,
           percent_rank() OVER (PARTITION BY m.dataset, m.version ORDER BY p.total) AS by_people
    FROM metrics m JOIN people p USING (generation)
    WHERE m.metric = 'semantic_similarity' AND m.value IS NOT NULL AND p.total IS NOT NULL)
SELECT round(by_metric - by_people, 2) AS apart, round(r.value, 3) AS similarity,
       round(r.total, 1) AS total, r.system, e.question, g.text
FROM ranked r JOIN generations g USING (generation) JOIN examples e ON e.example = r.example
ORDER BY abs(by_metric - by_people) DESC
LIMIT 20""",
    ),
    "unscored": (
        "what has no number, and why",
        """\
SELECT 'metric' AS source, metric AS measure, system, unscored AS reason, count(*) AS texts
FROM metrics WHERE unscored IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'human', criterion, system, unscored, count(*)
FROM ratings WHERE unscored IS NOT NULL GROUP BY ALL
ORDER BY texts DESC""",
    ),
    "raters": (
        "who rated how much, how strictly, how fast",
        """\
SELECT t.study, t.scorer AS rater, count(*) AS texts, count(t.total) AS rated,
       round(avg(t.total), 1) AS mean_total, round(median(r.seconds), 1) AS seconds_each
FROM totals t
JOIN (SELECT study, rater, generation, max(seconds) AS seconds FROM ratings GROUP BY ALL) r
  ON r.study = t.study AND r.rater = t.scorer AND r.generation = t.generation
WHERE t.source = 'human'
GROUP BY ALL
ORDER BY texts DESC""",
    ),
    "length-and-total": (
        "whether people prefer longer texts",
        """\
SELECT g.system, count(*) AS texts, round(avg(length(g.text))) AS characters,
       round(corr(length(g.text), t.total), 2) AS correlation_with_total
FROM totals t JOIN generations g USING (generation)
WHERE t.source = 'human' AND t.total IS NOT NULL
GROUP BY g.system
ORDER BY g.system""",
    ),
}
"""Queries that viva ships with: a name, what it answers, the query."""


@dataclass(frozen=True)
class Result:
    """The pages of one query that were fetched so far, one of which is shown."""

    pages: tuple[QueryPage, ...]
    shown: int = 0

    @property
    def page(self) -> QueryPage:
        return self.pages[self.shown]

    @property
    def first(self) -> int:
        """How many rows come before the page that is shown."""
        return sum(len(page.rows) for page in self.pages[: self.shown])

    @property
    def has_next(self) -> bool:
        return self.shown + 1 < len(self.pages) or self.page.more

    @property
    def must_fetch(self) -> bool:
        """Whether the next page is one that was not fetched yet."""
        return self.shown + 1 == len(self.pages) and self.page.more

    def with_page(self, page: QueryPage) -> "Result":
        """Return the result with a further page, which is shown."""
        return Result((*self.pages, page), len(self.pages))

    def turned(self, step: int) -> "Result":
        """Return the result with another of its pages shown."""
        return Result(self.pages, min(max(self.shown + step, 0), len(self.pages) - 1))


def caption(result: Result, next_key: str = "Ctrl+N", previous_key: str = "Ctrl+P") -> str:
    """Return which rows are shown, whether more follow, and how to get at them."""
    page = result.page
    columns = f" · first {COLUMNS} of {len(page.columns):,} columns" if len(page.columns) > COLUMNS else ""
    if not page.rows:
        return f"no rows{columns}"
    rows = f"rows {result.first + 1:,}–{result.first + len(page.rows):,}"
    keys = []
    if result.has_next:
        keys.append(f"more follow – {next_key} for the next page")
    elif result.first:
        rows += f" of {result.first + len(page.rows):,}"
    else:
        rows = "1 row" if len(page.rows) == 1 else f"{len(page.rows):,} rows"
    if result.shown and not result.has_next:
        keys.append(f"{previous_key} for the page before")
    return ", ".join([rows, *keys]) + columns


def seconds(value: float) -> str:
    """Return a short time as it is shown while and after a query runs."""
    return f"{value * 1000:.0f} ms" if value < 0.1 else f"{value:.1f} s"


def cell(value: Any) -> str:
    """Return a value for a cell of the table: one line, cut where it is long; numbers to ten digits."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return display_line(str(value), CELL_WIDTH)


def is_number(kind: str) -> bool:
    """Tell whether values of a DuckDB type stand at the right of their column."""
    return kind.upper().startswith(_NUMBERS) and not kind.endswith("]")


def row_in_full(page: QueryPage, number: int) -> str:
    """Return a row with each of its values whole, under its column's name; raw text, to be cleaned when shown."""
    parts = []
    for name, kind, value in zip(page.columns, page.types, page.rows[number], strict=True):
        text = NULL if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        if len(text) > LONGEST_VALUE:
            text = f"{text[:LONGEST_VALUE]}\n… the first {LONGEST_VALUE:,} of {len(text):,} characters"
        parts.append(f"── {display_line(name, 60)} · {display_line(kind, 40)}\n{text or '(empty)'}")
    return "\n\n".join(parts)


def quoted(name: str) -> str:
    """Return a name as it stands in a query, in quotation marks where it needs them."""
    return name if _PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def summary(query: str) -> str:
    """Return a query on one line."""
    return display_line(query, 160)


def choices(saved: Mapping[str, str]) -> Sequence[tuple[str, str, str]]:
    """Return what can be opened as (name, what it is, query), one's own first."""
    return [
        *((name, summary(query), query) for name, query in saved.items()),
        *((name, f"example: {what}", query) for name, (what, query) in EXAMPLES.items()),
    ]


def pointed(error: str, width: int) -> str:
    """Return DuckDB's message with its line of the query cut to `width`, the ^ still below what it points at."""
    *head, line, pointer = ["", *error.split("\n")] if "\n" in error else ["", "", ""]
    if set(pointer.strip()) != {"^"} or len(line) <= width:
        return error
    place = pointer.index("^")
    start = 0 if place < width - 1 else place - width // 2
    shown = line[start : start + width]
    shown = ("…" if start else shown[:1]) + shown[1:]
    if start + width < len(line):
        shown = shown[:-1] + "…"
    return "\n".join([*head[1:], shown, (" " * (place - start) + pointer.strip())[:width]])


def tabbed(result: Result) -> str:
    """Return the rows fetched so far as lines with tabs between the columns, for a spreadsheet; texts are cleaned."""
    lines = [result.page.columns, *(row for page in result.pages for row in page.rows)]
    return "\n".join("\t".join("" if value is None else display_line(str(value)) for value in line) for line in lines)


def remembered(history: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the queries that were run as (number, its line, query), the latest first."""
    return [(str(number + 1), summary(query), query) for number, query in enumerate(history)]
