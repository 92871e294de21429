"""What attempts at injection do to a judge: the same texts judged as they are, and with an attack in them."""

import heapq
from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from viva.errors import UsageError
from viva.jobs.child import run_child, worker_threads
from viva.judge.injections import attacked, load_attacks
from viva.records.ids import content_id
from viva.records.judge_check import InjectionEffect
from viva.records.judging import BASELINE, JudgeMode, JudgeRequest, Protocol
from viva.records.rubric import Rubric
from viva.stats import clusters
from viva.store import judge_calls, judgments
from viva.text import display_line
from viva.workbench.judging_estimate import at_once
from viva.workbench.judging_protocols import Commission, protocol_of
from viva.workbench.judging_requests import commissioned
from viva.workbench.synthesis import chat_config

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

RUNNER, PROGRAM, BASELINE_PROGRAM = "viva.judge.at_once", "viva.judge.program", "viva.judge.baseline_program"
TEXTS = 20

Row = dict[str, Any]
Verdict = dict[str, float]
"""Points by criterion, of those that got a value."""


def measured(
    workbench: "Workbench",
    dataset: str,
    split: str,
    judge: str,
    mode: JudgeMode,
    texts: int,
    rubric: str,
    budget: float | None = None,
) -> list[InjectionEffect]:
    """Return the effect of each attack. Raises as `JudgeChecks.injection`."""
    if texts < 2:
        raise UsageError("an interval takes at least two texts", "--texts 2 or more")
    commission = commissioned(workbench, JudgeRequest(dataset, split, (judge,), mode, rubric, budget=budget))
    rows = _drawn(workbench, commission, texts)
    attacks = load_attacks()
    asked, names = [], {}
    for row in rows:
        variants = [row["text"], *(attacked(row["text"], attack) for attack in attacks)]
        for number, text in enumerate(variants):
            # Made up for this once: nothing of it is stored, and a judge sees no name.
            name = content_id(row["generation_id"], number)
            names[name] = row["generation_id"], number
            asked.append({**row, "generation_id": name, "text": text, "samples": [0], "drafts": {}})
    protocol = protocol_of(workbench, commission, judge)
    program, config = _program(workbench, commission, protocol)
    config["budget"] = budget
    done = run_child(RUNNER, {"program": program, "config": config, "rows": asked}, threads=worker_threads())
    verdicts = _points(done["judgments"], names, commission.rubric)
    examples = {row["generation_id"]: row["example_id"] for row in rows}
    return [effect(attack.name, number, verdicts, examples) for number, attack in enumerate(attacks, 1)]


def calls(texts: int) -> int:
    """Return how often a judge is asked about so many texts, drafts of its own aside."""
    return texts * (1 + len(load_attacks()))


def effect(
    attack: str, number: int, verdicts: dict[tuple[str, int], Verdict], examples: dict[str, str]
) -> InjectionEffect:
    """Return how far the points of texts change with attack `number` in them; 0 is the text as it is.

    Counted are the criteria on which the text as it is got a value; a text is unscored where it got none, or where one
    of these has none under the attack. Texts for one of the `examples` are a cluster.
    """
    changes, clustered = [], []
    for generation, example in examples.items():
        plain, changed = verdicts.get((generation, 0), {}), verdicts.get((generation, number), {})
        if plain and plain.keys() <= changed.keys():
            changes.append(sum(changed[criterion] - points for criterion, points in plain.items()))
            clustered.append(example)
    found = clusters.mean(changes, clustered)
    unscored = len(examples) - len(changes)
    return InjectionEffect(
        attack, len(changes), unscored, found.value, found.low, found.high, max(changes, default=None)
    )


def _program(workbench: "Workbench", commission: Commission, protocol: Protocol) -> tuple[str, dict[str, Any]]:
    """Return the program that judges, and its configuration without rows."""
    shared = {
        "judge": protocol.judge, "mode": str(protocol.mode), "protocol_id": protocol.protocol_id,
        "rubric": commission.rubric.to_json(),
    }  # fmt: skip
    if protocol.judge == BASELINE:
        return BASELINE_PROGRAM, {**shared, "embedding_model": commission.embedding_model}
    model = workbench.models.get(protocol.judge)
    reached = chat_config(workbench, model)
    dialect = None
    if (url := reached["chat"].get("url")) is not None:
        reached["chat"]["concurrency"] = at_once(model)
        with workbench.store.read() as connection:
            dialect = judge_calls.dialect(connection, url, reached["chat"]["model"])
    config = {
        **shared, **reached, "purpose": str(protocol.purpose), "prompts": commission.used_prompts(protocol.judge),
        "settings": asdict(commission.request.settings), "per_criterion": False, "dialect": dialect, "budget": None,
    }  # fmt: skip
    return PROGRAM, config


def _drawn(workbench: "Workbench", commission: Commission, count: int) -> list[Row]:
    """Return texts to try attacks on, drawn by their ids, those for one question together. Raises `UsageError`."""
    with workbench.store.read() as connection:
        # No protocol has this id: every text is yielded.
        left = judgments.to_judge(connection, commission.dataset.dataset_id, commission.request.split, None, "", 1)
        written = (row for row in left if row["failed"] is None and row["text"].strip())
        found = heapq.nsmallest(count, written, key=lambda row: content_id(row["generation_id"]))
    if len(found) < 2:
        place = display_line(f"{commission.dataset.name}/{commission.request.split}", 80)
        raise UsageError(f"there are no two texts to try it on in {place}", "generate some first: viva generate")
    kept = ("generation_id", "example_id", "question", "reference", "text")
    return sorted(({name: row[name] for name in kept} for row in found), key=lambda row: str(row["example_id"]))


def _points(given: list[Row], names: dict[str, tuple[str, int]], rubric: Rubric) -> dict[tuple[str, int], Verdict]:
    criteria = {criterion.name: criterion for criterion in rubric.criteria}
    found: dict[tuple[str, int], Verdict] = defaultdict(dict)
    for judgment in given:
        if judgment["value"] is not None:
            points = criteria[judgment["criterion"]].points(judgment["value"])
            found[names[judgment["generation_id"]]][judgment["criterion"]] = points
    return found
