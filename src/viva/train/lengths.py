"""The examples of a dataset as a recipe's model reads them: how long they are, and what that makes of a batch."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from viva.records.recipe import Format, Recipe
from viva.records.training import Lengths
from viva.train.memory import Load
from viva.train.rows import Rows, block_length


class Dataset(NamedTuple):
    """Tokens of each row that is trained on and evaluated, and the model's context in tokens."""

    train: list[int]
    validation: list[int]
    context: int | None


def measure(rows: Rows) -> Lengths:
    """Return the lengths of a split; tokens are those of the rows that are kept, examples are all of them.

    The percentiles are lengths that occur: at least half, or 95 of 100, of the rows are as long or shorter.
    """
    lengths = sorted(rows.lengths)
    return Lengths(
        examples=len(lengths) + rows.dropped,
        tokens=sum(lengths),
        median=_percentile(lengths, 50),
        p95=_percentile(lengths, 95),
        longest=lengths[-1] if lengths else 0,
        truncated=rows.truncated,
        dropped=rows.dropped,
    )


def load_of(dataset: Dataset, recipe: Recipe) -> Load:
    """Return the rows that a recipe puts on a device; a shorter `max_length` than they were read with cuts them."""
    block = block_length(recipe, dataset.context)
    train = _cut(dataset.train, recipe, block)
    validation = _cut(dataset.validation, recipe, block) if recipe.packing == "wrapped" else dataset.validation
    return Load(
        longest=_packed(train, block) if recipe.packing != "none" else min(max(train, default=0), block),
        validation=_packed(validation, block)
        if recipe.packing == "wrapped"
        else min(max(validation, default=0), block),
        uneven=len(set(train)) > 1,
        rows=max(1, _rows(dataset.train, recipe, block)),
        validation_rows=max(1, _rows(validation, recipe, block) if recipe.packing == "wrapped" else len(validation)),
    )


def planned_steps(dataset: Dataset, recipe: Recipe) -> int:
    """Return the optimizer steps of a whole training; 0 for the format `base`, which trains nothing."""
    if recipe.format == Format.BASE:
        return 0
    rows = _rows(dataset.train, recipe, block_length(recipe, dataset.context))
    batches = -(-rows // (recipe.batch_size * recipe.gpus))
    return max(1, math.ceil(recipe.epochs * max(1, -(-batches // recipe.accumulation))))


def _percentile(lengths: Sequence[int], percent: int) -> int:
    return lengths[max(0, -(-len(lengths) * percent // 100) - 1)] if lengths else 0


def _cut(lengths: Sequence[int], recipe: Recipe, block: int) -> list[int]:
    return list(lengths) if recipe.packing == "wrapped" else [min(length, block) for length in lengths]


def _packed(lengths: Sequence[int], block: int) -> int:
    """Return the longest packed row: full where there is enough to fill it."""
    return min(block, sum(lengths))


def _rows(lengths: Sequence[int], recipe: Recipe, block: int) -> int:
    """Return how many rows are trained on in an epoch: with packing those that TRL's `pack_dataset` makes."""
    if recipe.packing == "none":
        return len(lengths)
    cut = _cut(lengths, recipe, block)
    return -(-sum(cut) // block) if recipe.packing == "wrapped" else _best_fit(cut, block)


def _best_fit(lengths: Sequence[int], block: int) -> int:
    """Return how many blocks best fit, longest first, needs: each row goes where it leaves the least room."""
    room: list[int] = []
    for length in sorted(lengths, reverse=True):
        fitting = [index for index, left in enumerate(room) if left >= length]
        if fitting:
            room[min(fitting, key=room.__getitem__)] -= length
        else:
            room.append(block - length)
    return len(room)
