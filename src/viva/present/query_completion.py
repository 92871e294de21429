"""What may be typed next in a query: tables where a table stands, columns of the tables it asks, keywords."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.present.query import quoted
from viva.records.results import SchemaTable

KEYWORDS = (
    "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "OFFSET", "HAVING", "QUALIFY", "JOIN", "LEFT JOIN",
    "USING", "ON", "AS", "AND", "OR", "NOT", "IN", "IS NULL", "IS NOT NULL", "BETWEEN", "LIKE", "ILIKE", "CASE", "WHEN",
    "THEN", "ELSE", "END", "DISTINCT", "WITH", "UNION ALL", "EXCEPT", "INTERSECT", "ALL", "ASC", "DESC", "NULLS LAST",
    "OVER", "PARTITION BY", "FILTER", "VALUES", "DESCRIBE", "SUMMARIZE", "SHOW TABLES", "EXPLAIN", "CAST", "INTERVAL",
    "TRUE", "FALSE", "NULL",
)  # fmt: skip
FUNCTIONS = (
    "abs(", "avg(", "coalesce(", "corr(", "count(", "count_if(", "date_trunc(", "greatest(", "least(", "left(",
    "length(", "list(", "lower(", "max(", "median(", "min(", "percent_rank(", "quantile_cont(", "rank(", "round(",
    "row_number(", "stddev_samp(", "string_agg(", "sum(", "upper(",
)  # fmt: skip
_LAST_WORDS = {"all", "asc", "desc", "end", "false", "last", "null", "true"}
"""Keywords that a query can end with."""
MOST = 40
LONGEST = 100_000
"""A longer text is not read for what may follow."""
_TOKEN = re.compile(
    r"""--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\w+|[^\w\s]""", re.DOTALL
)
_KEYWORD_PARTS = {part.lower() for keyword in KEYWORDS for part in keyword.split()}
_WORD = re.compile(r"\w+$")
_TABLE_COMES = {"from", "join", "describe", "summarize", "table"}
_CLAUSES = {"where", "group", "order", "limit", "having", "select", "on", "using", "qualify", "union", "set", "window"}
_NO_ALIAS = _CLAUSES | {"join", "left", "right", "inner", "full", "cross", "natural", "asof", "positional", "except"}


@dataclass(frozen=True)
class Completion:
    """What can stand for the `length` characters before the cursor, the likeliest first."""

    length: int
    options: tuple[str, ...]


NOTHING = Completion(0, ())


def completion(before: str, after: str, tables: Sequence[SchemaTable]) -> Completion:
    """Return what may be meant by the word that ends at the cursor, between `before` and `after`.

    There is nothing within texts, comments and quoted names, nor where no word has been begun but behind a point,
    nor behind a word that is a whole name: one that could stand there, or that the query names elsewhere.
    """
    if len(before) + len(after) > LONGEST or after[:1].isalnum() or after[:1] == "_":
        return NOTHING
    tokens = _tokens(before)
    found = _WORD.search(before)
    word = found[0] if found else ""
    if tokens is None or word[:1].isdigit():
        return NOTHING
    if word:
        tokens = tokens[:-1]
    known = {table.name.lower(): [name for name, _ in table.columns] for table in tables}
    behind_point = tokens[-1:] == ["."]
    if not (word or behind_point):
        return NOTHING
    whole = [*tokens, *(_tokens(after) or [])]
    if behind_point:
        options = _columns_of(tokens[-2] if len(tokens) > 1 else "", whole, known)
    elif _table_expected(tokens):
        options = [*_named_before(whole), *(quoted(table.name) for table in tables)]
    else:
        options = _anything(whole, known, word)
    return NOTHING if _is_whole(word, options, whole) else Completion(len(word), _matching(word, options))


def _is_whole(word: str, options: Sequence[str], others: Sequence[str]) -> bool:
    low = word.lower()
    named = {token.lower() for token in others} - _KEYWORD_PARTS
    names = {option.lower().strip('"') for option in options} - _KEYWORD_PARTS
    return bool(word) and low in names | named | _LAST_WORDS


def _matching(word: str, options: Sequence[str]) -> tuple[str, ...]:
    low = word.lower()
    chosen = [option for option in options if option.lower().lstrip('"').startswith(low) and option.lower() != low]
    return tuple(dict.fromkeys(chosen))[:MOST]


def _tokens(text: str) -> list[str] | None:
    """Return the words and signs of a text without its comments; None where it ends within one, or in quotation."""
    found = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        at_end = match.end() == len(text)
        if token.startswith("--"):
            if at_end and not token.endswith("\n"):
                return None
        elif token.startswith("/*"):
            if at_end and not (token.endswith("*/") and len(token) > 3):
                return None
        elif token[0] in "'\"":
            if at_end and (len(token) == 1 or not token.endswith(token[0]) or token.count(token[0]) % 2):
                return None
            found.append(token)
        else:
            found.append(token)
    return found


def _table_expected(tokens: Sequence[str]) -> bool:
    """Tell whether the next word names a table: behind FROM and JOIN, and behind a comma between tables."""
    if not tokens:
        return False
    last = tokens[-1].lower()
    if last in _TABLE_COMES:
        return True
    if last != ",":
        return False
    depth = 0
    for token in reversed(tokens):
        depth += {")": 1, "(": -1}.get(token, 0)
        if depth < 0:
            return False
        if depth == 0 and token.lower() in _CLAUSES | {"from"}:
            return token.lower() == "from"
    return False


def _sources(tokens: Sequence[str]) -> dict[str, str]:
    """Return what a query reads from by the names it goes by: a table's own, and its alias."""
    found: dict[str, str] = {}
    for place, token in enumerate(tokens[1:], 1):
        if not re.fullmatch(r'\w+|".*"', token, re.DOTALL) or not _table_expected(tokens[:place]):
            continue
        name = token.strip('"').lower()
        found[name] = name
        rest = [word for word in tokens[place + 1 : place + 3] if word.lower() != "as"]
        if rest and re.fullmatch(r"[^\W\d]\w*", rest[0]) and rest[0].lower() not in _NO_ALIAS:
            found[rest[0].lower()] = name
    return found


def _named_before(tokens: Sequence[str]) -> list[str]:
    """Return the names that WITH gives to queries."""
    return [
        tokens[place]
        for place in range(1, len(tokens) - 2)
        if tokens[place - 1].lower() in ("with", ",", "recursive")
        and tokens[place + 1].lower() == "as"
        and tokens[place + 2] == "("
    ]


def _columns_of(owner: str, tokens: Sequence[str], known: Mapping[str, Sequence[str]]) -> list[str]:
    name = owner.strip('"').lower()
    table = _sources(tokens).get(name, name)
    return [quoted(column) for column in known.get(table, ())]


def _anything(tokens: Sequence[str], known: Mapping[str, Sequence[str]], word: str) -> list[str]:
    sources = _sources(tokens)
    asked = [known[table] for table in dict.fromkeys(sources.values()) if table in known]
    columns = [quoted(column) for table in asked or known.values() for column in table]
    aliases = [alias for alias in sources if alias not in known]
    lower = word.islower()
    keywords = [keyword.lower() if lower else keyword for keyword in KEYWORDS]
    return [*columns, *aliases, *keywords, *FUNCTIONS]
