"""Lengths say how long the rows are, what is cut, and how many steps they make."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.tiny_model import make_tiny_model
from tests.fakes.training import pairs, tiny_recipe
from viva.records.prompt import CHAT
from viva.records.training import Lengths
from viva.train.lengths import Dataset, load_of, measure, planned_steps
from viva.train.memory import Load
from viva.train.rows import Rows, read_rows


def rows_of(lengths: list[int], truncated: int = 0, dropped: int = 0) -> Rows:
    rows = Rows()
    rows.kept = [{"input_ids": [1] * length, "labels": [1] * length} for length in lengths]
    rows.truncated, rows.dropped = truncated, dropped
    return rows


def test_percentiles_are_lengths_that_occur() -> None:
    found = measure(rows_of(list(range(1, 101)), truncated=2, dropped=3))
    assert found == Lengths(103, 5050, 50, 95, 100, 2, 3)
    assert measure(rows_of([7])) == Lengths(1, 7, 7, 7, 7, 0, 0)


def test_a_dataset_of_which_nothing_is_left_has_no_lengths() -> None:
    assert measure(rows_of([], dropped=4)) == Lengths(4, 0, 0, 0, 0, 0, 4)


@given(st.lists(st.integers(1, 5000), min_size=1))
def test_the_order_of_the_figures_is_that_of_the_lengths(lengths: list[int]) -> None:
    found = measure(rows_of(lengths))
    assert 1 <= found.median <= found.p95 <= found.longest == max(lengths)
    assert sum(length <= found.p95 for length in lengths) >= 0.95 * len(lengths)


def test_what_a_recipe_cuts_is_counted(tmp_path: Path) -> None:
    _, tokenizer = make_tiny_model(tmp_path / "tiny")
    path = pairs(tmp_path / "rows.jsonl", 6)
    whole = measure(read_rows(path, tokenizer, tiny_recipe(), CHAT, None))
    cut = measure(read_rows(path, tokenizer, tiny_recipe(max_length=whole.longest - 1), CHAT, None))
    assert (whole.examples, whole.truncated, whole.dropped) == (6, 0, 0)
    assert cut.longest == whole.longest - 1
    assert cut.truncated > 0
    nothing = measure(read_rows(path, tokenizer, tiny_recipe(max_length=8), CHAT, None))
    assert (nothing.dropped, nothing.tokens) == (6, 0)


def test_what_is_put_on_a_device_follows_the_recipe() -> None:
    dataset, recipe = Dataset([30, 90, 60], [70, 20], 80), tiny_recipe(max_length=1000)
    assert load_of(dataset, recipe) == Load(80, 70, True, 3, 2)
    assert load_of(dataset, replace(recipe, max_length=50)) == Load(50, 50, True, 3, 2)
    assert load_of(Dataset([50, 50], [], None), recipe) == Load(50, 0, False, 2, 1)
    assert load_of(dataset, replace(recipe, packing="bfd")).longest == 80
    wrapped = replace(recipe, packing="wrapped")
    assert load_of(Dataset([30, 30], [5], 80), wrapped) == Load(60, 5, False, 1, 1)


@pytest.mark.parametrize(("epochs", "batch", "accumulation", "gpus", "steps"), [
    (1, 4, 1, 1, 25), (2, 4, 8, 1, 8), (0.5, 1, 1, 1, 50), (1, 7, 3, 1, 5), (1, 200, 1, 1, 1), (1, 4, 1, 2, 13),
])  # fmt: skip
def test_steps_are_counted_as_the_trainer_counts_them(
    epochs: float, batch: int, accumulation: int, gpus: int, steps: int
) -> None:
    recipe = replace(tiny_recipe(), epochs=epochs, batch_size=batch, accumulation=accumulation, gpus=gpus)
    assert planned_steps(Dataset([10] * 100, [], None), recipe) == steps
    assert planned_steps(Dataset([10] * 100, [], None), replace(recipe, format="base")) == 0


@pytest.mark.parametrize("packing", ["bfd", "wrapped"])
def test_packed_rows_are_as_many_as_the_library_makes(packing: str) -> None:
    import datasets
    from trl import pack_dataset

    lengths = [13, 60, 4, 33, 64, 64, 21, 1, 47, 52, 12, 9]
    recipe = replace(tiny_recipe(max_length=64), packing=packing, epochs=1, batch_size=1, accumulation=1)
    whole = datasets.Dataset.from_dict({"input_ids": [[1] * length for length in lengths]})
    datasets.disable_progress_bars()
    packed = pack_dataset(whole, 64, packing)
    assert planned_steps(Dataset(lengths, [], None), recipe) == len(packed)
    longest = max(len(row) for row in packed["input_ids"])
    assert load_of(Dataset(lengths, [], None), recipe).longest == longest
