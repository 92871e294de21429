"""Studies as a table for those who look after them, and each rater's progress below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from viva.present.closing import rough_time
from viva.present.jobs import ago, bar, duration
from viva.present.studies import NOUNS, items_text, raters_text
from viva.records.study import RaterProgress, Study, StudyMode, StudyProgress, StudyState
from viva.text import display_line, plural

NO_STUDIES = "There is no study yet."
NO_STUDIES_ENGINEER = "There is no study yet.\n\nn makes one: whose texts are rated, how, and by whom."
NO_RATERS = "Nobody has rated in this study yet."
MODES = {StudyMode.RUBRIC: "texts", StudyMode.PAIRWISE: "pairs"}
WIDE = 100
BAR = 10
_HEADINGS = ("Study", "Rated", "State", "Verdicts", "Raters", "Out now", "Flagged")
_NARROW = (0, 1, 2, 3)
TRANSITIONS = {"pause": StudyState.OPEN, "resume": StudyState.PAUSED, "reopen": StudyState.CLOSED}
"""What can be done with a study in which state."""


@dataclass(frozen=True)
class RaterLine:
    """A rater's progress in cells: name, verdicts, skipped, time each, last seen, how far off known answers."""

    name: str
    rated: str
    rest: str


def headings(width: int) -> list[str]:
    """Return what stands above the studies."""
    return [_HEADINGS[number] for number in _columns(width)]


def cells(study: Study, progress: StudyProgress | None, width: int) -> list[str]:
    """Return a study's cells in the order of `headings`; without its progress where that is not known yet."""
    wanted = progress.wanted if progress else study.items * study.raters_per_item
    share = progress.given / wanted if progress and wanted else 0.0
    whole = (
        display_line(study.name, 64),
        MODES[study.mode],
        study.state.value,
        f"{bar(share, BAR)} {progress.given:,} of {wanted:,}" if progress else f"… of {wanted:,}",
        f"{len(progress.raters):,}" if progress else "…",
        f"{progress.held:,}" if progress else "…",
        f"{progress.flagged:,}" if progress else "…",
    )
    return [whole[number] for number in _columns(width)]


def right(width: int) -> set[int]:
    """Return the columns that are aligned at the right."""
    return {4, 5, 6} if width >= WIDE else set()


def about_study(study: Study, progress: StudyProgress | None) -> list[str]:
    """Return what else is to be known of a study: its place, its systems, who may rate, how far, how long still."""
    where = f"{display_line(study.dataset, 30)}/{display_line(study.split, 20)}"
    lines = [f"{items_text(study)} of {where} · {plural(study.raters_per_item, 'rater')} each · "
             f"rubric {display_line(study.rubric.name, 24)}"]  # fmt: skip
    if study.systems:
        lines.append("Systems: " + ", ".join(display_line(system, 40) for system in study.systems))
    lines.append(f"Open to: {raters_text(study)}")
    if progress is not None:
        lines.append(_how_far(progress))
    return lines


def _how_far(progress: StudyProgress) -> str:
    parts = [f"{progress.complete:,} of {progress.study.items:,} complete"]
    if progress.held:
        parts.append(f"{progress.held:,} out with raters now")
    if progress.skipped:
        parts.append(f"{progress.skipped:,} skipped")
    if progress.flagged:
        parts.append(f"{progress.flagged:,} flagged")
    if progress.seconds_left is not None and progress.given < progress.wanted:
        parts.append(f"about {rough_time(progress.seconds_left)} of rating left, all raters together")
    return " · ".join(parts)


def rater_lines(progress: StudyProgress, now: datetime) -> list[RaterLine]:
    """Return the raters of a study, who gave most first."""
    mode = progress.study.mode
    ordered = sorted(progress.raters, key=lambda rater: (-rater.rated, rater.rater))
    return [
        RaterLine(display_line(rater.rater, 24) or "(no name)", plural(rater.rated, "verdict"), _rest(rater, mode, now))
        for rater in ordered
    ]


def _rest(rater: RaterProgress, mode: StudyMode, now: datetime) -> str:
    parts = [f"{rater.skipped:,} skipped"] if rater.skipped else []
    if rater.flagged:
        parts.append(f"{rater.flagged:,} flagged")
    if rater.seconds_each is not None:
        parts.append(f"{duration(rater.seconds_each)} each")
    if rater.last_at is not None:
        parts.append(f"last {ago(rater.last_at, now)}")
    if rater.known and rater.off is not None:
        known = plural(rater.known, f"known {NOUNS[mode]}")
        missed = (
            f"missed {100 * rater.off:.0f}% of" if mode is StudyMode.PAIRWISE else f"off by {rater.off:.2f} steps on"
        )
        parts.append(f"{missed} {known}")
    return " · ".join(parts)


def title_text(studies: Sequence[Study]) -> str:
    """Return what the title line says of the studies."""
    running = sum(study.state is StudyState.OPEN for study in studies)
    return f"{running:,} of {len(studies):,} open" if studies else ""


def closing_question(study: Study, progress: StudyProgress | None) -> tuple[str, str]:
    """Return the question before a study is closed, and what it means."""
    missing = progress.wanted - progress.given if progress else 0
    short = (
        f"{plural(missing, 'verdict')} of {progress.wanted:,} {'is' if missing == 1 else 'are'} still missing. "
        if progress and missing
        else ""
    )
    return (
        f"Close the study {display_line(study.name, 40)}?",
        f"{short}Nobody can rate or revise in it any more; only an engineer can open it again.",
    )


def rater_choices(study: Study, known: Sequence[str], progress: StudyProgress | None) -> list[tuple[str, str, str]]:
    """Return who could be let in, as (name, name as shown, what is known of them): known raters, and who rated."""
    given: Mapping[str, int] = {each.rater: each.rated for each in progress.raters} if progress else {}
    names = dict.fromkeys([*known, *(study.raters or ()), *given])
    return [(name, display_line(name, 30), plural(given[name], "verdict") if name in given else "") for name in names]


def assigned_text(study: Study) -> str:
    """Return what was changed about who may rate."""
    return f"{display_line(study.name, 40)} is open to {raters_text(study)}"


def _columns(width: int) -> tuple[int, ...]:
    return tuple(range(len(_HEADINGS))) if width >= WIDE else _NARROW
