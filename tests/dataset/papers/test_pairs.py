"""Pairs are asked for paper by paper, checked, and a paper that gives none is told of."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import pdfs
from viva.dataset.calls import BadReply, CallLog, CallProgress
from viva.dataset.papers.estimate import estimate
from viva.dataset.papers.pairs import Made, Paper, check_pairs, load_prompts, make_pairs, paper_of
from viva.dataset.papers.pdf import PdfText
from viva.dataset.papers.reading import Reading
from viva.errors import BadInput
from viva.generate.chat import ChatReply, ChatRequest
from viva.records.papers import PapersPlan

PLAN = PapersPlan("papers", least_words=3, words_per_piece=500)
SHORT = Paper("cat/a.pdf", "cat", 2, ("[page 1]\n\nThe text of the paper.",))
LONG = Paper("cat/b.pdf", "cat", 9, ("part one " * 200, "part two " * 200, "part three " * 100))


def reply(page: Any = 1, question: str = "How is it done?", approach: str = "With care and time.") -> str:
    return json.dumps({"pairs": [{"question": question, "approach": approach, "page": page}]})


class Scripted:
    """A chat that answers summaries and pairs; `bad` names texts in a prompt whose reply cannot be used."""

    name, concurrency = "scripted", 2

    def __init__(self, bad: str = "\x00", summary: str = "They counted things. [page 2]") -> None:
        self.prompts: list[str] = []
        self._bad, self._summary = bad, summary

    async def reply(self, request: ChatRequest) -> ChatReply:
        prompt = str(request.messages[0]["content"])
        self.prompts.append(prompt)
        text = reply(2) if "Answer with JSON" in prompt else self._summary
        return ChatReply("no" if self._bad in prompt else text, "stop", 10, 5, 0.0)

    async def close(self) -> None:
        """Nothing to let go of."""


async def made(tmp_path: Path, chat: Scripted, *papers: Paper, plan: PapersPlan = PLAN) -> Made:
    with CallLog(tmp_path / "calls.jsonl") as log:
        return await make_pairs(chat, papers, plan, load_prompts(), log)


async def test_a_short_paper_is_one_call_and_keeps_file_page_and_field(tmp_path: Path) -> None:
    chat = Scripted()
    found = await made(tmp_path, chat, SHORT)
    (example,) = found.examples
    assert (example.question, example.reference) == ("How is it done?", "With care and time.")
    assert (example.source, example.field, example.meta["page"]) == ("cat/a.pdf", "cat", 2)
    assert example.meta["model"] == "scripted"
    assert example.meta["prompt"].startswith("papers-pairs@")
    assert len(chat.prompts) == 1
    assert "The text of the paper." in chat.prompts[0]


async def test_a_long_paper_is_summarised_part_by_part_first(tmp_path: Path) -> None:
    chat = Scripted()
    assert len((await made(tmp_path, chat, LONG)).examples) == 1
    assert ["part 1 of 3" in prompt for prompt in chat.prompts].count(True) == 1
    assert len(chat.prompts) == 4
    assert chat.prompts[-1].count("They counted things. [page 2]") == 3


async def test_summaries_that_do_not_fit_are_summarised_again(tmp_path: Path) -> None:
    chat = Scripted(summary="word " * 240)
    assert len((await made(tmp_path, chat, LONG)).examples) == 1
    assert len(chat.prompts) == 3 + 2 + 1


async def test_a_paper_whose_call_fails_is_told_of_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = await made(tmp_path, Scripted(bad="part two"), LONG, SHORT)
    assert [example.source for example in found.examples] == ["cat/a.pdf"]
    assert found.failed == (("cat/b.pdf", "it is no summary"),)


async def test_nothing_finished_is_asked_again_and_progress_counts_to_the_end(tmp_path: Path) -> None:
    first = await made(tmp_path, Scripted(), LONG, SHORT)
    chat, seen = Scripted(), list[CallProgress]()
    with CallLog(tmp_path / "calls.jsonl") as log:
        again = await make_pairs(chat, [LONG, SHORT], PLAN, load_prompts(), log, seen.append)
    assert again == first
    assert chat.prompts == []
    assert (seen[-1].done, seen[-1].total, seen[-1].failed) == (5, 5, 0)


def test_the_estimate_is_what_a_run_asks_for() -> None:
    told = estimate(PLAN, [(LONG, 1000), (SHORT, 5)], load_prompts(), [("c.pdf", "c.pdf is empty")])
    assert (told.files, told.pages, told.words, told.calls) == (2, 11, 1005, 3 + 2 + 1 + 1)
    assert told.prompt_tokens > 1.35 * 1000
    assert told.problems == (("c.pdf", "c.pdf is empty"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I cannot do that.", "no JSON"),
        ("[]", "0 pairs instead of 1"),
        ('["a"]', "not an object"),
        (reply(question="Do it."), "question mark"),
        (reply(question=" "), "no question"),
        (reply(approach="Too short"), "fewer than 3"),
        (reply(page=0), "page 0 is not in the paper"),
        (reply(page=3), "page 3 is not in the paper"),
        (reply(page="2²"), "no page number"),
        (reply(page=True), "no page number"),
        (reply(page=None), "no page number"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why(text: str, reason: str) -> None:
    with pytest.raises(BadReply, match=reason):
        check_pairs(text, 2, PLAN)


@pytest.mark.parametrize(
    "text",
    [
        reply("page 1"),
        f"<think>[1, 2]?</think>Here you are:\n```json\n{reply()}\n```\nGood luck [1].",
        '[{"question": "How is it done?", "approach": "With care and time.", "page": 1.0,},]',
        '{"question": "How is it done?", "approach": "With care and time.", "page": 1}',
    ],
    ids=["page in words", "fenced", "trailing commas", "a lone pair"],
)
def test_a_reply_may_be_wrapped_in_many_ways(text: str) -> None:
    assert check_pairs(text, 2, PLAN) == [{"question": "How is it done?", "approach": "With care and time.", "page": 1}]


def test_lone_surrogates_and_nuls_do_not_reach_the_dataset() -> None:
    (pair,) = check_pairs(reply(approach="a \ud800 b \x00 c d"), 2, PLAN)
    assert pair["approach"] == "a ? b  c d"


def checked(text: str) -> list[dict[str, Any]] | None:
    """Return what a check lets through; None where it refuses."""
    try:
        return check_pairs(text, 5, PLAN)
    except BadReply:
        return None


@given(st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_reply_is_used_or_refused(text: str) -> None:
    assert checked(text) is None or "pairs" in text or "question" in text


def test_what_is_sent_leaves_out_the_references() -> None:
    text = PdfText((f"1 Method\n\n{pdfs.paragraph(3)}\n\nReferences\n\n[1] A. Author.",))
    paper = paper_of(Reading("a.pdf", "cat", text=text), PapersPlan("papers", field="vision"))
    assert paper.field == "vision"
    assert "Author" not in paper.parts[0]
    with pytest.raises(BadInput, match="no text of a paper"):
        paper_of(Reading("a.pdf", None, text=PdfText(("References\n\n[1] A.",))), PLAN)
