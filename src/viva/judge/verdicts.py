"""What a finished call means for the texts it was about: judgments, or who wins, or why neither can be had."""

from dataclasses import dataclass
from typing import Any

from viva.judge.items import Item, PairItem, ScoreItem
from viva.judge.reply_schema import OVERALL
from viva.judge.requests import Requests
from viva.records.ids import content_id
from viva.records.judging import CallState, Given, JudgeCall, Judgment, PairVerdict, Purpose


@dataclass(frozen=True)
class Verdict:
    """A verdict with the calls that it took, the draft's first; without any value it is `unscored`."""

    calls: tuple[JudgeCall, ...]
    judgments: tuple[Judgment, ...] = ()
    pairs: tuple[PairVerdict, ...] = ()

    @property
    def unscored(self) -> bool:
        values = [judgment.value for judgment in self.judgments]
        return all(value is None for value in [*values, *(pair.winner for pair in self.pairs)])


def verdict(item: Item, calls: tuple[JudgeCall, ...], requests: Requests) -> Verdict:
    """Return the verdict that the last of `calls` brought; where that is a draft, there is no verdict.

    Its ids follow from the call and what it was about, so that telling it twice does no harm.
    """
    call = calls[-1]
    if isinstance(item, PairItem):
        return Verdict(calls, pairs=tuple(_pairs(item, call, requests)))
    return Verdict(calls, judgments=tuple(_judgments(item, call, requests)))


def _judgments(item: ScoreItem, call: JudgeCall, requests: Requests) -> list[Judgment]:
    given = {name: Given(**value) for name, value in call.outcome.get("criteria", {}).items()}
    event_id = content_id(call.call_id, item.generation_id)
    found = []
    for criterion in requests.rubric.criteria:
        said = given.get(criterion.name) or Given(None, _why(call))
        found.append(
            Judgment(
                event_id, item.generation_id, requests.rubric.rubric_id, call.judge, requests.mode, criterion.name,
                said.value, said.unscored, said.rationale, said.evidence, said.found,
                item.sample, call.call_id, requests.protocol_id,
            )
        )  # fmt: skip
    return found


def _pairs(item: PairItem, call: JudgeCall, requests: Requests) -> list[PairVerdict]:
    winners: dict[str, dict[str, Any]] = call.outcome.get("winners", {})
    other = "b" if item.shown_first == "a" else "a"
    names = {"first": item.shown_first, "second": other, "tie": "tie", None: None}
    event_id = content_id(call.call_id, item.generation_a, item.generation_b, item.shown_first)
    found = []
    for criterion in requests.criteria:
        said = winners.get(criterion or OVERALL) or {"winner": None, "unscored": _why(call), "rationale": ""}
        found.append(
            PairVerdict(
                event_id, item.example_id, item.generation_a, item.generation_b, call.judge, requests.mode, criterion,
                item.shown_first, names[said["winner"]], said["unscored"], said["rationale"],
                item.sample, call.call_id, requests.protocol_id,
            )
        )  # fmt: skip
    return found


def _why(call: JudgeCall) -> str:
    reason = call.reason or CallState(call.state).value
    return f"no draft: {reason}" if call.purpose == Purpose.DRAFT else reason
