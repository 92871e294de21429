"""Evidence stands in a text or it does not, however a judge has set its spaces and marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.judge.quotes import stands_in

TEXT = """First, train a “small” network on 2,000 labelled frames – from three sites.
Then test it on unseen\u00a0cameras; don’t tune there. Report the ﬁnal preci\u00adsion at recall .9 ... and the cost."""


@pytest.mark.parametrize(
    "evidence",
    [
        "train a “small” network",
        "train a 'small' network",
        'Train A "SMALL" Network',
        "“train a small network”".replace("small", "«small»"),
        "frames – from three sites. Then   test\nit",
        "unseen cameras; don't tune",
        "the final precision",
        "First, train … Report the final",
        "First, train ... test it [...] the cost",
        "…and the cost…",
        "three sites, ",
        "2,000 labelled frames!",
        "at recall .9 ... and",
    ],
)
def test_it_stands_there(evidence: str) -> None:
    assert stands_in(evidence, TEXT)


@pytest.mark.parametrize(
    "evidence",
    [
        "",
        "  ",
        "…",
        "“”",
        "—",
        "a large network",
        "Report … First",
        "train test",
        "First … first, train",
        "small small",
    ],
)
def test_it_does_not(evidence: str) -> None:
    assert not stands_in(evidence, TEXT)


def test_nothing_stands_in_an_empty_text() -> None:
    assert not stands_in("a", "")


@given(st.text(alphabet="ab .'…\"\n", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_each_part_of_a_text_stands_in_it(text: str, start: int, length: int) -> None:
    part = text[start : start + length]
    assert stands_in(part, text) == any(character in "ab" for character in part)


@given(st.text(max_size=20), st.text(max_size=40))
def test_no_text_raises(evidence: str, text: str) -> None:
    assert stands_in(evidence, text) in (True, False)
