"""Splitting a dataset anew: amounts and strata on top, below it what each split would get."""

from collections.abc import Callable
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Input, Label, Select, Static

from viva.present import dataset_mending as words
from viva.present.dataset_mending import SplitForm
from viva.present.datasets import splits_text
from viva.records.dataset import Dataset
from viva.records.split import SplitReport
from viva.tui.screens.mending import MendingScreen, number_input
from viva.tui.widgets.row_table import RowTable
from viva.tui.widgets.status import StatusLine
from viva.tui.widgets.tick import Tick

PARTS_LENGTH = 400
_HEADINGS = ("Stratum", "Split", "Wanted", "Gets", "Difference")


class SplitScreen(MendingScreen):
    """Ends with the version that is split anew."""

    TITLE = "Split"
    AUTO_FOCUS = "#preset"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "app.focus_next", "Next field", key_display="tab", tooltip="Go to the next field"),
        Binding("shift+tab,up", "app.focus_previous", "Previous", show=False, tooltip="Go to the field before"),
    ]

    def body(self) -> ComposeResult:
        form = SplitForm()
        presets = [(Content(preset.name), preset.key) for preset in words.PRESETS]
        strata = [(Content(label), key) for key, label in words.STRATA]
        whole, unstratified = (Content("whole dataset"), ""), (Content("nothing"), "")
        with Vertical(id="form"):
            yield _row("Preset", Select([*presets, (Content("amounts of your own"), words.OWN)],
                value=words.PRESETS[0].key, allow_blank=False, id="preset", compact=True))  # fmt: skip
            yield _row("Splits", Input(form.parts, id="parts", max_length=PARTS_LENGTH, compact=True))
            yield _row("", Static("a share (0.8, 80%), a number of examples, or rest", markup=False, classes="note"))
            with Horizontal(classes="row"):
                yield Label("Amounts per", markup=False)
                yield Select([whole, *strata], value=form.per, allow_blank=False, id="per", compact=True)
                yield Label("Stratify by", markup=False, classes="second")
                yield Select(
                    [unstratified, *strata], value=form.stratify, allow_blank=False, id="stratify", compact=True
                )
            with Horizontal(classes="row"):
                yield Label("Seed", markup=False)
                yield number_input("seed", form.seed)
                yield Tick("Keep near-duplicates and sources together", form.together, id="together")
        yield StatusLine(id="counts")
        yield Static(id="problem", markup=False)
        yield Static(id="facts", markup=False)
        yield RowTable(id="amounts")

    def opened(self, dataset: Dataset) -> None:
        self.query_one("#stratify", Select).value = words.first_split_form(dataset).stratify
        self.status.text = f"Now: {splits_text(dataset)}"

    def _form(self) -> SplitForm:
        def chosen(name: str) -> str:
            value = self.query_one(f"#{name}", Select).value
            return value if isinstance(value, str) else ""

        return SplitForm(
            self.query_one("#parts", Input).value,
            chosen("per"),
            chosen("stratify"),
            self.query_one("#seed", Input).value,
            self.query_one("#together", Tick).value,
        )

    def on_select_changed(self, event: Select.Changed) -> None:
        if event.select.id == "preset" and event.value not in (words.preset_of(self._form()), words.OWN):
            preset = next(preset for preset in words.PRESETS if preset.key == event.value)
            self.query_one("#parts", Input).value = preset.parts
            self.query_one("#per", Select).value = preset.per
        self._changed()

    def on_input_changed(self) -> None:
        self._changed()

    def on_checkbox_changed(self) -> None:
        self._changed()

    def _changed(self) -> None:
        """Name the preset that the form says by now, and look what comes of it."""
        with self.prevent(Select.Changed):
            self.query_one("#preset", Select).value = words.preset_of(self._form())
        self.look()

    def preview(self) -> Callable[[], SplitReport]:
        name, form = self.name_of_dataset, self._form()
        return lambda: self.wb.datasets.preview_split(name, self._plan(form)).report

    def making(self) -> Callable[[], tuple[Dataset, Any]]:
        name, form = self.name_of_dataset, self._form()
        return lambda: self.wb.datasets.split(name, self._plan(form))

    def _plan(self, form: SplitForm) -> Any:
        return self.wb.datasets.split_plan(
            form.parts, form.per or None, form.stratify or None, form.number or 0, form.together
        )

    def previewed(self, found: SplitReport) -> None:
        lines = [f"{line[:1].upper()}{line[1:]}" for line in words.split_lines(found)]
        self.query_one("#facts", Static).update(Content("\n".join(lines)))
        self._fill(found)

    def refused(self, message: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(Content(message))
        problem.display = bool(message)
        for name in ("#facts", "#amounts"):
            self.query_one(name).display = not message

    def _fill(self, report: SplitReport) -> None:
        headings = [Text(heading) for heading in _HEADINGS]
        rows = [[Text(cell) for cell in cells] for cells in words.split_cells(words.split_rows(report))]
        self.query_one(RowTable).show(headings, rows, right={2, 3, 4})

    def on_resize(self, _event: Resize) -> None:
        if self.found is not None:
            self._fill(self.found)


def _row(label: str, widget: Any) -> Horizontal:
    return Horizontal(Label(label, markup=False), widget, classes="row")
