"""What judges said, in words: calls with what was made of the reply, verdicts on a text, and those that are missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from viva.present.judging import MODE_NAMES
from viva.present.leaderboard import system_name
from viva.present.rubric import extent, level_text
from viva.present.synthesis import money
from viva.records.browsing import BrowsedExample
from viva.records.generation import ScoredText
from viva.records.ids import utc_now
from viva.records.judging import CallState, JudgeCall, JudgeMode, Judgment, Purpose, ReadCall, UnscoredVerdict
from viva.records.rubric import Criterion, Rubric
from viva.text import display_line, plural

NO_VERDICTS = (
    "No judge has scored this text on a rubric yet.\n\n"
    "On Home, j opens Judge. Comparisons in pairs are read from their job: J on Home, Enter, then v."
)
NOTHING_JUDGED = "No judge has scored a text of this split yet: Ctrl+S on Judge starts one"
NOTHING_COMPARED = "No two texts of this split have been compared yet"
NO_CALL = "No call stands behind this verdict: it was computed here, imported, or there was no text to judge"
STANDS = "✓ stands in the text"
STANDS_NOT = "✗ does not stand in the text"
_WINNERS = {"first": "the text shown first", "second": "the text shown second", "tie": "a tie"}


@dataclass(frozen=True)
class JudgedText:
    """A text that can be judged: its example, and its own id."""

    example_id: str
    generation_id: str


# Calls.


def call_title(call: JudgeCall) -> str:
    """Return who was asked for what."""
    what = {Purpose.SCORE: "scored a text", Purpose.DRAFT: "drafted an approach", Purpose.PAIR: "compared two texts"}
    sample = f" · sample {call.sample + 1}" if call.sample else ""
    return f"{system_name(call.judge, 30)} {what[call.purpose]}{sample}"


def state_text(call: JudgeCall) -> str:
    """Return how a call ended: a symbol, the word, and why."""
    symbol = {CallState.OK: "✓", CallState.PARTIAL: "!"}.get(call.state, "✗")
    reason = f": {display_line(call.reason, 200)}" if call.reason else ""
    return f"{symbol} {call.state.value}{reason}"


def call_facts(call: JudgeCall) -> str:
    """Return what a call took, on one line."""
    about = "about " if call.estimated else ""
    parts = [f"asked as {display_line(call.asked_as, 12)}"] if call.asked_as else []
    parts.append(f"{about}{call.prompt_tokens:,} tokens read, {call.completion_tokens:,} written")
    parts += [] if call.cost is None else [f"cost {money(call.cost)}" if call.cost else "no cost"]
    parts.append(f"{call.seconds:.1f} s")
    if call.attempts > 1:
        parts.append(f"{call.attempts} attempts")
    if call.retries:
        parts.append(plural(call.retries, "retry", "retries"))
    parts.append(f"seed {call.seed}")
    return " · ".join(parts)


def prompt_text(read: ReadCall) -> str:
    """Return what was asked, word for word; where several spoke, who did."""
    if len(read.messages) == 1:
        return str(read.messages[0].get("content", ""))
    turns = [f"── {message.get('role', '')} ──\n\n{message.get('content', '')}" for message in read.messages]
    return "\n\n".join(turns)


def outcome_text(call: JudgeCall) -> str:
    """Return what was made of a reply."""
    head = f"{state_text(call)}\n{call_facts(call)}\n\n"
    if call.purpose is Purpose.DRAFT:
        return head + str(call.outcome.get("draft") or "(no draft)")
    key, told = ("criteria", _given_text) if call.purpose is Purpose.SCORE else ("winners", _winner_text)
    said = call.outcome.get(key)
    if not isinstance(said, Mapping) or not said:
        return head + "(no verdict)"
    return head + "\n\n".join(told(str(name), given) for name, given in said.items() if isinstance(given, Mapping))


def rationale_text(call: JudgeCall) -> str:
    """Return a judge's reasons alone, a paragraph for each criterion; why there are none where it gave none."""
    said = call.outcome.get("winners" if call.purpose is Purpose.PAIR else "criteria")
    given = said.items() if isinstance(said, Mapping) else ()
    parts = [f"{_named(name)} {_value_of(one)}: {one.get('rationale') or '(no reason)'}" for name, one in given]
    return "\n\n".join(parts) or state_text(call)


def _value_of(given: Mapping[str, Any]) -> str:
    if "winner" in given:
        return _WINNERS.get(str(given["winner"]), "unscored")
    value = given.get("value")
    return "unscored" if value is None else f"{value:g}"


def _named(name: Any) -> str:
    shown = display_line(str(name), 60)
    return shown[:1].upper() + shown[1:]


def _given_text(name: str, given: Mapping[str, Any]) -> str:
    value = given.get("value")
    lines = [f"{_named(name)}: {'unscored' if value is None else f'{value:g}'}"]
    lines += [f"  why not: {given['unscored']}"] if given.get("unscored") else []
    lines += [f"  {given['rationale']}"] if given.get("rationale") else []
    if given.get("evidence"):
        lines += [f"  “{given['evidence']}”", f"  {found_text(given.get('found'))}"]
    return "\n".join(lines)


def _winner_text(name: str, given: Mapping[str, Any]) -> str:
    lines = [f"{_named(name)}: {_value_of(given)}"]
    lines += [f"  why not: {given['unscored']}"] if given.get("unscored") else []
    lines += [f"  {given['rationale']}"] if given.get("rationale") else []
    return "\n".join(lines)


def found_text(found: bool | None) -> str:
    """Return whether a quote really stands in the text that was judged."""
    return STANDS if found else "nothing was looked up" if found is None else STANDS_NOT


def in_order(calls: Iterable[JudgeCall], examples: Sequence[str]) -> list[JudgeCall]:
    """Return calls question by question, a draft before what was held against it; of equal ones the first given."""
    newest: dict[tuple[str, str], JudgeCall] = {}
    for call in calls:
        newest.setdefault((call.judge, call.key), call)
    place = {example: number for number, example in enumerate(examples)}
    kept = [call for call in newest.values() if call.example_id in place]
    kept.reverse()
    return sorted(
        kept, key=lambda call: (place[call.example_id], call.judge, call.purpose is not Purpose.DRAFT, call.sample)
    )


# Verdicts on a text.


@dataclass(frozen=True)
class VerdictLine:
    """A line of the table of verdicts: the head of one judge's, or a criterion with its `judgment`."""

    cells: tuple[str, str, str, str]
    judgment: Judgment
    criterion: Criterion | None
    head: bool = False


HEADINGS = ("Judge and criterion", "Value", "Points", "Quote")


def none_unscored(judge: str | None, mode: JudgeMode) -> str:
    """Return what is said where a judge, or any with None, has left nothing unscored in a mode."""
    whose = f" of {system_name(judge, 40)}" if judge else ""
    return f"Every verdict{whose} in the mode {mode} has a value: none is unscored."


def first_line_of(judge: str | None, lines: Sequence[VerdictLine]) -> int:
    """Return which line the verdict of a judge begins with, the first where it has given none."""
    return next((number for number, line in enumerate(lines) if line.judgment.judge == judge), 0)


def verdict_lines(judgments: Sequence[Judgment], rubrics: Mapping[str, Rubric]) -> list[VerdictLine]:
    """Return each judge's verdict on a text, mode by mode and sample by sample: its total, then the criteria."""
    events: dict[tuple[str, str, int], list[Judgment]] = {}
    for judgment in judgments:
        events.setdefault((judgment.judge, judgment.mode, judgment.sample), []).append(judgment)
    several = {(judge, mode) for judge, mode, sample in events if sample}
    lines = []
    for (judge, mode, sample), given in events.items():
        criteria = _criteria(rubrics.get(given[0].rubric_id))
        numbered = f" · sample {sample + 1}" if (judge, mode) in several else ""
        head = f"{system_name(judge, 24)} · {given[0].mode}{numbered}"
        lines.append(VerdictLine((head, "", _total(given, criteria), ""), given[0], None, head=True))
        lines += [_criterion_line(one, criteria.get(one.criterion)) for one in given]
    return lines


def _criteria(rubric: Rubric | None) -> dict[str, Criterion]:
    return {criterion.name: criterion for criterion in rubric.criteria} if rubric else {}


def _total(given: Sequence[Judgment], criteria: Mapping[str, Criterion]) -> str:
    points = [_points(one, criteria.get(one.criterion)) for one in given]
    if any(one.value is None for one in given):
        return "no total"
    return "" if None in points else f"{sum(point for point in points if point is not None):.1f}"


def _points(judgment: Judgment, criterion: Criterion | None) -> float | None:
    return None if criterion is None or judgment.value is None else criterion.points(judgment.value)


def _criterion_line(judgment: Judgment, criterion: Criterion | None) -> VerdictLine:
    points = _points(judgment, criterion)
    value = "unscored" if judgment.value is None else f"{judgment.value:.3g}"
    quote = "✓ found" if judgment.found else "" if judgment.found is None else "✗ not found"
    name = f"  {_named(judgment.criterion)}"
    return VerdictLine((name, value, "" if points is None else f"{points:.1f}", quote), judgment, criterion)


def verdict_title(line: VerdictLine) -> str:
    """Return what a line is about."""
    judge = system_name(line.judgment.judge, 30)
    return judge if line.head else f"{judge} on {_named(line.judgment.criterion).lower()}"


def verdict_text(line: VerdictLine, others: Sequence[VerdictLine]) -> str:
    """Return all that a judge said on a criterion; for the head of its verdict on every one, from `others`."""
    if line.head:
        mine = [one for one in others if not one.head and one.judgment.event_id == line.judgment.event_id]
        return "\n\n".join(f"{one.cells[0].strip()} {one.cells[1]}: {_reason(one.judgment)}" for one in mine)
    judgment, parts = line.judgment, []
    if judgment.value is None:
        parts.append(f"Unscored: {judgment.unscored or 'no reason is known'}")
    elif line.criterion is not None:
        described = level_text(line.criterion, round(judgment.value)) if judgment.value % 1 == 0 else ""
        scale = f"{judgment.value:.3g} on the scale {extent(line.criterion)}"
        parts.append(f"{scale}: {described}" if described else scale)
    parts += [judgment.rationale] if judgment.rationale else []
    if judgment.evidence:
        parts.append(f"“{judgment.evidence}”\n{found_text(judgment.found)}")
    return "\n\n".join(parts)


def _reason(judgment: Judgment) -> str:
    if judgment.value is None:
        return judgment.unscored or "no reason is known"
    return judgment.rationale or "(no reason)"


def judged_texts(example: BrowsedExample) -> list[JudgedText]:
    """Return the texts that were written for an example."""
    return [JudgedText(example.example_id, text.generation_id) for text in example.texts]


def text_of(example: BrowsedExample, generation_id: str) -> ScoredText | None:
    """Return one of an example's texts, None where it is not among them."""
    return next((text for text in example.texts if text.generation_id == generation_id), None)


def where_line(example: BrowsedExample, text: ScoredText | None) -> str:
    """Return whose text is shown, and for which example."""
    name = "a text of another version" if text is None else system_name(text.system, 40)
    sample = f" · text {text.sample + 1}" if text is not None and text.sample else ""
    return f"Example {example.position + 1} · {name}{sample}"


# Verdicts that are missing.


UNSCORED_HEADINGS = ("Judge", "System", "Criterion", "Why there is no value")


class ComparedInVain(Protocol):
    """Two texts shown in one order that a judge was asked about."""

    @property
    def judge(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def generation_a(self) -> str: ...
    @property
    def system_a(self) -> str: ...
    @property
    def system_b(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def criterion(self) -> str | None: ...
    @property
    def unscored(self) -> str | None: ...
    @property
    def call(self) -> str | None: ...


def unscored_pair(row: ComparedInVain) -> UnscoredVerdict:
    """Return a comparison without a winner as it is listed."""
    return UnscoredVerdict(
        row.judge, JudgeMode(row.mode), row.generation_a, f"{row.system_a} or {row.system_b}", row.example,
        f"Example {row.position}", row.criterion or "on the whole", row.unscored or "", row.call, utc_now(),
    )  # fmt: skip


def unscored_cells(one: UnscoredVerdict, width: int) -> tuple[str, str, str, str]:
    """Return a line of the list of unscored verdicts, for a screen `width` cells wide."""
    name = 12 if width < 100 else 24
    reason = display_line(one.reason, 200) or "no reason is known"
    return (
        system_name(one.judge, name + 6), system_name(one.system, name), display_line(one.criterion, name + 2), reason,
    )  # fmt: skip


def unscored_text(one: UnscoredVerdict) -> str:
    """Return all that is known of an unscored verdict."""
    mode = MODE_NAMES[one.mode]
    question = display_line(one.question, 400) or "(no question)"
    reason = display_line(one.reason, 400) or "no reason is known"
    return f"{reason}\n{display_line(one.system, 80)} · {mode} · {question}"


def unscored_range(count: int, offset: int, more: bool) -> str:
    """Return which of the unscored verdicts are shown."""
    if not count:
        return ""
    return f"{offset + 1:,}–{offset + count:,}" + (" and more" if more else f" of {offset + count:,}")
