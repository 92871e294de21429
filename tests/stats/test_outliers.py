"""Who is unlike the other raters, and that few shared items say nothing."""

import numpy as np
import pytest

from viva.stats.outliers import Likeness, likeness, outlying

ITEMS = [{"a": 10.0 * n, "b": 10.0 * n + 5, "c": 50.0 - 5 * n, "d": 40.0} for n in range(12)]


def test_correlation_and_spread_are_those_of_the_shared_items() -> None:
    found = likeness([*ITEMS, {"c": 90.0}], "c")
    means = [(10 * n + 10 * n + 5 + 40) / 3 for n in range(12)]
    assert found.shared == 12
    assert found.correlation == pytest.approx(np.corrcoef([50 - 5 * n for n in range(12)], means)[0, 1])
    others = [value for n in range(12) for value in (10 * n, 10 * n + 5, 40)]
    assert found.spread == pytest.approx(np.std([5 * n for n in range(12)]) / np.std(others))
    flat = likeness(ITEMS, "d")
    assert (flat.correlation, flat.spread) == (None, 0.0)


def test_nothing_shared_tells_nothing() -> None:
    assert likeness([], "a") == Likeness(0, None, None)
    assert likeness([{"a": 1.0}, {"b": 2.0}], "a") == Likeness(0, None, None)
    assert likeness([{"a": 1.0, "b": 2.0}], "a") == Likeness(1, None, None)
    assert likeness([{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 2.0}], "a").spread is None


@pytest.mark.parametrize(
    ("like", "severity", "error", "kappa", "ways"),
    [
        (Likeness(20, 0.8, 1.0), 6.0, 2.0, 0.5, ("severe",)),
        (Likeness(20, 0.8, 1.0), -6.0, 2.0, 0.5, ("lenient",)),
        (Likeness(20, 0.8, 1.0), 4.9, 0.1, 0.5, ()),
        (Likeness(20, 0.8, 1.0), 9.0, 5.0, 0.5, ()),
        (Likeness(20, 0.2, 2.5), 0.0, 1.0, -0.1, ("another order", "wide", "against the others")),
        (Likeness(20, None, 0.0), None, None, None, ("narrow",)),
        (Likeness(9, -0.9, 9.0), 0.0, 1.0, -1.0, ()),
    ],
)
def test_thresholds(
    like: Likeness, severity: float | None, error: float | None, kappa: float | None, ways: tuple[str, ...]
) -> None:
    assert outlying(like, severity, error, kappa) == ways


def test_each_item_counts_alike_however_many_others_rated_it() -> None:
    items = [{"a": 0.0, "b": 0.0, "c": 0.0, "d": 60.0}, {"a": 10.0, "b": 100.0}]
    variance = (60**2 / 3 + 60**2 / 3 + 0 + 40**2) / 2
    assert likeness(items, "a").spread == pytest.approx(5 / variance**0.5)
