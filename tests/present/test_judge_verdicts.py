"""What judges said, in words: calls, verdicts on a text, and those that are missing."""

from collections import namedtuple
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.hostile import FORBIDDEN, HOSTILE
from tests.fakes.judging import call, judgments, unscored
from viva.paths import shipped
from viva.present import judge_verdicts as words
from viva.records.browsing import BrowsedExample
from viva.records.generation import ScoredText
from viva.records.ids import utc_now
from viva.records.judging import CallState, Purpose, ReadCall
from viva.records.rubric import Rubric
from viva.workbench.rubrics import load_rubric


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric(shipped("rubrics", "default.toml"))


def test_a_call_is_told_with_its_state_its_reason_and_what_it_took() -> None:
    assert words.call_title(call()) == "strong scored a text"
    assert words.call_title(call(purpose=Purpose.DRAFT, sample=1)) == "strong drafted an approach · sample 2"
    assert words.state_text(call()) == "! partial: practicality: not given"
    assert words.state_text(call(state=CallState.OK, reason=None)) == "✓ ok"
    assert words.state_text(call(state=CallState.TRUNCATED, reason="cut off")) == "✗ truncated: cut off"
    assert words.call_facts(call()) == (
        "asked as schema · 1,234 tokens read, 210 written · cost 0.02 · 2.5 s · 2 attempts · 1 retry · seed 7"
    )
    once = call(attempts=1, retries=0, cost=None, estimated=True, asked_as="")
    assert words.call_facts(once) == "about 1,234 tokens read, 210 written · 2.5 s · seed 7"


def test_what_was_made_of_a_reply_tells_which_quotes_stand_in_the_text() -> None:
    text = words.outcome_text(call())
    assert "Accuracy: 4\n  Mostly right.\n  “a graph network”\n  ✓ stands in the text" in text
    assert "“made up”\n  ✗ does not stand in the text" in text
    assert "Practicality: unscored\n  why not: not given" in text


def test_what_was_made_of_a_comparison_and_of_a_draft() -> None:
    winners = {"winners": {"overall": {"winner": "second", "unscored": None, "rationale": "It is right."}}}
    compared = call(purpose=Purpose.PAIR, outcome=winners)
    assert words.outcome_text(compared).endswith("Overall: the text shown second\n  It is right.")
    assert words.rationale_text(compared) == "Overall the text shown second: It is right."
    assert words.outcome_text(call(purpose=Purpose.DRAFT, outcome={"draft": "I would"})).endswith("I would")
    failed = call(purpose=Purpose.PAIR, state=CallState.FAILED, reason="status 500", outcome={"winners": {}})
    assert words.outcome_text(failed).endswith("(no verdict)")
    assert words.rationale_text(failed) == "✗ failed: status 500"


def test_the_reasons_alone_have_a_paragraph_for_each_criterion() -> None:
    assert words.rationale_text(call()) == (
        "Accuracy 4: Mostly right.\n\nCompleteness 2: No evaluation.\n\nPracticality unscored: (no reason)"
    )


def test_a_prompt_is_shown_word_for_word_and_turns_are_told_apart() -> None:
    one = ReadCall(call(), ({"role": "user", "content": "Score."},), "q", "r", (), utc_now())
    assert words.prompt_text(one) == "Score."
    two = replace(one, messages=({"role": "system", "content": "Be fair."}, {"role": "user", "content": "Score."}))
    assert words.prompt_text(two) == "── system ──\n\nBe fair.\n\n── user ──\n\nScore."


def test_calls_come_question_by_question_drafts_first_and_the_newest_of_equal_ones() -> None:
    newest_first = [
        call("new", key="k1"), call("old", key="k1"), call("b", example_id="e2"), call("elsewhere", example_id="e9"),
        call("draft", purpose=Purpose.DRAFT),
    ]  # fmt: skip
    found = words.in_order(newest_first, ["e2", "example-5"])
    assert [one.call_id for one in found] == ["b", "draft", "new"]


def test_verdicts_are_told_by_judge_with_points_and_the_total(rubric: Rubric) -> None:
    given = judgments(rubric, "g")
    lines = words.verdict_lines(given, {rubric.rubric_id: rubric})
    assert [line.cells for line in lines] == [
        ("strong · reference", "", "no total", ""),
        ("  Accuracy", "4", "32.0", "✓ found"),
        ("  Completeness", "2", "12.0", "✗ not found"),
        ("  Relevance", "5", "20.0", ""),
        ("  Practicality", "unscored", "", ""),
    ]
    whole = [replace(one, value=4.0, unscored=None) for one in given]
    assert words.verdict_lines(whole, {rubric.rubric_id: rubric})[0].cells[2] == "80.0"
    assert words.verdict_lines(whole, {})[0].cells[2] == ""


def test_samples_are_numbered_where_there_are_several(rubric: Rubric) -> None:
    given = [*judgments(rubric, "g"), *judgments(rubric, "g", sample=1), *judgments(rubric, "g", "other")]
    heads = [line.cells[0] for line in words.verdict_lines(given, {}) if line.head]
    assert heads == ["strong · reference · sample 1", "strong · reference · sample 2", "other · reference"]


def test_a_verdict_is_told_with_what_its_level_means_and_its_quote(rubric: Rubric) -> None:
    lines = words.verdict_lines(judgments(rubric, "g"), {rubric.rubric_id: rubric})
    assert words.verdict_title(lines[1]) == "strong on accuracy"
    assert words.verdict_text(lines[1], lines) == (
        "4 on the scale 0–5: Right, with small slips\n\nMostly right.\n\n“a graph network”\n✓ stands in the text"
    )
    assert words.verdict_text(lines[4], lines) == "Unscored: not given"
    assert words.verdict_text(lines[0], lines).startswith("Accuracy 4: Mostly right.\n\nCompleteness 2: No eval")
    between = words.verdict_lines([replace(judgments(rubric, "g")[0], value=3.4)], {rubric.rubric_id: rubric})
    assert words.verdict_text(between[1], between).startswith("3.4 on the scale 0–5\n\n")


def test_a_text_is_named_by_its_system() -> None:
    text = ScoredText("g", "tuned", "x", "stop", {}, None, 0, sample=1)
    example = BrowsedExample("e", 4, "q", "r", None, (text,))
    assert words.text_of(example, "g") is text
    assert words.text_of(example, "h") is None
    assert words.where_line(example, text) == "Example 5 · tuned · text 2"
    assert words.where_line(example, None) == "Example 5 · a text of another version"
    assert words.judged_texts(example) == [words.JudgedText("e", "g")]


def test_a_comparison_without_a_winner_is_listed_too() -> None:
    names = "judge mode generation_a system_a system_b example position criterion unscored call"
    found = words.unscored_pair(
        namedtuple("row", names)("strong", "reference", "g", "a", "b", "e", 3, None, "cut", "c")
    )
    assert (found.system, found.criterion, found.reason, found.call_id) == ("a or b", "on the whole", "cut", "c")


@pytest.mark.parametrize(
    ("count", "offset", "more", "said"),
    [(0, 0, False, ""), (3, 0, False, "1–3 of 3"), (100, 100, True, "101–200 and more")],
)
def test_a_page_says_what_it_holds(count: int, offset: int, more: bool, said: str) -> None:
    assert words.unscored_range(count, offset, more) == said


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_cleaned_on_every_line(text: str, rubric: Rubric) -> None:
    wild: dict[str, Any] = {"judge": text, "reason": text, "asked_as": text}
    one = unscored(judge=text, system=text, criterion=text, reason=text, question=text)
    lines = words.verdict_lines([replace(judgments(rubric, "g")[0], judge=text, criterion=text)], {})
    said = [words.call_title(call(**wild)), words.state_text(call(**wild)), words.call_facts(call(**wild)),
            *words.unscored_cells(one, 80), words.unscored_text(one), *lines[0].cells, *lines[1].cells,
            words.verdict_title(lines[1])]  # fmt: skip
    assert not any(FORBIDDEN.search(line) for line in said)
