"""Decoding grids: every combination, and those that make no sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.errors import UsageError
from viva.records.generating import Grid
from viva.records.model import Decoding, Model, ModelKind
from viva.workbench.grids import LARGEST, combinations

LOCAL = Model("m", "local", ModelKind.HUB, "/nowhere")
ENDPOINT = Model("e", "far", ModelKind.ENDPOINT, "http://127.0.0.1/v1", settings={"model": "x"})
TAKING = Model("t", "near", ModelKind.ENDPOINT, "http://127.0.0.1/v1", settings={"takes": {"top_k": "top_k"}})


def test_an_empty_grid_is_the_usual_decoding() -> None:
    assert combinations(Grid(), LOCAL) == ([Decoding()], [])


def test_an_endpoint_knows_no_repetition_penalty_by_default() -> None:
    [decoding], _ = combinations(Grid(), ENDPOINT)
    assert decoding.repetition_penalty == 1.0


def test_every_combination_comes_once() -> None:
    possible, impossible = combinations(Grid((0.2, 0.7, 0.2), (0.5, 0.9), samples=3), LOCAL)
    drawn = [(decoding.temperature, decoding.top_p) for decoding in possible]
    assert drawn == [(0.2, 0.5), (0.2, 0.9), (0.7, 0.5), (0.7, 0.9)]
    assert {decoding.samples for decoding in possible} == {3}
    assert not impossible


@pytest.mark.parametrize(
    ("grid", "reason"),
    [
        (Grid((0.0,), (0.5,)), "top-p 0.5 changes nothing"),
        (Grid((0.0,), top_k=(5,)), "top-k 5 changes nothing"),
        (Grid((0.0,), seed=(1, 2)), "seed 2 changes nothing"),
        (Grid((0.0,), samples=2), "2 samples would be one text"),
    ],
)
def test_what_greedy_decoding_makes_no_use_of_is_impossible(grid: Grid, reason: str) -> None:
    _, [impossible] = combinations(grid, LOCAL)
    assert reason in impossible.reason


def test_only_the_combinations_that_make_no_sense_are_left_out() -> None:
    possible, impossible = combinations(Grid((0.0, 0.7), (0.5, 1.0)), LOCAL)
    assert [(d.temperature, d.top_p) for d in possible] == [(0.0, 1.0), (0.7, 0.5), (0.7, 1.0)]
    assert [(one.decoding.temperature, one.decoding.top_p) for one in impossible] == [(0.0, 0.5)]


@pytest.mark.parametrize("grid", [Grid((0.7,), top_k=(5,)), Grid(repetition_penalty=(1.2,))])
def test_an_endpoint_gets_only_parameters_that_it_is_known_to_take(grid: Grid) -> None:
    assert "not known to take" in combinations(grid, ENDPOINT)[1][0].reason


def test_an_endpoint_gets_the_parameters_that_it_takes() -> None:
    possible, impossible = combinations(Grid((0.7,), top_k=(5,)), TAKING)
    assert [decoding.top_k for decoding in possible] == [5]
    assert not impossible


@pytest.mark.parametrize(
    "grid",
    [
        Grid((-0.1,)), Grid((float("nan"),)), Grid(top_p=(0.0,)), Grid(top_p=(1.1,)), Grid(top_k=(-1,)),
        Grid(max_new_tokens=(0,)), Grid(repetition_penalty=(0.0,)), Grid(seed=(-1,)), Grid(samples=0),
    ],
)  # fmt: skip
def test_a_value_that_can_never_be_is_refused(grid: Grid) -> None:
    with pytest.raises(UsageError):
        combinations(grid, LOCAL)


def test_a_grid_that_is_a_slip_of_the_keyboard_is_refused() -> None:
    with pytest.raises(UsageError, match="combinations"):
        combinations(Grid(seed=tuple(range(LARGEST + 1)), temperature=(0.5,)), LOCAL)


@given(
    st.lists(st.sampled_from([0.0, 0.3, 1.0]), max_size=3),
    st.lists(st.sampled_from([0.5, 1.0]), max_size=2),
    st.lists(st.sampled_from([0, 7]), max_size=2),
    st.integers(1, 3),
)
def test_each_combination_is_either_possible_or_not(
    temperature: list[float], top_p: list[float], seed: list[int], samples: int
) -> None:
    grid = Grid(tuple(temperature), tuple(top_p), seed=tuple(seed), samples=samples)
    possible, impossible = combinations(grid, LOCAL)
    count = 1
    for values in (temperature, top_p, seed):
        count *= len(set(values)) or 1
    assert len(possible) + len(impossible) == count
    assert len({decoding.identity().__repr__() for decoding in possible}) == len(possible)
