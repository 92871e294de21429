import json
from pathlib import Path

from tests.cli.running import Viva
from viva.workbench import Workbench


def test_a_file_is_imported_with_columns_named(viva: Viva, bench: Workbench, csv_file: Path) -> None:
    outcome = viva(
        "dataset", "import", csv_file, "--name", "papers", "--question", "Problem", "--reference", "Solution",
        "--field", "Area", "--split", "train",
    )  # fmt: skip
    assert (outcome.code, outcome.out) == (0, ""), outcome.err
    assert outcome.err == "papers: 2 examples, 2 train\n"
    assert [(e.question, e.field, e.split) for e in bench.datasets.examples("papers")] == [
        ("How to see smoke?", "fire", "train"),
        ("How to hear glass?", None, "train"),
    ]


def test_a_file_without_a_fitting_column_says_how_to_name_it(viva: Viva, csv_file: Path) -> None:
    outcome = viva("dataset", "import", csv_file, "--name", "papers")
    assert outcome.code == 1
    assert outcome.err.splitlines()[1].startswith("hint: name it with --question")


def test_a_file_needs_a_name(viva: Viva, csv_file: Path) -> None:
    outcome = viva("dataset", "import", csv_file)
    assert (outcome.code, outcome.err.splitlines()[1]) == (2, "hint: name it with --name")


def test_a_bundled_dataset_keeps_its_own_name(viva: Viva, bench: Workbench) -> None:
    outcome = viva("dataset", "import", "bundled:vad", "--name", "other")
    assert (outcome.code, bench.datasets.list()) == (2, [])


def test_an_unknown_bundled_dataset_is_an_error(viva: Viva) -> None:
    outcome = viva("dataset", "import", "bundled:nonsense")
    assert outcome.code == 1
    assert "there is no bundled dataset 'nonsense'" in outcome.err


def test_datasets_are_listed(viva: Viva, filled: Workbench) -> None:
    [row] = json.loads(viva("dataset", "list", "--format", "json").out)
    assert (row["dataset"], row["examples"], row["splits"]) == ("tiny", 9, {"train": 3, "validation": 2, "test": 4})
    assert "train 3, validation 2, test 4" in viva("dataset", "list").out


def test_an_empty_list_says_how_to_begin(viva: Viva, bench: Workbench) -> None:
    outcome = viva("dataset", "list", "--format", "json")
    assert (json.loads(outcome.out), outcome.code) == ([], 0)
    assert "viva dataset import" in outcome.err


def test_examples_of_a_split_are_shown_whole(viva: Viva, filled: Workbench) -> None:
    rows = json.loads(viva("dataset", "show", "tiny", "--split", "test", "--format", "json").out)
    assert [row["example"] for row in rows] == [f"example-{number}" for number in range(5, 9)]
    assert rows[2]["question"].startswith("\x1b[2J[/foo]")


def test_what_a_limit_leaves_out_is_told(viva: Viva, filled: Workbench) -> None:
    outcome = viva("dataset", "show", "tiny", "--limit", "2", "--format", "csv")
    assert len(outcome.out.splitlines()) == 3
    assert outcome.err == "the first 2 examples; --limit 0 shows all\n"
    whole = viva("dataset", "show", "tiny", "--limit", "9", "--format", "csv")
    assert (len(whole.out.splitlines()), whole.err) == (10, "")


def test_examples_can_be_searched(viva: Viva, filled: Workbench) -> None:
    rows = json.loads(viva("dataset", "show", "tiny", "--search", "DRONES", "--format", "json").out)
    assert [row["example"] for row in rows] == ["example-2"]


def test_an_unknown_split_is_an_error(viva: Viva, filled: Workbench) -> None:
    outcome = viva("dataset", "show", "tiny", "--split", "tets")
    assert outcome.code == 1
    assert "did you mean test?" in outcome.err
