"""Krippendorff's α, against the package of that name."""

import math
import random

import krippendorff
import pytest

from viva.stats.krippendorff_alpha import ordinal_alpha


def drawn(seed: int, raters: int, items: int, values: int, gaps: float) -> list[list[float]]:
    """Return what raters say who see the same truth: a wider scale, fewer ties."""
    draw = random.Random(seed)
    truth = [draw.uniform(0, values) for _ in range(items)]

    def said(true: float) -> float:
        return math.nan if draw.random() < gaps else float(min(max(round(draw.gauss(true, values / 5)), 0), values))

    return [[said(true) for true in truth] for _ in range(raters)]


@pytest.mark.parametrize("gaps", [0.0, 0.4, 0.7])
@pytest.mark.parametrize(("raters", "items"), [(2, 3), (2, 12), (3, 60), (6, 400)])
def test_it_equals_another_implementation_with_ties_and_gaps(raters: int, items: int, gaps: float) -> None:
    compared = 0
    for seed in range(12):
        table = drawn(seed, raters, items, (1, 5, 100)[seed % 3], gaps)
        pairable = [column for column in zip(*table, strict=True) if sum(map(math.isfinite, column)) > 1]
        known = {value for column in pairable for value in column if math.isfinite(value)}
        found = ordinal_alpha(table)
        if len(known) < 2:
            assert found is None
            continue
        compared += 1
        assert found == pytest.approx(krippendorff.alpha(table, level_of_measurement="ordinal"), abs=1e-9)
    assert compared or gaps == 0.7


def test_it_equals_the_example_of_its_paper() -> None:
    gap = math.nan
    table = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
        [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
    ]  # fmt: skip
    assert ordinal_alpha(table) == pytest.approx(0.815, abs=0.0005)


def test_the_same_everywhere_is_one_and_rounding_changes_nothing() -> None:
    assert ordinal_alpha([[1, 2, 3], [1, 2, 3]]) == 1
    assert ordinal_alpha([[0.1 + 0.2, 0.6, 1], [0.3, 0.6, 1]]) == 1


@pytest.mark.parametrize(
    "table",
    [[], [[]], [[1.0, 2.0]], [[1.0, math.nan], [math.nan, 1.0]], [[3.0, 3.0], [3.0, math.nan], [math.nan, 3.0]]],
    ids=["nobody", "nothing", "one rater", "nothing shared", "one value"],
)
def test_where_nothing_can_be_told_there_is_none(table: list[list[float]]) -> None:
    assert ordinal_alpha(table) is None
