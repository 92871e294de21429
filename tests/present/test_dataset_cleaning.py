"""The form that cleans, in words."""

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from viva.present import dataset_cleaning as words
from viva.present.dataset_changes import Kind
from viva.records.cleaning import CleanedRow, CleanReason, CleanReport, CleanRules
from viva.records.dataset import Example

ON = {rule.key: True for rule in words.RULES}
NO_LIMITS = {key: "" for limit in words.LIMITS for key in (limit.least, limit.most)}


def test_every_rule_can_be_switched_and_every_limit_typed() -> None:
    assert words.clean_rules({key: key != "same_question" for key in ON}, NO_LIMITS) == CleanRules()
    for key in ON:
        assert getattr(words.clean_rules({**ON, key: False}, NO_LIMITS), key) is False
    for key in NO_LIMITS:
        assert getattr(words.clean_rules(ON, {**NO_LIMITS, key: " 7 "}), key) == 7


def test_counts_say_how_much_was_looked_at() -> None:
    report = CleanReport(10, 2, 1, {CleanReason.DECORATION: 2, CleanReason.DUPLICATE: 1}, ())
    assert words.clean_counts(report, 10) == "10 examples: 2 changed, 1 dropped"
    assert words.clean_counts(report, 1000) == "the first 10 of 1,000 examples: 2 changed, 1 dropped"
    assert words.clean_counts(CleanReport(10, 0, 0, {}, ()), 10) == "10 examples: nothing to clean"
    assert words.clean_reasons(report) == "decoration 2 · duplicate 1"


def test_a_sample_marks_what_goes_and_what_comes() -> None:
    before, after = Example("**Why** so?", "r"), Example("Why so?", "r")
    [sample] = words.samples([CleanedRow(4, before, after, (CleanReason.DECORATION,))], 60)
    assert sample.heading == "Example 5 · decoration"
    [line] = sample.lines
    assert line[0].text == "question: "
    assert [segment.text for segment in line if segment.kind is Kind.REMOVED] == ["**", "**"]


def test_of_many_differences_the_first_are_shown() -> None:
    gap = "unchanged words between them and more "
    before, after = Example("**a** " + f"{gap}**b** " * 9, "r"), Example("a " + f"{gap}b " * 9, "r")
    [sample] = words.samples([CleanedRow(0, before, after, (CleanReason.DECORATION,))], 40)
    assert len(sample.lines) == words.MOST_SPOTS + 1
    assert "more spot" in sample.lines[-1][0].text


def test_hostile_texts_are_cleaned() -> None:
    for text in HOSTILE:
        rows = [
            CleanedRow(0, Example(text, text), None, (CleanReason.EMPTY,)),
            CleanedRow(0, Example(text, text), Example("a", "b"), (CleanReason.CONTROL,)),
        ]
        for sample in words.samples(rows, 60):
            assert not FORBIDDEN.search("".join(segment.text for line in sample.lines for segment in line))
