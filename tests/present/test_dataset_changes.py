"""Spots at which cleaning changed a text, and reports in words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present.dataset_changes import Kind, changed_spots, clean_lines, reasons_table, sample_lines
from viva.present.tables import Format, write
from viva.records.cleaning import CleanedRow, CleanReason, CleanReport
from viva.records.dataset import Example

FILLER = "words that stay as they are " * 20


def shown(before: str, after: str, width: int = 60) -> list[str]:
    return [spot.text for spot in changed_spots(before, after, width)]


def test_equal_texts_have_no_spot() -> None:
    assert changed_spots("a b", "a b", 40) == []


def test_a_spot_says_what_went_and_what_came() -> None:
    assert shown("The **main** idea", "The main idea") == ["The [-**-]main[-**-] idea"]
    assert shown("• one", "- one") == ["[-•-]{+-+} one"]


def test_whole_words_stand_in_a_spot() -> None:
    assert shown("the houses here", "the mouse here") == ["the [-houses-]{+mouse+} here"]


def test_blanks_and_line_breaks_that_go_are_drawn() -> None:
    assert shown("a  b", "a b") == ["a [-·-]b"]
    assert shown("a\n\n\n\nb", "a\n\nb") == ["a  [-↵↵-]b"]
    assert shown("a\r\nb", "a\nb") == ["a[-␍-] b"]
    assert shown("a\u202eb", "ab") == ["[-a⟨U+202E⟩b-]{+ab+}"]


def test_differences_far_apart_are_spots_of_their_own() -> None:
    spots = changed_spots(f"**x** {FILLER}*y* {FILLER}", f"x {FILLER}y {FILLER}", 60)
    assert len(spots) == 2
    assert "[-**-]x[-**-] words that stay" in spots[0].text
    assert spots[0].text.endswith("…")
    assert "they are [-*-]y[-*-] words" in spots[1].text
    assert spots[1].text.startswith("…")
    for spot in spots:
        assert sum(len(segment.text) for segment in spot.segments) <= 60


def test_long_differences_lose_their_middle() -> None:
    [spot] = changed_spots(f"a {'x' * 5_000} b", "a b", 40)
    assert "…" in spot.text
    assert sum(len(segment.text) for segment in spot.segments) <= 40


def test_a_repetitive_text_is_compared_word_by_word() -> None:
    spots = changed_spots("word *foo* and " * 500, "word foo and " * 500, 60)
    removed = "".join(segment.text for spot in spots for segment in spot.segments if segment.kind is Kind.REMOVED)
    assert set(removed) == {"*"}
    assert len(spots) > 100


def test_what_is_not_compared_any_more_is_told() -> None:
    before = FILLER + "*x* and then " * 4_000
    spots = changed_spots(before, before.replace("*", ""), 60)
    assert [segment.kind for segment in spots[-1].segments] == [Kind.NOTE]
    assert "20,000" in spots[-1].text


@settings(deadline=None)
@given(st.text("ab *\n", max_size=120), st.text("ab *\n", max_size=120), st.integers(30, 80))
def test_texts_that_differ_have_a_spot_that_fits(before: str, after: str, width: int) -> None:
    spots = changed_spots(before, after, width)
    assert bool(spots) is (before != after)
    for spot in spots:
        assert any(segment.kind in (Kind.REMOVED, Kind.ADDED) for segment in spot.segments)
        assert sum(len(segment.text) for segment in spot.segments) <= width


def report(*rows: CleanedRow) -> CleanReport:
    reasons = {reason: 1 for row in rows for reason in row.reasons}
    return CleanReport(1_000, sum(r.changed for r in rows), sum(r.dropped for r in rows), reasons, rows)


def test_a_report_reads_as_sums_then_samples() -> None:
    changed = CleanedRow(
        2, Example("**q**", "r "), Example("q", "r"), (CleanReason.DECORATION, CleanReason.WHITE_SPACE)
    )
    dropped = CleanedRow(9, Example("same", "r"), None, (CleanReason.DUPLICATE,))
    assert clean_lines(report(changed, dropped)) == [
        "1,000 examples: 1 changed, 1 dropped, 999 kept",
        "  decoration   1",
        "  white space  1",
        "  duplicate    1",
        "",
        "example 3 · decoration, white space",
        "  question: [-**-]q[-**-]",
        "  reference: r[-·-]",
        "",
        "example 10 · dropped: duplicate",
        "  same",
    ]
    table = "".join(write(reasons_table(report(changed, dropped)), Format.CSV))
    assert table == "reason,examples\ndecoration,1\nwhite space,1\nduplicate,1\n"


def test_a_report_with_nothing_to_do_says_so() -> None:
    assert clean_lines(report()) == ["1,000 examples, and nothing to clean"]
    assert clean_lines(CleanReport(0, 0, 0, {}, ())) == ["no examples"]


def test_spots_beyond_the_most_are_counted() -> None:
    before = f"*x* {FILLER}" * 5
    row = CleanedRow(0, Example(before, "r"), Example(before.replace("*", ""), "r"), (CleanReason.DECORATION,))
    lines = sample_lines(row, 80, most=2)
    assert len(lines) == 4
    assert lines[-1] == "  question: 3 more spots"


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_is_cleaned_everywhere(number: int) -> None:
    text = HOSTILE[number]
    rows = [
        CleanedRow(0, Example(text, text + " x"), Example("y", "x"), (CleanReason.CONTROL,)),
        CleanedRow(1, Example(text, text), None, (CleanReason.EMPTY,)),
    ]
    lines = clean_lines(report(*rows))
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
