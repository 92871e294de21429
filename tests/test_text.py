"""The door from foreign text to a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.text import display_line, display_text, plural

anything = st.text(st.characters(codec=None)) | st.lists(st.sampled_from(HOSTILE[:10])).map("".join)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_harmless(text: str) -> None:
    assert not FORBIDDEN.search(display_text(text))


@given(anything)
def test_any_text_becomes_harmless_and_stays_so(text: str) -> None:
    shown = display_text(text)
    assert not FORBIDDEN.search(shown)
    assert display_text(shown) == shown


@given(
    st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\u115f\u1160\u3164\uffa0\u17b4\u17b5"))
)
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert display_text(text) == text


def test_markup_is_left_for_what_it_is() -> None:
    assert display_text("[/foo] [red]x[/]") == "[/foo] [red]x[/]"


def test_controls_are_visible() -> None:
    assert display_text("a\x1b[2Jb\x00\x7f") == "a␛[2Jb␀␡"
    assert display_text("x\u202ey") == "x⟨U+202E⟩y"


def test_line_ends_of_every_kind_become_newlines() -> None:
    assert display_text("a\r\nb\u2028c") == "a\nb\nc"


def test_joined_emoji_and_persian_survive() -> None:
    assert display_text("👩‍🔬 می‌خواهم") == "👩‍🔬 می‌خواهم"


def test_a_line_is_cut_with_an_ellipsis() -> None:
    assert display_line("one\ntwo   three", 8) == "one two…"
    assert display_line("short", 8) == "short"


@given(anything, st.integers(1, 50))
def test_a_line_fits_its_width_and_has_no_break(text: str, width: int) -> None:
    line = display_line(text, width)
    assert len(line) <= width
    assert "\n" not in line


def test_counts_agree_with_their_noun() -> None:
    assert [plural(n, "example") for n in (0, 1, 1200)] == ["0 examples", "1 example", "1,200 examples"]
    assert plural(2, "study", "studies") == "2 studies"
