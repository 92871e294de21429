"""What judges reply when they are asked for scores on the default rubric, and what has to become of it.

    for case in CASES: reply with `case.content` and `case.finish_reason`; expect `case.state` and `case.values`

`TEXT` is what was judged.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from viva.records.judging import CallState

NAMES = ("accuracy", "completeness", "relevance", "practicality")
TEXT = """Train a small convolutional network on 2,000 labelled frames. Test it on “unseen” cameras,
and report precision at a fixed recall. Privacy: faces are blurred before storage."""
NOTHING: dict[str, float | None] = dict.fromkeys(NAMES)
GOOD: dict[str, float | None] = {"accuracy": 4, "completeness": 3, "relevance": 5, "practicality": 0}


@dataclass(frozen=True)
class JudgeReplyCase:
    """A reply as it comes from a model, and the state and values that are to be read from it."""

    name: str
    content: str
    finish_reason: str
    state: CallState
    values: dict[str, float | None] = field(default_factory=lambda: dict(NOTHING))


def entry(value: Any, rationale: str = "It says how.", evidence: str = "report precision") -> dict[str, Any]:
    """Return the verdict on one criterion."""
    return {"rationale": rationale, "evidence": evidence, "value": value}


def verdict(**values: Any) -> str:
    """Return the JSON of a verdict with the values of `GOOD`, but for those given."""
    return json.dumps({name: entry(value) for name, value in {**GOOD, **values}.items()})


def raw(**values: str) -> str:
    """Return a verdict in which JSON literals stand as given, such as `NaN`."""
    literals = {name: str(value) for name, value in GOOD.items()} | values
    return "{" + ", ".join(f'"{name}": {{"value": {literal}}}' for name, literal in literals.items()) + "}"


def _ok(name: str, content: str, finish_reason: str = "stop") -> JudgeReplyCase:
    return JudgeReplyCase(name, content, finish_reason, CallState.OK, dict(GOOD))


def _without_accuracy(name: str, content: str) -> JudgeReplyCase:
    return JudgeReplyCase(name, content, "stop", CallState.PARTIAL, {**GOOD, "accuracy": None})


def _nothing(name: str, content: str, state: CallState, finish_reason: str = "stop") -> JudgeReplyCase:
    return JudgeReplyCase(name, content, finish_reason, state)


_USABLE = [
    _ok("bare", verdict()),
    _ok("padded", f"\n\n  {verdict()}  \n"),
    _ok("indented", json.dumps(json.loads(verdict()), indent=4)),
    _ok("byte order mark", "\ufeff" + verdict()),
    _ok("Markdown fence", f"```json\n{verdict()}\n```"),
    _ok("fence without a language", f"```\n{verdict()}\n```\n"),
    _ok("prose before", f"Here is my verdict, for {{this}} text:\n{verdict()}"),
    _ok("prose behind", f"{verdict()}\nI hope that this helps! Formula: \\frac{{a}}{{b}}."),
    _ok("thinking before", f"<think>\nIs it 2? {{accuracy: 5}} {verdict(accuracy=1)}\n</think>\n\n{verdict()}"),
    _ok("end of thinking without its beginning", f"So a 4 will do.\n</think>\n{verdict()}"),
    _ok("duplicate", f"{verdict()}\n\n{verdict()}"),
    _ok("duplicate key of the same value", verdict()[:-1] + f', "accuracy": {json.dumps(entry(4))}}}'),
    _ok("extra criterion", verdict(style=9)),
    _ok("extra keys", verdict()[:-1] + ', "total": 71, "notes": ["none", null]}'),
    _ok("other case in the names", verdict().replace('"accuracy"', '" Accuracy "').replace('"value"', '"Value"')),
    _ok("bare numbers", json.dumps(GOOD)),
    _ok("values as text", verdict(accuracy="4", completeness=" 3 ", relevance="5.0")),
    _ok("whole floats", raw(accuracy="4.0", completeness="3.000")),
    _ok("below scores", f'{{"scores": {verdict()}}}'),
    _ok("below verdict beside a summary", f'{{"summary": "good", "verdict": {verdict()}}}'),
    _ok("line break within a text", verdict().replace("It says how.", "It says\nhow.")),
    _ok("whole at the limit of tokens", verdict(), "length"),
    _ok("rationale in another language", verdict().replace("It says how.", "它说明了方法，Антон")),
    _ok("rationale with braces and a verdict", verdict(relevance=5).replace("It says how.", 'a } { \\"value\\": 1')),
    _ok("rationale that is no text", verdict().replace('"It says how."', '["a", {"b": 1}]')),
    _ok("lone surrogate", verdict().replace("It says how.", "\\ud800 how")),
    _ok("an object that is no verdict beside it", f'{{"scale": "0 to 5"}}\n{verdict()}'),
]
_PARTIAL = [
    _without_accuracy("a fraction as text", verdict(accuracy="5/5")),
    _without_accuracy("a word", verdict(accuracy="four")),
    _without_accuracy("a number in a sentence", verdict(accuracy="4 of 5")),
    _without_accuracy("true", verdict(accuracy=True)),
    _without_accuracy("null", verdict(accuracy=None)),
    _without_accuracy("a list", verdict(accuracy=[4])),
    _without_accuracy("an object", verdict(accuracy={"value": 4})),
    _without_accuracy("between two levels", verdict(accuracy=4.5)),
    _without_accuracy("above the scale", verdict(accuracy=7)),
    _without_accuracy("below the scale", verdict(accuracy=-1)),
    _without_accuracy("percent", verdict(accuracy="80%")),
    _without_accuracy("NaN", raw(accuracy="NaN")),
    _without_accuracy("infinity", raw(accuracy="Infinity")),
    _without_accuracy("less than infinity", raw(accuracy="-Infinity")),
    _without_accuracy("huge", raw(accuracy="9" * 6000)),
    _without_accuracy("huge exponent", raw(accuracy="4e999999999")),
    _without_accuracy("nearly whole", raw(accuracy="3.9999999999999999999999")),
    _without_accuracy("digits of another script", verdict(accuracy="４")),
    _without_accuracy("empty text", verdict(accuracy="")),
    _without_accuracy("missing criterion", verdict().replace('"accuracy"', '"accurate"')),
    _without_accuracy("no value within", verdict().replace('"value"', '"score"', 1)),
    _without_accuracy("duplicate key of another value", verdict()[:-1] + f', "accuracy": {json.dumps(entry(2))}}}'),
    _without_accuracy("two keys of one name", verdict()[:-1] + f', "ACCURACY": {json.dumps(entry(4))}}}'),
    _without_accuracy("two values within", verdict().replace('"value": 4', '"value": 4, "value": 5')),
]
_UNREADABLE = [
    _nothing("prose", "The text is right in most parts; I would give 4 of 5.", CallState.UNREADABLE),
    _nothing("names and numbers", "accuracy: 4\ncompleteness: 3\nrelevance: 5", CallState.UNREADABLE),
    _nothing("two verdicts", f"{verdict()}\nOr rather:\n{verdict(accuracy=2)}", CallState.UNREADABLE),
    _nothing("two rationales", f"{verdict()}{verdict().replace('says', 'tells')}", CallState.UNREADABLE),
    _nothing("a verdict within a verdict", f'{verdict()[:-1]}, "final": {verdict(accuracy=1)}}}', CallState.UNREADABLE),
    _nothing("two verdicts below", f'{{"a": {verdict()}, "b": {verdict(accuracy=1)}}}', CallState.UNREADABLE),
    _nothing("no value at all", verdict(accuracy="A", completeness="B", relevance="C", practicality="D"),
             CallState.UNREADABLE),
    _nothing("broken", verdict().replace(", ", " "), CallState.UNREADABLE),
    _nothing("single quotes", verdict().replace('"', "'"), CallState.UNREADABLE),
    _nothing("comma before the end", verdict()[:-1] + ",}", CallState.UNREADABLE),
    _nothing("not closed", verdict()[:-2], CallState.UNREADABLE),
    _nothing("a verdict quoted within a broken one", verdict().replace("It says how.", f"He wrote {verdict()}", 1),
             CallState.UNREADABLE),
    _nothing("a verdict before a broken one", f'{verdict()} Or: {{"accuracy": 2', CallState.UNREADABLE),
    _nothing("JSON within text", json.dumps(verdict()), CallState.UNREADABLE),
    _nothing("a list of criteria", json.dumps([{"criterion": n, "value": 5} for n in NAMES]), CallState.UNREADABLE),
    _nothing("other names", json.dumps({"Genauigkeit": 5, "Umfang": 4}), CallState.UNREADABLE),
    _nothing("error object", '{"error": {"message": "overloaded"}}', CallState.UNREADABLE),
    _nothing("the form of the prompt", '{"accuracy": {"value": <whole number from 0 to 5>}}', CallState.UNREADABLE),
    _nothing("web page", f"<!DOCTYPE html>\n<html><body>{verdict()}</body></html>", CallState.UNREADABLE),
    _nothing("deep", '{"accuracy":' * 100_000, CallState.UNREADABLE),
    _nothing("deep lists", '{"accuracy":' + "[" * 100_000, CallState.UNREADABLE),
    _nothing("thinking without end", f"<think>Perhaps {verdict()}", CallState.UNREADABLE),
    _nothing("wrong language", "Der Text ist gut und erhält die Note vier.", CallState.UNREADABLE),
]  # fmt: skip
_NOTHING = [
    _nothing("truncated in the first criterion", verdict()[:40], CallState.TRUNCATED, "length"),
    _nothing("truncated before the last brace", verdict()[:-1], CallState.TRUNCATED, "length"),
    _nothing("truncated, other word", verdict()[:-30], CallState.TRUNCATED, "max_tokens"),
    _nothing("truncated in a second verdict", verdict() + verdict()[:50], CallState.TRUNCATED, "length"),
    _nothing("truncated in its thinking", f"<think>Let me see. {verdict()}", CallState.TRUNCATED, "length"),
    _nothing("truncated in prose", "Let me first summarise the text, which", CallState.TRUNCATED, "length"),
    _nothing("empty", "", CallState.EMPTY),
    _nothing("white space", " \n\t ", CallState.EMPTY),
    _nothing("empty at the limit of tokens", "", CallState.EMPTY, "length"),
    _nothing("nothing behind its thinking", "<think>Hard to say.</think>\n", CallState.EMPTY),
    _nothing("refusal", "I'm sorry, but I can't help with that.", CallState.REFUSED),
    _nothing("refusal of an AI", "As an AI language model I do not judge people's work.", CallState.REFUSED),
    _nothing("filtered", "The content was", CallState.REFUSED, "content_filter"),
]
CASES = [*_USABLE, *_PARTIAL, *_UNREADABLE, *_NOTHING]
