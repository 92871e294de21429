"""What a judge has still to say: item by item, with what it has said to the same question before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import viva.judge.keys as keys
from viva import jsonl
from viva.records.judging import BASELINE, CallState, JudgeCall, JudgeMode, Protocol, Purpose
from viva.store import judge_calls, judge_pairs, judgments
from viva.workbench.judging_protocols import Commission

Row = dict[str, Any]
Slot = tuple[str, int]
"""Which verdict on an item: the text shown first (`a` or `b`, empty for a single text), and the sample."""

PIECE = 500
"""Rows whose keys are looked up at a time."""


@dataclass(frozen=True)
class Item:
    """One text, or two for one question, on which a judge has given no verdict of this protocol yet.

    `failed` says why there is no text to judge. `known` are calls that asked the same of the same judge before, by
    the verdict they bring. `keys` are those of the verdicts that must be asked for, `draft_keys` those of drafts that
    must be written first. `row` is what the judge program gets: only what is to be asked is in it.
    """

    row: Row
    slots: tuple[Slot, ...]
    failed: str | None
    known: dict[Slot, JudgeCall]
    keys: dict[Slot, str]
    draft_keys: tuple[str, ...]


def items(connection: judgments.Connection, commission: Commission, protocol: Protocol) -> Iterator[Item]:
    """Yield what a protocol has no verdict on, a piece at a time."""
    retry = _retry(commission, protocol)
    protocol_id = protocol.protocol_id
    rows = _rows(connection, commission, protocol, protocol_id, retry=retry)
    for piece in jsonl.pieces(rows, PIECE):
        yield from _looked_up(connection, protocol, protocol_id, piece, retry=retry)


def verdicts_wanted(connection: judgments.Connection, commission: Commission, protocol: Protocol) -> int:
    """Return how many verdicts on texts a protocol is asked for in all, there or not."""
    # No protocol has this id, so that every text is yielded.
    rows = _rows(connection, commission, protocol, "", retry=False)
    return sum(len(_slots(row)) for row in rows if row["failed"] is None)


def _rows(
    connection: judgments.Connection, commission: Commission, protocol: Protocol, counted: str, *, retry: bool
) -> Iterator[Row]:
    """Yield what has no verdict by the protocol whose id is `counted`."""
    read = judge_pairs.to_compare if protocol.purpose is Purpose.PAIR else judgments.to_judge
    return read(
        connection,
        commission.dataset.dataset_id,
        commission.request.split,
        commission.systems,
        counted,
        commission.samples(protocol.judge),
        commission.examples,
        retry,
    )


def _retry(commission: Commission, protocol: Protocol) -> bool:
    """Tell whether verdicts without a value are asked for again: the baseline says the same each time."""
    return commission.request.retry and protocol.judge != BASELINE


def _looked_up(
    connection: judgments.Connection, protocol: Protocol, protocol_id: str, rows: Iterable[Row], *, retry: bool
) -> Iterator[Item]:
    drafting = protocol.mode is JudgeMode.INDEPENDENT
    wanted = [(row, _keys(protocol, protocol_id, row) if row["failed"] is None else {}) for row in rows]
    drafts = {
        (row["question"], sample): keys.draft_key(protocol_id, row["question"], sample)
        for row, found in wanted
        for _, sample in found
        if drafting
    }
    asked = dict.fromkeys([*(key for _, found in wanted for key in found.values()), *drafts.values()])
    calls = judge_calls.known(connection, list(asked))
    for row, found in wanted:
        known = {slot: calls[key] for slot, key in found.items() if key in calls and _serves(calls[key], retry)}
        left = {slot: key for slot, key in found.items() if slot not in known}
        samples = dict.fromkeys(sample for _, sample in left)
        mine = {sample: drafts[row["question"], sample] for sample in samples} if drafting else {}
        yield Item(
            _asked_row(row, left, {sample: calls[key] for sample, key in mine.items() if key in calls}),
            tuple(_slots(row)),
            row["failed"],
            known,
            left,
            tuple(key for key in mine.values() if key not in calls),
        )


def _serves(call: JudgeCall, retry: bool) -> bool:
    """Tell whether a stored call makes asking needless: a partial one does not where gaps are asked for again."""
    return call.state is CallState.OK or not retry


def _slots(row: Row) -> list[Slot]:
    if "orders" in row:
        return [(first, sample) for first, samples in row["orders"].items() for sample in samples]
    return [("", sample) for sample in row["samples"]]


def _keys(protocol: Protocol, protocol_id: str, row: Row) -> dict[Slot, str]:
    """Return the keys of the calls that an item takes."""
    against = row["reference"] if protocol.mode is JudgeMode.REFERENCE else ""
    if protocol.purpose is not Purpose.PAIR:
        return {
            (first, sample): keys.score_key(protocol_id, row["question"], against, row["text"], sample)
            for first, sample in _slots(row)
        }
    texts = {"a": (row["text_a"], row["text_b"]), "b": (row["text_b"], row["text_a"])}
    return {
        (first, sample): keys.pair_key(protocol_id, row["question"], against, *texts[first], sample)
        for first, sample in _slots(row)
    }


def _asked_row(row: Row, left: dict[Slot, str], drafts: dict[int, JudgeCall]) -> Row:
    """Return a row for the judge program: what is to be asked, and nothing that tells whose text it is."""
    kept = {name: value for name, value in row.items() if name not in {"failed", "samples", "orders"}}
    if "orders" in row:
        kept["orders"] = {order: [sample for first, sample in left if first == order] for order in ("a", "b")}
    else:
        kept["samples"] = [sample for _, sample in left]
    kept["drafts"] = {
        str(sample): {"call_id": call.call_id, "text": call.outcome["draft"]} for sample, call in drafts.items()
    }
    return kept
