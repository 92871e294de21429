"""How numbers of measures and their intervals are written."""

import pytest

from viva.present import measures
from viva.records.estimate import Estimate


@pytest.mark.parametrize(
    ("mean", "half", "highest", "shown"),
    [
        (0.41234, 0.0216, 1.0, "0.412 ± 0.022"),
        (71.25, 4.06, 100.0, "71.2 ± 4.1"),
        (0.5, None, 1.0, "0.500"),
        (0.5, 0.0001, 1.0, "0.500 ± <0.001"),
        (0.5, 0.0, 1.0, "0.500 ± 0.000"),
        (3.14159, 0.2, 5.0, "3.14 ± 0.20"),
    ],
)
def test_numbers_have_the_digits_of_their_scale(mean: float, half: float | None, highest: float, shown: str) -> None:
    assert f"{measures.number(mean, highest)} {measures.margin(half, highest)}".strip() == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (60.1, 82.3, "± 11.1"),
        (62.0, 82.4, "± 10.2"),
        (66.0, 82.3, "(66.0…82.3)"),
        (31.2, 111.2, "(31.2…100.0)"),
        (-1.0, 99.0, "(0.0…99.0)"),
        (-43.2, 185.6, "(too few)"),
        (None, None, ""),
    ],
)
def test_an_interval_has_its_ends_where_it_is_cut_or_the_mean_is_not_its_middle(
    low: float | None, high: float | None, shown: str
) -> None:
    assert measures.spread(Estimate(71.2, low, high), (0, 100), 100) == shown


def test_an_interval_on_a_scale_without_known_ends_is_whole() -> None:
    found = Estimate(71.2, -43.2, 185.6)
    assert measures.spread(found, None, 100) == "± 114.4"
    assert measures.on_scale(found, None) == found


def test_what_lies_outside_its_scale_is_not_cut() -> None:
    found = Estimate(-0.4, -0.5, -0.3)
    assert measures.on_scale(found, (0, 1)) == found
    assert measures.spread(found, (0, 1), 1) == "± 0.100"
