"""Pairs of a question and an approach, drawn from papers by a model."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from viva.dataset.calls import BadReply, Call, CallLog, CallProgress, Outcome, run_calls
from viva.dataset.papers.pieces import grouped, pieces
from viva.dataset.papers.reading import Reading
from viva.dataset.papers.sections import body, sections
from viva.dataset.replies import parse_json, without_thoughts
from viva.dataset.synthesise.prompts import Prompt, load_prompt
from viva.errors import BadInput
from viva.generate.chat import Chat, ChatRequest
from viva.records.dataset import Example
from viva.records.papers import PapersPlan
from viva.records.synthesis import Prices
from viva.text import display_line, plural

SUMMARY_WORDS = 250
"""How long a summary of a part is asked to be, in words."""
SHORTEST_SUMMARY = 5
QUESTION_MARKS = ("?", "？", "؟")


PLACES = {
    "papers-summary": ("source", "part", "parts", "words", "text"),
    "papers-pairs": ("source", "pages", "kind", "text", "pairs", "least"),
}
"""The prompts, and the values that each is given."""


@dataclass(frozen=True)
class Prompts:
    """How a part of a paper is summarised, and how pairs are asked for."""

    summary: Prompt
    pairs: Prompt


@dataclass(frozen=True)
class Paper:
    """A paper as it is sent: how many pages it has, and its text in parts that fit a call.

    `level` counts how often it has been summarised.
    """

    source: str
    field: str | None
    pages: int
    parts: tuple[str, ...]
    level: int = 0


@dataclass(frozen=True)
class Made:
    """The examples drawn from papers, and which papers gave none: path and reason."""

    examples: tuple[Example, ...]
    failed: tuple[tuple[str, str], ...]


def load_prompts(folder: Path | None = None) -> Prompts:
    """Return the prompts in `folder`, or the shipped ones where it has none. Raises `BadInput`."""
    return Prompts(*(load_prompt(name, folder, places) for name, places in PLACES.items()))


def paper_of(reading: Reading, plan: PapersPlan) -> Paper:
    """Return what is sent of a file that was read. Raises `BadInput` where no text is left to send."""
    assert reading.text is not None, reading.source
    cut = pieces(body(sections(reading.text)), plan.words_per_piece)
    if not cut:
        raise BadInput(f"{display_line(reading.source, 80)} holds references and the like, no text of a paper")
    parts = tuple(piece.text for piece in cut)
    return Paper(reading.source, plan.field or reading.field, len(reading.text.pages), parts)


async def make_pairs(
    chat: Chat,
    papers: Iterable[Paper],
    plan: PapersPlan,
    prompts: Prompts,
    log: CallLog,
    on_progress: Callable[[CallProgress], None] = lambda _: None,
    prices: Prices | None = None,
) -> Made:
    """Ask for the pairs of each paper; one in several parts is summarised part by part first, until it fits a call.

    A paper of which one call fails gives no pair, and the rest goes on. Raises `UserError` where the model cannot
    be reached at all; what is finished is in the log.
    """
    waiting = list(papers)
    order = {paper.source: number for number, paper in enumerate(waiting)}
    examples: list[Example] = []
    failed: list[tuple[str, str]] = []
    done = spoiled = 0
    while waiting:
        calls = [call for paper in waiting for call in calls_for(paper, plan, prompts)]
        # Each paper that is summarised now is asked about once more at least.
        later = sum(len(paper.parts) > 1 for paper in waiting)
        report = _shifted(on_progress, done, spoiled, later)
        outcomes = await run_calls(chat, calls, log, report, prices=prices)
        done += len(outcomes)
        spoiled += sum(outcome.failed is not None for outcome in outcomes.values())
        summarised: list[Paper] = []
        for paper in waiting:
            own = [outcomes[key] for key in _keys(paper)]
            reason = next((outcome.failed for outcome in own if outcome.failed is not None), None)
            if reason is not None:
                failed.append((paper.source, reason))
            elif len(paper.parts) > 1:
                summarised.append(_summarised(paper, own, plan))
            else:
                label = prompts.pairs.label
                examples += [_example(paper, pair, chat.name, label) for pair in own[0].value]
        waiting = summarised
    examples.sort(key=lambda example: order[example.source or ""])
    return Made(tuple(examples), tuple(sorted(failed, key=lambda item: order[item[0]])))


def calls_for(paper: Paper, plan: PapersPlan, prompts: Prompts) -> list[Call]:
    """Return what is asked about a paper next: a summary of each part, or, where there is one part, the pairs."""
    if len(paper.parts) == 1:
        return [_pairs_call(paper, plan, prompts)]
    return [
        Call(key, _request(prompts.summary.render(**_summary_values(paper, number)), plan), _checked_summary)
        for number, key in enumerate(_keys(paper))
    ]


def check_pairs(text: str, pages: int, plan: PapersPlan) -> list[dict[str, Any]]:
    """Return the pairs in a reply, as many as were asked for. Raises `BadReply`."""
    try:
        value = parse_json(text)
    except ValueError as error:
        raise BadReply(str(error)) from error
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list)]
        value = lists[0] if len(lists) == 1 else [value]
    if len(value) < plan.pairs_per_paper:
        raise BadReply(f"it has {plural(len(value), 'pair')} instead of {plan.pairs_per_paper}")
    found = [_checked_pair(item, pages, plan) for item in value[: plan.pairs_per_paper]]
    if len({pair["question"] for pair in found}) < len(found):
        raise BadReply("it asks the same question twice")
    return found


def _keys(paper: Paper) -> list[str]:
    if len(paper.parts) == 1:
        return [f"{paper.source}: pairs"]
    return [f"{paper.source}: summary {paper.level + 1}, part {number}" for number in range(1, len(paper.parts) + 1)]


def _summary_values(paper: Paper, number: int) -> dict[str, str]:
    return {
        "source": display_line(paper.source),
        "part": str(number + 1),
        "parts": str(len(paper.parts)),
        "words": str(SUMMARY_WORDS),
        "text": paper.parts[number],
    }


def _pairs_call(paper: Paper, plan: PapersPlan, prompts: Prompts) -> Call:
    values = {
        "source": display_line(paper.source),
        "pages": str(paper.pages),
        "kind": "what its parts say about the approach, summarised" if paper.level else "its text",
        "text": paper.parts[0],
        "pairs": plural(plan.pairs_per_paper, "pair"),
        "least": str(plan.least_words),
    }
    request = _request(prompts.pairs.render(**values), plan, _schema())
    return Call(_keys(paper)[0], request, lambda text: check_pairs(text, paper.pages, plan))


def _request(text: str, plan: PapersPlan, schema: dict[str, Any] | None = None) -> ChatRequest:
    messages = [{"role": "user", "content": text}]
    return ChatRequest(messages, plan.max_tokens, plan.temperature, plan.seed, schema)


def _schema() -> dict[str, Any]:
    pair = {
        "type": "object",
        "properties": {
            "question": {"type": "string"},
            "approach": {"type": "string"},
            "page": {"type": "integer"},
        },
        "required": ["question", "approach", "page"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"pairs": {"type": "array", "items": pair}},
        "required": ["pairs"],
        "additionalProperties": False,
    }


def _checked_summary(text: str) -> str:
    summary = _storable(without_thoughts(text))
    if len(summary.split()) < SHORTEST_SUMMARY:
        raise BadReply("it is no summary")
    return summary


def _checked_pair(item: Any, pages: int, plan: PapersPlan) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise BadReply("a pair is not an object with question, approach and page")
    texts = {}
    for name in ("question", "approach"):
        value = item.get(name)
        if not isinstance(value, str) or not value.strip():
            raise BadReply(f"a pair has no {name}")
        texts[name] = _storable(value)
    if not texts["question"].rstrip("\"'”’)").endswith(QUESTION_MARKS):
        raise BadReply("a question does not end with a question mark")
    words = len(texts["approach"].split())
    if words < plan.least_words:
        raise BadReply(f"an approach has {plural(words, 'word')}, fewer than {plan.least_words}")
    return {**texts, "page": _checked_page(item.get("page"), pages)}


def _checked_page(value: Any, pages: int) -> int:
    if isinstance(value, str):
        digits = value.lower().removeprefix("page").strip()
        value = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadReply("a pair has no page number")
    if not 1 <= value <= pages:
        raise BadReply(f"page {value} is not in the paper, which has {plural(pages, 'page')}")
    return value


def _summarised(paper: Paper, outcomes: Sequence[Outcome], plan: PapersPlan) -> Paper:
    parts = grouped([outcome.value for outcome in outcomes], plan.words_per_piece)
    return replace(paper, parts=tuple(parts), level=paper.level + 1)


def _example(paper: Paper, pair: dict[str, Any], model: str, prompt: str) -> Example:
    meta = {"page": pair["page"], "model": model, "prompt": prompt}
    return Example(pair["question"], pair["approach"], paper.field, meta=meta, source=paper.source)


def _storable(text: str) -> str:
    """Return text without lone surrogates and NULs, which no UTF-8 file or database takes."""
    return text.strip().replace("\x00", "").encode("utf-8", "replace").decode()


def _shifted(
    on_progress: Callable[[CallProgress], None], done: int, failed: int, later: int
) -> Callable[[CallProgress], None]:
    """Count the calls of earlier rounds, and those known to follow, into what a round reports."""

    def report(progress: CallProgress) -> None:
        on_progress(
            replace(
                progress,
                done=progress.done + done,
                total=progress.total + done + later,
                failed=progress.failed + failed,
            )
        )

    return report
