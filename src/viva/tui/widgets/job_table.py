"""A table of jobs that keeps its cursor on the same job while rows come and change."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import DataTable

from viva.present.jobs import TONES, JobRow, job_row
from viva.records.ids import utc_now
from viva.records.job import Job
from viva.tui.widgets.tones import tone, when_theme_changes

_WIDTHS = {"status": 13, "title": 0, "progress": 13, "started": 10, "took": 11}
_WIDE = 100
"""Cells from which on there is room for how long each job took."""
_LABELS = {"status": "Status", "title": "Job", "progress": "Progress", "started": "Started", "took": "Took"}
_LEAST_TITLE = 12


class JobTable(DataTable[Text]):
    """Jobs as the screen gives them, newest first; `job` is the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open"),
        Binding("home", "scroll_top", "First row", show=False),
        Binding("end", "scroll_bottom", "Last row", show=False),
    ]
    DEFAULT_CSS = """
    JobTable { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; }
    JobTable:focus { background-tint: $background 0%; }
    JobTable > .datatable--header { background: $panel; }
    JobTable > .datatable--cursor { background: $panel; color: $foreground; text-style: none; }
    JobTable:focus > .datatable--cursor { background: $primary 25%; color: $foreground; text-style: bold; }
    """

    def __init__(self, *, kinds: bool = True, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", cursor_foreground_priority="renderable")
        self._kinds = kinds
        self._jobs: Sequence[Job] = ()

    @property
    def job(self) -> Job | None:
        """The job under the cursor."""
        return self._jobs[self.cursor_row] if 0 <= self.cursor_row < len(self._jobs) else None

    def on_mount(self) -> None:
        self._columns_again()
        when_theme_changes(self, self._columns_again)

    def on_resize(self, _event: Resize) -> None:
        if self.columns and self.ordered_columns[1].width != self._title_width():
            self._columns_again()

    def show(self, jobs: Sequence[Job]) -> None:
        """Show jobs; rows that are there already are changed in their place."""
        same = [job.job_id for job in jobs] == [job.job_id for job in self._jobs] and self.row_count == len(jobs)
        if same:
            self._change(jobs)
        else:
            self._fill(jobs)

    def _change(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        for job in jobs:
            for column, cell in self._cells(job).items():
                if self.get_cell(job.job_id, column) != cell:
                    self.update_cell(job.job_id, column, cell)

    def _fill(self, jobs: Sequence[Job]) -> None:
        held = self.job.job_id if self.job else None
        self.clear()
        self._jobs = jobs
        for job in jobs:
            self.add_row(*self._cells(job).values(), key=job.job_id)
        rows = [job.job_id for job in jobs]
        self.move_cursor(row=rows.index(held) if held in rows else 0)

    def _columns_again(self) -> None:
        jobs, self._jobs = self._jobs, ()
        row = self.cursor_row
        self.clear(columns=True)
        for key in self._keys():
            self.add_column(Text(_LABELS[key]), key=key, width=_WIDTHS[key] or self._title_width())
        self._fill(jobs)
        self.move_cursor(row=row)

    def _keys(self) -> list[str]:
        return [key for key in _LABELS if key != "took" or self.size.width >= _WIDE]

    def _title_width(self) -> int:
        keys = self._keys()
        others = sum(_WIDTHS[key] for key in keys) + 2 * self.cell_padding * len(keys) + self.scrollbar_size_vertical
        return max(self.size.width - others, _LEAST_TITLE)

    def _cells(self, job: Job) -> dict[str, Text]:
        row = job_row(job, utc_now())
        cells = {
            "status": Text(row.status_text, style=tone(self.app, TONES[row.status])),
            "title": Text(self._title(row), no_wrap=True, overflow="ellipsis"),
            "progress": Text(row.progress),
            "started": Text(row.started),
            "took": Text(row.took),
        }
        return {key: cells[key] for key in self._keys()}

    def _title(self, row: JobRow) -> str:
        return f"{row.kind} {row.title}" if self._kinds else row.title
