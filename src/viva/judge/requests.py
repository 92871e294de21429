"""The calls that a verdict takes: a draft of the judge's own where the mode wants one, and the verdict itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from viva.generate.chat import ChatReply
from viva.judge import prompts
from viva.judge.asking import Wanted
from viva.judge.expected import weighed
from viva.judge.items import Item, PairItem, ScoreItem
from viva.judge.keys import draft_key, pair_key, score_key
from viva.judge.parsing import Reading, read_draft, read_pair, read_scores, scored
from viva.judge.reply_schema import pair_schema, score_schema
from viva.records.judging import JudgeMode, Purpose
from viva.records.rubric import Rubric


@dataclass(frozen=True)
class Requests:
    """Says what a judge is asked under one protocol; the system that wrote a text is nowhere in it."""

    protocol_id: str
    mode: JudgeMode
    rubric: Rubric
    prompts: Mapping[str, str]
    per_criterion: bool
    expected: bool

    @property
    def criteria(self) -> list[str | None]:
        """Return what a comparison gives a winner for; None is the whole."""
        return [*(criterion.name for criterion in self.rubric.criteria), None] if self.per_criterion else [None]

    def draft(self, item: Item) -> Wanted:
        """Return the call that brings the judge's own approach: the same for all texts that answer the question."""
        marker = prompts.new_marker(item.question)
        return Wanted(
            key=draft_key(self.protocol_id, item.question, item.sample),
            purpose=Purpose.DRAFT,
            example_id=item.example_id,
            sample=item.sample,
            marker=marker,
            messages=prompts.draft_messages(dict(self.prompts), item.question, marker),
            schema=None,
            read=read_draft,
        )

    def verdict(self, item: Item, against: str, draft_call: str | None) -> Wanted:
        """Return the call that brings a verdict; `against` is the reference, or the text of the draft."""
        return (
            self._pair(item, against, draft_call)
            if isinstance(item, PairItem)
            else self._score(item, against, draft_call)
        )

    def _score(self, item: ScoreItem, against: str, draft_call: str | None) -> Wanted:
        marker = prompts.new_marker(item.question, against, item.text)

        def read(reply: ChatReply) -> Reading:
            reading = read_scores(reply, self.rubric, item.text)
            return _expected(reading, reply, self.rubric) if self.expected else reading

        return Wanted(
            key=score_key(self.protocol_id, item.question, self._named(item), item.text, item.sample),
            purpose=Purpose.SCORE,
            example_id=item.example_id,
            sample=item.sample,
            marker=marker,
            messages=prompts.score_messages(
                dict(self.prompts), self.mode, self.rubric, item.question, against, item.text, marker
            ),
            schema=score_schema(self.rubric),
            read=read,
            draft_call=draft_call,
            judged=(item.generation_id,),
        )

    def _pair(self, item: PairItem, against: str, draft_call: str | None) -> Wanted:
        marker = prompts.new_marker(item.question, against, item.first, item.second)
        return Wanted(
            key=pair_key(self.protocol_id, item.question, self._named(item), item.first, item.second, item.sample),
            purpose=Purpose.PAIR,
            example_id=item.example_id,
            sample=item.sample,
            marker=marker,
            messages=prompts.pair_messages(
                dict(self.prompts), self.mode, self.rubric, item.question, against, item.first, item.second, marker,
                self.per_criterion,
            ),
            schema=pair_schema(self.rubric, self.per_criterion),
            read=lambda reply: read_pair(reply, self.criteria, (item.first, item.second)),
            draft_call=draft_call,
            judged=item.shown,
        )  # fmt: skip

    def _named(self, item: Item) -> str:
        """Return what a text is held against as it stands in the key: a draft follows from the protocol and sample."""
        return item.reference if self.mode is JudgeMode.REFERENCE else ""


def _expected(reading: Reading, reply: ChatReply, rubric: Rubric) -> Reading:
    """Put expected values in the place of the plain ones: those without are unscored, lest two kinds be mixed."""
    if all(value.value is None for value in reading.given.values()):
        return reading
    return scored(weighed(reading.given, reply.logprobs or (), rubric))
