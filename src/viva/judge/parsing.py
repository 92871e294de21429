"""Reading a judge's reply: what it says without doubt, and for all else why there is no value; nothing is guessed."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from viva.generate.chat import ChatReply
from viva.generate.dialect import encodable
from viva.judge.copied import WINNER, why_copied
from viva.judge.objects import Found, Number, Pairs, answer_start, behind_tags, folded, scan
from viva.judge.quotes import stands_in
from viva.judge.reply_schema import OVERALL, WINNERS
from viva.records.judging import CallState, Given
from viva.records.rubric import Criterion, Rubric
from viva.text import display_line

_SHOWN = 40
_LIMIT = ("length", "max_tokens")
_DECLINED = ("content_filter", "refusal")
_WHOLE = re.compile(r"(-?(?:0|[1-9][0-9]{0,14}))(?:\.0{1,15})?")
_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_REFUSAL = re.compile(
    r"\W*(?:i['’]m |i am |we['’]re )?(?:very |so )?(?:sorry\b|unable to\b|not able to\b)"
    r"|\W*(?:unfortunately,? |however,? )?(?:i|we) (?:can ?not|can['’]t|won['’]t|will not|must decline|decline)\b"
    r"|\W*as an? (?:ai|language model|assistant)\b",
    re.IGNORECASE,
)
_LONGEST_REFUSAL = 800
"""A text that is longer answers something, however it begins."""

SCORES_UNDER = frozenset({"scores", "verdict", "result", "evaluation", "criteria", "judgment"})
WINNERS_UNDER = frozenset({"verdict", "result"})
"""Names under which a verdict may stand instead of in the outermost object."""

TWICE = "it is given twice, and differently"

T = TypeVar("T")
U = TypeVar("U")


class Winner(NamedTuple):
    """The winner of a comparison (`first`, `second`, `tie`), or with `unscored` why there is none."""

    winner: str | None
    unscored: str | None
    rationale: str


@dataclass(frozen=True)
class Reading:
    """What was read from a reply; all that was asked for is in `given` or `winners`, with a value or a reason.

    `reason` says why the state is not `ok`. `draft` is the judge's own approach.
    """

    state: CallState
    reason: str | None
    given: dict[str, Given] = field(default_factory=dict)
    winners: dict[str, Winner] = field(default_factory=dict)
    draft: str = ""


@dataclass(frozen=True)
class Verdict:
    """A verdict in a reply: the pairs that hold it, and the outermost object around them."""

    pairs: Pairs
    place: Found


@dataclass(frozen=True)
class Answer:
    """What stands behind the thinking: what may be its verdict, what speaks `against` that, and whether JSON is broken.

    `start` is where the answer begins, None where the thinking never ends.
    """

    start: int | None
    found: list[Verdict]
    against: list[Verdict]
    broken: bool


class _NoVerdict(Exception):
    """There is no verdict in a reply, or no single one."""

    def __init__(self, state: CallState, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


def read_scores(reply: ChatReply, rubric: Rubric, text: str) -> Reading:
    """Return the values in a reply; evidence is looked up in `text`, the text that was judged. Never raises."""
    names = [criterion.name for criterion in rubric.criteria]

    def read(pairs: Pairs) -> dict[str, Given]:
        return {criterion.name: _criterion(pairs, criterion) for criterion in rubric.criteria}

    try:
        given = _single(reply, names, SCORES_UNDER, [text], read)
    except _NoVerdict as none:
        return Reading(none.state, none.reason, given={name: Given(None, none.reason) for name in names})
    for name, value in given.items():
        if value.evidence:
            given[name] = replace(value, found=stands_in(value.evidence, text))
    return scored(given)


def scored(given: dict[str, Given]) -> Reading:
    """Return the reading of a reply with a verdict that gives these values."""
    state, reason = _outcome({name: value.unscored for name, value in given.items()})
    return Reading(state, reason, given=given)


def read_pair(reply: ChatReply, criteria: Sequence[str | None], texts: Sequence[str] = ()) -> Reading:
    """Return the winners in a reply for `criteria`, None (named `overall`) being the whole. Never raises.

    Where only the whole was asked for, {"rationale": …, "winner": …} will do. `texts` are those that were compared:
    what may be a quote from them is no verdict.
    """
    names = [OVERALL if criterion is None else criterion for criterion in criteria]
    alone = len(names) == 1

    def read(pairs: Pairs) -> dict[str, Winner]:
        return {name: _winner_in(pairs, name, alone) for name in names}

    try:
        winners = _single(reply, [*names, WINNER] if alone else names, WINNERS_UNDER, texts, read)
    except _NoVerdict as none:
        return Reading(none.state, none.reason, winners={name: Winner(None, none.reason, "") for name in names})
    state, reason = _outcome({name: winner.unscored for name, winner in winners.items()})
    return Reading(state, reason, winners=winners)


def read_draft(reply: ChatReply) -> Reading:
    """Return the approach that a judge drafted, without the thinking before it. Never raises."""
    start = answer_start(reply.text)
    draft = "" if start is None else encodable(reply.text[start:]).strip()
    if reply.finish_reason in _LIMIT and reply.text.strip():
        return Reading(CallState.TRUNCATED, "the draft was cut off at the limit of tokens")
    if start is None:
        return Reading(CallState.UNREADABLE, "its thinking never ends")
    if not draft:
        return Reading(CallState.EMPTY, _empty(reply))
    if reply.finish_reason in _DECLINED or (len(draft) < _LONGEST_REFUSAL and _REFUSAL.match(draft)):
        return Reading(CallState.REFUSED, f"the judge declined: {_shown_text(draft)}")
    if _PAGE.match(draft):
        return Reading(CallState.UNREADABLE, "the reply is a web page")
    return Reading(CallState.OK, None, draft=draft)


def answer_in(text: str, names: Sequence[str], under: Collection[str] = SCORES_UNDER) -> Answer:
    """Return what is said in `text` on `names`: an object that holds one of them, or does so one level below.

    A name that leads there is one of `under`; what stands under any other is something else, such as a quote.
    """
    start = answer_start(text)
    if start is None:
        return Answer(None, [], [], True)
    wanted = {folded(name) for name in names}
    seen = scan(text, start)
    found, against = list[Verdict](), list[Verdict]()
    for place in seen.objects:
        if _holds(place.value, wanted):
            found.append(Verdict(place.value, place))
        for key, value in place.value.items:
            if folded(key) not in wanted and isinstance(value, Pairs) and _holds(value, wanted):
                (found if folded(key) in under else against).append(Verdict(value, place))
    # What stands before a last tag may be thinking, and may be the answer with a quoted tag in it.
    start = behind_tags(text, start, seen.objects)
    if start is None or (found and found[-1].place.start < start):
        found = []
    return Answer(start, found, against, seen.broken)


def value_of(pairs: Pairs, criterion: Criterion) -> Any:
    """Return what stands as the value of a criterion, a `Number` where it is one; None if it is not there just once."""
    entries = pairs.named(criterion.name)
    if len(entries) == 1 and isinstance(entries[0][1], Pairs):
        entries = entries[0][1].named("value")
    return entries[0][1] if len(entries) == 1 else None


def level(value: Any, criterion: Criterion) -> int | str:
    """Return the level of the scale that a JSON value is, or why it is none."""
    literal = value.literal if isinstance(value, Number) else value.strip() if isinstance(value, str) else ""
    whole = _WHOLE.fullmatch(literal)
    if whole is None:
        return f"the value {_shown(value)} is no whole number"
    number = int(whole[1])
    if not criterion.accepts(number):
        return f"the value {_shown(value)} is outside {criterion.lowest} to {criterion.highest}"
    return number


def _single(
    reply: ChatReply,
    names: Sequence[str],
    under: Collection[str],
    texts: Sequence[str],
    read: Callable[[Pairs], dict[str, T]],
) -> dict[str, T]:
    """Return what `read` finds in the one verdict of a reply on `texts`. Raises `_NoVerdict`."""
    if not reply.text.strip():
        raise _NoVerdict(CallState.EMPTY, _empty(reply))
    if _PAGE.match(reply.text):
        raise _NoVerdict(CallState.UNREADABLE, "the reply is a web page")
    answer = answer_in(reply.text, names, under)
    first = read(answer.found[0].pairs) if answer.found else {}
    if answer.found and any(read(other.pairs) != first for other in [*answer.found, *answer.against]):
        raise _NoVerdict(CallState.UNREADABLE, "two different verdicts")
    if not answer.found or answer.broken or _cut_off(reply, answer.found[-1].place):
        raise _why_none(reply, answer)
    place = answer.found[0].place
    around = reply.text[answer.start : place.start] + reply.text[place.end :]
    copied = why_copied(answer.found[0].pairs, around, texts, names)
    if copied is not None:
        raise _NoVerdict(CallState.UNREADABLE, copied)
    return first


def _cut_off(reply: ChatReply, place: Found) -> bool:
    """Return whether a reply ended at its limit while it said more: that may have been another verdict."""
    return reply.finish_reason in _LIMIT and reply.text[place.end :].strip("` \t\r\n") != ""


def _why_none(reply: ChatReply, answer: Answer) -> _NoVerdict:
    if reply.finish_reason in _LIMIT:
        return _NoVerdict(CallState.TRUNCATED, "the reply was cut off at the limit of tokens")
    if answer.start is None:
        return _NoVerdict(CallState.UNREADABLE, "its thinking never ends")
    said = reply.text[answer.start :].strip()
    if not said:
        return _NoVerdict(CallState.EMPTY, "there is nothing behind its thinking")
    if reply.finish_reason in _DECLINED:
        return _NoVerdict(CallState.REFUSED, f"the judge declined: {_shown_text(said)}")
    if answer.broken:
        return _NoVerdict(CallState.UNREADABLE, "the JSON in the reply is broken")
    if "{" in said:
        return _NoVerdict(CallState.UNREADABLE, "the JSON in the reply holds nothing that was asked for")
    if len(said) < _LONGEST_REFUSAL and _REFUSAL.match(said):
        return _NoVerdict(CallState.REFUSED, f"the judge declined: {_shown_text(said)}")
    return _NoVerdict(CallState.UNREADABLE, "there is no JSON object in the reply")


def _empty(reply: ChatReply) -> str:
    return "the reply is empty" + (", at the limit of tokens" if reply.finish_reason in _LIMIT else "")


def _holds(pairs: Pairs, wanted: set[str]) -> bool:
    return any(folded(key) in wanted for key, _ in pairs.items)


def _criterion(pairs: Pairs, criterion: Criterion) -> Given:
    def read(entry: Any) -> Given:
        values = entry.named("value") if isinstance(entry, Pairs) else [("value", entry)]
        found = _agreed(values, lambda value: level(value, criterion), "it gives no value", TWICE)
        value, reason = (None, found) if isinstance(found, str) else (float(found), None)
        return Given(value, reason, _text_in(entry, "rationale"), _text_in(entry, "evidence"))

    return _agreed(pairs.named(criterion.name), read, Given(None, "not given"), Given(None, TWICE))


def _winner_in(pairs: Pairs, name: str, alone: bool) -> Winner:
    entries = pairs.named(name)
    found = _agreed(entries, _winner, Winner(None, "not given", ""), Winner(None, TWICE, ""))
    if not alone or not pairs.named(WINNER):
        return found
    whole = _winner(pairs)
    return whole if not entries or whole.winner == found.winner else Winner(None, TWICE, whole.rationale)


def _winner(entry: Any) -> Winner:
    rationale = _text_in(entry, "rationale")
    words = entry.named("winner") if isinstance(entry, Pairs) else [("winner", entry)]
    found = _agreed(words, _word, (None, "it names no winner"), (None, TWICE))
    return Winner(*found, rationale)


def _word(said: Any) -> tuple[str | None, str | None]:
    """Return the winner that a JSON value names, or None and why it names none."""
    word = folded(said) if isinstance(said, str) else ""
    return (word, None) if word in WINNERS else (None, f"the winner {_shown(said)} is none of {', '.join(WINNERS)}")


def _agreed(entries: list[tuple[str, Any]], read: Callable[[Any], T], missing: U, twice: U) -> T | U:
    """Return what `read` makes of the entry; several count as one where they have the same key and the same sense."""
    if not entries:
        return missing
    key, found = entries[0][0], read(entries[0][1])
    return found if all(other == key and read(value) == found for other, value in entries[1:]) else twice


def _text_in(entry: Any, name: str) -> str:
    """Return the text that an object holds under `name`; whatever else is there says nothing."""
    found = entry.named(name) if isinstance(entry, Pairs) else []
    return encodable(found[0][1]).strip() if found and isinstance(found[0][1], str) else ""


def _outcome(unscored: Mapping[str, str | None]) -> tuple[CallState, str | None]:
    """Return the state of a reply with a verdict, and which parts of it are missing for which reason."""
    reasons = [f"{name}: {reason}" for name, reason in unscored.items() if reason is not None]
    if not reasons:
        return CallState.OK, None
    state = CallState.PARTIAL if len(reasons) < len(unscored) else CallState.UNREADABLE
    return state, display_line("; ".join(reasons), 300)


def _shown(value: Any) -> str:
    """Return a JSON value as it can be shown within a line."""
    if isinstance(value, Pairs):
        return "{…}"
    if isinstance(value, list):
        shown = "[" + ", ".join("[…]" if isinstance(part, list) else _shown(part) for part in value[:3]) + "]"
        return display_line(shown, _SHOWN)
    if isinstance(value, Number):
        return display_line(value.literal, _SHOWN)
    return _shown_text(json.dumps(value[:200] if isinstance(value, str) else value, ensure_ascii=False))


def _shown_text(text: str) -> str:
    return display_line(text, _SHOWN if text.startswith('"') else 120)
