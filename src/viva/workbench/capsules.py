"""Capsules: the rows behind a report with the report itself, from which another machine computes every number anew."""

import hashlib
import json
import os
import re
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viva import __version__
from viva.errors import BadInput, UsageError, UserError
from viva.records.report import CapsuleCheck, CapsuleWritten, Report, ReportRequest
from viva.settings import Settings
from viva.store import capsule, report_rows
from viva.text import display_line
from viva.workbench import capsule_numbers
from viva.workbench.report_raters import numbers as raters_numbered
from viva.workbench.reports import Tell

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

FORM = 1
"""The form of capsules; a higher one is of a newer viva."""
MANIFEST, NUMBERS, REPORT, PAGE, DATA = "manifest.json", "numbers.json", "report.md", "report.html", "data"
MOST_STRANGE = 20
LARGEST = 64 << 20
"""Bytes that a manifest, or the numbers of a report, may have."""


class Capsules:
    """Pack results, compute them anew, and open them."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def write(self, request: ReportRequest, folder: Path, tell: Tell | None = None) -> CapsuleWritten:
        """Write the rows behind a report, the report as HTML and Markdown, its numbers, and a manifest to `folder`.

        The report is made from the packed rows, in a workspace of their own, so that whoever unpacks them has the same;
        raters are numbered and comments left out unless `request.names`. `tell` hears of the report's steps. Raises
        `NotFound`, `UsageError` where there is something in the folder, and `BadInput` where it cannot be written.
        """
        folder = folder.expanduser()
        # What is asked for and is not there is said before anything is written.
        self._workbench.reports.check(request)
        found = self._workbench.results.version(request.dataset)
        _make_empty(folder)
        with _writing(folder):
            (folder / DATA).mkdir()
            with self._workbench.store.read() as connection:
                raters = report_rows.raters(connection, found.name, found.version)
                called = None if request.names else raters_numbered(raters)
                rows = capsule.write(connection, found.name, found.version, folder / DATA, called)
            meant = replace(request, names=True)
            with self._unpacked(folder) as (inside, _):
                anew = inside.reports.make(meant, tell)
                inside.reports.write_report(anew, folder / PAGE, tell=tell)
                written = inside.reports.write_report(anew, folder / REPORT)
            found_numbers = capsule_numbers.numbers(anew)
            _write_json(folder / NUMBERS, found_numbers)
            _write_json(folder / MANIFEST, _manifest(folder, found.version, meant, rows))
        return CapsuleWritten(folder, rows, capsule_numbers.count(found_numbers), written)

    def check(self, folder: Path, tell: Tell | None = None) -> CapsuleCheck:
        """Compute everything in a capsule anew, in a workspace of its own, and compare it number by number.

        `tell` hears of the report's steps.

        Raises `BadInput` where the folder holds no capsule.
        """
        folder = folder.expanduser()
        manifest = _read_manifest(folder)
        different = _changed_files(folder, manifest)
        notes = [
            f"{display_line(name, 100)} is none of its files and was not looked at"
            for name in sorted(set(_files(folder)) - set(manifest["files"]))[:MOST_STRANGE]
        ]
        if manifest.get("viva") != __version__:
            notes.append(f"it was written by viva {display_line(str(manifest.get('viva')), 20)}, this is {__version__}")
        known: Any = None
        try:
            _refuse_missing(folder)
            known = _read_json(folder / NUMBERS)
            with self._unpacked(folder) as (inside, rows):
                request = _request(manifest)
                report = _made(inside, request, tell)
                meant = _manifest(folder, inside.results.version(request.dataset).version, request, rows)
                different += [
                    f"{MANIFEST} names another {key} than there is"
                    for key in ("dataset", "version", "rows")
                    if manifest.get(key) != meant[key]
                ]
                different += capsule_numbers.differences(known, capsule_numbers.numbers(report))
                changed, drawn = _changed_report(inside, folder, report, tell)
                different += changed
                notes += drawn
        except UserError as error:
            different.append(error.message)
        return CapsuleCheck(
            folder, len(manifest["files"]), capsule_numbers.count(known), tuple(different), tuple(notes)
        )

    def open(self, folder: Path, workspace: Path) -> dict[str, int]:
        """Make a workspace of a capsule's rows; return how many each table has.

        Raises `UsageError` where there is something in the workspace's folder, and `BadInput` where a file of the
        capsule is not what it was when it was written.
        """
        folder, workspace = folder.expanduser(), workspace.expanduser()
        if different := _changed_files(folder, _read_manifest(folder)):
            raise BadInput(f"this capsule was changed: {different[0]}", "fetch it again; viva capsule check tells all")
        _make_empty(workspace)
        try:
            return self._load(folder, workspace)
        except UserError:
            # What was refused leaves no half of a workspace.
            for path in workspace.iterdir():
                path.unlink()
            raise

    @contextmanager
    def _unpacked(self, folder: Path) -> Iterator[tuple["Workbench", dict[str, int]]]:
        """Yield the workbench of a workspace that holds a capsule's rows and nothing else, and how many there are."""
        with tempfile.TemporaryDirectory(prefix="viva-capsule-") as root:
            rows = self._load(folder, Path(root))
            yield self._beside(Path(root)), rows

    def _load(self, folder: Path, workspace: Path) -> dict[str, int]:
        with self._beside(workspace).store.write() as connection:
            return capsule.read(connection, folder / DATA)

    def _beside(self, workspace: Path) -> "Workbench":
        from viva.workbench.workbench import Workbench

        person = self._workbench.settings
        return Workbench(Settings(workspace=workspace, rater=person.rater, role=person.role))


def _made(workbench: "Workbench", request: ReportRequest, tell: Tell | None) -> Report:
    """Return the report of rows that somebody may have forged. Raises `BadInput` where they cannot be read."""
    try:
        return workbench.reports.make(request, tell)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        # What a column of JSON holds is known of viva's own rows only: another shape stops whoever reads it.
        # The module that stopped is named after what it reads.
        read = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
        module = [path.stem.replace("_", " ") for path in read if "viva" in path.parts][-1]
        raise BadInput(
            f"the rows of the capsule cannot be computed with ({module}): {display_line(str(error), 120)}",
            "fetch the capsule again",
        ) from error


def _manifest(folder: Path, version: int, request: ReportRequest, rows: dict[str, int]) -> dict[str, Any]:
    return {
        "form": FORM,
        "viva": __version__,
        "dataset": request.dataset,
        "version": version,
        "request": asdict(request),
        "rows": rows,
        "files": {name: _hash(folder / name) for name in _files(folder)},
    }


def _request(manifest: dict[str, Any]) -> ReportRequest:
    asked, hint = manifest["request"], "fetch the capsule again, or upgrade viva"
    try:
        request = ReportRequest(**asked)
    except TypeError as error:
        raise BadInput("the manifest asks for what this viva does not know", hint) from error
    texts = all(isinstance(one, str | None) for one in (request.split, request.study, request.judge))
    seeded = isinstance(request.seed, int) and request.seed >= 0
    if not (texts and seeded and isinstance(request.dataset, str) and isinstance(request.names, bool)):
        raise BadInput("the manifest asks for a report that cannot be", hint)
    return request


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise BadInput(
            f"{display_line(str(folder), 100)} is no capsule: it has no {MANIFEST}", "viva capsule write makes one"
        )
    manifest = _read_json(path)
    whole = isinstance(manifest, dict) and isinstance(manifest.get("files"), dict)
    if not whole or not isinstance(manifest.get("request"), dict) or not isinstance(manifest.get("form"), int):
        raise BadInput(f"{MANIFEST} is not that of a capsule", "fetch the capsule again")
    if manifest["form"] > FORM:
        raise BadInput("this capsule was written by a newer viva", "upgrade viva: pip install -U viva")
    return dict(manifest)


def _changed_files(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Return in words which files are not what they were; what the manifest does not name is not looked at."""
    there = set(_files(folder))
    said = []
    for name, known in sorted(manifest["files"].items()):
        if name not in there:
            said.append(f"{display_line(str(name), 100)} is missing")
        elif _hash(folder / name) != known:
            said.append(f"{display_line(str(name), 100)} was changed")
    unnamed = {f"{DATA}/{table}.parquet" for table in capsule.TABLES} - set(manifest["files"])
    return said + [f"{MANIFEST} does not name {name}" for name in sorted(unnamed)]


def _refuse_missing(folder: Path) -> None:
    """Raise `BadInput` where what is to be read is no plain file within the folder: a link may lead anywhere."""
    there = set(_files(folder))
    for name in (NUMBERS, REPORT, *(f"{DATA}/{table}.parquet" for table in capsule.TABLES)):
        if name not in there:
            raise BadInput(f"nothing was computed, for {name} is no file of the capsule", "fetch the capsule again")


def _changed_report(
    workbench: "Workbench", folder: Path, report: Report, tell: Tell | None
) -> tuple[list[str], list[str]]:
    """Return which texts of the report are not those of one written now, and which figures are drawn otherwise.

    The latter need not be changed: other versions of matplotlib and of fonts draw otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="viva-report-") as root:
        anew, known = Path(root), set(_files(folder))
        workbench.reports.write_report(report, anew / PAGE, tell=tell)
        workbench.reports.write_report(report, anew / REPORT)
        texts, drawn = [], []
        for name in _files(anew):
            if name in known and _hash(folder / name) == _hash(anew / name):
                continue
            if name == REPORT or (name == PAGE and (name not in known or _text(folder / name) != _text(anew / name))):
                texts.append(f"{name} has another text than a report written now")
            else:
                drawn.append(name)
    if not drawn:
        return texts, []
    more = f" and {len(drawn) - 3:,} more" if len(drawn) > 3 else ""
    return texts, [f"the figures in {', '.join(drawn[:3])}{more} are not as they are drawn here: compare them by eye"]


def _text(path: Path) -> str:
    """Return a page without its figures."""
    return re.sub(r"(?s)<svg\b[^>]*(?:/>|>.*?</svg>)", "", path.read_text("utf-8", errors="replace"))


def _files(folder: Path) -> list[str]:
    """Return the files of a capsule but for its manifest, by their names within it; links are none."""
    found = []
    for root, _folders, names in os.walk(folder):
        paths = (Path(root) / name for name in names)
        found += [path.relative_to(folder).as_posix() for path in paths if path.is_file() and not path.is_symlink()]
    return sorted(name for name in found if name != MANIFEST)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8", newline="\n")


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path.name} is larger than any that viva writes", "fetch the capsule again")
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(
            f"{path.name} of the capsule cannot be read: {error.strerror}", "fetch the capsule again"
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} of the capsule is not JSON", "fetch the capsule again") from error


def _make_empty(folder: Path) -> None:
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"there is something in {display_line(str(folder), 100)} already", "name a new folder")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{display_line(str(folder), 100)} cannot be written: {error.strerror}") from error
