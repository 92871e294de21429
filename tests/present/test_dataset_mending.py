"""Mending in words: what near-duplicates, leaks and splits are called, and what the split form means."""

from dataclasses import replace
from datetime import datetime

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import dataset_mending as words
from viva.present.dataset_mending import SplitForm
from viva.records.dataset import Dataset, Example
from viva.records.duplicates import Leak, LeakageReport, LeakKind
from viva.records.mending import DuplicateReport, LeakingTexts, NearDuplicate, Repetition
from viva.records.split import Amount, SplitReport, StratumAmounts


def dataset(version: int = 1, **splits: int) -> Dataset:
    return Dataset(f"id{version}", "zoo", version, "zoo.csv", datetime(2026, 1, 1), splits, 3, "split: a=1")


def leak(kind: LeakKind, one: str = "train", other: str = "test", words: int | None = None) -> Leak:
    return Leak(kind, 0, 4, "a", "b", one, other, 0.951, words)


def group(size: int, similarity: float = 0.9) -> Repetition:
    members = (NearDuplicate(n + 1, Example(f"q{n}", "r", "f", split="train"), n == 1) for n in range(size))
    return Repetition(similarity, tuple(members))


def test_a_change_is_told_with_its_version() -> None:
    before, after = dataset(1, train=5), dataset(2, train=3, test=1)
    assert words.version_line(before, after) == "zoo version 2: 4 examples; train 3 · test 1"
    assert words.version_line(before, before) == "nothing to change: zoo stays at version 1"


def test_only_equal_texts_have_the_similarity_one() -> None:
    assert [words.similarity_text(value) for value in (1.0, 0.999, 0.9)] == ["1.00", "0.99", "0.90"]


def test_groups_are_counted_and_name_the_question_that_stays() -> None:
    report = DuplicateReport(10, 0.9, (group(3), group(2, 0.999)), 7)
    assert report.dropped == 3
    assert words.duplicate_counts(report) == "2 groups · 3 of 10 examples go"
    assert words.group_row(report.groups[0], 1) == ("1", "3", "0.90", "q1")
    assert words.group_title(report.groups[0], 2) == "3 examples, similarity 0.90 · the first 2 are shown"
    titles = [words.member_title(member) for member in report.groups[0].members[:2]]
    assert titles == ["○ goes · example 1 · train · f", "● stays · example 2 · train · f"]
    assert words.duplicate_lines(report)[1] == "cut short: 7 comparisons passed over, because too many texts look alike"


def test_leaks_are_counted_for_each_pair_of_splits() -> None:
    leaks = [leak(LeakKind.QUESTION)] * 3 + [leak(LeakKind.REFERENCE, "test", "train")]
    leaks += [leak(LeakKind.COPIED_REFERENCE, "a", "a", 31), leak(LeakKind.QUESTION, "a", "b")]
    report = LeakageReport(tuple(leaks), 0.9)
    assert words.leak_lines(report, 2) == [
        "test ↔ train: 3 near-duplicate questions, 1 near-duplicate reference",
        "within a: 1 reference inside a question",
        "and 1 more pair of splits",
    ]
    assert words.leak_counts(dataset(train=5), report) == "6 findings"
    known = replace(dataset(train=5, test=2), leakage=report.summary(datetime(2026, 1, 1)))
    said = "1 near-duplicate, 1 reference inside a question"
    assert words.leak_counts(known, report) == said


def test_what_helps_depends_on_what_leaks() -> None:
    question, reference, copied = (LeakageReport((leak(kind, words=31),), 0.9) for kind in LeakKind)
    assert [words.splitting_helps(report) for report in (question, reference, copied)] == [True, True, False]
    assert [words.dropping_helps(report) for report in (question, reference, copied)] == [True, False, False]
    assert words.leak_advice(question) == "Split anew, near-duplicates kept together, or keep one of each group."
    assert words.leak_advice(reference) == "Split anew, near-duplicates kept together."
    assert words.leak_advice(copied) == "Edit questions that hold a reference."


def test_a_leak_says_what_is_the_same() -> None:
    copied = leak(LeakKind.COPIED_REFERENCE, words=31)
    assert words.leak_row(copied) == ("test ↔ train", "reference inside a question", "31 words")
    found = LeakingTexts(Example("q", "the reference"), Example("the question", "r"), "the words")
    assert words.leak_same(copied, found) == (
        "reference inside a question: 31 words in a row, 95% of the reference: “the words”"
    )
    first, second = words.leak_texts(copied, found.first, found.second)
    assert first == ("Reference of example 1 · (none)", "the reference")
    assert second == ("Question of example 5 · (none)", "the question")
    near = leak(LeakKind.REFERENCE)
    assert words.leak_texts(near, found.first, found.second)[1][1] == "r"


def test_a_form_knows_its_preset() -> None:
    assert [words.preset_of(SplitForm(preset.parts, preset.per)) for preset in words.PRESETS] == [
        preset.key for preset in words.PRESETS
    ]
    assert words.preset_of(SplitForm("train=0.75, test=0.25")) == "75-25"
    assert words.preset_of(SplitForm("train=0.75,test=0.25", "field")) == words.OWN
    assert (SplitForm(seed=" 12 ").number, SplitForm(seed="x").number, SplitForm(seed="").number) == (12, None, None)


def test_a_form_opens_stratified_where_there_are_fields() -> None:
    assert words.first_split_form(dataset(train=4)).stratify == "field"


def test_wanted_and_got_are_told_over_all_and_where_a_stratum_differs() -> None:
    report = SplitReport(
        (Amount("train", 6, 7), Amount("test", 2, 1)), 2, 0, 1, 5,
        (
            StratumAmounts("a", None, 4, (Amount("train", 3, 3), Amount("test", 1, 1))),
            StratumAmounts("b", "c", 4, (Amount("train", 3, 4), Amount("test", 1, 0))),
        ),
    )  # fmt: skip
    assert words.split_cells(words.split_rows(report)) == [
        ("all", "train", "6", "7", "+1"),
        ("all", "test", "2", "1", "-1"),
        ("all", "(none)", "0", "2", "+2"),
        ("b › c", "train", "3", "4", "+1"),
        ("b › c", "test", "1", "0", "-1"),
    ]
    assert words.split_lines(report) == [
        "not exact: train +1, test -1; 1 of 2 strata differ",
        "1 group kept together (near-duplicates, one source), the largest of 5",
        "2 examples in no split",
    ]


def test_hostile_texts_are_cleaned() -> None:
    for text in HOSTILE:
        example = Example(text, text, text, text, text)
        member = NearDuplicate(1, example, True)
        said = [
            *words.group_row(Repetition(0.9, (member,)), 1),
            words.member_title(member),
            *words.leak_row(leak(LeakKind.QUESTION, text, text)),
            words.leak_same(leak(LeakKind.COPIED_REFERENCE, words=3), LeakingTexts(example, example, text)),
            words.leak_texts(leak(LeakKind.QUESTION), example, example)[0][0],
            *words.split_cells([(text, text, text, 1, 2)])[0],
        ]
        assert not FORBIDDEN.search("".join(said))
