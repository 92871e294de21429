"""Cleaning: what is taken out, what survives, what is dropped and why."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva.dataset.clean import CleanTally, clean, clean_text, summary
from viva.errors import UsageError
from viva.records.cleaning import CleanReason, CleanRules
from viva.records.dataset import Example

ALL = CleanRules()
ONLY_DECORATION = CleanRules(control=False, white_space=False, unicode=False)

PIECES = st.sampled_from(
    [
        *"*_#`~=-•▪◦\\|:.()$x1 \t\n\r", "**", "***", "****", "__", "```", "~~~", "\n\n", "\n* ", "\n# ", "\n## ",
        "\n- ", "a", "B", "word", "重点", "│", "──", "┌", "🚀", "🔹 ", "1️⃣", "✅", "😀", "👩‍🔬", "\x1b[31m",
        "\x1b]0;t\x07", "\x00", "\u202e", "\u200b", "\u200d", "\ufeff", "\u00a0", "\u2028", "\u2029", "\x85",
        "\x1c", "\u3000", "e\u0301",
        "\u1fef", "\u2000", "\ud800", "$$", "https://x.y/_a_",
    ]
)  # fmt: skip
WILD = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=40))


def cleaned(text: str, rules: CleanRules = ALL) -> str:
    return clean_text(text, rules)[0]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**Hypothesis:** the *main* idea is ***key***", "Hypothesis: the main idea is key"),
        ("an _old_ and a __Bold Word__", "an old and a Bold Word"),
        ("**a *b* c** (**d**, *e*)", "a b c (d, e)"),
        ("**Note:**The text", "Note:The text"),
        ("** Title **:", "Title:"),
        ("**bold over\ntwo** lines", "bold over\ntwo lines"),
        ("**Unclosed heading\n\ntext", "Unclosed heading\n\ntext"),
        ("Method:**", "Method:"),
        ("这是**重点**内容", "这是重点内容"),
        ("## Title ##\n#### Steps:\n##Data", "Title\nSteps:\nData"),
        ("one\n***\ntwo\n=====\nthree\n- - -\nfour\n****** ******\nfive", "one\n\ntwo\n\nthree\n\nfour\n\nfive"),
        ("****** text ******", "text"),
        ("foo****bar", "foo bar"),
        ("* one\n  * two\n• three\n▪four\n◦ five", "- one\n  - two\n- three\n- four\n- five"),
        ("- • twice", "- twice"),
        ("🚀 Launch\n🔹 item\n1️⃣ first\n## 🧠 **Idea**", "Launch\n- item\n1. first\nIdea"),
        ("┌───┬───┐\n│ a │ b │\n└───┴───┘\n├── src", "a | b\n\nsrc"),
        ("~~~~~~\nTitle", "Title"),
        ("***", ""),
    ],
)
def test_decoration_goes_and_the_words_stay(text: str, plain: str) -> None:
    assert cleaned(text) == plain
    assert CleanReason.DECORATION in clean_text(text, ALL)[1]


@pytest.mark.parametrize(
    "text",
    [
        "3 * 4, a*b*c, f(x) = a*b, (a)*(b) + (c)*(d), 2**3**4, 2 ** 3 ** 4, (a+b)**2 + (c)**2",
        "C# and F# are #1, #hashtag",
        "snake_case, __init__, if __name__ == '__main__': x_1 and _x_i",
        "f(*args, **kwargs)",
        "**kwargs are passed on",
        "x = *p + *q;",
        "A* and B* search, the policy π* and V*, V^*(s) and Q^*(s, a)",
        "accuracy* is high\n\n* measured on the test split",
        "accuracy is .9* for A, .8** for B\n*p < .05; **p < .01; ***p < .001",
        "use `**x**` or `a`*`b`*`c`",
        "```python\n# x\n    a = b ** c   # y  \n\n\n\n* z\n***\n```",
        "~~~\ncode **x**\n~~~",
        "$$a *b* c$$ and https://x.y/_a_/*b*",
        "\\*as written\\*",
        "The capital of France is ____.",
        "a --- b, --flag, a === b, 5 - 3, ~20 %",
        "- item\n1. item\n   - deeper",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "✅ yes\n❌ no\n😀 hello\n🇫🇷 France",
        "def f(x):\n    return x * 2",
        "می\u200cخواهم and 👩\u200d🔬",
        "^_^ T_T",
    ],
)
def test_what_means_something_survives(text: str) -> None:
    assert clean_text(text, ALL) == (text, ())


@pytest.mark.parametrize(
    ("text", "plain", "reason"),
    [
        ("a\u202eb\u200bc\x00d\ufeff", "abcd", CleanReason.CONTROL),
        ("\x1b[31mred\x1b[0m\x1b]0;title\x07", "red", CleanReason.CONTROL),
        ("a\ud800b", "a\ufffdb", CleanReason.CONTROL),
        ("a  b \r\nc\u00a0d\r\n\r\n\r\n\r\ne\rf ", "a b\nc d\n\ne\nf", CleanReason.WHITE_SPACE),
        ("  lead\ntext", "lead\ntext", CleanReason.WHITE_SPACE),
        ("e\u0301", "é", CleanReason.UNICODE),
    ],
)
def test_each_rule_has_its_reason_and_can_be_switched_off(text: str, plain: str, reason: CleanReason) -> None:
    assert clean_text(text, ALL) == (plain, (reason,))
    assert clean_text(text, CleanRules(False, False, False, False)) == (text, ())


def test_blanks_left_behind_by_decoration_are_not_a_reason_of_their_own() -> None:
    assert clean_text("one\n\n***\n\ntwo", ALL) == ("one\n\ntwo", (CleanReason.DECORATION,))


@settings(deadline=None, max_examples=300)
@given(WILD)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    for rules in (ALL, ONLY_DECORATION, CleanRules(white_space=False), CleanRules(decoration=False)):
        once = cleaned(text, rules)
        assert clean_text(once, rules) == (once, ())


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet=st.characters(categories=["L", "Nd"]), max_size=20), st.sampled_from(["**", "*", "_", "# ", "* "])
)
def test_no_letter_or_digit_is_lost(word: str, mark: str) -> None:
    text = f"{mark}{word} and {word}{mark}\n{mark}{word}"
    assert [c for c in cleaned(text, ONLY_DECORATION) if c.isalnum()] == [c for c in text if c.isalnum()]


@pytest.mark.parametrize(
    "piece", ["*a ", "_a ", "**a ", "# * ", "` `` ", "─ ", " \t", "~~~ a\n", "*_", "\x1b]", "- *", "**a b** "]
)
def test_long_texts_of_one_mark_are_cleaned(piece: str) -> None:
    text = piece * 20_000
    once = cleaned(text)
    assert cleaned(once) == once


def test_a_row_with_nothing_to_clean_is_not_touched() -> None:
    example = Example("What is it?", "An idea.", meta={"a": "**b**"})
    [row] = clean([example], ALL)
    assert row.after is example
    assert (row.reasons, row.changed, row.dropped) == ((), False, False)


def test_only_question_and_reference_are_cleaned() -> None:
    example = Example("**q**", "r", field="**f**", meta={"a": "**b**"}, source="*s*")
    [row] = clean([example], ALL)
    assert row.after == replace(example, question="q")


def test_what_is_empty_after_cleaning_is_dropped() -> None:
    rows = list(clean([Example("q", "***\n---"), Example(" ", "r"), Example("q", "r")], ALL))
    assert [row.dropped for row in rows] == [True, True, False]
    assert rows[0].reasons == (CleanReason.DECORATION, CleanReason.EMPTY)


def test_of_duplicates_after_cleaning_the_first_stays() -> None:
    examples = [Example("**q**", "r"), Example("q ", "r"), Example("q", "other"), Example("q", "r", split="test")]
    rows = list(clean(examples, ALL))
    assert [row.dropped for row in rows] == [False, True, False, True]
    assert rows[1].reasons == (CleanReason.WHITE_SPACE, CleanReason.DUPLICATE)
    same = list(clean(examples, CleanRules(same_question=True)))
    assert [row.dropped for row in same] == [False, True, True, True]
    assert same[2].reasons == (CleanReason.SAME_QUESTION,)
    assert not any(row.dropped for row in clean(examples, CleanRules(duplicates=False)))


def test_what_was_dropped_makes_no_duplicate() -> None:
    rules = CleanRules(same_question=True, least_reference=2)
    rows = list(clean([Example("q", "short"), Example("q", "long enough")], rules))
    assert [row.reasons for row in rows] == [(CleanReason.SHORT_REFERENCE,), ()]


def test_limits_count_words() -> None:
    rules = CleanRules(least_question=2, most_question=3, least_reference=2, most_reference=3)
    rows = list(
        clean([Example("one", "one two three four"), Example("a b c d", "one"), Example("a b", "a-b c")], rules)
    )
    assert [row.reasons for row in rows] == [
        (CleanReason.SHORT_QUESTION, CleanReason.LONG_REFERENCE),
        (CleanReason.LONG_QUESTION, CleanReason.SHORT_REFERENCE),
        (),
    ]


@pytest.mark.parametrize("rules", [CleanRules(least_question=5, most_question=4), CleanRules(most_reference=0)])
def test_limits_that_make_no_sense_are_refused(rules: CleanRules) -> None:
    with pytest.raises(UsageError):
        list(clean([], rules))


def test_conversations_are_left_alone_but_can_be_dropped() -> None:
    talk = [{"role": "user", "content": "**q**"}]
    example = Example("**q**", "**r**", messages=talk)
    other = replace(example, messages=[*talk, {"role": "assistant", "content": "x"}])
    rows = list(clean([example, other, replace(example)], ALL))
    assert [row.after for row in rows] == [example, other, None]
    assert rows[2].reasons == (CleanReason.DUPLICATE,)


def test_the_report_counts_rows_and_keeps_the_first_that_changed() -> None:
    examples = [Example("ok", "ok"), Example("**a**", "b "), Example("ok", "ok"), Example("*c*", "d")]
    report = summary(clean(examples, ALL), samples=2)
    assert (report.examined, report.changed, report.dropped, report.kept) == (4, 2, 1, 3)
    assert report.reasons == {CleanReason.DECORATION: 2, CleanReason.WHITE_SPACE: 1, CleanReason.DUPLICATE: 1}
    assert [row.index for row in report.samples] == [1, 2]


def test_rows_can_be_stored_and_counted_in_one_pass() -> None:
    tally = CleanTally()
    stored = [row.after for row in tally.watch(clean(iter([Example("*a*", "b"), Example("", "")]), ALL)) if row.after]
    assert [example.question for example in stored] == ["a"]
    assert tally.report() == summary(clean([Example("*a*", "b"), Example("", "")], ALL))
