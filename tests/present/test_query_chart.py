import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.errors import UserError
from viva.present.query_chart import MOST_BARS, Kind, charts, drawing, drawn, only


def picture(kind: Kind, types: list[str], rows: list[tuple[Any, ...]], width: int = 60, **named: Any) -> str:
    columns = [f"c{place}" for place in range(len(types))]
    return "\n".join(drawn(drawing(only(columns, types, kind), rows), width, **named))


def test_texts_and_numbers_make_bars_first_and_times_a_line() -> None:
    assert charts(["system", "mean"], ["VARCHAR", "DOUBLE"])[0].title == "mean by system"
    assert charts(["system", "field", "mean"], ["VARCHAR", "VARCHAR", "DOUBLE"])[0].title == "mean by system, field"
    assert charts(["day", "n"], ["DATE", "BIGINT"])[0].title == "n along day"
    assert [chart.kind for chart in charts(["n"], ["BIGINT"])] == [Kind.LINE, Kind.HISTOGRAM]


@pytest.mark.parametrize("types", [["VARCHAR"], ["VARCHAR", "INTEGER[]"], []])
def test_a_result_without_numbers_has_no_chart(types: list[str]) -> None:
    with pytest.raises(UserError, match="no chart"):
        only(["a", "b"][: len(types)], types, None)


def test_bars_are_as_long_as_their_numbers() -> None:
    text = picture(Kind.BAR, ["VARCHAR", "INTEGER"], [("a", 10), ("bb", 5), ("c", 0), (None, None)])
    first, second, third = text.splitlines()[1:]
    assert first.count("█") == 2 * second.count("█") > 0
    assert third.count("█") == 0
    assert "1 row without a number" in text


def test_numbers_below_zero_go_to_the_left_of_zero() -> None:
    first, second = picture(Kind.BAR, ["VARCHAR", "INTEGER"], [("a", -4), ("b", 4)]).splitlines()[1:]
    assert first.rindex("█") < second.index("█")


def test_more_bars_than_fit_are_said_not_cut_silently() -> None:
    text = picture(Kind.BAR, ["VARCHAR", "INTEGER"], [(str(n), n) for n in range(MOST_BARS + 7)])
    assert "7 more rows" in text


def test_a_line_rises_with_its_numbers() -> None:
    lines = picture(Kind.LINE, ["INTEGER", "DOUBLE"], [(n, n * n) for n in range(10)], height=12).splitlines()
    marks = {line.index("•") for line in lines if "•" in line}
    assert len(marks) > 3
    assert lines[1].rstrip().endswith("•")
    assert lines[-1].split() == ["0", "9"]


def test_a_histogram_counts_every_row() -> None:
    rows = [(float(n % 10),) for n in range(100)]
    text = picture(Kind.HISTOGRAM, ["DOUBLE"], rows, ascii_only=True)
    assert sum(int(line.split()[-1]) for line in text.splitlines()[1:]) == 100
    assert "█" not in text


@pytest.mark.parametrize("kind", [Kind.LINE, Kind.HISTOGRAM])
def test_one_row_is_a_sentence_where_it_is_no_bar(kind: Kind) -> None:
    title, sentence = picture(kind, ["BIGINT"], [(1234,)]).splitlines()
    assert "1 row" in title
    assert sentence == f"a {kind} needs two rows; the only number is 1,234"
    assert "█" in picture(Kind.BAR, ["VARCHAR", "BIGINT"], [("a", 1)])


@pytest.mark.parametrize("width", [40, 72, 160])
def test_long_labels_keep_every_column_and_their_ends(width: int) -> None:
    rows = [(f"a field of industry {field}", f"starter-{name}", 1.0) for field in "ab" for name in ("base", "vad")]
    lines = picture(Kind.BAR, ["VARCHAR", "VARCHAR", "DOUBLE"], rows, width).splitlines()[1:]
    labels = [line.partition("  ")[0] for line in lines]
    assert len(set(labels)) == 4
    for label, (field, name, _) in zip(labels, rows, strict=True):
        first, second = label.split(" · ")
        assert (first[:2], first[-2:], second[:2], second[-2:]) == (field[:2], field[-2:], name[:2], name[-2:])
    assert max(map(len, lines)) <= width


def test_short_columns_of_a_label_stay_whole() -> None:
    lines = picture(Kind.BAR, ["VARCHAR", "VARCHAR", "DOUBLE"], [("x" * 500, "starter", 1.0)], 72).splitlines()
    label = lines[1].partition("  ")[0]
    assert label.endswith(" · starter")
    assert len(label) == 36 == label.count("x") + len("… · starter")
    assert len(lines[1]) <= 72


def test_decimals_that_cross_as_text_are_numbers() -> None:
    assert "2.5" in picture(Kind.BAR, ["VARCHAR", "DECIMAL(3,2)"], [("a", "2.50")])


def test_labels_are_cleaned() -> None:
    assert "\x1b" not in picture(Kind.BAR, ["VARCHAR", "INTEGER"], [("\x1b[2J\u202e", 1)])
    assert "\x1b" not in "".join(drawn(drawing(charts(["\x1b]0;x"], ["INTEGER"])[0], [(1,)])))


@given(
    st.sampled_from(list(Kind)),
    st.lists(st.tuples(st.text(max_size=40), st.one_of(st.none(), st.floats(), st.integers(), st.text(max_size=5)))),
    st.integers(20, 120),
)
def test_any_values_can_be_drawn(kind: Kind, rows: list[tuple[Any, ...]], width: int) -> None:
    found = drawing(only(["t", "n"], ["VARCHAR", "DOUBLE"], kind), rows)
    assert all(math.isfinite(value) for _, value in found.points)
    assert len(found.points) + found.without == len(rows)
    text = "\n".join(drawn(found, width))
    assert text
    assert "nan" not in text.replace(repr([label for label, _ in found.points]), "").lower() or any(
        "nan" in label.lower() for label, _ in found.points
    )
