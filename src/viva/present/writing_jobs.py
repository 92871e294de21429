"""Jobs that have a dataset written, in words: how far they are, what they spend, what came of it, what failed."""

from collections.abc import Mapping, Sequence
from typing import Any

from viva.present.synthesis import money
from viva.records.job import Job, JobKind
from viva.text import display_line, plural

KINDS = (JobKind.SYNTHESISE, JobKind.PAPERS)
SHOWN_OF_ONE_REASON = 20
"""So many of what failed for the same reason are named."""
LONGEST_REPLY = 300

Event = Mapping[str, Any]


def is_writing(job: Job) -> bool:
    """Tell whether a job has a dataset written."""
    return job.spec.kind in KINDS


def event_lines(job: Job, events: Sequence[Event]) -> list[str]:
    """Return how far a job is: files read, what it expects, then calls, tokens, spend and what went wrong.

    The latter is left out where `outcome_lines` tells it.
    """
    read = _read_line(events)
    lines = [read] if read else []
    for kind, told in (("estimate", _estimate_line), ("progress", _spent_line))[: 1 if "calls" in job.result else 2]:
        latest = next((event for event in reversed(events) if event.get("event") == kind and _asking(event)), None)
        if latest is not None:
            lines.append(told(latest))
    return lines


def outcome_lines(job: Job) -> list[str]:
    """Return what a finished job has brought: the dataset, what was left out, what it took."""
    result = job.result
    if "dataset" not in result:
        return []
    name = display_line(str(result["dataset"]), 64)
    version = f", version {_integer(result.get('version'))}" if _integer(result.get("version")) > 1 else ""
    lines = [f"{plural(_integer(result.get('examples')), 'example')} came in: the dataset {name}{version}"]
    duplicates, failed = _integer(result.get("duplicates")), _integer(result.get("failed"))
    left_out = [f"{plural(duplicates, 'near-duplicate')} left out"] if duplicates else []
    left_out += [f"{failed:,} failed, see below"] if failed else ["nothing failed"]
    calls = [plural(_integer(result["calls"]), "call")] if "calls" in result else []
    return [*lines, " · ".join([*left_out, *calls, *_cost_parts(result, result.get("cost"))])]


def problems(events: Sequence[Event], failures: Sequence[Event]) -> list[tuple[str, str, str]]:
    """Return what could not be used: what it is, why, and what the model said, each once.

    `failures` are what the job was asked for and did not bring; while it runs, what its events tell.
    """
    found: dict[tuple[str, str], str] = {}
    for row in [*(event for event in events if event.get("event") == "problem"), *failures]:
        what = str(row.get("what") or row.get("source") or "")
        reason = str(row.get("reason") or "no reason given")
        found[what, reason] = str(row.get("reply") or "") or found.get((what, reason), "")
    return [(what, reason, reply) for (what, reason), reply in found.items()]


def problems_text(found: Sequence[tuple[str, str, str]]) -> str:
    """Return what failed as lines by reason, the commonest first; the texts in it are as they came."""
    reasons: dict[str, list[tuple[str, str]]] = {}
    for what, reason, reply in found:
        reasons.setdefault(display_line(reason, 300), []).append((what, reply))
    parts = []
    for reason, rows in sorted(reasons.items(), key=lambda item: -len(item[1])):
        lines = [f"{len(rows):,} × {reason}"]
        lines += [f"    {display_line(what, 160)}" for what, _ in rows[:SHOWN_OF_ONE_REASON] if what]
        if len(rows) > SHOWN_OF_ONE_REASON:
            lines.append(f"    and {len(rows) - SHOWN_OF_ONE_REASON:,} more")
        reply = next((reply for _, reply in rows if reply), "")
        if reply:
            lines.append(f"    The model said: {display_line(reply, LONGEST_REPLY)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _asking(event: Event) -> bool:
    """Tell whether an event is about calls: reading files has a progress of its own."""
    return event.get("unit") != "file"


def _read_line(events: Sequence[Event]) -> str:
    """Return how many of the files have been read, while they are and after."""
    latest = next((e for e in reversed(events) if e.get("event") == "progress" and e.get("unit") == "file"), None)
    if latest is None:
        return ""
    bad = len({event.get("source") for event in events if event.get("event") == "problem"})
    message = display_line(str(latest.get("message") or ""), 80)
    done, total = _integer(latest.get("done")), _integer(latest.get("total"))
    parts = [f"{done:,} of {plural(total, 'file')} read"]
    parts += [f"{bad:,} cannot be used, see below"] if bad else []
    return " · ".join([*parts, message] if message and done < total else parts)


def _estimate_line(event: Event) -> str:
    counts = ", ".join(
        plural(_integer(event.get(key)), noun)
        for key, noun in (("files", "paper"), ("pages", "page"), ("words", "word"))
    )
    tokens = (
        f"{_integer(event.get('prompt_tokens')):,} tokens read, {_integer(event.get('completion_tokens')):,} written"
    )
    return f"{counts}: about {plural(_integer(event.get('calls')), 'call')}, {tokens}"


def _spent_line(event: Event) -> str:
    parts = [f"{_integer(event.get('done')):,} of {plural(_integer(event.get('total')), 'call')}"]
    parts += _cost_parts(event, event.get("spend"))
    for key, said in (("failed", "failed"), ("retries", "asked again")):
        if number := _integer(event.get(key)):
            parts.append(f"{number:,} {said}")
    return " · ".join(parts)


def _cost_parts(values: Event, cost: Any) -> list[str]:
    """Return tokens and cost, as far as they are known; `about` where the server did not count."""
    tokens = _integer(values.get("tokens"))
    tokens = tokens or _integer(values.get("prompt_tokens")) + _integer(values.get("completion_tokens"))
    parts = [f"{'about ' if values.get('estimated') else ''}{plural(tokens, 'token')}"] if tokens else []
    known = isinstance(cost, int | float) and not isinstance(cost, bool)
    return [*parts, f"cost {money(cost)}"] if known else parts


def _integer(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0
