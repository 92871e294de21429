"""Function calls: reading them from what a model writes, strictly, and telling whether they are the right ones."""

import ast
import json
import math
import re
from collections.abc import Collection, Sequence
from typing import Any

from viva.benchmark.replies import said
from viva.records.benchmark import ARGUMENTS, FUNCTION, RIGHT, Call

_TAGGED = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
_UNENDED = re.compile(r"[^{]*<think>")
_MARK = re.compile(
    r"<functioncall>|<function_calls?>|<tool_calls>|<function=|\[TOOL_CALLS\]|<\|python_tag\|>|<\|tool_calls?\|>",
    re.IGNORECASE,
)
_FENCED = re.compile(r"```(?:json|python|tool_code|tool_call)?[ \t]*\n((?:(?!\n```).)*)\n?```", re.DOTALL)
_FENCES = re.compile(r"```\w*\s*(.*?)(?:\n[ \t]*```|```[ \t]*(?:\n|\Z)|\Z)", re.DOTALL)
_QUOTED = re.compile(r"(\"arguments\"\s*:\s*)'(\{.*\})'", re.DOTALL)
_BEGUN = re.compile(r"[\[{\s]*\"\w+\"\s*:")
_NAMES = re.compile(r"\"(?:name|function)\"\s*:\s*\"")
_GIVES = re.compile(r"\"(?:arguments|parameters)\"\s*:")
_HOLDERS = ("tool_calls", "function_calls", "tool_call", "function_call")
_HOLDS = re.compile(rf"\"(?:{'|'.join(_HOLDERS)})\"\s*:\s*[\[{{]|\"function\"\s*:\s*\{{")
_PYTHONIC = re.compile(r"\[\s*[A-Za-z_][\w.]*\(\s*(?:[A-Za-z_]\w*\s*=|\)\s*[\],])")
_BARE = re.compile(r"([A-Za-z_][\w.]*)\(.*\)", re.DOTALL)


class Unreadable(ValueError):
    """A reply that begins a call and does not end it as one."""


def calls_in(reply: str, offered: Collection[str] = ()) -> tuple[Call, ...]:
    """Return the functions that a reply calls; none for a reply in words. Raises `Unreadable`.

    A call is a JSON object with `name` (or `function`) and `arguments` or `parameters`, or a list of such objects,
    which may stand under `tool_calls`, or several with `;` or line breaks between them, or `[name(argument=value), …]`
    as in Python. It is the whole reply, or stands after a mark such as <functioncall>, in <tool_call> tags, or, as
    JSON, in a code fence; words may stand before a mark and around tags and fences. `name(argument=value)` alone is a
    call of a function that is `offered`. Anything else is words, JSON that calls nothing as well: nothing is guessed.
    What a model thought before it replied, in <think> tags, is passed over; no reply besides it is unreadable.
    """
    text = said(reply)
    if not text:
        raise Unreadable("the reply is empty")
    if _UNENDED.match(text):
        raise Unreadable("a <think> without its end")
    if "<tool_call>" in text:
        tagged = _TAGGED.findall(text)
        if len(tagged) != text.count("<tool_call>"):
            raise Unreadable("a <tool_call> without its end")
        return tuple(call for part in tagged for call in _calls(part))
    before, *marked = _MARK.split(text)
    if marked and "{" not in before:
        return tuple(call for part in marked for call in _calls(said(part)))
    if (bare := _BARE.fullmatch(_unfenced(text))) and bare[1] in offered:
        return _calls(text)
    return _unmarked(text)


def call_of(function: Any) -> Call:
    """Return a call from the `function` of a message's `tool_calls`. Raises `Unreadable`."""
    return _call(function)


def compared(expected: Sequence[Call], called: Sequence[Call]) -> dict[str, float | None]:
    """Return the measures of an item; `arguments` only where a call is expected.

    `right` takes all of the expected calls and no other, in any order. `arguments` is the share of right values among
    all arguments that are expected or given: one that is missing, changed, or too much counts against it.
    """
    names = sorted(call.name for call in expected) == sorted(call.name for call in called)
    pairs, left = _paired(expected, called)
    right = names and all(equal(one.arguments, other.arguments) for one, other in pairs)
    found: dict[str, float | None] = {RIGHT: float(right), FUNCTION: float(names)}
    if expected:
        good = sum(_same(one, other) for one, other in pairs)
        every = sum(len({*one.arguments, *other.arguments}) for one, other in pairs)
        every += sum(len(call.arguments) for call in left)
        found[ARGUMENTS] = good / every if every else float(names)
    return found


def wrong(expected: Sequence[Call]) -> dict[str, float | None]:
    """Return the measures of a reply that cannot be right."""
    return {RIGHT: 0.0, FUNCTION: 0.0, **({ARGUMENTS: 0.0} if expected else {})}


def equal(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON: 1 is 1.0, but not true; the order of keys does not matter."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(equal(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)


def _paired(expected: Sequence[Call], called: Sequence[Call]) -> tuple[list[tuple[Call, Call]], list[Call]]:
    """Return calls of the same function in pairs, those with the most arguments in common first, and what is left."""
    candidates = [
        (_same(one, other), -first, -second)
        for first, one in enumerate(expected)
        for second, other in enumerate(called)
        if one.name == other.name
    ]
    mine: set[int] = set()
    theirs: set[int] = set()
    pairs = []
    for _, first, second in sorted(candidates, reverse=True):
        if -first not in mine and -second not in theirs:
            mine.add(-first)
            theirs.add(-second)
            pairs.append((expected[-first], called[-second]))
    left = [call for index, call in enumerate(expected) if index not in mine]
    left += [call for index, call in enumerate(called) if index not in theirs]
    return pairs, left


def _same(one: Call, other: Call) -> int:
    """Return how many arguments two calls have in common."""
    return sum(name in other.arguments and equal(value, other.arguments[name]) for name, value in one.arguments.items())


def _unmarked(text: str) -> tuple[Call, ...]:
    """Return the calls of a text that nothing marks as one."""
    whole = _unfenced(text)
    if _PYTHONIC.match(whole):
        return _calls(whole)
    if _BEGUN.match(whole) or "```" not in whole:
        return _in_json(whole)
    return tuple(call for part in _FENCES.findall(whole) for call in _in_json(part.strip()))


def _in_json(text: str) -> tuple[Call, ...]:
    """Return the calls of a text in JSON; none for other JSON, and for words."""
    values = _json_values(text)
    if values is None:
        begun = _BEGUN.match(text) and (_HOLDS.search(text) or (_NAMES.search(text) and _GIVES.search(text)))
        return _calls(text) if begun else ()
    likely = [value for value in values if _is_call(value)]
    if likely and len(likely) < len(values):
        raise Unreadable("a list that holds something else than calls")
    return tuple(_call(value) for value in likely)


def _calls(text: str) -> tuple[Call, ...]:
    """Return the calls that a text consists of, at least one. Raises `Unreadable`."""
    text = _unfenced(text.strip())
    values = _json_values(text)
    if values is None:
        # The arguments as JSON in single quotes, as in the Glaive data set.
        values = _json_values(_QUOTED.sub(lambda found: found[1] + json.dumps(found[2]), text))
    calls = _pythonic(text) if values is None else tuple(_call(value) for value in values)
    if not calls:
        raise Unreadable("a list without a call")
    return calls


def _unfenced(text: str) -> str:
    fence = _FENCED.fullmatch(text)
    return fence[1].strip() if fence else text


def _is_call(value: Any) -> bool:
    """Tell whether a JSON value says that it is a call: it names a function and gives its arguments."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("function"), dict):
        return isinstance(value["function"].get("name"), str)
    return isinstance(_name(value), str) and ("arguments" in value or "parameters" in value)


def _name(value: dict[str, Any]) -> Any:
    """Return what a call names; some models write the name under `function`."""
    return value.get("name", value.get("function"))


def _json_values(text: str) -> list[Any] | None:
    """Return the JSON values in a text, those of a list for a list; None for a text that is not JSON throughout."""
    decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
    values: list[Any] = []
    place = 0
    while place < len(text):
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return None
        values += _members(value)
        while place < len(text) and text[place] in " \t\r\n;":
            place += 1
    return values


def _members(value: Any) -> list[Any]:
    """Return the values of a list, or of the calls that an object holds; any other value alone."""
    if isinstance(value, dict):
        value = next((value[name] for name in _HOLDERS if value.get(name)), value)
    return value if isinstance(value, list) else [value]


def _call(value: Any) -> Call:
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    name = _name(value) if isinstance(value, dict) else None
    if not isinstance(name, str):
        raise Unreadable("a call that names no function")
    given = [value[key] for key in ("arguments", "parameters") if key in value]
    arguments = given[0] if given else {}
    if isinstance(arguments, str):
        try:
            arguments = (
                json.loads(arguments, parse_constant=_no_constant, parse_float=_finite) if arguments.strip() else {}
            )
        except (ValueError, RecursionError) as error:
            raise Unreadable("arguments that are not JSON") from error
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict) or len(given) > 1:
        raise Unreadable("arguments that are no object")
    return Call(name, arguments)


def _pythonic(text: str) -> tuple[Call, ...]:
    """Return the calls of `[name(argument=value), …]` or `name(argument=value)`; no code is run."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable("neither JSON nor a list of calls") from error
    calls = []
    for node in tree.elts if isinstance(tree, ast.List) else [tree]:
        if not isinstance(node, ast.Call) or node.args or any(keyword.arg is None for keyword in node.keywords):
            raise Unreadable("a list that holds something else than calls")
        arguments = {str(keyword.arg): _literal(keyword.value) for keyword in node.keywords}
        calls.append(Call(_dotted(node.func), arguments))
    return tuple(calls)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    raise Unreadable("a call that names no function")


def _literal(node: ast.expr) -> Any:
    """Return a value as JSON would hold it; true, false and null are understood as well."""
    if isinstance(node, ast.Name) and node.id in {"true", "false", "null"}:
        return {"true": True, "false": False, "null": None}[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(part) for part in node.elts]
    if isinstance(node, ast.Dict):
        keys = [_literal(key) if key is not None else None for key in node.keys]
        if not all(isinstance(key, str) for key in keys):
            raise Unreadable("a table with keys that are no text")
        return {str(key): _literal(value) for key, value in zip(keys, node.values, strict=True)}
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise Unreadable("an argument that is no value") from error
    finite = not isinstance(value, float) or math.isfinite(value)
    if finite and (value is None or isinstance(value, str | int | float)):
        return value
    raise Unreadable("an argument that is no JSON value")


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_constant(text)
