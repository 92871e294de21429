"""Whether a training fits, in words."""

from dataclasses import replace

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.verdicts import FITS, GIB, MIB, TOO_MUCH
from viva.errors import JobError, MissingExtra, UsageError
from viva.present import verdict as words
from viva.records.training import Fit, Lengths


def test_what_fits_tells_what_it_needs_of_what_there_is() -> None:
    found = words.verdict(FITS)
    assert (found.text, found.tone) == ("✓ fits: needs 1.3 GiB of 15.6 GiB, 14.3 GiB to spare", "$success")
    assert found.lines == (
        "138 steps · about 52 s · longest example 412 tokens · 2 cut · 1 left out",
        "on cpu · runtime 900.0 MiB, activations 410.0 MiB",
    )


def test_what_does_not_fit_tells_by_how_much_and_the_nearest_setting_that_would() -> None:
    found = words.verdict(TOO_MUCH)
    assert found.tone == "$error"
    assert found.text == "✗ does not fit: 2.1 GiB too much; would fit with batch_size=1 gpus=2"
    assert found.lines == (
        "1,380 steps · longest example 2,412 tokens · none cut",
        "on cuda (NVIDIA GeForce RTX 3060) · activations 7.0 GiB, weights 6.0 GiB · dry runs: × 1.08",
    )


def test_what_fits_tightly_tells_what_is_left_and_what_would_fit_well() -> None:
    tight = replace(FITS, fit=Fit.TIGHT, predicted=15 * GIB, available=15 * GIB + 50 * MIB)
    found = words.verdict(tight)
    assert (found.text, found.tone) == ("! tight: needs 15.0 GiB of 15.0 GiB, 50.0 MiB to spare", "$warning")
    better = words.verdict(replace(tight, nearest={"batch_size": "2"})).text
    assert better.endswith("to spare; would fit with batch_size=2")


def test_every_fit_has_a_symbol_of_its_own() -> None:
    assert len(set(words.SYMBOLS.values())) == len(Fit) == len(words.TONES)


def test_a_part_of_viva_that_is_missing_is_told_in_a_line_with_what_to_do() -> None:
    found = words.refusal(MissingExtra("training needs packages that are not installed", "install viva[local]"))
    assert (found.text, found.lines) == (
        "training needs packages that are not installed",
        ("install viva[local]",),
    )
    other = words.refusal(UsageError("no such thing"))
    assert (other.text, other.lines) == ("not known whether it fits: no such thing", ())
    assert words.refusal(JobError("memory ran out")).text == "not known whether it fits: memory ran out"


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_foreign_text_in_a_verdict_is_cleaned_and_stays_on_one_line(number: int) -> None:
    text = HOSTILE[number]
    estimate = replace(TOO_MUCH, device=text, parts={text: 3 * GIB}, lengths=Lengths(1, 1, 1, 1, 1, 0, 0))
    for found in (words.verdict(estimate), words.unknown_model(text), words.refusal(UsageError(text, text))):
        for line in (found.text, *found.lines):
            assert not FORBIDDEN.search(line)
            assert "\n" not in line
            assert len(line) < 400
