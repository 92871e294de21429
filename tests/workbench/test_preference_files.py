"""Comparisons made elsewhere: in, counted, out, and in again."""

import csv
import json
import shutil
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.filled import STUDY, SYSTEMS
from tests.fakes.hostile import HOSTILE
from viva.errors import Forbidden, UsageError
from viva.records.ids import new_id
from viva.records.rating import OVERALL, Choice, PreferenceEvent, Strength
from viva.records.study import StudyMode, StudyRequest, StudyState
from viva.store import preferences, study_items
from viva.workbench import Workbench
from viva.workbench.rating_files import VerdictsImported

ROW: dict[str, Any] = {
    "example": "example-5", "system_a": "tuned", "system_b": "starter", "rater": "r1", "winner": "tuned",
    "shown_first": "starter", "strength": "clearly", "created_at": "2024-05-06T07:08:09",
}  # fmt: skip
ROWS = [
    ROW,
    {**ROW, "criterion": "accuracy", "winner": "b", "strength": None},
    {**ROW, "criterion": "relevance", "winner": "TIE", "strength": ""},
    {**ROW, "rater": "r2", "system_a": "starter", "system_b": "tuned", "winner": "a", "strength": "Slightly"},
    {**ROW, "rater": "r3", "winner": None, "strength": None, "unscored": "skipped: not my field", "shown_first": None},
]
SHOWN = "scorer, criterion, if(winner = 'a', system_a, if(winner = 'b', system_b, winner)) AS winner, strength"
PAIRS = "pairs"
NOON = datetime(2026, 1, 1, 12)


def taken(bench: Workbench, path: Path, rows: list[dict[str, Any]], **options: Any) -> VerdictsImported:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return bench.rating_files.preferences.import_file(path, "tiny", study=options.pop("study", "paper"), **options)


def counting(bench: Workbench, what: str = SHOWN) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        return connection.execute(f"SELECT {what} FROM preferences WHERE source = 'human' ORDER BY ALL").fetchall()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pairs.jsonl"


def test_comparisons_come_in_with_all_they_say(filled: Workbench, file: Path) -> None:
    imported = taken(filled, file, ROWS)
    assert (imported.added, imported.known, imported.bad, imported.raters) == (5, 0, 0, 3)
    assert counting(filled) == [
        ("r1", "accuracy", "starter", None), ("r1", "relevance", "tie", None), ("r1", None, "tuned", "clearly"),
        ("r2", None, "starter", "slightly"), ("r3", None, None, None),
    ]  # fmt: skip
    first = "if(shown_first = 'a', system_a, system_b) AS first"
    assert counting(filled, f"DISTINCT scorer, {first}") == [("r1", "starter"), ("r2", "starter"), ("r3", "tuned")]
    assert counting(filled, "DISTINCT unscored, item IS NULL") == [("skipped: not my field", False), (None, False)]
    study = filled.studies.get("paper")
    assert (study.mode, study.state, study.items, study.raters_per_item) == (
        StudyMode.PAIRWISE, StudyState.CLOSED, 1, 2,
    )  # fmt: skip
    assert (study.options.strength, study.options.per_criterion) == (True, True)


def test_the_same_file_twice_changes_nothing_and_another_winner_counts(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS)
    assert (taken(filled, file, ROWS).added, taken(filled, file, ROWS).known) == (0, 5)
    changed = {**ROW, "winner": "tie", "strength": None, "created_at": "2020-01-01"}
    assert taken(filled, file, [changed]).added == 1
    # What was said by criterion is kept beside the new choice on the whole.
    assert counting(filled)[:3] == [
        ("r1", "accuracy", "starter", None), ("r1", "relevance", "tie", None), ("r1", None, "tie", None),
    ]  # fmt: skip
    assert taken(filled, file, [ROWS[1] | {"winner": "tuned"}]).added == 1
    assert counting(filled)[:3] == [
        ("r1", "accuracy", "tuned", None), ("r1", "relevance", "tie", None), ("r1", None, "tie", None),
    ]  # fmt: skip
    with filled.store.read() as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM preference").fetchall()
    assert count == 5 + 3 + 3


def test_rows_of_one_comparison_that_were_given_at_different_times_all_count(filled: Workbench, file: Path) -> None:
    rows = [ROWS[1], {**ROW, "created_at": "2025-01-01"}, {**ROWS[2], "created_at": "2023-01-01"}]
    assert taken(filled, file, rows).added == len(counting(filled)) == 3


BAD: list[tuple[dict[str, Any], str]] = [
    ({"system_b": "tuned"}, "the row compares a text with itself"),
    ({"system_b": "nobody"}, "no system nobody has written for the dataset"),
    ({"system_a": None}, "the row names no system_a"),
    ({"winner": "nobody"}, "winner is none of a, b and tie, and names neither system: nobody"),
    ({"winner": None}, "neither a winner nor a reason"),
    ({"unscored": "refused"}, "a winner, and a reason why there is none"),
    ({"shown_first": "left"}, "shown_first is neither a nor b, and names neither system: left"),
    ({"strength": "much"}, "strength is neither clearly nor slightly"),
    ({"winner": "tie"}, "only a text that is better is so clearly or slightly"),
    ({"criterion": "charm"}, "the rubric default has no criterion charm"),
    ({"system_a": "starter", "system_b": "tuned"}, "the row says again what line 1 says"),
]
"""What is changed in the first row, and why it cannot be used then."""


def test_a_winner_may_be_named_by_the_column_in_which_it_stands(filled: Workbench, file: Path) -> None:
    rows = [
        {"id": place, "Model_1": "tuned", "model_2": "starter", "winner": winner, "judge": "expert"}
        for place, winner in ((6, "model_1"), (7, "Model_2"), (8, "tie"))
    ]
    columns = {"example": "id", "system_a": "model_1", "system_b": "model_2", "rater": "judge"}
    imported = taken(filled, file, rows, study="mt", columns=columns)
    assert (imported.added, imported.unused) == (3, ())
    with filled.store.read() as connection:
        found = connection.execute(
            """SELECT example, CASE winner WHEN 'a' THEN system_a WHEN 'b' THEN system_b ELSE winner END
               FROM preferences WHERE study = 'mt' ORDER BY example"""
        ).fetchall()
    assert found == [("example-5", "tuned"), ("example-6", "starter"), ("example-7", "tie")]


def test_rows_that_cannot_be_used_go_to_a_file_with_their_reasons(filled: Workbench, file: Path) -> None:
    imported = taken(filled, file, [ROW, *({**ROW, **row} for row, _ in BAD)])
    assert (imported.added, imported.bad) == (1, len(BAD))
    assert imported.bad_file is not None
    noted = [json.loads(line) for line in imported.bad_file.read_text("utf-8").splitlines()]
    for (_, reason), told in zip(BAD, noted, strict=True):
        assert reason in told["reason"]


def test_ratings_and_comparisons_do_not_mix(filled: Workbench, file: Path) -> None:
    with pytest.raises(UsageError, match=f"the study {STUDY} holds ratings"):
        taken(filled, file, ROWS, study=STUDY)
    taken(filled, file, ROWS)
    row = {"example": "example-5", "system": "tuned", "rater": "r1", "criterion": "accuracy", "value": 3}
    file.write_text(json.dumps(row), "utf-8")
    with pytest.raises(UsageError, match="the study paper holds preferences"):
        filled.rating_files.import_file(file, "tiny", study="paper")
    with pytest.raises(UsageError, match="the study paper holds preferences"):
        filled.rating_files.export(file.with_name("out.csv"), "paper")


def test_in_a_file_the_system_whose_name_comes_first_is_a(filled: Workbench, file: Path) -> None:
    taken(filled, file, ROWS)
    out = file.with_name("out.csv")
    filled.studies.close(STUDY)
    lead = Workbench(replace(filled.settings, role="lead"))
    assert lead.rating_files.preferences.export(out) == 5
    with out.open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert {(row["system_a"], row["system_b"], row["split"], row["position"]) for row in found} == {
        ("starter", "tuned", "test", "6")
    }
    assert [(row["rater"], row["criterion"], row["winner"], row["shown_first"]) for row in found] == [
        ("r1", "", "b", "a"), ("r1", "accuracy", "a", "a"), ("r1", "relevance", "tie", "a"), ("r2", "", "a", "a"),
        ("r3", "", "", "b"),
    ]  # fmt: skip
    with pytest.raises(Forbidden, match="only engineers may import preferences"):
        lead.rating_files.preferences.import_file(out, "tiny")


texts = st.one_of(st.text(max_size=30), st.sampled_from([text for text in HOSTILE if len(text) < 1000]))
choices = st.builds(Choice, st.sampled_from(["a", "b"]), st.none() | st.sampled_from(list(Strength))) | st.just(
    Choice("tie")
)
times = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1))
verdicts = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["ann", "bob", "Zoë [/x]"]), st.sampled_from(["a", "b"]),
        st.dictionaries(st.sampled_from([OVERALL, "accuracy", "relevance"]), choices, min_size=1),
        st.none() | texts, texts, st.booleans(), st.none() | st.floats(0, 1e6, allow_nan=False), times,
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def paired_once(filled_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small workspace with a study of pairs in it."""
    path = tmp_path_factory.mktemp("paired") / "w"
    shutil.copytree(filled_once, path)
    Workbench.open(path).studies.create(
        StudyRequest(PAIRS, "tiny", "test", SYSTEMS, StudyMode.PAIRWISE, strength=True, per_criterion=True)
    )
    return path


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=verdicts, ending=st.sampled_from(["csv", "jsonl"]))
def test_out_and_into_a_fresh_workspace_and_out_gives_the_same_file(
    bench: Workbench, paired_once: Path, filled_once: Path, said: list[tuple[Any, ...]], ending: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = (Workbench(replace(bench.settings, workspace=Path(folder, name))) for name in ("one", "other"))
        shutil.copytree(paired_once, one.paths.root)
        shutil.copytree(filled_once, other.paths.root)
        study = one.studies.get(PAIRS)
        with one.store.write() as connection:
            items = study_items.every(connection, study.study_id)
            for place, rater, first_side, chosen, skipped, comment, flagged, seconds, at in said:
                event = PreferenceEvent(
                    new_id(), study.study_id, items[place].item_id, rater, first_side, {} if skipped else chosen,
                    skipped or None, comment, flagged, seconds or 0.0, at + timedelta(microseconds=1),
                )  # fmt: skip
                assert preferences.add(connection, [event]) == []
        first, second = Path(folder, f"first.{ending}"), Path(folder, f"second.{ending}")
        count = one.rating_files.preferences.export(first)
        imported = other.rating_files.preferences.import_file(first, "tiny", strict=True)
        assert (imported.added, imported.known) == (count, 0)
        assert other.rating_files.preferences.export(second) == count
        assert second.read_bytes() == first.read_bytes()
        assert other.rating_files.preferences.import_file(second, "tiny", strict=True).added == 0
