"""The papers program: turns a folder of PDF files into examples with a model.

    python -m viva.dataset.papers.program CONFIG.json

CONFIG.json holds

    plan       the plan (`PapersPlan.to_json()`)
    chat       the model: `url`, `model` and where needed `key_env` (the variable that holds the key),
               `concurrency`, `timeout` in seconds; or `location` and `base` of a local one
    calls      the file of finished calls; the texts of the PDF files are kept in a folder beside it
    output     the file of JSON lines that the examples go to
    prompts    a folder whose `papers-summary.txt` and `papers-pairs.txt` are used instead of the shipped prompts;
               may be left out
    prices     per million tokens: `prompt`, `completion`; may be left out
    estimate   true to read the files and count only; may be left out

Events go to stdout as JSON lines: `start`, `problem` (source, reason), `estimate`, `progress`, `done`. Stopped and
started again, it repeats no finished call and reads no file again.
"""

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from viva.dataset.calls import CallLog, CallProgress, progress_text
from viva.dataset.lines import write_examples
from viva.dataset.papers.estimate import estimate
from viva.dataset.papers.folder import chosen, find_pdfs
from viva.dataset.papers.pairs import Made, Paper, Prompts, load_prompts, make_pairs, paper_of
from viva.dataset.papers.reading import read_all
from viva.errors import BadInput, UsageError
from viva.events import EventWriter, run_worker
from viva.generate.opening import open_chat
from viva.records.papers import PapersPlan
from viva.records.synthesis import Prices
from viva.text import display_line

Problems = list[tuple[str, str]]


def turn_papers(events: EventWriter, config: dict[str, Any]) -> None:
    """Make the examples as `config` says."""
    plan = _checked(PapersPlan.from_json(config["plan"]))
    prompts = load_prompts(Path(config["prompts"]) if config.get("prompts") else None)
    call_log = Path(config["calls"])
    papers, problems = _read(events, plan, call_log.with_name(call_log.stem + "-texts"))
    foreseen = estimate(plan, papers, prompts, problems)
    events.emit("estimate", **asdict(foreseen))
    if config.get("estimate"):
        events.emit("done", examples=0, failed=[_row(problem) for problem in problems])
        return
    if not papers:
        source, reason = problems[0]
        raise BadInput(f"no paper can be used; the first: {reason}", f"the file is {display_line(source, 120)}")
    events.emit("progress", done=0, total=foreseen.calls, unit="call", message="asking the model")
    made, last = asyncio.run(_ask(events, config, plan, [paper for paper, _ in papers], prompts, call_log))
    for problem in made.failed:
        events.emit("problem", **_row(problem))
    write_examples(Path(config["output"]), made.examples)
    failed = sorted([*problems, *made.failed])
    events.emit(
        "done",
        examples=len(made.examples),
        failed=[_row(problem) for problem in failed],
        calls=last.done,
        prompt_tokens=last.prompt_tokens,
        completion_tokens=last.completion_tokens,
        cost=last.spend,
        estimated=last.estimated,
    )


def _checked(plan: PapersPlan) -> PapersPlan:
    least = {"pairs_per_paper": 1, "words_per_piece": 500, "max_tokens": 64, "least_words": 1, "papers_per_field": 0}
    for name, value in least.items():
        if getattr(plan, name) < value:
            raise UsageError(f"{name} is {getattr(plan, name)}; the least is {value}")
    return plan


def _read(events: EventWriter, plan: PapersPlan, kept: Path) -> tuple[list[tuple[Paper, int]], Problems]:
    """Read the files; return the papers, each with its number of words, and what is wrong with the others."""
    files = chosen(find_pdfs(Path(plan.folder)), plan)
    if not files:
        raise BadInput(f"{display_line(Path(plan.folder).name, 80)} holds no PDF files", "give another folder")
    events.emit("start", total=len(files), unit="file")
    papers: list[tuple[Paper, int]] = []
    problems: Problems = []
    for done, reading in enumerate(read_all(files, kept), start=1):
        problem = reading.problem
        if reading.text is not None:
            try:
                papers.append((paper_of(reading, plan), reading.text.words))
            except BadInput as error:
                problem = error.message
        if problem:
            problems.append((reading.source, problem))
            events.emit("problem", **_row((reading.source, problem)))
        events.emit("progress", done=done, total=len(files), unit="file", message=display_line(reading.source, 80))
    return papers, problems


async def _ask(
    events: EventWriter,
    config: dict[str, Any],
    plan: PapersPlan,
    papers: list[Paper],
    prompts: Prompts,
    call_log: Path,
) -> tuple[Made, CallProgress]:
    prices = Prices(**config["prices"]) if config.get("prices") else None

    last = CallProgress(0, 0, 0, 0, 0, 0)

    def report(progress: CallProgress) -> None:
        nonlocal last
        last = progress
        events.emit("progress", unit="call", message=progress_text(progress), **asdict(progress))

    chat = open_chat(config["chat"])
    try:
        with CallLog(call_log) as log:
            return await make_pairs(chat, papers, plan, prompts, log, report, prices), last
    finally:
        await chat.close()


def _row(problem: tuple[str, str]) -> dict[str, str]:
    return {"source": problem[0], "reason": problem[1]}


if __name__ == "__main__":
    sys.exit(run_worker(turn_papers))
