import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present.tables import Column, Format, Table, csv_cell, decimals, json_lines, write


def text(table: Table, form: Format, width: int = 80, on_screen: bool = False) -> str:
    return "".join(write(table, form, width=width, on_screen=on_screen))


HOSTILE_ROWS = [[value, number] for number, value in enumerate(HOSTILE)]
HOSTILE_TABLE = Table.of(["text", "\x1b[31mn"], HOSTILE_ROWS)


def test_json_holds_every_value_unrounded_and_unaltered() -> None:
    rows = [[0.1 + 0.2, None, True, {"a": [1]}], [1, "x", False, []]]
    found = json.loads(text(Table.of(["a", "b", "c", "d"], rows), Format.JSON))
    assert found == [
        {"a": 0.30000000000000004, "b": None, "c": True, "d": {"a": [1]}},
        {"a": 1, "b": "x", "c": False, "d": []},
    ]


def test_json_is_valid_for_numbers_that_json_does_not_know() -> None:
    found = json.loads(text(Table.of(["a", "b", "c"], [[float("nan"), float("inf"), Decimal("1.50")]]), Format.JSON))
    assert found == [{"a": "NaN", "b": "Infinity", "c": "1.50"}]


def test_json_keeps_both_of_two_columns_of_the_same_name() -> None:
    assert json.loads(text(Table.of(["a", "a", "a_2"], [[1, 2, 3]]), Format.JSON)) == [{"a": 1, "a_2": 2, "a_2_2": 3}]


def test_columns_without_rows_are_listed_where_they_do_not_fit_side_by_side() -> None:
    names = [f"column_{number}" for number in range(30)]
    lines = text(Table.of(names, []), Format.TABLE, 40).splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(lines) == "columns: " + ", ".join(names)
    assert text(Table.of(["a", "b"], []), Format.TABLE).splitlines()[0] == "a   b"


def test_json_of_no_rows_is_an_empty_list() -> None:
    assert json.loads(text(Table.of(["a"], []), Format.JSON)) == []


def test_json_lines_are_one_object_each() -> None:
    lines = "".join(json_lines(Table.of(["a"], [["x\ny"], [2]]))).splitlines()
    assert [json.loads(line) for line in lines] == [{"a": "x\ny"}, {"a": 2}]


def test_json_survives_hostile_text_and_is_harmless_on_a_terminal() -> None:
    found = text(HOSTILE_TABLE, Format.JSON)
    assert [row["text"] for row in json.loads(found)] == HOSTILE
    assert found.isascii()
    assert not FORBIDDEN.search(found)


def test_csv_gives_back_what_was_written() -> None:
    rows = list(csv.reader(io.StringIO(text(HOSTILE_TABLE, Format.CSV), newline="")))
    assert rows == [["text", "\x1b[31mn"], *([value, str(number)] for value, number in HOSTILE_ROWS)]


def test_csv_is_cleaned_only_for_a_screen() -> None:
    assert "\x1b" in text(HOSTILE_TABLE, Format.CSV)
    assert not FORBIDDEN.search(text(HOSTILE_TABLE, Format.CSV, on_screen=True))


def test_csv_writes_values_as_they_are() -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, 600000)
    row = [0.1 + 0.2, None, True, {"ü": 1}, when]
    assert [csv_cell(value) for value in row] == [
        "0.30000000000000004",
        "",
        "true",
        '{"ü": 1}',
        "2026-01-02T03:04:05.600000",
    ]


@pytest.mark.parametrize("form", [Format.TABLE, Format.MD])
def test_what_people_read_holds_no_control_character(form: Format) -> None:
    assert not FORBIDDEN.search(text(HOSTILE_TABLE, form))


@pytest.mark.parametrize("form", [Format.TABLE, Format.MD])
def test_what_people_read_shows_text_that_looks_like_markup_as_it_is(form: Format) -> None:
    shown = text(Table.of(["a"], [["[red]not red[/red] [/foo] :smile:"]]), form).replace("\\", "")
    assert "[red]not red[/red] [/foo] :smile:" in shown


def test_markdown_has_one_line_a_row_whatever_the_cells_hold() -> None:
    assert len(text(HOSTILE_TABLE, Format.MD).splitlines()) == len(HOSTILE) + 2


def test_markdown_cells_cannot_end_a_cell_or_begin_html() -> None:
    line = text(Table.of(["a"], [["x | y <b> `z` \\"]]), Format.MD).splitlines()[2]
    assert line == r"| x \| y \<b\> \`z\` \\ |"


def test_markdown_sets_numbers_to_the_right() -> None:
    assert text(Table.of(["a", "n"], [["x", 1.5], ["y", None]]), Format.MD).splitlines()[1] == "| --- | ---: |"


def test_a_table_shows_every_character_of_a_long_cell() -> None:
    shown = text(Table.of(["a", "b"], [["x" * 1000, "y" * 300]]), Format.TABLE, width=40)
    assert (shown.count("x"), shown.count("y")) == (1000, 300)
    assert max(map(len, shown.splitlines())) <= 40


def test_columns_that_do_not_fit_side_by_side_stand_one_below_the_other() -> None:
    names = [f"column{number}" for number in range(14)]
    shown = text(Table.of(names, [list(range(100, 114)), list(range(200, 214))]), Format.TABLE, width=40)
    assert all(name in shown for name in names)
    assert all(str(number) in shown for number in [*range(100, 114), *range(200, 214)])
    assert "row 2" in shown


def test_a_single_row_set_upright_has_no_number() -> None:
    assert text(Table.of(["a", "b"], [[1, 2]], upright=True), Format.TABLE) == "a  1\nb  2\n"


def test_people_read_rounded_numbers_and_programs_exact_ones() -> None:
    table = Table.of([Column("mean", decimals(2))], [[0.126]])
    assert "0.13" in text(table, Format.TABLE)
    assert "0.13" in text(table, Format.MD)
    assert "0.126" in text(table, Format.CSV)
    assert "0.126" in text(table, Format.JSON)


def test_no_value_is_shown_as_the_table_says() -> None:
    shown = text(Table.of(["a", "b"], [[None, ""]], null="NULL"), Format.TABLE)
    assert shown.count("NULL") == 1


@pytest.mark.parametrize("form", list(Format))
def test_pages_are_written_one_after_the_other(form: Format) -> None:
    table = Table((Column("n"),), iter([[[1], [2]], [], [[3]]]))
    shown = text(table, form)
    positions = [shown.index(str(number)) for number in (1, 2, 3)]
    assert positions == sorted(positions)
    assert shown.count("n") == {Format.TABLE: 2, Format.JSON: 3, Format.CSV: 1, Format.MD: 1}[form]


@pytest.mark.parametrize("form", list(Format))
def test_a_page_is_written_before_the_next_is_asked_for(form: Format) -> None:
    asked = []

    def pages() -> Iterator[list[list[int]]]:
        for number in range(3):
            asked.append(number)
            yield [[number]]

    pieces = write(Table((Column("n"),), pages()), form)
    shown = ""
    while "0" not in shown:
        shown += next(pieces)
    assert asked == [0]
