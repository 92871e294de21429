"""Studies and raters as tables for the command line: what they are, what a new one would bring, how far they are."""

from collections.abc import Callable, Sequence
from typing import Any

from viva.present.closing import rough_time
from viva.present.jobs import duration
from viva.present.tables import Column, Table
from viva.records.person import Rater
from viva.records.rating import TaskProgress
from viva.records.study import Study, StudyChange, StudyMode, StudyPlan, StudyProgress
from viva.text import display_line, plural

SHOWN_STRATA = 12
IMPORTED = "nobody: it was imported"
NOUNS = {StudyMode.RUBRIC: "text", StudyMode.PAIRWISE: "pair"}
_KEY_ENDING = 12
Shown = dict[str, Callable[[Any], str]]
"""What people read of the values in some columns."""


def items_text(study: Study) -> str:
    """Return how much a study holds: `38 texts`, `190 pairs`."""
    return plural(study.items, NOUNS[study.mode])


def made_text(study: Study) -> str:
    """Return what making a study has brought about."""
    each = f", {plural(study.raters_per_item, 'rater')} each" if study.raters_per_item > 1 else ""
    return f"{display_line(study.name, 64)}: {items_text(study)} to rate{each}"


def list_table(progress: Sequence[StudyProgress], eyes: bool = False) -> Table:
    """Return a row for each study, as those who look after them see it; for `eyes` with what fits a line."""
    both = [(each.study, each) for each in progress]
    if eyes:
        names = ["study", "texts of", "mode", "state", "items", "raters each", "verdicts"]
        shown = [
            (s.name, f"{s.dataset}/{s.split}", s.mode.value, s.state.value, s.items, s.raters_per_item,
             f"{p.given:,} of {p.wanted:,}")
            for s, p in both
        ]  # fmt: skip
        return Table.of(names, shown)
    columns = [
        "study", "dataset", "split", "mode", "rubric", "state", "items", "raters_per_item", "raters",
        "given", "wanted", "skipped", "flagged",
    ]  # fmt: skip
    rows = [
        (
            s.name, s.dataset, s.split, s.mode.value, s.rubric.name, s.state.value, s.items, s.raters_per_item,
            None if s.raters is None else list(s.raters), p.given, p.wanted, p.skipped, p.flagged,
        )
        for s, p in both
    ]  # fmt: skip
    return Table.of(columns, rows)


def task_table(tasks: Sequence[TaskProgress], eyes: bool = False) -> Table:
    """Return a row for each study that somebody may rate, as they see it; for `eyes` with what fits."""
    seconds = "time left" if eyes else "seconds_left"
    columns: list[Column | str] = ["study", "mode", "state", "rated", "skipped", "left", Column(seconds, rough_time)]
    rows: list[list[Any]] = []
    for p in tasks:
        count = p.left + p.practice_left
        left = None if p.seconds_each is None else p.seconds_each * count
        rows.append([p.task.name, p.task.mode.value, p.task.state.value, p.rated, p.skipped, p.left, left])
        if not eyes:
            rows[-1] += [p.practice_left, p.seconds_each]
    return Table.of(columns if eyes else [*columns, "practice_left", "seconds_each"], rows)


def study_table(study: Study, changes: Sequence[StudyChange]) -> Table:
    """Return all that is said of one study, upright."""
    criteria = [
        {"name": c.name, "weight": c.weight, "lowest": c.lowest, "highest": c.highest, "question": c.question}
        for c in study.rubric.criteria
    ]
    options = study.options
    values = {
        "study": study.name,
        "state": study.state.value,
        "dataset": study.dataset,
        "version": study.version,
        "split": study.split,
        "systems": list(study.systems),
        "mode": study.mode.value,
        "items": study.items,
        "raters_per_item": study.raters_per_item,
        "raters": None if study.raters is None else list(study.raters),
        "rubric": study.rubric.title,
        "criteria": criteria,
        "strength": options.strength,
        "per_criterion": options.per_criterion,
        "guess": list(options.guess),
        "gold_every": options.gold_every,
        "note": options.note,
        "created_at": study.created_at,
        "changes": [
            {"at": change.created_at, "by": change.person, "what": change.kind, **_content(change)}
            for change in changes
        ],
    }
    shown: Shown = {
        "criteria": _criteria, "raters": lambda _: raters_text(study), "systems": _systems, "guess": _names,
        "changes": _changes,
    }  # fmt: skip
    return Table.of([Column(key, shown.get(key)) for key in values], [list(values.values())], "everybody", upright=True)


_PLAN_WORDS = {
    "of_questions": "of questions", "items": "to rate", "calibration": "drawn at random", "useful": "chosen as useful",
    "identical": "same texts", "missing": "texts missing", "seconds_each": "time each", "seconds": "time in all",
    "strata": "drawn by layer",
}  # fmt: skip
"""What people read in place of a plan's keys."""


def plan_table(plan: StudyPlan, eyes: bool = False) -> Table:
    """Return what making a study would bring, upright; for `eyes` in words."""
    values = {
        "questions": plan.questions,
        "of_questions": plan.of_questions,
        "items": plan.items,
        "calibration": plan.calibration,
        "useful": plan.useful,
        "practice": plan.practice,
        "gold": plan.gold,
        "identical": plan.identical,
        "missing": plan.missing,
        "verdicts": plan.verdicts,
        "seconds_each": plan.seconds_each,
        "seconds": None if plan.seconds_each is None else plan.seconds_each * plan.verdicts,
        "strata": {stratum: list(drawn) for stratum, drawn in plan.strata.items()},
    }
    shown: Shown = {"seconds_each": _seconds, "seconds": _seconds, "strata": _strata}
    names = _PLAN_WORDS if eyes else {}
    columns = [Column(names.get(key, key), shown.get(key)) for key in values]
    return Table.of(columns, [list(values.values())], "not known", upright=True)


def plan_lines(plan: StudyPlan, mode: StudyMode) -> list[str]:
    """Return what is to be known of a plan beside its numbers."""
    lines = []
    if plan.identical:
        lines.append(f"{plural(plan.identical, 'pair')} left out: both texts are the same")
    if plan.missing:
        lines.append(f"{plural(plan.missing, 'question')} without a text of every system")
    if plan.useful:
        rest = plural(plan.useful, NOUNS[mode])
        lines.append(f"statistics rest on the {plan.calibration:,} drawn at random, not on the {rest} chosen as useful")
    return lines


def progress_table(progress: StudyProgress) -> Table:
    """Return a row for each rater of a study."""
    columns: list[Column | str] = [
        "rater", "rated", "skipped", "flagged", Column("seconds_each", _seconds), "last_at", "known",
        Column("off", lambda value: f"{value:.2f}"),
    ]  # fmt: skip
    rows = [
        (r.rater, r.rated, r.skipped, r.flagged, r.seconds_each, r.last_at, r.known, r.off) for r in progress.raters
    ]
    return Table.of(columns, rows)


def progress_line(progress: StudyProgress) -> str:
    """Return how far a study is in one line, with an honest guess at the time that is left."""
    study = progress.study
    parts = [
        f"{display_line(study.name, 64)} ({study.state.value}): {progress.complete:,} of {items_text(study)} complete",
        f"{progress.given:,} of {plural(progress.wanted, 'verdict')} given",
    ]
    parts += [f"{count:,} {word}" for count, word in _counts(progress) if count]
    if progress.given < progress.wanted:
        left = progress.seconds_left
        told = "time left not known yet" if left is None else f"about {rough_time(left)} of rating left"
        parts.append(told)
    return " · ".join(parts)


def rater_table(raters: Sequence[Rater]) -> Table:
    """Return a row for each rater who may come in over SSH; for eyes a key is shown by its kind and its end."""
    columns: list[Column | str] = ["rater", "role", "plain", Column("keys", _keys)]
    return Table.of(columns, [(r.name, r.role.value, r.plain, list(r.keys)) for r in raters])


def raters_text(study: Study) -> str:
    """Return who may rate a study."""
    if study.imported and not study.raters:
        return IMPORTED
    return "everybody" if study.raters is None else ", ".join(display_line(name, 64) for name in study.raters)


def _counts(progress: StudyProgress) -> list[tuple[int, str]]:
    return [(progress.held, "out with raters"), (progress.skipped, "skipped"), (progress.flagged, "flagged")]


def _seconds(value: float) -> str:
    return duration(value)


def _names(names: Sequence[str]) -> str:
    return ", ".join(display_line(name, 64) for name in names)


def _systems(systems: Sequence[str]) -> str:
    return _names(systems) or "told when the study is closed"


def _criteria(criteria: Sequence[dict[str, object]]) -> str:
    return "\n".join(f"{c['name']} {c['weight']:g} ({c['lowest']}–{c['highest']}): {c['question']}" for c in criteria)


def _content(change: StudyChange) -> dict[str, object]:
    """Return what a change said, but for how the items were drawn."""
    return {key: value for key, value in change.content.items() if key != "design"}


def _changes(changes: Sequence[dict[str, object]]) -> str:
    lines = []
    for change in changes:
        content = ", ".join(
            f"{key} {_value(value)}" for key, value in change.items() if key not in {"at", "by", "what"}
        )
        lines.append(f"{change['at']:%Y-%m-%d %H:%M} UTC {display_line(str(change['by']), 40)}: {content}")
    return "\n".join(lines)


def _value(value: object) -> str:
    if value is None:
        return "everybody"
    return _names([str(each) for each in value]) if isinstance(value, list) else str(value)


def _strata(strata: dict[str, Sequence[int]]) -> str:
    lines = [f"{display_line(stratum, 40) or 'all'}: {drawn} of {many}" for stratum, (drawn, many) in strata.items()]
    more = len(lines) - SHOWN_STRATA
    return "\n".join(lines if more <= 0 else [*lines[:SHOWN_STRATA], f"and {more:,} more"])


def _keys(keys: Sequence[str]) -> str:
    shown = []
    for key in keys:
        kind, _, rest = key.partition(" ")
        body, _, comment = rest.partition(" ")
        shown.append(f"{kind} …{body[-_KEY_ENDING:]} {display_line(comment, 40)}".rstrip())
    return "\n".join(shown)
