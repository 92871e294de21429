"""A histogram as lines of text."""

import pytest

from viva.present.histogram import MOST_REASONS, drawn, paper_table, plain_table, unscored_lines
from viva.present.tables import Format, write
from viva.records.histogram import Histogram, Spread

EDGES = (0.0, 0.25, 0.5, 0.75, 1.0)


def spread(system: str, *counts: int, attempted: int | None = None) -> Spread:
    n = sum(counts)
    return Spread(system, n, attempted or n, 0.5 if n else None, 0.25 if n else None, counts)


def made(*spreads: Spread, edges: tuple[float, ...] = EDGES) -> Histogram:
    return Histogram("vad", 1, "test", "bertscore", edges, spreads, (("empty text", 2),))


def test_a_few_systems_have_a_bar_for_each_bin() -> None:
    lines = list(drawn(made(spread("base", 10, 0, 1, 0), spread("tuned", 0, 5, 5, 0, attempted=12))))
    assert lines[0] == "BERTScore"
    assert lines[1] == "base   mean 0.500  median 0.250  11/11"
    assert lines[2] == f"  0.000 – 0.250  {'█' * 50} 10"
    assert lines[3] == "  0.250 – 0.500  0"
    assert lines[4] == f"  0.500 – 0.750  {'█' * 5} 1"
    assert lines[6] == "tuned   mean 0.500  median 0.250  10/12"
    assert lines[-1] == "BERTScore: 2 texts unscored: empty text"


def test_many_systems_have_a_line_each() -> None:
    lines = list(drawn(made(*(spread(f"starter-t0.{n}", n, 0, 9, 0) for n in range(6)))))
    assert lines[0] == "BERTScore, 4 bins from 0.000 to 1.000"
    assert lines[1].split() == ["mean", "median", "scored"]
    assert lines[2] == "starter-t0.0  |    ██  |  0.500   0.250     9/9"
    assert len(lines) == 9


@pytest.mark.parametrize("count", [1, 4, 5, 30])
@pytest.mark.parametrize("bins", [1, 8, 20, 36, 60])
def test_no_line_is_wider_than_80_characters(count: int, bins: int) -> None:
    edges = tuple(place / bins for place in range(bins + 1))
    many = [spread(f"a-model-of-a-long-name-{n}-t0.7-p0.9-n40", *([1000 * n + 1] * bins)) for n in range(count)]
    assert max(map(len, drawn(made(*many, edges=edges)))) <= 80


def test_nothing_scored_is_said() -> None:
    lines = list(drawn(made(spread("base", attempted=3), edges=())))
    assert lines == ["BERTScore: no text has a value", "BERTScore: 2 texts unscored: empty text"]
    rows = list(plain_table(made(spread("base", attempted=3), edges=())).pages)
    assert rows == [[("base", None, None, 0, 0, 3, None, None)]]


def test_ascii_is_enough() -> None:
    for count in (2, 6):
        lines = drawn(made(*(spread(f"s{n}", n, 3, 9, 1) for n in range(count))), ascii_only=True)
        assert "".join(lines).isascii()


def test_programs_get_each_bin_of_each_system() -> None:
    [rows] = plain_table(made(spread("base", 1, 2, 3, 4))).pages
    assert rows[1] == ("base", 0.25, 0.5, 2, 10, 10, 0.5, 0.25)
    assert len(rows) == 4


def test_papers_get_a_column_for_each_system() -> None:
    text = "".join(write(paper_table(made(spread("base", 1, 2, 3, 4), spread("tuned", 0, 0, 0, 9))), Format.MD))
    assert "| BERTScore | base | tuned |" in text
    assert "| 0.000 – 0.250 | 1 | 0 |" in text
    assert "| scored | 10/10 | 9/9 |" in text


def test_hostile_names_and_reasons_are_made_safe() -> None:
    found = Histogram("vad", 1, None, "a\x1b[2J", EDGES, (spread("\x1b[2J\nbad", 1, 0, 0, 0),), (("\x1b]0;x\x07", 1),))
    text = "\n".join(drawn(found))
    assert "\x1b" not in text
    assert "\x07" not in text


def test_reasons_that_differ_in_numbers_alone_are_told_once_with_their_span() -> None:
    reasons = [(f"the reference has {1000 + number:,} tokens, more than 512", 1) for number in range(38)]
    assert unscored_lines("bertscore", reasons) == [
        "BERTScore: 38 texts unscored: the reference has 1,000 to 1,037 tokens, more than 512"
    ]


def test_only_the_first_reasons_are_told() -> None:
    reasons = [(f"reason {'x' * number}", number) for number in range(1, 9)]
    lines = unscored_lines("bertscore", reasons)
    assert len(lines) == MOST_REASONS + 1
    assert lines[0] == "BERTScore: 8 texts unscored: reason xxxxxxxx"
    assert lines[-1] == "BERTScore: 6 texts unscored for 3 more reasons"
