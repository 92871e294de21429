"""Runs as rows to order and compare, and their curves over each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.trainings import curve, recipe, run
from viva.present import plots
from viva.present import run_comparison as words
from viva.present.run_comparison import Order
from viva.records.ids import utc_now
from viva.records.job import Curve, JobStatus


def test_the_newest_stands_first_until_another_order_is_chosen() -> None:
    runs = [run(2), run(1), run(3)]
    assert [r.model for r in Order().of(runs)] == ["vad-1", "vad-2", "vad-3"]
    order = Order().next()
    assert order.key == "name"
    assert [r.model for r in order.of(runs)] == ["vad-1", "vad-2", "vad-3"]
    assert [r.model for r in order.turned().of(runs)] == ["vad-3", "vad-2", "vad-1"]


def test_the_best_stands_on_top_and_what_was_not_measured_last() -> None:
    runs = [run(1), run(2, best_loss=None, tokens_per_second=None), run(3)]
    loss = Order("best_loss", False)
    assert [r.model for r in loss.of(runs)] == ["vad-3", "vad-1", "vad-2"]
    assert [r.model for r in loss.turned().of(runs)] == ["vad-1", "vad-3", "vad-2"]
    pace = Order("seconds", False).next()
    assert pace.key == "tokens_per_second"
    assert [r.model for r in pace.of(runs)] == ["vad-3", "vad-1", "vad-2"]


def test_the_order_goes_round_through_every_column() -> None:
    order, seen = Order(), []
    for _ in words.words.COLUMNS:
        order = order.next()
        seen.append(order.key)
    assert set(seen) == {column.key for column in words.words.COLUMNS}
    assert order.key == "started"


@pytest.mark.parametrize("key", [column.key for column in words.words.COLUMNS])
def test_a_narrow_table_keeps_the_column_it_is_ordered_by(key: str) -> None:
    shown = words.columns(77, Order(key))
    assert {"name", "recipe", "best_loss", "status", key} <= {column.key for column in shown}
    assert any(words.heading(column, Order(key)).endswith("↓") for column in shown)
    assert len(words.columns(200, Order(key))) == len(words.words.COLUMNS)


def test_a_row_has_a_text_for_every_column() -> None:
    shown = words.columns(200, Order())
    texts = dict(zip((column.key for column in shown), words.cells(run(1), shown, utc_now()), strict=True))
    assert texts["best_loss"] == "2.4000"
    assert texts["steps"] == "138"
    assert texts["memory"] == "1.0 GiB"
    assert texts["started"] == "1 h ago"
    assert texts["status"] == "✓ done"


def test_only_keys_that_differ_are_told_and_title_and_description_are_not() -> None:
    recipes = [
        recipe(),
        recipe(rank=64, title="other", description="other"),
        recipe(name="mine", target_modules=["q_proj", "v_proj"]),
    ]
    found = dict(words.recipe_differences(recipes))
    assert list(found) == ["recipe", "rank", "target_modules"]
    assert found["rank"] == [str(recipes[0].rank), "64", str(recipes[0].rank)]
    assert found["recipe"] == ["starter-lora", "starter-lora", "mine"]
    assert words.recipe_differences([recipe(), recipe(title="other")]) == []


def test_results_stand_above_the_differences() -> None:
    one, other = run(1), run(2, dataset="fields", status=JobStatus.CANCELLED)
    found = words.comparison([one, other])
    assert [key for key, _ in found] == [
        "best validation loss", "at step", "steps", "took", "tokens/s", "memory at the peak", "status", "dataset",
        "rank",
    ]  # fmt: skip
    assert dict(found)["best validation loss"] == ["2.4000", "2.3000"]
    assert dict(found)["dataset"] == ["vad", "fields"]


def test_what_no_run_has_measured_is_left_out() -> None:
    bare = [
        run(n, best_loss=None, best_step=None, seconds=None, tokens_per_second=None, peak_memory=None) for n in (1, 1)
    ]
    assert words.comparison(bare) == [("steps", ["138", "138"]), ("status", ["✓ done", "✓ done"])]
    assert words.same_recipes(bare)


def test_runs_of_one_name_are_told_apart_by_their_recipes() -> None:
    runs = [run(1, model="m"), run(2, model="m", recipe=recipe(name="vad-qlora")), run(3)]
    assert words.names(runs, 40) == ["starter-lora: m", "vad-qlora: m", "vad-3"]


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_names_are_harmless(text: str) -> None:
    made = run(1, model=text, dataset=text, base=text, device=text, recipe=recipe(name=text, probe=text))
    shown = words.columns(200, Order())
    told = [*words.cells(made, shown, utc_now()), *words.about_lines(made, utc_now()), *words.names([made, made], 20)]
    told += [cell for key, cells in words.comparison([made, run(2)]) for cell in (key, *cells)]
    told.append(words.title_text([made], 1, text))
    assert not any(FORBIDDEN.search(line) or "\n" in line for line in told)
    assert max(map(len, told)) < 400


def test_each_run_has_a_marker_and_a_colour_of_its_own() -> None:
    ids = [f"run-{number}" for number in range(6)]
    plot = plots.overlay(ids, {i: curve(n) for n, i in enumerate(ids)}, ("eval_loss",), 80, dark=True)
    assert len({trace.marker for trace in plot.traces}) == 6
    assert len({trace.colour for trace in plot.traces}) == 6
    assert all(trace.line and trace.marks for trace in plot.traces)
    low, high = plot.range
    assert low < 1.5
    assert high > 4
    assert len({*plots.DARK_COLOURS, *plots.LIGHT_COLOURS}) == 12


def test_both_losses_are_lines_and_marks() -> None:
    plot = plots.overlay(["a", "b"], {"a": curve(1)}, ("loss", "eval_loss"), 40, dark=False)
    gone, there = plot.traces
    assert (gone.line, gone.marks) == ([], [])
    assert len(there.line) <= 80
    assert there.marks == [(float(x), y) for x, y in curve(1).points["eval_loss"]]


def test_only_what_is_there_can_be_looked_at() -> None:
    both = curve(1)
    assert [name for name, _ in plots.views({"a": both})] == ["validation loss", "training loss", "both losses"]
    only = Curve({"loss": both.points["loss"], "eval_loss": []})
    assert [name for name, _ in plots.views({"a": only})] == ["training loss"]
    assert plots.views({}) == []


POINTS = st.lists(st.tuples(st.integers(0, 10**6), st.floats()), max_size=300)


@given(POINTS, st.integers(1, 200))
def test_no_curve_breaks_the_plot(points: list[tuple[int, float]], width: int) -> None:
    plot = plots.overlay(["a"], {"a": Curve({"loss": points})}, ("loss",), width, dark=True)
    low, high = plot.range
    assert plot.axis.low < plot.axis.high
    assert low < high
    assert all(math.isfinite(y) for trace in plot.traces for _, y in [*trace.line, *trace.marks])
    assert len(plot.traces[0].marks) <= width // plots.CELLS_A_MARK + 2
