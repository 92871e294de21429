"""Which texts are found to be near-duplicates, how they are grouped, and what is dropped."""

import csv
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.dataset.candidates import LISTED
from viva.dataset.near_duplicates import find_pairs, groups, keep
from viva.dataset.normalised import normalised_words
from viva.errors import UsageError
from viva.records.dataset import Example
from viva.records.duplicates import DuplicateGroup, KeepRule, Pair

VAD = Path(__file__).parents[2] / "data" / "datasets" / "vad.csv"
LONG = " ".join(f"word{number}" for number in range(20))


def column(name: str) -> list[str]:
    with VAD.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


def similarity(one: str, other: str) -> float:
    found = find_pairs([one, other], threshold=0.01).pairs
    return found[0].similarity if found else 0.0


def by_definition(one: str, other: str) -> float:
    left, right = Counter(normalised_words(one)), Counter(normalised_words(other))
    return 2 * (left & right).total() / max(left.total() + right.total(), 1)


@pytest.mark.parametrize("name", ["question", "reference"])
def test_real_texts_that_differ_are_not_merged(name: str) -> None:
    assert find_pairs(column(name)).pairs == ()
    assert find_pairs(column(name), threshold=0.6).pairs == ()


@pytest.mark.parametrize("name", ["question", "reference"])
def test_planted_edits_of_real_texts_are_found(name: str) -> None:
    texts = column(name)
    drawn = random.Random(5)
    edited = []
    for text in texts:
        words = text.split()
        words[drawn.randrange(len(words))] = "elsewhere"
        drawn.shuffle(words)
        edited.append(" ".join(words).upper())
    found = find_pairs(texts + edited).pairs
    assert [(pair.first, pair.second) for pair in found] == [(index, index + 128) for index in range(128)]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("How are falls found?", "  how ARE\nfalls found ", 1.0),
        ("How are falls found?", "Found how are falls", 1.0),
        ("Don't alarm staff", "dont alarm: staff!", 1.0),
        ("ｆａｌｌ ①", "fall 1", 1.0),
        ("the cat and the dog", "the cat and dog", 8 / 9),
        ("How can falls be detected in wards?", "How can leaks be detected in pipes?", 10 / 14),
        ("2 + 2 is four", "2 - 2 is four", 8 / 9),
        ("如何检测医院里的跌倒", "如何检测医院里的火灾", 0.8),
        ("転倒を検出する方法は何ですか。", "転倒を 検出する方法は 何ですか", 1.0),
        ("用GPU检测", "用 gpu 检测", 1.0),
        ("हिन्दी में प्रश्न", "हिन्दी में उत्तर", 4 / 6),
    ],
)
def test_similarity_is_the_share_of_words_in_common(one: str, other: str, wanted: float) -> None:
    assert similarity(one, other) == pytest.approx(wanted)


def test_two_questions_from_one_template_are_not_merged() -> None:
    things = ["falls", "leaks", "fires", "thefts", "floods"]
    places = ["wards", "pipelines", "tunnels", "shops", "cellars"]
    texts = [f"How can {thing} be detected in {place}?" for thing in things for place in places]
    assert find_pairs(texts).pairs == ()


def test_one_character_replaced_in_a_chinese_question_is_found() -> None:
    one = "在没有标注数据的情况下如何用摄像头检测养老院走廊里的跌倒"
    assert len(find_pairs([one, one.replace("跌", "摔"), "如何衡量异常检测系统的误报率"]).pairs) == 1


def test_texts_without_words_are_never_duplicates() -> None:
    assert find_pairs(["", "", " \n", "?!", "?!", "\x00", "\ud800", "\ud800"]).pairs == ()


def test_many_copies_are_linked_to_the_first() -> None:
    found = find_pairs([LONG] * 5_000)
    assert [(pair.first, pair.second) for pair in found.pairs] == [(0, index) for index in range(1, 5_000)]
    assert found.left_out == 0


def test_a_large_group_of_edits_is_complete_without_all_its_pairs() -> None:
    count = 10 * LISTED
    texts = [f"{LONG} edit{number}" for number in range(count)]
    found = find_pairs(texts)
    assert len(found.pairs) < 100 * count
    assert [group.members for group in groups(found.pairs, count)] == [tuple(range(count))]
    assert found.left_out == 0


def test_comparisons_passed_over_in_a_crowd_are_counted() -> None:
    texts = [f"How can {number} falls be detected in room{number} at night" for number in range(500)]
    found = find_pairs(texts)
    assert found.pairs == ()
    assert found.left_out > 0


def test_copies_in_a_crowd_are_found_all_the_same() -> None:
    texts = [f"How can {number} falls be detected in room{number} at night" for number in range(500)]
    assert [(pair.first, pair.second) for pair in find_pairs([*texts, texts[7].upper()]).pairs] == [(7, 500)]


def test_pairs_found_otherwise_are_added() -> None:
    texts = [LONG, LONG + " more", "quite another text"]
    found = find_pairs(texts, also=[Pair(2, 0, 0.8), Pair(0, 1, 0.1)]).pairs
    assert found == (Pair(0, 1, pytest.approx(40 / 41)), Pair(0, 2, 0.8))
    for wrong in (Pair(1, 1, 1.0), Pair(0, 3, 1.0), Pair(-1, 0, 1.0)):
        with pytest.raises(ValueError, match="no two of 3 texts"):
            find_pairs(texts, also=[wrong])


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.01, float("nan")])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(UsageError, match="cannot be a threshold"):
        find_pairs(["a", "b"], threshold)


def test_with_sides_every_text_with_a_partner_across_is_in_a_pair() -> None:
    texts = [LONG, LONG, LONG + " more", LONG + " more", "quite another text"]
    found = find_pairs(texts, apart=["train", "train", "test", "train", "test"]).pairs
    assert {(pair.first, pair.second) for pair in found} == {(0, 2), (1, 2), (2, 3)}
    assert find_pairs(texts, apart=["train"] * 5).pairs == ()
    with pytest.raises(ValueError, match="1 sides for 2 texts"):
        find_pairs(["a", "b"], apart=["train"])


words = st.lists(st.sampled_from([*"abcdefgh", "été", "ein", "医", "+"]), max_size=14).map(" ".join)
# No lists of many equal words, for whose pairs only the link to the first is listed.
texts_of_words = st.lists(words, max_size=25, unique_by=lambda text: tuple(sorted(text.split())))


@settings(max_examples=60, deadline=None)
@given(texts_of_words, st.sampled_from([0.6, 0.75, 0.9, 1.0]))
def test_nothing_is_found_that_is_not_as_similar_as_said(texts: list[str], threshold: float) -> None:
    found = find_pairs(texts, threshold).pairs
    assert list(found) == sorted(found, key=lambda pair: (pair.first, pair.second))
    for pair in found:
        assert pair.first < pair.second
        assert pair.similarity == pytest.approx(by_definition(texts[pair.first], texts[pair.second]))
        assert pair.similarity >= threshold
    assert found == find_pairs(texts, threshold).pairs


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(), max_size=12))
def test_any_text_is_found_to_be_its_own_copy(texts: list[str]) -> None:
    found = {(pair.first, pair.second): pair.similarity for pair in find_pairs(texts + texts).pairs}
    together = groups([Pair(*pair, similarity) for pair, similarity in found.items()], 2 * len(texts))
    group_of = {index: number for number, group in enumerate(together) for index in group.members}
    for index, text in enumerate(texts):
        if normalised_words(text):
            assert group_of[index] == group_of[index + len(texts)]
        else:
            assert index not in group_of


def test_nearly_every_pair_above_the_threshold_is_found() -> None:
    drawn = random.Random(3)
    bases = [[f"w{drawn.randrange(3_000)}" for _ in range(20)] for _ in range(300)]
    edited = [[*base[:-2], f"x{number}", f"y{number}"] for number, base in enumerate(bases)]
    texts = [" ".join(text) for text in bases + edited]
    assert len(find_pairs(texts).pairs) >= 297


def test_groups_are_connected_and_as_similar_as_their_weakest_needed_link() -> None:
    pairs = [Pair(4, 5, 0.91), Pair(0, 2, 0.9), Pair(0, 3, 0.95), Pair(2, 3, 0.97)]
    assert groups(pairs, 7) == [DuplicateGroup((0, 2, 3), 0.95), DuplicateGroup((4, 5), 0.91)]
    assert groups(reversed(pairs), 7) == groups(pairs, 7)
    assert groups([], 3) == []


@pytest.mark.parametrize(
    ("rule", "prefer", "dropped"),
    [
        (KeepRule.FIRST, None, [1, 2, 4]),
        (KeepRule.LONGEST, None, [0, 2, 4]),
        (KeepRule.SHORTEST, None, [0, 1, 4]),
        (KeepRule.FIRST, "test", [0, 1, 4]),
        (KeepRule.LONGEST, "train", [0, 2, 4]),
        (KeepRule.FIRST, "validation", [1, 2, 4]),
    ],
)
def test_one_of_each_group_is_kept(rule: KeepRule, prefer: str | None, dropped: list[int]) -> None:
    references = [("mid", "train"), ("longest", "train"), ("s", "test"), ("equal", None), ("equal", None)]
    examples = [Example("q", reference, split=split) for reference, split in references]
    found = [DuplicateGroup((0, 1, 2), 0.95), DuplicateGroup((3, 4), 1.0)]
    assert keep(found, examples, rule, prefer) == dropped
