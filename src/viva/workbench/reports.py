"""Reports: all results of a dataset as one document, and its figures as files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from viva.errors import BadInput, UsageError
from viva.records.report import Report, ReportRequest, ReportWritten
from viva.store.steady import steady
from viva.text import display_line
from viva.workbench import report_reading

if TYPE_CHECKING:
    from viva.workbench.workbench import Workbench

HTML, MARKDOWN = (".html", ".htm"), (".md", ".markdown")
FIGURES = "figures"
STEPS = (*report_reading.STEPS, FIGURES)
"""What making and writing a report consists of, the last taking about half of the time."""
Tell = Callable[[int, int, str], object]
"""Is told how many steps are done, of how many, and which comes now."""


class Reports:
    """Make reports, of the version that `results.version` tells, and write them."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def make(self, request: ReportRequest, tell: Tell | None = None) -> Report:
        """Return the report as a document, all of it of one moment. Raises `NotFound` for what is not there."""
        from viva.report.document import build

        def begin(step: str) -> None:
            if tell is not None:
                tell(STEPS.index(step), len(STEPS), step)

        with self._still() as still:
            return build(report_reading.read(still, request, begin))

    def check(self, request: ReportRequest) -> None:
        """Raise `NotFound` where a report of this request could not be made, as `make` would, but at once."""
        with self._still() as still:
            report_reading.choose(still, request)

    @contextmanager
    def _still(self) -> Iterator["Workbench"]:
        """Yield a workbench on a copy of the store, in which nothing changes while it is read."""
        from viva.workbench.workbench import Workbench

        with steady(self._workbench.store) as store:
            still = Workbench(self._workbench.settings)
            still.store = store
            yield still

    def write(
        self,
        request: ReportRequest,
        path: Path,
        figures: Path | None = None,
        *,
        overwrite: bool = False,
        tell: Tell | None = None,
    ) -> ReportWritten:
        """Write the report to `path`, as HTML or Markdown by its name, its figures to the folder `figures`.

        HTML holds its figures itself and writes files of them only where a folder is named; Markdown has them beside
        it, in a folder called after it where none is named. Each is written as SVG and as PNG. The same store, seed
        and version of viva give the same bytes. `tell` hears of each of `STEPS`. Raises `NotFound`, `UsageError` where
        a file is there already or the name says neither, and `BadInput` where it cannot be written.
        """
        path = path.expanduser()
        as_html = path.suffix.lower() in HTML
        if not as_html and path.suffix.lower() not in MARKDOWN:
            raise UsageError(
                f"cannot tell what {display_line(path.name, 60)} should be", "end the name in .html or .md"
            )
        if path.exists() and not overwrite:
            raise UsageError(f"{display_line(path.name, 80)} is there already", "name another file, or --overwrite")
        if not path.parent.is_dir():
            raise BadInput(f"{display_line(str(path), 120)} cannot be written: there is no such folder")
        return self.write_report(self.make(request, tell), path, figures, tell)

    def write_report(
        self, report: Report, path: Path, figures: Path | None = None, tell: Tell | None = None
    ) -> ReportWritten:
        """Write a report that has been made, in place of what is there."""
        from viva.report import html, markdown

        if tell is not None:
            tell(STEPS.index(FIGURES), len(STEPS), FIGURES)
        as_html = path.suffix.lower() in HTML
        folder = figures.expanduser() if figures else None if as_html else path.with_name(f"{path.stem}-figures")
        try:
            drawn = _draw(report, folder) if folder is not None and report.figures else []
            if as_html:
                text = html.write(report)
            else:
                text = markdown.write(report, _link(folder, path) if drawn and folder else "")
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise BadInput(f"{display_line(str(path), 120)} cannot be written: {error.strerror}") from error
        missing = tuple((section.title, section.missing) for section in report.sections if section.missing)
        return ReportWritten(path, tuple(drawn), missing, len(report.sections))


def _draw(report: Report, folder: Path) -> Sequence[Path]:
    from viva.report import figures

    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for figure in report.figures:
        vector, pixels = (folder / f"{figure.name}{suffix}" for suffix in (".svg", ".png"))
        vector.write_text(figures.svg(figure), encoding="utf-8", newline="\n")
        pixels.write_bytes(figures.png(figure))
        drawn += [vector, pixels]
    return drawn


def _link(folder: Path, path: Path) -> str:
    """Return the folder as a link from a file, each part quoted as a link wants it."""
    import os
    from urllib.parse import quote

    return quote(Path(os.path.relpath(folder, path.parent)).as_posix())
