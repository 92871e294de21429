"""The judge program: gets a judge's verdicts on texts, or on pairs of texts.

    python -m viva.judge.program CONFIG.json

CONFIG.json holds

    judge          the judge's name
    purpose        "score" or "pair"
    mode           "reference" or "independent"
    protocol_id    the id of all that decides about a verdict
    rubric         the rubric (`Rubric.to_json()`)
    prompts        the prompts' texts by their names
    settings       the fields of `JudgeSettings`
    per_criterion  whether pairs are compared on each criterion as well
    chat           {"url", "model", "key_env", "concurrency", "timeout", "retries"} or {"location", "base", "name"}
    dialect        what is known of the endpoint, else null
    prices         {"prompt", "completion"} per million tokens, or null
    budget         what the calls may cost, or null
    rows           a file of JSON lines, in score {"generation_id", "example_id", "question", "reference", "text",
                   "samples", "drafts"}, in pair {"example_id", "generation_a", "generation_b", "question", "reference",
                   "text_a", "text_b", "orders": {"a": samples, "b": samples}, "drafts"}; `drafts`, which may be left
                   out, are the judge's own approaches that are known: {SAMPLE: {"call_id", "text"}}
    log            the file of finished calls

Events go to stdout as JSON lines: `start` (total), `dialect` (value) when something was found out about the endpoint,
`verdicts` (calls, judgments, pairs) and `progress` (done, total, cost, unscored) as soon as some are there, `done`
(calls, prompt_tokens, completion_tokens, cost, aside, unscored, stopped: null or "budget"). `cost` counts tries whose
answer was lost with the most they can have cost; `aside` is the part of it that is the cost of no call: {"probing",
"lost"}. A call is told when it is finished, whether or not a verdict comes of it. A verdict that could not be had is
told as well, with its reason. Started again with the same log, what is finished is told again under the same ids,
without asking.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

from viva.events import EventWriter, run_worker
from viva.generate.call_log import CallLog, Outcome
from viva.generate.opening import open_chat
from viva.judge.asking import Asker
from viva.judge.budget import PaidChat, charged
from viva.judge.items import count, read
from viva.judge.report import Report
from viva.judge.requests import Requests
from viva.judge.run import Run
from viva.judge.speaking import Speaking
from viva.records.judging import JudgeMode, JudgeSettings, Purpose
from viva.records.rubric import Rubric
from viva.records.synthesis import Prices

LOST = "lost"
"""The key of tries whose answer was lost, in the log."""


def judge(events: EventWriter, config: dict[str, Any]) -> None:
    """Judge as `config` says. Raises `UserError` where asking on makes no sense; what is finished is kept."""
    asyncio.run(_judge(events, config))


async def _judge(events: EventWriter, config: dict[str, Any]) -> None:
    settings = JudgeSettings(**config["settings"])
    prices = None if config.get("prices") is None else Prices(**config["prices"])
    requests = Requests(
        protocol_id=config["protocol_id"],
        mode=JudgeMode(config["mode"]),
        rubric=Rubric.from_json(config["rubric"]),
        prompts=config["prompts"],
        per_criterion=bool(config.get("per_criterion")),
        expected=settings.expected,
    )
    rows, purpose = Path(config["rows"]), Purpose(config["purpose"])
    chat = open_chat(config["chat"])
    try:
        with CallLog(Path(config["log"])) as log:
            spent = 0.0 if prices is None else charged(prices, log)
            paid = PaidChat(chat, prices, config.get("budget"), spent, partial(_note_lost, log))
            report = Report(events, log, prices, config["judge"], count(rows, purpose))
            speaking = Speaking(paid, log, config.get("dialect"), logprobs=settings.expected, tell=report.dialect)
            asker = Asker(paid, config["judge"], requests.protocol_id, settings)
            run = Run(asker, requests, speaking, log, report, chat.concurrency)
            try:
                await run.judge(read(rows, purpose))
            finally:
                speaking.learned()
            report.done("budget" if run.stopped else None)
    finally:
        await chat.close()


def _note_lost(log: CallLog, prompt_tokens: int, completion_tokens: int) -> None:
    log.write(Outcome(LOST, LOST, lost_prompt_tokens=prompt_tokens, lost_completion_tokens=completion_tokens))


if __name__ == "__main__":
    sys.exit(run_worker(judge))
