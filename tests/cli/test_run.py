import json

import pytest

from tests.cli.running import Viva
from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.runs_on_disk import SEARCH, add_run, starter, sweep, training
from viva.records.job import JobKind
from viva.workbench import Workbench

A, B, C = "20260101-100000-aaaaaa", "20260101-110000-bbbbbb", "20260101-120000-cccccc"
PROBE = {"event": "probe", "step": 10, "source": "unseen", "question": "How?", "text": "So\nso.", "repetition": 0.25}


@pytest.fixture
def three(bench: Workbench) -> Workbench:
    """Two trainings and a sweep."""
    add_run(bench, A, "one", [*training({10: 2.0, 20: 1.0}), PROBE])
    add_run(bench, B, "other", training({10: 3.0}), recipe=starter(rank=99), dataset="papers")
    add_run(bench, C, "searched", sweep(), kind=JobKind.SWEEP, recipe=starter(sweep=SEARCH))
    return bench


def test_runs_are_listed_newest_first_or_by_a_column(viva: Viva, three: Workbench) -> None:
    rows = json.loads(viva("run", "list", "--format", "json").out)
    assert [row["job"] for row in rows] == [C, B, A]
    assert (rows[2]["best_loss"], rows[2]["best_step"], rows[2]["memory"]) == (1.5, 20, 20_000_000)
    rows = json.loads(viva("run", "list", "--sort", "best_loss", "--reverse", "--format", "json").out)
    assert [row["name"] for row in rows] == ["other", "searched", "one"]
    rows = json.loads(viva("run", "list", "--dataset", "papers", "--format", "json").out)
    assert [row["name"] for row in rows] == ["other"]


def test_the_table_of_runs_is_for_people(viva: Viva, three: Workbench) -> None:
    shown = viva("run", "list", "--sort", "name").out.splitlines()
    assert shown[0].split()[:2] == ["Name", "Recipe"]
    assert [line.split()[0] for line in shown[2:]] == ["one", "other", "searched"]
    assert "searched (sweep)" in shown[4]
    assert viva("run", "list", "--sort", "colour").code == 2


def test_trainings_that_are_left_out_are_counted(viva: Viva, bench: Workbench) -> None:
    add_run(bench, A, "old", [], recipe={"rank": 16})
    assert "1 training left out, its recipe was written by another version of viva" in viva("run", "list").err


def test_a_run_is_shown_whole(viva: Viva, three: Workbench) -> None:
    [row] = json.loads(viva("run", "show", "one", "--format", "json").out)
    assert (row["job_id"], row["status"], row["best_loss"]) == (A, "done", 1.5)
    assert row["recipe"]["rank"] == starter().rank
    assert "1.5000" in viva("run", "show", "one").out
    assert viva("run", "show", "nothing").code == 1


def test_two_runs_are_compared(viva: Viva, three: Workbench) -> None:
    outcome = viva("run", "compare", "one", "other")
    lines = [line.split() for line in outcome.out.splitlines()]
    assert lines[0] == ["part", "key", "one", "other"]
    assert ["recipe", "rank", str(starter().rank), "99"] in lines
    assert ["result", "best_loss", "1.5000", "3.5000"] in lines
    assert outcome.err == "Their recipes differ in 1 key\n"
    rows = json.loads(viva("run", "compare", "one", "other", "--format", "json").out)
    assert rows[0] == {"part": "recipe", "key": "rank", "a": starter().rank, "b": 99}


def test_the_trials_of_a_sweep_are_listed(viva: Viva, three: Workbench) -> None:
    for ref in (C, C[:12], "searched"):
        rows = json.loads(viva("run", "trials", ref, "--format", "json").out)
        assert [row["state"] for row in rows] == ["complete", "complete", "waiting"]
    outcome = viva("run", "trials", "searched")
    lines = [line.split() for line in outcome.out.splitlines()]
    assert lines[0] == ["trial", "state", "rank", "loss", "step", "took", "error"]
    assert lines[3][:5] == ["1", "★", "✓", "complete", "8"]
    assert "best: trial 1 (1.5000)" in outcome.err
    assert "the same in all: dropout 0.1" in outcome.err
    assert "is no sweep" in viva("run", "trials", A).err


def test_probes_are_shown_with_how_much_they_repeat(viva: Viva, three: Workbench) -> None:
    assert viva("run", "probes", "one").out == "step 10, unseen, 25% repeated: How?\n    So so.\n"
    [row] = json.loads(viva("run", "probes", "one", "--format", "json").out)
    assert (row["text"], row["repetition"]) == ("So\nso.", 0.25)
    assert "no probe has been answered yet" in viva("run", "probes", "other").err


def test_hostile_names_and_texts_are_harmless(viva: Viva, bench: Workbench) -> None:
    probes = [{**PROBE, "step": n, "question": text, "text": text} for n, text in enumerate(HOSTILE)]
    add_run(bench, A, HOSTILE[3], probes, dataset=HOSTILE[4], recipe=starter(name=HOSTILE[5], probe=HOSTILE[6]))
    add_run(bench, B, "other", [])
    for command in (["list"], ["show", A], ["compare", A, B], ["probes", A]):
        outcome = viva("run", *command)
        assert outcome.code == 0
        assert not FORBIDDEN.search(outcome.out + outcome.err)
