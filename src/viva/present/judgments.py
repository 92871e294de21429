"""What judges said, in words: verdicts, comparisons, what is unscored, calls word for word, and spending."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from viva.present.leaderboard import system_name
from viva.present.tables import Column, Table, decimals
from viva.records.judging import JudgeSpend, Judgment, Protocol, ReadCall, UnscoredVerdict
from viva.text import display_line

START_WIDTH = 60
"""Characters of a rationale or a question in a table."""
VERDICT_COLUMNS = (
    "generation", "example", "position", "system", "judge", "mode", "criterion", "value", "points", "unscored",
    "samples", "spread", "rationale", "evidence", "found", "call",
)  # fmt: skip
PAIR_COLUMNS = (
    "example", "position", "system_a", "system_b", "judge", "mode", "criterion", "sample", "shown_first", "winner",
    "unscored", "rationale", "generation_a", "generation_b", "call",
)  # fmt: skip
CALL_COLUMNS = (
    "call", "judge", "mode", "sample", "purpose", "state", "reason", "question", "reference", "texts", "prompt",
    "reply", "verdicts", "asked_as", "finish_reason", "attempts", "retries", "temperature", "seed", "prompt_tokens",
    "completion_tokens", "estimated", "cost", "seconds", "draft_call", "protocol", "rubric", "prompt_hashes",
    "created_at",
)  # fmt: skip
NO_CALL = "no call: it is computed"


def verdict_table(rows: Sequence[Sequence[Any]]) -> Table:
    """Return verdicts (in the order of `VERDICT_COLUMNS`) as people read them."""
    columns: list[Column | str] = [
        "generation", Column("nr", str), "system", "judge", "mode", "criterion", Column("value", _number),
        Column("points", decimals(1)), "said",
    ]  # fmt: skip
    found = [dict(zip(VERDICT_COLUMNS, row, strict=True)) for row in rows]
    return Table.of(
        columns,
        [
            (
                row["generation"], row["position"], row["system"], row["judge"], row["mode"], row["criterion"],
                row["value"], row["points"], _said(row),
            )
            for row in found
        ],
        null="–",
    )  # fmt: skip


def pair_table(rows: Sequence[Sequence[Any]]) -> Table:
    """Return comparisons (in the order of `PAIR_COLUMNS`) as people read them: the one shown first comes first."""
    found = [dict(zip(PAIR_COLUMNS, row, strict=True)) for row in rows]
    return Table.of(
        [Column("nr", str), "first", "second", "judge", "mode", "criterion", "winner", "said", "call"],
        [
            (
                row["position"], *_shown(row), row["judge"], row["mode"], row["criterion"] or "overall",
                _winner(row), _said(row), row["call"],
            )
            for row in found
        ],
        null="–",
    )  # fmt: skip


def unscored_table(rows: Sequence[UnscoredVerdict]) -> Table:
    """Return what judges were asked in vain, as people read it."""
    return Table.of(
        ["generation", "system", "judge", "mode", "criterion", "reason", "question", "call"],
        [
            (
                row.generation_id, row.system, row.judge, row.mode.value, row.criterion,
                display_line(row.reason, 2 * START_WIDTH), display_line(row.question, START_WIDTH), row.call_id,
            )
            for row in rows
        ],
        null="–",
    )  # fmt: skip


def unscored_plain(rows: Sequence[UnscoredVerdict]) -> Table:
    """Return the same with every value, for programs."""
    columns = [
        "generation", "example", "system", "judge", "mode", "criterion", "reason", "question", "call", "created_at",
    ]  # fmt: skip
    return Table.of(
        columns,
        [
            (
                row.generation_id, row.example_id, row.system, row.judge, row.mode.value, row.criterion, row.reason,
                row.question, row.call_id, row.created_at,
            )
            for row in rows
        ],
    )  # fmt: skip


def spend_table(rows: Sequence[JudgeSpend]) -> Table:
    """Return what judges have cost."""
    columns: list[Column | str] = [
        "judge", "mode", "purpose", "calls", "again", "prompt_tokens", "completion_tokens",
        Column("cost", lambda value: f"{value:,.4g}"), Column("seconds", decimals(1)),
    ]  # fmt: skip
    return Table.of(
        columns,
        [
            (
                row.judge, row.mode.value, row.purpose.value, row.calls, row.again, row.prompt_tokens,
                row.completion_tokens, row.cost, row.seconds,
            )
            for row in rows
        ],
        null="not known",
    )  # fmt: skip


def call_row(
    read: ReadCall, protocol: Protocol, verdicts: Sequence[Mapping[str, Any]] | None = None
) -> tuple[Any, ...]:
    """Return a call in the order of `CALL_COLUMNS`; its outcome stands for the verdicts where none are given."""
    call = read.call
    known = {
        **{name: getattr(call, name) for name in CALL_COLUMNS if hasattr(call, name)},
        "call": call.call_id, "mode": protocol.mode.value, "purpose": call.purpose.value, "state": call.state.value,
        "question": read.question, "reference": read.reference, "texts": list(read.texts),
        "prompt": [dict(message) for message in read.messages],
        "verdicts": call.outcome if verdicts is None else list(verdicts),
        "temperature": protocol.settings.temperature, "protocol": call.protocol_id, "rubric": protocol.rubric_id,
        "prompt_hashes": protocol.prompts, "created_at": read.created_at,
    }  # fmt: skip
    return tuple(known[column] for column in CALL_COLUMNS)


def computed_row(question: str, reference: str, text: str, verdicts: Sequence[Judgment]) -> tuple[Any, ...]:
    """Return verdicts that no call brought in the order of `CALL_COLUMNS`."""
    first = verdicts[0]
    known = {
        "judge": first.judge, "mode": first.mode.value, "sample": first.sample, "reason": NO_CALL,
        "question": question, "reference": reference, "texts": [text], "verdicts": [said(one) for one in verdicts],
    }  # fmt: skip
    return tuple(known.get(column) for column in CALL_COLUMNS)


def said(verdict: Judgment) -> dict[str, Any]:
    """Return what was said on one criterion."""
    return {
        "criterion": verdict.criterion, "value": verdict.value, "unscored": verdict.unscored,
        "rationale": verdict.rationale, "evidence": verdict.evidence, "found": verdict.found,
    }  # fmt: skip


def call_table(rows: Sequence[Sequence[Any]]) -> Table:
    """Return calls (in the order of `CALL_COLUMNS`) with every value; for people a line for each, nothing cut."""
    show: dict[str, Callable[[Any], str]] = {"texts": _texts, "prompt": _prompt, "verdicts": _verdicts}
    return Table.of([Column(name, show.get(name)) for name in CALL_COLUMNS], rows, null="–", upright=True)


def _texts(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return "\n\n".join(f"({number}) {text}" for number, text in enumerate(texts, 1))


def _prompt(messages: Sequence[Mapping[str, str]]) -> str:
    if len(messages) == 1:
        return str(messages[0]["content"])
    return "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)


def _verdicts(found: Any) -> str:
    """Return verdicts, or the outcome of a call, a line for each criterion."""
    if isinstance(found, Mapping):
        if "draft" in found:
            return str(found["draft"])
        parts = found.get("criteria") or found.get("winners") or {}
        found = [{"criterion": name, **given} for name, given in parts.items()]
    return "\n".join(_verdict(one) for one in found)


def _verdict(given: Mapping[str, Any]) -> str:
    value = given.get("value", given.get("winner"))
    what = f"unscored: {given.get('unscored')}" if value is None else _number(value)
    parts = [f"{given['criterion']}: {what}"]
    if given.get("rationale"):
        parts.append(str(given["rationale"]))
    if given.get("evidence"):
        mark = " (NOT in the text)" if given.get("found") is False else ""
        parts.append(f"“{given['evidence']}”{mark}")
    return display_line(" · ".join(parts))


def _said(row: Mapping[str, Any]) -> str:
    if row["unscored"] is not None:
        return display_line(f"unscored: {row['unscored']}", START_WIDTH)
    return display_line(row["rationale"] or "", START_WIDTH)


def _shown(row: Mapping[str, Any]) -> tuple[str, str]:
    sides = system_name(row["system_a"], 40), system_name(row["system_b"], 40)
    return sides if row["shown_first"] == "a" else (sides[1], sides[0])


def _winner(row: Mapping[str, Any]) -> str | None:
    if row["winner"] in {None, "tie"}:
        return row["winner"] and str(row["winner"])
    return system_name(row[f"system_{row['winner']}"], 40)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
