"""The synthesis program: has a model write a dataset.

    python -m viva.dataset.synthesise.program CONFIG.json

CONFIG.json holds

    plan      the plan (`plan_to_json()`)
    chat      the model: `url`, `model` and where needed `key_env` (the variable that holds the key),
              `concurrency`, `timeout` in seconds; or `location` and `base` of a local one
    calls     the file of finished calls
    output    the file of JSON lines that the examples go to; `failures.jsonl` is written beside it
    prompts   a folder of prompts to use before the shipped ones; may be left out
    prices    per million tokens: `prompt`, `completion`; may be left out

Events go to stdout as JSON lines: `start`, `progress`, `done`. Stopped and started again, by whatever means, it
repeats no finished call and ends with the same examples.
"""

import asyncio
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.dataset.calls import CallLog, CallProgress, progress_text
from viva.dataset.lines import write_examples, write_lines
from viva.dataset.synthesise.estimate import estimate
from viva.dataset.synthesise.run import check_plan, load_prompts, synthesise
from viva.events import EventWriter, run_worker
from viva.generate.opening import open_chat
from viva.records.synthesis import Prices, Synthesis, SynthesisPlan, plan_from_json

STOPPED = 128 + signal.SIGTERM


def write_dataset(events: EventWriter, config: dict[str, Any]) -> None:
    """Have the dataset written as `config` says."""
    plan = plan_from_json(config["plan"])
    check_plan(plan)
    try:
        synthesis, last = asyncio.run(_synthesise(events, config, plan))
    except asyncio.CancelledError:
        # A local model's thread may be in the middle of a long text: nobody waits for that.
        os._exit(STOPPED)
    output = Path(config["output"])
    write_lines(output.with_name("failures.jsonl"), [asdict(failure) for failure in synthesis.failures])
    write_examples(output, synthesis.examples)
    events.emit(
        "done",
        examples=len(synthesis.examples),
        failed=len(synthesis.failures),
        duplicates=synthesis.duplicates,
        calls=last.done,
        prompt_tokens=last.prompt_tokens,
        completion_tokens=last.completion_tokens,
        cost=last.spend,
        estimated=last.estimated,
    )


async def _synthesise(
    events: EventWriter, config: dict[str, Any], plan: SynthesisPlan
) -> tuple[Synthesis, CallProgress]:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    prompts = load_prompts(plan, Path(config["prompts"]) if config.get("prompts") else None)
    prices = Prices(**config["prices"]) if config.get("prices") else None
    total = estimate(plan, prompts).calls
    last = CallProgress(0, total, 0, 0, 0, 0)

    def report(progress: CallProgress) -> None:
        nonlocal last
        last = progress
        events.emit(
            "progress",
            done=progress.done,
            total=progress.total,
            message=progress_text(progress),
            tokens=progress.prompt_tokens + progress.completion_tokens,
            spend=progress.spend,
            failed=progress.failed,
            retries=progress.retries,
        )

    chat = open_chat(config["chat"])
    try:
        with CallLog(Path(config["calls"])) as log:
            events.emit("start", total=total, unit="call")
            return await synthesise(plan, chat, log, prompts, None, report, prices, total), last
    finally:
        await chat.close()


if __name__ == "__main__":
    sys.exit(run_worker(write_dataset))
