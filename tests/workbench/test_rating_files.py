"""Ratings made elsewhere: in, counted, out, and in again."""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.filled import STUDY
from tests.fakes.hostile import HOSTILE
from viva.errors import BadInput, Forbidden, NotFound, UsageError
from viva.records.dataset import Example
from viva.records.generation import Generation
from viva.records.ids import new_id, utc_now
from viva.records.model import Decoding, System
from viva.records.rating import RatingEvent
from viva.records.study import Stream, StudyChange, StudyState
from viva.store import datasets, generations, ratings, study_changes, study_items
from viva.workbench import Workbench
from viva.workbench.rating_files import VerdictsImported

ROW: dict[str, Any] = {
    "study": "paper", "example": "example-5", "system": "tuned", "rater": "r1", "criterion": "accuracy", "value": 4,
    "comment": "good", "flagged": True, "seconds": 12.5, "created_at": "2024-05-06T07:08:09.123456",
}  # fmt: skip
ROWS = [
    ROW,
    {**ROW, "criterion": "completeness", "value": "2.5", "comment": None, "flagged": "no"},
    {**ROW, "criterion": "relevance", "value": None, "unscored": "refused"},
    {**ROW, "rater": 2, "example": 7, "system": "starter", "rubric": "default", "dataset": "tiny"},
    {**ROW, "rater": "r2", "created_at": "2024-05-06T09:08:09+02:00", "seconds": ""},
]
SHOWN = "study, example, system, rater, criterion, value, unscored, comment, flagged, seconds, created_at"
NOON = datetime(2026, 1, 1, 12)


def wrote(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def taken(bench: Workbench, path: Path, rows: list[dict[str, Any]], **options: Any) -> VerdictsImported:
    return bench.rating_files.import_file(wrote(path, rows), "tiny", **options)


def asked(bench: Workbench, query: str) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        return connection.execute(query).fetchall()


def counting(bench: Workbench, what: str = SHOWN) -> list[tuple[Any, ...]]:
    return asked(bench, f"SELECT {what} FROM ratings ORDER BY ALL")


def as_role(bench: Workbench, role: str) -> Workbench:
    return Workbench(replace(bench.settings, role=role))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ratings.jsonl"


def test_ratings_come_in_with_all_they_say_into_a_study_of_their_own(filled: Workbench, file: Path) -> None:
    imported = taken(filled, file, ROWS)
    assert (imported.added, imported.known, imported.bad, imported.raters) == (5, 0, 0, 3)
    assert (imported.studies, imported.made, imported.unused) == (("paper",), ("paper",), ())
    at = datetime(2024, 5, 6, 7, 8, 9, 123456)
    assert counting(filled) == [
        ("paper", "example-5", "tuned", "r1", "accuracy", 4.0, None, "good", True, 12.5, at),
        ("paper", "example-5", "tuned", "r1", "completeness", 2.5, None, "", False, 12.5, at),
        ("paper", "example-5", "tuned", "r1", "relevance", None, "refused", "good", True, 12.5, at),
        ("paper", "example-5", "tuned", "r2", "accuracy", 4.0, None, "good", True, 0.0, at.replace(microsecond=0)),
        ("paper", "example-6", "starter", "2", "accuracy", 4.0, None, "good", True, 12.5, at),
    ]


def test_the_study_is_closed_nobodys_to_rate_and_tells_where_it_comes_from(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS)
    study = filled.studies.get("paper")
    assert (study.state, study.raters, study.raters_per_item, study.items) == (StudyState.CLOSED, (), 2, 2)
    assert (study.split, study.rubric.name, study.systems) == ("test", "default", ("starter", "tuned"))
    with filled.store.read() as connection:
        items = study_items.every(connection, study.study_id)
        [(source, name)] = connection.execute(
            "SELECT design->>'$.source', design->>'$.file' FROM study WHERE name = 'paper'"
        ).fetchall()
    assert [(item.position, item.stream, item.probability) for item in items] == [
        (0, Stream.USEFUL, None), (1, Stream.USEFUL, None),
    ]  # fmt: skip
    assert (source, name) == ("imported", "ratings.jsonl")
    assert "paper" not in [task.task.name for task in as_role(filled, "rater").desk.tasks()]


def test_whole_verdicts_reach_the_leaderboard(filled: Workbench, file: Path) -> None:
    criteria = filled.rubrics.get("default").criteria
    taken(filled, file, [{**ROW, "criterion": one.name, "value": one.highest} for one in criteria])
    [row] = [row for row in filled.results.leaderboard("tiny") if (row.source, row.measure) == ("human", "total")]
    assert (row.system, row.study, row.n, row.mean) == ("tuned", "paper", 1, 100.0)


def test_the_same_file_twice_changes_nothing(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS)
    before = asked(filled, "SELECT * FROM rating ORDER BY ALL"), asked(filled, "SELECT * FROM study_change")
    again = taken(filled, file, ROWS)
    assert (again.added, again.known, again.made) == (0, 5, ())
    assert (asked(filled, "SELECT * FROM rating ORDER BY ALL"), asked(filled, "SELECT * FROM study_change")) == before


def test_another_value_counts_from_then_on_and_the_history_stays(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS)
    # Also one that claims to be older than what it takes the place of.
    imported = taken(filled, file, [{**ROW, "value": 1, "created_at": "2020-01-01"}, *ROWS[1:]])
    assert (imported.added, imported.known) == (1, 4)
    assert counting(filled, "value")[0] == (1.0,)
    assert len(counting(filled)) == 5
    assert asked(filled, "SELECT value FROM rating WHERE criterion = 'accuracy' AND rater = 'r1' ORDER BY seq") == [
        (4.0,), (1.0,),
    ]  # fmt: skip
    assert taken(filled, file, ROWS[:1]).added == 1
    assert counting(filled, "value") == [(2.5,), (4.0,), (4.0,), (4.0,), (None,)]
    with filled.store.read() as connection:
        held = ratings.latest(connection, filled.studies.get("paper").study_id, "r1")
    assert [list(event.values) for event in held.values()] == [["accuracy", "completeness"]]


def test_more_texts_raters_and_systems_join_an_imported_study(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS[:1])
    assert filled.studies.get("paper").systems == ("tuned",)
    taken(filled, file, [*ROWS[3:], {**ROW, "rater": "r3"}])
    study = filled.studies.get("paper")
    assert (study.items, study.raters_per_item, study.systems) == (2, 3, ("starter", "tuned"))
    assert [change.kind for change in filled.studies.changes("paper")] == ["state", "raters_per_item", "items"]


def test_a_column_for_each_criterion_will_do(filled: Workbench, file: Path) -> None:
    wide = {key: ROW[key] for key in ("example", "system", "rater")}
    rows = [
        {**wide, "Accuracy": 4, "completeness": "", "relevance": 0, "age": 40},
        {**wide, "rater": "r2", "Accuracy": None, "unscored": "refused"},
    ]
    imported = taken(filled, file, rows, study="paper")
    assert (imported.added, imported.bad, imported.unused) == (3, 0, ("age",))
    assert counting(filled, "rater, criterion, value, unscored") == [
        ("r1", "accuracy", 4.0, None), ("r1", "relevance", 0.0, None), ("r2", "accuracy", None, "refused"),
    ]  # fmt: skip
    bad = taken(
        filled, file, [rows[0], {**wide, "rater": "r9"}, {**wide, "rater": "r9", "Accuracy": ""}], study="paper"
    )
    assert [row.reason.partition(",")[0] for row in bad.samples] == [
        "there is no column criterion", "the row has neither a value nor a reason (unscored) why there is none",
    ]  # fmt: skip


def test_options_stand_for_columns(filled: Workbench, file: Path) -> None:
    question = filled.datasets.examples("tiny", "test")[0].question
    row = {"question": question, "system": "tuned", "criterion": "accuracy", "value": 3}
    assert taken(filled, file, [row], study="other", rater="me", rubric="default", split="test").studies == ("other",)
    assert counting(filled, "study, rater, value") == [("other", "me", 3.0)]
    with pytest.raises(BadInput, match="has no column study"):
        taken(filled, file, [row], rater="me")
    with pytest.raises(UsageError, match="cannot name a study"):
        taken(filled, file, [row], study="a/b", rater="me")
    with pytest.raises(UsageError, match="a rater's name has at most"):
        taken(filled, file, [row], study="other", rater="x" * 300)
    with pytest.raises(NotFound, match="no rubric"):
        taken(filled, file, [row], study="other", rater="me", rubric="none")


def test_columns_may_be_called_otherwise_and_criteria_written_in_capitals(filled: Workbench, file: Path) -> None:
    row = {"Item": 7, "Model": "tuned", "annotator": "r1", "Dimension": "Accuracy", "score": "4", "system": "starter"}
    columns = {"example": "item", "system": "model", "rater": "annotator", "criterion": "dimension", "value": "Score"}
    imported = taken(filled, file, [row], study="paper", columns=columns)
    assert (imported.added, imported.unused) == (1, ())
    assert counting(filled, "example, system, rater, criterion, value") == [
        ("example-6", "tuned", "r1", "accuracy", 4.0)
    ]
    with pytest.raises(BadInput, match="has no column model"):
        taken(filled, file, [{"item": 7}], study="paper", columns=columns)
    with pytest.raises(UsageError, match="there is no column winner to be called otherwise"):
        taken(filled, file, [row], study="paper", columns={"winner": "score"})
    with pytest.raises(BadInput, match="has no column system") as told:
        taken(filled, file, [{"item": 7, "model": "tuned"}], study="paper", rater="me")
    assert told.value.hint == "its columns: item, model; --column WORD=COLUMN tells what one is called"


def test_a_file_whose_criteria_are_those_of_no_rubric_is_told_how_to_choose_one(filled: Workbench, file: Path) -> None:
    with pytest.raises(BadInput, match=r"line 1: .* called as one of the rubric default: .* is chosen with --rubric"):
        taken(filled, file, [{"example": 7, "system": "tuned", "Fluency": 6}], study="paper", rater="me")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"example": "example-99"}, "there is no example example-99 in version 1"),
    ({"example": None}, "the row names no example"),
    ({"example": "example-0"}, "tuned has written no text for this example"),
    ({"sample": 3}, "tuned has written no sample 3 of text for this example"),
    ({"system": "gpt-5"}, "no system gpt-5 has written for the dataset"),
    ({"system": ["a"]}, "the system is no name"),
    ({"rater": ""}, "the row names no rater"),
    ({"rater": "x" * 300}, "a rater's name has at most 200 characters"),
    ({"study": None}, "the row names no study"),
    ({"study": "a/b"}, "cannot name a study"),
    ({"question": "another question?"}, "the example asks another question than the row"),
    ({"rubric": "none"}, "there is no rubric none"),
    ({"rubric": "mini"}, "by line 1 rated by another rubric than mini"),
    ({"criterion": "charm"}, "the rubric default has no criterion charm, but accuracy"),
    ({"value": 5.5}, "accuracy goes from 0 to 5, not 5.5"),
    ({"value": "5/5"}, "the value 5/5 is no number"),
    ({"value": True}, "the value True is no number"),
    ({"value": None}, "neither a value nor a reason"),
    ({"unscored": "refused"}, "a value, and a reason why there is none"),
    ({"unscored": 3, "value": None}, "unscored is not text"),
    ({"comment": 3}, "comment is not text"),
    ({"flagged": "perhaps"}, "flagged is neither true nor false"),
    ({"seconds": -1}, "seconds is no number of at least 0"),
    ({"created_at": "yesterday"}, "created_at is no time such as"),
    ({"created_at": "0001-01-01T00:00:00+23:00"}, "created_at is no time such as"),
    ({"dataset": "other"}, "the row is about the dataset other"),
    ({}, "the row says again what line 1 says"),
]
"""What is changed in the first row, and why it cannot be used then."""

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


def test_rows_that_cannot_be_used_go_to_a_file_with_their_reasons(filled: Workbench, file: Path) -> None:
    filled.paths.rubrics.mkdir(parents=True, exist_ok=True)
    (filled.paths.rubrics / "mini.toml").write_text(MINI, "utf-8")
    imported = taken(filled, file, [ROW, *({**ROW, **row} for row, _ in BAD)])
    assert (imported.added, imported.bad) == (1, len(BAD))
    assert imported.bad_file == file.with_name("ratings.jsonl.bad-rows.jsonl")
    noted = [json.loads(line) for line in imported.bad_file.read_text("utf-8").splitlines()]
    for (_, reason), told in zip(BAD, noted, strict=True):
        assert reason in told["reason"]
        assert "\n" not in told["reason"]


def test_strict_refuses_the_whole_file(filled: Workbench, file: Path) -> None:
    with pytest.raises(BadInput, match=r"1 row of ratings.jsonl cannot be used; line 2: accuracy goes from 0 to 5"):
        taken(filled, file, [ROW, {**ROW, "value": 6}], strict=True)
    assert [study.name for study in filled.studies.list()] == [STUDY]
    assert not list(filled.paths.staging.iterdir())


def test_a_study_that_was_made_here_takes_nothing_new(filled: Workbench, file: Path) -> None:
    with pytest.raises(UsageError, match=f"line 1: the study {STUDY} was made here"):
        taken(filled, file, [{**ROW, "study": STUDY}])
    say(filled, {"accuracy": 3})
    out = file.with_name("out.csv")
    assert filled.rating_files.export(out) == 4
    again = filled.rating_files.import_file(out, "tiny", strict=True)
    assert (again.added, again.known, len(counting(filled))) == (0, 4, 4)
    filled.studies.close(STUDY)
    with pytest.raises(UsageError, match="was made here"):
        taken(filled, file, [{**ROW, "study": STUDY}])


def test_an_imported_study_takes_nothing_while_it_is_open(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS[:1])
    study = filled.studies.get("paper").study_id
    with filled.store.write() as connection:
        study_changes.add(connection, study, StudyChange("state", {"state": "open"}, "ann", utc_now()))
    assert taken(filled, file, ROWS[:1]).known == 1
    with pytest.raises(UsageError, match="the study paper is open to raters"):
        taken(filled, file, ROWS)


def test_nobody_rates_in_an_imported_study_and_nothing_is_drawn_for_it(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS[:1])
    studies = filled.studies
    assert studies.get("paper").imported
    assert not studies.get(STUDY).imported
    calls: list[Callable[[], object]] = [
        lambda: studies.reopen("paper"), lambda: studies.extend("paper", 3), lambda: studies.assign("paper", None)
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(UsageError, match="paper was imported") as caught:
            call()
        assert caught.value.hint == (
            "make a new study: viva study create NAME --dataset tiny --split test --system SYSTEM …"
        )
    assert studies.get("paper").state is StudyState.CLOSED


def test_a_study_has_one_split_and_one_dataset(filled: Workbench, file: Path) -> None:
    with filled.store.write() as connection:
        datasets.add(
            connection, "other-id", "other", "other.csv", [Example("Why?", "So.", split="test", example_id="o")]
        )
        system = System("tuned", "tuned", "{question}", Decoding()).system_id
        written = Generation("g", system, "example-0", "text", "stop", 1, 1, 0.1)
        generations.add(connection, [written, replace(written, generation_id="h", example_id="o")])
    imported = taken(filled, file, [*ROWS[:1], {**ROW, "example": "example-0"}])
    assert imported.samples[0].reason == (
        "the study paper is by line 1 on the split test, the example in train: give it another study"
    )
    imported = taken(filled, file, [{**ROW, "rater": "r2"}, {**ROW, "example": "example-0"}])
    assert imported.samples[0].reason == (
        "the study paper is on the split test, the example in train: give it another study"
    )
    assert taken(filled, file, [{**ROW, "example": "example-0"}], study="train").studies == ("train",)
    wrote(file, [{**ROW, "example": "o"}])
    with pytest.raises(BadInput, match="line 1: the study paper is on another dataset"):
        filled.rating_files.import_file(file, "other")
    with pytest.raises(UsageError, match="the study paper is on another dataset"):
        filled.rating_files.import_file(file, "other", study="paper")
    with pytest.raises(NotFound, match="no split"):
        taken(filled, file, ROWS, split="nowhere")


def say(bench: Workbench, values: dict[str, int], skipped: str | None = None, **named: Any) -> None:
    """Let ann rate the first text of the study of the small workspace."""
    said = {"comment": "", "flagged": False, "seconds": 3.0, "created_at": NOON, "rater": "ann", "place": 0, **named}
    study = bench.studies.get(STUDY)
    place = said.pop("place")
    with bench.store.write() as connection:
        item = study_items.every(connection, study.study_id)[place]
        event = RatingEvent(new_id(), study.study_id, item.item_id, values=values, skipped=skipped, **said)
        assert ratings.add(connection, [event]) == []


def test_leads_export_closed_studies_engineers_all_and_raters_none(filled: Workbench, file: Path) -> None:
    say(filled, {"accuracy": 3})
    taken(filled, file, ROWS)
    out = file.with_name("out.jsonl")
    lead = as_role(filled, "lead")
    with pytest.raises(Forbidden, match=f"you may rate texts like those of paper in {STUDY}, and export it once that"):
        lead.rating_files.export(out, "paper")
    assert lead.rating_files.export(out) == 0
    filled.studies.assign(STUDY, ["bob"])
    assert lead.rating_files.export(out, overwrite=True) == 5
    assert lead.rating_files.export(out, "paper", overwrite=True) == 5
    with pytest.raises(Forbidden, match="only engineers may export a study that is not closed"):
        lead.rating_files.export(out, STUDY, overwrite=True)
    with pytest.raises(Forbidden, match="only engineers may import ratings"):
        lead.rating_files.import_file(file, "tiny")
    with pytest.raises(Forbidden):
        _ = as_role(filled, "rater").rating_files
    assert filled.rating_files.export(out, overwrite=True) == 9
    assert filled.rating_files.export(out, STUDY, "tiny", overwrite=True) == 4
    with pytest.raises(NotFound, match="no study"):
        filled.rating_files.export(out, "nothing", overwrite=True)
    with pytest.raises(NotFound, match="no dataset"):
        filled.rating_files.export(out, dataset="nothing", overwrite=True)
    with pytest.raises(UsageError):
        filled.rating_files.export(out)


texts = st.one_of(st.text(max_size=30), st.sampled_from([text for text in HOSTILE if len(text) < 1000]))
times = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1))
verdicts = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(["ann", "bob", "Zoë [/x]"]), st.dictionaries(
            st.sampled_from(["accuracy", "completeness", "relevance", "practicality"]), st.integers(0, 5), max_size=4
        ), st.none() | texts, texts, st.booleans(), st.floats(0, 1e6, allow_nan=False), times,
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=verdicts, ending=st.sampled_from(["csv", "jsonl"]))
def test_out_and_into_a_fresh_workspace_and_out_gives_the_same_file(
    filled: Workbench, filled_once: Path, said: list[tuple[Any, ...]], ending: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = (Workbench(replace(filled.settings, workspace=Path(folder, name))) for name in ("one", "other"))
        for bench in (one, other):
            shutil.copytree(filled_once, bench.paths.root)
        with other.store.write() as connection:
            connection.execute("DELETE FROM study")
        for place, rater, values, skipped, comment, flagged, seconds, at in said:
            say(
                one, {} if skipped else values, skipped, place=place, rater=rater, comment=comment, flagged=flagged,
                seconds=seconds, created_at=at + timedelta(microseconds=1),
            )  # fmt: skip
        first, second = Path(folder, f"first.{ending}"), Path(folder, f"second.{ending}")
        count = one.rating_files.export(first)
        imported = other.rating_files.import_file(first, "tiny", strict=True)
        assert (imported.added, imported.known) == (count, 0)
        assert other.rating_files.export(second) == count
        assert second.read_bytes() == first.read_bytes()
        assert other.rating_files.import_file(second, "tiny", strict=True).added == 0
