"""Texts made elsewhere: in, listed, out, and in again."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from viva.errors import BadInput, NotFound, UsageError
from viva.records.dataset import Example
from viva.records.outputs import OutputsImported
from viva.records.study import StudyRequest
from viva.settings import Settings
from viva.store import datasets
from viva.workbench import Workbench

ROWS: list[dict[str, Any]] = [
    {"system": "gpt-4o", "example": "example-5", "text": "Watch the gate."},
    {"system": "gpt-4o", "example": 7, "text": ""},
    {"system": "other", "example": "6", "text": "A camera\r\nand \x1b[2J patience", "finish_reason": "max_tokens"},
]


def wrote(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def taken(bench: Workbench, path: Path, rows: list[dict[str, Any]], **options: Any) -> OutputsImported:
    return bench.outputs.import_file(wrote(path, rows), "tiny", **options)


def texts(bench: Workbench, system: str) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        found: list[tuple[Any, ...]] = connection.execute(
            "SELECT example, sample, text, failed FROM generations WHERE system = ? ORDER BY example, sample", [system]
        ).fetchall()
    return found


def counts(bench: Workbench) -> list[tuple[int]]:
    with bench.store.read() as connection:
        found: list[tuple[int]] = connection.execute(
            "SELECT count(*) FROM generation UNION ALL SELECT count(*) FROM system UNION ALL SELECT count(*) FROM score"
        ).fetchall()
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outputs.jsonl"


def test_outputs_become_generations_of_a_system_of_their_own(filled: Workbench, file: Path) -> None:
    imported = taken(filled, file, ROWS)
    assert (imported.added, imported.known, imported.bad) == (3, 0, 0)
    assert imported.systems == imported.new == ("gpt-4o", "other")
    assert texts(filled, "gpt-4o") == [("example-5", 0, "Watch the gate.", None), ("example-6", 0, "", None)]
    [row] = filled.outputs.list("tiny", system="other")
    assert (row.finish_reason, row.completion_tokens, row.seconds, row.position) == ("length", 0, 0.0, 6)
    system = next(one for one in filled.generation.systems() if one.name == "gpt-4o")
    assert (system.model, system.prompt) == ("gpt-4o", "")


def test_the_same_file_twice_adds_nothing(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS)
    before = counts(filled)
    again = taken(filled, file, ROWS)
    assert (again.added, again.known, again.new) == (0, 3, ())
    assert counts(filled) == before


def test_more_texts_of_a_known_system_join_it(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS[:1])
    more = taken(filled, file, [*ROWS[:1], {"system": "gpt-4o", "example": "example-8", "text": "Listen."}])
    assert (more.added, more.known, more.new) == (1, 1, ())
    assert len(texts(filled, "gpt-4o")) == 2


def test_another_text_in_place_of_one_is_refused_with_the_line_and_nothing_changes(
    filled: Workbench, file: Path
) -> None:
    taken(filled, file, ROWS)
    before = counts(filled)
    changed = [{"system": "new", "example": 1, "text": "first"}, {**ROWS[0], "text": "Watch the other gate."}]
    with pytest.raises(BadInput, match=r"outputs.jsonl, line 2: gpt-4o has another text for this example"):
        taken(filled, file, changed)
    assert counts(filled) == before
    assert not list(filled.paths.staging.iterdir())


def test_a_text_that_is_rated_stays_what_it_was(filled: Workbench, file: Path) -> None:
    taken(filled, file, [{**row, "example": number} for number, row in enumerate([ROWS[0]] * 1, 6)])
    assert filled.studies.create(StudyRequest("far", "tiny", "test", ("gpt-4o",))).items == 1
    with pytest.raises(BadInput, match="does not change"):
        taken(filled, file, [{**ROWS[0], "example": 6, "text": "better"}])


def test_two_texts_for_one_example_in_a_file_need_a_sample(filled: Workbench, file: Path) -> None:
    rows = [{**ROWS[0], "text": text} for text in ("one", "two")]
    with pytest.raises(BadInput, match="line 1 has another text for this example; number several"):
        taken(filled, file, rows, strict=True)
    both = taken(filled, file, rows)
    assert (both.added, both.bad, both.samples[0].line) == (1, 1, 2)
    numbered = taken(filled, file, [{**row, "sample": number} for number, row in enumerate(rows)])
    assert (numbered.added, numbered.known) == (1, 1)
    assert [text[1:3] for text in texts(filled, "gpt-4o")] == [(0, "one"), (1, "two")]
    twice = taken(filled, file, [{**rows[0]}, {**rows[0]}])
    assert (twice.added, twice.known) == (0, 2)


def test_an_export_comes_into_the_workspace_it_came_from_and_under_a_prefix(filled: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    count = filled.outputs.export("tiny", file)
    before = counts(filled)
    again = filled.outputs.import_file(file, "tiny")
    assert (again.added, again.known, again.bad) == (0, count, 0)
    assert counts(filled) == before
    copied = filled.outputs.import_file(file, "tiny", prefix="other-")
    assert (copied.added, copied.known, copied.new) == (count, 0, ("other-starter", "other-tuned"))
    with pytest.raises(UsageError, match="prefix"):
        filled.outputs.import_file(file, "tiny", prefix="other-", system="one")


@pytest.mark.parametrize(("name", "what"), [("starter", "model"), ("tuned", "model")])
def test_a_system_that_viva_writes_with_is_refused(filled: Workbench, file: Path, name: str, what: str) -> None:
    with pytest.raises(BadInput, match=f"line 1: {name} is a {what} that viva writes with itself") as caught:
        taken(filled, file, [{**ROWS[0], "system": name}])
    assert "--system" in caught.value.hint
    assert taken(filled, file, [{**ROWS[0], "system": name}], system=f"{name}-of-old").added == 1


def test_the_question_names_the_example_where_no_example_is_named(filled: Workbench, file: Path) -> None:
    question = filled.datasets.examples("tiny", "test")[2].question
    imported = taken(
        filled,
        file,
        [
            {"system": "x", "question": question, "text": "hostile but exact"},
            {"system": "x", "question": question + " ", "text": "not exact"},
        ],
    )
    assert (imported.added, imported.bad) == (1, 1)
    assert texts(filled, "x")[0][0] == "example-7"
    assert imported.samples[0].reason == "no example asks exactly this"


def test_a_column_that_comes_late_in_the_file_counts(filled: Workbench, file: Path) -> None:
    rows = [{**ROWS[0], "sample": number} for number in range(110)]
    late = {"system": "gpt-4o", "example": "example-6", "text": "", "failed": "timed out", "Sample": 1}
    assert taken(filled, file, [*rows, late]).added == 111
    assert texts(filled, "gpt-4o")[-1] == ("example-6", 1, "", "timed out")


@pytest.mark.parametrize("foreign", ["1_1", "1e0", "٣", "+1", "0x1"])
def test_a_foreign_id_that_could_be_read_as_a_number_names_no_position(
    filled: Workbench, file: Path, foreign: str
) -> None:
    imported = taken(filled, file, [ROWS[0], {**ROWS[0], "example": foreign}, {**ROWS[0], "example": "7.0"}])
    assert (imported.added, imported.bad) == (2, 1)
    assert imported.samples[0].reason.startswith("there is no example")


def test_a_row_whose_example_asks_another_question_is_set_aside(filled: Workbench, file: Path) -> None:
    question = filled.datasets.examples("tiny", "test")[1].question
    rows = [{**ROWS[0], "example": example, "question": question} for example in ("example-6", 5)]
    imported = taken(filled, file, rows)
    assert (imported.added, imported.bad) == (1, 1)
    assert imported.samples[0].reason == "the example asks another question than the row"
    assert texts(filled, "gpt-4o")[0][0] == "example-6"


def test_a_question_that_several_examples_ask_is_none(bench: Workbench, file: Path) -> None:
    same = [
        Example("Why?", f"Because {n}.", None, None, split, {}, f"e{n}") for n, split in enumerate(["train", "test"])
    ]
    with bench.store.write() as connection:
        datasets.add(connection, "id", "tiny", "tiny.csv", same)
    rows = [{"system": "x", "question": "Why?", "text": "So."}]
    with pytest.raises(BadInput, match="2 examples ask this"):
        taken(bench, file, rows)
    assert taken(bench, file, rows, split="test").added == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": None}, "there is no text"),
        ({"text": 7}, "the text is not text"),
        ({"text": ["a"]}, "the text is not text"),
        ({"example": "example-99"}, "there is no example example-99 in version 1"),
        ({"example": 0}, "there is no example 0"),
        ({"example": 10}, "there is no example 10: the dataset has 9"),
        ({"example": 1.5}, "neither an id nor a whole number"),
        ({"example": True}, "neither an id nor a whole number"),
        ({"example": None}, "the row names no example"),
        ({"system": " "}, "the row names no system"),
        ({"system": "a,b"}, "without a comma"),
        ({"system": "a\nb"}, "one line"),
        ({"system": "x" * 101}, "up to 100"),
        ({"system": {"a": 1}}, "the system is no name"),
        ({"sample": -1}, "sample is no whole number"),
        ({"sample": "1e400"}, "sample is no whole number"),
        ({"prompt_tokens": 2**31}, "prompt_tokens is no whole number"),
        ({"completion_tokens": "many"}, "completion_tokens is no whole number"),
        ({"seconds": -0.1}, "seconds is no number"),
        ({"seconds": "nan"}, "seconds is no number"),
        ({"cost": True}, "cost is no number"),
        ({"finish_reason": 3}, "finish_reason is no short word"),
        ({"finish_reason": "failed"}, "but not why"),
        ({"failed": "no network"}, "a text, and a reason why there is none"),
        ({"failed": ["x"], "text": ""}, "no reason in words"),
    ],
)
def test_a_row_that_cannot_be_used_goes_to_a_file_with_its_reason(
    filled: Workbench, file: Path, row: dict[str, Any], reason: str
) -> None:
    imported = taken(filled, file, [{**ROWS[0], **row}, *ROWS[1:]])
    assert (imported.added, imported.bad) == (2, 1)
    assert reason in imported.samples[0].reason
    assert imported.bad_file == file.with_name("outputs.jsonl.bad-rows.jsonl")
    [noted] = [json.loads(line) for line in imported.bad_file.read_text("utf-8").splitlines()]
    assert noted["line"] == 1


def test_no_number_in_json_is_a_broken_row(filled: Workbench, file: Path) -> None:
    file.write_text(
        '{"system": "x", "example": 1, "text": NaN}\n{"system": "x", "example": 1, "text": "ok"}\nnot json\n'
    )
    imported = filled.outputs.import_file(file, "tiny")
    assert (imported.added, imported.bad) == (1, 2)


def test_strict_refuses_the_whole_file(filled: Workbench, file: Path) -> None:
    before = counts(filled)
    with pytest.raises(BadInput, match=r"1 row of outputs.jsonl cannot be used; line 2: there is no text"):
        taken(filled, file, [ROWS[0], {**ROWS[1], "text": None}], strict=True)
    assert counts(filled) == before


def test_a_file_without_a_usable_row_is_refused(filled: Workbench, file: Path) -> None:
    with pytest.raises(BadInput, match=r"no row of outputs\.jsonl can be used"):
        taken(filled, file, [{**ROWS[0], "text": None}])


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([{"example": 1, "text": "a"}], "has no column system"),
        ([{"system": "x", "example": 1, "output": "a"}], "has no column text"),
        ([{"system": "x", "text": "a"}], "neither a column example nor a column question"),
    ],
)
def test_a_missing_column_is_named(filled: Workbench, file: Path, rows: list[dict[str, Any]], missing: str) -> None:
    with pytest.raises(BadInput, match=missing):
        taken(filled, file, rows)


def test_only_texts_for_the_split_are_taken(filled: Workbench, file: Path) -> None:
    imported = taken(filled, file, [ROWS[0], {"system": "gpt-4o", "example": 1, "text": "a"}], split="test")
    assert (imported.added, imported.samples[0].reason) == (1, "the example is in the split train")
    with pytest.raises(NotFound, match="no split"):
        taken(filled, file, ROWS, split="nowhere")


def test_an_example_of_another_version_is_told_with_that_version(filled: Workbench, file: Path) -> None:
    filled.datasets.edit("example-5", {"question": "How else?"}, "ann")
    imported = taken(filled, file, [ROWS[0], {"system": "gpt-4o", "example": 6, "text": "a"}])
    assert (imported.dataset.version, imported.added) == (2, 1)
    assert imported.samples[0].reason == "the example example-5 is of version 1: import with --version 1"
    assert taken(filled, file, ROWS[:1], version=1).added == 1


def test_texts_that_failed_elsewhere_come_as_failures_until_there_is_a_text(filled: Workbench, file: Path) -> None:
    failed = {"system": "x", "example": 6, "text": "", "failed": "HTTP 500"}
    assert taken(filled, file, [failed]).added == 1
    assert texts(filled, "x") == [("example-5", 0, "", "HTTP 500")]
    assert taken(filled, file, [failed]).known == 1
    assert taken(filled, file, [{"system": "x", "example": 6, "text": "At last."}]).added == 1
    assert texts(filled, "x") == [("example-5", 0, "At last.", None)]
    assert taken(filled, file, [failed]).known == 1


@pytest.mark.parametrize("suffix", ["csv", "tsv", "json", "parquet"])
def test_other_formats_are_read_too(filled: Workbench, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"outputs.{suffix}"
    rows = [{"System": "x", "Example": "6", "Text": "Nein, „so“.", "tokens": "3", "completion_tokens": "12.0"}]
    if suffix == "json":
        path.write_text(json.dumps(rows), "utf-8")
    elif suffix == "parquet":
        import duckdb

        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT 'x' AS system, 6::BIGINT AS example, 'Nein, „so“.' AS text, 12.0 AS completion_tokens) "
                f"TO '{path}' (FORMAT parquet)"
            )
    else:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]), delimiter="\t" if suffix == "tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    assert filled.outputs.import_file(path, "tiny").added == 1
    [row] = filled.outputs.list("tiny", system="x")
    assert (row.start, row.completion_tokens, row.finish_reason) == ("Nein, „so“.", 12, "unknown")


def test_the_list_has_first_words_and_no_whole_text(filled: Workbench) -> None:
    rows = filled.outputs.list("tiny", "test", "starter")
    assert [row.position for row in rows] == [6, 7, 8, 9]
    assert max(len(row.start) for row in rows) <= 200
    with pytest.raises(NotFound, match="no system"):
        filled.outputs.list("tiny", system="nobody")


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
def test_what_is_exported_comes_in_again_somewhere_else(
    filled: Workbench, file: Path, tmp_path: Path, name: str
) -> None:
    hostile = [{"system": "x", "example": n, "text": text} for n, text in enumerate(["\x00\r", "a\u2028b", '"', ""], 6)]
    failed = {"system": "x", "example": 6, "sample": 1, "text": "", "failed": "HTTP 500"}
    taken(filled, file, [*ROWS, *hostile, failed])
    assert filled.outputs.export("tiny", tmp_path / name, system="x") == 5
    other = Workbench(Settings(workspace=tmp_path / "other", rater="ann"))
    other.paths.root.mkdir()
    with other.store.write() as connection:
        datasets.add(connection, "tiny-id", "tiny", "tiny.csv", filled.datasets.examples("tiny"))
    imported = other.outputs.import_file(tmp_path / name, "tiny")
    assert (imported.added, imported.bad) == (5, 0)
    assert texts(other, "x") == texts(filled, "x")
    assert filled.outputs.import_file(tmp_path / name, "tiny").known == 5


def test_an_export_replaces_nothing_unasked(filled: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert filled.outputs.export("tiny", path, "test") == 8
    with pytest.raises(UsageError, match="there already"):
        filled.outputs.export("tiny", path)
    assert filled.outputs.export("tiny", path, system="tuned", overwrite=True) == 4
    with pytest.raises(UsageError, match="cannot tell how to write"):
        filled.outputs.export("tiny", tmp_path / "out.xlsx")


def test_imported_texts_are_scored_and_stand_in_the_leaderboard(filled: Workbench, file: Path) -> None:
    from viva.records.job import JobStatus

    taken(filled, file, ROWS)
    job = filled.jobs.wait(filled.scoring.start("tiny", "test", ["rouge_l"]).job_id)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    board = {(row.system, row.measure): row for row in filled.results.leaderboard("tiny", "test")}
    assert board["gpt-4o", "rouge_l"].attempted == 2
