"""Verdicts that cost nothing: from calls that asked the same before, and for texts that there are none of."""

from collections.abc import Iterator

from viva.judge.items import PairItem, ScoreItem
from viva.judge.requests import Requests
from viva.judge.verdicts import verdict
from viva.records.ids import content_id
from viva.records.judging import Judgment, PairVerdict, Protocol
from viva.records.rubric import Rubric
from viva.workbench.judging_items import Item, Slot


def free_verdicts(item: Item, protocol: Protocol, rubric: Rubric) -> Iterator[Judgment | PairVerdict]:
    """Yield the verdicts on an item for which nobody needs to be asked; their ids follow from what they are about."""
    requests = Requests(
        protocol.protocol_id, protocol.mode, rubric, {}, protocol.per_criterion, protocol.settings.expected
    )
    for slot, call in item.known.items():
        found = verdict(_asked(item, slot), (call,), requests)
        yield from found.judgments
        yield from found.pairs
    if item.failed is None:
        return
    for slot in item.slots:
        if "orders" in item.row:
            yield from _unscored_pairs(item, slot, requests, protocol)
        else:
            yield from _unscored(item, slot, requests, protocol)


def _asked(item: Item, slot: Slot) -> ScoreItem | PairItem:
    row, (first, sample) = item.row, slot
    about = row["example_id"], row["question"], row["reference"], sample, None
    if "orders" in row:
        return PairItem(*about, row["generation_a"], row["generation_b"], row["text_a"], row["text_b"], first)
    return ScoreItem(*about, row["generation_id"], row["text"])


def _unscored(item: Item, slot: Slot, requests: Requests, protocol: Protocol) -> Iterator[Judgment]:
    generation_id, (_, sample) = item.row["generation_id"], slot
    event_id = content_id("no text", requests.protocol_id, generation_id, sample)
    for criterion in requests.rubric.criteria:
        yield Judgment(
            event_id, generation_id, requests.rubric.rubric_id, protocol.judge, requests.mode, criterion.name, None,
            f"no text: {item.failed}", sample=sample, protocol_id=requests.protocol_id,
        )  # fmt: skip


def _unscored_pairs(item: Item, slot: Slot, requests: Requests, protocol: Protocol) -> Iterator[PairVerdict]:
    sides, (first, sample) = (item.row["generation_a"], item.row["generation_b"]), slot
    event_id = content_id("no text", requests.protocol_id, *sides, *slot)
    for criterion in requests.criteria:
        yield PairVerdict(
            event_id, item.row["example_id"], *sides, protocol.judge, requests.mode, criterion, first, None,
            f"no text: {item.failed}", sample=sample, protocol_id=requests.protocol_id,
        )  # fmt: skip
