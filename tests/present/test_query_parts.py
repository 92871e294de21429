import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.present.query_parts import Part, parts


def named(text: str) -> list[tuple[str, str]]:
    lines = text.split("\n")
    return [(lines[row][a:b], part.value) for row, marks in enumerate(parts(lines)) for a, b, part in marks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a", [("SELECT", "keyword")]),
        ("count (x)", [("count", "function")]),
        ("left(a, 1.5e3)", [("left", "function"), ("1.5e3", "number")]),
        ("LEFT JOIN", [("LEFT", "keyword"), ("JOIN", "keyword")]),
        ("'it''s' -- x", [("'it''s'", "text"), ("-- x", "comment")]),
        ('"a b"."c"', [('"a b"', "name"), ('"c"', "name")]),
        ("/* a\nb */ IN", [("/* a", "comment"), ("b */", "comment"), ("IN", "keyword")]),
        ("'open\n\nSELECT", [("'open", "text"), ("SELECT", "text")]),
        ("a1 e2 x.5", []),
    ],
)
def test_parts_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert [found for found in named(text) if found[0] != ".5"] == expected


@given(st.text(), st.sampled_from(["'", '"', "/*", "$$", "--", ""]))
def test_marks_lie_within_their_lines_and_do_not_overlap(text: str, opened: str) -> None:
    lines = (opened + text).split("\n")
    found = parts(lines)
    assert len(found) == len(lines)
    for line, marks in zip(lines, found, strict=True):
        places = [place for start, end, _ in marks for place in (start, end)]
        assert places == sorted(places)
        assert all(0 <= place <= len(line) for place in places)
        assert all(part in Part for _, _, part in marks)
