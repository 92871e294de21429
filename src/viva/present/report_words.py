"""What is said of reports and capsules: what was written, what is missing, what differs."""

import re
from collections.abc import Sequence

from viva.records.report import CapsuleCheck, CapsuleWritten, ReportWritten
from viva.text import display_line, plural

CHOICES = (
    ("html", "HTML, one file"),
    ("md", "Markdown, figures beside it"),
    ("capsule", "Capsule, with the rows behind it"),
)
"""What results can be written as: the key, and what people read."""
NAMED = "named"
RATERS = (("numbered", "numbered: rater 1, rater 2 …"), (NAMED, "by their names"))
EXPLAINED = "All that viva knows of these systems, each number with its SQL and seed"


def file_name(dataset: str, split: str | None, form: str) -> str:
    """Return the name that a report gets unless somebody types another."""
    parts = [re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("-.") for part in (dataset, split or "")]
    name = "-".join(part for part in parts if part)
    return f"{name}-capsule" if form == "capsule" else f"{name}-report.{form}"


def step_line(done: int, total: int, step: str) -> str:
    """Return what is computed or drawn now, while a report is made."""
    return f"Step {done + 1} of {total}: {step}" if total else "Computing and writing … this takes some seconds"


def written_lines(written: ReportWritten) -> list[str]:
    """Return what writing a report left, line by line."""
    there = written.sections - len(written.missing)
    lines = [f"{display_line(str(written.path), 120)}: {plural(there, 'section')}"]
    if written.figures:
        folder = written.figures[0].parent
        count = len({path.stem for path in written.figures})
        lines.append(f"{display_line(str(folder), 120)}: {plural(count, 'figure')} as SVG and PNG")
    return lines + missing_lines(written.missing)


def missing_lines(missing: Sequence[tuple[str, str]]) -> list[str]:
    """Return the sections that could not be had, each with why."""
    return [f"without {title.lower()}: {display_line(why, 160)}" for title, why in missing]


def packed_lines(written: CapsuleWritten) -> list[str]:
    """Return what writing a capsule left, line by line."""
    rows = sum(written.rows.values())
    tables = sum(count > 0 for count in written.rows.values())
    lines = [
        f"{display_line(str(written.folder), 120)}: {plural(rows, 'row')} of {plural(tables, 'table')}, a report with "
        f"{plural(written.numbers, 'number')}"
    ]
    return lines + (missing_lines(written.report.missing) if written.report else [])


def checked_lines(check: CapsuleCheck) -> list[str]:
    """Return what computing a capsule anew came to, line by line."""
    counted = f"{plural(check.files, 'file')} and {plural(check.numbers, 'number')}"
    if check.same:
        return [f"the same: {counted}", *(f"note: {note}" for note in check.notes)]
    head = f"{plural(len(check.differences), 'difference')} in {counted}:"
    lines = [head, *(f"  {display_line(one, 240)}" for one in check.differences)]
    return [*lines, *(f"note: {note}" for note in check.notes)]
