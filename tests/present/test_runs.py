"""The runs table, two runs side by side, and the trials of a sweep, in words."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.runs_on_disk import starter
from viva.present import runs
from viva.records.job import JobStatus
from viva.records.training import Run, Trial

RUN = Run(
    "job-1", JobStatus.DONE, datetime(2026, 1, 1, 12, 30), "vad", "starter", "tuned", starter(), 138, 138, 75.0,
    1.1, 1.23456, 120, 1234.5, 3 * 1024**3, "cpu",
)  # fmt: skip
OTHER = replace(
    RUN, job_id="job-2", model="Base", best_loss=None, seconds=5.0, peak_memory=None, tokens_per_second=None
)


def cells(run: Run) -> dict[str, str]:
    return dict(zip((column.title for column in runs.COLUMNS), runs.run_cells(run), strict=True))


def test_a_run_reads_as_a_line() -> None:
    assert cells(RUN) == {
        "Name": "tuned", "Recipe": "starter-lora", "Dataset": "vad", "Best loss": "1.2346", "Steps": "138",
        "Took": "1 min 15 s", "Tokens/s": "1,234", "Memory": "3.0 GiB", "Status": "✓ done",
        "Started": "2026-01-01 12:30",
    }  # fmt: skip


def test_what_nobody_has_measured_is_a_dash_and_a_run_on_its_way_says_how_far_it_is() -> None:
    found = cells(replace(OTHER, status=JobStatus.RUNNING, steps=40, sweep="job-2"))
    assert (found["Best loss"], found["Tokens/s"], found["Memory"]) == ("–", "–", "–")
    assert (found["Name"], found["Steps"], found["Status"]) == ("Base (sweep)", "40 of 138", "● running")


@pytest.mark.parametrize("column", [column.key for column in runs.COLUMNS])
@pytest.mark.parametrize("descending", [False, True])
def test_runs_are_sorted_by_any_column_with_those_without_a_value_last(column: str, descending: bool) -> None:
    many = [replace(RUN, best_loss=loss, steps=steps) for loss, steps in ((2.0, 3), (None, 1), (1.0, 2))] + [OTHER]
    ordered = runs.sort_runs(many, column, descending)
    value = next(c.value for c in runs.COLUMNS if c.key == column)
    values = [value(run) for run in ordered]
    known = [v.casefold() if isinstance(v, str) else v for v in values if v is not None]
    assert values[len(known) :] == [None] * (len(values) - len(known))
    assert all((a >= b) if descending else (a <= b) for a, b in pairwise(known))
    assert sorted(map(id, ordered)) == sorted(map(id, many))


def test_a_column_that_is_not_there_cannot_be_sorted_by_and_after_the_last_comes_the_first() -> None:
    with pytest.raises(KeyError):
        runs.sort_runs([RUN], "colour")
    keys = [column.key for column in runs.COLUMNS]
    assert [runs.next_column(key) for key in ("", *keys)] == [*keys, keys[0]]


def test_two_runs_stand_side_by_side() -> None:
    other = replace(OTHER, recipe=starter(learning_rate=1e-4, target_modules=["q_proj", "v_proj"], rank=8))
    found = runs.compare(replace(RUN, recipe=starter(rank=16, learning_rate=3e-3)), other)
    assert [(d.key, d.a_text, d.b_text) for d in found.recipe] == [
        ("rank", "16", "8"),
        ("target_modules", "all-linear", '["q_proj", "v_proj"]'),
        ("learning_rate", "0.003", "0.0001"),
    ]
    results = {d.key: (d.a_text, d.b_text) for d in found.results}
    assert results["best_loss"] == ("1.2346", "–")
    assert results["seconds"] == ("1 min 15 s", "5 s")
    assert results["memory"] == ("3.0 GiB", "–")
    assert found.summary == "Their recipes differ in 3 keys"
    assert next(d for d in found.results if d.key == "steps").same
    assert runs.compare(RUN, RUN).summary == "Both runs have the same recipe"


def test_a_sweeps_table_has_the_parameters_that_vary_and_a_sign_at_the_best() -> None:
    trials = [
        Trial(0, "complete", {"rank": 8, "learning_rate": 1e-3, "loss": "all"}, 2.0, 40, 75.0),
        Trial(1, "pruned", {"rank": 16, "learning_rate": 2e-3, "loss": "all"}, 0.5, 10, 3.0),
        Trial(2, "complete", {"rank": 8, "learning_rate": 5e-4, "loss": "all"}, 1.0, 30, None),
        Trial(3, "failed", {"rank": 4, "learning_rate": 1e-2, "loss": "all"}, error="no memory\nbuy some"),
    ]
    table = runs.trial_table(trials)
    assert table.keys == ("rank", "learning_rate")
    assert table.fixed == ("loss all",)
    assert [row.mark for row in table.rows] == ["", "", "★", ""]
    assert [row.state for row in table.rows] == ["✓ complete", "▽ pruned", "✓ complete", "✗ failed"]
    assert table.rows[0].values == ("8", "0.001")
    assert (table.rows[0].loss, table.rows[0].step, table.rows[0].took) == ("2.0000", "40", "1 min 15 s")
    assert (table.rows[3].loss, table.rows[3].error) == ("–", "no memory")
    assert table.summary == "4 trials · 2 complete · 1 pruned · 1 failed · ★ best: trial 2 (1.0000)"


def test_a_sweep_without_trials_is_an_empty_table() -> None:
    assert runs.trial_table([]) == runs.TrialTable((), (), (), "0 trials")


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_in_runs_is_cleaned(number: int) -> None:
    text = HOSTILE[number]
    run = replace(
        RUN, model=text, dataset=text, base=text, device=text, recipe=starter(name=text, base=text, probe=text)
    )
    table = runs.trial_table([Trial(0, text, {"base": text}, error=text), Trial(1, "failed", {"base": [text]})])
    compared = runs.compare(run, RUN)
    lines = [
        *runs.run_cells(run),
        *(line for d in (*compared.recipe, *compared.results) for line in (d.a_text, d.b_text)),
        *(cell for row in table.rows for cell in (row.state, *row.values, row.error)),
        *table.fixed,
    ]
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in lines)
