"""What a judging job does: it gives each judge what it has not judged yet, and stores every verdict as it comes."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from viva import jsonl
from viva.errors import UserError
from viva.generate.call_log import CallLog
from viva.judge.budget import charged
from viva.judge.report import is_call
from viva.records.judging import (
    BASELINE,
    CallState,
    JudgeCall,
    JudgeMode,
    Judgment,
    PairVerdict,
    Protocol,
    Purpose,
)
from viva.records.metric import MetricOptions
from viva.records.model import ModelKind
from viva.store import judge_calls, judge_pairs, judgments, rubrics
from viva.text import plural
from viva.workbench.judging_estimate import at_once
from viva.workbench.judging_items import Row, items
from viva.workbench.judging_known import free_verdicts
from viva.workbench.judging_protocols import Commission, protocol_of
from viva.workbench.judging_requests import commission_of
from viva.workbench.metric_models import resolved
from viva.workbench.synthesis import chat_config, prices
from viva.workbench.work import JobWork
from viva.workbench.workbench import Workbench

PROGRAM, BASELINE_PROGRAM = "viva.judge.program", "viva.judge.baseline_program"
PAUSE_SECONDS = 0.5
"""Progress is noted no more often: every look at a job reads all its notes."""
_BROUGHT = (CallState.OK, CallState.PARTIAL)
AT_ONCE = 500
"""Verdicts that are stored in one transaction where they cost nothing."""


@dataclass
class _Turn:
    """One judge's part: `left` verdicts to ask for, in the file `rows`; `cached` came from earlier calls."""

    protocol: Protocol
    rows: str
    log: Path
    left: int = 0
    cached: int = 0
    no_text: int = 0


def judge(job: JobWork) -> dict[str, Any]:
    """Let each judge judge what it has not judged yet; panels are set up when all have."""
    workbench, arguments = job.workbench, job.arguments
    commission = commission_of(workbench, arguments, _embedding_model(job))
    request = commission.request
    with workbench.store.write() as connection:
        rubrics.add(connection, commission.rubric)
    turns = [_prepared(job, commission, number) for number in range(len(request.judges))]
    taking = _Taking(job, commission, sum(turn.left for turn in turns))
    taking.begin(turns)
    for turn in turns:
        if turn.left and not taking.stopped:
            taking.run(turn, turns)
        else:
            taking.pass_over(turn)
    if request.panel is not None and not request.trial:
        with workbench.store.write() as connection:
            judgments.set_panel(
                connection, request.panel, commission.dataset.dataset_id, request.mode, list(request.judges)
            )
    return taking.end()


def _embedding_model(job: JobWork) -> str:
    """Return what the baseline computes with, fetched where that is allowed; nothing where it does not judge."""
    if BASELINE not in job.arguments["judges"]:
        return ""
    settings = job.workbench.settings
    options, remarks = resolved(
        MetricOptions(settings.embedding_model, settings.bertscore_model), ["semantic_similarity"]
    )
    for remark in remarks:
        job.directory.add_event({"event": "message", "message": remark})
    return options.embedding_model


def _prepared(job: JobWork, commission: Commission, number: int) -> _Turn:
    """Write down what a judge is to be asked, and store what needs no asking."""
    workbench, judge = job.workbench, commission.request.judges[number]
    protocol = protocol_of(workbench, commission, judge)
    dataset_id = commission.dataset.dataset_id
    with workbench.store.write() as connection:
        judgments.add_protocol(connection, protocol, commission.used_prompts(judge))
        if not commission.request.trial:
            judgments.choose(connection, dataset_id, protocol.protocol_id, commission.request.split)
    turn = _Turn(protocol, "", job.directory.path / f"calls-{number}.jsonl")
    free = job.directory.path / f"free-{number}.jsonl"
    # They wait in a file: while the store is read from, nothing can be put into it.
    with workbench.store.read() as connection, free.open("w", encoding="utf-8") as waiting:
        turn.rows, _ = job.rows(f"rows-{number}", _asked(connection, commission, turn, waiting))
    if not commission.request.trial:
        for piece in jsonl.pieces(jsonl.read(free), AT_ONCE):
            _store(job, dataset_id, protocol.purpose, [], piece)
    free.unlink()
    return turn


def _asked(connection: judgments.Connection, commission: Commission, turn: _Turn, free: TextIO) -> Iterator[Row]:
    """Yield the rows for the judge program; verdicts that need no asking go to the file `free`."""
    for item in items(connection, commission, turn.protocol):
        turn.left += len(item.keys)
        turn.cached += len(item.known)
        turn.no_text += len(item.slots) if item.failed is not None else 0
        for verdict in free_verdicts(item, turn.protocol, commission.rubric):
            free.write(json.dumps(asdict(verdict)) + "\n")
        if item.keys:
            yield item.row


def _store(
    job: JobWork, dataset_id: str, purpose: Purpose, calls: Sequence[JudgeCall], verdicts: Sequence[Row]
) -> None:
    """Put calls and the verdicts they brought into the store, in one transaction."""
    with job.workbench.store.write() as connection:
        if purpose is Purpose.PAIR:
            pairs = [PairVerdict(**{**row, "mode": JudgeMode(row["mode"])}) for row in verdicts]
            judge_pairs.add(connection, dataset_id, calls, pairs)
        else:
            scores = [Judgment(**{**row, "mode": JudgeMode(row["mode"])}) for row in verdicts]
            judgments.add(connection, dataset_id, calls, scores)


def program_config(workbench: Workbench, commission: Commission, protocol: Protocol) -> tuple[str, dict[str, Any]]:
    """Return the program that judges by a protocol, and its configuration but for `rows`, `log` and `budget`."""
    config: dict[str, Any] = {
        "judge": protocol.judge,
        "mode": protocol.mode,
        "protocol_id": protocol.protocol_id,
        "rubric": commission.rubric.to_json(),
    }
    if protocol.judge == BASELINE:
        return BASELINE_PROGRAM, {**config, "embedding_model": commission.embedding_model}
    model = workbench.models.get(protocol.judge)
    reached = chat_config(workbench, model)
    dialect = None
    if model.kind is not ModelKind.ENDPOINT and reached["prices"] is None:
        # What runs here costs time, and nothing else.
        reached["prices"] = {"prompt": 0.0, "completion": 0.0}
    if model.kind is ModelKind.ENDPOINT:
        reached["chat"]["concurrency"] = at_once(model)
        with workbench.store.read() as connection:
            dialect = judge_calls.dialect(connection, model.location, model.settings["model"])
    return PROGRAM, {
        **config,
        **reached,
        "purpose": protocol.purpose,
        "prompts": commission.used_prompts(protocol.judge),
        "settings": asdict(commission.request.settings),
        "per_criterion": protocol.per_criterion,
        "dialect": dialect,
        "budget": None,
    }


def _call(row: Row) -> JudgeCall:
    """Return a call as a program told it."""
    kinds = {"purpose": Purpose(row["purpose"]), "state": CallState(row["state"])}
    return JudgeCall(**{**row, **kinds, "judged": tuple(row["judged"])})


class _Taking:
    """Runs the judges' programs one after the other, stores what they bring, and notes how far they are."""

    def __init__(self, job: JobWork, commission: Commission, total: int) -> None:
        self._job = job
        self._commission = commission
        self._total = total
        self._before = 0
        self._noted = 0.0
        self._turn: _Turn | None = None
        self._states: Counter[CallState] = Counter()
        self._failure = ""
        self._result: dict[str, Any] = {
            "judges": list(commission.request.judges),
            "calls": 0,
            "unscored": 0,
            "probing": 0.0,
            "lost": 0.0,
        }
        self._cost: float | None = 0.0
        self._done = 0
        self.stopped = False

    def begin(self, turns: Sequence[_Turn]) -> None:
        """Say what there is to do, and what needs no asking."""
        self._job.directory.add_event({"event": "start", "total": self._total, "unit": "verdict"})
        cached, no_text = sum(turn.cached for turn in turns), sum(turn.no_text for turn in turns)
        self._result |= {"cached": cached, "no_text": no_text}
        if cached:
            self._say(f"{plural(cached, 'verdict')} from earlier calls, at no cost")
        if no_text:
            self._say(f"{plural(no_text, 'verdict')} unscored: there is no text to judge")

    def run(self, turn: _Turn, turns: Sequence[_Turn]) -> None:
        """Run one judge's program. Raises the `UserError` that it ends with."""
        self._turn = turn
        program, config = program_config(self._job.workbench, self._commission, turn.protocol)
        config |= {"rows": turn.rows, "log": str(turn.log)}
        budget = self._commission.request.budget
        if budget is not None and config.get("prices") is not None:
            # The program counts what its own log holds; what other judges have spent is no longer there.
            config["budget"] = budget - sum(self._spent(other) for other in turns if other is not turn)
        self._done = self._before
        try:
            done = self._job.run(program, self._job.config(config), self)
        except BaseException:
            # Broken off, it may not have told all that is paid.
            self._keep_finished(turn)
            raise
        self._before += turn.left
        self._result["calls"] += done["calls"]
        self._result["unscored"] += done["unscored"]
        self._cost = None if done["cost"] is None or self._cost is None else self._cost + done["cost"]
        for name, part in (done.get("aside") or {}).items():
            self._result[name] += part
        self.stopped = done.get("stopped") == "budget"
        self._say_what_was_left_out(turn)

    def _keep_finished(self, turn: _Turn) -> None:
        """Store the calls that a program has finished and not told of: they are used again at no cost."""
        if turn.log.exists():
            with CallLog(turn.log) as log:
                calls = [_call(outcome.value) for outcome in log if is_call(outcome.value)]
            for start in range(0, len(calls), AT_ONCE):
                _store(self._job, self._dataset_id, turn.protocol.purpose, calls[start : start + AT_ONCE], [])

    def _say_what_was_left_out(self, turn: _Turn) -> None:
        """Say where a server was asked without what the protocol names, since it takes no wish about that."""
        model, settings = turn.protocol.model, turn.protocol.settings
        if "url" not in model:
            return
        with self._job.workbench.store.read() as connection:
            known = judge_calls.dialect(connection, model["url"], model["model"]) or {}
        wished = {"temperature": f"temperature {settings.temperature:g}", "seed": f"seed {settings.seed}"}
        if left_out := [wish for name, wish in wished.items() if name in (known.get("without") or ())]:
            self._say(
                f"{turn.protocol.judge} takes no wish about how it draws: it was asked without {' and '.join(left_out)}"
            )

    @property
    def _dataset_id(self) -> str:
        return self._commission.dataset.dataset_id

    def pass_over(self, turn: _Turn) -> None:
        """Count what a judge has cost in an earlier run of the job that has nothing to do, or no money, in this one."""
        if self._cost is not None:
            self._cost += self._spent(turn)

    def _spent(self, turn: _Turn) -> float:
        """Return what a judge has cost since the job was first started: its log outlives every end."""
        if not turn.log.exists():
            return 0.0
        price = prices(self._job.workbench.models.get(turn.protocol.judge))
        with CallLog(turn.log) as log:
            return 0.0 if price is None else charged(price, log)

    def __call__(self, event: dict[str, Any]) -> None:
        assert self._turn is not None
        if event["event"] == "verdicts":
            self._take(event, self._turn)
        elif event["event"] == "dialect":
            self._keep_dialect(event["value"], self._turn)
        elif event["event"] == "progress":
            self._note(event, self._turn)

    def end(self) -> dict[str, Any]:
        """Say what is left and why; return what the job has brought.

        Raises `UserError` where judges were asked and none of the calls brought a reply.
        """
        request = self._commission.request
        left, where = self._total - self._done, "list --pairwise" if request.pairwise else "unscored"
        if self.stopped:
            self._say(
                f"stopped at {self._cost or 0:,.4g}: the next call could pass the budget of {request.budget:,.4g}; "
                f"{plural(left, 'verdict')} not asked for: the same command with a higher --budget asks for these alone"
            )
        if self._result["unscored"]:
            reasons = {state: count for state, count in self._states.items() if state not in _BROUGHT}
            listed = ", ".join(f"{count:,} {state}" for state, count in sorted(reasons.items()))
            self._say(
                f"{plural(self._result['unscored'], 'verdict')} unscored{f' ({listed})' if listed else ''}: "
                f"viva judgment {where} {request.dataset} --split {request.split}; --retry asks again"
            )
        if partial := self._states[CallState.PARTIAL]:
            self._say(f"{plural(partial, 'verdict')} without a value on some criterion; --retry asks again")
        self._say_what_cost_beside()
        if set(self._states) == {CallState.FAILED}:
            raise UserError(
                f"no call brought a reply: {self._failure}", "mend it, then the same command with --retry asks again"
            )
        ended = {"left": left, "stopped": "budget" if self.stopped else None, "panel": request.panel}
        return {**self._result, **ended, "cost": self._cost}

    def _say_what_cost_beside(self) -> None:
        """Say what is part of the cost, and of no call that is stored."""
        parts = [
            (self._result["probing"], "to find out how the server wants to be asked"),
            (self._result["lost"], "at most for tries whose answer never came"),
        ]
        if said := [f"{cost:,.4g} {why}" for cost, why in parts if cost]:
            self._say(f"the cost holds {' and '.join(said)}, which no verdict's call counts")

    def _take(self, event: dict[str, Any], turn: _Turn) -> None:
        calls = [_call(row) for row in event["calls"]]
        verdicts = [] if self._commission.request.trial else [*event["judgments"], *event["pairs"]]
        _store(self._job, self._dataset_id, turn.protocol.purpose, calls, verdicts)
        self._states.update(call.state for call in calls if call.purpose is not Purpose.DRAFT)
        self._failure = next((call.reason or "" for call in calls if call.state is CallState.FAILED), self._failure)

    def _keep_dialect(self, value: dict[str, Any], turn: _Turn) -> None:
        with self._job.workbench.store.write() as connection:
            model = turn.protocol.model
            judge_calls.set_dialect(connection, model["url"], model["model"], value)

    def _note(self, event: dict[str, Any], turn: _Turn) -> None:
        self._done = self._before + event["done"]
        now = time.monotonic()
        if now - self._noted < PAUSE_SECONDS and event["done"] < event["total"]:
            return
        self._noted = now
        self._job.directory.add_event(
            {
                **event,
                "done": self._done,
                "total": self._total,
                "message": turn.protocol.judge,
                # Cost and what is unscored are this judge's own, those of earlier runs of the job among them.
                "judge": turn.protocol.judge,
            }
        )

    def _say(self, message: str) -> None:
        self._job.directory.add_event({"event": "message", "message": message})
