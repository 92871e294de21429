"""Having pairs drawn from papers: the form, and what the folder holds, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from viva.records.papers import PaperFolder, PapersFound, PapersPlan
from viva.text import display_line, plural

NO_FOLDERS = "No folder of this workspace holds PDF files. Copy papers into it, a sub-folder for each field."
PROMPTS = ("papers-summary.txt", "papers-pairs.txt")
MOST = 1000


@dataclass(frozen=True)
class PapersForm:
    """What was typed, without the white space around it; `per_field` may be empty for all papers."""

    folder: str = ""
    pairs: str = str(PapersPlan("").pairs_per_paper)
    per_field: str = ""
    field: str = ""

    def problem(self) -> tuple[str, str] | None:
        """Return the first field that cannot be right, and what is wrong with it."""
        if not self.folder:
            return "folder", "Choose the folder with the papers"
        if not _number(self.pairs):
            return "pairs", f"Pairs per paper: a whole number from 1 to {MOST:,}"
        if self.per_field and not _number(self.per_field):
            return "per_field", f"Papers of each sub-folder: a number from 1 to {MOST:,}, or nothing for all"
        return None

    def plan(self, folder: str) -> PapersPlan:
        """Return the plan of a form without problems, for the folder as it lies on disk."""
        return PapersPlan(folder, int(self.pairs), papers_per_field=int(self.per_field or 0), field=self.field)


def folder_cells(folder: PaperFolder) -> tuple[str, str]:
    """Return the row of a folder: its path and how many papers it holds."""
    return folder_name(folder), f"{folder.papers:,}"


def folder_name(folder: PaperFolder) -> str:
    """Return a folder's path as it is shown."""
    return "the whole workspace" if folder.path == "." else display_line(folder.path, 200)


def typed_path(folder: PaperFolder) -> str:
    """Return a folder's path as it stands in the field for it."""
    return display_line(folder.path)


def first_folder(folders: Sequence[PaperFolder]) -> PaperFolder | None:
    """Return the folder that is chosen at the start: the one that holds most, and of these the innermost."""
    return max(folders, key=lambda folder: (folder.papers, folder.path.count("/") - (folder.path == ".")), default=None)


def found_rows(found: PapersFound, form: PapersForm) -> list[tuple[str, str, str]]:
    """Return what the plan takes, a row each: its name, the value, and what has to be said about it."""
    pairs = found.papers * int(form.pairs)
    return [
        ("Papers", f"{found.papers:,}", f"{plural(pairs, 'pair')} at most"),
        ("Cost", "unknown", "until the job has read the files"),
    ]


def field_lines(found: PapersFound) -> list[str]:
    """Return the papers by their field, a line each, the largest first."""
    sizes = sorted(found.fields.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"{count:>5,}  {display_line(name, 60) or 'no field: they lie in the folder itself'}" for name, count in sizes
    ]


def problems_title(found: PapersFound) -> str:
    """Return the heading of the files that cannot be used."""
    return f"{plural(len(found.problems), 'file')} cannot be used:"


def problem_lines(found: PapersFound) -> list[str]:
    """Return the files that cannot be used, each with the reason."""
    return [f"{display_line(source, 100)}: {display_line(reason, 200)}" for source, reason in found.problems]


def start_detail(found: PapersFound, form: PapersForm) -> str:
    """Return on one line what the start will take."""
    out = f", {plural(len(found.problems), 'file')} cannot be used" if found.problems else ""
    pairs = plural(found.papers * int(form.pairs), "pair")
    return f"{plural(found.papers, 'paper')}, {pairs} at most{out}. What it costs is known once they are read."


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= MOST
