import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.present.query_completion import MOST, NOTHING, completion
from viva.records.results import SchemaTable

TABLES = [
    SchemaTable("examples", True, (("example", "VARCHAR"), ("field", "VARCHAR"), ("split", "VARCHAR")), True),
    SchemaTable("leaderboard", True, (("measure", "VARCHAR"), ("mean", "DOUBLE"), ("value", "DOUBLE")), True),
    SchemaTable("odd name", False, (("a b", "INTEGER"),), False),
]


def offered(text: str) -> list[str]:
    """Return what is offered where `|` stands."""
    before, _, after = text.partition("|")
    return list(completion(before, after, TABLES).options)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("SELECT * FROM ex|", "examples"),
        ("select * from examples e join lead|", "leaderboard"),
        ("SELECT * FROM examples, lea|", "leaderboard"),
        ("FROM od|", '"odd name"'),
        ("SELECT mea| FROM leaderboard", "measure"),
        ("SELECT e.fi| FROM examples AS e", "field"),
        ("SELECT e.| FROM examples e WHERE 1", "example"),
        ('SELECT o.| FROM "odd name" o', '"a b"'),
        ("WITH long AS (SELECT 1) FROM lon|", "long"),
        ("SEL|", "SELECT"),
        ("sel|", "select"),
        ("SELECT cou|", "count("),
        ("SELECT 'it''s' AS x, mea|", "measure"),
        ("-- it's\nSEL|", "SELECT"),
        ("/* ' */ FROM ex|", "examples"),
    ],
)
def test_what_fits_the_place_comes_first(text: str, first: str) -> None:
    assert offered(text)[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "|",
        "SELECT |",
        "SELECT 'ex|",
        'SELECT "ex|',
        "-- ex|",
        "/* ex|",
        "FROM examples|",
        "FROM ex|amples",
        "SELECT 1e|",
    ],
)
def test_nothing_is_offered_in_texts_comments_names_and_before_a_word(text: str) -> None:
    assert offered(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM leaderboard ORDER BY value|",
        "SELECT value| FROM leaderboard",
        "SELECT count(*) AS su FROM nothing ORDER BY su|",
        "SELECT count(*) n FROM nothing ORDER BY n|",
        "SELECT * FROM leaderboard ORDER BY mean DESC|",
        "SELECT * FROM leaderboard WHERE mean IS NULL|",
    ],
)
def test_nothing_is_offered_behind_a_whole_name_or_a_last_word(text: str) -> None:
    assert offered(text) == []


def test_what_begins_another_keyword_is_not_the_end() -> None:
    assert offered("SELECT 1 or 2 or|") == ["ORDER BY".lower()]


def test_columns_of_a_table_that_is_asked_stand_alone() -> None:
    assert "field" not in offered("SELECT f| FROM leaderboard")
    assert "field" in offered("SELECT f| FROM examples")


def test_the_word_that_is_replaced_is_measured() -> None:
    assert completion("SELECT * FROM exam", "", TABLES).length == 4


def test_a_huge_text_is_left_alone() -> None:
    assert completion("SELECT " + "a, " * 50_000 + "mea", "", TABLES) == NOTHING


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_is_taken(before: str, after: str) -> None:
    found = completion(before, after, TABLES)
    assert len(found.options) <= MOST
    assert found.length <= len(before)


@given(st.lists(st.sampled_from(["SELECT", "FROM", "examples", "e", ",", "(", ")", ".", "'", '"', "--", "\n", "AS"])))
def test_any_query_is_taken(parts: list[str]) -> None:
    completion(" ".join(parts), "", TABLES)
