"""Experiments in words: what one does, and its tables as papers show them."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from viva.present import measures
from viva.present.experiment_verdicts import MODES, explained, judged_by, pairs_table, points_table, unscored_verdicts
from viva.present.histogram import unscored_lines
from viva.present.leaderboard import field_name, system_name
from viva.present.tables import Table
from viva.records.experiment import ASKED_FOR, Experiment, ExperimentTable, GenerateStep, JudgeStep, Shown
from viva.records.generating import Grid
from viva.records.results import LeaderboardRow
from viva.text import display_line

ALL = "all fields"
_GRID_WORDS = {"max_new_tokens": "max tokens", "top_p": "top-p", "top_k": "top-k"}


def list_table(experiments: Sequence[Experiment]) -> Table:
    """Return a row for each experiment."""
    return Table.of(["experiment", "title", "dataset"], [(one.name, one.title, one.dataset) for one in experiments])


def facts(experiment: Experiment) -> dict[str, str]:
    """Return what an experiment does, step by step."""
    train = experiment.train
    found = {"experiment": experiment.name, "title": experiment.title, "description": experiment.description}
    found["dataset"] = experiment.dataset + (" (ships with viva)" if experiment.bundled else "")
    if train is not None:
        changes = "".join(f", {key} = {value}" for key, value in train.changes.items())
        found["train"] = f"{train.model} with the recipe {train.recipe}{changes}"
    for number, step in enumerate(experiment.generate, 1):
        key = "generate" if len(experiment.generate) == 1 else f"generate {number}"
        found[key] = _step_words(step)
    if experiment.score.metrics:
        found["score"] = ", ".join(experiment.score.metrics)
    for number, judge in enumerate(experiment.judge, 1):
        found["judge" if len(experiment.judge) == 1 else f"judge {number}"] = _judge_words(judge)
    found["show"] = "\n".join(_shown_words(shown) for shown in experiment.show)
    return found


def heading(table: ExperimentTable) -> str:
    """Return the title of a table, with the split that it is about."""
    judge = f", {judged_by(table)}" if table.judge else ""
    return f"{display_line(table.shown.title, 120)} (split {display_line(table.split, 40)}{judge})"


def board_tables(table: ExperimentTable) -> Iterator[tuple[str, Table]]:
    """Yield what a table of numbers shows: one table, or by field one for each measure, with the measure's name."""
    if table.judge:
        yield "", pairs_table(table) if table.shown.pairs else points_table(table)
        return
    if not table.shown.by_field:
        yield "", _by_system(table)
        return
    for measure in table.shown.measures:
        yield measures.title(measure), _by_field(table, measure)


def notes(table: ExperimentTable) -> list[str]:
    """Return what is to be known about a table: what its numbers are, why values could not be had, and how often."""
    if table.judge:
        return explained(table) + unscored_verdicts(table)
    reasons: dict[str, list[tuple[str, int]]] = {}
    for measure, reason, count in table.unscored:
        reasons.setdefault(measure, []).append((reason, count))
    return [line for measure, found in reasons.items() for line in unscored_lines(measure, found)]


def _by_system(table: ExperimentTable) -> Table:
    found = {(row.system, row.measure): row for row in table.rows}
    scored = {(row.n, row.attempted) for row in table.rows}
    alike = len(scored) == 1
    columns = ["system", *(measures.title(measure) for measure in table.shown.measures), *(["scored"] if alike else [])]
    rows = []
    for system in table.systems:
        there = [found.get((system, measure)) for measure in table.shown.measures]
        last = [_scored(next(iter(table.rows)))] if alike else []
        rows.append((system_name(system), *(_cell(row, with_count=not alike) for row in there), *last))
    return Table.of(columns, rows)


def _by_field(table: ExperimentTable, measure: str) -> Table:
    """Return a row for each field and one for all, a column for each system, and for two how the second differs."""
    found = {(row.field, row.system): row for row in table.field_rows if row.measure == measure}
    whole = {row.system: row for row in table.rows if row.measure == measure}
    names = sorted({field for field, _ in found}, key=lambda name: (name is None, name or ""))
    lines = [(field_name(name), [found.get((name, system)) for system in table.systems]) for name in names]
    lines.append((ALL, [whole.get(system) for system in table.systems]))
    two = len(table.systems) == 2
    columns = ["field", *map(system_name, table.systems), *(["change"] if two else []), "scored"]
    rows = [
        (name, *(_cell(row) for row in there), *((_change(*there),) if two else ()), _scored(*there))
        for name, there in lines
    ]
    return Table.of(columns, rows)


def _cell(row: LeaderboardRow | None, *, with_count: bool = False) -> str:
    if row is None:
        return measures.NONE
    highest = measures.top(row.measure) or max(1.0, (row.mean or 0.0) + (row.half_width or 0.0))
    text = f"{measures.number(row.mean, highest)} {measures.margin(row.half_width, highest)}".rstrip()
    return f"{text} ({_scored(row)})" if with_count else text


def _scored(*rows: LeaderboardRow | None) -> str:
    """Return n/attempted; once where it is the same for all."""
    return ", ".join(dict.fromkeys(f"{row.n}/{row.attempted}" for row in rows if row is not None))


def _change(one: LeaderboardRow | None, other: LeaderboardRow | None) -> str:
    if one is None or other is None or not one.mean or other.mean is None:
        return measures.NONE
    return f"{other.mean / one.mean - 1:+.0%}"


def _step_words(step: GenerateStep) -> str:
    parts = [f"{', '.join(step.models)} for the split {step.split}"]
    for one in fields(Grid):
        value = getattr(step.grid, one.name)
        if one.name == "samples":
            if value > 1:
                parts.append(f"{value} samples")
        elif value:
            word = _GRID_WORDS.get(one.name, one.name.replace("_", " "))
            parts.append(f"{word} {', '.join(f'{number:g}' for number in value)}")
    if step.prompt is not None:
        parts.append(f"prompt {display_line(step.prompt, 60)}")
    if step.shots:
        parts.append(f"{step.shots} examples shown")
    named = f"{step.name}: " if step.name else ""
    return named + "; ".join(parts)


def _judge_words(step: JudgeStep) -> str:
    who = ", ".join("the judge that is named" if name == ASKED_FOR else name for name in step.judges)
    parts = [f"{'in pairs, in both orders, ' if step.pairwise else ''}{MODES[step.mode]}", f"rubric {step.rubric}"]
    parts += ["by criterion as well"] if step.per_criterion else []
    settings = step.settings
    parts += [f"{settings.samples} samples"] if settings.samples > 1 else []
    parts += [f"temperature {settings.temperature:g}"] if settings.temperature else []
    parts += [f"texts of {step.of}"] if step.of else []
    return display_line(f"{who}: {'; '.join(parts)}")


def _shown_words(shown: Shown) -> str:
    what = f"histogram of {shown.histogram}" if shown.histogram else ", ".join(shown.measures)
    if shown.judge is not None:
        what = f"points {MODES[shown.judge]}"
    if shown.pairs:
        what = "pairs of systems"
    return f"{shown.title}: {what}{' by field' if shown.by_field else ''}{f' of {shown.of}' if shown.of else ''}"
