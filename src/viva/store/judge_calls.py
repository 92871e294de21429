"""The tables `judge_call` and `endpoint_dialect`: every call to a judge, and how endpoints want to be asked."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import duckdb

from viva.records.ids import utc_now
from viva.records.judging import CallState, JudgeCall, JudgeMode, JudgeSettings, Protocol, Purpose
from viva.records.rubric import Rubric
from viva.store import rows, rubrics

Connection = duckdb.DuckDBPyConnection

_COLUMNS = (
    "call_id", "key", "protocol_id", "judge", "purpose", "example_id", "sample", "marker", "reply", "finish_reason",
    "state", "reason", "outcome", "asked_as", "seed", "prompt_tokens", "completion_tokens", "estimated", "cost",
    "seconds", "attempts", "retries", "draft_call", "judged",
)  # fmt: skip
_CALL = ", ".join(f"c.{name}" for name in _COLUMNS)


class StoredCall(NamedTuple):
    """A call with all that its prompt was made of.

    `prompts` has the texts of the prompt files by name. `texts` are those that were judged, of a pair the one shown
    first comes first; a draft has none. `draft` is the judge's own approach that it held them against.
    """

    call: JudgeCall
    protocol: Protocol
    rubric: Rubric
    prompts: dict[str, str]
    question: str
    reference: str
    texts: tuple[str, ...]
    draft: str | None
    created_at: datetime


def add(connection: Connection, dataset_id: str, calls: Sequence[JudgeCall]) -> None:
    """Append calls; those that are known by their ids are passed over."""
    now = utc_now()
    rows.insert(
        connection,
        "judge_call",
        [*_COLUMNS, "dataset_id", "created_at"],
        [
            (
                c.call_id, c.key, c.protocol_id, c.judge, str(c.purpose), c.example_id, c.sample, c.marker, c.reply,
                c.finish_reason, str(c.state), c.reason, rows.as_json(c.outcome), c.asked_as, c.seed, c.prompt_tokens,
                c.completion_tokens, c.estimated, None if c.cost is None else float(c.cost), float(c.seconds),
                c.attempts, c.retries, c.draft_call, rows.as_json(c.judged),
                dataset_id, now,
            )
            for c in calls
        ],
        ignore_known=True,
    )  # fmt: skip


def known(connection: Connection, keys: Sequence[str]) -> dict[str, JudgeCall]:
    """Return the calls that can be used again, by key: a whole one before a partial one, then the newest."""
    found = connection.execute(
        f"""
        SELECT {_CALL} FROM judge_call c SEMI JOIN (SELECT unnest($keys) AS key) k USING (key)
        WHERE c.state IN ('ok', 'partial')
        QUALIFY row_number() OVER (PARTITION BY c.key ORDER BY c.state = 'ok' DESC, c.seq DESC) = 1
        """,
        {"keys": list(keys)},
    ).fetchall()
    return {call.key: call for call in map(_call, found)}


def read(connection: Connection, call_id: str) -> StoredCall | None:
    """Return a call with what it was asked about, None without it."""
    row = connection.execute(
        f"""
        SELECT {_CALL}, c.created_at, e.question, e.reference,
               p.judge, p.purpose, p.mode, p.rubric_id, p.model, p.prompts, p.settings, p.per_criterion
        FROM judge_call c JOIN example e USING (example_id) JOIN protocol p USING (protocol_id) WHERE c.call_id = ?
        """,
        [rows.storable(call_id)],
    ).fetchone()
    if row is None:
        return None
    call = _call(row[: len(_COLUMNS)])
    created_at, question, reference, judge, purpose, mode, rubric_id, model, prompts, settings, each = row[
        len(_COLUMNS) :
    ]
    protocol = Protocol(
        judge, Purpose(purpose), JudgeMode(mode), rubric_id, json.loads(model), json.loads(prompts),
        JudgeSettings(**json.loads(settings)), each,
    )  # fmt: skip
    known_texts = dict(
        connection.execute(
            "SELECT hash, text FROM judge_prompt WHERE hash IN (SELECT unnest(?))", [list(protocol.prompts.values())]
        ).fetchall()
    )
    return StoredCall(
        call, protocol, rubrics.get(connection, rubric_id),
        {name: known_texts[digest] for name, digest in protocol.prompts.items()},
        question, reference, _texts(connection, call), _draft(connection, call), created_at,
    )  # fmt: skip


def usual(connection: Connection, judge: str, purpose: Purpose) -> tuple[float, float] | None:
    """Return the mean completion tokens and seconds of a judge's calls that brought something; None without any."""
    [(tokens, seconds)] = connection.execute(
        """
        SELECT avg(completion_tokens), avg(seconds) FROM judge_call
        WHERE judge = ? AND purpose = ? AND state IN ('ok', 'partial')
        """,
        [rows.storable(judge), str(purpose)],
    ).fetchall()
    return None if tokens is None else (float(tokens), float(seconds))


def listed(
    connection: Connection,
    dataset_id: str,
    split: str | None = None,
    judge: str | None = None,
    mode: JudgeMode | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[JudgeCall]:
    """Return a page of the calls about a dataset, the newest first."""
    found = connection.execute(
        f"""
        SELECT {_CALL} FROM judge_call c JOIN protocol p USING (protocol_id) JOIN example e USING (example_id)
        WHERE c.dataset_id = $dataset AND ($split IS NULL OR coalesce(e.split, '') = $split)
          AND ($judge IS NULL OR c.judge = $judge) AND ($mode IS NULL OR p.mode = $mode)
        ORDER BY c.seq DESC LIMIT $limit OFFSET $offset
        """,
        {
            "dataset": dataset_id, "split": split, "judge": rows.storable(judge),
            "mode": None if mode is None else str(mode), "limit": limit, "offset": offset,
        },
    ).fetchall()  # fmt: skip
    return [_call(row) for row in found]


def dialect(connection: Connection, url: str, model: str) -> dict[str, Any] | None:
    """Return what was found out last about a model at an endpoint, None without anything."""
    row = connection.execute(
        "SELECT dialect FROM endpoint_dialect WHERE url = ? AND model = ? ORDER BY seq DESC LIMIT 1",
        [rows.storable(url), rows.storable(model)],
    ).fetchone()
    if row is None:
        return None
    found: dict[str, Any] = json.loads(row[0])
    return found


def set_dialect(connection: Connection, url: str, model: str, value: dict[str, Any]) -> None:
    """Keep what was found out about a model at an endpoint; what is known already is not kept twice."""
    if dialect(connection, url, model) != value:
        rows.insert(
            connection, "endpoint_dialect", ["url", "model", "dialect", "created_at"],
            [(url, model, rows.as_json(value), utc_now())],
        )  # fmt: skip


def _texts(connection: Connection, call: JudgeCall) -> tuple[str, ...]:
    """Return the texts that a call judged, in the order in which they were shown."""
    found = dict(
        connection.execute(
            "SELECT generation_id, text FROM generation WHERE generation_id IN (SELECT unnest(?))", [list(call.judged)]
        ).fetchall()
    )
    return tuple(found[generation_id] for generation_id in call.judged if generation_id in found)


def _draft(connection: Connection, call: JudgeCall) -> str | None:
    if call.draft_call is None:
        return None
    row = connection.execute("SELECT outcome FROM judge_call WHERE call_id = ?", [call.draft_call]).fetchone()
    return None if row is None else json.loads(row[0]).get("draft")


def _call(row: Sequence[Any]) -> JudgeCall:
    values = dict(zip(_COLUMNS, row, strict=True))
    return JudgeCall(
        **{
            **values,
            "purpose": Purpose(values["purpose"]),
            "state": CallState(values["state"]),
            "outcome": json.loads(values["outcome"]),
            "judged": tuple(json.loads(values["judged"])),
        }
    )
