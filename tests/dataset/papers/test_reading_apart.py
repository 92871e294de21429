"""Files are found in order, and each is read in a process of its own that it may take down."""

import os
from pathlib import Path

import pytest

from tests.fakes import pdfs
from viva.dataset.papers.folder import chosen, find_pdfs
from viva.dataset.papers.pdf import read_pdf
from viva.dataset.papers.reading import Limits, read_all, read_apart
from viva.errors import BadInput
from viva.records.papers import PapersPlan


def test_pdfs_are_found_below_the_folder_and_their_field_is_the_one_they_lie_in(tmp_path: Path) -> None:
    for name in ("b.pdf", "vision/a.PDF", "vision/deep/c.Pdf", "notes.txt", ".hidden.pdf", ".git/x.pdf"):
        pdfs.write(tmp_path / name, b"%PDF-")
    found = find_pdfs(tmp_path)
    assert [(file.source, file.field) for file in found] == [
        ("b.pdf", None),
        ("vision/a.PDF", "vision"),
        ("vision/deep/c.Pdf", "deep"),
    ]
    assert not any(file.problem for file in found)


def test_links_out_of_the_folder_are_refused_and_others_followed(tmp_path: Path) -> None:
    outside = pdfs.write(tmp_path / "secret/paper.pdf", b"%PDF-")
    folder = tmp_path / "papers"
    pdfs.write(folder / "here.pdf", b"%PDF-")
    (folder / "cat").mkdir()
    (folder / "cat/inside.pdf").symlink_to(folder / "here.pdf")
    (folder / "out.pdf").symlink_to(outside)
    (folder / "out").symlink_to(outside.parent)
    (folder / "gone.pdf").symlink_to(tmp_path / "nowhere.pdf")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.pdf")
    problems = {file.source: file.problem for file in find_pdfs(folder)}
    assert problems == {
        "cat/inside.pdf": "",
        "gone.pdf": "gone.pdf is a link that leads nowhere",
        "here.pdf": "",
        "out": "out is a link that leads out of the folder",
        "out.pdf": "out.pdf is a link that leads out of the folder",
        "pipe.pdf": "pipe.pdf is not a regular file",
    }


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a folder"):
        find_pdfs(tmp_path / "none")


def test_so_many_papers_of_each_field_are_drawn_alike_with_one_seed(tmp_path: Path) -> None:
    for field in ("a", "b"):
        for number in range(5):
            pdfs.write(tmp_path / field / f"{number}.pdf", b"%PDF-")
    files = find_pdfs(tmp_path)
    drawn = chosen(files, PapersPlan(str(tmp_path), papers_per_field=2, seed=1))
    assert [file.field for file in drawn] == ["a", "a", "b", "b"]
    assert drawn == chosen(files, PapersPlan(str(tmp_path), papers_per_field=2, seed=1))
    assert drawn != chosen(files, PapersPlan(str(tmp_path), papers_per_field=2, seed=3))


def test_a_file_read_apart_gives_the_same_text(tmp_path: Path) -> None:
    path = pdfs.write(tmp_path / "paper.pdf", pdfs.small_paper())
    assert read_apart(path) == read_pdf(path)


def test_a_reader_without_memory_or_time_is_the_problem_of_its_file_alone(tmp_path: Path) -> None:
    path = pdfs.write(tmp_path / "paper.pdf", pdfs.small_paper())
    with pytest.raises(BadInput, match=r"paper\.pdf"):
        read_apart(path, Limits(memory=16 * 1024**2))
    pipe = tmp_path / "endless.pdf"
    os.mkfifo(pipe)
    with pytest.raises(BadInput, match=r"endless\.pdf was not read after 1 seconds"):
        read_apart(pipe, Limits(seconds=1))


def test_a_reader_that_dies_is_the_problem_of_its_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdfs.write(tmp_path / "paper.pdf", pdfs.small_paper())
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nkill -SEGV $$\n")
    fake.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(fake))
    with pytest.raises(BadInput, match=r"paper\.pdf brings the PDF reader down \(signal 11\)"):
        read_apart(path)


def test_every_file_is_told_of_and_texts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, kept = tmp_path / "papers", tmp_path / "kept"
    pdfs.write(folder / "a.pdf", pdfs.small_paper())
    pdfs.write(folder / "b.pdf", pdfs.encrypted())
    pdfs.write(folder / "c.pdf", pdfs.small_paper())
    first = list(read_all(find_pdfs(folder), kept))
    assert [(reading.source, reading.problem) for reading in first] == [
        ("a.pdf", ""),
        ("b.pdf", "b.pdf is encrypted (a password is needed: save it without one)"),
        ("c.pdf", "c.pdf is the same file as a.pdf"),
    ]
    (folder / "b.pdf").unlink()
    monkeypatch.setattr("viva.dataset.papers.reading.read_apart", None)
    again = list(read_all(find_pdfs(folder), kept))
    assert again[0] == first[0]


def test_a_kept_text_that_was_cut_off_is_read_again(tmp_path: Path) -> None:
    folder, kept = tmp_path / "papers", tmp_path / "kept"
    pdfs.write(folder / "a.pdf", pdfs.small_paper())
    first = list(read_all(find_pdfs(folder), kept))
    for file in kept.iterdir():
        file.write_bytes(file.read_bytes()[:20])
    assert list(read_all(find_pdfs(folder), kept)) == first


@pytest.mark.slow
def test_a_paper_of_300_pages_is_read_whole(tmp_path: Path) -> None:
    text = read_apart(pdfs.write(tmp_path / "long.pdf", pdfs.long_paper(300)))
    assert len(text.pages) == 300
    assert text.pages[-1].split() == pdfs.paragraph(20, 299).split()
