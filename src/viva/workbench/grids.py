"""Decoding grids: every combination of the values asked for, and which of them make no sense for a model."""

from dataclasses import dataclass, replace
from itertools import product

from viva.errors import UsageError
from viva.records.generating import USUAL, Grid
from viva.records.model import Decoding, Model, ModelKind
from viva.text import display_line

LARGEST = 200
"""Combinations of one grid: more are a slip of the keyboard."""

_LIMITS = {
    "temperature": (0.0, 5.0, "from 0 (greedy) to 5"),
    "top_p": (1e-9, 1.0, "above 0, at most 1"),
    "top_k": (0, 1_000_000, "0 (all) or more"),
    "max_new_tokens": (1, 1_000_000, "1 or more"),
    "repetition_penalty": (1e-9, 10.0, "above 0; 1 is none"),
    "seed": (0, 2**31 - 1, "0 or more"),
}


@dataclass(frozen=True)
class Impossible:
    """A combination that makes no sense for a model, and why."""

    decoding: Decoding
    reason: str


def usual_decoding(model: Model) -> Decoding:
    """Return how text is drawn where nothing is asked for: servers know no repetition penalty by default."""
    return replace(USUAL, repetition_penalty=1.0) if model.kind is ModelKind.ENDPOINT else USUAL


def combinations(grid: Grid, model: Model) -> tuple[list[Decoding], list[Impossible]]:
    """Return the combinations of a grid that a model can be asked for, and those that it cannot.

    Raises `UsageError` for a value that can never be.
    """
    usual = usual_decoding(model)
    if grid.samples < 1:
        raise UsageError(f"{grid.samples} samples cannot be drawn", "1 or more")
    values = {name: tuple(dict.fromkeys(getattr(grid, name))) or (getattr(usual, name),) for name in _LIMITS}
    for name, given in values.items():
        lowest, highest, words = _LIMITS[name]
        for value in given:
            if not lowest <= value <= highest:
                raise UsageError(f"{_word(name)} {value:g} cannot be", words)
    count = 1
    for given in values.values():
        count *= len(given)
    if count > LARGEST:
        raise UsageError(f"that makes {count:,} combinations", f"at most {LARGEST} at a time")
    possible, impossible = [], []
    for drawn in product(*values.values()):
        decoding = Decoding(samples=grid.samples, **dict(zip(values, drawn, strict=True)))
        reason = _impossible(decoding, model, first_seed=values["seed"][0])
        if reason:
            impossible.append(Impossible(decoding, reason))
        else:
            possible.append(decoding)
    return possible, impossible


def _impossible(decoding: Decoding, model: Model, first_seed: int) -> str:
    """Return why a combination makes no sense, nothing where it does."""
    if decoding.temperature == 0:
        vain = [
            *([f"top-p {decoding.top_p:g} changes"] if decoding.top_p != 1 else []),
            *([f"top-k {decoding.top_k} changes"] if decoding.top_k != 0 else []),
            *([f"seed {decoding.seed} changes"] if decoding.seed != first_seed else []),
        ]
        if vain:
            return f"temperature 0 is greedy: {vain[0]} nothing"
        if decoding.samples > 1:
            return f"temperature 0 is greedy: {decoding.samples} samples would be one text over and over"
    if model.kind is ModelKind.ENDPOINT:
        usual, takes = usual_decoding(model), model.settings.get("takes") or {}
        for name in ("top_k", "repetition_penalty"):
            if getattr(decoding, name) != getattr(usual, name) and name not in takes:
                return f"{display_line(model.name, 40)} is an endpoint that is not known to take a {_word(name)}"
    return ""


def _word(name: str) -> str:
    return {"top_p": "top-p", "top_k": "top-k", "max_new_tokens": "max tokens"}.get(name, name.replace("_", " "))
