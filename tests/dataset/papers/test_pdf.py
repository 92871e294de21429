"""The text of a PDF file comes in reading order, or one line says why there is none."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from tests.fakes import pdfs
from viva.dataset.papers.pdf import read_pdf
from viva.errors import BadInput


def in_order(got: str, wanted: str) -> tuple[float, float]:
    """Return recall and precision of words in order."""
    found, words = got.split(), wanted.split()
    common = LCSseq.similarity(found, words)
    return common / len(words), common / len(found)


def text_of(tmp_path: Path, content: bytes) -> str:
    return "\n\n".join(read_pdf(pdfs.write(tmp_path / "paper.pdf", content)).pages)


@pytest.mark.parametrize("by_line", [False, True], ids=["column by column", "line by line"])
@pytest.mark.parametrize("hyphenate", [False, True], ids=["whole words", "broken words"])
@pytest.mark.parametrize("titled", [False, True], ids=["columns only", "title and abstract above"])
@pytest.mark.parametrize("seed", [1, 2, 39])
def test_two_columns_read_in_order(tmp_path: Path, by_line: bool, hyphenate: bool, titled: bool, seed: int) -> None:
    left, right = pdfs.paragraph(36, seed), pdfs.paragraph(38, seed + 100)
    title, abstract = ("A Title over Both Columns", pdfs.paragraph(6, seed + 200)) if titled else ("", "")
    got = text_of(tmp_path, pdfs.two_columns(left, right, by_line, title, abstract, hyphenate))
    assert min(in_order(got, f"{title} {abstract} {left} {right}")) >= 0.98


def test_a_full_width_stretch_between_columns_keeps_its_place(tmp_path: Path) -> None:
    parts = [pdfs.paragraph(10, seed) for seed in range(5)]
    paper = pdfs.Paper()
    y = paper.columns(pdfs.TOP, *(pdfs.wrapped(part, pdfs.COLUMN) for part in parts[:2]), by_line=True)
    y = paper.column(pdfs.LEFT, y - 12, pdfs.wrapped(parts[2], pdfs.RIGHT - pdfs.LEFT))
    paper.columns(y - 12, *(pdfs.wrapped(part, pdfs.COLUMN) for part in parts[3:]), by_line=True)
    assert min(in_order(text_of(tmp_path, paper.done()), " ".join(parts))) >= 0.98


def test_three_columns_read_in_order(tmp_path: Path) -> None:
    parts = [pdfs.paragraph(20, seed) for seed in range(3)]
    paper, width = pdfs.Paper(), 148.0
    columns = [pdfs.wrapped(part, width) for part in parts]
    for row in range(max(map(len, columns))):
        for index, column in enumerate(columns):
            if row < len(column):
                paper.line(pdfs.LEFT + index * (width + 18), pdfs.TOP - 12 * row, column[row])
    assert min(in_order(text_of(tmp_path, paper.done()), " ".join(parts))) >= 0.98


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    paper = pdfs.Paper()
    y = paper.column(pdfs.LEFT, pdfs.TOP, pdfs.wrapped(pdfs.paragraph(8), pdfs.RIGHT - pdfs.LEFT))
    for row in range(6):
        paper.line(pdfs.LEFT, y - 12 * row, f"row{row}")
        paper.line(pdfs.LEFT + 300, y - 12 * row, f"value{row}")
    words = text_of(tmp_path, paper.done()).split()
    assert words[-12:] == [word for row in range(6) for word in (f"row{row}", f"value{row}")]


def test_a_short_last_page_has_the_columns_of_the_pages_before(tmp_path: Path) -> None:
    left, right = pdfs.paragraph(36, 1), pdfs.paragraph(36, 2)
    paper = pdfs.Paper()
    paper.columns(pdfs.TOP, pdfs.wrapped(left, pdfs.COLUMN), pdfs.wrapped(right, pdfs.COLUMN))
    paper.turn()
    paper.columns(pdfs.TOP, ["the last words of this", "column on the left"], ["and these on the right"], by_line=True)
    assert "the last words of this column on the left and these on the right" in text_of(tmp_path, paper.done())


def test_running_heads_and_page_numbers_are_dropped(tmp_path: Path) -> None:
    texts = [pdfs.paragraph(12, seed) for seed in range(5)]
    got = text_of(tmp_path, pdfs.one_column(texts, "Journal of Examples 7", numbers=True))
    assert got.split() == " ".join(texts).split()


def test_broken_words_are_joined_and_compounds_keep_their_hyphen(tmp_path: Path) -> None:
    paper = pdfs.Paper()
    lines = [
        "We compare a well-known method with others, and the exam-", "ple shows that a well-", "known method in non-",
        "Euclidean space is state-of-the-", "art in every respect.",
    ]  # fmt: skip
    paper.column(pdfs.LEFT, pdfs.TOP, lines)
    assert text_of(tmp_path, paper.done()) == (
        "We compare a well-known method with others, and the example shows that a well-known method in "
        "non-Euclidean space is state-of-the-art in every respect."
    )


def test_lines_become_paragraphs_and_headings_stand_alone(tmp_path: Path) -> None:
    paper = pdfs.Paper()
    text = pdfs.paragraph(6)
    lines = pdfs.wrapped(text, pdfs.RIGHT - pdfs.LEFT)
    paper.column(pdfs.LEFT, pdfs.TOP, ["1 Introduction", *lines, "2 Method", *lines])
    assert text_of(tmp_path, paper.done()) == f"1 Introduction\n\n{text}\n\n2 Method\n\n{text}"


def test_a_stamp_up_the_margin_is_left_out(tmp_path: Path) -> None:
    paper, text = pdfs.Paper(), pdfs.paragraph(9)
    paper.canvas.saveState()
    paper.canvas.translate(20, 300)
    paper.canvas.rotate(90)
    paper.canvas.drawString(0, 0, "arXiv:0000.00000v1 1 Jan 2020")
    paper.canvas.restoreState()
    paper.column(pdfs.LEFT, pdfs.TOP, pdfs.wrapped(text, pdfs.RIGHT - pdfs.LEFT))
    assert text_of(tmp_path, paper.done()) == text


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_text_that_lies_on_its_side_is_read(tmp_path: Path, angle: int) -> None:
    left, right = pdfs.paragraph(20, 1), pdfs.paragraph(20, 2)
    paper = pdfs.Paper()
    paper.canvas.translate(*{90: (pdfs.WIDTH + 100, 0), 180: (pdfs.WIDTH, pdfs.HEIGHT), 270: (0, pdfs.HEIGHT)}[angle])
    paper.canvas.rotate(angle)
    paper.columns(pdfs.TOP - 200, pdfs.wrapped(left, pdfs.COLUMN), pdfs.wrapped(right, pdfs.COLUMN), by_line=True)
    assert min(in_order(text_of(tmp_path, paper.done()), f"{left} {right}")) >= 0.98


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"", "is empty", ""),
        (b"GIF89a" + bytes(3000), "is not a PDF file", ""),
        (pdfs.truncated(), "is cut off: its end is missing", "fetch it again"),
        (b"%PDF-1.7\n" + b"\xffgarbage" * 400 + b"\nstartxref\n9\n%%EOF", "is damaged", "fetch it again"),
        (pdfs.encrypted(), "is encrypted", "a password is needed"),
        (pdfs.scanned(), "holds images of pages, no text", "run OCR first"),
        (pdfs.Paper().done(), "holds no text", ""),
    ],
    ids=["empty", "not a PDF", "truncated", "garbage", "encrypted", "scanned", "blank"],
)
def test_a_file_without_text_says_why_in_one_line(tmp_path: Path, content: bytes, message: str, hint: str) -> None:
    path = pdfs.write(tmp_path / "bad\x1b[2J.pdf", content)
    with pytest.raises(BadInput) as caught:
        read_pdf(path)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "\x1b" not in caught.value.message
    assert "\n" not in caught.value.message


def test_files_and_pages_beyond_the_limits_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdfs.write(tmp_path / "paper.pdf", pdfs.small_paper())
    monkeypatch.setattr("viva.dataset.papers.pdf.MOST_PAGES", 1)
    with pytest.raises(BadInput, match="too many pages: 2"):
        read_pdf(path)
    monkeypatch.setattr("viva.dataset.papers.pdf.LARGEST_FILE", 1)
    with pytest.raises(BadInput, match="too large"):
        read_pdf(path)


def outcome_of(path: Path) -> tuple[str, ...] | str:
    """Return the pages of a file, or the message that it cannot be read with."""
    try:
        return read_pdf(path).pages
    except BadInput as error:
        return error.message


WHOLE = pdfs.small_paper()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8)), max_size=6))
def test_a_damaged_file_gives_text_or_one_line(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(WHOLE)
    for place, value in changes:
        content[place : place + len(value)] = value
    path = pdfs.write(tmp_path / "paper.pdf", bytes(content))
    outcome = outcome_of(path)
    assert (
        "\n" not in outcome if isinstance(outcome, str) else all(unicodedata.is_normalized("NFC", p) for p in outcome)
    )
