"""Foreign text as lines: safe, and whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.tui.widgets.text_layout import LONGEST_RENDERED, Layout, lay_out, lay_out_marked

PIECES = st.sampled_from(
    ["*", "**", "_", "`", "```\n", "# ", "- ", "1. ", "7) ", "> ", "|", "|a|b|\n|-|-|\n", "[", "](", ")", "![", "<b>",
     "&amp;", "&#x202e;", "\n", "\n\n", "    ", "word", "5", "≤", "字", "\\", "~~", "---\n", "http://x.org", "<http://x>"]
)  # fmt: skip


def said(layout: Layout) -> list[str]:
    return ["".join(segment.text for segment in line) for line in layout.lines]


def visible(text: str) -> list[str]:
    return sorted(character for character in text if character.isalnum() or character in "≤$%±")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("rendered", [True, False])
def test_no_line_can_act_on_the_terminal_or_is_too_wide(text: str, rendered: bool) -> None:
    for line in said(lay_out(text, 38, rendered=rendered)):
        assert not FORBIDDEN.search(line)
        assert cell_len(line) <= 38


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_rendering_never_loses_a_letter_or_a_digit(text: str) -> None:
    layout = lay_out(text, 30, rendered=True)
    lines = said(layout)
    shown = visible("".join(lines))
    for character in set(visible(text)):
        assert shown.count(character) >= visible(text).count(character)
    assert not FORBIDDEN.search("\n".join(lines))
    assert all(cell_len(line) <= 30 for line in lines)


def test_marks_become_formats() -> None:
    layout = lay_out("# Title\n\nsome **bold** text", 40, rendered=True)
    assert said(layout)[0].strip() == "Title"
    bold = [segment.text for line in layout.lines for segment in line if segment.style and segment.style.bold]
    assert "bold" in bold
    assert "**" not in "".join(said(layout))


def test_plain_text_keeps_its_marks() -> None:
    assert said(lay_out("some **bold** text", 40, rendered=False)) == ["some **bold** text"]


def test_line_breaks_stay_line_breaks() -> None:
    lines = [line.strip() for line in said(lay_out("one\ntwo\nthree", 40, rendered=True))]
    assert lines == ["one", "two", "three"]


def test_list_numbers_stay_as_written() -> None:
    lines = [line.strip() for line in said(lay_out("5. five\n7. seven", 40, rendered=True)) if line.strip()]
    assert lines == ["5. five", "7. seven"]


def test_html_stays_visible() -> None:
    text = "\n".join(said(lay_out("a <b>bold</b> <!-- hidden --> word", 60, rendered=True)))
    assert "<b>bold</b> <!-- hidden -->" in text


def test_a_link_shows_where_it_leads_and_cannot_be_followed() -> None:
    layout = lay_out("[here](http://evil.example/x) and <http://plain.example>", 80, rendered=True)
    line = said(layout)[0]
    assert "here (http://evil.example/x)" in line
    assert line.count("plain.example") == 1
    assert all(segment.style is None or segment.style.link is None for line in layout.lines for segment in line)


def test_an_image_is_named_and_says_where_it_lies() -> None:
    assert "[image: alt] (pic.png)" in said(lay_out("![alt](pic.png)", 60, rendered=True))[0]


def test_code_keeps_its_lines_and_its_language() -> None:
    lines = [line.strip() for line in said(lay_out("```python\nx = 1\n\ny = 2\n```", 60, rendered=True))]
    assert [line for line in lines if line] == ["python", "x = 1", "y = 2"]


def test_an_entity_cannot_bring_back_what_was_cleaned() -> None:
    line = said(lay_out("a &#x202e; b &#27;[2J", 60, rendered=True))[0]
    assert "&#x202e;" in line


@pytest.mark.parametrize(
    "text",
    [
        "\n".join("  " * depth + f"- level{depth}" for depth in range(60)),
        "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n|" + "b|" * 60,
        ">" * 500,
    ],
    ids=["too deep", "too wide", "nothing but marks"],
)
def test_what_rendering_would_hide_is_shown_plain_and_the_reader_is_told(text: str) -> None:
    layout = lay_out(text, 40, rendered=True)
    assert layout.note
    assert visible("".join(said(layout))) == visible(text)


def test_a_very_long_text_is_shown_plain_and_the_reader_is_told() -> None:
    layout = lay_out("*a* " * LONGEST_RENDERED, 40, rendered=True)
    assert layout.note == "too long to render"


def test_wide_characters_are_broken_by_cells() -> None:
    lines = said(lay_out("字" * 30, 21, rendered=False))
    assert [cell_len(line) for line in lines] == [20, 20, 20]


SHARED = frozenset({"graph network", "視 頻 異 常"})


def marked(layout: Layout) -> list[str]:
    return [segment.text for line in layout.lines for segment in line if segment.style and segment.style.underline]


@pytest.mark.parametrize("rendered", [True, False])
def test_shared_words_are_bold_and_underlined_and_no_line_changes(rendered: bool) -> None:
    text = "We train a *graph network* on a\ngraph network, and 視頻異常 too. Network graph."
    layout = lay_out_marked(text, 20, rendered=rendered, phrases=SHARED)
    assert said(layout) == said(lay_out(text, 20, rendered=rendered))
    assert "".join(marked(layout)).replace(" ", "") == "graphnetworkgraphnetwork視頻異常"
    styles = [segment.style for line in layout.lines for segment in line if segment.style]
    assert all(style.bold for style in styles if style.underline)


def test_a_text_keeps_its_own_formats_under_the_marks() -> None:
    layout = lay_out_marked("a `graph network` here", 40, rendered=True, phrases=SHARED)
    assert [str(s.style) for line in layout.lines for s in line if s.text == "graph network"] == ["bold underline cyan"]


@given(st.lists(PIECES, max_size=40).map("".join), st.booleans())
@settings(max_examples=100, deadline=None)
def test_marks_never_change_what_is_said(text: str, rendered: bool) -> None:
    phrases = frozenset({"word", "word word", "字 字", "5 word"})
    assert said(lay_out_marked(text, 30, rendered=rendered, phrases=phrases)) == said(
        lay_out(text, 30, rendered=rendered)
    )
