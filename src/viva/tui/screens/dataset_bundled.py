"""A small window to choose one of the datasets that viva ships with."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from viva.errors import UserError
from viva.present.dataset_import import error_lines
from viva.present.datasets import BUNDLED
from viva.records.dataset import Dataset
from viva.tui.screens.base import VivaModal
from viva.tui.widgets.choices import ChoiceList
from viva.tui.widgets.status import KeysFooter


class BundledScreen(VivaModal[Dataset]):
    """Ends with the imported dataset."""

    DEFAULT_CSS = """
    BundledScreen ChoiceList { height: auto; background: $surface; border: none; padding: 0; }
    BundledScreen ChoiceList:focus { border: none; background-tint: $foreground 0%; }
    BundledScreen #problem { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Cancel")]
    _names: list[str] = []
    _importing = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "A bundled dataset"
            yield ChoiceList(id="bundled")
            yield Static(id="problem", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self.ask(
            lambda: (self.wb.datasets.bundled(), {dataset.name for dataset in self.wb.datasets.list()}),
            then=lambda found: self._show(*found),
            group="bundled",
        )

    def _show(self, names: list[str], there: set[str]) -> None:
        self._names = names
        self._tell("", "")
        options = self.query_one(ChoiceList)
        width = max((len(name) for name in names), default=0) + 2
        for name in names:
            about = "in this workspace already" if name in there else BUNDLED.get(name, "")
            options.add_option(Content.assemble(name.ljust(width), (about, "$muted")).truncate(70, ellipsis=True))
        options.highlighted = 0 if names else None
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if self._importing:
            return
        name = self._names[event.option_index]
        self._importing = True
        self._tell("Importing …", "$primary")
        self.ask(
            lambda: self.wb.datasets.import_bundled(name),
            then=self._imported,
            otherwise=self._refused,
            group="import",
            doing="import a bundled dataset",
        )

    def _imported(self, dataset: Dataset) -> None:
        self.dismiss(dataset)

    def _refused(self, error: Exception) -> bool:
        self._importing = False
        self._tell(error_lines(error) if isinstance(error, UserError) else "", "bold $warning")
        return isinstance(error, UserError)

    def _tell(self, text: str, style: str) -> None:
        line = self.query_one("#problem", Static)
        line.display = bool(text)
        line.update(Content.styled(f"\n{text}", style))
