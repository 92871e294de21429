"""Statistics: counts, lengths with percentiles and bins, vocabularies and what they share."""

import statistics as exact
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.dataset.statistics import lengths, statistics, words
from viva.records.dataset import Example


def test_words_are_lower_cased_and_chinese_and_japanese_stand_singly() -> None:
    assert words("The CNN-based x_1 model, v2!") == ["the", "cnn", "based", "x_1", "model", "v2"]
    assert words("视频 anomaly検出です") == ["视", "频", "anomaly", "検", "出", "で", "す"]
    assert words("한국어 텍스트 über") == ["한국어", "텍스트", "über"]
    assert words(" … ") == []


def test_rows_are_counted_per_split_field_and_subfield() -> None:
    stats = statistics(
        iter(
            [
                Example("q", "r", "retail", "spills", "train", source="a.pdf"),
                Example("q", "r", "retail", "theft", "test", source="a.pdf"),
                Example("q", "r", "aviation", None, "train", messages=[]),
                Example("q", "r"),
            ]
        )
    )
    assert (stats.rows, stats.splits) == (4, {"train": 2, "test": 1, "": 1})
    assert {row.field: dict(row.splits) for row in stats.fields} == {
        "retail": {"train": 1, "test": 1},
        "aviation": {"train": 1},
        "": {"": 1},
    }
    assert [(row.field, row.subfield, row.rows) for row in stats.subfields] == [
        ("retail", "spills", 1),
        ("retail", "theft", 1),
    ]
    assert (stats.conversations, stats.sources, stats.sourced) == (1, 1, 2)


def test_lengths_are_counted_in_words_and_where_a_tokenizer_is_given_in_tokens() -> None:
    examples = [Example("one two", "a b c"), Example("one", "a b c d e")]
    stats = statistics(examples, tokenize=len)
    assert (stats.question_words.shortest, stats.question_words.longest, stats.question_words.mean) == (1, 2, 1.5)
    assert stats.reference_words.mean == 4
    assert stats.question_tokens is not None
    assert (stats.question_tokens.shortest, stats.question_tokens.longest) == (3, 7)
    assert statistics(examples).question_tokens is None


def test_the_overlap_is_a_share_of_different_words_and_of_all_words() -> None:
    stats = statistics([Example("the cat", "sat", split="train"), Example("the the the", "dog", split="test")])
    [train, test] = stats.overlaps
    assert (train.split, train.known, train.different, train.words) == ("train", "test", 1 / 3, 1 / 3)
    assert (test.split, test.known, test.different, test.words) == ("test", "train", 0.5, 0.75)
    assert [(found.split, found.words, found.different) for found in stats.vocabulary] == [
        ("train", 3, 3),
        ("test", 4, 2),
    ]


def test_a_split_without_words_has_no_overlap() -> None:
    stats = statistics([Example("…", "!", split="a"), Example("x", "y", split="b")])
    assert [(found.different, found.words) for found in stats.overlaps] == [(None, None), (0, 0)]


def test_only_the_ten_largest_splits_are_compared() -> None:
    examples = [Example("q", "r", split=f"s{number}") for number in range(40)] + [Example("q", "r", split="s39")]
    stats = statistics(examples)
    assert len(stats.overlaps) == 10 * 9
    assert "s39" in {found.split for found in stats.overlaps}


def test_an_empty_dataset_has_statistics() -> None:
    stats = statistics([])
    assert (stats.rows, stats.splits, stats.overlaps) == (0, {}, ())
    assert (stats.question_words.texts, stats.question_words.counts, stats.question_words.edges) == (0, (), ())


@given(st.lists(st.integers(0, 3_000), min_size=2, max_size=60), st.integers(1, 30))
def test_lengths_agree_with_the_values_themselves(values: list[int], bins: int) -> None:
    found = lengths(Counter(values), bins)
    assert (found.texts, found.shortest, found.longest) == (len(values), min(values), max(values))
    assert found.mean == pytest.approx(exact.mean(values))
    cuts = exact.quantiles(values, n=100, method="inclusive")
    assert list(found.percentiles.values()) == pytest.approx([cuts[percent - 1] for percent in found.percentiles])
    assert len(found.counts) <= bins
    assert len({high - low for low, high in zip(found.edges, found.edges[1:], strict=False)}) == 1
    for low, high, count in zip(found.edges, found.edges[1:], found.counts, strict=False):
        assert count == sum(low <= value < high for value in values)
    assert sum(found.counts) == len(values)


def test_a_histogram_needs_a_bin() -> None:
    with pytest.raises(ValueError, match="needs a bin"):
        lengths({1: 1}, 0)
