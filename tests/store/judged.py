"""Verdicts of made-up judges on the small store."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.store.hand_made import RUBRIC
from viva.records.ids import content_id
from viva.records.judging import (
    CallState,
    JudgeCall,
    JudgeMode,
    JudgeSettings,
    Judgment,
    PairVerdict,
    Protocol,
    Purpose,
)
from viva.store import Store, judgments

PROMPTS = {"rubric-reference": "Question: {question}", "draft": "Draft for {question}"}
PROTOCOL = Protocol(
    "oracle", Purpose.SCORE, JudgeMode.REFERENCE, RUBRIC.rubric_id, {"url": "http://127.0.0.1", "model": "m"},
    {"rubric-reference": "hash-1"}, JudgeSettings(),
)  # fmt: skip
PAIRING = replace(PROTOCOL, purpose=Purpose.PAIR)
OTHER = replace(PROTOCOL, prompts={"rubric-reference": "hash-2"})
BEST = {"accuracy": 5.0, "clarity": 3.0}
WORST = {"accuracy": 0.0, "clarity": 1.0}
MIDDLE = {"accuracy": 2.0, "clarity": 2.0}


def verdict_of(
    generation: str,
    values: Mapping[str, float | None],
    protocol: Protocol | None = PROTOCOL,
    sample: int = 0,
    *,
    judge: str | None = None,
    event: str | None = None,
    **said: Any,
) -> list[Judgment]:
    """Return an event: a judgment on each criterion, unscored ones with the reason `refused`."""
    used = protocol or PROTOCOL
    name = judge or used.judge
    event_id = event or content_id(name, generation, dict(values), protocol and protocol.protocol_id, sample)
    return [
        Judgment(
            event_id, generation, used.rubric_id, name, used.mode, criterion, value,
            "refused" if value is None else None, said.get("rationale", f"because {sample}"), said.get("evidence", ""),
            said.get("found"), sample, said.get("call"), protocol and protocol.protocol_id,
        )
        for criterion, value in values.items()
    ]  # fmt: skip


def pair_of(
    winner: str | None,
    shown_first: str = "a",
    *,
    pair: tuple[str, str] = ("b1", "t1"),
    protocol: Protocol = PAIRING,
    criterion: str | None = None,
    sample: int = 0,
    attempt: int = 0,
    **said: Any,
) -> PairVerdict:
    """Return a verdict on two texts for e1."""
    event_id = content_id("pair", pair, shown_first, sample, attempt, protocol.protocol_id)
    return PairVerdict(
        event_id, said.get("example", "e1"), *pair, protocol.judge, protocol.mode, criterion, shown_first, winner,
        "refused" if winner is None else None, said.get("rationale", ""), sample, said.get("call"),
        protocol.protocol_id,
    )  # fmt: skip


def call_of(call_id: str, **values: Any) -> JudgeCall:
    """Return a call on e1 that went well, but for `values`."""
    call = JudgeCall(
        call_id, "key", PROTOCOL.protocol_id, "oracle", Purpose.SCORE, "e1", 0, "MARK", "{}", "stop", CallState.OK,
        None, {"criteria": {}}, "schema", 7, 100, 20, False, 0.5, 2.0, 1, 0,
    )  # fmt: skip
    return replace(call, **values)


def store_protocols(store: Store, *protocols: Protocol) -> None:
    with store.write() as connection:
        for one in protocols:
            judgments.add_protocol(connection, one, dict.fromkeys(one.prompts, "text"))


def judge(store: Store, *events: list[Judgment]) -> None:
    """Append each event by itself, one after the other."""
    for event in events:
        with store.write() as connection:
            judgments.add(connection, "dataset-1", [], event)


def ask(store: Store, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return connection.execute(query, list(parameters)).fetchall()
