"""What leaks between the splits of a dataset."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.dataset.leakage import find_leaks
from viva.dataset.passages import HOLDERS, copied_passages
from viva.errors import UsageError
from viva.records.dataset import Example, Leakage
from viva.records.duplicates import Leak, LeakKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def text(seed: int, words: int) -> str:
    """Return so many words, which no other seed has."""
    drawn = random.Random(seed)
    return " ".join(f"s{seed}w{drawn.randrange(1_000_000)}" for _ in range(words))


def example(number: int, split: str | None, question: str = "", reference: str = "") -> Example:
    return Example(
        question or text(10 * number, 12),
        reference or text(10 * number + 1, 60),
        split=split,
        example_id=f"e{number}",
    )


def test_a_clean_dataset_leaks_nothing() -> None:
    report = find_leaks([example(number, ["train", "test", None][number % 3]) for number in range(30)])
    assert report.leaks == ()
    assert report.counts() == {}
    assert report.summary(NOW) == Leakage(0, 0, 0.9, NOW)


def test_near_duplicates_of_different_splits_are_named() -> None:
    question, reference = text(1, 20), text(2, 100)
    examples = [
        example(0, "train", question=question),
        example(1, "train", question=question.upper()),
        example(2, "test", question=question + " please"),
        example(3, "validation", reference=reference),
        example(4, None, reference=reference + "."),
    ]
    report = find_leaks(examples)
    assert report.leaks == (
        Leak(LeakKind.QUESTION, 0, 2, "e0", "e2", "train", "test", pytest.approx(40 / 41)),
        Leak(LeakKind.QUESTION, 1, 2, "e1", "e2", "train", "test", pytest.approx(40 / 41)),
        Leak(LeakKind.REFERENCE, 3, 4, "e3", "e4", "validation", "", 1.0),
    )
    assert report.counts() == {
        ("", "validation"): {LeakKind.QUESTION: 0, LeakKind.REFERENCE: 1, LeakKind.COPIED_REFERENCE: 0},
        ("test", "train"): {LeakKind.QUESTION: 2, LeakKind.REFERENCE: 0, LeakKind.COPIED_REFERENCE: 0},
    }
    assert report.summary(NOW) == Leakage(3, 0, 0.9, NOW)


@pytest.mark.parametrize("split", ["train", None, ""])
def test_examples_of_one_split_do_not_leak(split: str | None) -> None:
    question, reference = text(1, 40), text(2, 40)
    examples = [example(0, split, question, reference), example(1, split, question, reference)]
    examples.append(example(2, split, question=f"Given {reference}, what next?"))
    assert find_leaks(examples).leaks == ()


def test_a_pair_alike_in_both_texts_counts_once_in_the_summary() -> None:
    question, reference = text(1, 20), text(2, 40)
    report = find_leaks([example(0, "train", question, reference), example(1, "test", question, reference)])
    assert [leak.kind for leak in report.leaks] == [LeakKind.QUESTION, LeakKind.REFERENCE]
    assert report.summary(NOW) == Leakage(1, 0, 0.9, NOW)


@pytest.mark.parametrize(("words", "found"), [(7, False), (8, True), (29, True), (30, True), (200, True)])
def test_a_whole_reference_in_a_question_of_another_split_is_found(words: int, found: bool) -> None:
    reference = text(1, words)
    holder = example(1, "test", question=f"Somebody says: {reference.title()}! Is this right?")
    report = find_leaks([example(0, "train", reference=reference), holder])
    wanted = Leak(LeakKind.COPIED_REFERENCE, 0, 1, "e0", "e1", "train", "test", 1.0, words)
    assert report.leaks == ((wanted,) if found else ())
    assert report.summary(NOW).copied_references == int(found)


@pytest.mark.parametrize(("words", "found"), [(29, False), (30, True), (45, True)])
def test_a_passage_of_a_long_reference_is_found_from_thirty_words(words: int, found: bool) -> None:
    passage = text(2, words)
    reference = f"{text(1, 40)} {passage} {text(3, 40)}"
    report = find_leaks([example(0, "train", reference=reference), example(1, None, question=f"Why {passage}?")])
    assert [(leak.words, leak.similarity) for leak in report.leaks] == [(words, words / (80 + words))] * found


def test_a_part_of_a_short_reference_is_no_leak() -> None:
    reference = text(1, 29)
    question = " ".join(reference.split()[:28])
    assert find_leaks([example(0, "train", reference=reference), example(1, "test", question=question)]).leaks == ()


@pytest.mark.parametrize("split", ["train", None])
def test_a_reference_in_its_own_question_is_found(split: str | None) -> None:
    reference = text(1, 50)
    report = find_leaks([example(0, split, f"Repeat this: {reference}", reference)])
    assert [(leak.first, leak.second, leak.words) for leak in report.leaks] == [(0, 0, 50)]


def test_of_several_passages_the_longest_is_named() -> None:
    short, long = text(1, 31), text(2, 50)
    examples = [
        example(0, "train", reference=f"{short} however {long}"),
        example(1, "test", question=f"{long} and {short}"),
    ]
    assert [leak.words for leak in find_leaks(examples).leaks] == [50]


def test_a_chinese_reference_in_a_question_is_found() -> None:
    reference = "先用冻结的编码器提取特征再计算距离"
    examples = [example(0, "train", reference=reference), example(1, "test", question=f"为什么{reference}？")]
    assert [leak.words for leak in find_leaks(examples).leaks] == [17]


def test_a_reference_in_very_many_questions_is_cut_short_and_says_so() -> None:
    reference = text(1, 40)
    questions = [example(number, "test", question=f"{reference} {text(number, 60)}") for number in range(2, 60)]
    report = find_leaks([example(0, "train", reference=reference), *questions])
    assert len(report.leaks) == HOLDERS
    assert report.left_out == 58 - HOLDERS


def test_one_word_over_and_over_is_no_trap() -> None:
    passages, left_out = copied_passages(["na " * 5_000], ["na " * 4_000], ["train"])
    assert [(found.words, left_out) for found in passages] == [(4_000, 0)]


def test_an_empty_dataset_and_empty_texts_leak_nothing() -> None:
    assert find_leaks([]).leaks == ()
    assert find_leaks([Example("", "", split=split) for split in ("train", "test", None)]).leaks == ()


def test_a_threshold_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError):
        find_leaks([], threshold=90)


def holds(question: list[str], reference: list[str]) -> int:
    """Return the length of the longest run of the reference in the question, by definition and slowly."""
    size = len(reference) if len(reference) < 30 else 30
    for length in range(len(reference), max(size, 8) - 1, -1):
        runs = {tuple(reference[start : start + length]) for start in range(len(reference) - length + 1)}
        if any(tuple(question[start : start + length]) in runs for start in range(len(question) - length + 1)):
            return length
    return 0


pieces = st.lists(st.sampled_from([text(seed, size) for seed, size in [(1, 5), (2, 9), (3, 30), (4, 33)]]), max_size=4)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(pieces, pieces, st.sampled_from(["train", "test", ""])), max_size=5))
def test_passages_are_those_that_a_slow_search_finds(rows: list[tuple[list[str], list[str], str]]) -> None:
    questions = [" ".join(question) for question, _, _ in rows]
    references = [" ".join(reference) for _, reference, _ in rows]
    splits = [split for _, _, split in rows]
    found, left_out = copied_passages(references, questions, splits)
    wanted = {
        (one, other): length
        for one in range(len(rows))
        for other in range(len(rows))
        if (one == other or splits[one] != splits[other])
        and (length := holds(questions[other].split(), references[one].split()))
    }
    assert {(passage.reference, passage.question) for passage in found} == set(wanted)
    assert all(passage.words <= wanted[passage.reference, passage.question] for passage in found)
    assert left_out == 0
