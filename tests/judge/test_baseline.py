"""What the baseline gives, with cosines made of common words instead of embeddings."""

from collections.abc import Sequence

import pytest

from tests.fakes.common_words import CommonWords
from viva.judge import baseline
from viva.judge.baseline import Item, judge
from viva.paths import shipped
from viva.records.judging import Given
from viva.records.rubric import Criterion, Rubric
from viva.workbench.rubrics import load_rubric

RUBRIC = load_rubric(shipped("rubrics", "default.toml"))
ITEM = Item(
    "How can a camera see a fall?",
    "A depth camera sees skeletons. A graph network scores them. Two wards are held out.",
    "A depth camera sees skeletons. Then one hopes for the best.",
)


class Fixed:
    """Gives every pair the same cosine."""

    def __init__(self, cosine: float) -> None:
        self.cosine = cosine

    def similarity(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [self.cosine] * len(pairs)


def _one(item: Item, embedder: baseline.Similarity, rubric: Rubric = RUBRIC) -> dict[str, Given]:
    [found] = judge([item], rubric, embedder)
    return found


def test_each_criterion_is_measured_against_its_own_text() -> None:
    embedder = CommonWords()
    found = _one(ITEM, embedder)
    assert (ITEM.text, ITEM.reference) in embedder.asked
    assert (ITEM.text, ITEM.question) in embedder.asked
    assert found["completeness"].value == pytest.approx(5 / 3, abs=1e-4)
    assert found["completeness"].rationale == "1 of 3 sentences of the reference are covered"
    assert found["accuracy"].value is not None
    assert "cosine of text and reference" in found["accuracy"].rationale


def test_practicality_and_unknown_criteria_are_unscored_with_the_reason() -> None:
    rubric = Rubric("own", "Own", (*RUBRIC.criteria, Criterion("novelty", 5, "New?", 1, 3, {})))
    found = _one(ITEM, CommonWords(), rubric)
    assert found["practicality"] == Given(None, "the baseline has no measure of practicality")
    assert found["novelty"] == Given(None, "the baseline has no measure of novelty")


@pytest.mark.parametrize(("cosine", "value"), [(1.0, 3.0), (0.5, 2.0), (0.0, 1.0), (-0.4, 1.0)])
def test_a_cosine_is_mapped_on_the_scale_and_stays_on_it(cosine: float, value: float) -> None:
    rubric = Rubric("own", "Own", (Criterion("accuracy", 10, "Right?", 1, 3, {}),))
    assert _one(ITEM, Fixed(cosine), rubric)["accuracy"].value == pytest.approx(value)


def test_a_sentence_is_covered_from_the_threshold_on() -> None:
    assert _one(ITEM, Fixed(baseline.THRESHOLD))["completeness"].value == 5
    assert _one(ITEM, Fixed(baseline.THRESHOLD - 0.01))["completeness"].value == 0


@pytest.mark.parametrize(
    ("item", "criterion", "reason"),
    [
        (Item("Q?", "R is so.", "  \n"), "accuracy", "the text is empty"),
        (Item("Q?", "R is so.", ""), "completeness", "the text is empty"),
        (Item("Q?", " ", "A text."), "accuracy", "there is no reference"),
        (Item("Q?", " ", "A text."), "completeness", "there is no reference"),
        (Item("", "R is so.", "A text."), "relevance", "there is no question"),
        (Item("Q?", "R is so.", "12 34"), "completeness", "there are no sentences to compare"),
    ],
)
def test_what_cannot_be_compared_is_unscored(item: Item, criterion: str, reason: str) -> None:
    assert _one(item, CommonWords())[criterion] == Given(None, reason)


def test_items_keep_their_order_beside_unscored_ones() -> None:
    empty = Item(ITEM.question, ITEM.reference, "")
    copied = Item(ITEM.question, ITEM.reference, ITEM.reference)
    first, second, third = judge([empty, copied, ITEM], RUBRIC, CommonWords())
    assert first["accuracy"].value is None
    assert second["accuracy"].value == 5
    assert third == _one(ITEM, CommonWords())


def test_nothing_to_judge_gives_nothing() -> None:
    assert judge([], RUBRIC, CommonWords()) == []
