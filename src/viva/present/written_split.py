"""What can be wrong with the choice of a split whose texts are to be worked on."""

from collections.abc import Sequence

from viva.records.dataset import Dataset
from viva.text import display_line


def split_problem(
    datasets: Sequence[Dataset], dataset: str, split: str, written: tuple[str, ...] | None, nothing: str
) -> tuple[str, str] | None:
    """Return the field that cannot be right and what is wrong with it, None where nothing is.

    `written` are the systems with texts for the split, None while nobody knows; `nothing` is said where there are none.
    """
    chosen = next((one for one in datasets if one.name == dataset), None)
    if chosen is None:
        return "dataset", "Choose a dataset"
    if not chosen.splits.get(split):
        return "split", f"{display_line(chosen.name, 40)} has no examples in this split"
    return ("dataset", nothing) if written == () else None
