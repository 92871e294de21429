"""Reading files into examples."""

from pathlib import Path

import pytest

from viva.dataset.reading import read_examples
from viva.errors import BadInput, UsageError


def write(tmp_path: Path, text: str | bytes, name: str = "some.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_columns_are_found_by_their_usual_names(tmp_path: Path) -> None:
    path = write(tmp_path, "Prompt,Answer,Domain,note\nwhy?,because,physics,x\n")
    [example] = read_examples(path)
    assert (example.question, example.reference, example.field) == ("why?", "because", "physics")
    assert example.meta == {"note": "x"}


def test_named_columns_win(tmp_path: Path) -> None:
    path = write(tmp_path, "question,q2,answer\na,b,c\n")
    assert read_examples(path, {"question": "q2"})[0].question == "b"


def test_quoted_newlines_bom_and_unicode_survive(tmp_path: Path) -> None:
    path = write(tmp_path, '\ufeffquestion,reference\n"two\nlines, ""quoted""","視頻 👩‍🔬"\n')
    [example] = read_examples(path)
    assert (example.question, example.reference) == ('two\nlines, "quoted"', "視頻 👩‍🔬")


def test_json_lines_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '{"instruction": "a", "output": "b", "split": "test"}\n\n{"instruction": "c", "output": "d"}\n',
        "x.jsonl",
    )
    assert [(e.question, e.split) for e in read_examples(path, split="train")] == [("a", "test"), ("c", "train")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "question,reference\na\n", "line 2: the row has not as many cells"),
        ("a.csv", "question,reference\na,b,c\n", "line 2: the row has not as many cells"),
        ("a.csv", 'question,reference\n"a,b\n', "line 2"),
        ("a.csv", "question,reference\na,\n", "line 2: the reference is empty"),
        ("a.csv", "question,reference\n", "holds no rows"),
        ("a.csv", "", "holds no rows"),
        ("a.csv", "one,two\na,b\n", "no column that looks like a question"),
        ("a.csv", b"question,reference\n\xff\xfe,b\n", "not UTF-8"),
        ("a.jsonl", '{"question": "a"', "line 1: not JSON"),
        ("a.jsonl", "[" * 100_000, "line 1: not JSON"),
        ("a.jsonl", "[1]", "line 1: not a JSON object"),
        ("a.jsonl", '{"question": 1, "answer": "b"}', "line 1: question is not text"),
        ("a.xlsx", "x", "cannot tell what a.xlsx is"),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        read_examples(write(tmp_path, content, name))
    assert "\n" not in caught.value.message


def test_a_missing_file_and_a_directory_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file"):
        read_examples(tmp_path / "none.csv")
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(BadInput, match="cannot be read"):
        read_examples(tmp_path / "dir.csv")


def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_examples(write(tmp_path, "question,reference\na,b\n"), {"question": "frage"})
    assert "question, reference" in caught.value.hint
