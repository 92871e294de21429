"""The curves of a training: what is painted, and the latest values in words."""

import math

import pytest

from viva.present import curves
from viva.records.job import Curve

GIB = 1 << 30
FULL = Curve(
    {
        "loss": [(1, 3.0), (5, 1.25)],
        "eval_loss": [(2, 2.0), (4, 1.5)],
        "learning_rate": [(1, 1e-3), (5, 5e-5)],
        "tokens_per_second": [(1, 900.0), (5, 3412.4)],
        "memory": [(1, 1.0 * GIB), (5, 1.26 * GIB)],
        "repetition": [(2, 0.5), (4, 0.123)],
        "grad_norm": [(1, 0.3)],
    },
    2,
)


def measure(key: str) -> curves.Measure:
    return next(measure for measure in curves.MEASURES if measure.key == key)


def test_a_thinned_curve_keeps_its_ends_and_its_extremes() -> None:
    points = [(float(x), math.sin(x / 50)) for x in range(5000)]
    points[777] = (777.0, 9.0)
    points[3210] = (3210.0, -9.0)
    thin = curves.downsample(points, 160)
    assert len(thin) <= 160
    assert (thin[0], thin[-1]) == (points[0], points[-1])
    assert points[777] in thin
    assert points[3210] in thin
    assert thin == sorted(thin)


def test_a_short_curve_stays_as_it_is() -> None:
    points = [(1.0, 2.0), (2.0, 1.0)]
    assert curves.downsample(points, 160) == points
    assert curves.downsample([], 160) == []


def test_a_picture_marks_the_best_step_and_drops_what_is_no_number() -> None:
    curve = Curve({"loss": [(1, 3.0), (2, math.nan)], "eval_loss": [(2, 2.0), (4, 1.5)]}, 4)
    picture = curves.curve_picture(curve, 60)
    assert picture == curves.CurvePicture([(1.0, 3.0)], [(2.0, 2.0), (4.0, 1.5)], (4.0, 1.5))
    assert curves.curve_picture(Curve({}), 60).empty


def test_memory_is_painted_in_gib_and_repetition_as_marks_in_percent() -> None:
    assert curves.curve_picture(FULL, 60, measure("memory")).line == [(1.0, 1.0), (5.0, 1.26)]
    repetition = curves.curve_picture(FULL, 60, measure("repetition"))
    assert (repetition.line, repetition.marks) == ([], [(2.0, 50.0), (4.0, 12.3)])


def test_only_what_was_measured_can_be_looked_at() -> None:
    found = [measure.key for measure in curves.measured(FULL)]
    assert found == ["loss", "learning_rate", "tokens_per_second", "memory", "repetition"]
    assert [measure.key for measure in curves.measured(Curve({"eval_loss": [(0, 2.0)]}))] == ["loss"]
    assert curves.measured(Curve({"memory": [(1, math.nan)], "grad_norm": [(1, 1.0)]})) == []


@pytest.mark.parametrize("values", [[], [0.0], [2.5], [2.5, 2.5], [-3.0, 4.0]])
def test_the_axis_always_has_some_length(values: list[float]) -> None:
    picture = curves.curve_picture(Curve({"loss": list(enumerate(values))}), 60)
    low, high = picture.values
    assert low < high
    assert all(low < value < high for value in values)


def test_the_first_line_below_the_head_tells_the_losses_and_the_best_checkpoint() -> None:
    assert curves.curve_line(FULL) == "training loss 1.250 · validation loss 1.500 · best step 2 (2.000)"
    assert curves.curve_line(Curve({})) == ""


def test_the_second_line_tells_the_latest_of_everything_else_that_is_measured() -> None:
    assert curves.pace_line(FULL) == "learning rate 5e-05 · 3,412 tokens/s · memory 1.3 GiB · repetition 12%"
    assert curves.pace_line(Curve({"memory": [(1, 2.0 * GIB)], "repetition": [(1, math.nan)]})) == "memory 2.0 GiB"
    assert curves.pace_line(Curve({})) == ""
