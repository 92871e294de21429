"""What judging will take before it starts: verdicts, calls, tokens, money and time."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from viva.generate.chat import estimated_tokens
from viva.generate.dialect import Format
from viva.judge import probing
from viva.judge import prompts as templates
from viva.judge.budget import AROUND
from viva.judge.reply_schema import pair_schema, score_schema
from viva.records.judging import BASELINE, JudgeMode, JudgePlan, PlannedJudge, Protocol, Purpose
from viva.records.model import Model, ModelKind
from viva.store import judge_calls, judgment_list, judgments
from viva.workbench.generation_estimate import CONCURRENCY
from viva.workbench.judging_items import Item, Row, items, verdicts_wanted
from viva.workbench.judging_protocols import Commission, protocol_of
from viva.workbench.synthesis import prices

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

PROBE_TOKENS = 200
"""Tokens, at most, that are read where it is found out how an endpoint wants to be asked."""


@dataclass
class _Counts:
    """What a judge's items come to."""

    verdicts: int = 0
    done: int = 0
    cached: int = 0
    calls: int = 0
    drafts: int = 0
    prompt_tokens: int = 0
    most_prompt_tokens: int = 0


def plan(workbench: "Workbench", commission: Commission) -> JudgePlan:
    """Return what a commission comes to, judge by judge.

    Calls are counted exactly. Tokens are guessed from the lengths of the texts, and from the judge's earlier replies;
    where there are none, they are the most it can be, every call asked as often as allowed, and the probe with them.
    """
    judges = tuple(
        replace(_planned(workbench, commission, judge), replaces=_replaced(workbench, commission, judge))
        for judge in commission.request.judges
    )
    return JudgePlan(commission.request, judges)


def _replaced(workbench: "Workbench", commission: Commission, judge: str) -> int:
    """Return how many verdicts of another protocol count now, and will not once this one has given one."""
    request = commission.request
    if request.trial:
        return 0
    with workbench.store.read() as connection:
        protocol_id, verdicts = judgment_list.counting(
            connection, commission.dataset.dataset_id, request.split, judge, request.mode, pairs=request.pairwise
        )
    return 0 if protocol_id == protocol_of(workbench, commission, judge).protocol_id else verdicts


def _planned(workbench: "Workbench", commission: Commission, judge: str) -> PlannedJudge:
    protocol = protocol_of(workbench, commission, judge)
    with workbench.store.read() as connection:
        pace = judge_calls.usual(connection, judge, commission.purpose)
        draft_pace = judge_calls.usual(connection, judge, Purpose.DRAFT)
        usual_draft = draft_pace[0] if draft_pace else float(commission.request.settings.max_tokens)
        counts = _counted(connection, commission, protocol, usual_draft)
        if judge == BASELINE:
            return PlannedJudge(judge, counts.verdicts, counts.done, counts.cached, 0, 0, 0, False, 0.0, None)
        model = workbench.models.get(judge)
        probes = _probes(connection, model)
    at_most = bool(counts.calls) and (pace is None or (bool(counts.drafts) and draft_pace is None))
    if at_most:
        settings = commission.request.settings
        read = counts.most_prompt_tokens * settings.attempts + probes * PROBE_TOKENS
        written: float = (counts.calls + counts.drafts) * settings.max_tokens * settings.attempts
        written += probes * probing.MAX_TOKENS
    else:
        read = counts.prompt_tokens
        written = counts.calls * (pace[0] if pace else 0.0) + counts.drafts * usual_draft
    known, cost = prices(model), None
    if known is not None:
        cost = (read * known.prompt + written * known.completion) / 1e6
    elif model.kind is not ModelKind.ENDPOINT or not counts.calls:
        cost = 0.0
    seconds: float | None = 0.0
    if counts.calls:
        draft_seconds = draft_pace[1] if draft_pace else (pace[1] if pace else 0.0)
        total = None if pace is None else counts.calls * pace[1] + counts.drafts * draft_seconds
        seconds = None if total is None else total / at_once(model)
    return PlannedJudge(
        judge,
        counts.verdicts,
        counts.done,
        counts.cached,
        counts.calls + counts.drafts,
        read,
        round(written),
        at_most,
        cost,
        seconds,
    )


def _counted(
    connection: judgments.Connection, commission: Commission, protocol: Protocol, usual_draft: float
) -> _Counts:
    counts = _Counts(verdicts_wanted(connection, commission, protocol))
    counts.done = counts.verdicts
    asked: set[str] = set()
    overheads = _overheads(commission, protocol)
    for item in items(connection, commission, protocol):
        if item.failed is not None:
            continue
        counts.done -= len(item.slots)
        counts.cached += len(item.known)
        if protocol.judge == BASELINE:
            continue
        new = [key for key in dict.fromkeys(item.keys.values()) if key not in asked]
        drafts = [key for key in dict.fromkeys(item.draft_keys) if key not in asked]
        asked.update(new, drafts)
        counts.calls += len(new)
        counts.drafts += len(drafts)
        about, most = overheads
        longest = commission.request.settings.max_tokens
        counts.prompt_tokens += len(new) * (about[0] + _item_tokens(protocol, item, usual_draft, estimated_tokens))
        counts.prompt_tokens += len(drafts) * (about[1] + estimated_tokens(item.row["question"]))
        counts.most_prompt_tokens += len(new) * (most[0] + _item_tokens(protocol, item, longest, most_tokens))
        counts.most_prompt_tokens += len(drafts) * (most[1] + most_tokens(item.row["question"]))
    return counts


def most_tokens(text: str) -> int:
    """Return how many tokens a text is, hardly less in any writing: one for three bytes."""
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 3)


def _probes(connection: judgments.Connection, model: Model) -> int:
    """Return how many calls it takes at most to find out how an endpoint wants to be asked."""
    if model.kind is not ModelKind.ENDPOINT:
        return 0
    return 0 if judge_calls.dialect(connection, model.location, model.settings["model"]) else len(Format) - 1


def _item_tokens(protocol: Protocol, item: Item, draft: float, tokens_of: Callable[[str], int]) -> int:
    """Return how many tokens of a prompt are the question, the texts, and what they are held against."""
    row: Row = item.row
    texts = [row["text_a"], row["text_b"]] if protocol.purpose is Purpose.PAIR else [row["text"]]
    tokens = tokens_of(row["question"]) + sum(map(tokens_of, texts))
    if protocol.mode is JudgeMode.REFERENCE:
        return tokens + tokens_of(row["reference"])
    drafts = [float(tokens_of(found["text"])) for found in row["drafts"].values()]
    return tokens + round(max([*drafts, draft] if item.draft_keys else drafts, default=0.0))


def _overheads(commission: Commission, protocol: Protocol) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return about how many tokens a prompt has without any text in it, and that of a draft; and the same at most."""
    if protocol.judge == BASELINE:
        return (0, 0), (0, 0)
    marker, mode, used = templates.new_marker(), protocol.mode, commission.prompts
    if protocol.purpose is Purpose.PAIR:
        per_criterion = protocol.per_criterion
        messages = templates.pair_messages(used, mode, commission.rubric, "", "", "", "", marker, per_criterion)
        schema = pair_schema(commission.rubric, per_criterion)
    else:
        messages = templates.score_messages(used, mode, commission.rubric, "", "", "", marker)
        schema = score_schema(commission.rubric)
    drafts = templates.draft_messages(used, "", marker) if mode is JudgeMode.INDEPENDENT else []
    prompt, draft = ("".join(str(message["content"]) for message in asked) for asked in (messages, drafts))
    # Some servers put the schema into the prompt.
    most = most_tokens(prompt) + most_tokens(json.dumps(schema)) + AROUND, most_tokens(draft) + AROUND
    return (estimated_tokens(prompt), estimated_tokens(draft)), most


def at_once(model: Model) -> int:
    """Return how many calls to a judge are under way at a time."""
    if model.kind is not ModelKind.ENDPOINT:
        return 1
    return int(model.settings.get("concurrency") or CONCURRENCY)
