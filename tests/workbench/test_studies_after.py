"""Looking after studies: states, raters, extending, progress, export."""

import csv
import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.filled import STUDY, SYSTEMS
from tests.fakes.rated_rounds import STUDY as ROUND
from tests.fakes.rated_rounds import fill_round
from tests.fakes.results import rate
from viva.errors import NotFound, UsageError
from viva.records.ids import new_id, utc_now
from viva.records.rating import RatingEvent
from viva.records.study import Stratify, StudyMode, StudyRequest, StudyState
from viva.store import ratings
from viva.workbench import Workbench

REQUEST = StudyRequest("second", "tiny", "test", SYSTEMS)
PAIRS = replace(REQUEST, mode=StudyMode.PAIRWISE)


def rows(workbench: Workbench, query: str) -> list[Any]:
    with workbench.store.read() as connection:
        return connection.execute(query).fetchall()


def test_a_study_is_paused_resumed_closed_and_opened_again(filled: Workbench) -> None:
    studies = filled.studies
    assert studies.pause(STUDY).state is studies.get(STUDY).state is StudyState.PAUSED
    with pytest.raises(UsageError, match="is paused already"):
        studies.pause(STUDY)
    assert studies.resume(STUDY).state is StudyState.OPEN
    with pytest.raises(UsageError, match="runs already"):
        studies.resume(STUDY)
    with pytest.raises(UsageError, match="runs already"):
        studies.reopen(STUDY)
    studies.close(STUDY)
    with pytest.raises(UsageError, match="is closed already"):
        studies.close(STUDY)
    for turn in (studies.pause, studies.resume):
        with pytest.raises(UsageError, match="is closed") as caught:
            turn(STUDY)
        assert caught.value.hint == f"an engineer can open it again: viva study reopen {STUDY}"
    with pytest.raises(UsageError, match="is closed"):
        studies.extend(STUDY, raters_per_item=2)
    studies.reopen(STUDY)
    assert [change.content["state"] for change in studies.changes(STUDY)] == ["paused", "open", "closed", "open"]
    assert {change.person for change in studies.changes(STUDY)} == {"ann"}


def test_who_may_rate_is_said_anew(filled: Workbench) -> None:
    assert filled.studies.assign(STUDY, ["bob", "cem"]).raters == filled.studies.get(STUDY).raters == ("bob", "cem")
    assert filled.desk.tasks() == []
    filled.studies.assign(STUDY, None)
    assert [task.task.name for task in filled.desk.tasks()] == [STUDY]
    with pytest.raises(UsageError, match="only 0 may rate"):
        filled.studies.assign(STUDY, [])


def test_an_unknown_study_is_told_with_what_was_perhaps_meant(filled: Workbench) -> None:
    for ask in (filled.studies.get, filled.studies.progress, filled.studies.pause, filled.studies.extend):
        with pytest.raises(NotFound, match="there is no study") as caught:
            ask("tiny-tset")
        assert caught.value.hint == "did you mean tiny-test?"


def test_a_study_is_extended_without_disturbing_what_it_has(filled: Workbench) -> None:
    filled.studies.create(replace(REQUEST, questions=2, stratify=Stratify.NONE, seed=5))
    items = "SELECT item, position, generation, probability FROM study_items WHERE study = 'second' ORDER BY position"
    before = rows(filled, items)
    assert {row[3] for row in before} == {0.5}
    assert filled.studies.extend("second", questions=1).items == filled.studies.get("second").items == 6
    after = rows(filled, items)
    assert [row[:3] for row in after[:4]] == [row[:3] for row in before]
    assert [row[1] for row in after] == list(range(6))
    assert {row[3] for row in after} == {0.75}
    assert filled.studies.extend("second", questions=99).items == 8
    with pytest.raises(UsageError, match="has all questions already"):
        filled.studies.extend("second", questions=1)
    assert [(c.kind, c.content["questions"]) for c in filled.studies.changes("second")] == [("items", 1), ("items", 1)]
    all_at_once = filled.studies.create(replace(REQUEST, name="third", questions=3, stratify=Stratify.NONE, seed=5))
    drawn = "SELECT DISTINCT example FROM study_items WHERE study = '{}' AND position < 6 ORDER BY ALL"
    assert rows(filled, drawn.format("second")) == rows(filled, drawn.format(all_at_once.name))


def test_a_useful_question_that_the_random_sample_comes_upon_counts_to_it(filled: Workbench) -> None:
    filled.studies.create(replace(REQUEST, questions=3, calibration=0.34, stratify=Stratify.NONE))
    streams = (
        "SELECT stream, count(*), min(probability) FROM study_items WHERE study = 'second' GROUP BY ALL ORDER BY 1"
    )
    assert rows(filled, streams) == [("calibration", 2, 0.25), ("useful", 4, None)]
    with filled.store.write() as connection:
        connection.execute("UPDATE study SET design = json_merge_patch(design, '{\"calibration\": 1}')")
    filled.studies.extend("second", questions=1)
    found = rows(filled, streams)
    assert sum(count for _, count, _ in found) in (6, 8)
    assert found[0] == ("calibration", 4, 0.5)


def test_raters_per_item_are_raised_and_not_lowered(filled: Workbench) -> None:
    assert filled.studies.extend(STUDY, raters_per_item=3).raters_per_item == 3
    assert filled.studies.progress(STUDY).wanted == 24
    with pytest.raises(UsageError, match="wants 3 raters per item already"):
        filled.studies.extend(STUDY, raters_per_item=2)
    with pytest.raises(UsageError, match="by questions, or by raters"):
        filled.studies.extend(STUDY)


def test_progress_counts_what_was_given(filled: Workbench) -> None:
    rate(filled)
    found = filled.studies.progress(STUDY)
    assert (found.complete, found.given, found.wanted, found.skipped) == (7, 7, 8, 1)
    assert [(r.rater, r.rated, r.skipped, r.seconds_each) for r in found.raters] == [("ann", 7, 1, 9.0)]
    assert found.seconds_left == 9.0


def test_an_export_holds_each_item_and_what_was_said_of_it(filled: Workbench, tmp_path: Path) -> None:
    rate(filled)
    count = filled.studies.export(STUDY, tmp_path / "study.csv")
    with (tmp_path / "study.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert count == len(found) == 32
    assert {row["probability"] for row in found} == {"1.0"}
    good = [row for row in found if row["system"] == "tuned" and row["criterion"] == "accuracy"]
    assert [row["value"] for row in good] == ["4.0"] * 4
    assert {row["unscored"] for row in found if row["generation"] == "generation-02"} == {"skipped: empty"}
    with pytest.raises(UsageError):
        filled.studies.export(STUDY, tmp_path / "study.csv")


def test_items_without_a_verdict_are_exported_too(filled: Workbench, tmp_path: Path) -> None:
    filled.studies.create(PAIRS)
    assert filled.studies.export("second", tmp_path / "study.jsonl") == 4
    row = json.loads((tmp_path / "study.jsonl").read_text("utf-8").splitlines()[0])
    assert (row["system"], row["rater"], row["winner"]) == ("starter", None, None) or row["system_b"] == "starter"
    assert row["generation"] < row["generation_b"]


def test_a_study_is_extended_where_values_spread_most(bench: Workbench) -> None:
    """The sample stays a random one within its layers, and the verdict weighs them by their sizes."""
    fill_round(bench, rated=0)
    rate_spread(bench, "energy")
    before = Counter(row[0] for row in rows(bench, DRAWN))
    bench.studies.extend(ROUND, questions=20, by_spread=True)
    after = Counter(row[0] for row in rows(bench, DRAWN))
    assert {layer: after[layer] - before[layer] for layer in before}["energy"] >= 12
    chance = dict(rows(bench, "SELECT DISTINCT stratum, probability FROM study_items WHERE stream = 'calibration'"))
    assert chance == {layer: pytest.approx(drawn / 30) for layer, drawn in after.items()}
    bench.studies.extend(ROUND, questions=5)
    assert Counter(row[0] for row in rows(bench, DRAWN)).total() == 70


def test_what_spreads_must_be_known_and_lie_in_layers(bench: Workbench) -> None:
    fill_round(bench, rated=0)
    with pytest.raises(UsageError, match="nothing tells yet how values of round-1 spread"):
        bench.studies.extend(ROUND, questions=5, by_spread=True)
    with pytest.raises(UsageError, match="which questions to draw"):
        bench.studies.extend(ROUND, raters_per_item=2, by_spread=True)
    bench.studies.create(
        StudyRequest("flat", "round", "test", ("base-3b", "tuned-3b"), stratify=Stratify.NONE, questions=9)
    )
    with pytest.raises(UsageError, match="was drawn in one layer"):
        bench.studies.extend("flat", questions=5, by_spread=True)


DRAWN = "SELECT DISTINCT stratum, example FROM study_items WHERE study = 'round-1' AND stream = 'calibration'"


def rate_spread(bench: Workbench, layer: str) -> None:
    """Let somebody rate all that is drawn: far apart in one layer, much alike in the others."""
    task = next(task.task for task in bench.desk.tasks())
    found = rows(bench, f"SELECT item, stratum FROM study_items WHERE study = '{ROUND}' ORDER BY position")
    draw, events = random.Random(1), []
    for item, stratum in found:
        values = {one.name: draw.choice((0, 5) if stratum == layer else (2, 3)) for one in task.rubric.criteria}
        events.append(RatingEvent(new_id(), task.study_id, item, "ann", values, None, "", False, 1.0, utc_now()))
    with bench.store.write() as connection:
        assert ratings.add(connection, events) == []
