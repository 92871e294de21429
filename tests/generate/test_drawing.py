"""Tokens are drawn as often as they are likely, and by the numbers that belong to their text."""

import pytest
import torch
from transformers import LogitsProcessorList, RepetitionPenaltyLogitsProcessor

from viva.generate.drawing import Drawing
from viva.records.model import Decoding

LOGITS = torch.log(torch.tensor([[0.5, 0.0, 0.3, 0.15, 0.05]]))


def shares(decoding: Decoding) -> list[float]:
    drawing = Drawing(decoding)
    chances = drawing.chances("e1 0", 4000)
    drawn = drawing.tokens(LOGITS.expand(4000, -1), None, chances)
    return [round(share, 2) for share in (torch.bincount(drawn, minlength=5) / 4000).tolist()]


@pytest.mark.parametrize(
    ("decoding", "expected"),
    [
        (Decoding(temperature=1.0), [0.5, 0.0, 0.3, 0.15, 0.05]),
        (Decoding(temperature=0.5), [0.68, 0.0, 0.25, 0.06, 0.01]),
        (Decoding(temperature=1.0, top_k=2), [0.625, 0.0, 0.375, 0.0, 0.0]),
        (Decoding(temperature=1.0, top_p=0.7), [0.625, 0.0, 0.375, 0.0, 0.0]),
        (Decoding(temperature=0.0), [1.0, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_tokens_come_as_often_as_they_are_likely(decoding: Decoding, expected: list[float]) -> None:
    if decoding.temperature == 0:
        assert Drawing(decoding).tokens(LOGITS, None, [0.0]).tolist() == [0]
        return
    assert shares(decoding) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.8, 1 - 1e-12, 1.0])
def test_what_cannot_be_drawn_never_is(chance: float) -> None:
    drawing = Drawing(Decoding(temperature=1.0, top_k=3))
    assert drawing.tokens(LOGITS, None, [chance]).item() in (0, 2, 3)


def test_the_penalty_is_the_librarys() -> None:
    torch.manual_seed(0)
    logits, written = torch.randn(4, 30) * 3, torch.randint(0, 30, (4, 6))
    theirs = LogitsProcessorList([RepetitionPenaltyLogitsProcessor(2.0)])(written, logits)  # type: ignore[arg-type]
    seen = torch.zeros(4, 30, dtype=torch.bool).scatter_(1, written, True)
    ours = Drawing(Decoding(repetition_penalty=2.0)).tokens(logits, seen, [0.0] * 4)
    assert ours.tolist() == theirs.argmax(-1).tolist()


def test_numbers_repeat_for_a_seed_and_a_name_and_for_nothing_else() -> None:
    drawn = Drawing(Decoding(temperature=1.0, seed=1))
    assert drawn.chances("a 0", 5) == drawn.chances("a 0", 5)
    assert drawn.chances("a 0", 9)[:5] == drawn.chances("a 0", 5)
    others = [drawn.chances("a 1", 5), Drawing(Decoding(temperature=1.0, seed=2)).chances("a 0", 5)]
    assert drawn.chances("a 0", 5) not in others
    assert Drawing(Decoding()).chances("a 0", 5) == []
