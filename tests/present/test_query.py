"""SQL results keep to one line a cell, say what follows, and hide nothing silently."""

from decimal import Decimal

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.results import rate_at_desk
from viva.errors import UserError
from viva.present import query
from viva.present.query import Result
from viva.records.results import QueryPage
from viva.workbench import Workbench


def page(rows: int, more: bool = False, columns: tuple[str, ...] = ("a",)) -> QueryPage:
    return QueryPage(
        columns, ("VARCHAR",) * len(columns), tuple(("x",) * len(columns) for _ in range(rows)), more, 0.01
    )


def test_the_caption_says_which_rows_are_shown_and_how_to_get_on() -> None:
    first = Result((page(200, more=True),))
    assert query.caption(first) == "rows 1–200, more follow – Ctrl+N for the next page"
    last = first.with_page(page(50))
    assert query.caption(last) == "rows 201–250 of 250, Ctrl+P for the page before"
    assert query.caption(last.turned(-1)) == query.caption(first)
    assert query.caption(Result((page(3),))) == "3 rows"
    assert query.caption(Result((page(1),))) == "1 row"
    assert query.caption(Result((page(0),))) == "no rows"


def test_pages_that_were_fetched_are_not_fetched_again() -> None:
    result = Result((page(200, more=True),))
    assert result.must_fetch
    both = result.with_page(page(200, more=True))
    assert both.must_fetch
    assert not both.turned(-1).must_fetch
    assert both.turned(-1).has_next
    assert both.turned(-1).turned(-1).shown == 0


def test_columns_that_are_not_painted_are_counted() -> None:
    names = tuple(f"c{number}" for number in range(query.COLUMNS + 1))
    assert query.caption(Result((page(2, columns=names),))) == "2 rows · first 60 of 61 columns"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "NULL"), (True, "true"), (3, "3"), (0.1 + 0.2, "0.3"), (1234567.0, "1234567"), (1e-9, "1e-09"), ("", "")],
)
def test_values_are_written_plainly(value: object, shown: str) -> None:
    assert query.cell(value) == shown
    assert query.cell(Decimal("1.50")) == "1.50"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_value_is_one_harmless_line(text: str) -> None:
    shown = query.cell(text)
    assert not FORBIDDEN.search(shown)
    assert "\n" not in shown
    assert len(shown) <= query.CELL_WIDTH


def test_numbers_stand_at_the_right_lists_of_them_do_not() -> None:
    assert query.is_number("DECIMAL(18,3)")
    assert query.is_number("bigint")
    assert not query.is_number("INTEGER[]")
    assert not query.is_number("VARCHAR")


def test_a_row_in_full_has_every_value_and_says_where_one_is_cut() -> None:
    found = QueryPage(("a", "b", "c"), ("VARCHAR", "DOUBLE", "VARCHAR"), (("x" * 300_000, 0.1 + 0.2, None),), False, 0)
    text = query.row_in_full(found, 0)
    assert "the first 200,000 of 300,000 characters" in text
    assert "0.30000000000000004" in text
    assert text.endswith("NULL")


def test_names_that_need_quotation_marks_get_them() -> None:
    assert query.quoted("leaderboard") == "leaderboard"
    assert query.quoted('a "b') == '"a ""b"'


def test_ones_own_queries_are_offered_before_the_examples() -> None:
    offered = query.choices({"mine": "SELECT\n  1"})
    assert offered[0] == ("mine", "SELECT 1", "SELECT\n  1")
    assert [name for name, _, _ in offered[1:]] == list(query.EXAMPLES)


@pytest.mark.parametrize("name", query.EXAMPLES)
def test_every_example_runs(name: str, filled: Workbench) -> None:
    study = filled.studies.list()[0]
    rate_at_desk(filled, study.name, most=5)
    filled.desk.deliver()
    with filled.sql.session() as session:
        found = session.run(query.EXAMPLES[name][1])
    assert found.rows


def test_the_examples_change_nothing(filled: Workbench) -> None:
    with filled.sql.session() as session, pytest.raises(UserError):
        session.run("DELETE FROM rating")


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, "LINE 1: SELECT one, two FROM there WHERE other"),
        (34, "LINE 1: SELECT one, two FROM ther…"),
        (20, "…two FROM there WHE…"),
    ],
)
def test_the_pointer_of_an_error_stays_below_its_place_however_narrow_it_is(width: int, line: str) -> None:
    said = "Binder Error: what\nLINE 1: SELECT one, two FROM there WHERE other\n" + " " * 29 + "^^^^"
    first, shown, pointer = query.pointed(said, width).split("\n")
    assert (first, shown) == ("Binder Error: what", line)
    assert shown[pointer.index("^")] == "t"
    assert query.pointed("one", 2) == "one"
