"""What turning a folder of papers into examples will take, told before the first call."""

from collections.abc import Iterable
from dataclasses import replace

from viva.dataset.papers.pairs import SUMMARY_WORDS, Paper, Prompts, calls_for
from viva.dataset.papers.pieces import grouped
from viva.generate.chat import estimated_tokens
from viva.records.papers import PapersEstimate, PapersPlan

QUESTION_WORDS = 40
APPROACH_WORDS = 250
"""How long questions and approaches usually come out, in words."""


def estimate(
    plan: PapersPlan,
    papers: Iterable[tuple[Paper, int]],
    prompts: Prompts,
    problems: Iterable[tuple[str, str]] = (),
) -> PapersEstimate:
    """Return the files, pages, words, calls and tokens to expect.

    `papers` come with the number of words that each file holds, those that are not sent included. A summary is
    taken to be as long as it is asked to be; replies that cannot be used are not foreseen.
    """
    files = pages = words = calls = prompt = completion = 0
    summary = " ".join(["word"] * SUMMARY_WORDS)
    summary_tokens = min(plan.max_tokens, estimated_tokens(summary))
    approach = max(APPROACH_WORDS, plan.least_words) + QUESTION_WORDS
    pairs_tokens = min(plan.max_tokens, estimated_tokens("word " * (approach * plan.pairs_per_paper)))
    for paper, size in papers:
        files, pages, words = files + 1, pages + paper.pages, words + size
        while True:
            asked = calls_for(paper, plan, prompts)
            calls += len(asked)
            prompt += sum(estimated_tokens(str(call.request.messages[0]["content"])) for call in asked)
            if len(paper.parts) == 1:
                completion += pairs_tokens
                break
            completion += len(asked) * summary_tokens
            parts = grouped([summary] * len(paper.parts), plan.words_per_piece)
            paper = replace(paper, parts=tuple(parts), level=paper.level + 1)
    return PapersEstimate(files, pages, words, calls, prompt, completion, tuple(problems))
