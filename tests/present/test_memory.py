"""A verdict is one line that says by how much, and what would fit."""

import pytest

from viva.present import memory
from viva.records.training import DryRun, Estimate, Fit, Lengths

GIB = 1 << 30
LENGTHS = Lengths(100, 20_000, 180, 400, 512, 0, 0)


def estimate(
    predicted: int,
    fit: Fit,
    nearest: dict[str, str] | None = None,
    correction: float = 1.0,
    seconds: float | None = None,
    lengths: Lengths = LENGTHS,
) -> Estimate:
    parts = {"weights": predicted // 2, "runtime": predicted - predicted // 2}
    whole = round(predicted * correction)
    return Estimate("cpu", parts, correction, whole, 16 * GIB, fit, nearest or {}, 1200, lengths, seconds)


@pytest.mark.parametrize(("count", "shown"), [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (23.5 * (1 << 20), "23.5 MiB"), (2.1 * GIB, "2.1 GiB"),
    (1023.99 * (1 << 20), "1.0 GiB"), (3000 * GIB, "2.9 TiB"), (-2.1 * GIB, "-2.1 GiB"),
])  # fmt: skip
def test_sizes_read_as_people_say_them(count: float, shown: str) -> None:
    assert memory.size(count) == shown


def test_what_fits_says_what_is_left() -> None:
    assert memory.verdict(estimate(3 * GIB, Fit.FITS)) == "fits: needs 3.0 GiB of 16.0 GiB, 13.0 GiB to spare"
    assert memory.verdict(estimate(15 * GIB, Fit.TIGHT)) == "tight: needs 15.0 GiB of 16.0 GiB, 1.0 GiB to spare"


def test_what_does_not_fit_says_what_would() -> None:
    found = estimate(18 * GIB, Fit.DOES_NOT_FIT, {"batch_size": "1", "accumulation": "8"})
    assert memory.verdict(found) == "does not fit: 2.0 GiB too much; would fit with batch_size=1 accumulation=8"
    hopeless = memory.verdict(estimate(18 * GIB, Fit.DOES_NOT_FIT))
    assert hopeless == "does not fit: 2.0 GiB too much; no smaller setting would fit either"


def test_the_parts_and_the_correction_add_up_to_what_is_predicted() -> None:
    plain = estimate(4 * GIB, Fit.FITS)
    assert [name for name, _ in memory.part_lines(plain)] == ["weights of the base model", "the program itself"]
    corrected = estimate(4 * GIB, Fit.FITS, correction=1.25)
    lines = memory.part_lines(corrected)
    assert lines[-1] == ("correction by dry runs (× 1.25)", GIB)
    assert sum(count for _, count in lines) == corrected.predicted


def test_lengths_say_what_is_cut_only_where_something_is() -> None:
    assert memory.length_line(estimate(GIB, Fit.FITS)) == ("100 examples, 20,000 tokens · half up to 180, longest 512")
    cut = memory.length_line(estimate(GIB, Fit.FITS, lengths=Lengths(1, 9, 9, 9, 9, 3, 2)))
    assert cut == "1 example, 9 tokens · half up to 9, longest 9 · 3 cut at the end · 2 left out"


def test_the_time_is_told_where_it_is_known() -> None:
    assert memory.time_line(estimate(GIB, Fit.FITS)) == "1,200 steps, time not known before a dry run"
    assert memory.time_line(estimate(GIB, Fit.FITS, seconds=7500)) == "1,200 steps, about 2 h 5 min"


def test_a_dry_run_says_how_far_off_the_prediction_was() -> None:
    line = memory.dry_run_line(DryRun("cpu", 2 * GIB, 3 * GIB, 1234.4, 0.5, 60))
    assert line == "tried: 3.0 GiB measured, 2.0 GiB predicted (150%) · 1,234 tokens a second · about 1 min in all"
