"""Histograms of what was measured and rated."""

import pytest

from tests.fakes.filled import STUDY
from tests.fakes.results import rate_at_desk
from viva.errors import NotFound, UsageError
from viva.workbench import Workbench


def test_each_system_has_its_counts_on_common_bins(filled: Workbench) -> None:
    found = filled.histograms.get("tiny", "rouge_l", "test", bins=2)
    assert [spread.system for spread in found.spreads] == ["starter", "tuned"]
    assert found.edges == pytest.approx((0.2, 0.33, 0.46))
    assert [spread.counts for spread in found.spreads] == [(4, 0), (0, 4)]
    assert found.spreads[0].mean == pytest.approx(0.23)
    assert found.spreads[0].median == pytest.approx(0.23)
    assert found.unscored == ()


def test_what_is_unscored_is_counted_and_told(filled: Workbench) -> None:
    found = filled.histograms.get("tiny", "semantic_similarity")
    assert [(s.n, s.attempted, sum(s.counts)) for s in found.spreads] == [(3, 4, 3), (4, 4, 4)]
    assert found.unscored == (("empty text", 1),)


def test_only_the_systems_asked_for_count(filled: Workbench) -> None:
    found = filled.histograms.get("tiny", "rouge_l", systems=["tuned"])
    assert [spread.system for spread in found.spreads] == ["tuned"]
    assert found.edges[0] == pytest.approx(0.4)


def test_a_measure_that_nothing_was_scored_on_is_not_found(filled: Workbench) -> None:
    with pytest.raises(NotFound, match="no measure 'rouge_k'") as caught:
        filled.histograms.get("tiny", "rouge_k")
    assert caught.value.hint == "did you mean rouge_l?"
    with pytest.raises(NotFound, match="no measure 'human total'"):
        filled.histograms.get("tiny", "human total")
    with pytest.raises(NotFound, match="no split"):
        filled.histograms.get("tiny", "rouge_l", "nowhere")


def test_bins_have_a_limit(filled: Workbench) -> None:
    for bins in (0, 201):
        with pytest.raises(UsageError, match="bins cannot be"):
            filled.histograms.get("tiny", "rouge_l", bins=bins)


def test_what_people_said_is_a_measure_too(filled: Workbench) -> None:
    rate_at_desk(filled, STUDY, most=2)
    filled.desk.deliver()
    found = filled.histograms.get("tiny", "human total")
    assert sum(spread.n for spread in found.spreads) == 2
    assert all(0 <= (spread.mean or 0) <= 100 for spread in found.spreads)
    assert filled.histograms.get("tiny", "total") == found
