"""A paper falls into its sections, and into pieces that fit a call."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import pdfs
from viva.dataset.papers.headings import parse_heading
from viva.dataset.papers.pdf import PdfText, read_pdf
from viva.dataset.papers.pieces import grouped, pieces
from viva.dataset.papers.sections import Section, body, sections


def pages(*texts: str) -> PdfText:
    return PdfText(tuple(texts))


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Abstract", "Abstract"),
        ("1 Introduction", "Introduction"),
        ("1. Introduction", "Introduction"),
        ("II. METHOD", "METHOD"),
        ("3.2 Training the Model", "Training the Model"),
        ("B. Data Collection", "Data Collection"),
        ("RELATED WORK", "RELATED WORK"),
        ("Abstract—We show that it works.", "Abstract"),
        ("References", "References"),
        ("Appendix A: Proofs", "Appendix A: Proofs"),
    ],
)
def test_usual_headings_are_known(line: str, title: str) -> None:
    heading = parse_heading(line)
    assert heading is not None
    assert heading.title == title


@pytest.mark.parametrize(
    "line",
    ["", "A Study of Things", "the results", "3 of them failed", "1 We did it.", "2 x = 3", "12", "I. e. nothing"],
)
def test_other_lines_are_no_headings(line: str) -> None:
    assert parse_heading(line) is None


def test_a_paper_falls_into_its_sections_and_the_back_matter_is_left_out(tmp_path: Path) -> None:
    found = sections(read_pdf(pdfs.write(tmp_path / "paper.pdf", pdfs.small_paper())))
    assert [(s.title, s.first_page, s.last_page) for s in found] == [
        ("", 1, 1),
        ("Abstract", 1, 1),
        ("Introduction", 1, 1),
        ("Method", 2, 2),
        ("Acknowledgements", 2, 2),
        ("References", 2, 2),
    ]
    assert [section.title for section in body(found)] == ["", "Abstract", "Introduction", "Method"]


def test_appendices_after_the_references_are_left_out_and_methods_there_are_not() -> None:
    text = pages(
        "1 Introduction\n\nText.\n\nReferences\n\n[1] A.",
        "A Proofs\n\nA proof.\n\nA.1 More Proofs\n\nMore.\n\nMethods\n\nThe cells were counted.",
    )
    assert [section.title for section in body(sections(text))] == ["Introduction", "Methods"]


def test_a_paper_without_headings_is_one_section() -> None:
    found = sections(pages("Only text.", "And more of it."))
    assert [(s.title, s.text, s.first_page, s.last_page) for s in found] == [
        ("", "Only text.\n\nAnd more of it.", 1, 2)
    ]
    assert sections(pages("", "")) == []


def test_a_paragraph_goes_on_over_the_end_of_a_page() -> None:
    assert sections(pages("It was bro-", "ken here and", "went on."))[0].text == "It was broken here and went on."


def test_pieces_name_their_pages_and_sections() -> None:
    found = pieces(sections(pages("1 Introduction\n\nWhy we did it.", "2 Method\n\nHow we did it.")), 1000)
    assert [piece.text for piece in found] == [
        "[page 1]\n\n## Introduction\n\nWhy we did it.\n\n[page 2]\n\n## Method\n\nHow we did it."
    ]


@given(st.lists(st.text("ab. ", max_size=200), max_size=8), st.integers(1, 30))
def test_pieces_hold_every_word_once_and_no_more_than_allowed(texts: list[str], most: int) -> None:
    section = Section("", tuple(enumerate(texts, start=1)), 1, len(texts) or 1)
    found = pieces([section], most)
    words = [word for piece in found for word in piece.text.split("\n\n") if not word.startswith("[page")]
    assert " ".join(words).split() == " ".join(texts).split()
    assert all(piece.words <= most for piece in found)


@given(st.lists(st.text("ab ", min_size=1, max_size=60), min_size=2, max_size=20), st.integers(1, 20))
def test_grouping_always_makes_texts_fewer(texts: list[str], most: int) -> None:
    found = grouped(texts, most)
    assert len(found) < len(texts)
    assert " ".join(found).split() == " ".join(texts).split()
