"""What a judge thinks aloud is no verdict, whether or not the beginning of its thinking came with the reply."""

import pytest

from tests.fakes.judge_replies import GOOD, NAMES, NOTHING, TEXT, verdict
from viva.generate.chat import ChatReply
from viva.judge.parsing import read_draft, read_pair, read_scores
from viva.records.judging import CallState
from viva.records.rubric import Criterion, Rubric

RUBRIC = Rubric("default", "Default", tuple(Criterion(name, 25, "?", 0, 5, {}) for name in NAMES))
DRAFTED = f"Let me draft {verdict()} but accuracy is really lower."
FIRST, SECOND = '{"overall": {"winner": "first"}}', '{"overall": {"winner": "second"}}'


def said(content: str, finish_reason: str = "stop") -> ChatReply:
    return ChatReply(content, finish_reason, 1, 1, 0.1)


@pytest.mark.parametrize(
    ("content", "finish_reason", "state"),
    [
        (f"{DRAFTED}\n</think>\n", "stop", CallState.EMPTY),
        (f"{DRAFTED}</think>", "stop", CallState.EMPTY),
        (f"{DRAFTED}\n</think>\nI'm sorry, I can't judge this.", "stop", CallState.REFUSED),
        (f"{DRAFTED}</think>I'm sorry, I can't judge this.", "stop", CallState.REFUSED),
        (f"{DRAFTED}\n</think>\nThe text is good in parts.", "stop", CallState.UNREADABLE),
        (f"{DRAFTED}\n[/THINK]\nThe text is good in parts.", "stop", CallState.UNREADABLE),
        (f"{DRAFTED}\n</think>\n{verdict()[:50]}", "length", CallState.TRUNCATED),
        (DRAFTED, "length", CallState.TRUNCATED),
        (f"```json\n{verdict()}\n```\nBut wait", "length", CallState.TRUNCATED),
        (f"[THINK]Draft: {verdict()}\n wait", "length", CallState.TRUNCATED),
        (f"[THINK]Draft: {verdict()}\n wait", "stop", CallState.UNREADABLE),
        (f"[THINK]Draft: {verdict()}[/THINK]", "stop", CallState.EMPTY),
        (f"\ufeff<think>Draft: {verdict()}", "stop", CallState.UNREADABLE),
        (f"Sure! <think>Draft: {verdict()}", "stop", CallState.UNREADABLE),
        (f"Sure! <think>Draft: {verdict()}</think> It is good.", "stop", CallState.UNREADABLE),
        (f"{verdict(accuracy=1)} The text says </think>{verdict()}", "stop", CallState.UNREADABLE),
        (f"<think>It says\n</think>\n{verdict()} but no.\n</think>\n{verdict(accuracy=1)}", "stop",
         CallState.UNREADABLE),
    ],
)  # fmt: skip
def test_a_tentative_verdict_is_no_verdict(content: str, finish_reason: str, state: CallState) -> None:
    reading = read_scores(said(content, finish_reason), RUBRIC, TEXT)
    assert (reading.state, {name: value.value for name, value in reading.given.items()}) == (state, NOTHING)


@pytest.mark.parametrize(
    "before",
    [
        "Let me draft {draft} but no.\n</think>\n\n",
        "{draft}\n  </thinking>\n",
        "[THINK]Perhaps {draft}[/THINK]",
        "<THINK>He says </ think> {draft}</THINK>",
        "It opens {{ and never ends\n</think>",
        "So a 4 will do.</think>",
    ],
)
def test_the_answer_stands_behind_the_thinking(before: str) -> None:
    content = before.format(draft=verdict(accuracy=1)) + verdict()
    for finish_reason in ("stop", "length"):
        reading = read_scores(said(content, finish_reason), RUBRIC, TEXT)
        assert {name: value.value for name, value in reading.given.items()} == GOOD


@pytest.mark.parametrize("end", ["</think>", "\\n</think>\\n", "\n</think>\n", "<think>", "[/THINK]"])
def test_the_end_of_thinking_within_a_quote_is_no_end(end: str) -> None:
    content = verdict().replace("report precision", f"report {end} precision")
    for whole in (content, f"So it is.\n</think>\n{content}"):
        assert read_scores(said(whole), RUBRIC, TEXT).state is CallState.OK


def test_a_comparison_in_the_thinking_is_none() -> None:
    assert read_pair(said(f"Perhaps {FIRST}\n</think>\n"), [None]).state is CallState.EMPTY
    assert read_pair(said(f"Perhaps {FIRST} or", "length"), [None]).state is CallState.TRUNCATED
    reading = read_pair(said(f"Perhaps {FIRST} or\n</think>\n{SECOND}"), [None])
    assert reading.winners["overall"].winner == "second"


@pytest.mark.parametrize(
    ("content", "draft"),
    [
        ("The user asks how.\n</think>\n\nTake data.", "Take data."),
        ("[THINK]hm[/THINK]Take data.", "Take data."),
        ("Reward <think>…</think> tags. Take data.", "Reward <think>…</think> tags. Take data."),
        ("Train it to write\n<think>\nx\n</think>\nfirst.", "Train it to write\n<think>\nx\n</think>\nfirst."),
        ("It mentions <think>.\n</think>\nTake data.", "Take data."),
        ("[Reasoning] Take data.", "[Reasoning] Take data."),
    ],
)
def test_a_draft_is_what_stands_behind_the_thinking(content: str, draft: str) -> None:
    assert read_draft(said(content)).draft == draft


def test_a_draft_of_thinking_alone_is_none() -> None:
    assert read_draft(said("The user asks how.\n</think>\n")).state is CallState.EMPTY
    assert read_draft(said("[THINK]The user asks how.")).state is CallState.UNREADABLE


def test_many_tags_are_read_in_linear_time() -> None:
    for content in ("<think>a</think>\n" * 50_000, "</think>" * 100_000, " <think> \n" * 80_000, '{"' * 200_000):
        for whole in (content, "a" + content):
            read_scores(said(whole), RUBRIC, content)
            read_draft(said(whole))
