"""Verdicts of judges made elsewhere: in, counted, out, and in again."""

import csv
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.hostile import HOSTILE
from viva.errors import BadInput, NotFound, UsageError
from viva.records.ids import new_id
from viva.records.judging import BASELINE, JudgeMode, JudgeSettings, Judgment, Protocol, Purpose
from viva.store import judgments
from viva.workbench import Workbench
from viva.workbench.judgment_files import JudgmentsImported

ROW: dict[str, Any] = {
    "example": "example-5", "system": "tuned", "judge": "gpt-4o", "criterion": "accuracy", "value": 4,
    "rationale": "because", "evidence": "a quote", "found": True,
}  # fmt: skip
ROWS = [
    ROW,
    {**ROW, "criterion": "completeness", "value": "2.5", "found": None},
    {**ROW, "criterion": "relevance", "value": None, "unscored": "refused", "mode": "independent"},
    {**ROW, "example": 7, "system": "starter", "rubric": "default", "judge_sample": 1, "dataset": "tiny"},
]
SHOWN = "example, split, system, judge, mode, rubric, criterion, sample, value, unscored, rationale, evidence, found"


def wrote(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def taken(bench: Workbench, path: Path, rows: list[dict[str, Any]], **options: Any) -> JudgmentsImported:
    return bench.judgment_files.import_file(wrote(path, rows), "tiny", **options)


def counting(bench: Workbench, what: str = SHOWN) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        return connection.execute(f"SELECT {what} FROM sample_judgments ORDER BY ALL").fetchall()


def stored(bench: Workbench) -> int:
    with bench.store.read() as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM judgment").fetchall()
    return int(count)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "verdicts.jsonl"


def test_verdicts_come_in_with_all_they_say(filled: Workbench, file: Path) -> None:
    imported = taken(filled, file, ROWS)
    assert (imported.added, imported.known, imported.bad, imported.judges) == (4, 0, 0, ("gpt-4o",))
    rubric = filled.rubrics.get("default").rubric_id
    assert counting(filled, "example, system, mode, criterion, sample, value, unscored, evidence, found, protocol") == [
        ("example-5", "tuned", "independent", "relevance", 0, None, "refused", "a quote", True, None),
        ("example-5", "tuned", "reference", "accuracy", 0, 4.0, None, "a quote", True, None),
        ("example-5", "tuned", "reference", "completeness", 0, 2.5, None, "a quote", None, None),
        ("example-6", "starter", "reference", "accuracy", 1, 4.0, None, "a quote", True, None),
    ]
    assert counting(filled, "DISTINCT rubric, rationale, judge") == [(rubric, "because", "gpt-4o")]


def test_whole_verdicts_reach_the_leaderboard(filled: Workbench, file: Path) -> None:
    highest = {one.name: one.highest for one in filled.rubrics.get("default").criteria}
    taken(filled, file, [{**ROW, "criterion": name, "value": value} for name, value in highest.items()])
    [row] = [row for row in filled.results.leaderboard("tiny") if (row.source, row.measure) == ("judge", "total")]
    assert (row.system, row.scorer, row.n, row.mean) == ("tuned", "gpt-4o (reference)", 1, 100.0)


def test_the_same_file_twice_adds_nothing(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS)
    again = taken(filled, file, ROWS)
    assert (again.added, again.known, stored(filled)) == (0, 4, 4)


def test_another_verdict_counts_from_then_on_and_so_does_the_first_one_again(filled: Workbench, file: Path) -> None:
    for value in (4, 2, 4, 4):
        taken(filled, file, [{**ROW, "value": value}])
        assert counting(filled, "value") == [(float(value),)]
    assert stored(filled) == 3


def test_verdicts_of_a_judge_that_viva_asks_itself_are_set_aside_with_the_line(filled: Workbench, file: Path) -> None:
    rubric_id = filled.rubrics.get("default").rubric_id
    asked = Protocol("asked", Purpose.SCORE, JudgeMode.REFERENCE, rubric_id, {}, {}, JudgeSettings())
    with filled.store.write() as connection:
        judgments.add_protocol(connection, asked, {})
    for name in ("tuned", BASELINE, "asked"):
        with pytest.raises(BadInput, match=f"line 1: {name} is a judge that viva asks itself"):
            taken(filled, file, [{**ROWS[1], "judge": name}])
        with pytest.raises(BadInput, match=r"1 row of verdicts.jsonl cannot be used; line 2"):
            taken(filled, file, [ROW, {**ROWS[1], "judge": name}], strict=True)
        assert stored(filled) == 0
    assert taken(filled, file, [{**ROW, "judge": "tuned"}], judge="tuned-elsewhere").judges == ("tuned-elsewhere",)
    with pytest.raises(UsageError, match="without a comma"):
        taken(filled, file, [ROW], judge="a,b")
    mixed = taken(filled, file, [{**ROWS[1], "judge": BASELINE}, ROW])
    assert (mixed.added, mixed.bad) == (1, 1)


def test_a_column_that_comes_late_in_the_file_counts(filled: Workbench, file: Path) -> None:
    rows = [{**ROW, "judge_sample": number} for number in range(110)]
    late = {key: value for key, value in ROW.items() if key != "value"} | {"judge_sample": 200, "unscored": "timed out"}
    assert taken(filled, file, [*rows, late]).added == 111
    with filled.store.read() as connection:
        assert connection.execute("SELECT unscored FROM judgment WHERE sample = 200").fetchall() == [("timed out",)]


@pytest.mark.parametrize("value", ["0_3", "٣", "3,0"])
def test_what_only_python_takes_for_a_number_is_none(filled: Workbench, file: Path, value: str) -> None:
    with pytest.raises(BadInput, match="is no number"):
        taken(filled, file, [{**ROW, "value": value}])


BAD: list[tuple[dict[str, Any], str]] = [
    ({"example": "example-99"}, "there is no example example-99 in version 1"),
    ({"example": None}, "the row names no example"),
    ({"example": "example-0"}, "tuned has written no text for this example"),
    ({"sample": 3}, "tuned has written no sample 3 of text for this example"),
    ({"system": "gpt-5"}, "no system gpt-5 has written for the dataset"),
    ({"system": ""}, "the row names no system"),
    ({"system": ["a"]}, "the system is no name"),
    ({"judge": "x" * 101}, "a judge's name is one line"),
    ({"question": "another question?"}, "the example asks another question than the row"),
    ({"judge_sample": 10_000}, "judge_sample is no whole number from 0 to 9,999"),
    ({"judge_sample": 1_200_000_000}, "judge_sample is no whole number from 0 to 9,999"),
    ({"mode": "blind"}, "the mode is neither reference nor independent"),
    ({"mode": 3}, "the mode is neither"),
    ({"rubric": "none"}, "there is no rubric none"),
    ({"rubric": "../default.toml"}, "there is no rubric ../default.toml"),
    ({"criterion": "charm"}, "the rubric default has no criterion charm, but accuracy"),
    ({"criterion": None}, "the row names no criterion"),
    ({"value": 5.5}, "accuracy goes from 0 to 5, not 5.5"),
    ({"value": -1}, "accuracy goes from 0 to 5, not -1"),
    ({"value": "NaN"}, "the value NaN is no number"),
    ({"value": "5/5"}, "the value 5/5 is no number"),
    ({"value": True}, "the value True is no number"),
    ({"value": "1e999"}, "is no number"),
    ({"value": None}, "neither a value nor a reason"),
    ({"unscored": "refused"}, "a value, and a reason why there is none"),
    ({"unscored": 3, "value": None}, "unscored is not text"),
    ({"rationale": 3}, "rationale is not text"),
    ({"found": "perhaps"}, "found is neither true nor false"),
    ({"judge_sample": -1}, "judge_sample is no whole number"),
    ({"dataset": "other"}, "the row is about the dataset other"),
    (ROWS[1], "the row says again what line 2 says"),
]
"""What is changed in the first row, and why it cannot be used then."""


def test_rows_that_cannot_be_used_go_to_a_file_with_their_reasons(filled: Workbench, file: Path) -> None:
    imported = taken(filled, file, [ROWS[3], ROWS[1], *({**ROW, **row} for row, _ in BAD)])
    assert (imported.added, imported.bad, stored(filled)) == (2, len(BAD), 2)
    assert imported.bad_file == file.with_name("verdicts.jsonl.bad-rows.jsonl")
    noted = [json.loads(line) for line in imported.bad_file.read_text("utf-8").splitlines()]
    for (_, reason), told in zip(BAD, noted, strict=True):
        assert reason in told["reason"]
        assert "\n" not in told["reason"]


def test_no_number_in_json_is_a_bad_row(filled: Workbench, file: Path) -> None:
    file.write_text(json.dumps({**ROW, "value": float("nan")}) + "\n" + json.dumps(ROWS[1]) + "\n", "utf-8")
    imported = filled.judgment_files.import_file(file, "tiny")
    assert (imported.added, imported.bad) == (1, 1)


def test_strict_refuses_the_whole_file_and_a_file_without_a_usable_row_is_refused(
    filled: Workbench, file: Path
) -> None:
    with pytest.raises(BadInput, match=r"1 row of verdicts.jsonl cannot be used; line 2: accuracy goes from 0 to 5"):
        taken(filled, file, [ROWS[1], {**ROW, "value": 6}], strict=True)
    with pytest.raises(BadInput, match=r"no row of verdicts.jsonl can be used; line 1: accuracy goes"):
        taken(filled, file, [{**ROW, "value": 6}])
    assert stored(filled) == 0
    assert not list(filled.paths.staging.iterdir())


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (("system",), "has no column system"),
        (("criterion",), "has no column criterion"),
        (("judge",), "has no column judge"),
        (("example",), "neither a column example nor a column question"),
        (("value",), "neither a column value nor a column unscored"),
    ],
)
def test_a_missing_column_is_named(filled: Workbench, file: Path, left_out: tuple[str, ...], missing: str) -> None:
    with pytest.raises(BadInput, match=missing):
        taken(filled, file, [{key: value for key, value in ROW.items() if key not in left_out}])


def test_split_rubric_and_dataset_must_be_there(filled: Workbench, file: Path) -> None:
    with pytest.raises(NotFound, match="no split"):
        taken(filled, file, ROWS, split="nowhere")
    with pytest.raises(NotFound, match="no rubric"):
        taken(filled, file, ROWS, rubric="none")
    question = filled.datasets.examples("tiny", "test")[0].question
    by_question = {**{key: value for key, value in ROW.items() if key != "example"}, "question": question}
    assert taken(filled, file, [by_question], split="test").added == 1


def test_a_rubric_of_the_workspace_is_kept_with_its_verdicts(filled: Workbench, file: Path) -> None:
    filled.paths.rubrics.mkdir(parents=True, exist_ok=True)
    (filled.paths.rubrics / "own.toml").write_text(
        'title = "Own"\n[[criterion]]\nname = "charm"\nweight = 100\nquestion = "?"\nlowest = 1\nhighest = 3\n'
        'levels = {"1" = "none", "2" = "some", "3" = "much"}\n',
        "utf-8",
    )
    row = {**ROW, "criterion": "charm", "value": 3}
    taken(filled, file, [{**row, "rubric": "own"}])
    assert taken(filled, file, [row], rubric="own").known == 1
    rubric_id = filled.rubrics.get("own").rubric_id
    (filled.paths.rubrics / "own.toml").unlink()
    assert taken(filled, file, [{**row, "rubric": rubric_id}]).known == 1
    target = file.with_name("out.csv")
    assert filled.judgment_files.export("tiny", target) == 1
    assert rubric_id in target.read_text("utf-8")


def exported(bench: Workbench, path: Path, **options: Any) -> int:
    return bench.judgment_files.export("tiny", path, overwrite=True, **options)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_goes_out_comes_in_again_as_nothing_new(filled: Workbench, file: Path, ending: str) -> None:
    taken(filled, file, ROWS)
    before, target = counting(filled), file.with_name(f"out.{ending}")
    assert exported(filled, target) == 4
    again = filled.judgment_files.import_file(target, "tiny", strict=True)
    assert (again.added, again.known) == (0, 4)
    copied = filled.judgment_files.import_file(target, "tiny", strict=True, judge="copy")
    assert copied.added == 4
    assert [row for row in counting(filled) if row[3] == "copy"] == [(*row[:3], "copy", *row[4:]) for row in before]
    assert exported(filled, target, judge="copy", mode=JudgeMode.INDEPENDENT) == 1
    with pytest.raises(UsageError):
        filled.judgment_files.export("tiny", target)


texts = st.one_of(st.text(max_size=30), st.sampled_from([text for text in HOSTILE if len(text) < 1000]))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.tuples(st.one_of(st.floats(0, 5), texts.filter(bool)), texts, texts, st.sampled_from([True, False, None])),
        min_size=1,
        max_size=8,
    ),
    ending=st.sampled_from(["csv", "jsonl"]),
)
def test_any_text_survives_a_way_out_and_in(filled: Workbench, said: list[tuple[Any, ...]], ending: str) -> None:
    with filled.store.read() as connection:
        [(generation,)] = connection.execute(
            "SELECT generation FROM generations WHERE system = 'tuned' AND example = 'example-5'"
        ).fetchall()
    rubric, name = filled.rubrics.get("default"), new_id()
    given = [
        Judgment(
            new_id(), generation, rubric.rubric_id, name, JudgeMode.REFERENCE, "accuracy",
            value if isinstance(value, float) else None, value if isinstance(value, str) else None, rationale, evidence,
            found, sample,
        )
        for sample, (value, rationale, evidence, found) in enumerate(said)
    ]  # fmt: skip
    with filled.store.write() as connection:
        judgments.add(connection, "tiny-id", [], given)
    before = [row for row in counting(filled) if row[3] == name]
    assert len(before) == len(said)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"out.{ending}"
        assert exported(filled, target, judge=name) == len(said)
        copy = new_id()
        filled.judgment_files.import_file(target, "tiny", strict=True, judge=copy)
    after = [(*row[:3], name, *row[4:]) for row in counting(filled) if row[3] == copy]
    assert after == before


def test_only_the_protocol_that_counts_goes_out_and_panels_do_not(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS[:2])
    with filled.store.write() as connection:
        judgments.set_panel(connection, "all", "tiny-id", JudgeMode.REFERENCE, ["gpt-4o"])
        [row] = connection.execute("SELECT generation_id, rubric_id FROM judgment LIMIT 1").fetchall()
        newer = Judgment("e", *row, "gpt-4o", JudgeMode.REFERENCE, "accuracy", 1.0, None, protocol_id="p")
        judgments.add(connection, "tiny-id", [], [newer, replace(newer, criterion="practicality", value=2.0)])
    target = file.with_name("out.csv")
    assert exported(filled, target) == 2
    with target.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert [(row["criterion"], row["value"], row["rubric"]) for row in found] == [
        ("accuracy", "1.0", "default"), ("practicality", "2.0", "default"),
    ]  # fmt: skip


MINI = """title = "m"
[[criterion]]
name = "accuracy"
weight = 10
question = "?"
lowest = 1
highest = 4
[criterion.levels]
1 = "a"
4 = "b"
"""


@pytest.fixture
def two_rubrics(filled: Workbench) -> Workbench:
    filled.paths.rubrics.mkdir(parents=True, exist_ok=True)
    (filled.paths.rubrics / "mini.toml").write_text(MINI, "utf-8")
    return filled


def test_two_rubrics_of_one_judge_in_a_file_are_refused(two_rubrics: Workbench, file: Path) -> None:
    rows = [ROW, {**ROW, "rubric": "mini"}]
    with pytest.raises(
        BadInput,
        match=r"verdicts\.jsonl, line 2: gpt-4o judged by the rubric mini, in line 1 by default",
    ):
        taken(two_rubrics, file, rows)
    assert stored(two_rubrics) == 0
    for other in ({"judge": "second"}, {"mode": "independent"}):
        assert taken(two_rubrics, file, [ROW, {**ROW, "rubric": "mini", **other}]).bad == 0


def test_a_file_that_is_known_lets_its_rubric_count_again(two_rubrics: Workbench, file: Path) -> None:
    for rubric, added in (("default", 1), ("mini", 1), ("default", 0), ("mini", 0)):
        assert taken(two_rubrics, file, [{**ROW, "rubric": rubric}]).added == added
        expected = two_rubrics.rubrics.get(rubric).rubric_id
        assert counting(two_rubrics, "rubric") == [(expected,)]
